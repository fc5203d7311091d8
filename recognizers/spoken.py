"""Numbers and letters as they are dictated: "oh double seven oh oh nine hundred", "foxtrot victor one five".

Formats: the NATO/ICAO spelling alphabet (ICAO Annex 10) and the digit words of spoken English, where "oh" is nought and
"double" and "triple" repeat. What is not a digit word ends a run, but for fillers such as "um".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from .wordlists import word_set

_DIGITS = {
    "zero": "0", "oh": "0", "o": "0", "nought": "0", "naught": "0", "nil": "0", "one": "1", "two": "2", "three": "3",
    "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "niner": "9",
}  # fmt: skip
_TEENS = {
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15", "sixteen": "16",
    "seventeen": "17", "eighteen": "18", "nineteen": "19",
}  # fmt: skip
_TENS = {
    "twenty": "2", "thirty": "3", "forty": "4", "fourty": "4", "fifty": "5", "sixty": "6", "seventy": "7", "eighty": "8",
    "ninety": "9",
}  # fmt: skip
_REPEATS = {"double": 2, "treble": 3, "triple": 3}
_LETTERS = {
    "alpha": "A", "alfa": "A", "bravo": "B", "charlie": "C", "delta": "D", "echo": "E", "foxtrot": "F", "golf": "G",
    "hotel": "H", "india": "I", "juliet": "J", "juliett": "J", "kilo": "K", "lima": "L", "mike": "M", "november": "N",
    "oscar": "O", "papa": "P", "quebec": "Q", "romeo": "R", "sierra": "S", "tango": "T", "uniform": "U", "victor": "V",
    "whiskey": "W", "whisky": "W", "x-ray": "X", "xray": "X", "yankee": "Y", "zulu": "Z",
}  # fmt: skip
_FILLERS = word_set("um er erm uh then")
NUMBER_WORDS = (*_DIGITS, *_TEENS, *_TENS)
_WORD = re.compile(r"x-ray|[A-Za-z]{1,12}|[0-9]{1,12}|[^A-Za-z0-9 \t\n,\-–]", re.I)
_OPENING = frozenset({*_DIGITS, *_REPEATS, *_TENS, *_TEENS, *_LETTERS})
_TELLING = _OPENING - {"o"}
_RUN, _X_RAY = re.compile(r"\w+"), re.compile(r"\bx-ray\b")


class Spoken(NamedTuple):
    """A run of dictated characters; `spoken` counts the words that are not numerals."""

    start: int
    end: int
    value: str
    spoken: int


def has_spoken(text: str) -> bool:
    """Say whether the text holds any word of dictation: the cheap first test."""
    low = text.lower()
    return not _TELLING.isdisjoint(_RUN.findall(low)) or _X_RAY.search(low) is not None


def spoken_runs(text: str, *, letters: bool) -> Iterator[Spoken]:
    """Yield the runs of dictated digits, with `letters` also of the spelling alphabet, as the characters they stand for."""
    reading = _Run()
    for match in _WORD.finditer(text):
        word = match.group().lower()
        if word not in _OPENING and not word.isdigit() and not reading.begun:
            continue
        if reading.value and (gap := match.start() - reading.seen) > 3 and gap:
            yield from reading.close()
        if reading.take(word, match.start(), match.end(), letters):
            continue
        if word in _FILLERS and reading.value:
            reading.seen = match.end()
            continue
        yield from reading.close()
    yield from reading.close()


class _Run:
    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.start = self.end = self.seen = 0
        self.value = ""
        self.spoken = 0
        self.repeat = 1
        self.tens = False
        self.opening = 0

    @property
    def begun(self) -> bool:
        """Whether a word was taken that a run can begin with."""
        return bool(self.value) or self.repeat > 1

    def close(self) -> Iterator[Spoken]:
        if self.value:
            yield Spoken(self.start, self.end, self.value, self.spoken)
        self.clear()

    def take(self, word: str, start: int, end: int, letters: bool) -> bool:
        tens = False
        if word in _REPEATS:
            self.repeat = _REPEATS[word]
            self.opening = start
            self.seen = end
            self.spoken += 1
            return True
        if word in _DIGITS:
            # "seventy seven" is 77: the unit takes the place of the nought that the ten brought.
            if self.tens and self.repeat == 1:
                self.value = self.value[:-1]
            piece = _DIGITS[word] * self.repeat
        elif word in _TENS:
            piece, tens = _TENS[word] + "0", True
        elif word in _TEENS:
            piece = _TEENS[word]
        elif word in ("hundred", "thousand") and self.value:
            piece = "00" if word == "hundred" else "000"
        elif word.isdigit() and (self.value or self.repeat > 1):
            piece = word * self.repeat
        elif word.isdigit():
            piece = word
        elif letters and word in _LETTERS:
            piece = _LETTERS[word] * self.repeat
        else:
            return False
        if not self.value:
            self.start = self.opening if self.repeat > 1 else start
        self.value += piece
        self.spoken += not word.isdigit()
        self.end = self.seen = end
        self.repeat = 1
        self.tens = tens
        return True
