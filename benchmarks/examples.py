"""Ten example logs for the report: what came in, what was cut and why, what the log says. The texts are made up."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup

from benchmarks.page import Example, cased, words

EXAMPLES, SEED = 10, 20261120
_PLACEHOLDER = re.compile(r"\[[A-Z][A-Z ]* \d+\]")


def examples() -> list[Example]:
    """Ten submissions of dev and what the library makes of them; drawn by a fixed seed, not picked."""
    from benchmarks.baselines import make_sanitiser
    from corpora.build import read_split
    from cpi_sanitise import Submission

    records = random.Random(SEED).sample(read_split("dev"), EXAMPLES)
    sanitiser = make_sanitiser("ordinary")
    found = []
    for record in records:
        received_at = datetime.fromisoformat(record["received_at"])
        submission = Submission(reference=record["reference"], narrative=record["narrative"], form=record["form"], received_at=received_at)
        log = sanitiser(submission).log
        facts = [("outcome", words(log.outcome)), ("priority", log.priority), ("categories", ", ".join(map(words, log.categories)))]
        facts += [("held", ", ".join(log.hold_reasons))] if log.hold_reasons else []
        statements = [(_with_placeholders(one.text), one.kind) for one in log.statements]
        title = f"{words(record['sector'])}, {words(record['style'])}"
        found.append(Example(cased(title), marked(record["narrative"], list(cuts(sanitiser, submission))), statements, facts))
    return found


def cuts(sanitiser: Any, submission: Any) -> Iterator[tuple[int, int, str, str]]:
    """What does not stand in the log as it was written, as start, end, sort and word for it."""
    from cpi_sanitise.relative_dates import find_relative_dates
    from cpi_sanitise.vantage import replaced

    # The sealed record has all this too, but a draft can be asked without keys to open it.
    draft = sanitiser._draft(submission)
    doc = sanitiser._engine.process_text(submission.narrative, "en").tokens
    for statement in draft.withheld:
        yield statement.start, statement.end, "withheld", "withheld"
    for span in replaced(doc, draft.examination.vantage, sanitiser._dial):
        yield span.start, span.end, "vantage", "put plainly" if span.plain else "left out"
    if submission.received_at is not None:
        for dated in find_relative_dates(doc, submission.received_at.date(), draft.examination.provenance):
            yield dated.start, dated.end, "vantage", "dated"
    for one in draft.examination.identifiers:
        yield one.start, one.end, "identifier", words(one.type).lower()
    for span in draft.examination.provenance:
        yield span.start, span.end, "provenance", words(span.kind)


def marked(text: str, spans: Sequence[tuple[int, int, str, str]]) -> Markup:
    """The text with each cut marked and named behind it. Where cuts overlap, provenance decides, then identifiers: each place has one mark."""
    order = {"withheld": 0, "vantage": 1, "identifier": 2, "provenance": 3}
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
            tag = "del" if mark[0] in ("provenance", "withheld") else "mark"
            out += Markup('<{0} class="{1}">{2}<span class="why"> {3}</span></{0}>').format(tag, mark[0], piece, mark[1])
        place = end
    return out


def _with_placeholders(text: str) -> Markup:
    out, end = Markup(), 0
    for match in _PLACEHOLDER.finditer(text):
        out += Markup('{}<span class="placeholder">{}</span>').format(text[end : match.start()], match[0])
        end = match.end()
    return out + text[end:]
