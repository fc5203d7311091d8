"""What every recognizer here shares: a find, and the one way in which finds become Presidio results.

The recognizers are not `PatternRecognizer`s: that class logs a warning when a pattern times out and goes on as if nothing
had been there. Here nothing is caught, so a recognizer that fails raises; and every pattern is bounded, so none times out.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, NamedTuple

from presidio_analyzer import AnalysisExplanation, EntityRecognizer, RecognizerResult


class Find(NamedTuple):
    """One span of the text, half-open; the reason names the format and never quotes the text."""

    start: int
    end: int
    score: float
    reason: str


class FamilyRecognizer(EntityRecognizer):  # type: ignore[misc, unused-ignore]  # presidio_analyzer ships no types
    """A recognizer of one identifier type. A family writes `find` only; its finds may overlap, the widest is kept."""

    entity_type: ClassVar[str]

    def __init__(self) -> None:
        # No `context` is handed on: Presidio's enhancer matches inside words and looks only before. See context.py.
        super().__init__(supported_entities=[self.entity_type], supported_language="en")

    def load(self) -> None:
        """Nothing to load: word lists are read when they are first asked for."""

    @abstractmethod
    def find(self, text: str) -> Iterable[Find]:
        """Yield the finds of this family, in any order."""

    def analyze(self, text: str, entities: Sequence[str] | None = None, nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """Return the finds as Presidio results, in order of the text and without overlaps; needs no NLP artifacts."""
        if entities and self.entity_type not in entities:
            return []
        return [self._result(find) for find in widest(self.find(text))]

    def _result(self, find: Find) -> RecognizerResult:
        return RecognizerResult(
            entity_type=self.entity_type,
            start=find.start,
            end=find.end,
            score=find.score,
            analysis_explanation=AnalysisExplanation(recognizer=self.name, original_score=find.score, textual_explanation=find.reason),
            recognition_metadata={
                RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
                RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
            },
        )


def lowered(text: str) -> str:
    """Return the text in lower case with the same offsets, and plain spaces for non-breaking ones.

    A long list of alternatives is several times faster on this than with IGNORECASE on the text.
    """
    low = text.lower()
    if len(low) != len(text):
        low = "".join(character.lower() if len(character.lower()) == 1 else character for character in text)
    return low.replace("\u00a0", " ")


def widest(finds: Iterable[Find]) -> list[Find]:
    """Return the finds in text order, keeping of those that overlap the widest, then the surest."""
    kept: list[Find] = []
    for find in sorted(finds, key=lambda found: (found.start, -found.end, -found.score)):
        if not kept or find.start >= kept[-1].end:
            kept.append(find)
        elif (find.end - find.start, find.score) > (kept[-1].end - kept[-1].start, kept[-1].score):
            kept[-1] = find
    return kept
