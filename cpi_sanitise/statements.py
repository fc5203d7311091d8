"""Narrative to statements, and each statement to fact, opinion or mixed with the basis on which the source knows it.

Kind is judged on what remains after the cuts (annotation guide, section 4); a hedge that was the source's own counts,
because the log keeps it as a neutral frame. Basis is provenance and goes to the sealed record only.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache

from spacy.tokens import Doc

from .lexicon import rules
from .offsets import text_of
from .parsing import scores_of, word_offsets
from .spans import Identifier, ProvenanceSpan, Statement, Touching, overlaps

BASES = ("first_hand", "told_by_subject", "told_by_third_party", "recorded", "inferred", "unknown")
_CLAUSES = re.compile(r"[,;:]\s+|\s+[-–—]\s+|\s(?=(?:and|but|so|because|which|as|although|though|whereas)\s)|(?<=[.!?])\s+", re.IGNORECASE)
_VERBLIKE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|do|does|did|said|says|goes|went|comes|came|gets|got|keeps|kept|takes|took|sells|"
    r"sold|buys|bought|fell|hid|left|ran|sat|stood|threw|hit|broke|held|drove|flew|fled|hung|\w{3,}(?:ed|es|ing)|\w{3,}s)\b",
    re.IGNORECASE,
)
_UTTERANCE = re.compile(
    r"\b(?:said|says|told|tells|shouted|threatened|boasted|boasts|bragged|claims|claimed|texted|messaged|posted|wrote|asked)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|(?<!\w)['‘][^'’]{3,}['’](?!\w)")
_MONTH = re.compile(r"\b(?:in|since|until|by|from|last|next|\d{1,2}(?:st|nd|rd|th)?) May\b|\bMay \d")
_NO_JOIN = re.compile(r"\s(?:more and more|so (?:many|much|few|far))\s", re.IGNORECASE)
_LIKELY = re.compile(r"it is (?:\w+ ){0,2}(?:likely|probable|thought|believed|suspected|feared|rumoured)\b(?!.*;)", re.IGNORECASE)
_BASIS_CUES = (
    (
        "recorded",
        re.compile(
            r"\b(?:records?|register|cctv|camera|footage|log|logs|files?|system|database|statement|register|data|screenshot|"
            r"messages? on|letter)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "told_by_subject",
        re.compile(
            r"\b(?:he|she|they)\b[^.]{0,25}\b(?:told|said|disclosed|confided|admitted|mentioned|opened up|showed|asked|reported)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "told_by_third_party",
        re.compile(
            r"\b(?:told|informed|advised|reported|heard|hearing|rumour|according to|says|mum|dad|aunt|mother|father|sister|"
            r"brother|neighbour|friend|colleague|parent|resident)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "first_hand",
        re.compile(
            r"\b(?:saw|see|seen|noticed|observed|witnessed|found|spotted|watched|smelt|smell|overheard|visit|visited|session|"
            r"appointment|attended|shift)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "inferred",
        re.compile(r"\b(?:think|believe|suspect|feel|reckon|guess|worried|concerned|concern|opinion|view|impression)\b", re.IGNORECASE),
    ),
)


@lru_cache(maxsize=1)
def _cues() -> re.Pattern[str]:
    cues = sorted({cue for rule in rules("statements") for cue in rule["cues"]}, key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(map(re.escape, cues)) + r")\b", re.IGNORECASE)


def split_statements(doc: Doc, identifiers: Sequence[Identifier]) -> list[tuple[int, int]]:
    """Sentences and list items as character offsets without white space at the ends; none begins inside an identifier."""
    spans: list[tuple[int, int]] = []
    whole, at = text_of(doc), Touching(identifiers)
    for sentence in doc.sents:
        start, end = sentence.start_char, sentence.end_char
        text = whole[start:end]
        start, end = start + len(text) - len(text.lstrip()), end - (len(text) - len(text.rstrip()))
        if end <= start:
            continue
        if spans and any(found.start < start for found in at(start, start + 1)):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def kind_of(text: str, *, hedged: bool) -> str:
    """Fact, opinion or mixed, by cues, for a statement as the log will hold it. Words inside quotation are the speaker's."""
    unquoted = _NO_JOIN.sub(" much ", _MONTH.sub(" then ", _QUOTED.sub(" … ", text)))
    if _LIKELY.match(unquoted):
        return "opinion"  # an inference with its reason is one judgement
    opinions = facts = 0
    for clause in _CLAUSES.split(unquoted):
        clause = clause.strip()
        if len(clause.split()) < 2:
            continue
        if _cues().search(clause):
            opinions += 1
        elif len(clause.split()) >= 3 and _VERBLIKE.search(clause):
            facts += 1
    if hedged:
        return "opinion" if opinions + facts < 3 or not _UTTERANCE.search(text) else "mixed"
    if not opinions:
        return "fact"
    return "mixed" if facts else "opinion"


def kind_by_encoder(doc: Doc, start: int, end: int, removed: Sequence[ProvenanceSpan], labels: dict[str, list[str]]) -> dict[str, float]:
    """The encoder's probabilities of fact, opinion and mixed over the words that remain; empty where it has no such head."""
    return _pooled(doc, start, end, removed, labels, "kind")


def _pooled(doc: Doc, start: int, end: int, removed: Sequence[ProvenanceSpan], labels: dict[str, list[str]], head: str) -> dict[str, float]:
    if head not in labels:
        return {}
    starts, _ = word_offsets(doc)
    first, last = bisect_left(starts, start), bisect_left(starts, end)
    left = [True] * (last - first)
    for cut in removed:
        if cut.start < end and start < cut.end:
            begin, stop = (bisect_left(starts, place, first, last) - first for place in (cut.start, cut.end))
            left[begin:stop] = [False] * (stop - begin)
    if not any(left):
        return {}
    scores = scores_of(doc).words[head][first:last]
    mean = (scores if all(left) else scores[left]).mean(0)
    return dict(zip(labels[head], mean.tolist(), strict=True))


def basis_of(doc: Doc, start: int, end: int, provenance: Sequence[ProvenanceSpan], labels: dict[str, list[str]]) -> str:
    """How the source knows it, from the provenance in and just before the statement."""
    by_encoder = _pooled(doc, start, end, (), labels, "basis")
    if by_encoder:
        return max(BASES, key=lambda basis: by_encoder.get(basis, 0.0))
    here = [cut for cut in provenance if overlaps(cut, Statement(start, end, None))]
    told = " ".join(text_of(doc)[cut.start : cut.end] for cut in here)
    for basis, cue in _BASIS_CUES:
        if told and cue.search(told):
            return basis
    return "unknown"
