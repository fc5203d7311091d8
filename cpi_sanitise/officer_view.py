"""A log with its subjects restored, for an officer. It reads logs and subject keys, and never a sealed record."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .audit import Access, AuditTrail, Opened, audited
from .errors import OpenError, StoreError
from .opening import Identity, open_sealed
from .records import find_line
from .sanitised_log import SanitisedLog


@dataclass(frozen=True, slots=True)
class OfficerView:
    """A log, and by placeholder the texts that it stands for."""

    log: SanitisedLog
    subjects: dict[str, tuple[str, ...]] = field(repr=False)

    @property
    def statements(self) -> tuple[tuple[str, str], ...]:
        """Kind and text of each statement, with the fullest text for a placeholder beside it: `Jay Marsh [PERSON 1]`."""
        shown = []
        for statement in self.log.statements:
            text = statement.text
            for placeholder, texts in self.subjects.items():
                text = text.replace(placeholder, f"{max(texts, key=len)} {placeholder}")
            shown.append((statement.kind, text))
        return tuple(shown)


def officer_view(folder: Path, urn: str, identities: Sequence[Identity], access: Access, trail: AuditTrail) -> OfficerView:
    """Return a log of the store with its subjects, once it is in the trail that somebody looks.

    A subject key that holds anything but placeholders and their texts is not shown: whoever can write to the store could
    have put a sealed record in its place, for somebody who holds the unit's identity too.
    """
    log_line, key_line = find_line(folder, "log", urn), find_line(folder, "subject_keys", urn)
    if log_line is None or key_line is None:
        raise StoreError("the store has no log and subject key of this URN", hint="see whether the URN is right, or was disposed of")
    with audited(trail, access, "consultation", "officer-view", [Opened(urn, key_line.sealed_sha256)]):
        subjects = _subjects(open_sealed(key_line.sealed, identities), urn)
    return OfficerView(log_line.log, subjects)


def _subjects(plaintext: bytes, urn: str) -> dict[str, tuple[str, ...]]:
    try:
        key = json.loads(plaintext)
        if set(key) == {"format", "urn", "identifiers"} and key["urn"] == urn:
            return {
                str(placeholder): tuple(str(text) for text in texts)
                for placeholder, texts in key["identifiers"].items()
                if isinstance(texts, list) and texts
            }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise OpenError("what was opened is not the subject key of this URN", hint="it is not shown; have the unit verify the store")
