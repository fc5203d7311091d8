"""Acceptance by planted samples: every byte of a store in which one of the caller's own strings came out.

Two searches, so that neither a changed capital nor a changed space hides a string: by letters and figures alone, for
strings of six or more of them, in any case and with anything else in between; and as typed but for case, at the edges of
words, for shorter ones. Names of files are searched as well as what is in them. Ciphertext is searched for the longer
strings only: it is made of random letters, in which a short one stands by chance.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .errors import CommandError

TEXTS_FOLDER, STRINGS_FILE = "texts", "must-not-come-out.txt"

_LOOSE_CHARACTERS = 6
_SEALED = re.compile(rb'"sealed": ?"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True, slots=True)
class Appearance:
    """Where a string came out: its line in the list, the file, and the bytes [start, end) of a line of it. `line` 0 is the file's name."""

    string: int
    file: str
    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Planted:
    """A string that must not come out, by its line in the list."""

    number: int
    text: str = field(repr=False)

    def pattern(self) -> re.Pattern[str]:
        """What finds it in a text."""
        letters = _letters(self.text)
        if len(letters) >= _LOOSE_CHARACTERS:
            return re.compile(r"(?:\\u[0-9a-f]{4}|\\n|[\W_])*?".join(_escapable(letter) for letter in letters), re.IGNORECASE)
        words = r"\s+".join(_escapable(word) if len(word) == 1 else "".join(map(_escapable, word)) for word in self.text.split())
        return re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)

    @property
    def is_loose(self) -> bool:
        """Whether it is long enough to be looked for by its letters and figures alone."""
        return len(_letters(self.text)) >= _LOOSE_CHARACTERS


def read_strings(folder: Path) -> tuple[Planted, ...]:
    """Read the list: a string a line, `#` begins a comment line. Raises CommandError where there is nothing to look for."""
    try:
        lines = (folder / STRINGS_FILE).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise CommandError(f"the folder has no readable {STRINGS_FILE}", hint="write one string a line, in UTF-8") from None
    planted = tuple(Planted(number, line.strip()) for number, line in enumerate(lines, start=1) if line.strip() and line.strip()[0] != "#")
    if not planted or any(not _letters(one.text) for one in planted):
        raise CommandError(
            f"{STRINGS_FILE} has no string on some line, or none at all", hint="give each line letters or figures to look for"
        )
    return planted


def is_in(planted: Planted, texts: Iterable[str]) -> bool:
    """Whether a text holds the string at all: one that none holds proves nothing by its absence."""
    pattern = planted.pattern()
    return any(pattern.search(text) for text in texts)


def appearances(store: Path, planted: Sequence[Planted]) -> Iterator[Appearance]:
    """Yield every place of a store in which a planted string came out, file by file in order of path."""
    patterns = [(one, one.pattern()) for one in planted]
    for path in sorted(found for found in store.rglob("*") if found.is_file()):
        name = path.relative_to(store).as_posix()
        yield from _in_line(patterns, name, 0, name.encode())
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                yield from _in_line(patterns, name, number, line)


def _in_line(patterns: Sequence[tuple[Planted, re.Pattern[str]]], name: str, number: int, line: bytes) -> Iterator[Appearance]:
    open_text = _SEALED.sub(lambda match: b" " * len(match[0]), line)
    for one, pattern in patterns:
        # Bytes as Latin-1 keep their places; a letter beyond ASCII is looked for as the bytes of its UTF-8, or as JSON escapes it.
        searched = (line if one.is_loose else open_text).decode("latin-1")
        for match in pattern.finditer(searched):
            yield Appearance(one.number, name, number, match.start(), match.end())


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def _escapable(character: str) -> str:
    if character.isascii():
        return re.escape(character)
    forms = {character, character.lower(), character.upper()}
    written = {form.encode("utf-8").decode("latin-1") for form in forms} | {json.dumps(form)[1:-1] for form in forms} | forms
    return "(?:" + "|".join(sorted(map(re.escape, written), key=len, reverse=True)) + ")"
