"""Dates of birth, beside their cue, in any form.

Format: no standard; the forms are those people write (day first: BS ISO 8601 is used by systems only). A date without a cue is a
date of birth only right behind a name and where its year lies so far back that it cannot be the date of what is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .family import FamilyRecognizer, Find
from .wordlists import word_set

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_D = r"[0-9OoIl]"
_ORDINAL_WORD = (
    r"(?:(?:twenty|thirty)[ \-])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|"
    r"tenth|eleventh|twelfth|thirteenth|fourteenth|"
    r"fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth)"
)
_YEAR_WORDS = (
    r"(?:nineteen|twenty|two thousand|oh|zero|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
    r"(?:[ \-](?:and|oh|o|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|"
    r"nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|one|two|three|four|five|"
    r"six|seven|eight|nine)\b){0,3}"
)
_NUMERIC = (
    "(?:"
    + "|".join(
        rf"{_D}{{1,2}}[ ]?{sign}[ ]?{_D}{{1,2}}[ ]?{sign}[ ]?(?:{_D}{{4}}|'?{_D}{{2}})(?![0-9]|:[0-9])" for sign in ("/", r"\.", "[-–]")
    )
    + ")"
)
_WRITTEN = (
    rf"[0-9]{{1,2}}(?:st|nd|rd|th)?[ \-/]?(?:of[ ])?{_MONTH}(?:,?[ \-/]{{0,2}}(?:of[ ])?(?:{_D}{{4}}|'?{_D}{{2}})(?![0-9:]))?"
    rf"|{_MONTH}[ ][0-9]{{1,2}}(?:st|nd|rd|th)?(?:,?[ ](?:[0-9]{{4}}|'[0-9]{{2}}))?(?![0-9:])"
)
_DATE = re.compile(
    rf"(?<![0-9A-Za-z/])(?:(?:19|20)[0-9]{{2}}[\-/.][0-9]{{2}}[\-/.][0-9]{{2}}|{_NUMERIC}|{_WRITTEN}"
    rf"|[0-9]{{1,2}}[ ][0-9]{{1,2}}[ ](?:[0-9]{{4}}|[0-9]{{2}})(?![0-9])|[0-9]{{8}}(?![0-9])|[0-9]{{6}}(?![0-9])"
    rf"|(?:the[ ])?{_ORDINAL_WORD}[ ](?:of[ ])?{_MONTH}(?:,?[ ](?:of[ ])?(?:[0-9]{{4}}|{_YEAR_WORDS}))?"
    rf"|(?:the[ ])?{_ORDINAL_WORD}[ ](?:of[ ])?(?:the[ ])?{_ORDINAL_WORD}(?:,?[ ](?:of[ ])?(?:[0-9]{{2,4}}|{_YEAR_WORDS}))?"
    rf"|{_MONTH}[ ,]{{1,2}}(?:of[ ])?(?:19|20)[0-9]{{2}}|(?:19|20)[0-9]{{2}}(?![0-9A-Za-z:/\-]))",
    re.I,
)
_DATE_HINT = re.compile(r"[0-9]|(?:th|st|nd|rd)\b|uary|arch|pril|une|uly|ugust|ember|ober|second", re.I)
_CUE = re.compile(
    r"\b(?:d\.?[ ]?o\.?[ ]?b\b\.?|date[ ]of[ ]birth|birth[ ]?date|birth[ ]?day|b['’]?day|born|birth)\b|(?<![A-Za-z0-9.])b\.(?=[ ]?[0-9])",
    re.I,
)
# Between "born" and the date a place may stand, a sentence end may not.
_BETWEEN = re.compile(
    r"\.?(?:[ \t:=\-–—,(\[\"|]|\n|\b(?!party|parties|celebrat|present|gift|card|cake|money|and then)[A-Za-z][\w'’]{0,14}\b){0,12}", re.I
)
_BEFORE_CUE = re.compile(r"[ ]{0,2}[(\[,\-–]?[ ]?(?:(?:is|was)[ ])?(?:his[ ]|her[ ]|their[ ]|the[ ])?", re.I)
_BARE_DATE = re.compile(
    rf"(?<![0-9A-Za-z/.\-])(?:{_NUMERIC}|[0-9]{{1,2}}(?:st|nd|rd|th)?[ ](?:of[ ])?{_MONTH}[ ](?:19|20)[0-9]{{2}})(?![0-9A-Za-z])", re.I
)
_NAME_BEFORE = re.compile(
    r"[A-Z][\w'’\-]{1,20}(?:[ ](?:[A-Z]\.?|[A-Z][\w'’\-]{1,20})){0,2}(?:,?[ ][(]?(?:aged[ ]?)?[0-9]{1,2}(?:[ ]?(?:yrs?|yo|m|f))?)?(?:,[ ]?|"
    r"[ ]?[(\[][ ]?|[ ]{1,2}|[ ]?[-–|][ ]?)$"
)
_NOT_NAMES = word_set(
    """on in at since from until by dated date the started seen last visit monday tuesday wednesday thursday friday saturday
    sunday mon tue tues wed weds thu thur thurs fri sat sun"""
)
# A person of whom intelligence is sent is seldom under seven; later dates are those of events.
_LATEST_BIRTH_YEAR = 2019


class DateOfBirthRecognizer(FamilyRecognizer):
    """Dates that a cue or a name right before makes a date of birth; an age is none."""

    entity_type = "DOB"

    def find(self, text: str) -> Iterator[Find]:
        """Yield dates beside a cue, then bare dates behind a name."""
        for cue in _CUE.finditer(text):
            if find := _beside(text, cue):
                yield find
            elif cue.group().lower() not in ("born", "birth", "b."):
                for date in _DATE.finditer(text, max(0, cue.start() - 36), cue.start()):
                    if _BEFORE_CUE.fullmatch(text, date.end(), cue.start()):
                        yield Find(date.start(), date.end(), 0.9, "date before its cue")
        if any(digit in text for digit in "0123456789"):
            for date in _BARE_DATE.finditer(text):
                if _year(date.group()) <= _LATEST_BIRTH_YEAR and _behind_name(text, date.start()):
                    yield Find(date.start(), date.end(), 0.6, "early date behind a name")


def _beside(text: str, cue: re.Match[str]) -> Find | None:
    strong = cue.group().lower() not in ("born", "birth")
    left = cue.end()
    if not _DATE_HINT.search(text, left, left + 60):
        return None
    date = _DATE.search(text, left, left + 60)
    if date is None or not _BETWEEN.fullmatch(text, left, date.start()):
        return None
    between = text[left : date.start()]
    if len(between.split()) > 5:
        return None
    written = date.group()
    if not any(character.isdigit() for character in written) and not re.search(_MONTH + "|" + _ORDINAL_WORD, written, re.I):
        return None
    if re.fullmatch(r"[0-9]{8}|[0-9]{6}|[0-9]{1,2} [0-9]{1,2} [0-9]{2,4}", written) and not _plausible(written):
        return None
    if "birthday" in cue.group().lower().replace(" ", "") and not re.search(r"[0-9]{4}", written) and len(between.split()) > 3:
        return None
    return Find(date.start(), date.end(), 0.95 if strong else 0.85, "date beside its cue")


def _plausible(digits: str) -> bool:
    parts = digits.split() if " " in digits else [digits[:2], digits[2:4], digits[4:]]
    if len(digits) == 8 and digits[:2] in ("19", "20") and int(digits[4:6]) <= 12:
        return True
    return 1 <= int(parts[0]) <= 31 and 1 <= int(parts[1]) <= 12


def _year(date: str) -> int:
    digits = re.search(r"([0-9OoIl]{4}|[0-9OoIl]{2})$", date)
    if digits is None:
        return 9999
    value = digits.group().translate(str.maketrans("OoIl", "0011"))
    return int(value) if len(value) == 4 else 1900 + int(value) if int(value) > 30 else 2000 + int(value)


def _behind_name(text: str, start: int) -> bool:
    name = _NAME_BEFORE.search(text, max(0, start - 70), start)
    if name is None:
        return False
    last = re.findall(r"[^\W\d][\w'’\-]*", name.group())[-1].lower()
    return last not in _NOT_NAMES
