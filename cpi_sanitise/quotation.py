"""Which words stand inside quotation: there "I" is the person quoted, not the source."""

from __future__ import annotations

import re

from spacy.tokens import Doc

from .offsets import text_of

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
    if not ranges:
        return inside
    ranges.sort()
    at = 0
    for token in doc:
        while at < len(ranges) and ranges[at][1] <= token.idx:
            at += 1
        inside[token.i] = any(start < token.idx + len(token) and token.idx < end for start, end in ranges[at : at + 3])
    return inside
