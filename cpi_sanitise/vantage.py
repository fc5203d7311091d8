"""Doc to vantage spans: true content that shows where the source stands (annotation guide, section 2b), and how far the log points to its source."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf

import numpy as np
from spacy.tokens import Doc, Token

from .lexicon import rules, telling_words, word_lists
from .offsets import text_of, token_offsets
from .parsing import scores_of, word_tokens
from .phrases import Phrasebook, compile_pattern
from .spans import AttributionRisk, Identifier, ProvenanceSpan, Span, Statement, Taken, Touching, VantageSpan, in_order

THRESHOLD = 0.5
_STEMS = "cpi_stems"
_MOST_TELLING = 4  # words of a statement that are weighed: a long statement is not telling for being long


@dataclass(frozen=True, slots=True)
class Dial:
    """A point between a log that tells all it can and one that points to nobody.

    `plain`: words of one trade and figures of records become plain. `general`: the level of `general.toml` up to which words
    of one walk of life become general. `cuts`: kinds of the encoder's finds that go with the phrase they stand in.
    `telling`: a statement that points farther to one walk of life than this is left out whole.
    """

    plain: bool = True
    general: str = ""
    cuts: frozenset[str] = frozenset()
    telling: float = inf


_SERVICE = frozenset({"act_of_service", "sole_knowledge"})
_ALL = _SERVICE | {"privileged_record", "setting", "trade_vocabulary"}
# `ordinary` and `cautious` are the public settings; the others are there for the curve of benchmarks.attribution.
DIALS = {
    "provenance only": Dial(plain=False),
    "ordinary": Dial(general="ordinary", cuts=_SERVICE, telling=2.4),
    "between": Dial(general="cautious", cuts=_ALL, telling=1.6),
    "cautious": Dial(general="cautious", cuts=_ALL, telling=0.9),
    "utmost": Dial(general="cautious", cuts=_ALL, telling=0.6),
}


@lru_cache(maxsize=1)
def _phrasebook() -> Phrasebook:
    return Phrasebook(compile_pattern(rule["term"], word_lists(), rule) for rule in [*rules("vantage"), *rules("general")])


def find_vantage(doc: Doc, provenance: Sequence[ProvenanceSpan], labels: dict[str, list[str]]) -> list[VantageSpan]:
    """Vantage spans outside provenance, disjoint and in order. Only the lexicon knows plain words; of the encoder's finds `plain` is
    None, but for figures, which are rounded."""
    found = [
        VantageSpan(
            doc[first].idx,
            doc[last - 1].idx + len(doc[last - 1]),
            rule.get("kind", "trade_vocabulary"),
            rule["plain"],
            (f"{'general ' + rule['level'] if 'level' in rule else 'lexicon'} {rule['trade']}",),
        )
        for first, last, rule in _phrasebook().find(doc)
        if not ("level" in rule and _names_another(doc[last - 1]))
    ]
    found += [VantageSpan(start, end, "privileged_record", plain, ("figures",)) for start, end, plain in exact_times(text_of(doc))]
    kept: list[VantageSpan] = []
    taken = Taken(provenance)
    for span in [*sorted(found, key=lambda span: span.start - span.end), *_by_encoder(doc, labels)]:
        if not taken.touches(span):
            kept.append(span)
            taken.add(span)
    return in_order(kept)


def _names_another(token: Token) -> bool:
    """Whether the word is the first part of another thing's name: "the bus" of "the bus station"."""
    return token.dep_ in ("compound", "amod") and token.head.i > token.i


_SECONDS = re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d):[0-5]\d(?![\d:])")


def exact_times(text: str) -> list[tuple[int, int, str]]:
    """Times to the second, as only a record has them, to the nearest five minutes: start, end, what the log says."""
    found = []
    for match in _SECONDS.finditer(text):
        minutes = (round((int(match[1]) * 60 + int(match[2])) / 5) * 5) % (24 * 60)
        found.append((match.start(), match.end(), f"about {minutes // 60:02}:{minutes % 60:02}"))
    return found


def _by_encoder(doc: Doc, labels: dict[str, list[str]]) -> list[VantageSpan]:
    if "vantage" not in labels or not len(word_tokens(doc)):
        return []
    scores, tags, places = scores_of(doc).words["vantage"], labels["vantage"], word_tokens(doc)
    kinds = sorted({tag[2:] for tag in tags if tag != "O"})
    columns = {kind: [number for number, tag in enumerate(tags) if tag[2:] == kind] for kind in kinds}
    inside = np.flatnonzero(1 - scores[:, tags.index("O")] > THRESHOLD).tolist()
    spans = []
    for number, word in enumerate(inside):
        if number and inside[number - 1] == word - 1:
            continue
        last = word
        while number + 1 < len(inside) and inside[number + 1] == last + 1:
            number, last = number + 1, last + 1
        kind = max(kinds, key=lambda kind: float(scores[word : last + 1, columns[kind]].sum()))
        final = doc[int(places[last])]
        spans.append(VantageSpan(doc[int(places[word])].idx, final.idx + len(final), kind, None, ("encoder",)))
    return spans


# --- what the log does with them --------------------------------------------------------------------------------------------


def replaced(doc: Doc, vantage: Sequence[VantageSpan], dial: Dial) -> list[VantageSpan]:
    """Those that the log writes otherwise, disjoint and in order; one with empty plain words is cut.

    A find of the encoder's goes only with a phrase that the sentence can do without: parts of phrases leave a torso.
    """
    written: list[VantageSpan] = []
    for span in vantage:
        if span.plain is not None and _applies(span, dial):
            written.append(span)
        elif span.plain is None and span.kind in dial.cuts and (phrase := _loose_phrase(doc, span)):
            written.append(VantageSpan(*phrase, span.kind, "", span.found_by))
    kept: list[VantageSpan] = []
    taken = Taken()
    for span in sorted(written, key=lambda span: span.start - span.end):
        if not taken.touches(span):
            kept.append(span)
            taken.add(span)
    return in_order(kept)


def _applies(span: VantageSpan, dial: Dial) -> bool:
    finder = span.found_by[0]
    if finder.startswith("general cautious"):
        return dial.general == "cautious"
    return bool(dial.general) if finder.startswith("general") else dial.plain


_LOOSE = frozenset("obl obl:tmod advcl acl acl:relcl appos parataxis".split())
_WIDER = 6


def _loose_phrase(doc: Doc, span: VantageSpan) -> tuple[int, int] | None:
    """The phrase around the span that hangs loosely in its sentence, as (start, end), or None where there is none of about its size."""
    tokens = doc.char_span(span.start, span.end, alignment_mode="expand")
    if tokens is None or not len(tokens):
        return None
    head: Token = tokens.root
    while True:
        inside = sorted(token.i for token in head.subtree)
        if len(inside) > len(tokens) + _WIDER or inside[-1] - inside[0] + 1 != len(inside):
            return None
        if head.dep_ in _LOOSE and inside[0] <= tokens.start and tokens.end <= inside[-1] + 1:
            last = doc[inside[-1]]
            while last.i > inside[0] and last.is_punct:
                last = doc[last.i - 1]
            return doc[inside[0]].idx, last.idx + len(last)
        if head.head.i == head.i:
            return None
        head = head.head


def telling(doc: Doc, statement: Statement, gone: Sequence[Span]) -> float:
    """How far a statement points to one walk of life, by its most telling words outside of what goes anyway."""
    return sum(_weights(_left(doc, statement, gone))[:_MOST_TELLING])


def _left(doc: Doc, statement: Statement, gone: Sequence[Span]) -> list[str]:
    """The stems of its words outside of what goes; the cost is that of the statement, not of the text."""
    starts, ends = token_offsets(doc)
    first, last = bisect_right(ends, statement.start), bisect_left(starts, statement.end)
    left = _stems(doc)[first:last]
    for span in gone:
        begin, end = (bisect_left(starts, place, first, last) - first for place in (span.start, span.end))
        left[begin:end] = [""] * (end - begin)
    return [stem for stem in left if stem]


def _stems(doc: Doc) -> list[str]:
    """The stem of each word, empty for what is no word; worked out once a Doc, since each statement is weighed twice."""
    if _STEMS not in doc.user_data:
        doc.user_data[_STEMS] = [stem_of(token.lower_) if token.is_alpha else "" for token in doc]
    stems: list[str] = doc.user_data[_STEMS]
    return stems


def _weights(stems: Sequence[str]) -> list[float]:
    """Of the telling words among them, each counted once; largest first."""
    weights = telling_words()
    return sorted((weights[stem] for stem in weights.keys() & set(stems)), reverse=True)


@lru_cache(maxsize=16384)
def stem_of(word: str) -> str:
    """A word without the commonest endings, as the telling words are listed."""
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


# --- risk -------------------------------------------------------------------------------------------------------------------

# Chosen on train, where an attacker who leaves each log out while learning picks the source of five as often as said (chance 0.20).
_SHORT_WORDS = 90  # a log below, without a word above _LITTLE: 0.39
_LITTLE, _MUCH = 0.7, 1.5  # with one above _MUCH: 0.64
_VERY_MUCH = 4.0  # three words together
VERY_HIGH = "the log as a whole may point to how it became known"


def attribution_risk(
    doc: Doc,
    statements: Sequence[Statement],
    vantage: Sequence[VantageSpan],
    provenance: Sequence[ProvenanceSpan],
    identifiers: Sequence[Identifier],
    dial: Dial,
) -> AttributionRisk:
    """How far what stays in the log points to its source; the reasons name no kind of source.

    Where VERY_HIGH is among the reasons, a person must look before there is a log.
    """
    written = replaced(doc, vantage, dial)
    gone: Touching[Span] = Touching([*provenance, *identifiers, *written])
    stems = [
        stem
        for statement in statements
        if telling(doc, statement, near := gone(statement.start, statement.end)) <= dial.telling
        for stem in _left(doc, statement, near)
    ]
    weights = _weights(stems)
    most = weights[0] if weights else 0.0
    taken = Taken(written)
    left = [span for span in vantage if span.plain is None and not taken.touches(span)]
    reasons = []
    if any(span.kind == "sole_knowledge" for span in left) or any(span.kind == "access" for span in provenance):
        reasons.append("few people may know this")
    if any(span.kind in ("setting", "act_of_service") for span in left):
        reasons.append("the setting may point to how it became known")
    if any(span.kind == "privileged_record" for span in left):
        reasons.append("figures may come from a record")
    if any({"source", "subject"} <= set(found.roles) for found in identifiers):
        reasons.append("a person in the log may have been part of how it became known")
    level = "high" if most >= _MUCH else "low" if most < _LITTLE and len(stems) < _SHORT_WORDS and not reasons else "medium"
    if most >= _LITTLE:
        reasons.append("the words may belong to few walks of life")
    elif level == "medium" and not reasons:
        reasons.append("a long log may tell much together")
    if sum(weights[:3]) >= _VERY_MUCH:
        reasons.append(VERY_HIGH)
    return AttributionRisk(level, tuple(reasons))
