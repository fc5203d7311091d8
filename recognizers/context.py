"""Context: is a cue word or phrase among the words beside a span?

Presidio's own enhancer compares substrings of lemmas ("reg" is found in "regular") and only before the find. Here a cue
is a whole word or a phrase of whole words, on either side, and works on the bare text, without a model. Punctuation
divides words and is not compared, so the cue "d o b" stands for "d.o.b." and "D O B" alike.
"""

from __future__ import annotations

import re
from functools import cached_property

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
# Six words hardly ever need more; the bound keeps the cost of a look-up the same on hostile text.
_CHARACTERS_PER_WORD = 16


def words_before(text: str, start: int, count: int) -> str:
    """Return the last `count` words before `start`, lower case, single spaced, with a space at both ends."""
    left = max(0, start - count * _CHARACTERS_PER_WORD)
    found = _WORD.findall(text[left:start])
    if left and found and text[left].isalnum() and text[left - 1].isalnum() and len(found) > 1:
        del found[0]
    return " " + " ".join(found[-count:]).lower() + " "


def words_after(text: str, end: int, count: int) -> str:
    """Return the first `count` words after `end`, in the form of `words_before`."""
    found = _WORD.findall(text[end : end + count * _CHARACTERS_PER_WORD])
    return " " + " ".join(found[:count]).lower() + " "


class Cues:
    """A set of cue words and phrases, matched whole."""

    def __init__(self, *phrases: str) -> None:
        self.phrases = tuple(sorted({" ".join(_WORD.findall(phrase.lower())) for phrase in phrases}, key=len, reverse=True))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(" (?:" + "|".join(map(re.escape, self.phrases)) + ")(?= )")

    def before(self, text: str, start: int, count: int = 6) -> bool:
        """Say whether a cue is among the `count` words before `start`."""
        return self._pattern.search(words_before(text, start, count)) is not None

    def after(self, text: str, end: int, count: int = 6) -> bool:
        """Say whether a cue is among the `count` words after `end`."""
        return self._pattern.search(words_after(text, end, count)) is not None

    def beside(self, text: str, start: int, end: int, count: int = 6) -> bool:
        """Say whether a cue is among the `count` words on either side of the span."""
        return self.before(text, start, count) or self.after(text, end, count)
