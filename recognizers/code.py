"""Codes: letters and figures in a shape that only a register, an order book or a label gives to one thing.

Format: none that is common; the shapes are those that reference numbers of councils, housing, courts, insurers, prisons and
hospitals take: letters with five or more figures, parts divided by strokes or hyphens, long runs of figures. Times, dates,
sums of money, roads, quantities with a unit and the numbers of laws are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .family import FamilyRecognizer, Find

_TWO_FIGURES = re.compile(r"\d\d")  # every shape has them in a row somewhere
_LETTERS_AND_FIGURES = re.compile(r"(?<![\w£$€.,/@#-])(?:[A-Z]{1,4}[ ]|[A-Za-z]{1,4})\d{5,12}[A-Za-z]{0,2}(?![\w@]|[.,]\d)")
_DIVIDED = re.compile(
    r"(?<![\w£$€.,@#])(?:[A-Za-z]{1,5}[/\-]|\d{1,6}[A-Za-z]{0,3}[/\-])(?:[A-Za-z0-9]{1,8}[/\-]){0,3}[A-Za-z]{0,3}\d{3,10}[A-Za-z]{0,2}(?![\w@])"
)
_MIXED = re.compile(
    r"(?<![\w£$€.,/@#-])(?=[A-Za-z0-9]{7,14}(?!\w))(?=(?:[A-Za-z]*\d){4})(?=(?:\d*[A-Za-z]){1})\d{1,6}[A-Za-z]{1,3}\d{2,8}[A-Za-z]{0,2}"
)
_LONG = re.compile(
    r"(?<![\w£$€.,/+-])\d{6,14}(?![\w%]|[.,]\d|[ ]?(?:tablets|pills|pounds|quid|people|cigarettes|litres|mg|kg|g|ml|euros|dollars|views|followers|miles)\b)"
)
_GROUPED = re.compile(r"(?<![\w£$€.,/+-])\d{3,4}(?:[ \-]\d{3,4}){1,3}(?![\w%]|[.,:]\d)")
_DATE = re.compile(r"\d{1,4}[/\-.]\d{1,2}[/\-.]\d{1,4}|\d{1,2}[/\-](?:19|20)\d\d|(?:19|20)\d\d[/\-](?:\d\d|(?:19|20)\d\d)")
_RANGE = re.compile(r"\d{1,4}-\d{1,4}")
_ORDINARY = re.compile(
    r"covid-?19|ad ?362|mg11|f\d{3}|rtc-?\d|(?:mid|late|early|pre|post)-\d{4}|year-\d+|(?:sept?|jan|feb|mar|apr|may|june?|july?|aug|oct|nov|dec)[/\-]\d{4}",
    re.IGNORECASE,
)


class CodeRecognizer(FamilyRecognizer):
    """Reference numbers without a cue, by their shape alone."""

    entity_type = "NATIONAL_ID"

    def find(self, text: str) -> Iterator[Find]:
        if not _TWO_FIGURES.search(text):
            return
        for pattern, score in ((_LETTERS_AND_FIGURES, 0.6), (_DIVIDED, 0.6), (_MIXED, 0.6), (_LONG, 0.6), (_GROUPED, 0.5)):
            for match in pattern.finditer(text):
                found = match[0]
                digits = sum(character.isdigit() for character in found)
                if digits < 4 or _DATE.fullmatch(found) or _RANGE.fullmatch(found) or _ORDINARY.fullmatch(found):
                    continue
                if pattern in (_LONG, _GROUPED) and found[0] == "0" and digits > 8:
                    continue  # with a 0 before nine or ten figures it is a telephone's, and which of those stay is phone.py's to say
                if pattern is _GROUPED and digits < 9:
                    continue
                yield Find(match.start(), match.end(), score, "code by its shape")
