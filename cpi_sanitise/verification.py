"""Does a store hold what its ledger says? Every hash is made again; every difference is named by file and line."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from .audit import AUDIT, AUDIT_FILE, OFFICER_AUDIT, OFFICER_AUDIT_FILE
from .chain import PublicKey, is_sha256, line_sha256, locked, read_chain
from .errors import ChainError
from .store import KINDS, NEW_NAME, PART_NAME, ExpectedFile, StoreState, expected_state, locked_store, new_path, read_ledger

_SHOWN_PER_FILE = 20


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found. `anchor` is the hash of the ledger's last line, to be kept outside the store; empty where it is broken."""

    faults: tuple[str, ...]
    anchor: str = ""
    complete: bool = False
    drafted: int = 0
    held: int = 0
    rejected: int = 0
    # What a stopped reseal, dispose or held return left: no tampering, and not whole before one of them is given again.
    unfinished: tuple[str, ...] = ()
    resealed: int = 0
    disposed: int = 0
    returned: int = 0
    review_due: str = ""
    trails: tuple[TrailFound, ...] = ()


@dataclass(frozen=True, slots=True)
class Trail:
    """An audit trail that is to be verified too: `of` is `unit` or `officers`."""

    of: str
    key: PublicKey
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class TrailFound:
    """What an audit trail adds up to. `interrupted` openings have no outcome: count them as opened."""

    of: str
    anchor: str
    openings: int
    interrupted: int


_TRAILS = {"unit": (AUDIT, AUDIT_FILE), "officers": (OFFICER_AUDIT, OFFICER_AUDIT_FILE)}


def verify_store(
    folder: Path,
    key: PublicKey,
    *,
    anchor: str | None = None,
    trails: Sequence[Trail] = (),
    watch: Callable[[int, int], None] | None = None,
) -> Verification:
    """Check the ledger's signatures and chain, then every part and every line of it, against the ledger, and audit trails.

    Where the ledger itself does not hold, it says so and looks no further: nothing else would be known to be right.
    `watch` is called with the number of files that were checked, and of all.
    """
    for one in (anchor, *(trail.anchor for trail in trails)):
        if one is not None and not is_sha256(one):
            raise ChainError("the anchor is not a hash", hint="give the 64 characters that `cpi-sanitise verify` printed")
    with locked_store(folder, shared=True):
        return _verified(folder, key, anchor, trails, watch)


def unverified_trails(folder: Path, trails: Sequence[Trail]) -> list[str]:
    """Return the names of the trails that are there and were not to be verified."""
    given = {trail.of for trail in trails}
    return [name for of, (name, file) in _TRAILS.items() if of not in given and (folder / file).exists()]


def _verified(
    folder: Path, key: PublicKey, anchor: str | None, trails: Sequence[Trail], watch: Callable[[int, int], None] | None
) -> Verification:
    head = due = ""
    audited: set[str] = set()
    gone: set[tuple[str, str]] = set()
    times = {"reseal": 0, "dispose": 0, "redraft": 0}

    def events() -> Iterator[dict[str, object]]:
        nonlocal head, due
        for link in read_ledger(folder, key, anchor=anchor):
            head = link.sha256
            yield dict(link.event)
            # Only what `expected_state` took as fitting is looked at.
            kind = link.event["event"]
            if kind in times:
                times[kind] += _records_of(link.event)
                gone.update((file["kind"], file["name"]) for file in link.event["replaced"] if file["after"] is None)
                due = str(link.event.get("review_due", due))
                if "audit" in link.event:
                    audited.add(str(link.event["audit"]))

    try:
        state = expected_state(events())
    except ChainError as error:
        return Verification((str(error),))
    if not state.terms:
        return Verification(("the ledger is empty: every line was removed",))
    faults: list[str] = []
    unfinished: list[str] = []
    for kind in KINDS:
        for name, fault in _unexpected(folder, kind, {name for of_kind, name in state.files if of_kind == kind}):
            if (kind, name) in gone:
                unfinished.append(f"{kind}/{name}: the ledger has it as disposed of, and it is still there")
            elif NEW_NAME.fullmatch(name):
                unfinished += _left_over(folder, kind, name, state)
            else:
                faults.append(fault)
    for number, ((kind, name), expected) in enumerate(sorted(state.files.items()), start=1):
        found = list(_file_faults(folder / kind / name, f"{kind}/{name}", expected))
        if found and _is(new_path(folder, kind, name), expected):
            unfinished.append(f"{kind}/{name}: the ledger has it changed, and the changed file has not yet taken its place")
        else:
            faults += found
        if watch is not None:
            watch(number, len(state.files))
    trails_found = []
    for trail in trails:
        try:
            trails_found.append(_read_trail(folder, trail, audited))
        except ChainError as error:
            faults.append(str(error))
    return Verification(
        tuple(faults),
        head,
        state.complete,
        state.total("drafted"),
        state.total("held"),
        state.total("rejected"),
        tuple(unfinished),
        times["reseal"],
        times["dispose"],
        times["redraft"],
        due,
        tuple(trails_found),
    )


def _records_of(event: Mapping[str, Any]) -> int:
    """How many records a superseding event is about."""
    if event["event"] == "reseal":
        return sum(len(file["records"]) for file in event["replaced"] if file["kind"] != "log")
    return len(event.get("urns", ()))


def _read_trail(folder: Path, trail: Trail, named: set[str]) -> TrailFound:
    """Read a trail, which must hold every line that the ledger names where it is the unit's."""
    name, file = _TRAILS[trail.of]
    head = ""
    opened: set[object] = set()
    closed: set[object] = set()
    seen: set[str] = set()
    try:
        # Locked, so that a line that is just being written is not taken for a truncated one.
        with locked(folder / file, shared=True):
            for link in read_chain(folder / file, name, trail.key, anchor=trail.anchor):
                head = link.sha256
                seen.add(head)
                (opened if link.event.get("event") == "opening" else closed).add(link.event.get("event_id"))
    except OSError as error:
        raise ChainError(
            f"the {name} cannot be read: {error.strerror}", hint="where nothing was ever opened there is none; else it was removed"
        ) from None
    if not head:
        raise ChainError(f"the {name} is empty: every line was removed")
    if trail.of == "unit" and not named <= seen:
        raise ChainError(f"the {name} does not hold what the ledger names of it: lines were removed from its end, or it was written anew")
    if not closed <= opened:
        raise ChainError(f"the {name} has an outcome of nothing")
    return TrailFound(trail.of, head, len(opened), len(opened - closed))


def _left_over(folder: Path, kind: str, name: str, state: StoreState) -> Iterator[str]:
    """Name a file that waits to take a part's place, unless that part is named itself."""
    match = NEW_NAME.fullmatch(name)
    expected = state.files.get((kind, match[1])) if match else None
    if expected is None or not _is(folder / kind / name, expected):
        yield f"{kind}: a change was stopped before the ledger had it, and left a file; nothing else was changed"
    elif match and _is(folder / kind / match[1], expected):
        yield f"{kind}/{match[1]}: a change is done and left a file"


def _is(path: Path, expected: ExpectedFile) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == expected.sha256
    except OSError:
        return False


def _unexpected(folder: Path, kind: str, names: set[str]) -> Iterator[tuple[str, str]]:
    """Yield what the ledger does not have in a folder, by name, with the fault that it is."""
    try:
        found = sorted(path.name for path in (folder / kind).iterdir())
    except FileNotFoundError:
        return  # each file that is missing is named for itself
    except OSError as error:
        yield "", f"{kind}: the folder cannot be read: {error.strerror}"
        return
    for name in found:
        if name not in names:
            # Another name than ours is not shown: it may be somebody's.
            shown = name if PART_NAME.fullmatch(name) else "a file that is no part"
            yield name, f"{kind}/{shown}: it was added, or a run was stopped here; the ledger does not have it"


def _file_faults(path: Path, shown: str, expected: ExpectedFile) -> Iterator[str]:
    try:
        content = path.read_bytes() if path.is_file() else None
    except OSError as error:
        yield f"{shown}: it cannot be read: {error.strerror}"
        return
    if content is None:
        yield f"{shown}: it was removed"
        return
    lines = content.split(b"\n")
    torn = lines.pop()
    records = [expected.records[start : start + 32].hex() for start in range(0, len(expected.records), 32)]
    faults = list(_line_faults(records, [line_sha256(line) for line in lines] + ([line_sha256(torn)] if torn else [])))
    if torn:
        faults.append("its end is truncated, or was added to: the last line is not finished")
    if not faults and hashlib.sha256(content).hexdigest() != expected.sha256:
        faults.append("it is not the file that the ledger has")
    for fault in faults[:_SHOWN_PER_FILE]:
        yield f"{shown}: {fault}"
    if len(faults) > _SHOWN_PER_FILE:
        yield f"{shown}: and {len(faults) - _SHOWN_PER_FILE} more faults"


def _line_faults(expected: list[str], found: list[str]) -> Iterator[str]:
    """Name what differs by line, from 1: what is there by its place now, what is gone by its place in the ledger."""
    if expected == found:
        return
    known, there = set(expected), set(found)
    seen: set[str] = set()
    for _, start, end, now, now_end in SequenceMatcher(None, expected, found, autojunk=False).get_opcodes():
        gone = [place for place in range(start, end) if expected[place] not in there]
        new = [place for place in range(now, now_end) if found[place] not in known]
        # Where lines that are gone stand against unknown ones, those were altered.
        altered = min(len(gone), len(new)) if end - start and now_end - now else 0
        yield from (f"line {place + 1} was altered" for place in new[:altered])
        yield from (f"line {place + 1} was added" for place in new[altered:])
        yield from (f"a line was removed, the ledger's line {place + 1}" for place in gone[altered:])
        for place in range(now, now_end):
            if found[place] in seen:
                yield f"line {place + 1} is repeated"
            seen.add(found[place])
    common = [record for record in dict.fromkeys(found) if record in known]
    if common != [record for record in expected if record in there]:
        yield "its lines were reordered"
