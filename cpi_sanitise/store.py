"""A store: parts on disk, and the ledger that says what they must be. Written alike by one process, several, or many machines.

    log/part-<random>.jsonl            a sanitised log a line
    sealed/part-<random>.jsonl         {"urn", "sealed"}: the sealed record as armored age text, for the unit
    subject_keys/part-<random>.jsonl   {"urn", "sealed"}: the subject key as armored age text, for officers
    rejected/part-<random>.jsonl       {"urn", "file", "row", "reason", "cure", "sealed"}: the row's bytes, for the unit
    ledger.jsonl                       a signed chain (`chain`), an event a line

The first three share a name. Rows stand in URN order, names are random, and a file's time is its day, so that neither
place nor name nor time tells in which order submissions came in. Rejected rows have names of their own: their row
numbers beside the logs' names would tell from which rows those logs were made.

**The ledger belongs to the unit, like `sealed` and `rejected`, and never to officers**: its lines stand in the order of the
input and name the parts of each chunk, which tells to a thousand when a submission came in.

Events of the ledger:

    store      first line: versions, settings, chunk size, public keys, and a keyed digest of the input list; a run with
               others is refused
    part       one chunk of the input is done: counts, a keyed digest of its rows, and of every file of it the SHA-256 of the
               whole and of each line. A chunk without this line is not done: its files are removed and made again
    complete   every row of the input is done: totals
    reseal, dispose, redraft
               lines were replaced: `replaced` is a list of {kind, name, before, after, records}; `before` and `after` are the
               file's SHA-256 (`after` null: the file is gone), `records` leads from old to new SHA-256 of a line (null:
               the line is gone). `audit` is the hash of the line of the audit trail that names who did it and why.
               A reseal gives new `unit_keys`, `second_unit_keys` or `officer_keys`, and the day when it is next due
               (`review_due`); a dispose `urns`, `scope`, `reason`, and the day of the review that decided it
               (`reviewed_on`); a redraft `urns`.

The digests of input are keyed with a secret derived from the signing key: with a plain hash, anyone who reads the ledger
could confirm a guess at what was sent in.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import hmac
import json
import os
import re
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, Protocol

from . import chain
from .chain import Link, PublicKey, SigningKey, line_sha256, sync_folder
from .errors import ChainError, StoreError
from .intake import Accepted, Rejected
from .sanitised_log import MadeBy, SanitisedLog, new_urn
from .sealed_record import Recipients, armored, padded_json, seal_armored
from .settings import Settings

CHUNK_SIZE = 1000
_BLOCK = 1024 * 1024
LEDGER, LEDGER_FILE = "ledger", "ledger.jsonl"

# In the order in which they come into being: no log is ever there without its sealed record.
KINDS = ("sealed", "subject_keys", "rejected", "log")
SUPERSEDING = ("reseal", "dispose", "redraft")
KEY_GROUPS = ("unit_keys", "second_unit_keys", "officer_keys")

PART_NAME = re.compile(r"part-[0-9a-f]{16}\.jsonl")
_TEMPORARY_NAME = re.compile(r"\.part-[0-9a-f]{16}\.jsonl\.tmp")
# What is to take a part's name once the ledger has it (`superseding`). A run never touches these.
NEW_NAME = re.compile(r"\.(part-[0-9a-f]{16}\.jsonl)\.new")
_SMALLEST_REJECTED_BYTES = 4096


class Result(Protocol):
    """What comes of one submission."""

    @property
    def log(self) -> SanitisedLog: ...
    @property
    def sealed(self) -> bytes: ...
    @property
    def subject_key(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Terms:
    """What a store is begun with, and must be continued with."""

    made_by: MadeBy
    settings: Settings
    unit: Recipients
    officers: Recipients
    chunk_size: int = CHUNK_SIZE
    second_unit: Recipients | None = None


# Parts


@dataclass(frozen=True, slots=True)
class PartFile:
    """A file of a part: SHA-256 of the whole, and of each line without its newline, in order."""

    kind: str
    name: str
    sha256: str
    records: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class PartSummary:
    """What the ledger says of a part. `as_dict` and `from_dict` take it from one machine to another."""

    drafted: int
    held: int
    rejected: int
    files: tuple[PartFile, ...]

    @property
    def rows(self) -> int:
        return self.drafted + self.held + self.rejected

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> PartSummary:
        files = tuple(PartFile(**{**file, "records": tuple(file["records"])}) for file in values["files"])
        return cls(values["drafted"], values["held"], values["rejected"], files)


def write_part(folder: Path, results: Iterable[Result | Rejected], unit: Recipients, second_unit: Recipients | None = None) -> PartSummary:
    """Write what came of a chunk, each file whole or not at all. It counts only once `append_part` has put it in the ledger."""
    lines: dict[str, list[tuple[str, bytes]]] = {kind: [] for kind in KINDS}
    counted: Counter[str] = Counter()
    for result in results:
        if isinstance(result, Rejected):
            counted["rejected"] += 1
            urn, texts = new_urn(), {"rejected": ""}
            texts["rejected"] = _rejected_line(urn, result, unit, second_unit)
        else:
            counted[result.log.status] += 1
            urn, texts = result.log.urn, _result_lines(result)
        for kind, text in texts.items():
            lines[kind].append((urn, text.encode("utf-8")))
    names = {kind: _part_name() for kind in ("rejected", "log")}
    contents = {kind: [line for _, line in sorted(lines[kind])] for kind in KINDS if lines[kind]}
    files = []
    with writing():
        _write_files({folder / kind / names.get(kind, names["log"]): content for kind, content in contents.items()})
    for kind, content in contents.items():
        whole = hashlib.sha256()
        for line in content:
            whole.update(line + b"\n")
        files.append(PartFile(kind, names.get(kind, names["log"]), whole.hexdigest(), tuple(map(line_sha256, content))))
    return PartSummary(counted["draft"], counted["held"], counted["rejected"], tuple(files))


def _result_lines(result: Result) -> dict[str, str]:
    urn = result.log.urn
    return {
        "sealed": json.dumps({"urn": urn, "sealed": armored(result.sealed)}),
        "subject_keys": json.dumps({"urn": urn, "sealed": armored(result.subject_key)}),
        "log": result.log.to_json(),
    }


def _rejected_line(urn: str, row: Rejected, unit: Recipients, second_unit: Recipients | None) -> str:
    shown = {"urn": urn, "file": row.file, "row": row.row, "reason": row.reason, "cure": row.cure}
    hidden = {"format": 1, "urn": urn, "source": row.source, "raw_base64": base64.b64encode(row.raw).decode("ascii")}
    return json.dumps({**shown, "sealed": seal_armored(padded_json(hidden, _SMALLEST_REJECTED_BYTES), unit, second_unit)})


def new_path(folder: Path, kind: str, name: str) -> Path:
    """Return where the file is written that is to replace a part."""
    return folder / kind / f".{name}.new"


def _part_name() -> str:
    return f"part-{secrets.token_hex(8)}.jsonl"


def _write_files(contents: Mapping[Path, Sequence[bytes]]) -> None:
    """Write files so that each is there whole or not at all, even if the power fails, and none if one cannot be written."""
    temporary = {path: path.with_name(f".{path.name}.tmp") for path in contents}
    try:
        for path, lines in contents.items():
            _make_folder(path.parent)
            with temporary[path].open("xb") as file:
                file.writelines(line + b"\n" for line in lines)
                file.flush()
                os.fsync(file.fileno())
            midnight = datetime.combine(datetime.now(UTC), time(), UTC).timestamp()
            os.utime(temporary[path], (midnight, midnight))
        for path in contents:
            temporary[path].rename(path)
            sync_folder(path.parent)
    except BaseException:
        for path in (*temporary.values(), *contents):
            with suppress(OSError):
                path.unlink()
        raise


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        sync_folder(folder.parent)


@contextmanager
def writing() -> Iterator[None]:
    """Turn an error of the disk into one with its cure, and without the file name that Python would add."""
    try:
        yield
    except BlockingIOError:
        raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            cure = "make room on the disk"
        elif error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            cure = "make the store's folder and what is in it writable"
        else:
            cure = "see to the disk"
        raise StoreError(
            f"the store cannot be written: {reason}",
            hint=f"{cure}, then run the same command again: it goes on after the last finished chunk",
        ) from None


# Digests of the input


class InputDigest:
    """A keyed digest over the rows of a chunk, in order: place, file name and bytes."""

    def __init__(self, key: bytes) -> None:
        self._digest = hmac.new(key, digestmod="sha256")

    def add(self, row: Accepted | Rejected) -> None:
        for part in (str(row.file).encode(), str(row.row).encode(), row.source.encode("utf-8", "surrogatepass"), row.raw):
            self._digest.update(len(part).to_bytes(8, "big") + part)

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


def input_key(key: SigningKey, state: StoreState) -> bytes:
    """Return the secret for the digests of one store's input."""
    return key.derived(b"input " + str(state.terms["store"]).encode())


def _input_list_digest(paths: Sequence[Path], key: bytes, store: Path) -> str:
    """Digest names and sizes, without those of a store that lies among its own input; contents are digested as they are read."""
    digest = hmac.new(key, digestmod="sha256")
    for path in paths:
        files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        for file in files:
            if store.resolve() not in file.resolve().parents:
                name = os.fsencode(file.relative_to(path) if path.is_dir() else file.name)
                digest.update(len(name).to_bytes(8, "big") + name + file.stat().st_size.to_bytes(8, "big"))
        digest.update(b"end of one")
    return digest.hexdigest()


# What the ledger says


@dataclass(frozen=True, slots=True)
class ExpectedFile:
    """What a file must be. `records` is the SHA-256 of each line, 32 bytes after 32: a store may have millions."""

    sha256: str
    records: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChunkDone:
    """A chunk of the input that is in the ledger."""

    rows: int
    input: str
    drafted: int
    held: int
    rejected: int


@dataclass(slots=True)
class StoreState:
    """What the events of a ledger add up to."""

    terms: dict[str, Any] = field(default_factory=dict)
    chunks: dict[int, ChunkDone] = field(default_factory=dict)
    files: dict[tuple[str, str], ExpectedFile] = field(default_factory=dict)
    complete: bool = False

    def total(self, name: str) -> int:
        return sum(getattr(chunk, name) for chunk in self.chunks.values())


def expected_state(events: Iterable[Mapping[str, Any]]) -> StoreState:
    """Fold the events of a ledger, in order, into what the store must be; ChainError where one does not fit those before."""
    state = StoreState()
    for number, event in enumerate(events, start=1):
        try:
            misfit = _fold(state, event)
        except (KeyError, TypeError, ValueError, AttributeError):
            misfit = "it is not of this version"
        if misfit:
            raise ChainError(
                f"line {number} of the ledger: {misfit}", hint="verify the store with the version that wrote it, then report this"
            )
    return state


def _fold(state: StoreState, event: Mapping[str, Any]) -> str:
    """Add one event to the state, or return why it does not fit."""
    kind = event["event"]
    if (kind == "store") == bool(state.terms):
        return "the store begins twice" if state.terms else "it is not the beginning of a store"
    if kind == "store":
        state.terms = dict(event)
    elif kind == "part":
        summary = PartSummary.from_dict(event["part"])
        if state.complete:
            return "a part comes after the end of the run"
        if event["chunk"] in state.chunks:
            return f"chunk {event['chunk']} is there twice"
        state.chunks[event["chunk"]] = ChunkDone(summary.rows, event["input"], summary.drafted, summary.held, summary.rejected)
        for file in summary.files:
            if (file.kind, file.name) in state.files or file.kind not in KINDS or not PART_NAME.fullmatch(file.name):
                return "a part is there twice, or its name is not one of a part"
            state.files[file.kind, file.name] = ExpectedFile(file.sha256, bytes.fromhex("".join(file.records)))
    elif kind == "complete":
        if state.complete:
            return "the run ends twice"
        if {name: state.total(name) for name in _TOTALS} != {name: event[name] for name in _TOTALS}:
            return "the totals are not those of the parts"
        if set(state.chunks) != set(range(len(state.chunks))):
            return "a chunk is missing"
        state.complete = True
    elif kind in SUPERSEDING:
        for replaced in event["replaced"]:
            misfit = _replace(state, replaced)
            if misfit:
                return misfit
        state.terms |= {name: event[name] for name in KEY_GROUPS if name in event}
    else:
        return "an event is not of this version"
    return ""


_TOTALS = ("rows", "drafted", "held", "rejected")


def _replace(state: StoreState, replaced: Mapping[str, Any]) -> str:
    place = (replaced["kind"], replaced["name"])
    before = state.files.pop(place, None)
    if before is None or before.sha256 != replaced["before"]:
        return "what it replaces is not there"
    changes = {bytes.fromhex(old): b"" if new is None else bytes.fromhex(new) for old, new in replaced["records"].items()}
    old_records = [before.records[start : start + 32] for start in range(0, len(before.records), 32)]
    if not set(changes) <= set(old_records):
        return "a record that it replaces is not there"
    records = b"".join(changes.get(record, record) for record in old_records)
    if replaced["after"] is not None:
        state.files[place] = ExpectedFile(replaced["after"], records)
    elif records:
        return "it removes a part that still has records"
    return ""


# A run's view of the store


@contextmanager
def locked_store(folder: Path, *, shared: bool = False) -> Iterator[None]:
    """Keep every other process that writes the store out until the end; with `shared`, let those in that only read too."""
    lock = folder / ".lock"
    if shared and not os.access(lock, os.R_OK):
        yield  # a copy, or the store of somebody else: whoever can write it cannot be kept out from here
        return
    with ExitStack() as held:
        try:
            with writing():
                if not shared:
                    _make_folder(folder)
                held.enter_context(chain.locked(lock, wait=False, shared=shared))
        except BlockingIOError:
            raise StoreError("another process is using this store", hint="wait until it has ended, or give another folder") from None
        yield


def read_ledger(folder: Path, key: PublicKey, *, anchor: str | None = None) -> Iterator[Link]:
    """Yield the ledger's lines, each once it is known to hold; see `chain.read_chain`."""
    return chain.read_chain(folder / LEDGER_FILE, LEDGER, key, anchor=anchor)


def anchor_of(folder: Path, key: PublicKey) -> str:
    """Return the hash of the ledger's last line, to be kept outside the store."""
    return chain.head(folder / LEDGER_FILE, LEDGER, key)


def append_event(folder: Path, key: SigningKey, event: Mapping[str, Any]) -> str:
    """Add an event to the ledger with its day, and return the new anchor."""
    with writing():
        return chain.append(folder / LEDGER_FILE, LEDGER, key, {**event, "on": datetime.now(UTC).date().isoformat()})


def begin_or_resume(folder: Path, key: SigningKey, terms: Terms, inputs: Sequence[Path], *, unfinished: int = 1) -> StoreState:
    """Return what is done already, once everything that is not in the ledger is removed; the caller holds `locked_store`.

    At most `unfinished` chunks can have been stopped between writing and ledger. Where more are without a ledger line,
    the ledger has lost lines, and nothing is removed.
    """
    path = folder / LEDGER_FILE
    with writing():
        if path.exists():
            chain.mend(path, LEDGER, key.public)
    state = expected_state(link.event for link in read_ledger(folder, key.public)) if path.exists() else StoreState()
    if not state.terms:
        if any(_parts(folder)):
            raise StoreError("the folder holds parts without a ledger", hint="give a new folder, or put the ledger back from its backup")
        fixed = _fixed(terms, secrets.token_hex(16))
        state.terms = fixed | {"input": _input_list_digest(inputs, key.derived(b"input " + fixed["store"].encode()), folder)}
        append_event(folder, key, state.terms)
        return state
    _check_same(state, _fixed(terms, state.terms["store"]) | {"input": _input_list_digest(inputs, input_key(key, state), folder)})
    left = [path for path in _parts(folder) if (path.parent.name, path.name) not in state.files]
    if any(times > unfinished for times in Counter(path.parent for path in left if PART_NAME.fullmatch(path.name)).values()):
        raise StoreError(
            "the store holds more parts than a stopped run can have left without a ledger line",
            hint="put the newest ledger back if an older copy was restored; otherwise give a new folder",
        )
    with writing():
        for path in left:
            overwrite(path)  # a disposal may have been stopped between its ledger line and its deed
            path.unlink()
    return state


def overwrite(path: Path) -> None:
    """Write random bytes over a file in place. A disk or file system that writes elsewhere keeps the old ones; docs say so."""
    with suppress(FileNotFoundError), path.open("r+b") as file:
        left = os.fstat(file.fileno()).st_size
        while left > 0:
            left -= file.write(os.urandom(min(left, _BLOCK)))
        file.flush()
        os.fsync(file.fileno())


def append_part(folder: Path, key: SigningKey, summary: PartSummary, *, chunk: int, input_digest: str) -> str:
    """Put a part into the ledger, which makes the chunk done, and return the new anchor."""
    return append_event(folder, key, {"event": "part", "chunk": chunk, "input": input_digest, "part": summary.as_dict()})


def append_complete(folder: Path, key: SigningKey, state: StoreState) -> str:
    """Say in the ledger that every row of the input is done, and return the new anchor."""
    return append_event(folder, key, {"event": "complete", **{name: state.total(name) for name in _TOTALS}})


def _parts(folder: Path) -> Iterator[Path]:
    """Every part and every temporary file of one. Nothing else is ever removed."""
    for kind in KINDS:
        if (folder / kind).is_dir():
            for path in (folder / kind).iterdir():
                if PART_NAME.fullmatch(path.name) or _TEMPORARY_NAME.fullmatch(path.name):
                    yield path


def _fixed(terms: Terms, store: str) -> dict[str, Any]:
    return {
        "event": "store",
        "store": store,
        "made_by": asdict(terms.made_by),
        "settings": asdict(terms.settings),
        "chunk_size": terms.chunk_size,
        "unit_keys": sorted(terms.unit.keys),
        "officer_keys": sorted(terms.officers.keys),
        "second_unit_keys": sorted(terms.second_unit.keys) if terms.second_unit else [],
    }


def _check_same(state: StoreState, wanted: Mapping[str, Any]) -> None:
    words = {
        "made_by": "another version of the library, its model or its rules",
        "settings": "other settings",
        "chunk_size": "another chunk size",
        "unit_keys": "other public keys of the unit",
        "officer_keys": "other public keys of the officers",
        "second_unit_keys": "other public keys of the second group of the unit",
        "input": "other input files",
    }
    for name, words_of_it in words.items():
        if state.terms.get(name) != wanted[name]:
            raise StoreError(
                f"the store was begun with {words_of_it}", hint="continue it with the same, or give a new folder for another store"
            )
