"""Ten example logs for the report: what came in, what was cut and why, what the log says. The texts are made up."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from typing import Any

from markupsafe import Markup

from benchmarks.page import Example, cased, words

EXAMPLES, SEED = 10, 20261120
_PLACEHOLDER = re.compile(r"\[[A-Z][A-Z ]* \d+\]")


def examples() -> list[Example]:
    """Ten submissions of dev and what the library makes of them; drawn by a fixed seed, not picked."""
    from benchmarks.baselines import make_sanitiser
    from corpora.build import read_split
    from cpi_sanitise import SanitiseError, Submission

    records = random.Random(SEED).sample(read_split("dev"), EXAMPLES)
    sanitiser = make_sanitiser("ordinary")
    found = []
    for record in records:
        submission = Submission(reference=record["reference"], narrative=record["narrative"], form=record["form"])
        log = sanitiser(submission).log
        try:
            spans = list(cuts(sanitiser.examine(submission)))
        except SanitiseError:
            spans = []  # held: nothing was read with confidence, and the log says so
        facts = [("outcome", words(log.outcome)), ("priority", log.priority), ("categories", ", ".join(map(words, log.categories)))]
        facts += [("held", ", ".join(log.hold_reasons))] if log.hold_reasons else []
        statements = [(_with_placeholders(one.text), one.kind) for one in log.statements]
        title = f"{words(record['sector'])}, {words(record['style'])}"
        found.append(Example(cased(title), marked(record["narrative"], spans), statements, facts))
    return found


def cuts(examination: Any) -> Iterator[tuple[int, int, str, str]]:
    """What does not stand in the log as it was written, as start, end, sort and word for it."""
    from cpi_sanitise.vantage import replaced

    for span in examination.provenance:
        yield span.start, span.end, "provenance", words(span.kind)
    for span in replaced(examination.vantage, "ordinary"):
        yield span.start, span.end, "vantage", "put plainly"
    for one in examination.identifiers:
        yield one.start, one.end, "identifier", words(one.type).lower()


def marked(text: str, spans: Sequence[tuple[int, int, str, str]]) -> Markup:
    """The text with each cut marked and named behind it. Where cuts overlap, provenance decides, then identifiers: each place has one mark."""
    order = {"vantage": 0, "identifier": 1, "provenance": 2}
    painted: list[tuple[str, str] | None] = [None] * len(text)
    for start, end, sort, word in sorted(spans, key=lambda span: order[span[2]]):
        for place in range(start, end):
            before = painted[place]
            # Provenance of several kinds in one stretch reads as one cut.
            if not (sort == "provenance" and before is not None and before[0] == sort):
                painted[place] = (sort, word)
    out = Markup()
    place = 0
    while place < len(text):
        end = place
        while end < len(text) and painted[end] == painted[place]:
            end += 1
        piece, mark = text[place:end], painted[place]
        if mark is None or not piece.strip():
            out += piece
        else:
            tag = "mark" if mark[0] != "provenance" else "del"
            out += Markup('<{0} class="{1}">{2}<span class="why"> {3}</span></{0}>').format(tag, mark[0], piece, mark[1])
        place = end
    return out


def _with_placeholders(text: str) -> Markup:
    out, end = Markup(), 0
    for match in _PLACEHOLDER.finditer(text):
        out += Markup('{}<span class="placeholder">{}</span>').format(text[end : match.start()], match[0])
        end = match.end()
    return out + text[end:]
