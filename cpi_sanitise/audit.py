"""The audit trail: who opened what, when and why, in a signed chain of its own. It never holds a word of what was opened.

Two events for each opening, an `opening` before anything is decrypted and an `outcome` after. Where the first cannot be
written, nothing is opened; where the second cannot, nothing of what was opened is handed out.

    opening   event_id (random), at (UTC), action (a name of the Data Protection Act 2018, s.62), operation (our command),
              officers, reason, justification, disclosed_to, objects (a list of {urn, sealed_sha256}; SHA-256 over the
              binary age file; empty: the whole store), version
    outcome   event_id, at, outcome (opened, done, failed, or refused: the leak check let it not pass), version

An `opening` without an `outcome` was interrupted: count it as opened. The trail is signed with a key of its own, which is
not the ledger's: whoever sanitises cannot write openings, and whoever opens cannot write what was sanitised.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from . import chain
from .chain import SigningKey
from .errors import AuditError, ChainError, CommandError, LeakError, StoreError

AUDIT, AUDIT_FILE = "audit trail", "audit.jsonl"
# Officers and the unit keep trails of their own: neither can write, or need read, the other's.
OFFICER_AUDIT, OFFICER_AUDIT_FILE = "officer audit trail", "officer_audit.jsonl"

REASONS = (
    "review",
    "held_review",
    "clarification",
    "cpia_reveal",
    "threat_to_life",
    "complaint_or_audit",
    "subject_rights",
    "correction",
)
# Why a store itself is changed; what is opened for it is shown to nobody.
CUSTODY_REASONS = ("key_rotation", "key_compromise", "leaver", "two_person_rule")
DISPOSAL_REASONS = ("retention_expired", "no_policing_purpose", "subject_rights", "court_order", "duplicate", "received_in_error")

Action = Literal["consultation", "disclosure", "alteration", "erasure"]

JUSTIFICATION_LIMIT_CHARACTERS = 300
_OFFICER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,31}")
_ONE_LINE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
# An e-mail address, or the length of a telephone number. It cannot know content, only what is never a justification.
_LOOKS_LIKE_CONTENT = re.compile(r"@|(?:\d[\s()./-]{0,2}){9,}")


@dataclass(frozen=True, slots=True)
class Access:
    """Who opens, for which reason, and in which words; checked when made. Names nobody but officers and who it is disclosed to."""

    officers: tuple[str, ...]
    reason: str
    justification: str = field(repr=False)
    disclosed_to: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.officers or not all(_OFFICER.fullmatch(officer) for officer in self.officers):
            raise CommandError("an officer is not named by an id", hint="give a collar or staff number: letters, digits and . _ / - only")
        if len({officer.casefold() for officer in self.officers}) != len(self.officers):
            raise CommandError("one officer is named twice", hint="two persons need two ids")
        if self.reason not in REASONS + CUSTODY_REASONS + DISPOSAL_REASONS:
            raise CommandError("the reason is unknown", hint=f"choose one of: {', '.join(REASONS)}")
        for text in (self.justification, *self.disclosed_to):
            if not text.strip() or not _ONE_LINE.fullmatch(text) or len(text) > JUSTIFICATION_LIMIT_CHARACTERS:
                raise CommandError(
                    f"the justification or a recipient is empty, has more than one line or over {JUSTIFICATION_LIMIT_CHARACTERS} characters",
                    hint="say in a few words why, and nothing of what the record holds: auditors read it who may not read that",
                )
            if _LOOKS_LIKE_CONTENT.search(text):
                raise CommandError(
                    "the justification or a recipient holds what looks like a telephone number or an e-mail address",
                    hint="name the task by its number, and nothing of what the record holds",
                )


@dataclass(frozen=True, slots=True)
class Opened:
    """What an opening touches: a log's handle, where it is known, and the hash of the sealed file."""

    urn: str | None
    sealed_sha256: str


@dataclass(frozen=True, slots=True)
class AuditTrail:
    """Where events go, and the key that signs them."""

    path: Path
    key: SigningKey
    name: str = AUDIT

    @classmethod
    def of_store(cls, folder: Path, key: SigningKey, *, of_officers: bool = False) -> AuditTrail:
        """Return the trail of a store, once the key is known not to be the one that signs its ledger."""
        with suppress(ChainError):
            if next(chain.read_chain(folder / "ledger.jsonl", "ledger", key.public), None) is not None:
                raise CommandError(
                    "the audit key is the one that signs the ledger",
                    hint="make another with `cpi-sanitise keygen --name signing`, on the machine that opens",
                )
        if not folder.is_dir():
            raise StoreError("there is no such store", hint="give the folder that `cpi-sanitise run` wrote")
        if of_officers:
            return cls(folder / OFFICER_AUDIT_FILE, key, OFFICER_AUDIT)
        return cls(folder / AUDIT_FILE, key)

    def append(self, event: dict[str, object]) -> str:
        """Add an event, see it on the disk, and return the hash of its line."""
        try:
            return chain.append(self.path, self.name, self.key, {**event, "at": _now(), "version": _version()})
        except OSError as error:
            raise AuditError(
                f"the {self.name} cannot be written: {error.strerror or type(error).__name__}",
                hint="nothing is opened without it; see to space and permissions, then give the command again",
            ) from None


@contextmanager
def audited(trail: AuditTrail, access: Access, action: Action, operation: str, objects: Sequence[Opened] = ()) -> Iterator[str]:
    """Write that something is about to be opened, let the body open it, and write what came of it; yields the first line's hash.

    The body is not entered before the first event is on the disk. What the body returns must be shown only after it.
    """
    event_id = secrets.token_hex(16)
    head = trail.append(
        {
            "event": "opening",
            "event_id": event_id,
            "action": "disclosure" if access.disclosed_to and action == "consultation" else action,
            "operation": operation,
            "officers": list(access.officers),
            "reason": access.reason,
            "justification": access.justification,
            "disclosed_to": list(access.disclosed_to),
            "objects": [{"urn": one.urn, "sealed_sha256": one.sealed_sha256} for one in objects],
        }
    )
    outcome: dict[str, object] = {"event": "outcome", "event_id": event_id}
    try:
        yield head
    except BaseException as error:
        with suppress(StoreError):
            trail.append(outcome | {"outcome": "refused" if isinstance(error, LeakError) else "failed"})
        raise
    trail.append(outcome | {"outcome": "opened" if action in ("consultation", "disclosure") else "done"})


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _version() -> str:
    try:
        return version("cpi-sanitise")
    except PackageNotFoundError:
        return "not installed"
