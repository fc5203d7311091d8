"""Numbers that a public body gives to a person or a case.

Formats: NHS number, ten digits, modulus 11 (NHS Data Dictionary); National Insurance number (HMRC manual NIM39110); passport (HM
Passport Office, nine characters); driving licence (DVLA, 16 characters); UPN (Department for Education, "Unique pupil numbers",
modulus 23); prison number (HMPPS), PNC and CRO numbers (Home Office). References of no fixed form are taken beside their cue
only, so that a law or a form ("section 115", "AD 362") is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .context import Cues
from .family import FamilyRecognizer, Find, lowered
from .wordlists import word_set

_L = r"(?<![A-Za-z0-9])"
_R = r"(?![A-Za-z0-9])"
_NHS = re.compile(r"(?<![0-9A-Za-z+\-*])([0-9]{3})([ \-.]?)([0-9]{3})\2([0-9]{4})(?![0-9A-Za-z\-*])")
# What National Insurance, passport, licence and pupil numbers have in common: the cheap first test.
_SIX_FIGURES = re.compile(r"[0-9*]{2}[ \-]?[0-9*]{2}[ \-]?[0-9*]{2}")
_NINO = re.compile(_L + r"(?!BG|GB|NK|KN|NT|TN|ZZ)(?:[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]|QQ)([ \-]?[0-9]{2}){3}[ \-]?[A-D]" + _R, re.I)
_NINO_PART = re.compile(_L + r"(?!BG|GB|NK|KN|NT|TN|ZZ)(?:[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]|QQ)(?:[ \-]?[0-9*]{2}){3}" + _R, re.I)
_PASSPORT = re.compile(_L + r"(?:[A-Z]{2}[0-9]{7}|[0-9]{9})" + _R, re.I)
_LICENCE = re.compile(
    _L + r"([A-Z]{1,5}9{0,4})[ ]?([0-9](?:0[1-9]|1[0-2]|5[1-9]|6[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9])"
    r"[ ]?([A-Z][A-Z9])[ ]?([A-Z0-9][A-Z]{2})(?:[ ]?[0-9]{2}(?![0-9]))?" + _R,
    re.I,
)
_UPN = re.compile(_L + r"[A-HJ-NP-RT-Z][0-9]{11}[0-9A-HJ-NP-RT-Z]" + _R, re.I)
_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_PRISON = re.compile(_L + r"A[0-9]{4}[A-Z]{2}" + _R)
_PNC = re.compile(_L + r"(?:(?:19|20)[0-9]{2}|[0-9]{2})/[0-9]{1,7}[A-Z]" + _R)
_REFERENCE_BODY = r"[a-z0-9](?:[a-z0-9]|[/\-–.](?=[a-z0-9])){1,24}"
_CUED = re.compile(
    r"\b(?P<cue>urn|uri|upn|uln|pnc(?:[ ]?id)?|cro|crn|mrn|nomis|pnomis|visor|mappa|cad|storm|"
    r"niche|athena|crimint|chs|chi|oasys|delius|ebs|aws|ewms|"
    r"nhs|passports?|driv(?:ing|ers?|er's)[ ]licen[cs]e|licen[cs]e|arc|brp|"
    r"(?:crime|case|incident|occurrence|log|report|hospital|hosp|patient|unit|prison|prisoner|"
    r"offender|custody|tenancy|tenant|rent|repair|order|claim|client|"
    r"customer|member|membership|student|pupil|staff|payroll|employee|collar|shoulder|warrant|"
    r"home[ ]office|port|asylum|visa|file|safeguarding|referral|referrals|"
    r"exhibit|property|council[ ]tax|court|charge|fine|pcn|booking|police|officer|badge|mash|"
    r"complaint|job|ticket|policy|payment|social[ ]care|"
    r"social[ ]services|mosaic|liquidlogic|emis|systmone|rio|carenotes|lcs|eclipse|id|her|his)"
    r"(?=[ ](?:ref|no|num|id|urn|card)|\.?[:#]|[ ]log)"
    r"|ref(?:erence)?s?|log|our[ ]ref|your[ ]ref)\b\.?"
    r"(?P<links>(?:[ ]?(?:[:#=]|[-–](?=[ ]))|[ ](?:number|num|no\b\.?|nr|ref(?:erence)?\b\.?|"
    r"id|urn|code|card|is|was|given(?:[ ]as)?|i[ ]was[ ]given|i[ ]got|of[ ]the|under|quote|quoted|"
    r"as|from|the|for|it|this)\b){0,5})"
    r"[ ,\"“'(#]{1,3}(?P<id>" + _REFERENCE_BODY + r"(?:[ ](?=[a-z0-9/]{0,10}[0-9])[a-z0-9/\-]{1,10}){0,4})",
)
_NUMBER_GIVEN = re.compile(
    r"\b(?:number|no\.?|ref)[ :]{1,2}(?P<id>[A-Z]{5}[ ]?[0-9]{6}[ ]?[A-Z0-9]{2}[ ]?[A-Z0-9]{3}|"
    r"[A-Z]{1,4}[0-9]{2,6}[/\-][0-9]{2,8}|[0-9]{7,10})(?![A-Za-z0-9])",
    re.I,
)
_SLASHED = re.compile(_L + r"(?:[A-Z]{2,4}[/\-]?[0-9]{2,8}[/\-][0-9]{2,8}|[A-Z]{2}[0-9]{2}[A-Z][0-9]{5})" + _R)
_OF_DATE = re.compile(r"[ ]of[ ][0-9]{1,2}[/.\-][0-9]{1,2}[/.\-][0-9]{2,4}(?![0-9])")
_STANDS_ALONE = word_set(
    """urn uri upn uln pnc cro crn mrn nomis pnomis visor mappa passport passports licence license cad storm niche athena"""
    "crimint chs chi oasys delius ref refs reference references log nhs"
)

_NHS_CUE = Cues("nhs", "nhs number", "nhs no", "health number", "emis", "patient")
_NI_CUE = Cues("national insurance", "nat ins", "ni", "n i", "nino", "ni number", "insurance number")
_PASSPORT_CUE = Cues("passport", "passports", "ppt", "travel document", "pp no")
_MONEY_CUE = Cues("account", "acc", "sort code", "card", "iban", "account number")
_PHONE_CUE = Cues("phone", "mobile", "tel", "ring", "call", "text", "telephone", "his number", "her number", "landline", "contact number")
_HOSPITAL_CUE = Cues("hospital", "patient", "ticket", "prisoner", "pupil", "tag", "card", "staff", "wristband", "door", "reader")
_PRISON_CUE = Cues("prison", "prisoner", "nomis", "custody", "inmate", "hmp", "wing", "offender", "number", "cell")


class NationalIdRecognizer(FamilyRecognizer):
    """Numbers with a form of their own, checked where they carry a check digit, and references beside their cue."""

    entity_type = "NATIONAL_ID"

    def find(self, text: str) -> Iterator[Find]:
        """Yield each format in turn; a checked number scores 1."""
        if not any(digit in text for digit in "0123456789"):
            return
        yield from _nhs(text)
        if _SIX_FIGURES.search(text):
            yield from _long(text)
        for match in _PRISON.finditer(text):
            yield Find(match.start(), match.end(), 0.8 if _PRISON_CUE.before(text, match.start(), 5) else 0.5, "prison number")
        for match in _PNC.finditer(text):
            yield Find(match.start(), match.end(), 0.7, "PNC or CRO number")
        for match in _SLASHED.finditer(text):
            yield Find(match.start(), match.end(), 0.5, "reference of letters, number and year")
        yield from _cued(text)
        for match in _NUMBER_GIVEN.finditer(text):
            given = match.group("id")
            if re.match("[A-Za-z]", given) or (
                _HOSPITAL_CUE.before(text, match.start(), 8)
                and not _PHONE_CUE.before(text, match.start(), 4)
                and not _MONEY_CUE.before(text, match.start(), 4)
            ):
                yield Find(*match.span("id"), 0.5, "number beside its cue")


def nhs_checks(digits: str) -> bool:
    """Say whether ten digits pass the NHS number's modulus 11 check."""
    total = sum(int(digit) * (10 - place) for place, digit in enumerate(digits[:9]))
    check = (11 - total % 11) % 11
    return check != 10 and check == int(digits[9])


def _nhs(text: str) -> Iterator[Find]:
    for match in _NHS.finditer(text):
        digits = match.group(1) + match.group(3) + match.group(4)
        cued = _NHS_CUE.before(text, match.start(), 5)
        if nhs_checks(digits) and len(set(digits)) > 1:
            yield Find(match.start(), match.end(), 1.0 if cued or match.group(2) else 0.85, "NHS number, checked")
        elif cued:
            yield Find(match.start(), match.end(), 0.7, "NHS number, mistyped, beside its cue")


def _long(text: str) -> Iterator[Find]:
    for match in _NINO.finditer(text):
        yield Find(match.start(), match.end(), 0.95, "National Insurance number")
    for match in _NINO_PART.finditer(text):
        if _NI_CUE.before(text, match.start(), 5):
            yield Find(match.start(), match.end(), 0.7, "National Insurance number without its last letter")
    for match in _PASSPORT.finditer(text):
        cued = _PASSPORT_CUE.beside(text, match.start(), match.end(), 6)
        if cued or not match.group().isdigit():
            yield Find(match.start(), match.end(), 0.9 if cued else 0.4, "passport number")
    for match in _LICENCE.finditer(text):
        if _is_licence(match):
            yield Find(match.start(), match.end(), 0.95, "driving licence number")
    for match in _UPN.finditer(text):
        yield Find(match.start(), match.end(), 1.0 if _upn_checks(match.group().upper()) else 0.6, "unique pupil number")


def _is_licence(match: re.Match[str]) -> bool:
    surname = match.group(1)
    return len(surname) == 5 and not surname[0].isdigit()


def _upn_checks(upn: str) -> bool:
    values = [int(character) if character.isdigit() else _UPN_LETTERS.index(character) for character in upn[1:]]
    total = sum(value * weight for value, weight in zip(values, range(2, 14), strict=True))
    return _UPN_LETTERS[total % 23] == upn[0]


def _cued(text: str) -> Iterator[Find]:
    for match in _CUED.finditer(lowered(text)):
        cue = match.group("cue").lower()
        links = match.group("links").strip().lower()
        start = match.start("id")
        end = start + len(_reference(text[start : match.end("id")]))
        reference = text[start:end]
        if dated := _OF_DATE.match(text, end):
            end = dated.end()
        digits = sum(character.isdigit() for character in reference)
        if not links and cue not in _STANDS_ALONE:
            continue
        fewest = (
            2
            if cue in ("cad", "log") or re.search(r"[A-Za-z]", reference) and digits > 1 and "/" in reference
            else 3
            if cue in _STANDS_ALONE
            else 4
        )
        if cue in ("collar", "shoulder", "warrant", "badge"):
            fewest = 3
        if digits < fewest or re.fullmatch(
            r"(?:19|20)[0-9]{2}|[0-9]{1,2}(?:st|nd|rd|th|am|pm)|[0-9]{1,2}[./][0-9]{2}(?:am|pm)?|[0-9]{1,2}[/.\-][0-9]{1,2}[/.\-]"
            r"[0-9]{2,4}",
            reference,
            re.I,
        ):
            continue
        if text[end : end + 1] == ":" and text[end + 1 : end + 2].isdigit():
            continue
        if cue in ("her", "his") and not re.search("[A-Za-z]", reference):
            continue
        yield Find(start, end, 0.8, "reference beside its cue")


def _reference(written: str) -> str:
    """Return the part of what follows a cue that belongs to the reference: its first word and the digit groups behind."""
    pieces = written.split(" ")
    kept = [pieces[0]]
    for piece in pieces[1:]:
        first_has_digits = any(character.isdigit() for character in "".join(kept))
        if first_has_digits and (re.search("[a-z]", piece) or re.fullmatch("(?:19|20)[0-9]{2}", piece)):
            break
        if not first_has_digits and kept[-1].islower():
            break
        kept.append(piece)
    return " ".join(kept)
