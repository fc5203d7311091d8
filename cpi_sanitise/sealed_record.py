"""SealedRecord and SubjectKey: what stays, as JSON inside standard age files that only the holder of an identity opens.

This module seals and cannot open: it is given public keys, and nothing here reads an identity. What opens is
`opening`, which the sanitising process never imports. Every file can be opened with the plain `age` program as well.

Format 1 of the sealed record, a JSON object in ASCII, padded with spaces to a power of two so that the size of the
ciphertext says little about the length of the original:

    format            1
    urn               the log this belongs to
    reference         under which the intake system keeps the original
    received_at       ISO 8601, or null
    form, other       as received
    narrative         as received, to the character
    original_sha256   SHA-256 over the narrative in UTF-8 without a byte order mark, nothing added and nothing else
                      (a lone surrogate, which UTF-8 has no place for, as the three bytes of Python's "surrogatepass")
    removed           start, end, kind, text of each provenance span and other cut
    identifiers       start, end, type, roles, placeholder (null where there is none), text
    vantage           start, end, kind, plain (what the log may say instead, or null), text
    statements        start, end, kind (null where nothing of it is in the log), basis (how the source knows it)
    grading           a suggestion for source, intelligence and handling, or null
    versions          of library, model and rules, and the settings used

All offsets are half-open and count characters (Unicode code points) of the narrative as received.

Where the store was begun with a second group of keys, the record is sealed twice (see `seal`).

Format 1 of the subject key: `format`, `urn`, and `identifiers`, from placeholder to the texts it stands for.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from typing import Any

import pyrage

from .errors import RecipientError, SealError

FORMAT = 1

SMALLEST_RECORD_BYTES = 4096
SMALLEST_SUBJECT_KEY_BYTES = 1024

_ARMOR_BEGIN, _ARMOR_END = "-----BEGIN AGE ENCRYPTED FILE-----", "-----END AGE ENCRYPTED FILE-----"

_ROLES_OF_THE_SOURCE = frozenset({"submitter", "source"})


@dataclass(frozen=True, slots=True)
class Recipients:
    """The public keys of one owner (`unit` or `officers`), checked when made, so that a slip shows before any work is done.

    Messages give the place of a bad key and never the key: what was typed there by mistake may be a secret.
    """

    owner: str
    keys: tuple[str, ...]

    def __post_init__(self) -> None:
        keys = tuple(dict.fromkeys(key.strip() for key in self.keys))
        if not keys:
            raise RecipientError(
                f"no public key is given for the {self.owner}", hint="make a pair with `cpi-sanitise keygen` and give its age1… key"
            )
        for position, key in enumerate(keys, start=1):
            _check_public_key(key, f"key {position} of the {self.owner}")
        object.__setattr__(self, "keys", keys)

    @classmethod
    def read(cls, owner: str, lines: Iterable[str]) -> Recipients:
        """Read keys in age's recipient format: one a line, `#` begins a comment line, blank lines count for nothing."""
        return cls(owner, tuple(line for line in lines if line.strip() and not line.lstrip().startswith("#")))


def check_apart(unit: Recipients, officers: Recipients, second_unit: Recipients | None = None) -> None:
    """Refuse a key that two groups hold: an officer who gets a subject's name back must not thereby open the source, and
    where two persons are needed, none must be both."""
    groups = [("the unit", unit), ("the officers", officers)]
    if second_unit is not None:
        groups.append(("the second group of the unit", second_unit))
    for (first, one), (second, other) in combinations(groups, 2):
        if set(one.keys) & set(other.keys):
            raise RecipientError(f"one key is given for both {first} and {second}", hint="make a pair of keys for each of them")


def _check_public_key(key: str, which: str) -> None:
    if key.upper().startswith("AGE-SECRET-KEY-"):
        raise RecipientError(
            f"{which} is a secret key",
            hint="give the public key, which begins with age1; and make a new pair, since this secret may now stand in a command history",
        )
    if not key.startswith("age1"):
        raise RecipientError(f"{which} is not an age public key", hint="public keys begin with age1; `cpi-sanitise keygen` prints one")
    try:
        pyrage.x25519.Recipient.from_str(key)
    except pyrage.RecipientError:
        raise RecipientError(f"{which} is malformed", hint="copy the whole key again: age1 and 58 more characters") from None


@dataclass(frozen=True, slots=True)
class RemovedSpan:
    """Where something was taken out of the narrative, and of what kind it was."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class SealedIdentifier:
    """Where an identifier stands, whose it is, and which placeholder took its place, if any did."""

    start: int
    end: int
    type: str
    roles: tuple[str, ...]
    placeholder: str | None = None


@dataclass(frozen=True, slots=True)
class SealedVantage:
    """Where the narrative shows the source's standpoint, and what the log may say instead."""

    start: int
    end: int
    kind: str
    plain: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SealedStatement:
    """Which part of the narrative a statement comes from, and how the source knows it."""

    start: int
    end: int
    kind: str | None
    basis: str


Span = RemovedSpan | SealedIdentifier | SealedVantage | SealedStatement


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """Everything that must stay. Texts are cut out of the narrative here, so that they cannot differ from it."""

    urn: str
    reference: str = field(repr=False)
    narrative: str = field(repr=False)
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    received_at: datetime | None = field(default=None, repr=False)
    other: Mapping[str, Any] = field(default_factory=dict, repr=False)
    removed: tuple[RemovedSpan, ...] = ()
    identifiers: tuple[SealedIdentifier, ...] = ()
    vantage: tuple[SealedVantage, ...] = ()
    statements: tuple[SealedStatement, ...] = ()
    grading: Mapping[str, str | None] | None = None
    versions: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("removed", "identifiers", "vantage", "statements"):
            spans: tuple[Span, ...] = tuple(getattr(self, name))
            _check_inside(spans, name, len(self.narrative))
            object.__setattr__(self, name, spans)

    def plaintext(self) -> bytes:
        """Return the bytes to be sealed: JSON in ASCII, padded."""
        record = {
            "format": FORMAT,
            "urn": self.urn,
            "reference": self.reference,
            "received_at": None if self.received_at is None else self.received_at.isoformat(),
            "form": dict(self.form),
            "other": dict(self.other),
            "narrative": self.narrative,
            "original_sha256": original_sha256(self.narrative),
            "removed": [{"start": span.start, "end": span.end, "kind": span.kind, "text": self._text(span)} for span in self.removed],
            "identifiers": [
                {
                    "start": span.start,
                    "end": span.end,
                    "type": span.type,
                    "roles": list(span.roles),
                    "placeholder": span.placeholder,
                    "text": self._text(span),
                }
                for span in self.identifiers
            ],
            "vantage": [
                {"start": span.start, "end": span.end, "kind": span.kind, "plain": span.plain, "text": self._text(span)}
                for span in self.vantage
            ],
            "statements": [{"start": span.start, "end": span.end, "kind": span.kind, "basis": span.basis} for span in self.statements],
            "grading": None if self.grading is None else dict(self.grading),
            "versions": dict(self.versions),
        }
        return padded_json(record, SMALLEST_RECORD_BYTES)

    def _text(self, span: Span) -> str:
        return self.narrative[span.start : span.end]


def subject_key(urn: str, narrative: str, identifiers: Iterable[SealedIdentifier]) -> bytes:
    """Return the bytes to be sealed to officers: from each placeholder to the texts it stands for.

    Only subjects and third parties enter; an identifier without a role counts as a subject's. One that has a role of the
    source beside another stays out, and so does any text that stands for the source elsewhere in the narrative.
    """
    found = sorted(identifiers, key=lambda span: (span.start, span.end))
    _check_inside(found, "identifiers", len(narrative))
    of_the_source = {_folded(narrative[span.start : span.end]) for span in found if _ROLES_OF_THE_SOURCE & set(span.roles)}
    texts: dict[str, list[str]] = {}
    for span in found:
        text = narrative[span.start : span.end]
        if span.placeholder is None or _folded(text) in of_the_source:
            continue
        known = texts.setdefault(span.placeholder, [])
        if text not in known:
            known.append(text)
    return padded_json({"format": FORMAT, "urn": urn, "identifiers": texts}, SMALLEST_SUBJECT_KEY_BYTES)


def original_sha256(narrative: str) -> str:
    """Return the hash of the narrative as received; the docstring of this module says over which bytes."""
    return hashlib.sha256(narrative.encode("utf-8", "surrogatepass")).hexdigest()


def padded_json(value: Mapping[str, Any], smallest_bytes: int) -> bytes:
    """Return JSON in ASCII followed by spaces and a newline, in all a power of two and at least `smallest_bytes` long."""
    try:
        written = json.dumps(value, allow_nan=False).encode("ascii")
    except (TypeError, ValueError):
        raise SealError("what should be sealed is not made of JSON values", hint="nothing was written; keep the original") from None
    size = max(smallest_bytes, 1 << len(written).bit_length())
    return written.ljust(size - 1) + b"\n"


def seal(plaintext: bytes, recipients: Recipients, second: Recipients | None = None) -> bytes:
    """Return a binary age file that any one of the recipients opens.

    With a second group it takes one of each: the outer file opens for the second group and holds the inner one, which opens
    for the first. Plain `age` opens it in two steps, by two persons.
    """
    sealed = _encrypted(plaintext, recipients, armored=False)
    return sealed if second is None else _encrypted(sealed, second, armored=False)


def seal_armored(plaintext: bytes, recipients: Recipients, second: Recipients | None = None) -> str:
    """Return what `seal` does as text, for a line of JSON or an e-mail."""
    return armored(seal(plaintext, recipients, second))


def armored(sealed: bytes) -> str:
    """Return a binary age file as text; decoding the lines between its two markers gives the same bytes back."""
    text = base64.b64encode(sealed).decode("ascii")
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join([_ARMOR_BEGIN, *lines, _ARMOR_END, ""])


def unarmored(sealed: bytes) -> bytes:
    """Return an age file in its binary form, which is what hashes are taken over; a binary one is returned as it is."""
    if not sealed.startswith(_ARMOR_BEGIN.encode("ascii")):
        return sealed
    body = sealed.strip().removeprefix(_ARMOR_BEGIN.encode("ascii")).removesuffix(_ARMOR_END.encode("ascii"))
    try:
        return base64.b64decode(b"".join(body.split()), validate=True)
    except ValueError:
        return sealed  # damaged: whatever opens it says so


def is_sealed(data: bytes) -> bool:
    """Say whether these are the bytes of a binary age file, such as the inner one where two persons are needed."""
    return data.startswith(b"age-encryption.org/v1\n")


def _encrypted(plaintext: bytes, recipients: Recipients, *, armored: bool) -> bytes:
    # Parsed anew each time: recipients of pyrage cannot be pickled, and a spawned process needs them too.
    keys = [pyrage.x25519.Recipient.from_str(key) for key in recipients.keys]
    try:
        return bytes(pyrage.encrypt(plaintext, keys, armored=armored))
    except pyrage.EncryptError:
        raise SealError("the record could not be sealed", hint="nothing was written; keep the original and check the public keys") from None


def _check_inside(spans: Iterable[Span], name: str, length: int) -> None:
    for span in spans:
        if not 0 <= span.start < span.end <= length:
            raise SealError(
                f"a span of `{name}` lies outside the narrative or is empty", hint="offsets point into the narrative as received"
            )


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
