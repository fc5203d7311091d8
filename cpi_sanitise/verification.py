"""Does a store hold what its ledger says? Every hash is made again; every difference is named by file and line."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from .chain import PublicKey, is_sha256, line_sha256
from .errors import ChainError
from .store import KINDS, PART_NAME, ExpectedFile, expected_state, locked_store, read_ledger

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


def verify_store(
    folder: Path, key: PublicKey, *, anchor: str | None = None, watch: Callable[[int, int], None] | None = None
) -> Verification:
    """Check the ledger's signatures and chain, then every part and every line of it, against the ledger.

    Where the ledger itself does not hold, it says so and looks no further: nothing else would be known to be right.
    `watch` is called with the number of files that were checked, and of all.
    """
    if anchor is not None and not is_sha256(anchor):
        raise ChainError("the anchor is not a hash", hint="give the 64 characters that `cpi-sanitise verify` printed")
    with locked_store(folder, shared=True):
        return _verified(folder, key, anchor, watch)


def _verified(folder: Path, key: PublicKey, anchor: str | None, watch: Callable[[int, int], None] | None) -> Verification:
    head = ""

    def events() -> Iterator[dict[str, object]]:
        nonlocal head
        for link in read_ledger(folder, key, anchor=anchor):
            head = link.sha256
            yield dict(link.event)

    try:
        state = expected_state(events())
    except ChainError as error:
        return Verification((str(error),))
    if not state.terms:
        return Verification(("the ledger is empty: every line was removed",))
    faults: list[str] = []
    for kind in KINDS:
        faults += _unexpected(folder, kind, {name for of_kind, name in state.files if of_kind == kind})
    for number, ((kind, name), expected) in enumerate(sorted(state.files.items()), start=1):
        faults += _file_faults(folder / kind / name, f"{kind}/{name}", expected)
        if watch is not None:
            watch(number, len(state.files))
    return Verification(tuple(faults), head, state.complete, state.total("drafted"), state.total("held"), state.total("rejected"))


def _unexpected(folder: Path, kind: str, names: set[str]) -> Iterator[str]:
    try:
        found = sorted(path.name for path in (folder / kind).iterdir())
    except FileNotFoundError:
        return  # each file that is missing is named for itself
    except OSError as error:
        yield f"{kind}: the folder cannot be read: {error.strerror}"
        return
    for name in found:
        if name not in names:
            # Another name than ours is not shown: it may be somebody's.
            shown = name if PART_NAME.fullmatch(name) else "a file that is no part"
            yield f"{kind}/{shown}: it was added, or a run was stopped here; the ledger does not have it"


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
