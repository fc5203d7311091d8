"""The identity fields of the form as a search list: each value and its variants, looked for in a text.

What the form says of submitter and source must not stand in a log in any shape: the short name, the initials, a
misspelling, the local part of the e-mail address, the telephone number in another format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import DamerauLevenshtein

from .lexicon import common_words, nicknames, towns
from .spans import Identifier, Statement, Touching
from .submission import IDENTITY_FIELDS

_FIELD_TYPES = {
    "name": "PERSON",
    "organisation": "ORGANISATION",
    "telephone": "PHONE",
    "email": "EMAIL",
    "address": "ADDRESS",
    "dob": "DOB",
}
_TITLES = frozenset("mr mrs ms miss dr rev revd sir dame cllr prof sister father pc dc sgt".split())
_NOT_A_NAME = frozenset(
    "anonymous unknown none n/a na not known as above same self withheld refused see above tbc nil the and of in at for".split()
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_PROVIDER = re.compile(r"nhs|gov|police|gmail|hotmail|outlook|yahoo|icloud")
_RUN_ON = 6  # letters; fewer stand in too many words by chance
_NEAR = 20
_LETTERS_BEFORE, _LETTERS = re.compile(r"[^\W\d_]+$"), re.compile(r"[^\W\d_]+")
_DOTTED_I = str.maketrans("İı", "ii")  # `re` takes both for an i, casefold neither
_GENERIC = frozenset(
    "school college academy primary secondary infant junior high surgery practice medical centre center health clinic "
    "hospital pharmacy trust nhs care home "
    "house housing association council borough county district city church mosque temple nursery hostel shelter hotel "
    "shop stores ltd limited plc llp service services "
    "team group youth club project community support the and of st saint road street lane avenue close drive way "
    "park community national service north south east west".split()
)


@dataclass(frozen=True, slots=True)
class FormValue:
    """One identity field's value, with whose it is."""

    type: str
    role: str
    value: str


def form_values(form: Mapping[str, str]) -> list[FormValue]:
    """The identity fields that hold something that can be looked for."""
    values = []
    for name in IDENTITY_FIELDS:
        value = (form.get(name) or "").strip()
        if value and value.lower() not in _NOT_A_NAME and len(value) > 1:
            role, _, kind = name.partition("_")
            values.append(FormValue(_FIELD_TYPES[kind], role, value))
    return values


def folded(text: str) -> str:
    """Text in which two strings that a pattern without regard to case takes for the same are the same.

    Where the fold of a string does not stand in the fold of a text, no such pattern need be tried.
    """
    return text.casefold() if text.isascii() else text.translate(_DOTTED_I).casefold()


def search_form(text: str, values: list[FormValue]) -> list[Identifier]:
    """Every place where a form value or a variant of it stands in the text."""
    found: dict[tuple[int, int, str], set[str]] = {}
    for value in values:
        for start, end in _SEARCHES[value.type](text, value.value):
            found.setdefault((start, end, value.type), set()).add(value.role)
    return [
        Identifier(start, end, entity_type, 1.0, ("form",), tuple(sorted(roles, reverse=True)))
        for (start, end, entity_type), roles in sorted(found.items())
    ]


_FIRST_NAME_BEFORE = re.compile(r"(?<![\w'’-])([A-Z][a-z'’-]+)\s$")


def name_words(name: str) -> list[str]:
    """The words of a name without titles."""
    return [word for word in _WORD.findall(name) if word.lower() not in _TITLES and word.lower() not in _NOT_A_NAME]


def _names(text: str, value: str) -> Iterator[tuple[int, int]]:
    parts = name_words(value)
    if not parts:
        return
    wanted = {variant for part in parts for variant in nicknames(part) if len(variant) > 1} | {
        part.lower() for part in parts if len(part) > 1
    }
    close = [part.lower() for part in parts if len(part) >= 5]
    openings = {word[0] for word in (*wanted, *close)}
    initials = "".join(part[0] for part in parts).upper()
    has_capitals = any(character.isupper() for character in text)
    hits: list[re.Match[str]] = []
    for match in _WORD.finditer(text):
        word = match[0]
        lower = word.lower()
        if lower[0] not in openings:
            continue
        lower = lower[:-2] if lower.endswith(("'s", "’s")) else lower
        if lower in wanted:
            # "will" or "grace" in lower case is the word, unless the whole text has no capitals.
            if word[0].isupper() or lower not in common_words() or not has_capitals:
                hits.append(match)
        elif len(lower) >= 5 and lower not in common_words() and any(_misspelt(lower, part) for part in close):
            hits.append(match)
    for match in hits:
        if len(parts) > 1 and _is_of_another(text, match, parts, wanted):
            continue
        yield match.start(), match.end() - (2 if re.search(r"['’]s$", match[0].lower()) and match[0][:-2].lower() in wanted else 0)
    for first, second in zip(hits, hits[1:], strict=False):
        if re.fullmatch(r"[\s.,'’-]{1,3}", text[first.end() : second.start()]):
            yield first.start(), second.end()
    yield from _run_on(text, parts)
    if len(initials) > 1 and initials in "".join(text.replace(".", "").split()):
        dotted = r"\.?\s?".join(re.escape(letter) for letter in initials)
        for match in re.finditer(rf"(?<![\w.]){dotted}\.?(?!\w)", text):
            yield match.start(), match.end() - (match[0].count(".") == 1 and match[0].endswith("."))


def _is_of_another(text: str, match: re.Match[str], parts: Sequence[str], wanted: set[str]) -> bool:
    """Whether a surname of the form stands behind another first name: a relative, whom the log may be about."""
    before = _FIRST_NAME_BEFORE.search(text, max(0, match.start() - 30), match.start())
    if before is None or not match[0].lower().startswith(parts[-1].lower()):
        return False
    first = before[1].lower()
    return first not in wanted | _TITLES | common_words() and not any(_misspelt(first, part.lower()) for part in parts)


def _misspelt(word: str, part: str) -> bool:
    """One slip in five to seven letters, two in more; the first letter is seldom wrong."""
    allowed = 1 if len(part) < 8 else 2
    return word[0] == part[0] and abs(len(word) - len(part)) <= allowed and DamerauLevenshtein.distance(word, part) <= allowed


def _telephones(text: str, value: str) -> Iterator[tuple[int, int]]:
    digits = re.sub(r"\D", "", value)
    local = re.sub(r"^(?:0044|44|0)", "", digits)
    if len(local) < 5:
        return
    if local not in "".join(re.findall(r"\d+", text)):
        return
    shape = r"[\s().\-–/]{0,3}".join(local)
    for match in re.finditer(rf"(?:(?:\+|00)?44[\s().\-]{{0,3}}(?:\(?0\)?)?[\s().\-]{{0,2}}|\(?0)?{shape}(?!\d)", text):
        yield match.start(), match.end()


def _emails(text: str, value: str) -> Iterator[tuple[int, int]]:
    local, _, domain = value.partition("@")
    fold = folded(text)
    for wanted in {value, local} | ({domain} if "." in domain and not _PROVIDER.search(domain) else set()):
        if len(wanted) >= 4 and folded(wanted) in fold:
            for match in re.finditer(rf"(?<!\w){re.escape(wanted)}(?!\w)", text, re.IGNORECASE):
                if wanted != local or local.lower() not in common_words():
                    yield match.start(), match.end()
    pieces = [
        piece
        for piece in re.split(r"[._\-+\d]+", local)
        if len(piece) >= 3 and piece.lower() not in common_words() and piece.lower() not in _GENERIC
    ]
    for piece in pieces:
        if folded(piece) not in fold:
            continue
        for match in re.finditer(rf"(?<!\w){re.escape(piece)}(?!\w)", text, re.IGNORECASE):
            yield match.start(), match.end()
    yield from _run_on(text, [*pieces, *([domain.partition(".")[0]] if domain and not _PROVIDER.search(domain) else [])])


def _run_on(text: str, parts: Iterable[str]) -> Iterator[tuple[int, int]]:
    """A long word of its own that ran into its neighbours, as copying does: "Vexworthytold me". A common word may hold one by chance."""
    fold = folded(text)
    for part in parts:
        if len(part) < _RUN_ON or part.lower() in common_words() or part.lower() in towns() or folded(part) not in fold:
            continue
        for match in re.finditer(rf"{re.escape(part)}", text, re.IGNORECASE):
            start, end = match.span()
            before, after = _LETTERS_BEFORE.search(text, max(0, start - _NEAR), start), _LETTERS.match(text, end, end + _NEAR)
            whole = (before[0] if before else "") + match[0] + (after[0] if after else "")
            if whole.lower() not in common_words():
                yield start, end


def _phrases(text: str, value: str) -> Iterator[tuple[int, int]]:
    """The whole value, any row of its words that holds one of its own (not "school", "street"), and that word alone when it is rare."""
    words = re.findall(r"[\w'’&]+", value)
    own = [word.lower() not in _GENERIC and word.lower() not in towns() and len(word) > 2 for word in words]
    found: list[Statement] = []
    fold = folded(text)
    stands = [folded(word) in fold for word in words]
    for length in range(len(words), 0, -1):
        for first in range(len(words) - length + 1):
            row = words[first : first + length]
            if (
                not all(stands[first : first + length])
                or not any(own[first : first + length])
                or (length == 1 and row[0].lower() in common_words())
                or (length == 1 and row[0].isdigit())
            ):
                continue
            shape = r"[\s,.\-'’]{1,3}".join(re.escape(word) for word in row)
            longer = Touching(found)
            for match in re.finditer(rf"(?<!\w){shape}(?!\w)", text, re.IGNORECASE):
                start, end = match.span()
                if not any(span.start <= start and end <= span.end for span in longer(start, end)):
                    found.append(Statement(start, end, None))
                    yield start, end
    yield from _run_on(text, [word for word, is_own in zip(words, own, strict=True) if is_own])
    capitals = "".join(word[0] for word in words if word[0].isupper())
    if len(capitals) >= 3 and capitals in text:
        for match in re.finditer(rf"(?<!\w){capitals}(?!\w)", text):
            yield match.start(), match.end()


_MONTHS = "january february march april may june july august september october november december".split()


def _births(text: str, value: str) -> Iterator[tuple[int, int]]:
    numbers = [int(number) for number in re.findall(r"\d+", value)]
    month = next((number for number, name in enumerate(_MONTHS, 1) if name[:3] in value.lower()), None)
    if month is not None and len(numbers) >= 2:
        day, year = (numbers[0], numbers[-1]) if numbers[0] <= 31 else (numbers[-1], numbers[0])
    elif len(numbers) == 3:
        day, month, year = numbers if numbers[0] <= 31 else numbers[::-1]
    else:
        return
    if not 1 <= month <= 12:
        return
    if f"{year % 100:02d}" not in text:
        return
    name = _MONTHS[month - 1]
    years = rf"(?:(?:19|20)?{year % 100:02d})"
    for shape in (
        rf"0?{day}[\s./\-]{{1,3}}0?{month}[\s./\-]{{1,3}}{years}",
        rf"0?{day}(?:st|nd|rd|th)?\s+(?:of\s+)?{name[:3]}(?:{name[3:]})?\.?,?\s+{years}",
        rf"{name[:3]}(?:{name[3:]})?\s+0?{day}(?:st|nd|rd|th)?,?\s+{years}",
    ):
        for match in re.finditer(rf"(?<!\d){shape}(?!\d)", text, re.IGNORECASE):
            yield match.start(), match.end()


_SEARCHES = {"PERSON": _names, "ORGANISATION": _phrases, "ADDRESS": _phrases, "PHONE": _telephones, "EMAIL": _emails, "DOB": _births}
