"""Bank details: sort code, account, card, IBAN, wallets.

Formats: sort code and account, Pay.UK "Vocalink sorting code list" (six and eight digits); card, ISO/IEC 7812 with the Luhn digit;
IBAN, ISO 13616 with modulus 97 and the lengths of its registry. Six or eight digits alone are a date or a reference, so they need
their cue; an amount of money is never an identifier.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .context import Cues
from .family import FamilyRecognizer, Find

_CARD = re.compile(r"(?<![0-9A-Za-z£$€.])(?<![0-9][ \-])[0-9](?:[ \-]?[0-9]){12,22}(?![0-9])")
_IBAN_START = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{2})[0-9]{2}(?=[ ]?[A-Za-z0-9])")
_IBAN_LENGTHS = {
    "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22,
    "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IT": 27, "LT": 20, "LU": 20, "LV": 21, "MT": 31, "NL": 18, "NO": 15, "PL": 28,
    "PT": 25, "RO": 24, "SE": 24, "SI": 19, "SK": 24, "TR": 26, "AE": 23, "PK": 24, "SA": 24, "AL": 28, "UA": 29, "MD": 24, "RS": 22,
}  # fmt: skip
_SORT_CODE = re.compile(r"(?<![0-9A-Za-z£/\-.])[0-9]{2}([ \-–])[0-9]{2}\1[0-9]{2}(?![0-9/\-]|\.[0-9])")
_SORT_RUN = re.compile(r"(?<![0-9A-Za-z£])[0-9]{6}(?![0-9A-Za-z])")
_ACCOUNT = re.compile(
    r"(?<![0-9A-Za-z£$€.,/\-])(?:[0-9]{7,10}|[0-9]{4}[ \-][0-9]{4}|[0-9]{3}[ ][0-9]{5}|[0-9]{2}[ ][0-9]{2}[ ][0-9]{2}"
    r"[ ][0-9]{2}|[0-9*]{6,10})(?![0-9A-Za-z*]|[ \-][0-9])"
)
_PART = re.compile(
    r"\b(?:end(?:s|ing|ed)?|last[ ](?:four|4)(?:[ ]digits)?|start(?:s|ing)?|begin(?:s|ning)?)"
    r"[ :]{1,2}(?:(?:in|with|is|are|was|were|of)[ ]{1,2}){0,2}([0-9*]{3,6})(?![0-9A-Za-z*,])",
    re.I,
)
_BITCOIN = re.compile(r"\b(?:bc1[a-z0-9]{25,59}|[13][a-km-zA-HJ-NP-Z1-9]{25,34}|0x[0-9a-fA-F]{40}|T[1-9A-HJ-NP-Za-km-z]{33})\b")

_SORT_CUE = Cues("sort code", "sort codes", "sortcode", "s c", "sc", "sort")
_ACCOUNT_CUE = Cues(
    "account", "accounts", "acc", "acct", "ac", "a c", "account number", "account no", "bank", "sort code", "sortcode", "sort",
    "roll number", "building society", "barclays", "lloyds", "natwest", "hsbc", "santander", "monzo", "starling", "nationwide",
    "revolut", "halifax", "tsb", "metro bank", "iban", "no",
)  # fmt: skip
_BANK = Cues(
    "account",
    "accounts",
    "acc",
    "acct",
    "a c",
    "bank",
    "sort code",
    "sortcode",
    "barclays",
    "lloyds",
    "natwest",
    "hsbc",
    "santander",
    "monzo",
    "starling",
    "nationwide",
    "revolut",
    "halifax",
    "tsb",
    "payee",
    "iban",
)
_CARD_CUE = Cues("card", "cards", "debit", "credit", "visa", "mastercard", "amex", "pan", "card number")
_NOT_BANK = Cues(
    "instagram", "snapchat", "facebook", "phone", "mobile", "reference", "ref", "twitter", "tiktok", "telegram", "plate", "reg"
)


class FinancialRecognizer(FamilyRecognizer):
    """Bank and card numbers; those with a check digit on their own, the rest beside their cue."""

    entity_type = "FINANCIAL"

    def find(self, text: str) -> Iterator[Find]:
        """Yield cards and IBANs, then what needs a cue."""
        if not any(digit in text for digit in "0123456789"):
            return
        for match in _CARD.finditer(text):
            yield from _card(text, match)
        for match in _IBAN_START.finditer(text):
            if find := _iban(text, match):
                yield find
        for match in _BITCOIN.finditer(text):
            if re.search("[0-9]", match.group()) and re.search("[A-Za-z]", match.group()):
                yield Find(match.start(), match.end(), 0.8, "wallet of a crypto-currency")
        yield from _sort_codes(text)
        for match in _ACCOUNT.finditer(text):
            if (
                re.search("[0-9]{2}", match.group())
                and _BANK.before(text, match.start(), 6)
                and not _NOT_BANK.before(text, match.start(), 3)
            ):
                yield Find(match.start(), match.end(), 0.8, "account beside its cue")
        for match in _PART.finditer(text):
            bank = _BANK.beside(text, match.start(), match.end(), 6) or _CARD_CUE.beside(text, match.start(), match.end(), 8)
            if bank and not _NOT_BANK.beside(text, match.start(), match.end(), 3):
                yield Find(*match.span(1), 0.7, "part of an account or card beside its cue")


def luhn_checks(digits: str) -> bool:
    """Say whether a card number passes the Luhn check."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _card(text: str, match: re.Match[str]) -> Iterator[Find]:
    groups = list(re.finditer("[0-9]+", match.group()))
    # A date or a house number may run into the card number, so every run of whole groups is tried.
    for first in range(min(len(groups), 4)):
        digits = ""
        for group in groups[first:]:
            digits += group.group()
            if 13 <= len(digits) <= 19 and digits[0] in "23456" and luhn_checks(digits) and len(set(digits)) > 1:
                yield Find(match.start() + groups[first].start(), match.start() + group.end(), 1.0, "card number, checked")
                return
    digits = re.sub("[^0-9]", "", match.group())
    if len(digits) in (15, 16) and (
        _CARD_CUE.beside(text, match.start(), match.end(), 6) or re.fullmatch("[0-9]{4}([ -][0-9]{4}){3}", match.group())
    ):
        yield Find(match.start(), match.end(), 0.6, "card number, check digit wrong")


def _iban(text: str, match: re.Match[str]) -> Find | None:
    length = _IBAN_LENGTHS.get(match.group(1).upper())
    if length is None:
        return None
    position = match.start()
    characters = ""
    while position < len(text) and len(characters) < length:
        character = text[position]
        if character.isascii() and character.isalnum():
            characters += character.upper()
        elif character not in " -" or text[position - 1] in " -":
            return None
        position += 1
    if len(characters) < length or text[position : position + 1].isalnum():
        return None
    number = "".join(str(int(character, 36)) for character in characters[4:] + characters[:4])
    if int(number) % 97 == 1:
        return Find(match.start(), position, 1.0, "IBAN, checked")
    shaped = re.fullmatch("GB[0-9]{2}[A-Z]{4}[0-9]{14}", characters) is not None
    return Find(match.start(), position, 0.7, "IBAN, check digits wrong") if shaped else None


def _sort_codes(text: str) -> Iterator[Find]:
    for match in _SORT_CODE.finditer(text):
        if _SORT_CUE.beside(text, match.start(), match.end(), 5):
            yield Find(match.start(), match.end(), 0.95, "sort code beside its cue")
        elif account := re.match(
            r"[ ,/|]{1,3}(?:(?:account|acc|acct|a/c)(?:[ ](?:number|no\.?))?[ :]{0,2})?([0-9]{8}|[0-9]{4}[ ][0-9]{4})(?![0-9])",
            text[match.end() : match.end() + 40],
            re.I,
        ):
            yield Find(match.start(), match.end(), 0.85, "sort code before an account")
            yield Find(match.end() + account.start(1), match.end() + account.end(1), 0.85, "account behind a sort code")
        elif _BANK.before(text, match.start(), 4):
            yield Find(match.start(), match.end(), 0.7, "sort code beside a bank")
    for match in _SORT_RUN.finditer(text):
        if _SORT_CUE.before(text, match.start(), 4):
            yield Find(match.start(), match.end(), 0.85, "sort code beside its cue")
