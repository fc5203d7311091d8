"""Fresh values for the identifiers of a record, so that training sees new ones each time and no name can be learned by heart.

`redraw(record, rng)` keeps the shape of every value (letter case, spacing, typing slips, masks, spelt-out numbers), maps
each name, plate, number and place the same way wherever it stands in the record, in the form too, and shifts the offsets of
all labels. What is drawn may be somebody's: only phones keep to Ofcom's drama ranges, unless `drama_only=False`.
"""

from __future__ import annotations

import copy
import random
import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

Record = dict[str, Any]

LISTS = Path(__file__).parent / "lists"

NAME_FIELDS = ("submitter_name", "source_name")
FREE_TEXT_FIELDS = ("recontact_details", "how_found_out", "when_found_out", "shared_with", "difficulties", "mitigation", "mappa")
TYPO_RATIO = 84.0

_WORD = re.compile(r"[^\W_*]+(?:['’-][^\W_*]+)*")
_PIECE = re.compile(r"[^\W\d_]+|\d+")
_NUMBER_LIKE = re.compile(r"[0-9OolI|]*\d[0-9OolI|]*")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,200}")
_PHONE = re.compile(r"(?<!\w)(?:\+44|\(?0)[\d ()-]{8,18}\d")
_DATE = re.compile(r"(?<!\w)([0-9OolI]{1,4})([./ -])([0-9OolI]{1,2})\2([0-9OolI]{2,4})(?!\w)")

_TITLES = frozenset(
    "mr mrs ms miss mx dr doctor prof professor cllr councillor pc pcso sgt sergeant inspector di dc insp capt sir dame".split()
)
_KIN = frozenset("auntie aunty aunt uncle sister brother nan nana grandad father mother rev revd reverend fr imam pastor lady lord".split())
_PARTICLES = frozenset(
    "and or the of de da do van von bin ibn abu umm big little lil young old baby mad our jnr snr junior senior aka".split()
)
_NO_NAME = frozenset(
    "my not no given withheld caller child unknown anonymous none self a an the same as above aged don't want resident working name".split()
)
_DIGIT_WORDS = "zero one two three four five six seven eight nine".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth "
    "seventeenth eighteenth nineteenth twentieth".split()
)
_MONTHS = "January February March April May June July August September October November December".split()
_NATO = (
    "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa quebec romeo sierra tango uniform "
    "victor whiskey yankee zulu".split()
)
_PLATE_FILLERS = frozenset("end ends ending reg part and the is or on mud rest car van bit plate number starts begins".split())
_PLATE_PIECE = re.compile(r"[A-Za-z]{2}\d{2}|[A-Za-z]+|\d+")
_PLATE_LETTERS = "ABCDEFGHJKLMNOPRSTUVWXY"
_INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"  # Royal Mail leaves C, I, K, M, O and V out
_YEARS_OF_PLATES = [f"{year:02}" for year in range(2, 27)] + [str(year) for year in range(52, 77)]
_DRAMA_CITIES = ("0113", "0114", "0115", "0116", "0117", "0118", "0121", "0131", "0141", "0151", "0161")
_ORDINARY_AREAS = (
    "01202 01225 01254 01273 01302 01323 01332 01386 01422 01452 01473 01482 01495 01522 01544 01603 01633 01642 01695 01702 01743 01772 "
    "01792 01865 01902 01924 01954 01983".split()
)
_KEPT_OF_HANDLES = frozenset(
    "http https www com co uk org net example police gov nhs me tiktok instagram facebook fb insta ig snap snapchat sc telegram tg "
    "whatsapp discord steam gmail outlook hotmail yahoo icloud mailbox postbox inbox mail mailbarn mailhaven personalmail office hello "
    "info admin duty desk manager head secretary chair intel team contact enquiries accounts payroll licensing hub watch residents "
    "profile user groups p id t u php youtube twitter x onlyfans vinted ebay gumtree the of and".split()
)


# --- lists ------------------------------------------------------------------------------------------------------------------


def _lines(name: str) -> list[str]:
    # The first line says source, licence and date.
    return (LISTS / name).read_text(encoding="utf-8").splitlines()[1:]


@lru_cache(maxsize=1)
def _first_names() -> dict[tuple[str, str], list[str]]:
    rows = (line.split("\t") for line in _lines("first_names.txt"))
    return {(community, sex): names.split() for community, sex, names in rows}


@lru_cache(maxsize=1)
def _surnames() -> dict[str, list[str]]:
    return {community: names.split() for community, names in (line.split("\t") for line in _lines("surnames.txt"))}


@lru_cache(maxsize=1)
def _word_names() -> dict[str, list[str]]:
    return {kind: names.split() for kind, names in (line.split("\t") for line in _lines("names_that_are_words.txt"))}


@lru_cache(maxsize=1)
def _sexes() -> dict[str, tuple[str, str]]:
    """A first name's community and sex, the first that is listed."""
    found: dict[str, tuple[str, str]] = {}
    for (community, sex), names in _first_names().items():
        for name in names:
            found.setdefault(name.casefold(), (community, sex))
    for sex in "mf":
        for name in _word_names()[sex]:
            found.setdefault(name.casefold(), ("white_british", sex))
    return found


@lru_cache(maxsize=1)
def _word_name_set() -> frozenset[str]:
    return frozenset(name.casefold() for names in _word_names().values() for name in names)


@lru_cache(maxsize=1)
def _short_names() -> dict[str, list[str]]:
    return {line.split()[0].casefold(): line.split()[1:] for line in _lines("short_names.txt")}


@lru_cache(maxsize=8)
def _plain_list(name: str) -> list[str]:
    return [line for line in _lines(name) if line]


@lru_cache(maxsize=1)
def _generic() -> frozenset[str]:
    """Words of addresses, organisations and towns that stay."""
    words = {word for name in ("street_words.txt", "organisation_words.txt", "kinds_of_work.txt") for word in _plain_list(name)}
    # Towns of several words are left to chance: their first word also begins many a street.
    return frozenset(
        words | {town.casefold() for town in _plain_list("towns.txt") if " " not in town} | {"st", "saint", "an", "for", "with"}
    )


@lru_cache(maxsize=1)
def _street_words() -> list[str]:
    return [word for word in _plain_list("street_words.txt") if len(word) >= 4]


@lru_cache(maxsize=4096)
def _misspelt_street_word(word: str) -> bool:
    return len(word) >= 4 and process.extractOne(word, _street_words(), scorer=fuzz.ratio, score_cutoff=TYPO_RATIO) is not None


# --- shapes -----------------------------------------------------------------------------------------------------------------


def recase(new: str, old: str) -> str:
    """The new word in the letter case of the old one."""
    if len(old) > 1 and old.isupper():
        return new.upper()
    if old.islower():
        return new.lower()
    return new[0].upper() + new[1:] if old[:1].isupper() else new


def fold(text: str) -> str:
    """ASCII letters of a name, as in an e-mail address."""
    plain = unicodedata.normalize("NFKD", text.replace("ł", "l").replace("Ł", "L"))
    return re.sub(r"[^a-z]", "", "".join(letter for letter in plain.casefold() if letter.isascii()))


def _read_slips(text: str) -> str:
    """Digits typed or scanned for letters, read as letters."""
    return text.replace("0", "o").replace("1", "l").replace("5", "s").replace("|", "l")


def _same_slip(new: str, old: str) -> str:
    for letter, digit in (("o", "0"), ("l", "1"), ("i", "1"), ("s", "5")):
        if digit in old and letter in new:
            return new.replace(letter, digit, 1)
    return new


def _is_digit(character: str) -> bool:
    return character.isdigit() and character.isascii()


def _into_digits(shape: str, digits: str) -> str:
    """Digits in the places of a shape's digits; letters typed for digits stay where the same digit comes again."""
    looks = {"O": "0", "o": "0", "l": "1", "I": "1", "|": "1"}
    made, at = [], 0
    for match in re.finditer(r"[0-9OolI|]+|[^0-9OolI|]+", shape):
        piece = match[0]
        before, after = shape[: match.start()][-1:], shape[match.end() :][:1]
        # A letter counts as a digit only in a piece with digits, or standing alone between pieces of a number.
        if piece[0] not in "0123456789OolI|" or not (any(map(_is_digit, piece)) or not (before.isalpha() or after.isalpha())):
            made.append(piece)
            continue
        for character in piece:
            digit = digits[at] if at < len(digits) else "0"
            at += 1
            made.append(character if looks.get(character) == digit else digit)
    return "".join(made)


def _number_of(shape: str) -> str:
    """The digits of a shape, letters typed for digits read as such."""
    found = []
    for match in re.finditer(r"[0-9OolI|]+", shape):
        before, after = shape[: match.start()][-1:], shape[match.end() :][:1]
        if any(map(_is_digit, match[0])) or not (before.isalpha() or after.isalpha()):
            found.append(re.sub("[Oo]", "0", re.sub("[lI|]", "1", match[0])))
    return "".join(found)


# --- one record -------------------------------------------------------------------------------------------------------------


class _Values:
    """What the values of one record become; asked again, it gives the same."""

    def __init__(self, rng: random.Random, drama_only: bool) -> None:
        self.rng = rng
        self.drama_only = drama_only
        self.names: dict[str, str] = {}
        self.old_names: set[str] = set()
        self.initials: dict[tuple[str, str], str] = {}
        self.roles: dict[str, str] = {}
        self.words: dict[str, str] = {}
        self.numbers: dict[tuple[str, str], str] = {}
        self.taken: set[str] = set()

    # Names ------------------------------------------------------------------------------------------------------------------

    def learn_names(self, mentions: list[tuple[str, str]]) -> None:
        """Draw a new word for every word of the names; full names first, since they tell first names from surnames."""
        parsed = [(word, role, community) for text, community in mentions for word, role in name_parts(text)]
        self.old_names = {word for word, _, _ in parsed}
        known: dict[str, tuple[str, str]] = {}
        for word, role, community in parsed:
            if role in ("first", "surname") and len(word) > 1:
                known.setdefault(word, (role, community))
        for word, role, community in parsed:
            if role == "single" and len(word) > 1:
                # A lone word that is no listed name is mostly a nickname among those who write most of them, and a rare name elsewhere.
                named = 0.4 if community in ("white_british", "black_caribbean") else 0.85
                known.setdefault(word, ("first" if word in _sexes() or self.rng.random() < named else "nickname", community))
        for word, (role, community) in known.items():
            self.roles[word] = role
            if word not in self.names:
                self.names[word] = self._related(word) or self._fresh(word, role, community)
                self.taken.add(self.names[word].casefold())

    def _related(self, word: str) -> str | None:
        """A short form, or a slip, of a name drawn before."""
        for old, new in list(self.names.items()):
            if len(word) >= 2 and (word.title() in _short_names().get(old, ()) or (3 <= len(word) < len(old) and old.startswith(word))):
                short = _short_names().get(new.casefold())
                return self.rng.choice(short) if short else new[: max(3, len(word))]
            if len(word) >= 4 and word not in _sexes() and fuzz.ratio(word, old) >= TYPO_RATIO:
                return self._slip(new)
        return None

    def _slip(self, word: str) -> str:
        if len(word) < 3:
            return word + word[-1]
        at = self.rng.randrange(1, len(word) - 1)
        kind = self.rng.randrange(3)
        if kind == 0:
            return word[:at] + word[at + 1 :]
        if kind == 1 and word[at] != word[at + 1]:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        return word[:at] + word[at] + word[at:]

    def _fresh(self, old: str, role: str, community: str) -> str:
        as_word = self.rng.random() < (
            0.7 if old in _word_name_set() else 0.2 if community in ("white_british", "irish", "black_caribbean") else 0.03
        )
        if role == "nickname":
            pool = _plain_list("nicknames.txt")
        elif role == "surname":
            pool = _word_names()["s"] if as_word else _surnames()[community]
        else:
            sex = _sexes().get(old, ("", ""))[1]
            sex = sex if sex in ("m", "f") else self.rng.choice("mf")
            pool = _word_names()[sex] if as_word else _first_names()[community, sex] + _first_names().get((community, "u"), [])
        return self._unused(pool)

    def _unused(self, pool: list[str]) -> str:
        for _ in range(50):
            word = self.rng.choice(pool)
            if word.casefold() not in self.taken and word.casefold() not in self.old_names:
                break
        return word

    def _initial(self, letter: str, role: str) -> str:
        """The initial of the new name of somebody whose old name began so."""
        key = (letter.casefold(), "surname" if role == "surname" else "first")
        if key not in self.initials:
            same = [new for old, new in self.names.items() if old[0] == key[0] and (self.roles[old] == "surname") == (key[1] == "surname")]
            same += [new for old, new in self.names.items() if old[0] == key[0]]
            others = [other for other in "ABCDEFGHJKLMNOPRSTVWYZ" if other.casefold() != key[0]]
            self.initials[key] = fold(same[0])[:1].upper() if same and fold(same[0]) else self.rng.choice(others)
        new = self.initials[key]
        return new if letter.isupper() else new.lower()

    def person(self, text: str) -> str:
        """A name as written: titles, particles, case and masks stay."""
        roles = {}
        for match, role in _name_matches(text):
            roles[match.start()] = role

        def word(match: re.Match[str]) -> str:
            role = roles.get(match.start())
            if role is None:
                return match[0]
            stem, possessive = _stem(match[0])
            if len(stem) == 1:
                return self._initial(stem, role) + possessive
            key = stem.casefold()
            new = self.names.get(key) or self.names.get(_read_slips(key))
            if new is None and stem.isupper() and len(stem) <= 3:
                return "".join(self._initial(letter, role) for letter in stem) + possessive
            if new is None:
                new = self.names[key] = self._fresh(key, "first", "white_british")
                self.roles[key] = "first"
            return _same_slip(recase(new, stem), stem) + possessive

        if "*" in text:
            return re.sub(r"[^\W\d_]", lambda match: self._initial(match[0], "first"), text)
        return _WORD.sub(word, text)

    # Places and organisations -----------------------------------------------------------------------------------------------

    def _place_word(self, old: str) -> str:
        key = _read_slips(old.casefold())
        if key in self.names:
            return self.names[key]
        if key not in self.words:
            self.words[key] = self._unused(_plain_list("place_words.txt"))
            self.taken.add(self.words[key].casefold())
        return self.words[key]

    def place(self, text: str, *, address: bool) -> str:
        """An address, small place or organisation: its own words and numbers change, the kind of thing it is stays."""

        # Beside words with capitals, those without say what kind of place it is.
        capitals = any(match[0][0].isupper() for match in _WORD.finditer(text))

        def word(match: re.Match[str]) -> str:
            stem, possessive = _stem(match[0])
            key = stem.casefold()
            read = _read_slips(key)
            if key in self.names:
                return recase(self.names[key], stem) + possessive
            if key in _generic() or read in _generic() or (address and _misspelt_street_word(key)):
                return self._number_word(stem) + possessive if key in (*_DIGIT_WORDS, *_TEENS, *_TENS) else match[0]
            if _NUMBER_LIKE.fullmatch(stem):
                return self._digits(stem)
            if house := re.fullmatch(r"(\d+)([A-Za-z])", stem):
                return self._digits(house[1]) + recase(self.rng.choice("ABCD"), house[2])
            if len(stem) == 1:
                return stem if not address else recase(self.rng.choice("ABCDEFGH"), stem)
            if re.fullmatch(r"[A-Za-z]\d+", stem):
                return stem[0] + self._digits(stem[1:])
            if stem.islower() and capitals:
                return match[0]
            new = self._place_word(stem)
            return _same_slip(recase(new, stem), stem if any(map(_is_digit, stem)) else "") + possessive

        made = _WORD.sub(word, text)
        if made == text:
            # Only words that single nothing out: one of them has to, or the place would not be marked.
            made = re.sub(r"[^\W\d_]{4,}", lambda match: recase(self._place_word(match[0]), match[0]), text, count=1)
        return made

    def _number_word(self, old: str) -> str:
        key = old.casefold()
        if key not in self.words:
            pool = next(pool for pool in (_DIGIT_WORDS[1:], _TEENS, _TENS) if key in pool or (key == "zero" and pool[0] == "one"))
            self.words[key] = self.rng.choice(pool)
        return recase(self.words[key], old)

    # Numbers and codes ------------------------------------------------------------------------------------------------------

    def _digits(self, old: str) -> str:
        """Another number as long; a leading nought stays one."""
        number = _number_of(old)
        key = ("digits", number)
        if key not in self.numbers:
            longer = [
                (known, new)
                for (kind, known), new in self.numbers.items()
                if kind in ("digits", "phone") and len(number) >= 3 and known.endswith(number)
            ]
            if longer:
                self.numbers[key] = longer[0][1][-len(number) :]
            else:
                first = "0" if number[:1] == "0" else self.rng.choice("123456789")
                self.numbers[key] = (first + "".join(self.rng.choices("0123456789", k=len(number) - 1)))[: len(number)]
        return _into_digits(old, self.numbers[key])

    def _letters(self, old: str, pool: str) -> str:
        key = ("letters", old.casefold())
        if key not in self.numbers:
            self.numbers[key] = "".join(self.rng.choices(pool, k=len(old)))
        return "".join(new if character.isupper() else new.lower() for new, character in zip(self.numbers[key], old, strict=True))

    def code(self, text: str) -> str:
        """A reference or account: digits for digits, letters for letters, prefixes and words as they are."""
        number = re.sub(r"\D", "", text)
        if len(number) == 10 and _is_nhs_number(number) and not re.search(r"\d[A-Za-z]|[A-Za-z]\d", text):
            return _into_digits(text, self._once(("nhs", number), self._nhs_number))
        if not number:
            return self._spoken_digits(text)

        def piece(match: re.Match[str]) -> str:
            token = match[0]
            if not any(map(_is_digit, token)):
                # The five letters of a surname that begin a driving licence.
                licence = len(token) == 5 and token.isupper() and re.match(r" ?\d{6}", text[match.end() :])
                return self._letters(token, _PLATE_LETTERS) if licence else token
            parts = re.findall(r"[A-Za-z]+|\d+|[^\W\d_a-zA-Z]+", token)
            if len(parts) == 1 or _NUMBER_LIKE.fullmatch(token):
                return self._digits(token)
            return "".join(
                self._digits(part) if part[0].isdigit() else part if at == 0 or not part.isascii() else self._letters(part, _PLATE_LETTERS)
                for at, part in enumerate(parts)
            )

        return re.sub(r"[^\W_]+", piece, text)

    def _once(self, key: tuple[str, str], make: Callable[[], str]) -> str:
        if key not in self.numbers:
            self.numbers[key] = make()
        return self.numbers[key]

    def _nhs_number(self) -> str:
        while True:
            digits = self.rng.choice("4679") + "".join(self.rng.choices("0123456789", k=8))
            check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
            if check != 10:
                return digits + str(check % 11)

    def _spoken_digits(self, text: str) -> str:
        """Spelt-out digits: the last four change; what follows "double" does too, so the number stays one."""
        places = [match for match in re.finditer(r"[A-Za-z]+", text) if match[0].casefold() in (*_DIGIT_WORDS, "oh", "nought")]
        made = text
        for match in reversed(places[-4:]):
            made = made[: match.start()] + recase(self.rng.choice(_DIGIT_WORDS[1:]), match[0]) + made[match.end() :]
        return made

    def phone(self, text: str) -> str:
        """A phone number in the same spacing, prefix, mask and slips."""
        if extension := re.search(r"(?<=\d)\W{0,3}(?:extension|extn|ext|x)\b", text, re.IGNORECASE):
            at = extension.start()
            return self.phone(text[:at]) + self._digits(text[at:])
        number = _number_of(text)
        if not number:
            return self._once(("spoken", text.casefold()), lambda: self._spoken_digits(text))
        international = number.startswith("44") and "+" in text
        national = "0" + number[2:].removeprefix("0") if international else number
        if "*" in text or re.search(r"[xX]{2}", text) or len(national) < 10 or not national.startswith("0"):
            kept = 2 if national.startswith("07") and not international else 0
            return (
                _into_digits(text, number[:kept] + "".join(self.rng.choices("0123456789", k=len(number) - kept)))
                if kept
                else self._digits(text)
            )
        new = self._once(("phone", national), lambda: self._phone_number(national))
        if international:
            new = "44" + (new if number[2:3] == "0" else new[1:])
        return _into_digits(text, new.ljust(len(number), "0")[: len(number)])

    def _phone_number(self, old: str) -> str:
        last = f"{self.rng.randrange(1000):03}"
        mobile = old.startswith("07")
        if not self.drama_only and self.rng.random() < 0.6:
            if mobile:
                return "07" + self.rng.choice("345789") + "".join(self.rng.choices("0123456789", k=8))
            if old.startswith("02"):
                return "020" + self.rng.choice("378") + "".join(self.rng.choices("0123456789", k=7))
            return self.rng.choice(_ORDINARY_AREAS) + self.rng.choice("2345678") + "".join(self.rng.choices("0123456789", k=5))
        if mobile:
            return "07700900" + last
        if old.startswith("02"):
            return "02079460" + last
        if old[:4] in _DRAMA_CITIES:
            return self.rng.choice(_DRAMA_CITIES) + "4960" + last
        if old.startswith("0191"):
            return "01914980" + last
        if old.startswith("08"):
            return "08081570" + last
        return "01632960" + last

    def plate(self, text: str) -> str:
        """A registration, whole or part, in the same era's form; its pieces are remembered, so that "ends KLM" still fits."""

        def token(match: re.Match[str]) -> str:
            word = match[0]
            key = word.casefold()
            if key in _NATO:
                return recase(self._once(("nato", key), lambda: self.rng.choice(_NATO)), word)
            if key in _DIGIT_WORDS:
                return recase(self._once(("spoken", key), lambda: self.rng.choice(_DIGIT_WORDS)), word)
            if not any(map(_is_digit, word)) and (key in _PLATE_FILLERS or len(word) > 3):
                return word
            return _PLATE_PIECE.sub(piece, word)

        def piece(match: re.Match[str]) -> str:
            part = match[0]
            if len(part) == 4 and part[:2].isalpha() and part[2:].isdigit():
                age = self._once(("age", part[2:]), lambda: self.rng.choice(_YEARS_OF_PLATES))
                return self._letters(part[:2], _PLATE_LETTERS) + age
            return self._digits(part) if part[0].isdigit() else self._letters(part, _PLATE_LETTERS)

        return re.sub(r"[^\W_]+", token, text)

    def postcode(self, text: str) -> str:
        """A postcode, whole or part, with the slips of the old one."""
        match = re.fullmatch(r"([A-Za-z]{1,2}|[A-Za-z][05])(\w{0,2}?)([\s-]*)([0-9OolI]\s?[A-Za-z]{2})?", text)
        if match is None:
            return self.code(text)
        area, district, gap, inward = match[1], match[2], match[3], match[4] or ""
        if area[-1].isdigit():
            # A nought for O, as in S016: the area's second letter is lost with the slip.
            area, district = area[0], area[1] + district
        same_length = [one for one in _plain_list("postcode_areas.txt") if len(one) == len(area)]
        new_area = self._once(("area", area.casefold()), lambda: self.rng.choice(same_length))
        new_area = new_area if area.isupper() else new_area.lower() if area.islower() else new_area.title()
        if district and district[-1].isalpha() and district[-1] not in "OolI":
            district = self._digits(district[:-1]) + district[-1] if len(district) > 1 else district
        elif district:
            district = self._digits(district)
        if inward:
            first = self._digits(inward[0]) if inward[0].isdigit() else inward[0]
            inward = first + inward[1:-2] + self._letters(inward[-2:], _INWARD_LETTERS)
        return f"{new_area}{district}{gap}{inward}"

    # Dates ------------------------------------------------------------------------------------------------------------------

    def _birthday(self, day: int, month: int, year: int) -> tuple[int, int, int]:
        """Another day, within a year of the old one, so that ages in the text still fit."""
        key = ("born", f"{day}/{month}/{year % 100}")
        drawn = self._once(key, lambda: f"{self.rng.randint(1, 28)}/{self.rng.randint(1, 12)}/{self.rng.choice((-1, 0, 0, 1))}")
        new_day, new_month, shift = (int(part) for part in drawn.split("/"))
        return new_day, new_month, max(0, year + shift)

    def born(self, text: str) -> str:
        """A date of birth in the same form."""
        if match := _DATE.search(text):
            first, third = _number_of(match[1]), _number_of(match[4])
            iso = len(first) == 4
            year, day = (int(first), int(third)) if iso else (int(third), int(first))
            new_day, new_month, new_year = self._birthday(day, int(_number_of(match[3])), year)
            parts = (new_year, new_month, new_day) if iso else (new_day, new_month, new_year)
            shaped = [
                _into_digits(old, f"{new:0{len(old)}}") if len(old) > 1 and not (len(old) == 2 and new > 99) else str(new)
                for old, new in zip((match[1], match[3], match[4]), parts, strict=True)
            ]
            return f"{text[: match.start()]}{match[2].join(shaped)}{text[match.end() :]}"
        month = re.search(rf"\b({'|'.join(name[:3] for name in _MONTHS)})[a-z]*", text, re.IGNORECASE)
        if month is None:
            return self._spoken_date(text)
        day_match = re.search(r"\d{1,2}", text[: month.start()]) or re.search(r"\b\d{1,2}(?=st|nd|rd|th|\b)", text[month.end() :])
        year_match = re.search(r"\d{2,4}\D*$", text[month.end() :])
        old_month = next(number for number, name in enumerate(_MONTHS, 1) if name[:3].casefold() == month[1].casefold())
        year_text = re.match(r"\d+", year_match[0]) if year_match else None
        new_day, new_month, new_year = self._birthday(
            int(day_match[0]) if day_match else 0, old_month, int(year_text[0]) if year_text else 0
        )
        name = _MONTHS[new_month - 1]
        if len(month[0]) < len(_MONTHS[old_month - 1]):
            name = name[: max(3, len(month[0]))]
        after = text[month.end() :]
        if year_text and year_match:
            after = after[: year_match.start()] + f"{new_year:0{len(year_text[0])}}" + after[year_match.start() + len(year_text[0]) :]
        before = re.sub(
            r"\d{1,2}(st|nd|rd|th)?", lambda match: f"{new_day}{_suffix(new_day) if match[1] else ''}", text[: month.start()], count=1
        )
        before = self._spoken_date(before) if not re.search(r"\d", before) else before
        return before + recase(name, month[0]) + after

    def _spoken_date(self, text: str) -> str:
        def word(match: re.Match[str]) -> str:
            key = match[0].casefold()
            if key in _ORDINALS:
                pool = _ORDINALS[:12] if key in _ORDINALS[:12] else _ORDINALS[12:]
                return recase(self._once(("spoken", key), lambda: self.rng.choice(pool)), match[0])
            if key in _DIGIT_WORDS[1:]:
                return recase(self._once(("spoken", key), lambda: self.rng.choice(_DIGIT_WORDS[1:])), match[0])
            return match[0]

        return re.sub(r"[A-Za-z]+", word, re.sub(r"\d+", lambda match: self._digits(match[0]), text))

    # Handles ----------------------------------------------------------------------------------------------------------------

    def handle(self, text: str) -> str:
        """An e-mail address, link or handle: the words of names become those of the new names, the rest is made up."""
        folded = {fold(old): fold(new) for old, new in self.names.items() if len(fold(old)) >= 3 and fold(new)}

        def piece(match: re.Match[str]) -> str:
            part = match[0]
            key = part.casefold()
            if part.isdigit():
                return self._digits(part)
            if key in _KEPT_OF_HANDLES or (match.end() < len(text) and text[match.end()] == ":"):
                return part
            if key in folded:
                return recase(folded[key], part)
            if len(part) == 1:
                return self._initial(part, "first") if (key, "first") in self.initials or any(old[0] == key for old in self.names) else part
            for old in sorted(folded, key=len, reverse=True):
                if old in key:
                    return recase(key.replace(old, folded[old], 1), part)
            if key not in self.words:
                self.words[key] = self.rng.choice(_plain_list(self.rng.choice(("nicknames.txt", "place_words.txt"))))
            return recase(self.words[key].lower() if part[0].islower() else self.words[key], part)

        return _PIECE.sub(piece, text)

    # ------------------------------------------------------------------------------------------------------------------------

    def value(self, text: str, entity_type: str) -> str:
        """The new value of an identifier."""
        made = self._value(text, entity_type)
        return made if made.strip() else text

    def _value(self, text: str, entity_type: str) -> str:
        match entity_type:
            case "PERSON":
                return self.person(text)
            case "PHONE":
                return self.phone(text)
            case "VEHICLE_REG":
                return self.plate(text)
            case "POSTCODE":
                return self.postcode(text)
            case "DOB":
                return self.born(text)
            case "EMAIL" | "URL" | "USERNAME":
                return self.handle(text)
            case "NATIONAL_ID" | "FINANCIAL":
                return self.code(text)
            case _:
                return self.place(text, address=entity_type == "ADDRESS")


def _stem(word: str) -> tuple[str, str]:
    found = re.fullmatch(r"(.{2,})(['’]s?)", word, re.IGNORECASE)
    return (found[1], found[2]) if found else (word, "")


def _suffix(day: int) -> str:
    return "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _is_nhs_number(digits: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False))
    return (11 - total % 11) % 11 == int(digits[9])


def _name_matches(text: str) -> list[tuple[re.Match[str], str]]:
    """The words of a name that are its own, each as first, surname or single (which of the two is not told)."""
    matches = list(_WORD.finditer(text))
    lower = [_stem(match[0])[0].casefold() for match in matches]
    own = [match for match, word in zip(matches, lower, strict=True) if word not in _TITLES | _KIN | _PARTICLES and not word.isdigit()]
    own = own or [match for match in matches if not match[0].isdigit()]
    title = any(word in _TITLES for word in lower)
    if len(own) == 1:
        return [(own[0], "surname" if title else "single")]
    if "," in text:
        return [(match, "surname" if match.start() < text.index(",") else "first") for match in own]
    if "and" in lower and not title:
        return [(match, "single") for match in own]
    return [(match, "surname" if match is own[-1] else "first") for match in own]


def name_parts(text: str) -> list[tuple[str, str]]:
    """The words of a name, in lower case, with their roles."""
    return [(_read_slips(_stem(match[0])[0].casefold()), role) for match, role in _name_matches(text)]


def _is_name(value: str) -> bool:
    words = value.casefold().replace(",", " ").split()
    return bool(words) and len(words) <= 5 and not any(word in _NO_NAME for word in words) and not any(map(_is_digit, value))


def _community(value: str, mentions: Iterable[tuple[str, str]]) -> str:
    """The community of a name in the form: that of the same name in the narrative, else where its first name is listed first."""
    # A list, since a set's order is another one in each process.
    words = [word for word, _ in name_parts(value)]
    for text, community in mentions:
        if set(words) & {word for word, _ in name_parts(text)}:
            return community
    return next((_sexes()[word][0] for word in words if word in _sexes()), "white_british")


def redraw(record: Record, rng: random.Random, *, drama_only: bool = True) -> Record:
    """The record with every identifier's value drawn anew; the given one is not altered."""
    narrative = record["narrative"]
    spans = sorted(record["identifiers"], key=lambda span: (span["start"], span["end"]))
    if any(following["start"] < span["end"] for span, following in zip(spans, spans[1:], strict=False)):
        raise ValueError(f"{record['reference']}: identifiers overlap")
    values = _Values(rng, drama_only)
    mentions = [(narrative[span["start"] : span["end"]], span["community"]) for span in spans if span["type"] == "PERSON"]
    form_names = {key: value for key, value in record["form"].items() if key in NAME_FIELDS and _is_name(value)}
    mentions += [(value, _community(value, mentions)) for value in form_names.values()]
    values.learn_names(mentions)
    # The longest first, so that "ending 4471" finds the number that it ends.
    texts = sorted({(narrative[span["start"] : span["end"]], span["type"]) for span in spans}, key=lambda pair: (-len(pair[0]), pair))
    drawn = {pair: values.value(*pair) for pair in texts}
    changes = [(span["start"], span["end"], drawn[narrative[span["start"] : span["end"]], span["type"]]) for span in spans]
    made = copy.deepcopy(record)
    made["narrative"] = _changed(narrative, changes)
    for label in ("identifiers", "provenance", "vantage", "statements", "keep"):
        for span in made[label]:
            span["start"], span["end"] = _shifted(span["start"], changes), _shifted(span["end"], changes)
    mentioned = {old: new for (old, _), new in drawn.items() if len(old) > 2}
    made["form"] = {key: _form_value(key, value, values, mentioned, key in form_names) for key, value in record["form"].items()}
    for span in made["vantage"]:
        span["plain"] = _replaced(span["plain"], mentioned)
    made["source"] = {key: _replaced(value, mentioned) for key, value in record["source"].items()}
    return made


def _form_value(key: str, value: str, values: _Values, mentioned: dict[str, str], is_name: bool) -> str:
    if value in mentioned:
        return mentioned[value]
    if is_name:
        return values.person(value)
    if key.endswith("_telephone"):
        return values.phone(value)
    if key.endswith("_email"):
        return values.handle(value)
    if key == "source_dob":
        return values.born(value)
    if key == "source_address":
        return values.place(value, address=True)
    if key == "submitter_organisation":
        return values.place(value, address=False)
    if key in FREE_TEXT_FIELDS:
        value = _replaced(value, mentioned)
        value = _EMAIL.sub(lambda match: values.handle(match[0]), value)
        return _PHONE.sub(lambda match: values.phone(match[0]), value)
    return _replaced(value, mentioned)


def _replaced(text: str, mentioned: dict[str, str]) -> str:
    """The text with identifiers of the narrative as what they became."""
    if not text or not mentioned:
        return text
    longest_first = sorted(mentioned, key=lambda old: (-len(old), old))
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)")
    return pattern.sub(lambda match: mentioned[match[0]], text)


def _changed(text: str, changes: list[tuple[int, int, str]]) -> str:
    kept, end = [], 0
    for start, stop, new in changes:
        kept += [text[end:start], new]
        end = stop
    return "".join([*kept, text[end:]])


def _shifted(at: int, changes: list[tuple[int, int, str]]) -> int:
    """Where a place of the old text is in the new one; a place inside a changed value has none."""
    moved = at
    for start, end, new in changes:
        if end <= at:
            moved += len(new) - (end - start)
        elif start < at:
            raise ValueError("a label begins or ends inside an identifier")
    return moved
