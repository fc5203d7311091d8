"""What is done to a whole store or to records of it: sealed to other keys, or disposed of. Both end in signed ledger events."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from .audit import Access, AuditTrail, Opened, audited
from .chain import SigningKey
from .errors import CommandError, StoreError
from .opening import Identity, open_outer, open_record, open_sealed
from .records import FoundLine, find_lines, urn_of
from .sealed_record import Recipients, armored, check_apart, seal
from .store import append_event, locked_store
from .superseding import History, Place, keys_for, read_history, read_part, supersede

Scope = Literal["source", "whole"]
Holders = Sequence[Sequence[Identity]]

# Years until the next review, by the groups of the police information code of practice as forces used them: 1 public
# protection, 2 other sexual, violent or serious, 3 all other offences, 4 other. A force's own schedule goes before.
REVIEW_YEARS = {1: 10, 2: 10, 3: 6, 4: 6}


def review_due(group: int, today: date) -> date:
    """Return the day of the next review of what belongs to a retention group."""
    year = today.year + REVIEW_YEARS[group]
    try:
        return today.replace(year=year)
    except ValueError:  # 29 February
        return (today + timedelta(days=1)).replace(year=year)


# Other keys


@dataclass(frozen=True, slots=True)
class NewKeys:
    """To whom a store is to be sealed from now on; what is None stays as it is."""

    unit: Recipients | None = None
    second_unit: Recipients | None = None
    officers: Recipients | None = None

    def __post_init__(self) -> None:
        if self.officers is not None and (self.unit is not None or self.second_unit is not None):
            raise CommandError(
                "subject keys and sealed records are not resealed together",
                hint="give two commands: nobody should hold the identities of the officers and of the unit at once",
            )
        if self.officers is None and self.unit is None and self.second_unit is None:
            raise CommandError("no new key is given", hint="give --to, --second-to or --officers-to with an age1… key")


def reseal(
    folder: Path,
    new: NewKeys,
    holders: Holders,
    access: Access,
    trail: AuditTrail,
    key: SigningKey,
    *,
    review_due: date,
    watch: Callable[[int, int], None] | None = None,
) -> int:
    """Seal everything of a store to other keys, and return how many records were; goes on where it was stopped.

    With a new second group alone, only the outer seal is made anew, or a first one put around: nothing is opened wholly.
    """
    with locked_store(folder):
        history = read_history(folder, key)
        target = _target(history, new)
        kinds = ("subject_keys",) if new.officers else ("sealed", "rejected")
        count = 0
        with audited(trail, access, "alteration", "reseal") as audit:
            event = {"event": "reseal", "review_due": review_due.isoformat(), "audit": audit, **target}
            left = [place for place in history.state.files if place[0] in kinds and history.sealed_to[place] != keys_for(place[0], target)]
            for done, place in enumerate(sorted(left)):
                if watch is not None:
                    watch(done, len(left))
                changes, records = _resealed(folder, history, place, new, target, holders, len(access.officers))
                supersede(folder, key, history.state, event, changes)
                count += records
            if not left and any(history.state.terms.get(name) != keys for name, keys in target.items()):
                append_event(folder, key, {**event, "replaced": []})
        return count


def _target(history: History, new: NewKeys) -> dict[str, list[str]]:
    """Return the keys that the ledger is to have, once nobody holds two groups of them."""
    terms = history.state.terms

    def wanted(name: str, owner: str, given: Recipients | None) -> Recipients | None:
        keys = given.keys if given else tuple(terms.get(name, ()))
        return Recipients(owner, keys) if keys else None

    unit = wanted("unit_keys", "unit", new.unit)
    officers = wanted("officer_keys", "officers", new.officers)
    second = wanted("second_unit_keys", "second group of the unit", new.second_unit)
    if unit is None or officers is None:
        raise StoreError("the ledger does not say to whom the store is sealed", hint="verify the store with the version that wrote it")
    check_apart(unit, officers, second)
    if new.officers:
        return {"officer_keys": sorted(officers.keys)}
    return {"unit_keys": sorted(unit.keys), "second_unit_keys": sorted(second.keys) if second else []}


def _resealed(
    folder: Path, history: History, place: Place, new: NewKeys, target: Mapping[str, list[str]], holders: Holders, officers: int
) -> tuple[dict[Place, dict[bytes, bytes | None]], int]:
    kind, name = place
    lines: dict[bytes, bytes | None] = {}
    hashes: dict[str, tuple[str, str]] = {}
    for line in read_part(folder, history.state, place):
        old = FoundLine(kind, name, line)
        if kind == "subject_keys":
            sealed = seal(open_sealed(old.sealed, _all(holders)), Recipients("officers", tuple(target["officer_keys"])))
        else:
            sealed = _sealed_anew(old.sealed, history.sealed_to[place], new, target, holders, officers)
        record = json.loads(line)
        lines[line] = json.dumps({**record, "sealed": armored(sealed)}).encode("utf-8")
        hashes[record["urn"]] = (old.sealed_sha256, hashlib.sha256(sealed).hexdigest())
    changes = {place: lines}
    if kind == "sealed":
        # A log names the hash of its sealed record, so it changes with it.
        renamed = dict(_renamed(read_part(folder, history.state, ("log", name)), hashes))
        changes["log", name] = {old: new for old, new in renamed.items()}
    return changes, len(lines)


def _renamed(lines: Sequence[bytes], hashes: Mapping[str, tuple[str, str]]) -> Iterator[tuple[bytes, bytes]]:
    for line in lines:
        urn = urn_of(line)
        if urn in hashes and urn is not None:
            before, after = hashes[urn]
            if line.count(before.encode("ascii")) != 1:
                raise StoreError("a log does not name its sealed record", hint="verify the store, then compare it with a backup")
            yield line, line.replace(before.encode("ascii"), after.encode("ascii"))


def _sealed_anew(
    sealed: bytes,
    sealed_to: tuple[tuple[str, ...], ...],
    new: NewKeys,
    target: Mapping[str, list[str]],
    holders: Holders,
    officers: int,
) -> bytes:
    two = bool(sealed_to[1])
    second = Recipients("second group of the unit", tuple(target["second_unit_keys"])) if target["second_unit_keys"] else None
    if tuple(target["unit_keys"]) == sealed_to[0] and second is not None:
        return seal(open_outer(sealed, holders) if two else sealed, second)
    plaintext = open_record(sealed, holders, officers=officers)
    return seal(plaintext, Recipients("unit", tuple(target["unit_keys"])), second)


def _all(holders: Holders) -> list[Identity]:
    return [identity for identities in holders for identity in identities]


# Disposal


def dispose(
    folder: Path, urns: Sequence[str], scope: Scope, access: Access, trail: AuditTrail, key: SigningKey, *, reviewed_on: date
) -> int:
    """Overwrite and remove records, and return how many were; what an earlier, stopped command did is not done again.

    `source` takes the sealed record and leaves log and subject key; `whole` takes all of it. A rejected row has a URN too.
    Nothing is opened, so no identity is needed. What it cannot reach: backups, snapshots, disks that write elsewhere.
    """
    kinds = ("sealed", "rejected") if scope == "source" else ("sealed", "subject_keys", "rejected", "log")
    with locked_store(folder):
        history = read_history(folder, key)
        wanted = [urn for urn in dict.fromkeys(urns) if not {scope, "whole"} & history.disposed.get(urn, set())]
        objects = [Opened(found.urn, found.sealed_sha256) for found in _sealed_lines(folder, wanted)]
        with audited(trail, access, "erasure", "dispose", objects) as audit:
            found = {kind: find_lines(folder, kind, wanted) for kind in kinds}
            if not all(any(urn in lines for lines in found.values()) for urn in wanted):
                raise StoreError(
                    "a URN is not in the store", hint="nothing was removed; leave out what is not there, or see whether the URN is right"
                )
            by_name: dict[str, dict[Place, dict[bytes, bytes | None]]] = {}
            gone: dict[str, set[str]] = {}
            for kind, lines in found.items():
                for urn, line in lines.items():
                    by_name.setdefault(line.name, {}).setdefault((kind, line.name), {})[line.line] = None
                    gone.setdefault(line.name, set()).add(urn)
            for name, changes in sorted(by_name.items()):
                event = {
                    "event": "dispose",
                    "urns": sorted(gone[name]),
                    "scope": scope,
                    "reason": access.reason,
                    "reviewed_on": reviewed_on.isoformat(),
                    "audit": audit,
                }
                supersede(folder, key, history.state, event, changes)
        return len(wanted)


@dataclass(frozen=True, slots=True)
class _SealedLine:
    urn: str
    sealed_sha256: str


def _sealed_lines(folder: Path, urns: Sequence[str]) -> Iterator[_SealedLine]:
    for kind in ("sealed", "rejected"):
        for urn, line in find_lines(folder, kind, urns).items():
            yield _SealedLine(urn, line.sealed_sha256)
