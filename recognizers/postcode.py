"""UK postcodes, whole and in part.

Format: Royal Mail, "Programmer's guide to the Postcode Address File"; ONS Postcode Directory user guide for the areas. Area
of one or two letters, district of a digit and a digit or letter, a space, sector digit, unit of two letters without C I K M
O V. Only areas that exist are taken; a part needs a word of address beside it, since "M27" and "B12" are also a road and a vitamin.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .context import Cues, words_before
from .family import FamilyRecognizer, Find
from .wordlists import word_set

AREAS = word_set(
    """AB AL B BA BB BD BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G
    GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW
    OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD
    WF WN WR WS WV YO ZE"""
)
_LETTERED_DISTRICTS = word_set("E EC N NW SE SW W WC")
_FULL = re.compile(
    r"(?<![A-Za-z0-9])([A-Za-z0]{1,2})([ ]?)([0-9OoIl]{1,2}[A-Za-z]?)([ \t\u00a0]{0,3}|[ ]?[-.][ ]?)"
    r"([0-9OoIl])([ ]?)([A-Za-z]{2})(?![A-Za-z0-9])"
)
_SPECIAL = re.compile(r"\b(?:GIR ?0AA|BFPO ?[0-9]{1,4})\b", re.I)
_PART = re.compile(
    r"(?<![A-Za-z0-9£])([A-Za-z]{1,2})([0-9OoIl]{1,2}[A-Za-z]?)(?:[ \t]{1,2}([0-9])(?:[*xX]{2})?(?![0-9A-Za-z:.,/][0-9A-Za-z]"
    r")(?![0-9A-Za-z]))?(?![A-Za-z0-9])"
)
_MASKED = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{1,2})([0-9OoIl]{1,2}[A-Za-z]?)[ ]?(?:[0-9*]\*{2}|\*{2,3})")
_DIGITS = str.maketrans("OoIl", "0011")
_UNIT = re.compile(r"[ABD-HJLNP-UW-Z]{2}", re.I)
_ORDINAL = re.compile(r"(?:1st|2nd|3rd|[04-9]th)", re.I)
_UNITS_OF_MEASURE = word_set("hr ft yr lb st pt px gb ed ad bn th nd rd")
_DATE_WORD = re.compile(r"[ \t]{1,2}(?:of\b|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|floor\b)", re.I)

_POSTCODE = Cues(
    "postcode", "postcodes", "post code", "post codes", "pcode", "p code", "postal", "postcode area", "postcode starts", "postcode begins"
)
_ADDRESS = Cues(
    "postcode", "postcodes", "post code", "pcode", "postal", "area", "areas", "district", "address", "addresses", "lives", "live",
    "living", "lived", "resides", "residing", "house", "flat", "property", "road", "rd", "street", "lane", "avenue", "ave", "close",
    "drive", "crescent", "gardens", "terrace", "way", "grove", "based",
)  # fmt: skip
_ROADS = Cues(
    "road", "motorway", "junction", "along", "on the", "off the", "down the", "up the", "dual carriageway", "services", "layby", "lay by"
)
_SPOKEN_CUE = re.compile(r"\bpost ?code\b(?:[ ](?:is|was|starts?|begins?|beginning|starting|with|i think|um|er|of)){0,6}[ :]{1,2}", re.I)
_SPOKEN = re.compile(
    r"(?:(?:ay|a|bee|be|b|see|sea|c|dee|d|ee|e|ef|eff|f|gee|g|aitch|haitch|h|i|eye|jay|j|kay|"
    r"k|ell|el|l|em|m|en|n|oh|o|pee|pea|p|queue|cue|q|are|ar|r|ess|s|tee|tea|t|"
    r"you|u|vee|v|double ?you|w|ex|x|why|wye|y|zed|z|one|two|three|four|five|six|seven|eight|"
    r"nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    r"eighteen|nineteen|twenty|thirty|zero|alpha|bravo|charlie|delta|echo|foxtrot|golf|hotel|"
    r"india|juliet|kilo|lima|mike|november|oscar|papa|quebec|romeo|sierra|"
    r"tango|uniform|victor|whisk[e]?y|x-?ray|yankee|zulu|[0-9]{1,2})(?:[ ,]{1,2}|$|(?=[.;:\n]))){3,9}",
    re.I,
)


class PostcodeRecognizer(FamilyRecognizer):
    """Postcodes in any case and spacing, with O for 0 and I or l for 1, and outward codes beside an address word."""

    entity_type = "POSTCODE"

    def find(self, text: str) -> Iterator[Find]:
        """Yield whole postcodes, then parts, then dictated ones."""
        for match in _FULL.finditer(text):
            if score := _score_full(text, match):
                yield Find(match.start(), match.end(), score, "postcode")
        for match in _SPECIAL.finditer(text):
            yield Find(match.start(), match.end(), 0.95, "special postcode")
        for match in _PART.finditer(text):
            if score := _score_part(text, match):
                yield Find(match.start(), match.end(), score, "part of a postcode beside an address word")
        for match in _MASKED.finditer(text):
            if _area(match.group(1), match.group(2)):
                yield Find(match.start(), match.end(), 0.7, "postcode, part-masked")
        for cue in _SPOKEN_CUE.finditer(text):
            if dictated := _SPOKEN.match(text, cue.end(), cue.end() + 90):
                end = cue.end() + len(dictated.group().rstrip(" ,"))
                yield Find(cue.end(), end, 0.7, "dictated postcode")


def _area(letters: str, district: str) -> str:
    """Return the area if letters and district make a good outward code, else an empty string."""
    area = letters.upper().replace("0", "O")
    digits = district.translate(_DIGITS) if district[-1:].translate(_DIGITS).isdigit() else district[:-1].translate(_DIGITS) + district[-1]
    suffix = "" if digits[-1].isdigit() else digits[-1]
    number = digits[: len(digits) - len(suffix)]
    if area not in AREAS or not number.isdigit() or (suffix and (area not in _LETTERED_DISTRICTS or len(number) > 1)):
        return ""
    return "" if len(number) == 2 and number[0] == "0" else area


def _score_full(text: str, match: re.Match[str]) -> float:
    letters, broken, district, gap, sector, split, unit = match.groups()
    # "S016 9ZZ": the nought typed for the O of the area is taken for a digit by the pattern.
    if len(letters) == 1 and district[0] in "0Oo" and len(district) > 1 and not broken:
        letters, district = letters + "O", district[1:]
    elif len(letters) == 1 and district[0] in "Il" and len(district) > 1 and not broken and (letters + district[0]).upper() in AREAS:
        letters, district = letters + district[0], district[1:]
    if not _area(letters, district) or not any(character.isdigit() for character in district + sector):
        return 0.0
    cued = _POSTCODE.before(text, match.start(), 4)
    written = match.group()
    upper = written.upper() == written
    # A unit with C, I, K, M, O or V does not exist; behind a cue or a comma it is still somebody's postcode, mistyped.
    if not _UNIT.fullmatch(unit) and not (
        cued or (upper and len(letters) == 2 and gap and text[max(0, match.start() - 2) : match.start()] in (", ", "| "))
    ):
        return 0.0
    if not sector.isdigit() and not upper and not cued:
        return 0.0
    inward = sector + unit
    if gap and not cued:
        if _ORDINAL.fullmatch(inward) and (not upper or _DATE_WORD.match(text, match.end())):
            return 0.0
        if unit.islower() and unit in _UNITS_OF_MEASURE and (letters.isupper() or len(letters) == 1):
            return 0.0
    if (broken or split) and not (cued or upper):
        return 0.0
    if letters == "0" or (letters[0] == "0" and not cued and not upper):
        return 0.0
    slips = not (district[:1].isdigit() and sector.isdigit()) or "0" in letters or match.group(1) != letters
    if slips:
        return 0.85 if cued or upper else 0.65
    return 1.0 if upper and gap.strip(" ") == "" and not broken and not split else 0.9


def _score_part(text: str, match: re.Match[str]) -> float:
    letters, district, sector = match.groups()
    if not any(character.isdigit() for character in district) or not (area := _area(letters, district)):
        return 0.0
    start, end = match.span()
    if _POSTCODE.before(text, start, 5):
        return 0.8
    if _POSTCODE.after(text, end, 2):
        return 0.8
    last = words_before(text, start, 1).strip()
    if text[end : end + 5].lower() == " area" and last not in ("section", "room", "ward"):
        return 0.6
    if len(area) == 1 and (area in "ABM" or not letters.isupper()):
        return 0.0
    if not letters.isupper() and letters != letters.lower():
        return 0.0
    comma = text[max(0, start - 2) : start] == ", "
    if (
        comma
        and len(area) == 2
        and letters.isupper()
        and re.match(r"[.,;)\n]|$", text[end : end + 1])
        and re.search(r"[A-Z][a-z]+, $", text[max(0, start - 20) : start])
    ):
        return 0.5
    if comma and _ADDRESS.before(text, start, 3):
        return 0.6
    if _ROADS.before(text, start, 2):
        return 0.0
    if last in ("in", "around", "near") and (letters.isupper() or len(area) == 2) and not sector:
        return 0.5 if len(area) == 2 else 0.4
    if len(area) == 2 and _ADDRESS.before(text, start, 3) and letters.isupper():
        return 0.5
    return 0.0
