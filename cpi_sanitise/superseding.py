"""Parts that are replaced after the run: resealed, disposed of, sent back. Whole or not at all, and never unseen.

For each part, in this order: the new file is written beside the old as `.part-….jsonl.new` and synced; the ledger gets a
signed event with the hashes before and after; the old bytes are overwritten; the new file takes the name. So whatever the
ledger says last can always be reached, and every command that changes a store first does what a stopped one left
(`read_history`). A new file that the ledger does not have is removed, since then nothing was changed yet.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from .chain import SigningKey, line_sha256, mend, sync_folder
from .errors import StoreError
from .store import KINDS, LEDGER, LEDGER_FILE, NEW_NAME, StoreState, append_event, expected_state, new_path, overwrite, read_ledger, writing

Place = tuple[str, str]  # kind and name of a part


@dataclass(slots=True)
class History:
    """What a ledger adds up to, and what of its course a change must know."""

    state: StoreState = field(default_factory=StoreState)
    # To which keys each file is sealed: unit and second group, or officers.
    sealed_to: dict[Place, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    gone: set[Place] = field(default_factory=set)
    # What was disposed of, by URN: of the source only, or of all.
    disposed: dict[str, set[str]] = field(default_factory=dict)


def read_history(folder: Path, key: SigningKey) -> History:
    """Read and check the ledger, and finish what a stopped command left: a line of the ledger, and files that it promises.

    That needs no event of its own, since the ledger names the opening that it belongs to. The caller holds `locked_store`.
    """
    if not (folder / LEDGER_FILE).is_file():
        raise StoreError("there is no such store", hint="give the folder that `cpi-sanitise run` wrote")
    with writing():
        mend(folder / LEDGER_FILE, LEDGER, key.public)
    history = History()
    terms: dict[str, Any] = {}

    def events() -> Iterator[Mapping[str, Any]]:
        for link in read_ledger(folder, key.public):
            _note(history, terms, link.event)
            yield link.event

    history.state = expected_state(events())
    if not history.state.terms:
        raise StoreError("the ledger is empty", hint="verify the store, then compare it with a backup")
    _finish_changes(folder, history)
    return history


def _note(history: History, terms: dict[str, Any], event: Mapping[str, Any]) -> None:
    terms |= {name: event[name] for name in ("unit_keys", "second_unit_keys", "officer_keys") if name in event}
    places = event["part"]["files"] if event["event"] == "part" else event.get("replaced", ())
    for file in places:
        place = (file["kind"], file["name"])
        if event["event"] == "part" or keys_for(file["kind"], event):
            history.sealed_to[place] = keys_for(file["kind"], terms)
        if event["event"] != "part" and file["after"] is None:
            history.gone.add(place)
    if event["event"] == "dispose":
        for urn in event["urns"]:
            history.disposed.setdefault(urn, set()).add(event["scope"])


def keys_for(kind: str, terms: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """Return the public keys that a kind of part is sealed to; empty where the terms do not say, or nothing of it is sealed."""
    if kind in ("sealed", "rejected") and "unit_keys" in terms:
        return tuple(terms["unit_keys"]), tuple(terms.get("second_unit_keys", ()))
    if kind == "subject_keys" and "officer_keys" in terms:
        return (tuple(terms["officer_keys"]),)
    return ()


def read_part(folder: Path, state: StoreState, place: Place) -> list[bytes]:
    """Return the lines of a part, once they are known to be those of the ledger: what was tampered with is never signed anew."""
    kind, name = place
    try:
        content = (folder / kind / name).read_bytes()
    except OSError as error:
        raise StoreError(
            f"{kind}/{name} cannot be read: {error.strerror}", hint="verify the store, then compare it with a backup"
        ) from None
    if place not in state.files or hashlib.sha256(content).hexdigest() != state.files[place].sha256:
        raise StoreError(f"{kind}/{name} is not what the ledger has", hint="verify the store, then compare it with a backup")
    return content.split(b"\n")[:-1]


def supersede(
    folder: Path, key: SigningKey, state: StoreState, event: Mapping[str, Any], changes: Mapping[Place, Mapping[bytes, bytes | None]]
) -> None:
    """Replace lines of parts, by others or (None) by nothing, and put that into the ledger as one event."""
    replaced, written = [], []
    try:
        for (kind, name), new in changes.items():
            old_lines = read_part(folder, state, (kind, name))
            new_lines = [line for line in (new.get(line, line) for line in old_lines) if line is not None]
            if new_lines:
                written.append(new_path(folder, kind, name))
                _write_new(written[-1], new_lines)
            replaced.append(
                {
                    "kind": kind,
                    "name": name,
                    "before": state.files[kind, name].sha256,
                    "after": _sha256(new_lines) if new_lines else None,
                    "records": {line_sha256(old): None if line is None else line_sha256(line) for old, line in new.items()},
                }
            )
    except BaseException:
        for path in written:
            with suppress(OSError):
                path.unlink()
        raise
    # From here on the new files stay whatever happens: an error does not always tell whether the line reached the disk.
    append_event(folder, key, {**event, "replaced": replaced})
    with writing():
        for entry in replaced:
            _finish(folder, (str(entry["kind"]), str(entry["name"])), gone=entry["after"] is None)


def _finish_changes(folder: Path, history: History) -> None:
    with writing():
        for place in history.gone:
            if (folder / place[0] / place[1]).exists():
                _finish(folder, place, gone=True)
        for kind in KINDS:
            for new in sorted((folder / kind).glob(".part-*.new")) if (folder / kind).is_dir() else ():
                match = NEW_NAME.fullmatch(new.name)
                if match is None:
                    continue
                expected = history.state.files.get((kind, match[1]))
                path = folder / kind / match[1]
                if expected is None or file_sha256(new) != expected.sha256:
                    new.unlink()  # stopped before its line in the ledger: nothing was changed
                elif path.exists() and file_sha256(path) == expected.sha256:
                    new.unlink()
                else:
                    _finish(folder, (kind, match[1]), gone=False)


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _finish(folder: Path, place: Place, *, gone: bool) -> None:
    kind, name = place
    path = folder / kind / name
    overwrite(path)
    if gone:
        path.unlink(missing_ok=True)
    else:
        new_path(folder, kind, name).rename(path)
    sync_folder(path.parent)


def _write_new(path: Path, lines: Sequence[bytes]) -> None:
    with writing():
        with path.open("wb") as file:
            file.writelines(line + b"\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())
        midnight = datetime.combine(datetime.now(UTC), time(), UTC).timestamp()
        os.utime(path, (midnight, midnight))
        sync_folder(path.parent)


def _sha256(lines: Sequence[bytes]) -> str:
    whole = hashlib.sha256()
    for line in lines:
        whole.update(line + b"\n")
    return whole.hexdigest()
