"""Which words stand inside quotation: there "I" is the person quoted, not the source."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from spacy.tokens import Doc

from .offsets import text_of, token_offsets

_PAIRS = (
    re.compile(r"“[^“”\n]{1,600}”"),
    re.compile(r'"[^"\n]{1,600}"'),
    re.compile(r"(?<![\w'’])‘(?:[^‘’\n]|(?<=\w)’(?=\w)){1,400}’(?!\w)"),
    re.compile(r"(?<![\w'’])['’](?:[^'’\n]|(?<=\w)['’](?=\w)){2,400}['’](?!\w)"),
)


_KEPT = "cpi_quoted"


def quoted(doc: Doc) -> list[bool]:
    """For each token whether it stands inside quotation marks. A quotation never runs over a line's end.

    Worked out once a Doc: every stage asks, and rewriting asks for each statement.
    """
    if _KEPT not in doc.user_data:
        doc.user_data[_KEPT] = _quoted(doc)
    inside: list[bool] = doc.user_data[_KEPT]
    return inside


def _quoted(doc: Doc) -> list[bool]:
    ranges = [match.span() for pattern in _PAIRS for match in pattern.finditer(text_of(doc))]
    inside = [False] * len(doc)
    starts, ends = token_offsets(doc)
    for start, end in ranges:
        first, last = bisect_right(ends, start), bisect_left(starts, end)
        inside[first:last] = [True] * (last - first)
    return inside
