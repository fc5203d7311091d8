"""Doc to vantage spans: true content that shows where the source stands (annotation guide, section 2b), and how far the log points to its source."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from spacy.tokens import Doc

from .lexicon import rules, word_lists
from .parsing import scores_of, word_tokens
from .phrases import Phrasebook, compile_pattern
from .spans import AttributionRisk, Identifier, ProvenanceSpan, VantageSpan, in_order, inside_any

THRESHOLD = 0.5


@lru_cache(maxsize=1)
def _phrasebook() -> Phrasebook:
    return Phrasebook(compile_pattern(rule["term"], word_lists(), rule) for rule in rules("vantage"))


def find_vantage(doc: Doc, provenance: Sequence[ProvenanceSpan], labels: dict[str, list[str]]) -> list[VantageSpan]:
    """Vantage spans outside provenance, disjoint and in order. Only the lexicon knows plain words; of the encoder's finds `plain` is None."""
    found = [
        VantageSpan(
            doc[first].idx,
            doc[last - 1].idx + len(doc[last - 1]),
            rule.get("kind", "trade_vocabulary"),
            rule["plain"],
            (f"lexicon {rule['trade']}",),
        )
        for first, last, rule in _phrasebook().find(doc)
    ]
    kept: list[VantageSpan] = []
    for span in [*sorted(found, key=lambda span: span.start - span.end), *_by_encoder(doc, labels)]:
        if not inside_any(span, provenance) and not inside_any(span, kept):
            kept.append(span)
    return in_order(kept)


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


def replaced(vantage: Sequence[VantageSpan], caution: str) -> list[VantageSpan]:
    """Those the log writes otherwise: at the ordinary level where plain words are known, at the cautious level all, cut where none are."""
    return [span for span in vantage if span.plain is not None or caution == "cautious"]


def attribution_risk(
    vantage: Sequence[VantageSpan], provenance: Sequence[ProvenanceSpan], identifiers: Sequence[Identifier], caution: str
) -> AttributionRisk:
    """A first estimate from what stays in the log; the reasons name no kind of source."""
    left = [span for span in vantage if span.plain is None and caution != "cautious"]
    reasons = []
    if any(span.kind == "sole_knowledge" for span in vantage) or any(span.kind == "access" for span in provenance):
        reasons.append("few people may know this")
    if any(span.kind in ("setting", "act_of_service") for span in left):
        reasons.append("the setting may point to how it became known")
    if any(span.kind == "privileged_record" for span in left):
        reasons.append("figures may come from a record")
    if any({"source", "subject"} <= set(found.roles) for found in identifiers):
        reasons.append("a person in the log may have been part of how it became known")
    level = "high" if len(reasons) > 1 else "medium" if reasons else "low"
    return AttributionRisk(level, tuple(reasons))
