"""Identifiers to roles: who submits, who told, whom it is about, who else is named (annotation guide, section 1)."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace

from spacy.tokens import Doc, Token

from .english import lemma
from .lexicon import nicknames, towns, words
from .offsets import text_of
from .parsing import scores_of, word_offsets
from .provenance import is_first_person, is_role, subject_of
from .quotation import quoted
from .spans import ROLE_STRICTNESS, Identifier

ROLE_THRESHOLD = 0.5
_OFFICIAL = re.compile(
    r"^(?:pc|dc|ds|di|dci|sgt|ps|pcso|wpc|insp|inspector|constable|sergeant|detective|judge|cllr|councillor|mp)\b", re.IGNORECASE
)
_CONTACT = frozenset("call ring phone contact email text reach speak reply".split())
_CLOSING = re.compile(
    r"^[ \t]*(?:kind regards|many thanks|thanks|thank you|regards|best wishes|best|warm regards|yours sincerely|"
    r"yours faithfully|cheers|kr|rgds)\b[^\n]{0,20}$",
    re.IGNORECASE | re.MULTILINE,
)
_OWN_NAME = re.compile(
    r"\b(?:my name is|my name's|name's|i am|i'm|im|this is|from:|signed|submitted by|completed by|reported by|referrer:?|"
    r"reporter:?|author:?)\s*$",
    re.IGNORECASE,
)
_TOLD_BY = re.compile(
    r"\b(?:told by|informed by|according to|reported by|disclosed by|raised by|said by|heard from|learnt from|"
    r"learned from|message from|call from|visit from|source is|informant is|info from|"
    r"information from)\s+(?:\w+\s+){0,2}$",
    re.IGNORECASE,
)
# Whatever the recognizers take the teller for, told by it is told by the source.
_TELLERS = frozenset("PERSON ORGANISATION LOCATION ADDRESS USERNAME".split())
_TELLS = re.compile(
    r"^(?:\s+[^\W\d_]+)?\s+(?:(?:has|had|have|also|just|then|later)\s+){0,2}(?:told|informed|advised|assured|warned|begged|said to|"
    r"mentioned to|confided in|rang|phoned|texted|e-?mailed|messaged)\s+(?:me|us)\b",
    re.IGNORECASE,
)
# "I spoke to Yolanda, who said …": with both halves, since a subject may be spoken to, and may say things to others.
_SPOKEN_TO = re.compile(
    r"\b(?:i|we)\s+(?:(?:have|had|also|then|just|later)\s+){0,2}(?:spoke|spoken|talked|chatted)\s+(?:to|with)\s+(?:\w+\s+){0,2}$|"
    r"\b(?:i|we)\s+(?:(?:have|had|also|then|just|later)\s+){0,2}(?:rang|phoned|called|met|visited|saw|interviewed)\s+(?:\w+\s+){0,2}$",
    re.IGNORECASE,
)
_WHO_SAID = re.compile(
    r"^(?:\s+[^\W\d_]+)?\s*,?\s+who\s+(?:(?:has|had|also|then|later)\s+){0,2}(?:said|told|says|stated|reported|explained|mentioned|"
    r"advised|disclosed|confirmed|described|added|informed)\b",
    re.IGNORECASE,
)
_OWN_PLACE = re.compile(
    r"\b(?:work(?:s|ed|ing)? (?:at|for|in|with)|based at|here at|employed (?:at|by)|volunteer (?:at|for|with)|teach at|"
    r"live at|live in|our(?: own)?|us at|staff at|member of staff at|manager (?:at|of)|\w+ (?:at|of|from) our|"
    r"visit to us at|i run|we run|on behalf of)\s+(?:the\s+)?$",
    re.IGNORECASE,
)


def assign_roles(doc: Doc, identifiers: Sequence[Identifier], labels: dict[str, list[str]]) -> list[Identifier]:
    """Identifiers with their roles: what the form said, what the narrative shows, what the encoder reads, and
    subject where nothing else does."""
    in_quotation = quoted(doc)
    text = text_of(doc)
    closings = [match.end() for match in _CLOSING.finditer(text)]
    signature = next((end for end in closings if len(text) - end < 400), None)
    with_roles = [
        replace(found, roles=tuple(dict.fromkeys((*found.roles, *_shown(doc, found, in_quotation, signature), *_read(doc, found, labels)))))
        for found in identifiers
    ]
    return _shared_by_name(text, with_roles)


def _read(doc: Doc, found: Identifier, labels: dict[str, list[str]]) -> tuple[str, ...]:
    """The roles that the encoder gives to the identifier's words."""
    if "role" not in labels:
        return ()
    starts, ends = word_offsets(doc)
    first, last = bisect_right(ends, found.start), bisect_left(starts, found.end)
    if first >= last:
        return ()
    mean = scores_of(doc).words["role"][first:last].mean(0)
    return tuple(role for role, share in zip(labels["role"], mean.tolist(), strict=True) if role != "O" and share > ROLE_THRESHOLD)


def _shown(doc: Doc, found: Identifier, in_quotation: Sequence[bool], signature: int | None) -> tuple[str, ...]:
    text = text_of(doc)
    before = text[max(0, found.start - 60) : found.start]
    if signature is not None and found.start > signature:
        return ("submitter",)
    if found.type in _TELLERS:
        if found.type == "PERSON" and _OWN_NAME.search(before):
            return ("submitter",)
        span = doc.char_span(found.start, found.end, alignment_mode="expand")
        # "Tom told me" in somebody's quoted words was told to somebody else.
        said_here = span is None or not in_quotation[span.start]
        after = text[found.end : found.end + 60]
        if _TOLD_BY.search(before) or (said_here and (_TELLS.match(after) or (_WHO_SAID.match(after) and _SPOKEN_TO.search(before)))):
            return ("source",)
    if found.type == "PERSON":
        if span is not None and _tells_us(span.root, in_quotation):
            return ("source",)
        if _OFFICIAL.match(text[found.start : found.end]) or _OFFICIAL.match(
            before.rpartition(" ")[2] or before.strip().rpartition(" ")[2]
        ):
            return ("third_party",)
    elif found.type in ("ORGANISATION", "ADDRESS", "LOCATION", "POSTCODE") and _OWN_PLACE.search(before):
        return ("source",)
    elif found.type in ("PHONE", "EMAIL") and re.search(
        r"\b(?:call|ring|phone|contact|email|text|reach|get|speak to|reply to)\s+(?:me|us)\b[^.]{0,30}$|\bmy (?:number|"
        r"mobile|email|phone|extension|work)\b[^.]{0,20}$|\bi(?:'m| am| can be)\b[^.]{0,25}\b(?:on|at)\s*$",
        before,
        re.IGNORECASE,
    ):
        return ("submitter",)
    return ()


def _tells_us(root: Token, in_quotation: Sequence[bool]) -> bool:
    """Whether the named person is the subject of a telling of which the source is the hearer."""
    verb = root.head
    if root.dep_ not in ("nsubj", "nsubj:pass", "conj") or verb.i == root.i or subject_of(verb) is None:
        return False
    if lemma(verb.lower_) not in words("report") | {"beg", "plead", "confide", "come", "approach", "call", "ring", "text"}:
        return False
    return any(
        is_first_person(child, in_quotation) or is_role(child, "hearer", "role")
        for child in verb.children
        if child.dep_ in ("obj", "iobj", "obl") and child.i > verb.i
    )


def _shared_by_name(text: str, identifiers: list[Identifier]) -> list[Identifier]:
    """One person has one set of roles: a name said to tell in one line is the source in every other, also where it was taken for a place."""
    roles_of: dict[str, set[str]] = {}
    for found in identifiers:
        if found.type == "PERSON" and {"source", "submitter"} & set(found.roles):
            for word in _name_words(text, found):
                roles_of.setdefault(word, set()).update({"source", "submitter"} & set(found.roles))
    shared = []
    for found in identifiers:
        roles = set(found.roles)
        if found.type == "PERSON":
            names = _name_words(text, found)
            known = [roles_of[variant] for word in names for variant in nicknames(word) if variant in roles_of]
            # A surname alone is shared by families: a full name takes the roles of another full name only when both words agree.
            if known and (len(names) == 1 or all(any(variant in roles_of for variant in nicknames(word)) for word in names)):
                roles |= set().union(*known)
        elif found.type in _TELLERS and text[found.start : found.end].lower() not in towns():
            # "Brackwater" read as a place is still the source's name; "Brackwater Road" is not.
            names = re.findall(r"[^\W\d_]+", text[found.start : found.end].lower())
            if names and all(name in roles_of for name in names):
                roles |= set().union(*(roles_of[name] for name in names))
        shared.append(replace(found, roles=tuple(role for role in ROLE_STRICTNESS if role in (roles or {"subject"}))))
    return shared


def _name_words(text: str, found: Identifier) -> list[str]:
    return [
        word.lower()
        for word in re.findall(r"[^\W\d_]{2,}", text[found.start : found.end])
        if word.lower() not in {"mr", "mrs", "ms", "miss", "dr", "pc", "dc", "rev", "sgt"}
    ]
