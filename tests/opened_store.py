"""A small store with everything in it, and the commands that open it, for tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from fakes import FakeSanitiser, lines, made_by

from cpi_sanitise.batch import write_batch
from cpi_sanitise.chain import SigningKey
from cpi_sanitise.cli import run_command
from cpi_sanitise.intake import Accepted, Rejected
from cpi_sanitise.opening import generate_identity, write_identity, write_signing_key
from cpi_sanitise.sealed_record import Recipients, RemovedSpan, SealedIdentifier, SealedRecord
from cpi_sanitise.settings import Settings
from cpi_sanitise.store import Terms
from cpi_sanitise.submission import Submission

UNIT, SECOND, OFFICERS, NEW = (generate_identity() for _ in range(4))
SIGNING, AUDIT, OFFICER_AUDIT = (SigningKey.generate() for _ in range(3))

# Made up. The words in capitals are canaries: no trail, ledger, error or list may hold them.
NARRATIVE = (
    "As her health visitor at QUETZAL Surgery I was told by Yolanda Zabriskie that Jay Marsh sells tablets in Andover. Ring 07700 900461."
)
FORM = {"submitter_name": "Zbigniew Quetzal", "submitter_telephone": "07700 900461", "source_name": "Yolanda Zabriskie"}
CANARIES = ["QUETZAL", "Quetzal", "Zbigniew", "Yolanda", "Zabriskie", "Jay Marsh", "900461", "health visitor", "reference 7"]


class FindingSanitiser(FakeSanitiser):
    """Seals what a sanitiser would have found in the text above."""

    def record(self, urn: str, submission: Submission) -> SealedRecord:
        text = submission.narrative

        def spans(part: str) -> list[tuple[int, int]]:
            start = text.find(part)
            return [] if start < 0 or "UNREAD" in text else [(start, start + len(part))]

        return SealedRecord(
            urn,
            submission.reference,
            text,
            form=submission.form,
            removed=tuple(
                RemovedSpan(*span, "source_role")
                for part in ("As her health visitor at QUETZAL Surgery", "Ring 07700 900461.")
                for span in spans(part)
            ),
            identifiers=tuple(
                SealedIdentifier(*span, type_, roles, placeholder)
                for part, type_, roles, placeholder in (
                    ("Yolanda Zabriskie", "PERSON", ("source",), None),
                    ("Jay Marsh", "PERSON", ("subject",), "[PERSON 1]"),
                    ("07700 900461", "PHONE", ("submitter",), None),
                )
                for span in spans(part)
            ),
        )


@dataclass(frozen=True)
class OpenedStore:
    folder: Path
    call: Callable[..., SimpleNamespace]

    def urns(self, kind: str = "log", status: str | None = None) -> list[str]:
        return [line["urn"] for line in lines(self.folder / kind) if status in (None, line.get("status"))]

    def events(self, file: str = "audit.jsonl") -> list[dict[str, Any]]:
        path = self.folder / file
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def verify(self, *more: str) -> SimpleNamespace:
        trail = ["--audit-public-key", AUDIT.public.line] if (self.folder / "audit.jsonl").exists() else []
        return self.call("verify", "store", "--public-key", SIGNING.public.line, *trail, *more)


WHO = ["--officer", "PC1234", "--justification", "Task 17, agreed by the duty inspector", "--audit-key", "audit.pem"]
SIGN = ["--signing-key", "signing.pem"]


def make_store(folder: Path, *, two_persons: bool = False, chunk_size: int = 2) -> None:
    """Write four drafts, two held logs (one never read wholly) and a rejected row, in parts of two."""
    texts = [NARRATIVE, "Two men.", f"HOLD {NARRATIVE}", f"HOLD UNREAD {NARRATIVE}", "A van.", "A car."]
    rows: list[Accepted | Rejected] = [
        Accepted(1, number, "a.jsonl", text.encode(), Submission(f"reference {number + 5}", text, FORM if "QUETZAL" in text else {}))
        for number, text in enumerate(texts, start=1)
    ]
    rows.append(Rejected(1, 7, "Yolanda.csv", b"\xffQUETZAL", "not JSON", "write JSON"))
    groups = {"unit": (UNIT.public_key,), "officers": (OFFICERS.public_key,), "second": (SECOND.public_key,) if two_persons else ()}
    terms = Terms(
        made_by(),
        Settings(),
        Recipients("unit", groups["unit"]),
        Recipients("officers", groups["officers"]),
        chunk_size,
        Recipients("second", groups["second"]) if two_persons else None,
    )
    sanitiser = FindingSanitiser(list(groups["unit"]), list(groups["officers"]), second_unit_keys=groups["second"])
    write_batch(rows, sanitiser, folder, terms=terms, key=SIGNING)


def write_keys() -> None:
    """Write every identity and signing key into the current folder."""
    for name, identity in (("unit", UNIT), ("second", SECOND), ("officers", OFFICERS), ("new", NEW)):
        write_identity(identity, Path(name), name=name)
    for name, key in (("signing.pem", SIGNING), ("audit.pem", AUDIT), ("officer_audit.pem", OFFICER_AUDIT)):
        write_signing_key(key, Path(name))


def caller(capfd: Any) -> Callable[..., SimpleNamespace]:
    def call(*arguments: str) -> SimpleNamespace:
        code = run_command(list(arguments))
        captured = capfd.readouterr()
        return SimpleNamespace(code=code, out=captured.out, err=captured.err)

    return call
