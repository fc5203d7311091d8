"""Many submissions → a store: sanitise, seal, write, and go on where a run was stopped. One bad row does not stop the rest.

The input is cut into chunks in its order: `chunk_size` rows, or fewer where rows are huge. A chunk whose part is in the
ledger is passed over on the next run, once its rows are known to be the same; every other is done from its beginning.
So a run that is killed at any moment loses nothing and does nothing twice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Generic, Protocol, TypeVar

from .chain import SigningKey
from .errors import StageError, StoreError
from .intake import Accepted, Rejected
from .store import (
    ChunkDone,
    InputDigest,
    Result,
    Terms,
    append_complete,
    append_part,
    begin_or_resume,
    input_key,
    locked_store,
    write_part,
)
from .submission import Submission

Row = Accepted | Rejected
Tag = TypeVar("Tag")

# A chunk ends sooner where submissions are huge, so that memory stays bounded.
_CHUNK_LIMIT_BYTES = 32 * 1024 * 1024


# So many submissions in a row that end in an error are no fault of theirs.
_MOST_DEATHS = 50


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

    @property
    def total(self) -> int:
        return self.drafted + self.held + self.rejected


Watcher = Callable[[Counts, Rejected | None], None]


def write_batch(
    rows: Iterable[Row],
    sanitiser: Sanitises,
    folder: Path,
    *,
    terms: Terms,
    key: SigningKey,
    inputs: Sequence[Path] = (),
    n_process: int = 1,
    watch: Watcher | None = None,
) -> Counts:
    """Sanitise every row into the store, or those that an earlier run left; each ends in a log with its sealed record, or rejected.

    `terms` says what the sanitiser was made with, `inputs` are the files of the rows: both must be the same when a run goes
    on. `watch` is called at the start and after every row of this run, with the counts of the whole store, and with the row
    where it was rejected. An error of `rows` itself, such as a disk that goes away, is raised after everything read before
    it is done.
    """
    with locked_store(folder):
        state = begin_or_resume(folder, key, terms, inputs)
        state.files.clear()  # of no more use here, and as big as the ledger
        counts = Counts(state.total("drafted"), state.total("held"), state.total("rejected"))
        if watch is not None:
            watch(counts, None)
        if state.complete:
            return counts
        left = chunks(rows, dict(state.chunks), terms.chunk_size, input_key(key, state))
        for chunk, outcome in outcomes(left, sanitiser, n_process):
            chunk.outcomes.append(outcome)
            if isinstance(outcome, Rejected):
                counts.rejected += 1
            else:
                counts.held += outcome.log.status == "held"
                counts.drafted += outcome.log.status == "draft"
            if watch is not None:
                watch(counts, outcome if isinstance(outcome, Rejected) else None)
            if chunk.closed and len(chunk.outcomes) == chunk.rows:
                part = write_part(folder, chunk.outcomes, terms.unit, terms.second_unit)
                chunk.outcomes.clear()
                digest = chunk.digest.hexdigest()
                append_part(folder, key, part, chunk=chunk.number, input_digest=digest)
                state.chunks[chunk.number] = ChunkDone(part.rows, digest, part.drafted, part.held, part.rejected)
        append_complete(folder, key, state)
        return counts


# Chunks of the input


@dataclass(slots=True, eq=False)
class Chunk:
    """Rows of the input that are written together. Once `closed`, no more come to it."""

    number: int
    digest: InputDigest = field(repr=False)
    rows: int = 0
    closed: bool = False
    outcomes: list[Result | Rejected] = field(default_factory=list, repr=False)


def chunks(rows: Iterable[Row], done: Mapping[int, ChunkDone], size: int, key: bytes) -> Iterator[tuple[Chunk, Row]]:
    """Yield every row that is not done yet, with its chunk, which is closed before its last row is yielded.

    Where chunks end depends on the input alone. Raises StoreError where the rows of a chunk that is done are not those
    that were done, and an error of `rows` after the rows before it.
    """
    ahead = _Ahead(rows)
    number = 0
    while ahead.row is not None:
        chunk, finished, read_bytes = Chunk(number, InputDigest(key)), done.get(number), 0
        while ahead.row is not None and not chunk.closed:
            row = ahead.row
            ahead.step()
            chunk.digest.add(row)
            chunk.rows += 1
            read_bytes += len(row.raw)
            if finished is not None:
                chunk.closed = chunk.rows == finished.rows
            else:
                chunk.closed = ahead.row is None or chunk.rows == size or read_bytes >= _CHUNK_LIMIT_BYTES
                yield chunk, row
        if finished is not None and (not chunk.closed or chunk.digest.hexdigest() != finished.input):
            raise ahead.error or _changed(number)
        number += 1
    if ahead.error is not None:
        raise ahead.error
    if any(later >= number for later in done):
        raise _changed(number)


class _Ahead:
    """The next row, read before it is wanted, so that the last is known to be the last; None at the end or at an error."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.row: Row | None = None
        self.error: Exception | None = None
        self._rows = iter(rows)
        self.step()

    def step(self) -> None:
        self.row = None
        try:
            self.row = next(self._rows, None)
        except Exception as error:
            self.error = error


def _changed(number: int) -> StoreError:
    return StoreError(
        f"the input is not the one that the store was begun with: it differs in chunk {number}, which is done",
        hint="put the files back as they were, or give a new folder for the changed ones",
    )


# Rows through the sanitiser


def outcomes(rows: Iterator[tuple[Tag, Row]], sanitiser: Sanitises, n_process: int) -> Iterator[tuple[Tag, Result | Rejected]]:
    """Yield what comes of each row, beside the tag that it came with; rejected rows may come a little early.

    A submission that breaks the sanitiser becomes a rejected row. An error of `rows` is raised after the rows before it.
    """
    died = 0
    while True:
        feed: _Feed[Tag] = _Feed(rows)
        try:
            for result in sanitiser.pipe(feed, n_process=n_process):
                tag, _ = feed.out.popleft()
                died = 0
                yield tag, result
                yield from feed.new_rejected()
        except Exception:
            # One submission broke the stream. Those still out are tried alone, and the rest in a new stream.
            if not feed.out:
                raise
        feed.close()
        yield from feed.new_rejected()
        for tag, row in feed.out:
            outcome = _alone(sanitiser, row, n_process)
            died = died + 1 if isinstance(outcome, Rejected) else 0
            if died > _MOST_DEATHS:
                raise StageError(
                    "one submission after another could not be sanitised", hint="see to memory, give fewer processes, and run it again"
                )
            yield tag, outcome
        if feed.error is not None:
            raise feed.error
        if feed.at_end:
            return
        if not feed.given:
            raise StageError("the sanitiser takes no more submissions", hint="run it again with --n-process 1")


def _alone(sanitiser: Sanitises, row: Accepted, n_process: int) -> Result | Rejected:
    try:
        # In a process of its own where there are such: what killed one must not kill the run.
        return next(sanitiser.pipe([row.submission], n_process=n_process)) if n_process > 1 else sanitiser(row.submission)
    except Exception as error:
        # By its name only: the words of an unforeseen error may quote the text.
        reason = f"it could not be sanitised: {type(error).__name__}"
        cure = "have the unit read the original now, since its priority is unknown, and report the error by its name"
        return Rejected(row.file, row.row, row.source, row.raw, reason, cure)


class _Feed(Generic[Tag]):
    """Hands submissions to a stream and remembers which are still out, so that a stream that breaks loses none.

    A pool of processes may read from a thread of its own, hence the lock.
    """

    def __init__(self, rows: Iterator[tuple[Tag, Row]]) -> None:
        self.out: deque[tuple[Tag, Accepted]] = deque()
        self.given = 0
        self.at_end = False
        self.error: Exception | None = None
        self._rows = rows
        self._rejected: deque[tuple[Tag, Rejected]] = deque()
        self._lock = Lock()
        self._closed = False

    def __iter__(self) -> Iterator[Submission]:
        return self

    def __next__(self) -> Submission:
        with self._lock:
            while not self._closed:
                try:
                    tag, row = next(self._rows)
                except StopIteration:
                    self.at_end = self._closed = True
                except Exception as error:
                    # Raised by us at the end: from within a stream it would look like a fault of the stream.
                    self.error, self._closed = error, True
                else:
                    if isinstance(row, Accepted):
                        self.out.append((tag, row))
                        self.given += 1
                        return row.submission
                    self._rejected.append((tag, row))
            raise StopIteration

    def new_rejected(self) -> Iterator[tuple[Tag, Rejected]]:
        while self._rejected:
            yield self._rejected.popleft()

    def close(self) -> None:
        with self._lock:
            self._closed = True
