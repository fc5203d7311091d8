"""Names that end in a head noun ("Mill Lane", "Oakmount Surgery", "Hazel Park"): walk back from the head to where the name begins.

From the head backwards the cost is bounded by the length of a name. A pattern that begins at any capital and looks for a
head would try every word of the text.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from .wordlists import word_set, words

_TOKEN = re.compile(r"[^\s,;:()\[\]{}<>\"“”/!?]+")
_LONGEST_NAME = 90
_SMALL = word_set("of the and & for on in upon le la de with y")
# "Rennie House and Hadley Tower" are two names, "Rose and Crown" is one.
_ENDS_A_NAME = word_set(
    """house tower court surgery mosque school park road street lane avenue close drive church college hotel lodge estate centre club
    academy gurdwara temple station pharmacy clinic arms inn rec wood farm hall"""
)
_ABBREVIATION = word_set("st. dr. mt. ste.")


# Common words that are also words of names, where they are written with a capital.
NAME_WORDS = word_set(
    """street road back two three four five six seven eight nine ten house park town city county village water north south"""
    "east west upper lower"
)


class Case(Enum):
    """How a name is written; in capitals and in lower case nothing marks where it begins."""

    TITLE = "title"
    UPPER = "upper"
    LOWER = "lower"


class Name(NamedTuple):
    """The words of a name before its head noun."""

    start: int
    words: tuple[str, ...]
    case: Case


def case_of(word: str) -> Case:
    """Return how one word is written; a single capital counts as title case."""
    if not word[:1].isupper():
        return Case.LOWER
    return Case.UPPER if len(word) > 1 and word.isupper() else Case.TITLE


def name_before(
    text: str, head: int, case: Case, most: int = 4, stop: frozenset[str] = frozenset(), allow: frozenset[str] = frozenset()
) -> Name | None:
    """Return the name that ends right before `head`, or None; a common word or one of `stop` ends it, unless in `allow`.

    In title case small words may stand inside the name. In lower case two words at most are taken, in capitals three.
    """
    left = max(0, head - _LONGEST_NAME)
    tokens = list(_TOKEN.finditer(text, left, head))
    common = words("common_words")
    most = {Case.TITLE: most, Case.UPPER: min(most, 3), Case.LOWER: min(most, 2)}[case]
    taken: list[re.Match[str]] = []
    waiting: list[re.Match[str]] = []
    edge = head
    for token in reversed(tokens):
        word = token.group()
        gap = text[token.end() : edge]
        if not gap or gap.strip(" \t\u00a0") or len(gap) > 2 or len(taken) + len(waiting) >= most:
            break
        if left and token.start() == left and not text[left - 1].isspace():
            break
        low = word.lower()
        bare = low.removesuffix("'s").removesuffix("’s").rstrip(".")
        if word.endswith(".") and low not in _ABBREVIATION and len(word) > 2:
            break
        if waiting and waiting[-1].group().lower() in ("and", "&") and bare in _ENDS_A_NAME:
            break
        if case is Case.TITLE and low in _SMALL and not word[0].isupper() or case is not Case.LOWER and low == "&":
            waiting.append(token)
        elif (bare in common and not (bare in allow and case is not Case.LOWER)) or bare in stop or low in stop or not _fits(word, case):
            break
        else:
            taken += waiting
            waiting = []
            taken.append(token)
        edge = token.start()
    while taken and not taken[-1].group()[0].isalnum():
        # An opening quotation mark or dash is not the name's.
        taken.pop()
    if not taken:
        return None
    return Name(taken[-1].start(), tuple(token.group() for token in reversed(taken)), case)


def _fits(word: str, case: Case) -> bool:
    if word[0].isdigit():
        return word[-2:].lower() in ("st", "nd", "rd", "th")
    if not word[0].isalpha():
        return False
    if not all(character.isalpha() or character in "'’.-&" for character in word):
        return False
    if case is Case.LOWER:
        return word.islower() and len(word) > 2 or word in ("st", "st.")
    return word[0].isupper() if case is Case.TITLE else word.isupper()
