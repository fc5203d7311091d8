"""Web addresses and profile links.

Format: RFC 3986 for what has a scheme; without one, a host name whose ending is in use for links (IANA root zone, a selection
that is no English word unless a path follows). The bare name of a platform or a public body is no identifier: words/public_sites.txt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .family import FamilyRecognizer, Find
from .wordlists import words

_TAIL = r"[^\s<>\"“”|\\^`{}]{0,400}"
_SCHEME = re.compile(rf"\b(?:h(?:tt|xx)ps?://|www\.){_TAIL}", re.I)
# From each dot outwards: labels before it are bounded, so a megabyte of "a.a.a" costs no more per dot.
_HOST = re.compile(
    r"(?<![A-Za-z0-9@._\-])(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,40})\.){1,4}"
    r"(?:(?P<ending>com|co\.uk|org\.uk|org|net|gov\.uk|nhs\.uk|ac\.uk|uk|ie|info|biz|xyz|online|"
    r"shop|site|club|link|app|gg|tv|onion|example|io|eu|tk|ru|ly|dev)"
    r"|(?P<word>me|be|co|us|to|cc|in|is|so|it|de|fr|pl|ro|at))(?![A-Za-z0-9\-])(?P<path>/[^\s<>\"“”|\\^`{}]{0,400})?",
    re.I,
)
_SPELT_AT = re.compile(r"(?:[(\[]at[)\]]|@)[ ]?$", re.I)
_TRAILING = ".,;:!?'’*_"


class UrlRecognizer(FamilyRecognizer):
    """Links with or without a scheme, without the full stop that ends the sentence."""

    entity_type = "URL"

    def find(self, text: str) -> Iterator[Find]:
        """Yield links with a scheme or "www.", then bare host names."""
        if "." not in text and "://" not in text:
            return
        for match in _SCHEME.finditer(text):
            end = _trim(text, match.start(), match.end())
            if "." in text[match.start() + 4 : end] and not _is_public(text[match.start() : end]):
                yield Find(match.start(), end, 1.0, "link")
        for match in _HOST.finditer(text):
            if text[match.end() : match.end() + 1] == "@" or _SPELT_AT.search(text, max(0, match.start() - 6), match.start()):
                continue
            if match.group("word") and not match.group("path"):
                continue
            end = _trim(text, match.start(), match.end())
            if not _is_public(text[match.start() : end]):
                yield Find(match.start(), end, 0.9 if match.group("path") else 0.7, "link without a scheme")


def _trim(text: str, start: int, end: int) -> int:
    while end > start and (
        text[end - 1] in _TRAILING
        or (text[end - 1] in ")]" and text[end - 1 : end] not in text[start : end - 1] and "(" not in text[start:end])
    ):
        end -= 1
    return end


def _is_public(link: str) -> bool:
    host, _, path = re.sub(r"^(?:h(?:tt|xx)ps?://)?(?:www\.)?", "", link.lower()).partition("/")
    if path:
        return host.endswith((".gov.uk", ".nhs.uk", ".police.uk")) or host in ("gov.uk", "nhs.uk")
    return host in words("public_sites") or host.endswith((".gov.uk", ".police.uk"))
