"""Names of persons by lists: a first name, with the surname behind it, as it is written in running text.

Format: none; a name is what the lists of first names and surnames in words/ hold (their first lines name source and licence).
A word of ordinary English ("Grace", "Will", "Long") is taken for a name only beside another name. Words that are towns
("Chester", "Bradford") need a first name before them. The encoder reads the context; this list backs it where it is unsure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .family import FamilyRecognizer, Find
from .wordlists import words

_WORD = re.compile(r"(?<![\w@./\-])[^\W\d_]{2,20}(?:['’\-][^\W\d_]{2,20})*(?![\w@/])")
_PARTICLES = frozenset("al el de da dos van von der den bin ibn bint o mc mac st".split())
_NOT_NAMES = frozenset(
    "mum dad nan gran monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october "
    "november december xmas christmas easter eid ramadan ali-baba kia seat ford audi skoda citroen mercedes lexus honda toyota mazda fiat nissan mini dacia "
    "islam christian muslim allah jesus london paris america asda aldi lidl tesco argos boots nike adidas sky india china israel iran asia paris "
    "georgia jordan chad kent devon essex surrey cornwall romany albanian polish irish angel madonna".split()
)


class GivenNameRecognizer(FamilyRecognizer):
    """First names and what stands behind them; in texts without capitals only names that are no ordinary words."""

    entity_type = "PERSON"

    def find(self, text: str) -> Iterator[Find]:
        firsts, surnames, ordinary, towns = words("first_names"), words("surnames"), words("ordinary_words"), words("towns")
        has_capitals = any(character.isupper() for character in text) and any(character.islower() for character in text)
        found = list(_WORD.finditer(text))
        number = 0
        while number < len(found):
            match = found[number]
            lower = match[0].lower()
            if (
                (has_capitals and not match[0][0].isupper())
                or len(lower) < 3
                or not (lower in firsts or re.split(r"['’\-]", lower)[0] in firsts)
                or lower in _NOT_NAMES
            ):
                number += 1
                continue
            last = number
            while last + 1 < len(found) and last - number < 3 and text[found[last].end() : found[last + 1].start()] in (" ", "  ", " \t"):
                following = found[last + 1][0]
                known = following.lower() in surnames or following.lower() in firsts
                if (
                    following.lower() in _PARTICLES
                    and following.lower() not in ("al", "de")
                    and last + 2 < len(found)
                    and has_capitals
                    or (
                        has_capitals
                        and following[0].isupper()
                        and following.lower() not in _NOT_NAMES
                        and (known or following.lower() not in ordinary)
                    )
                    or (not has_capitals and known and following.lower() not in ordinary)
                ):
                    last += 1
                else:
                    break
            if found[last][0].lower() in _PARTICLES and last > number:
                last -= 1
            alone = last == number
            plain = lower in ordinary or lower in towns
            if not (alone and plain) and not (plain and not has_capitals):
                yield Find(
                    match.start(), found[last].end(), 0.7 if not alone else 0.5, "first name with surname" if not alone else "first name"
                )
            number = last + 1
