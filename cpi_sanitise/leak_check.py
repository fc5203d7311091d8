"""The finished log against everything that was taken out: nothing removed may stand in it again. It can hold, never release.

A statement that fails is named by its place, never quoted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .form_search import FormValue, folded, name_words, search_form
from .lexicon import common_words, towns
from .spans import Identifier

_FIRST_PERSON = re.compile(
    r"(?<![\w'’\[])(?:I(?:['’](?:m|ve|d|ll))?|[Ww]e(?:['’](?:re|ve|d|ll))?|[Mm]y|[Oo]ur|[Mm]e|us|[Mm]ine|ours|myself|"
    r"ourselves|i|i['’]m|i['’]ve)(?![\w'’])"
)
_CHANNEL = re.compile(
    r"\b(?:CPI|AD ?362|intel(?:ligence)? (?:form|submission)|prevent training|disclosed in the public interest|"
    r"on condition of anonymity)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"“[^”]{0,600}”|\"[^\"]{0,600}\"|(?<![\w'’])['‘](?:[^'’\n]|(?<=\w)['’](?=\w)){2,400}['’](?!\w)")
_PLACEHOLDER = re.compile(r"\[[A-Z ]+ \d+\]")
_ROMAN = re.compile(r"(?:\b(?:phase|part|type|class|section|world war|schedule)\s+)I\b", re.IGNORECASE)
_NO_WORD = re.compile(r"[\W_]+")
_RUN = re.compile(r"\w+")
_GRAM = 5  # the shortest value that is looked for with letters and digits only; shorter ones need their word's edges
_FEW = 50  # so many are sooner looked for one by one
FREE_OF_CONTEXT = frozenset("PHONE POSTCODE VEHICLE_REG EMAIL URL USERNAME NATIONAL_ID FINANCIAL".split())


class Removed:
    """What was taken out of a narrative, as a search list: each text looks only for what shares its beginning with a word that it holds.

    So the cost is that of the text and what it may hold, and not that of the text times all that was ever removed.
    """

    def __init__(self, narrative: str, identifiers: Sequence[Identifier]) -> None:
        self._free: dict[str, list[str]] = {}
        self._words: dict[str, list[tuple[str, str]]] = {}
        for value, entity_type in dict.fromkeys((narrative[found.start : found.end], found.type) for found in identifiers):
            squeezed = _squeezed(value)
            short = len(squeezed) < 3 and entity_type != "PERSON"
            if short or (squeezed.isdigit() and len(squeezed) < 4) or value.lower() in towns():
                continue
            if entity_type in FREE_OF_CONTEXT and len(squeezed) >= _GRAM:
                self._free.setdefault(squeezed[:_GRAM], []).append(squeezed)
                continue
            # Whatever is looked for begins where a word does, so its own first word is the beginning of that word.
            for part in name_words(value) if entity_type == "PERSON" else [value]:
                first = _RUN.search(part)
                if first is not None:
                    self._words.setdefault(folded(first[0]), []).append((part, entity_type))
        self._lengths = sorted({len(first) for first in self._words})

    def stands_in(self, text: str) -> bool:
        """Whether any of it stands in the text."""
        squeezed = _squeezed(text)
        if len(self._free) < _FEW:
            if any(value in squeezed for values in self._free.values() for value in values):
                return True
        elif any(
            squeezed.startswith(value, place)
            for place in range(len(squeezed) - _GRAM + 1)
            for value in self._free.get(squeezed[place : place + _GRAM], ())
        ):
            return True
        runs = {folded(run) for run in set(_RUN.findall(text))}
        firsts = {run[:length] for length in self._lengths for run in runs}
        return any(
            _stands_in(value, entity_type, text) for first in firsts & self._words.keys() for value, entity_type in self._words[first]
        )


def _squeezed(text: str) -> str:
    return _NO_WORD.sub("", text).lower()


def leaks(text: str, removed: Removed, form: Sequence[FormValue]) -> tuple[str, ...]:
    """Why the text must not leave, in neutral words; empty if nothing was found."""
    bare = _PLACEHOLDER.sub(" ■ ", text)
    unquoted = _ROMAN.sub(" ", _QUOTED.sub(" ", bare))
    reasons = []
    if _FIRST_PERSON.search(unquoted):
        reasons.append("first person left")
    if _CHANNEL.search(unquoted):
        reasons.append("channel left")
    if removed.stands_in(bare):
        reasons.append("a removed identifier stands in the text")
    if any(not _is_town(bare[found.start : found.end]) for found in search_form(bare, list(form))):
        reasons.append("a form value stands in the text")
    return tuple(reasons)


def _is_town(text: str) -> bool:
    return text.lower() in towns()


def _stands_in(value: str, entity_type: str, text: str) -> bool:
    if entity_type == "PERSON":
        return _name_stands_in(value, text)
    shape = r"[\W_]{0,3}".join(re.escape(part) for part in re.findall(r"\w+", value))
    if len(value.split()) == 1 and value.lower() in common_words():
        return not value.islower() and bool(re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text))
    return bool(re.search(rf"(?<!\w){shape}(?!\w)", text, re.IGNORECASE))


def _name_stands_in(word: str, text: str) -> bool:
    """A word of a name in any case; one that is also a common word or a town only where it is written as a name within a sentence."""
    lower = word.lower()
    if len(word) < 3:
        # "Mo", or initials: as they were written.
        return len(word) == 2 and lower not in common_words() and bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text))
    if lower in common_words() or lower in towns():
        return any(
            match[0][0].isupper()
            and not match[0].isupper()
            and not re.search(r"(?:^|[.!?:]\s*|[\"“‘']\s*)$", text[max(0, match.start() - 4) : match.start()])
            for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE)
            if lower not in towns()
        )
    return bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE))
