"""Vehicle registrations of the United Kingdom, of every era, whole and in part.

Format: DVLA, "Vehicle registration numbers and number plates" (INF104); Road Vehicles (Display of Registration Marks)
Regulations 2001; DVA Northern Ireland. Current AB51 ABC since 2001 (age 02 to 29 and 51 to 79; no I, Q, Z in the area, no I or Q
behind), prefix A123 BCD from 1983, suffix ABC 123D from 1963, before that dateless; Northern Ireland AXZ 1234; diplomatic 101 D 234.

The newer the format, the more it tells on its own. Dateless and lower-case plates look like ordinary text ("A34 the", "has
2 g"), so they need a registration word or a vehicle beside them, and words of three letters never count as a plate's letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from .context import Cues, words_after, words_before
from .family import FamilyRecognizer, Find
from .spoken import has_spoken, spoken_runs
from .wordlists import words

_L = r"(?<![A-Za-z0-9])"
_R = r"(?![A-Za-z0-9])"
_CURRENT = re.compile(_L + r"([A-Za-z0]{2})([ ]?)([0-9OoIlSB]{2})([ ]{0,2}|[ ]?[-–.][ ]?)([A-Za-z0]{3})" + _R)
_PREFIX = re.compile(_L + r"([A-HJ-NP-TV-Ya-hj-np-tv-y])([0-9OoIl]{1,3})([ ]?|[-–.])([A-Za-z]{3})" + _R)
_SUFFIX = re.compile(_L + r"([A-Za-z]{3})([ ]?|[-–.])([0-9OoIl]{1,3})([ ]?)([A-HJ-NPR-TV-Ya-hj-npr-tv-y])" + _R)
_NORTHERN_IRELAND = re.compile(_L + r"([A-Za-z]{2,3})([ ]?|-)([0-9]{1,4})" + _R)
_DATELESS = re.compile(_L + r"(?:([A-Za-z]{1,3})[ ]?([0-9]{1,4})|([0-9]{1,4})[ ]?([A-Za-z]{1,3}))" + _R)
_DIPLOMATIC = re.compile(_L + r"[0-9]{3}[ ]?[DX][ ]?[0-9]{3}" + _R)
_TRADE = re.compile(r"\btrade[ ]plates?\b[ :]{1,3}(?:(?:is|was|number|no\.?)[ ]){0,2}([0-9]{5}|[0-9]{3}[ ]?[A-Z]{1,3})" + _R, re.I)
_NAMED = re.compile(
    r"\b(?:regs?|registration|vrm|vrn|index|plates?|number[ ]plate)\b[.:;=\"'“‘(\- ]{1,3}"
    r"(?:(?:number|no|num|mark|is|was|as|of|it|reads?|like|something|a|the|private|partial|part|on|:|-|=)\b[.:\"'“‘ ]{1,3}){0,4}"
    r"([A-Za-z0-9]{1,7}(?:[ \-][A-Za-z0-9?*_.]{1,5}){0,2})" + _R,
    re.I,
)
_AGE_PART = re.compile(
    _L + r"([A-Za-z]{2})[ ]?([0-9OoIl]{2})(?=(?P<rest>[ ,.\-–]{0,3}(?:something|summat|someth?ing|"
    r"blah|whatever|unknown|part\b|[?*_•]{1,3}|\.{2,3}|…|xxx\b|XXX\b|then\b|and then\b))|(?![A-Za-z0-9])"
    r")"
)
_MASKED = re.compile(r"(?<![A-Za-z0-9?*_.])[A-Z?*_.]{2}[0-9?*_.]{2}(?:[ ]?[A-Z?*_.](?:[ ]?[A-Z?*_.]){0,2})?(?![A-Za-z0-9])")
_SLIPPED_PART = re.compile(_L + r"[A-Za-z]{2}[0-9OoIl]{2}[ ]?[A-Za-z]{1,2}" + _R)
_END = re.compile(
    r"\b(?P<cue>end(?:s|ing|ed)?|finish(?:es|ing|ed)?|last[ ](?:three|3|two|2|bit|part|letters)(?:[ ](?:letters|digits|characters))?"
    r"|start(?:s|ing|ed)?|begin(?:s|ning)?|began|first[ ](?:part|bit|half|two|three|four|letters)(?:[ ](?:letters|characters))?)"
    r"[ :]{1,2}(?:(?:in|with|is|are|was|were|of|the|letters|being)[ :]{1,2}){0,3}[\"'“‘]?([A-Za-z0-9]{2,4}(?:[ ][A-Za-z]{3})?)" + _R,
    re.I,
)
_THE_END_OF = re.compile(
    r"\b(?:the[ ](?:end|start|beginning|first|last)[ ](?:bit|part|letters)?[ ]?of[ ](?:the|his|"
    r"her|its)[ ](?:number[ ])?(?:plate|reg|registration|index)|part(?:ial)?[ ](?:plate|reg|"
    r"registration|index|vrm)),?[ :]{1,2}(?:(?:is|was|of)[ ])?[\"'“]?([A-Za-z0-9]{2,4}(?:[ ][A-Za-z]{1,3})?)" + _R,
    re.I,
)
_DIGITS = str.maketrans("OoIlSB", "001158")
_SPOKEN_START = re.compile(r"[A-Z]{2}[0-9]{2}")

_REG = Cues(
    "reg", "regs", "registration", "registrations", "reg no", "plate", "plates", "number plate", "numberplate", "index", "vrm",
    "vrn", "registration mark", "reg plate", "private plate", "licence plate", "license plate", "reg number", "tag on the car",
    "anpr",
)  # fmt: skip
_VEHICLE = Cues(
    "car", "cars", "van", "vans", "vehicle", "vehicles", "motor", "lorry", "lorries", "truck", "pickup", "pick up", "hatchback",
    "saloon", "estate car", "coupe", "convertible", "motorbike", "motorcycle", "moped", "scooter", "bike", "taxi", "cab", "minicab",
    "minibus", "campervan", "caravan", "trailer", "tipper", "flatbed", "4x4", "jeep", "suv", "driving", "drives", "drove", "driven",
    "driver", "parked", "registered keeper", "hire car",
)  # fmt: skip
_PREMISES = Cues("postcode", "post code", "area", "address", "lives", "flat", "house")
_OTHER_CODE = Cues(
    "postcode",
    "post code",
    "ref",
    "reference",
    "room",
    "ward",
    "bay",
    "flat",
    "section",
    "category",
    "cat",
    "form",
    "year",
    "class",
    "group",
    "unit",
)
_SPEAKABLE_CUE = Cues(
    "reg",
    "registration",
    "plate",
    "plates",
    "index",
    "vrm",
    "van",
    "car",
    "vehicle",
    "letters",
    "begins",
    "starts",
    "ends",
    "went off",
    "number plate",
)
# Letters of Northern Irish county codes: a mark there always has an I or a Z in its last two letters.
_NI_CODE = re.compile(r"[A-Z]?(?:[A-Z]Z|I[ABJLW]|[JOUX]I)")


@cache
def _makes() -> Cues:
    return Cues(*words("car_makes"))


class VehicleRegistrationRecognizer(FamilyRecognizer):
    """Number plates in any case and spacing, with O for 0 and I or l for 1, and the parts that witnesses remember."""

    entity_type = "VEHICLE_REG"

    def find(self, text: str) -> Iterator[Find]:
        """Yield whole marks by era, then marks that only their context makes one, then parts and dictated ones."""
        if any(digit in text for digit in "0123456789"):
            for pattern, score_of, reason in _ERAS:
                for match in pattern.finditer(text):
                    if score := score_of(text, match):
                        yield Find(match.start(), match.end(), score, reason)
            yield from _by_context(text)
        yield from _parts(text)
        if has_spoken(text):
            yield from _dictated(text)


def _uniform(*parts: str) -> str:
    """Return "upper" or "lower" if all letters are, else an empty string: nobody types a plate in Title case."""
    letters = "".join(character for part in parts for character in part if character.isalpha())
    return "upper" if letters.isupper() else "lower" if letters.islower() else ""


def _no_plate_word(letters: str) -> bool:
    return letters.lower() in words("three_letter_words") or letters.lower() in words("common_words")


def _score_current(text: str, match: re.Match[str]) -> float:
    area, split, age, gap, tail = match.groups()
    year = age.translate(_DIGITS)
    if not re.search("[0-9]", age) or not (2 <= int(year) <= 29 or 51 <= int(year) <= 79):
        return 0.0
    if re.search("[IQZ]", area.upper()) or "I" in tail.upper() or area == "00" or tail == "000":
        return 0.0
    vehicle = _vehicle_beside(text, match, 6)
    named = _REG.beside(text, match.start(), match.end(), 5)
    # Q is not issued and S and B are misread digits, so only a vehicle beside them lets them pass.
    if ("Q" in tail.upper() or re.search("[SB]", age)) and not (named or vehicle):
        return 0.0
    slips = age != year or "0" in area or "0" in tail
    if gap.strip() == "." and text[match.end() - 4 : match.end() - 3] == " " and not named:
        return 0.0
    case = _uniform(area, tail)
    if not case and not (named or (vehicle and not split) or (not gap and not split)):
        return 0.0
    if gap and not named and (tail.lower() in words("common_words") or (_no_plate_word(tail) and not (vehicle and case == "upper"))):
        return 0.0
    if split and not named and case != "upper":
        return 0.0
    if case == "lower" and gap and not named and not vehicle and area in ("so", "pe", "at", "my", "me", "he", "we", "by", "to", "on", "up"):
        return 0.0
    if not gap and not case and not named and not area.isupper() and not tail.isupper():
        return 0.6
    score = 0.9 if case == "upper" else 0.8
    return score - (0.15 if slips and not named else 0.0)


def _vehicle_beside(text: str, match: re.Match[str], count: int) -> bool:
    return _VEHICLE.beside(text, match.start(), match.end(), count) or _makes().beside(text, match.start(), match.end(), count)


def _score_prefix(text: str, match: re.Match[str]) -> float:
    year, digits, gap, tail = match.groups()
    if not re.search("[0-9]", digits) or re.search("[IQ]", tail.upper()):
        return 0.0
    return _score_old(text, match, _uniform(year, tail), tail, bool(gap), len(digits))


def _score_suffix(text: str, match: re.Match[str]) -> float:
    front, gap, digits, split, year = match.groups()
    if not re.search("[0-9]", digits) or re.search("[IQ]", front.upper()) or digits.startswith("0"):
        return 0.0
    if split and not _REG.before(text, match.start(), 4):
        return 0.0
    return _score_old(text, match, _uniform(front, year), front, bool(gap), len(digits))


def _score_old(text: str, match: re.Match[str], case: str, letters: str, apart: bool, digits: int) -> float:
    """Score a prefix or suffix mark; short, spaced, lower-case ones are too much like prose to stand alone."""
    start, end = match.span()
    named = _REG.beside(text, start, end, 5)
    if not case or (
        case == "lower"
        and re.search("[0-9]?[ol][0-9]?", match.group()[1:-1])
        and re.search(r"[a-z][0-9]?[ol][0-9]|[0-9][ol]", match.group())
    ):
        return 0.6 if named and not apart and case == "" else 0.0
    if _no_plate_word(letters) and not (_REG.before(text, start, 3) and not letters.islower()):
        return 0.0
    if named:
        return 0.85
    vehicle = _vehicle_beside(text, match, 6)
    if case == "lower":
        return (
            0.7 if vehicle and digits == 3 else 0.5 if not apart and digits == 3 else 0.55 if vehicle and not apart and digits == 2 else 0.0
        )
    if vehicle:
        return 0.8
    if _OTHER_CODE.before(text, start, 2):
        return 0.0
    return 0.6 if digits == 3 else 0.5


def _score_northern_ireland(text: str, match: re.Match[str]) -> float:
    letters, gap, digits = match.groups()
    if not _NI_CODE.fullmatch(letters.upper()) or _no_plate_word(letters):
        return 0.0
    named = _REG.beside(text, match.start(), match.end(), 5)
    if named:
        return 0.85
    if letters.isupper() and len(letters) == 3 and len(digits) >= 3:
        return 0.7
    if letters.isupper() and _vehicle_beside(text, match, 5) and len(digits) >= 3:
        return 0.6
    return 0.0


def _score_diplomatic(text: str, match: re.Match[str]) -> float:
    return 0.8 if _vehicle_beside(text, match, 6) or _REG.beside(text, match.start(), match.end(), 6) else 0.5


_ERAS = (
    (_CURRENT, _score_current, "current registration"),
    (_PREFIX, _score_prefix, "prefix registration"),
    (_SUFFIX, _score_suffix, "suffix registration"),
    (_NORTHERN_IRELAND, _score_northern_ireland, "registration of Northern Ireland"),
    (_DIPLOMATIC, _score_diplomatic, "diplomatic registration"),
)


def _by_context(text: str) -> Iterator[Find]:
    for match in _TRADE.finditer(text):
        yield Find(*match.span(1), 0.8, "trade plate")
    for match in _NAMED.finditer(text):
        if span := _named_mark(text, match):
            yield Find(*span, 0.7, "mark beside a registration word")
    for match in _DATELESS.finditer(text):
        letters, digits = match.group(1) or match.group(4), match.group(2) or match.group(3)
        # Only the fuller marks: "RS4", "X5", "320d" and "A34" are models and roads.
        if len(letters) + len(digits) < 5 or len(letters) < 2 or not letters.isupper() or _no_plate_word(letters):
            continue
        if letters.lower() in (
            "ad",
            "pc",
            "dc",
            "ds",
            "pm",
            "am",
            "gt",
            "mg",
            "vw",
            "th",
            "nd",
            "rd",
            "st",
            "kg",
            "ml",
            "mm",
            "km",
            "cc",
            "hp",
            "bhp",
            "ps",
            "sh",
            "cb",
        ):
            continue
        if match.group(3) and len(letters) < 3:
            continue
        if (_VEHICLE.before(text, match.start(), 4) or _makes().before(text, match.start(), 3)) and not _OTHER_CODE.before(
            text, match.start(), 2
        ):
            yield Find(match.start(), match.end(), 0.45, "dateless registration beside a vehicle")


def _named_mark(text: str, match: re.Match[str]) -> tuple[int, int] | None:
    """Return the span of what follows a registration word, if it mixes letters and digits as a mark does."""
    start, end = match.span(1)
    pieces = [(piece.start(), piece.end()) for piece in re.finditer(r"[A-Za-z0-9?*_.]+", text[start:end])]
    for count in range(len(pieces), 0, -1):
        stop = pieces[count - 1][1]
        mark = text[start : start + stop]
        bare = re.sub("[^A-Za-z0-9]", "", mark)
        if not 2 <= len(bare) <= 7 or not re.search("[0-9]", bare) or not re.search("[A-Za-z]", bare) or not _uniform(mark):
            continue
        groups = re.findall("[A-Za-z]+|[0-9]+", mark)
        if any(_no_plate_word(group) for group in groups if len(group) > 1) or re.search(r"(?:st|nd|rd|th|pm|am)$", bare):
            continue
        if len(groups) <= 4 and all(len(group) <= 4 for group in groups):
            return start, start + stop
    return None


def _parts(text: str) -> Iterator[Find]:
    for match in _AGE_PART.finditer(text):
        if score := _score_age_part(text, match):
            rest = match.group("rest") or ""
            # The word that stands for the forgotten letters belongs to the mark: "BD51 something".
            end = match.end() + len(rest) if re.search(r"some|summat|part|[?*_]|\.\.", rest) else match.end()
            yield Find(match.start(), end, score, "part of a registration: area and age")
    for match in _MASKED.finditer(text):
        mark = (
            match.group().rstrip(".")
            if match.group().endswith(".")
            and ".." not in match.group()[-2:]
            and "?" not in match.group()
            and not match.group().startswith(".")
            else match.group()
        )
        told = re.findall("[A-Z]+|[0-9]+", mark)
        if (
            not re.search(r"[?*_]|\.\.", mark)
            or not (re.search("[0-9]{2}", mark) or any(len(piece) == 3 for piece in told))
            or len("".join(told)) < 3
            and "??" in mark
        ):
            continue
        if any(_no_plate_word(piece) for piece in told if len(piece) > 1):
            continue
        if (
            _vehicle_beside(text, match, 6)
            or _REG.beside(text, match.start(), match.end(), 6)
            or "|" in text[max(0, match.start() - 3) : match.start()]
        ):
            yield Find(match.start(), match.start() + len(mark), 0.7, "registration, part-masked")
    for match in _SLIPPED_PART.finditer(text):
        if (
            _REG.before(text, match.start(), 2)
            and _age_ok(match.group())
            and not re.search(r"[ ](?:is|in|on|at|so|he|we|a|or|by|to|an|as|of|it|my)$", match.group(), re.I)
        ):
            yield Find(match.start(), match.end(), 0.7, "part of a registration")
    for pattern, score in ((_END, 0.65), (_THE_END_OF, 0.75)):
        for match in pattern.finditer(text):
            group = match.lastindex or 1
            start, end = match.span(group)
            part = text[start:end]
            if " " in part and (not re.fullmatch("[A-Za-z]{1,2}[0-9]{1,3} [A-Za-z]{1,3}", part) or _no_plate_word(part.split()[1])):
                end = start + part.index(" ")
                part = text[start:end]
            if _is_part(text, match, part):
                yield Find(start, end, score, "part of a registration beside its cue")


def _age_ok(mark: str) -> bool:
    digits = re.search("[0-9OoIl]{2}(?![0-9])", mark)
    if digits is None or not re.search("[0-9]", digits.group()):
        return False
    year = int(digits.group().translate(_DIGITS))
    return 2 <= year <= 29 or 51 <= year <= 79


def _score_age_part(text: str, match: re.Match[str]) -> float:
    area = match.group(1)
    if not _age_ok(match.group(2)) or re.search("[IQZ]", area.upper()) or not _uniform(area) or not re.search("[0-9]", match.group(2)):
        return 0.0
    # "SO16 9ZZ, drives": a postcode.
    if re.match(r"[ ]{0,2}[0-9OoIl][A-Za-z]{2}(?![A-Za-z0-9])", text[match.end() : match.end() + 6]):
        return 0.0
    rest = match.group("rest")
    named = _REG.before(text, match.start(), 4)
    if rest and (area.isupper() or named):
        if rest.strip(" ,-–").lower() in ("", "then", "and then", "part", "unknown", "whatever", "..", "...", "…") and not (
            named or _vehicle_beside(text, match, 6)
        ):
            return 0.0
        return 0.75
    if _PREMISES.beside(text, match.start(), match.end(), 2) and not named:
        return 0.0
    if named and (area.isupper() or " " not in match.group()):
        return 0.7
    if " " in match.group() or not area.isupper():
        return 0.0
    if _makes().after(text, match.end(), 2) or _VEHICLE.after(text, match.end(), 2):
        return 0.65
    if _END_BEFORE.search(text, max(0, match.start() - 24), match.start()):
        return 0.6
    return 0.0


_END_BEFORE = re.compile(r"\b(?:start(?:s|ing|ed)?|begin(?:s|ning)?)[ ](?:with[ ])?$", re.I)


def _is_part(text: str, match: re.Match[str], part: str) -> bool:
    if not part.isascii() or _no_plate_word(part) or part.lower() in words("common_words"):
        return False
    near = words_before(text, match.start(), 7) + words_after(text, match.end(), 4)
    vehicle = (
        _REG.beside(text, match.start(), match.end(), 6)
        or _vehicle_beside(text, match, 7)
        or " plate" in match.group().lower()
        or " reg" in match.group().lower()
    )
    if part.isdigit():
        # Digits alone are more often the end of a telephone or account number.
        return len(part) < 4 and any(f" {cue} " in near + f" {match.group().lower()} " for cue in ("plate", "reg", "registration", "index"))
    if re.search("[0-9]", part):
        return (
            (part.isupper() or vehicle)
            and bool(re.fullmatch(r"[A-Za-z]{1,2}[0-9]{1,3}(?: [A-Za-z]{1,3})?|[0-9]{1,3}[A-Za-z]{1,3}", part))
            and (vehicle or _age_ok(part))
        )
    if len(part) > 3:
        return False
    return part.isupper() and (vehicle or not re.search("[AEIOU]", part)) or part.islower() and vehicle and not re.search("[aeiou]", part)


def _dictated(text: str) -> Iterator[Find]:
    for run in spoken_runs(text, letters=True):
        mark = run.value
        if run.spoken < 3 or not 3 <= len(mark) <= 7 or not re.search("[A-Z]", mark):
            continue
        if re.fullmatch("[A-Z]{2}[0-9]{2}[A-Z]{0,3}|[A-Z][0-9]{1,3}[A-Z]{3}|[A-Z]{3}[0-9]{1,4}[A-Z]?", mark):
            yield Find(run.start, run.end, 0.85, "registration in the spelling alphabet")
        elif mark.isalpha() and _SPEAKABLE_CUE.before(text, run.start, 4):
            yield Find(run.start, run.end, 0.6, "part of a registration in the spelling alphabet")
