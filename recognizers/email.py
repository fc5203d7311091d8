"""E-mail addresses, also spelt out or broken by spaces.

Format: RFC 5322 addr-spec without quoted strings, RFC 1035 labels. An own pattern, because Presidio's recognizer asks tldextract
for the domain, which fetches its list from the network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .context import Cues
from .family import FamilyRecognizer, Find

_AT = re.compile(r"@|[ ]?[(\[{][ ]?(?:at|@)[ ]?[)\]}][ ]?|[ ]at[ ]", re.I)
_LOCAL = re.compile(r"[A-Za-z0-9*][A-Za-z0-9._%+'*\-]{0,63}$")
_LOCAL_APART = re.compile(r"([A-Za-z0-9*][A-Za-z0-9._%+'*\-]{0,63})[ ]?$")
_LOCAL_SPELT = re.compile(
    r"(?:[A-Za-z0-9._%+'\-]{1,40}[ ](?:dot|underscore|under score|dash|hyphen|full stop|point)"
    r"[ ]){0,4}[A-Za-z0-9][A-Za-z0-9._%+'\-]{0,40}$",
    re.I,
)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"[ ]?{_LABEL}(?:\.{_LABEL}){{0,5}}\.[A-Za-z]{{2,24}}(?![A-Za-z0-9])")
_DOMAIN_BROKEN = re.compile(rf"[ ]?{_LABEL}[ ]?[.,][ ]?(?:com|con|co|org|net|ac|gov|nhs|ie|uk)(?:[ ]?[.,][ ]?uk)?(?![A-Za-z0-9])", re.I)
_PROVIDER = re.compile(
    r"[ ]?(?:gmail|googlemail|hotmail|outlook|yahoo|icloud|live|aol|btinternet|protonmail|proton|"
    r"sky|talktalk|mail|msn|ymail)(?![A-Za-z0-9])",
    re.I,
)
_DOMAIN_SPELT = re.compile(
    rf"({_LABEL}(?:[ ](?:dash|hyphen|dot)[ ]{_LABEL}){{0,3}})(?:(?:[ ]?\.[ ]?|[ ](?:dot|full stop|point)[ ]){_LABEL}){{0,2}}"
    r"(?P<dot>[ ](?:dot|full stop|point)[ ]|[ ]?[(\[]dot[)\]][ ]?|[ ]?\.[ ]?)(?:com|co|org|net|"
    r"ac|gov|nhs|ie|uk|eu|info|io|me|example|biz|test)"
    r"(?:(?:[ ](?:dot|full stop|point)[ ]|[ ]?[(\[]dot[)\]][ ]?|[ ]?\.[ ]?)(?:uk|com|org|net))?(?![A-Za-z0-9])",
    re.I,
)
_CUE = Cues("email", "emails", "e mail", "e mails", "emailed", "mail", "address", "gmail", "hotmail", "contact")
_KNOWN = re.compile(r"(?:gmail|googlemail|hotmail|outlook|yahoo|icloud|live|aol|protonmail|btinternet)\b", re.I)


class EmailRecognizer(FamilyRecognizer):
    """E-mail addresses; from each at-sign outwards, so that the cost does not depend on what stands around it."""

    entity_type = "EMAIL"

    def find(self, text: str) -> Iterator[Find]:
        """Yield the addresses around each "@", "(at)" and spelt "at"."""
        for at in _AT.finditer(text):
            sign = at.group().strip().lower()
            if sign == "@":
                yield from _around_sign(text, at)
            elif sign == "at":
                yield from _around_word(text, at, plain=True)
            else:
                yield from _around_word(text, at, plain=False)


def _around_sign(text: str, at: re.Match[str]) -> Iterator[Find]:
    left = max(0, at.start() - 65)
    local = _LOCAL.search(text, left, at.start())
    apart = None
    if local is None:
        apart = _LOCAL_APART.search(text, left, at.start())
    domain = _DOMAIN.match(text, at.end(), at.end() + 255)
    start = local.start() if local else apart.start() if apart else None
    if start is None:
        return
    if domain and (local or text[at.end() : at.end() + 1] == " " or not domain.group().startswith(" ")):
        # "see @kaz.smith" is a handle: with a space before the sign the domain has to be one people use.
        if local or re.search(r"\.(?:com|co\.uk|org|net|uk|org\.uk|example)$", domain.group(), re.I):
            if domain.group().startswith(" ") and not re.search(r"\.(?:com|uk|org|net|example)$", domain.group(), re.I):
                return
            yield Find(start, domain.end(), 1.0 if local and not domain.group().startswith(" ") else 0.8, "e-mail address")
    elif broken := _DOMAIN_BROKEN.match(text, at.end(), at.end() + 120):
        yield Find(start, broken.end(), 0.7, "e-mail address, broken by spaces or commas")
    elif local and (provider := _PROVIDER.match(text, at.end(), at.end() + 30)):
        yield Find(start, provider.end(), 0.7, "e-mail address without its ending")


def _around_word(text: str, at: re.Match[str], *, plain: bool) -> Iterator[Find]:
    domain = _DOMAIN_SPELT.match(text, at.end(), at.end() + 160)
    if domain is None:
        return
    local = _LOCAL_SPELT.search(text, max(0, at.start() - 90), at.start())
    if local is None:
        return
    known = _KNOWN.match(domain.group()) is not None
    spelt = "dot" in domain.group("dot").lower() or "point" in domain.group("dot").lower()
    if plain and not known and not (spelt and " " in local.group()) and not _CUE.before(text, local.start(), 5):
        return
    if plain and not spelt and not known:
        return
    yield Find(local.start(), domain.end(), 0.8 if known or not plain else 0.7, "e-mail address, spelt out")
