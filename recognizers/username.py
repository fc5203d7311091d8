"""Names on social media, games and messengers.

Formats: each platform's own help pages on names (letters, digits, full stop, underscore, hyphen; 2 to 30 characters). A name with
an @ stands alone; without one it needs its platform or a word such as "username" beside it. The platform's name is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from .family import FamilyRecognizer, Find, lowered
from .wordlists import lines, word_set, words

_AT_HANDLE = re.compile(r"(?<![A-Za-z0-9._%+\-@*])@[A-Za-z0-9_](?:[A-Za-z0-9_.\-]{0,29}[A-Za-z0-9_])?(?![A-Za-z0-9@])")
_TIME = re.compile(r"@[0-9]{1,2}(?:[.:]?[0-9]{2})?(?:am|pm|ish|hrs)?|@[0-9.]{1,8}", re.I)
_NOT_HANDLES = word_set("home work school the my his her all approx about around least night")
_DISCORD = re.compile(r"(?<![A-Za-z0-9._])[A-Za-z0-9_.]{2,32}#[0-9]{4}(?![0-9A-Za-z])")
_REDDIT = re.compile(r"(?<![A-Za-z0-9/])/?u/[A-Za-z0-9_\-]{3,20}(?![A-Za-z0-9])")
_UNDERSCORED = re.compile(r"(?<![A-Za-z0-9_.@/#\\])[A-Za-z][A-Za-z0-9.]{0,19}_[A-Za-z0-9_.]{0,18}[A-Za-z0-9_](?![A-Za-z0-9_@])")
_FILE = re.compile(
    r"\.(?:jpe?g|png|gif|pdf|docx?|xlsx?|mp[34]|mov|txt|csv|heic|msg|eml|wav)$|^(?:img|dsc|vid|pxl|screenshot|scan|doc|file|mov)_", re.I
)
_HANDLE = r"@?[A-Za-z0-9_][A-Za-z0-9_.\-]{0,28}[A-Za-z0-9_]"
_LINK = (
    r"[ ]?(?:(?P<sign>[:=,]|[-–—>]{1,2}|[\"“‘'(@])[ ]?|(?:(?P<name>user ?names?|user|handle|"
    r"account|accounts|id|tag|name|names|profile|gamertag|"
    r"called|named|calling himself|calling herself|under|as)|is|was|are|the|of|it's|its|which is|"
    r"he uses|she uses|he is|she is|she's|he's|group|channel|page)\b[ ]?)"
)
_SPELT = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z0-9]{1,20}(?:[ ]?(?:underscore|under score)[ ]?(?:dot[ ])?[A-Za-z0-9]{1,20}(?:[ ]dot[ ][A-Za-z0-9]{1,20}"
    r")?){1,3}(?![A-Za-z0-9])",
    re.I,
)
_POSTS_AS = re.compile(
    r"\b(?:(?P<sure>(?:posts?|posted|posting|signs?|signed|signing|advertis(?:es?|ing)|trades?|"
    r"trading|plays?|playing|streams?|streaming|messag(?:es|ing)|tweets?|comments?|known[ ]online|"
    r"online|logs?[ ]in|logged[ ]in|sells?)[ ](?:himself[ ]|herself[ ])?(?:as|under))"
    r"|(?P<weak>accounts?|handles?|profile|page|channel|group(?:[ ]?chat)?|server|editor|admin)"
    r"(?:[ ](?:is|are|was|were|called|named|name|under|of|from))*)[ ,:]{1,2}(?:the[ ])?[\"“‘']?(?P<handle>@?[A-Za-z0-9_]"
    r"[A-Za-z0-9_.\-]{0,28}[A-Za-z0-9_])",
    re.I,
)
_DOTTED = re.compile(
    r"(?<![A-Za-z0-9_.@/#\-])(?=[A-Za-z0-9_.]{0,29}[a-z_][0-9])[A-Za-z][A-Za-z0-9_]{1,18}(?:\.[A-Za-z][A-Za-z0-9_]{1,18}"
    r"){1,2}(?![A-Za-z0-9_@/]|\.[A-Za-z0-9])"
)
_QUOTED = re.compile(r"[\"“‘']([^\"”’'\n]{2,30})[\"”’']")
_CAPITALISED_NAME = re.compile(r"[A-Z][\w'’\-]{1,20}(?:[ ][A-Z][\w'’\-]{1,20}){1,2}")


@cache
def _platforms() -> tuple[re.Pattern[str], re.Pattern[str], frozenset[str]]:
    """Return the pattern of a platform with what links it to a name, the one for a name before it, and the ordinary words."""
    entries = [line.split("\t") for line in lines("platforms")]
    names = sorted((entry[0] for entry in entries), key=len, reverse=True)
    ordinary = frozenset(entry[0] for entry in entries if len(entry) > 1)
    choice = "|".join(re.escape(name) for name in names)
    after = re.compile(rf"\b(?P<platform>{choice})\b(?P<links>(?:{_LINK}){{0,4}})[ ]?")
    before = re.compile(
        r"(?<![A-Za-z0-9_.@])(?P<handle>@?[a-z0-9_][a-z0-9_.\-]{0,28}[a-z0-9_])(?:[\"”’']?[ ](?:on|"
        rf"via|through|over|in|-|–|\()[ ]?|[ ]\()(?:the[ ]|his[ ]|her[ ])?(?P<platform>{choice})\b"
    )
    return after, before, ordinary


class UsernameRecognizer(FamilyRecognizer):
    """Handles with an @, and names beside a platform or a naming word."""

    entity_type = "USERNAME"

    def find(self, text: str) -> Iterator[Find]:
        """Yield handles that show themselves, then those beside a platform."""
        if "@" in text:
            for match in _AT_HANDLE.finditer(text):
                if not _TIME.fullmatch(match.group()) and match.group()[1:].lower() not in _NOT_HANDLES:
                    yield Find(match.start(), match.end(), 0.9, "handle")
        if "#" in text:
            for match in _DISCORD.finditer(text):
                yield Find(match.start(), match.end(), 0.85, "name with a Discord number")
        if "u/" in text:
            for match in _REDDIT.finditer(text):
                yield Find(match.start(), match.end(), 0.8, "Reddit name")
        if "_" in text:
            for match in _UNDERSCORED.finditer(text):
                if not _FILE.search(match.group()) and re.search("[A-Za-z]", match.group()[1:]) and "__" not in match.group():
                    yield Find(match.start(), match.end(), 0.6, "name with an underscore")
        if "underscore" in text.lower():
            for match in _SPELT.finditer(text):
                yield Find(match.start(), match.end(), 0.8, "dictated name with an underscore")
        for match in _POSTS_AS.finditer(text):
            handle = match.group("handle")
            plain = handle.lower() in words("common_words") or handle.lower() in _PLAIN or handle.isdigit()
            if _looks_like_handle(handle) and not _FILE.search(handle) or (match.group("sure") and not plain and handle[0].isupper()):
                yield Find(match.start("handle"), match.end("handle"), 0.6, "name behind a word such as posts as")
        if "." in text:
            for match in _DOTTED.finditer(text):
                if not _FILE.search(match.group()) and not _LINK_ENDING.search(match.group()):
                    yield Find(match.start(), match.end(), 0.5, "name with full stop and digits")
        after, before, ordinary = _platforms()
        low = lowered(text)
        for match in after.finditer(low):
            yield from _after_platform(text, match, match.group("platform").lower() in ordinary)
        for match in before.finditer(low):
            if _looks_like_handle(text[match.start("handle") : match.end("handle")]):
                yield Find(match.start("handle"), match.end("handle"), 0.75, "name before its platform")


_LINK_ENDING = re.compile(r"\.(?:com|org|net|uk|me|gg|tv|io|example|info|ie|eu)$", re.I)
_HANDLE_HERE = re.compile(_HANDLE)


def _after_platform(text: str, match: re.Match[str], ordinary: bool) -> Iterator[Find]:
    links = match.group("links").lower()
    start = match.end()
    if text[start - 1 : start] in "\"“‘'" and start > match.end("platform"):
        quoted = _QUOTED.match(text, start - 1)
        if quoted and (links.strip("\"“‘' ") or not ordinary):
            yield Find(*quoted.span(1), 0.8, "quoted name beside its platform")
            return
    if text[start - 1 : start] == "@":
        # "insta @kaz_99": the sign belongs to the handle.
        start -= 1
    handle = _HANDLE_HERE.match(text, start)
    if handle is None:
        return
    name = handle.group()
    end = handle.end()
    naming = (
        match.group("name") is not None
        or match.group("sign") is not None
        or re.search(
            r"user ?name|handle|gamer ?(?:tag|name)|screen name|profile name|account name|host name|user id", match.group("platform"), re.I
        )
    )
    if match.group("sign") in ("-", "–", ",") and not _looks_like_handle(name):
        naming = None
    bare = name.lstrip("@").lower()
    if re.fullmatch(r"[0-9.,:\-]+", bare) or bare in words("common_words") or bare in _PLAIN:
        return
    if bare in words("platforms") or _FILE.search(name):
        return
    if re.search(r"facebook|\bfb\b", match.group("platform"), re.I) and naming and (full := _CAPITALISED_NAME.match(text, start)):
        yield Find(start, full.end(), 0.75, "name of a profile")
    elif _looks_like_handle(name):
        if links.strip() or not ordinary:
            yield Find(start, end, 0.85 if naming else 0.7, "name beside its platform")
    elif naming and not re.search(r"\b(?:group|page|channel)\b", links):
        yield Find(start, end, 0.6, "name beside its platform and a naming word")


_PLAIN = word_set(
    """private public locked deleted blocked active online offline fake false anonymous unknown not recognised called message
    messages story stories account accounts chat chats group groups video videos photo photos picture pictures post
    posts call calls maps map live follower followers friend marketplace page profile streak streaks name names
    username handle details app apps app's well follows where proof evidence part normal advertising selling posting
    saying asking someone somebody seen attached below screenshot screenshots shared owned linked set made used
    registered given being what who under over same different another yours theirs usual"""
)


def _looks_like_handle(name: str) -> bool:
    """Say whether a token could hardly be a word: digits among letters, underscore, inner full stop, capitals inside."""
    bare = name.lstrip("@")
    if name.startswith("@") or "_" in bare:
        return True
    if re.search("[0-9]", bare) and re.search("[A-Za-z]", bare):
        return not re.fullmatch(r"[0-9]{1,4}(?:st|nd|rd|th|am|pm|k|yo|yrs|mins|hrs|x|g|kg|ml|mg)", bare, re.I) and len(bare) > 3
    if re.search(r"[A-Za-z]\.[A-Za-z]", bare):
        return len(bare) > 4 and not re.fullmatch(r"(?:[A-Za-z]\.)+[A-Za-z]", bare)
    return re.search(r"[a-z][A-Z]", bare) is not None and not bare.startswith(("Mc", "Mac", "O'", "De", "Mac"))
