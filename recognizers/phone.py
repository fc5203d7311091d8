"""Telephone numbers: UK, international, local, part-masked, dictated, in part, extensions.

Formats: Ofcom, National Telephone Numbering Plan, and "Telephone numbers for use in TV and radio drama programmes" (07700
900000 to 900999 and its sisters, which `phonenumbers` calls invalid, so that its leniency "valid" would miss them); ITU-T
E.164 and E.123 for the rest of the world, through `phonenumbers`. Numbers the public knows are kept: words/helplines.txt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import phonenumbers

from .context import Cues
from .family import FamilyRecognizer, Find
from .spoken import has_spoken, spoken_runs
from .wordlists import words

# A group of digits; the letters O, I and l are slips for 0 and 1, a star, x or # masks a digit.
_GROUP = re.compile(r"(?:(?<![A-Za-z])[OoIlxX#]|[0-9*•])[0-9OoIl*•#xX]*")
_GAP = re.compile(r"[ \t\u00a0]{0,2}(?:\n|[().\[\]/\-–—‑]{1,2})?[ \t\u00a0]{0,2}[(\[]?")
_REAL = re.compile(r"[0-9*•]")
_CLEAN = str.maketrans({"O": "0", "o": "0", "I": "1", "l": "1", "•": "*", "#": "*", "x": "*", "X": "*"})
_MOST_GROUPS = 14
_EXTENSION_AFTER = re.compile(r",?[ \t]{0,2}(?:x|ext|extn|extension)\.?[ \t]{0,2}[0-9]{2,6}(?![0-9])", re.I)
_EXTENSION = re.compile(
    r"\b(?:ext|extn)\b\.?:?[ \t]{0,2}(?:no\.?[ \t])?([0-9]{2,6})(?![0-9])|\bextension[ \t]{1,2}(?:no\.?[ \t]|"
    r"number[ \t])?([0-9]{3,6})(?![0-9])",
    re.I,
)
_PART = re.compile(
    r"\b(?:end(?:s|ing|ed)?|finish(?:es|ing)|last[ \t](?:few|two|three|four|2|3|4)(?:[ \t](?:digits?|numbers?|figures?))?"
    r"|start(?:s|ing|ed)?|begin(?:s|ning)?|began)[ \t]{1,2}(?:(?:in|with|is|are|was|were|on|of)[ \t]{1,2}|:[ \t]?){0,2}"
    r"([0-9*]{2,6}(?![0-9A-Za-z*,:/])|[0-9OoIl]{3,6}[ ][0-9]{1,4}(?![0-9A-Za-z*,:/]))",
    re.I,
)  # fmt: skip
_PART_CUE = re.compile(
    r"\b(?:end(?:s|ing|ed)?|finish(?:es|ing)|last[ \t](?:few|three|four)(?:[ \t]\w{1,8})?|start(?:s|"
    r"ing|ed)?|begin(?:s|ning)?)[ \t]{1,2}(?:(?:in|with|is|are|was)[ \t]{1,2})?$", re.I)  # fmt: skip
_DATE = re.compile(
    r"(?P<day>[0-9]{1,2})(?P<between>[/.\- ])(?P<month>[0-9]{1,2})(?P=between)(?:[0-9]{2}|[0-9]{4})"
    r"(?![0-9])|(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}"
)
_NANP = re.compile(r"\(?[2-9][0-9]{2}\)?[ \-.]?[2-9][0-9]{2}-[0-9]{4}$")

_CALL = Cues(
    "ring", "rings", "rang", "ringing", "call", "calls", "called", "calling", "tel", "telephone", "telephoned", "phone", "phones",
    "phoned", "text", "texts", "texted", "texting", "mobile", "mobiles", "mob", "landline", "whatsapp", "whats app", "cell",
    "handset", "sim", "fax", "dial", "dialled", "contact", "number is", "number was", "number", "numbers", "his number",
    "her number", "burner", "no is", "international",
)  # fmt: skip
_PHONE_WORDS = Cues(
    "number", "numbers", "phone", "phones", "mobile", "mobiles", "mob", "tel", "telephone", "call", "calls", "called", "call from",
    "text", "texts", "texted", "ring", "rings", "rang", "sim", "handset", "whatsapp", "landline", "burner", "caller", "dial",
    "international",
)  # fmt: skip
_OTHER_NUMBERS = Cues(
    "account", "acc", "acct", "a c", "sort code", "card", "ref", "reference", "crime number", "crime no", "case", "nhs",
    "national insurance", "ni", "passport", "licence", "license", "invoice", "urn", "crn", "upn", "cad", "log", "incident", "reg",
    "registration", "plate", "index", "vrm", "hospital number", "hospital", "patient", "prison number", "pnc", "iban", "order",
    "debit", "visa", "mastercard", "house number", "number plate", "dob", "date of birth", "born", "collar", "warrant", "serial",
    "imei",
)  # fmt: skip


@cache
def _kept() -> frozenset[str]:
    return frozenset(re.sub(r"[^0-9]", "", number) for number in words("helplines"))


def is_public(digits: str) -> bool:
    """Say whether a number, as bare digits, is one that the public knows and a log keeps."""
    national = re.sub(r"^(?:00)?44(?=[1-9][0-9]{8})", "0", digits)
    return national in _kept() or national.startswith(("0300", "0303"))


class PhoneRecognizer(FamilyRecognizer):
    """Numbers one can ring, whole or in part."""

    entity_type = "PHONE"

    def find(self, text: str) -> Iterator[Find]:
        """Yield numbers in figures, then extensions and parts, then dictated ones."""
        if _REAL.search(text):
            yield from _in_figures(text)
            yield from _extensions(text)
            yield from _parts(text)
        if has_spoken(text):
            yield from _dictated(text)


class _Group(NamedTuple):
    """A group of digits as they were meant: slips put right, masks as stars."""

    start: int
    end: int
    digits: str


def _in_figures(text: str) -> Iterator[Find]:
    groups = [group for match in _GROUP.finditer(text) if (group := _group(text, match)) is not None]
    index = 0
    while index < len(groups):
        chain = [groups[index]]
        while len(chain) < _MOST_GROUPS and index + len(chain) < len(groups):
            following = groups[index + len(chain)]
            if following.start - chain[-1].end > 6 or not _GAP.fullmatch(text, chain[-1].end, following.start):
                break
            # Masked numbers stand in lists; only whole ones are broken over a line.
            if "\n" in text[chain[-1].end : following.start] and "*" in chain[-1].digits + following.digits:
                break
            chain.append(following)
        found = _first_number(text, chain)
        if found is None:
            index += 1
            continue
        find, used = found
        index += used
        if find is not None:
            yield find


def _group(text: str, match: re.Match[str]) -> _Group | None:
    written, end = match.group(), match.end()
    if end < len(text) and text[end].isalpha():
        # "07700900123lives": the letter belongs to the word that was run on.
        written = written.rstrip("OoIlxX#")
    # Masks alone ("XXX") may stand inside a number but not O, I, l alone, which are words or parts of words.
    if not _REAL.search(written) and not (len(written) > 1 and not written.strip("xX#*")):
        return None
    return _Group(match.start(), match.start() + len(written), written.translate(_CLEAN))


def _first_number(text: str, chain: list[_Group]) -> tuple[Find | None, int] | None:
    """Return the longest number that begins with the first group of the chain, and how many groups it uses."""
    first = chain[0]
    start, before = _opening(text, first.start)
    lead = first.digits
    plus = text[start : start + 1] == "+"
    if before in "£$€#" and before:
        return None
    glued = before.isalnum() or before == "_"
    if glued and not (lead.startswith("07") and len(lead) > 9 or _CALL.before(text, first.start, 1)):
        return None
    if before in "-./–" and before and start > 1 and text[start - 2].isalnum() and lead[:1] != "0":
        return None
    if not plus and len(lead) == 1 and lead != "0":
        return None
    if not plus and lead[:1] not in "0*4" and "*" not in lead and not _may_be_local(text, start, chain):
        return None
    if not plus and _is_date(text, first.start, chain):
        return None
    digits = ""
    prefixes = []
    for group in chain:
        digits += group.digits
        prefixes.append(digits)
        if len(digits) > 19:
            break
    if len(digits) < 6:
        return None
    cued = plus or len(lead) > 3 or lead[0] not in "0*" or _PHONE_WORDS.beside(text, start, chain[min(len(chain), 5) - 1].end, 6)
    for used in range(len(prefixes), 0, -1):
        end = chain[used - 1].end
        if end < len(text) and text[end].isalnum() and not len(prefixes[used - 1]) > 9:
            continue
        score, reason = _classify(text, start, end, prefixes[used - 1], plus, cued)
        if score:
            if "*" not in prefixes[used - 1] and is_public(prefixes[used - 1]):
                return None, used
            if extension := _EXTENSION_AFTER.match(text, end):
                end = extension.end()
            return Find(start, end, score, reason), used
    return None


def _is_date(text: str, start: int, chain: list[_Group]) -> bool:
    date = _DATE.match(text, start)
    if date is None or (date.group("between") == " " and len(chain) != 3):
        return False
    return date.group("day") is None or (1 <= int(date.group("day")) <= 31 and 1 <= int(date.group("month")) <= 12)


def _opening(text: str, start: int) -> tuple[int, str]:
    """Return where a number with its plus and bracket begins, and the character before it."""
    if start and text[start - 1] in "([":
        inner = start - 1
        if inner and text[inner - 1] == "+":
            inner -= 1
        closing = text.find(")" if text[start - 1] == "(" else "]", start, start + 6)
        # A bracket that closes behind the dialling code is the number's own; another is the sentence's.
        if closing > 0 or inner != start - 1:
            start = inner
    if start and text[start - 1] == "+":
        start -= 1
    elif start > 1 and text[start - 2 : start] == "+ ":
        start -= 2
    return start, text[start - 1] if start else ""


def _may_be_local(text: str, start: int, chain: list[_Group]) -> bool:
    return (
        _PHONE_WORDS.before(text, start, 6)
        or _CALL.before(text, start, 4)
        or _PHONE_WORDS.after(text, chain[-1].end, 3)
        or _NANP.match(text[start : chain[min(2, len(chain) - 1)].end]) is not None
    )


def _classify(text: str, start: int, end: int, digits: str, plus: bool, cued: bool) -> tuple[float, str]:
    """Return score and reason for one candidate; the score is 0 where it is no number."""
    length = len(digits)
    if length < 6 or length > 17:
        return 0.0, ""
    if "*" in digits:
        return _masked(text, start, end, digits)
    national = _national(digits, plus)
    if national is not None and (shape := _uk_shape(national, text[start:end])):
        parsed = phonenumbers.parse(national, "GB")
        if phonenumbers.is_valid_number(parsed):
            return 1.0, "UK number, checked"
        return (0.9 if phonenumbers.is_possible_number(parsed) else 0.7), shape
    if plus:
        return _international("+" + digits, 0.7)
    if digits.startswith("00") and 10 <= length <= 16 and not digits.startswith("000"):
        score, reason = _international("+" + digits[2:], 0.0)
        return (min(score, 0.7), reason) if score else (0.0, "")
    if digits[0] in "23456789" and length == 10 and _NANP.match(text[start:end]):
        return 0.5, "North American number"
    return _beside_cue(text, start, end, digits) if cued else (0.0, "")


def _national(digits: str, plus: bool) -> str | None:
    if digits.startswith("0") and not digits.startswith("00"):
        return digits
    bare = digits.removeprefix("00")
    if bare.startswith("44") and (plus or bare != digits or len(bare) == 12):
        return "0" + bare[2:].removeprefix("0")
    return None


def _uk_shape(national: str, written: str) -> str:
    length = len(national)
    if length == 11 and national[1] in "1235789" and not national.startswith(("04", "06")):
        return "UK number"
    if length == 10 and national[:2] in ("01", "08") and re.match(r"[+(\[]{0,2}[0-9OoIl]{4,5}\b|.{10}$|[+(]{0,2}4", written):
        return "UK number of ten digits"
    if length == 8 and national.startswith(("0800", "0845")):
        return "UK freephone"
    return ""


def _international(number: str, otherwise: float) -> tuple[float, str]:
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return 0.0, ""
    if phonenumbers.is_valid_number(parsed):
        return 1.0, "international number, checked"
    if phonenumbers.is_possible_number(parsed):
        return max(otherwise, 0.6), "international number, possible"
    return otherwise, "number with a plus"


def _masked(text: str, start: int, end: int, digits: str) -> tuple[float, str]:
    real = sum(character != "*" for character in digits)
    core = digits.strip("*")
    if real < 2 or (core.isdigit() and digits.startswith("*")):
        return 0.0, ""
    if digits.startswith(("0", "44")) and 8 <= len(digits) <= 14:
        return 0.85, "UK number, part-masked"
    # Only stars count here: x and # also stand in sizes, models and tags.
    if not re.search(r"[xX#]", text[start:end]) and re.fullmatch(r"(?:[0-9]{1,3}\*{1,3}){3,}[0-9]{0,2}", digits):
        return 0.6, "digits and stars by turns"
    if core.isdigit() and _PHONE_WORDS.before(text, start, 4) and real > 3 and not _OTHER_NUMBERS.before(text, start, 4):
        return 0.6, "part of a number, then a mask"
    return 0.0, ""


def _beside_cue(text: str, start: int, end: int, digits: str) -> tuple[float, str]:
    written = text[start:end]
    groups = re.findall(r"[0-9OoIl]+", written)
    if "/" in written or all(re.fullmatch(r"(?:19|20)[0-9]{2}", group) for group in groups):
        return 0.0, ""
    if len(groups) > 2 and all(len(group) < 3 for group in groups) and len(digits) < 7:
        return 0.0, ""
    if any(group[:1] == "0" and len(group) == 4 for group in groups) and len(groups) == 2 and len(digits) == 8 and "-" in written:
        return 0.0, ""
    if _OTHER_NUMBERS.before(text, start, 4):
        return 0.0, ""
    if digits.startswith("7") and len(digits) == 10 and _PHONE_WORDS.beside(text, start, end, 6):
        return 0.7, "UK mobile without its nought"
    if digits.startswith("07") and 9 <= len(digits) <= 12 and (len(groups[0]) >= 4 or _PHONE_WORDS.beside(text, start, end, 6)):
        return 0.6, "UK mobile with a digit too few or too many"
    if digits.startswith("0") and 9 <= len(digits) <= 12 and _PHONE_WORDS.before(text, start, 4):
        return 0.5, "number beside its cue"
    if re.fullmatch(r"555[ \-.]?[0-9]{4}", written) and _CALL.before(text, start, 4):
        return 0.6, "local number beside its cue"
    if 6 <= len(digits) <= 13 and len(groups) < 6 and _PHONE_WORDS.before(text, start, 3):
        return 0.5, "local number beside its cue"
    return 0.0, ""


def _extensions(text: str) -> Iterator[Find]:
    for match in _EXTENSION.finditer(text):
        yield Find(match.start(), match.end(), 0.7, "extension")


def _parts(text: str) -> Iterator[Find]:
    for match in _PART.finditer(text):
        start, end = match.span(1)
        if not text[start:end].strip("*") or text[end : end + 1] in "%" and text[end : end + 1]:
            continue
        if _PHONE_WORDS.beside(text, match.start(), end, 5) and not _OTHER_NUMBERS.beside(text, match.start(), end, 5):
            yield Find(start, end, 0.6, "part of a number beside its cue")


def _dictated(text: str) -> Iterator[Find]:
    for run in spoken_runs(text, letters=False):
        length = len(run.value)
        if length < 3 or not run.spoken or is_public(run.value):
            continue
        if 9 <= length <= 15 and run.value.startswith(("0", "44", "7")) and run.spoken > 2:
            yield Find(run.start, run.end, 0.85, "dictated number")
        elif (
            6 <= length <= 15
            and run.spoken > 2
            and _PHONE_WORDS.before(text, run.start, 5)
            and not _OTHER_NUMBERS.before(text, run.start, 5)
        ):
            yield Find(run.start, run.end, 0.6, "dictated number beside its cue")
        elif (
            3 <= length <= 6
            and _PART_CUE.search(text, max(0, run.start - 30), run.start)
            and (_PHONE_WORDS.before(text, run.start, 6) and not _OTHER_NUMBERS.before(text, run.start, 5))
        ):
            yield Find(run.start, run.end, 0.6, "part of a number, dictated")
