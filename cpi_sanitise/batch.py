"""Many submissions → a folder of logs, sealed records, subject keys and rejected rows. One bad row does not stop the rest.

    log/part-<random>.jsonl            a sanitised log a line
    sealed/part-<random>.jsonl         {"urn", "sealed"}: the sealed record as armored age text, for the unit
    subject_keys/part-<random>.jsonl   {"urn", "sealed"}: the subject key as armored age text, for officers
    rejected/part-<random>.jsonl       {"urn", "file", "row", "reason", "cure", "sealed"}: the row's bytes, for the unit

The first three share a name. Rows stand in URN order, names are random, and a file's time is its day, so that neither
place nor name nor time tells in which order submissions came in. Rejected rows have parts of their own: their row
numbers beside the logs' names would tell from which rows those logs were made.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from threading import Lock
from typing import Protocol

from .errors import StageError
from .intake import Accepted, Rejected
from .sanitised_log import SanitisedLog, new_urn
from .sealed_record import Recipients, armored, padded_json, seal_armored
from .submission import Submission

CHUNK_SIZE = 1000

# A part is written sooner where submissions are huge, so that memory stays bounded.
_PART_LIMIT_CHARACTERS = 64 * 1024 * 1024
_SMALLEST_REJECTED_BYTES = 4096


class Result(Protocol):
    """What comes of one submission."""

    @property
    def log(self) -> SanitisedLog: ...
    @property
    def sealed(self) -> bytes: ...
    @property
    def subject_key(self) -> bytes: ...


class Sanitises(Protocol):
    """What this module needs of a Sanitiser."""

    def __call__(self, submission: Submission, /) -> Result: ...
    def pipe(self, submissions: Iterable[Submission], /, *, n_process: int) -> Iterator[Result]: ...


@dataclass(slots=True)
class Counts:
    """How many rows came out in which way: all that a progress bar may show."""

    drafted: int = 0
    held: int = 0
    rejected: int = 0


Watcher = Callable[[Counts, Rejected | None], None]


def write_batch(
    rows: Iterable[Accepted | Rejected],
    sanitiser: Sanitises,
    folder: Path,
    *,
    unit: Recipients,
    n_process: int = 1,
    chunk_size: int = CHUNK_SIZE,
    watch: Watcher | None = None,
) -> Counts:
    """Sanitise every row into `folder`; each ends in a log with its sealed record, or sealed among the rejected.

    `watch` is called after every row with the counts, and with the row where it was rejected. An error of `rows` itself,
    such as a disk that goes away, is raised after everything read before it is written.
    """
    counts = Counts()
    drafts = _Part(folder, chunk_size)
    rejects = _Part(folder, chunk_size)
    try:
        for outcome in _outcomes(rows, sanitiser, n_process):
            if isinstance(outcome, Rejected):
                counts.rejected += 1
                rejects.add(*_rejected_lines(outcome, unit))
            else:
                counts.held += outcome.log.status == "held"
                counts.drafted += outcome.log.status == "draft"
                drafts.add(*_result_lines(outcome))
            if watch is not None:
                watch(counts, outcome if isinstance(outcome, Rejected) else None)
    finally:
        # When the user stops a run too: what is done is done.
        rejects.write()
        drafts.write()
    return counts


# Rows through the sanitiser


def _outcomes(rows: Iterable[Accepted | Rejected], sanitiser: Sanitises, n_process: int) -> Iterator[Result | Rejected]:
    source = iter(rows)
    while True:
        feed = _Feed(source)
        try:
            for result in sanitiser.pipe(feed, n_process=n_process):
                feed.out.popleft()
                yield result
                yield from feed.new_rejected()
        except Exception:
            # One submission broke the stream. Those still out are tried alone, and the rest in a new stream.
            if not feed.out:
                raise
        feed.close()
        yield from feed.new_rejected()
        for row in feed.out:
            yield _alone(sanitiser, row)
        if feed.error is not None:
            raise feed.error
        if feed.at_end:
            return
        if not feed.given:
            raise StageError("the sanitiser takes no more submissions", hint="run it again with --n-process 1")


def _alone(sanitiser: Sanitises, row: Accepted) -> Result | Rejected:
    try:
        return sanitiser(row.submission)
    except Exception as error:
        # By its name only: the words of an unforeseen error may quote the text.
        reason = f"it could not be sanitised: {type(error).__name__}"
        cure = "have the unit read the original now, since its priority is unknown, and report the error by its name"
        return Rejected(row.file, row.row, row.source, row.raw, reason, cure)


class _Feed:
    """Hands submissions to a stream and remembers which are still out, so that a stream that breaks loses none.

    A pool of processes reads from a thread of its own, hence the lock.
    """

    def __init__(self, rows: Iterator[Accepted | Rejected]) -> None:
        self.out: deque[Accepted] = deque()
        self.given = 0
        self.at_end = False
        self.error: Exception | None = None
        self._rows = rows
        self._rejected: deque[Rejected] = deque()
        self._lock = Lock()
        self._closed = False

    def __iter__(self) -> Iterator[Submission]:
        return self

    def __next__(self) -> Submission:
        with self._lock:
            while not self._closed:
                try:
                    row = next(self._rows)
                except StopIteration:
                    self.at_end = self._closed = True
                except Exception as error:
                    # Raised by us at the end: from within a stream it would look like a fault of the stream.
                    self.error, self._closed = error, True
                else:
                    if isinstance(row, Accepted):
                        self.out.append(row)
                        self.given += 1
                        return row.submission
                    self._rejected.append(row)
            raise StopIteration

    def new_rejected(self) -> Iterator[Rejected]:
        while self._rejected:
            yield self._rejected.popleft()

    def close(self) -> None:
        with self._lock:
            self._closed = True


# Lines and parts


def _result_lines(result: Result) -> tuple[str, dict[str, str]]:
    urn = result.log.urn
    return urn, {
        "sealed": json.dumps({"urn": urn, "sealed": armored(result.sealed)}),
        "subject_keys": json.dumps({"urn": urn, "sealed": armored(result.subject_key)}),
        "log": result.log.to_json(),
    }


def _rejected_lines(row: Rejected, unit: Recipients) -> tuple[str, dict[str, str]]:
    urn = new_urn()
    shown = {"urn": urn, "file": row.file, "row": row.row, "reason": row.reason, "cure": row.cure}
    hidden = {"format": 1, "urn": urn, "source": row.source, "raw_base64": base64.b64encode(row.raw).decode("ascii")}
    sealed = seal_armored(padded_json(hidden, _SMALLEST_REJECTED_BYTES), unit)
    return urn, {"rejected": json.dumps({**shown, "sealed": sealed})}


class _Part:
    """Lines that are written together, one file of the same random name in each folder, when there are enough of them."""

    def __init__(self, folder: Path, size: int) -> None:
        self._folder = folder
        self._size = size
        self._rows: dict[str, dict[str, str]] = {}
        self._characters = 0

    def add(self, urn: str, lines: dict[str, str]) -> None:
        self._rows[urn] = lines
        self._characters += sum(map(len, lines.values()))
        if len(self._rows) >= self._size or self._characters >= _PART_LIMIT_CHARACTERS:
            self.write()

    def write(self) -> None:
        rows, self._rows, self._characters = self._rows, {}, 0
        if not rows:
            return
        name = f"part-{secrets.token_hex(8)}.jsonl"
        # In the order in which `_result_lines` names them: no log is ever there without its sealed record.
        for kind in next(iter(rows.values())):
            _write_part(self._folder / kind, name, [rows[urn][kind] for urn in sorted(rows)])


def _write_part(folder: Path, name: str, lines: Iterable[str]) -> None:
    """Write a file so that it is there whole or not at all, even if the power fails."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{name}.tmp"
    try:
        with temporary.open("x", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{line}\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())
        midnight = datetime.combine(datetime.now(UTC), time(), UTC).timestamp()
        os.utime(temporary, (midnight, midnight))
        temporary.rename(folder / name)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    # Windows cannot open a folder, and syncs a rename by itself.
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
