"""The second line of the leak check: the finished log is read once more, as a text of its own, by encoder and recognizers.

The first reading saw the narrative; this one sees what a reader of the log sees, with other words around each name. It can
withhold a statement, never let one through, and knows nothing of what the first reading found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from presidio_analyzer import AnalyzerEngine
from spacy.tokens import Doc

from .detection import find_identifiers
from .lexicon import towns
from .parsing import CpiNlpEngine, scores_of, word_tokens
from .spans import Identifier

# Chosen on corpora/dev, so that it costs less than half a point of keep retention there.
NAME_THRESHOLD = 0.9
PROVENANCE_SHARE, PROVENANCE_RUN = 0.9, 5
_BY_SHAPE = frozenset("PHONE POSTCODE VEHICLE_REG EMAIL NATIONAL_ID FINANCIAL".split())
_NAMES = frozenset("PERSON USERNAME".split())
_PLACEHOLDER = re.compile(r"\[([A-Z ]+) \d+\]")
# What a reader puts in the place of a placeholder; the encoder never learned placeholders, and sees dates of birth in them.
_READ_AS = {"PERSON": "somebody", "ADDRESS": "somewhere", "PLACE": "somewhere", "ORGANISATION": "somewhere"}


def doubted(texts: Sequence[str], engine: CpiNlpEngine, analyzer: AnalyzerEngine) -> set[int]:
    """The numbers of the statements in which the second reading finds an identifier or a telling."""
    lines = [_PLACEHOLDER.sub(lambda match: _READ_AS.get(match[1], "something"), text).replace("\n", " ") for text in texts]
    joined = "\n".join(lines)
    if not joined.strip():
        return set()
    artifacts = engine.process_text(joined, "en")
    doc: Doc = artifacts.tokens
    places = [found.start for found in find_identifiers(artifacts, analyzer, []) if _is_certain(found, joined)]
    places += _tellings(doc, engine.encoder.labels)
    ends: list[int] = []
    for line in lines:
        ends.append((ends[-1] if ends else 0) + len(line) + 1)
    return {next(number for number, end in enumerate(ends) if place < end) for place in places}


def _is_certain(found: Identifier, text: str) -> bool:
    if text[found.start : found.end].lower() in towns():
        return False
    if found.type in _BY_SHAPE:
        return found.found_by != ("EncoderRecognizer",) or found.score >= NAME_THRESHOLD
    return found.type in _NAMES and "EncoderRecognizer" in found.found_by and found.score >= NAME_THRESHOLD


def _tellings(doc: Doc, labels: dict[str, list[str]]) -> list[int]:
    """Where a run of words begins that the encoder is sure of being provenance."""
    if "provenance" not in labels or not len(word_tokens(doc)):
        return []
    share = 1 - scores_of(doc).words["provenance"][:, labels["provenance"].index("O")]
    found, run = [], 0
    for number, value in enumerate([*share.tolist(), 0.0]):
        if value > PROVENANCE_SHARE:
            run += 1
            continue
        if run >= PROVENANCE_RUN:
            found.append(doc[int(word_tokens(doc)[number - run])].idx)
        run = 0
    return found
