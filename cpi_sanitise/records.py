"""Records of a store by URN, and its logs one by one. Nothing is opened here.

No lock is taken: parts come and go whole, and an opening to save a life must not wait for a run that takes days.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .errors import LogError, StoreError
from .sanitised_log import SanitisedLog, is_urn
from .sealed_record import unarmored
from .store import PART_NAME

# Every line of a part begins so, whatever its kind.
_BEFORE_URN = b'{"urn": "'
_URN_LENGTH = len("CPI-") + 10


@dataclass(frozen=True, slots=True)
class FoundLine:
    """One line of a part, without its newline."""

    kind: str
    name: str
    line: bytes = field(repr=False)

    @property
    def sealed(self) -> bytes:
        """The binary age file that the line holds."""
        try:
            return unarmored(json.loads(self.line)["sealed"].encode("ascii"))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise StoreError(
                f"a line of {self.kind}/{self.name} is damaged", hint="verify the store, then compare it with a backup"
            ) from None

    @property
    def sealed_sha256(self) -> str:
        return hashlib.sha256(self.sealed).hexdigest()

    @property
    def log(self) -> SanitisedLog:
        try:
            return SanitisedLog.from_json(self.line)
        except LogError:
            raise StoreError(
                f"a line of {self.kind}/{self.name} is damaged", hint="verify the store, then compare it with a backup"
            ) from None


def urn_of(line: bytes) -> str | None:
    """Return the URN that a line of a part begins with."""
    urn = line[len(_BEFORE_URN) : len(_BEFORE_URN) + _URN_LENGTH].decode("ascii", "replace")
    return urn if line.startswith(_BEFORE_URN) and is_urn(urn) else None


def find_lines(folder: Path, kind: str, urns: Collection[str]) -> dict[str, FoundLine]:
    """Return the line of each URN that a kind of parts has one for."""
    wanted = {_checked(urn) for urn in urns}
    found: dict[str, FoundLine] = {}
    for name, line in _lines(folder, kind):
        urn = urn_of(line)
        if urn in wanted and urn is not None:
            if urn in found:
                raise StoreError(f"a URN stands twice in {kind}", hint="verify the store, then compare it with a backup")
            found[urn] = FoundLine(kind, name, line)
    return found


def find_line(folder: Path, kind: str, urn: str) -> FoundLine | None:
    """Return the line of one URN, or None."""
    return find_lines(folder, kind, [urn]).get(urn)


def logs(folder: Path) -> Iterator[SanitisedLog]:
    """Yield every log, part by part in URN order."""
    if not folder.is_dir():
        raise StoreError("there is no such store", hint="give the folder that `cpi-sanitise run` wrote")
    for name, line in _lines(folder, "log"):
        yield FoundLine("log", name, line).log


def _lines(folder: Path, kind: str) -> Iterator[tuple[str, bytes]]:
    if not (folder / kind).is_dir():
        return
    for path in sorted((folder / kind).iterdir()):
        if PART_NAME.fullmatch(path.name):
            with path.open("rb") as file:
                for line in file:
                    yield path.name, line.rstrip(b"\n")


def _checked(urn: str) -> str:
    if not is_urn(urn):
        # Not repeated: what was typed there may be a name.
        raise StoreError("this is not a URN", hint="it is CPI- and ten letters and digits, as a log shows it")
    return urn
