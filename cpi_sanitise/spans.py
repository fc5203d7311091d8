"""Spans of the narrative as received: what was found, what is cut. Offsets are half-open; nothing here holds text."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar


class Span(Protocol):
    """Anything with a start and an end."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


AnySpan = TypeVar("AnySpan", bound=Span)

_STRETCH = 256  # characters
ROLE_STRICTNESS = ("submitter", "source", "subject", "third_party")


@dataclass(frozen=True, slots=True)
class Identifier:
    """A span that picks out one person, household, vehicle, account or premises (annotation guide, section 1)."""

    start: int
    end: int
    type: str
    score: float
    found_by: tuple[str, ...]
    roles: tuple[str, ...] = ()

    @property
    def role(self) -> str:
        """The strictest of its roles, which decides its treatment; an identifier without one is treated as a subject's."""
        return next((role for role in ROLE_STRICTNESS if role in self.roles), "subject")


@dataclass(frozen=True, slots=True)
class ProvenanceSpan:
    """A span that tells who told, or how it became known (section 2)."""

    start: int
    end: int
    kind: str
    found_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VantageSpan:
    """True content that shows where the source stands (section 2b), and what the log may say instead; `plain` None: nothing plainer is known."""

    start: int
    end: int
    kind: str
    plain: str | None
    found_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence or list item of the narrative; `kind` None where nothing of it remains in the log."""

    start: int
    end: int
    kind: str | None
    basis: str = "unknown"


@dataclass(frozen=True, slots=True)
class AttributionRisk:
    """How far the log points to its source, with reasons in neutral words."""

    level: str
    reasons: tuple[str, ...] = field(default=())


def overlaps(first: Span, second: Span) -> bool:
    """Whether the two share a character."""
    return first.start < second.end and second.start < first.end


def contains(outer: Span, inner: Span) -> bool:
    """Whether the second lies wholly within the first."""
    return outer.start <= inner.start and inner.end <= outer.end


def inside_any(span: Span, others: Iterable[Span]) -> bool:
    """Whether the span overlaps any of the others."""
    return any(overlaps(span, other) for other in others)


def in_order(spans: Iterable[AnySpan]) -> list[AnySpan]:
    """Sorted by start, the longer first."""
    return sorted(spans, key=lambda span: (span.start, -span.end))


def longest_first(spans: Sequence[AnySpan]) -> list[AnySpan]:
    """Those left when each span, longest first, drops what overlaps it; in order of text."""
    kept: list[AnySpan] = []
    taken = Taken()
    for span in sorted(spans, key=lambda span: (span.start - span.end, span.start)):
        if not taken.touches(span):
            kept.append(span)
            taken.add(span)
    return in_order(kept)


def within(spans: Sequence[Span], start: int, end: int) -> range:
    """The places of those that touch a stretch of text, of spans that are in order and apart."""
    return range(bisect_right(spans, start, key=lambda span: span.end), bisect_left(spans, end, key=lambda span: span.start))


class Touching(Generic[AnySpan]):
    """Spans to be asked which of them share a character with a stretch of text, at the cost of those that do and not of all."""

    def __init__(self, spans: Iterable[AnySpan]) -> None:
        self._spans = sorted(spans, key=lambda span: span.start)
        self._in_stretch: dict[int, list[int]] = {}
        for number, span in enumerate(self._spans):
            for stretch in self._stretches(span.start, span.end):
                self._in_stretch.setdefault(stretch, []).append(number)

    def __call__(self, start: int, end: int) -> list[AnySpan]:
        """Those that touch it, by start."""
        near = {number for stretch in self._stretches(start, end) for number in self._in_stretch.get(stretch, ())}
        return [span for span in map(self._spans.__getitem__, sorted(near)) if span.start < end and start < span.end]

    @staticmethod
    def _stretches(start: int, end: int) -> range:
        return range(start // _STRETCH, max(start, end - 1) // _STRETCH + 1)


class Taken:
    """Which characters are taken; asking costs the length of the span, not the number of those that were added."""

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self._marks = bytearray()
        for span in spans:
            self.add(span)

    def add(self, span: Span) -> None:
        if span.end > len(self._marks):
            self._marks.extend(bytes(max(span.end - len(self._marks), len(self._marks))))
        self._marks[span.start : span.end] = b"\x01" * (span.end - span.start)

    def touches(self, span: Span) -> bool:
        return self._marks.find(1, span.start, span.end) >= 0
