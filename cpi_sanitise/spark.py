"""Many machines: a Spark frame of submissions → the same store that one process writes, with the same ledger.

Spark may run a task twice, or kill one half way. So tasks write their parts into a folder of the current *wave*, which is
no part of the store. Of what comes back to the driver, one part for each chunk, the driver checks the hashes, moves the files
into the store and adds the ledger's line; the wave's folder is then removed with whatever else is in it. A driver that dies
leaves at most one chunk between move and ledger, as a run of one process does, and the same call goes on from there.

A frame has no order, so a row's chunk follows from its reference (or from all of it, where it has none), and rows in a chunk
are put in an order of their own. Rows with the same reference meet in one chunk, where all but one are rejected. The model is
loaded once in each of Spark's Python processes. The signing key never leaves the driver.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from .batch import Counts, Row, Sanitises, outcomes
from .chain import SigningKey, sync_folder
from .columns import Column, ColumnMapping, check_columns, columns_of
from .errors import CommandError, IntakeError, SanitiseError, StageError, StoreError
from .frames import submission_of_cells
from .intake import Accepted, Rejected
from .store import (
    KINDS,
    ChunkDone,
    InputDigest,
    PartSummary,
    StoreState,
    Terms,
    append_complete,
    append_part,
    begin_or_resume,
    input_key,
    locked_store,
    write_part,
)
from .submission import Submission

if TYPE_CHECKING:
    from pyspark.sql import Column as SparkColumn
    from pyspark.sql import DataFrame, SparkSession

# So many chunks are done between one look at the frame and the next, and are done again when the driver dies.
WAVE_SIZE = 64

_ROW_SCHEMA = "file int, row long, source string, raw binary, reason string, cure string, submission string"
_ROW_COLUMNS = [name.split()[0] for name in _ROW_SCHEMA.split(", ")]
_DONE_SCHEMA = "chunk long, rows long, digest string, summary string"
_CHUNK, _WAVE_PREFIX = "cpi_sanitise chunk", ".wave-"


def load_sanitiser(terms: Terms) -> Sanitises:
    """Load the embedded model in one of Spark's processes, which must have the same version as the driver."""
    from .sanitiser import Sanitiser, made_by

    if made_by() != terms.made_by:
        raise StoreError("a worker has another version of cpi_sanitise than the driver", hint="install the same one on every machine")
    second = terms.second_unit.keys if terms.second_unit else ()
    return Sanitiser(unit_keys=terms.unit.keys, officer_keys=terms.officers.keys, settings=terms.settings, second_unit_keys=second)


def sanitise_on_spark(
    spark: SparkSession,
    frame: DataFrame,
    folder: Path | str,
    *,
    terms: Terms,
    key: SigningKey,
    mapping: ColumnMapping | None = None,
    inputs: Sequence[Path] = (),
    load: Callable[[Terms], Sanitises] = load_sanitiser,
    wave_size: int = WAVE_SIZE,
    watch: Callable[[Counts], None] | None = None,
) -> Counts:
    """Sanitise every row of a frame into the store, or those that an earlier call left.

    `frame` is one of `frame_of_rows`, or one with columns as a CSV has, found by their names. `folder` must be the same
    folder for the driver and all workers. `watch` is called at the start and after each chunk with the counts of the whole
    store. The session must encrypt what Spark writes to disks and sends between machines: both hold what was sent in.
    """
    _check_encryption(spark)
    folder = Path(folder).absolute()
    rows, columns = _rows_with_chunks(frame, mapping or ColumnMapping())
    with locked_store(folder):
        for left in folder.glob(f"{_WAVE_PREFIX}*"):
            shutil.rmtree(left, ignore_errors=True)
        state = begin_or_resume(folder, key, terms, inputs)
        state.files.clear()
        counts = Counts(state.total("drafted"), state.total("held"), state.total("rejected"))
        if watch is not None:
            watch(counts)
        if state.complete:
            return counts
        total = _asked(rows.count)
        number_of_chunks = max(1, -(-total // terms.chunk_size))
        work = _Work(terms, columns, mapping or ColumnMapping(), input_key(key, state), load)
        _check_done(rows, state, number_of_chunks, work, wave_size)
        for wave in _waves(number_of_chunks, wave_size):
            wanted = [chunk for chunk in wave if chunk not in state.chunks]
            if not wanted:
                continue
            place = folder / f"{_WAVE_PREFIX}{secrets.token_hex(8)}"
            try:
                for chunk, done, summary in _run(rows, wave, wanted, number_of_chunks, replace(work, place=str(place))):
                    _move(place, folder, summary)
                    append_part(folder, key, summary, chunk=chunk, input_digest=done.input)
                    state.chunks[chunk] = done
                    counts.drafted += done.drafted
                    counts.held += done.held
                    counts.rejected += done.rejected
                    if watch is not None:
                        watch(counts)
            finally:
                shutil.rmtree(place, ignore_errors=True)
        if state.total("rows") != total:
            raise StoreError(
                "Spark counted other rows than it gave", hint="give a frame that is the same each time it is read, such as a Parquet file"
            )
        append_complete(folder, key, state)
        return counts


def frame_of_rows(spark: SparkSession, rows: Iterable[Row]) -> DataFrame:
    """Return a frame of what `intake.read_rows` gives. The rows pass through the driver's memory."""
    return spark.createDataFrame([_cells_of_row(row) for row in rows], _ROW_SCHEMA)


def _cells_of_row(row: Row) -> tuple[Any, ...]:
    place = (row.file, row.row, json.dumps(row.source), bytearray(row.raw))
    if isinstance(row, Rejected):
        return (*place, row.reason, row.cure, None)
    sent = row.submission
    received_at = None if sent.received_at is None else sent.received_at.isoformat()
    # As JSON, since half an emoji cannot be sent otherwise.
    fields = {"reference": sent.reference, "narrative": sent.narrative, "form": dict(sent.form), "other": dict(sent.other)}
    return (*place, None, None, json.dumps({**fields, "received_at": received_at}))


# On the driver


def _check_encryption(spark: SparkSession) -> None:
    try:
        settings = spark.sparkContext.getConf()
    except Exception:
        raise CommandError("this session is not one of its own", hint="Spark Connect is not supported: start it with a master") from None
    if settings.get("spark.io.encryption.enabled", "false") != "true":
        raise CommandError("Spark would write submissions to disks as they are", hint="set spark.io.encryption.enabled to true")
    names = ("spark.network.crypto.enabled", "spark.ssl.rpc.enabled")
    if not spark.sparkContext.master.startswith("local") and all(settings.get(name, "false") != "true" for name in names):
        raise CommandError(
            "Spark would send submissions over the network as they are",
            hint="set spark.authenticate and spark.network.crypto.enabled to true",
        )


def _rows_with_chunks(frame: DataFrame, mapping: ColumnMapping) -> tuple[DataFrame, tuple[Column, ...] | None]:
    """Return the frame with what its rows are put into chunks by, and what its columns are taken for; None: rows of intake."""
    from pyspark.sql import functions

    if frame.columns == _ROW_COLUMNS:
        return frame.withColumn(_CHUNK, functions.xxhash64("file", "row")), None
    columns = columns_of(frame.columns, mapping)
    try:
        check_columns(columns, mapping, file=1)
    except IntakeError as error:
        raise IntakeError(str(error).replace("file 1", "the frame"), hint=error.hint) from None
    # By place, since a heading may hold a dot.
    texts = frame.toDF(*(f"c{place}" for place in range(len(columns))))
    texts = texts.select(*(_as_text(texts, name, kind).alias(name) for name, kind in texts.dtypes))
    whole = functions.xxhash64(*texts.columns)
    references = [name for name, column in zip(texts.columns, columns, strict=True) if column.target == "reference"]
    for name in references:
        whole = functions.when(functions.trim(name) != "", functions.xxhash64(name)).otherwise(whole)
    return texts.withColumn(_CHUNK, whole), tuple(columns)


def _as_text(frame: DataFrame, name: str, kind: str) -> SparkColumn:
    """Return a column's cells as text, as `sanitise_frame` reads them; an empty one where there is none."""
    from pyspark.sql import functions

    column = frame[name]
    if kind == "boolean":
        text = functions.when(column, "yes").otherwise("no")
        text = functions.when(column.isNotNull(), text)
    elif kind in ("float", "double"):
        text = functions.when(column == column.cast("long"), column.cast("long").cast("string")).otherwise(column.cast("string"))
        text = functions.when(~functions.isnan(column), text)
    elif kind.startswith(("struct", "array", "map", "variant")):
        text = functions.to_json(column)
    elif kind == "binary":
        raise IntakeError("a column of the frame holds bytes", hint="give text, numbers, dates or nothing")
    else:
        text = column.cast("string")
    return functions.coalesce(text, functions.lit(""))


def _waves(number_of_chunks: int, size: int) -> Iterator[range]:
    for start in range(0, number_of_chunks, size):
        yield range(start, min(start + size, number_of_chunks))


def _check_done(rows: DataFrame, state: StoreState, number_of_chunks: int, work: _Work, wave_size: int) -> None:
    """Raise StoreError unless the rows of every chunk that is done are those that were done."""
    found: dict[int, ChunkDone] = {}
    for wave in _waves(number_of_chunks, wave_size) if state.chunks else ():
        if wanted := [chunk for chunk in wave if chunk in state.chunks]:
            found |= {chunk: done for chunk, done, _ in _run(rows, wave, wanted, number_of_chunks, work)}
    for chunk, done in state.chunks.items():
        if chunk not in found or (found[chunk].input, found[chunk].rows) != (done.input, done.rows):
            raise StoreError(
                f"the input is not the one that the store was begun with: it differs in chunk {chunk}, which is done",
                hint="put the input back as it was, or give a new folder for the changed one",
            )


def _run(
    rows: DataFrame, wave: range, wanted: Sequence[int], number_of_chunks: int, work: _Work
) -> Iterator[tuple[int, ChunkDone, PartSummary]]:
    """Yield what came of each wanted chunk, once all of them are done; a task has one chunk."""
    from pyspark.sql import functions

    chunk = functions.pmod(functions.col(f"`{_CHUNK}`"), functions.lit(number_of_chunks))
    there = rows.withColumn(_CHUNK, chunk).where(functions.col(f"`{_CHUNK}`").isin(list(wanted)))
    place = (functions.col(f"`{_CHUNK}`") - functions.lit(wave.start)).cast("int")
    parts = there.repartitionById(len(wave), place).mapInPandas(lambda batches: work(batches), _DONE_SCHEMA)
    found = {one["chunk"]: one for one in _asked(parts.collect)}
    for number in wanted:
        if number in found:
            one = found[number]
            summary = PartSummary.from_dict(json.loads(one["summary"]))
            yield number, ChunkDone(one["rows"], one["digest"], summary.drafted, summary.held, summary.rejected), summary
        else:
            # By chance no row fell to it.
            yield number, ChunkDone(0, InputDigest(work.digest_key).hexdigest(), 0, 0, 0), PartSummary(0, 0, 0, ())


def _asked(action: Callable[[], Any]) -> Any:
    try:
        return action()
    except Exception as error:
        # By its name only: Spark's words may quote a row. What a worker said is in that worker's own log, without text.
        raise StageError(
            f"Spark gave up: {type(error).__name__}",
            hint="see the workers' logs for the class of the error, then make the same call again: it goes on after the last finished chunk",
        ) from None


def _move(wave: Path, folder: Path, summary: PartSummary) -> None:
    """Move the files of one part into the store, once they are known to be what the worker says."""
    for file in summary.files:
        with (wave / file.kind / file.name).open("rb") as written:
            if hashlib.file_digest(written, "sha256").hexdigest() != file.sha256:
                raise StoreError("a part is not what its worker wrote", hint="see to the shared folder, then make the same call again")
    # No log is ever there without its sealed record.
    for file in sorted(summary.files, key=lambda file: KINDS.index(file.kind)):
        source, target = wave / file.kind / file.name, folder / file.kind / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            source.rename(target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            # The kinds may lie on different disks.
            temporary = target.with_name(f".{target.name}.tmp")
            shutil.copy2(source, temporary)
            with temporary.open("rb+") as copied:
                os.fsync(copied.fileno())
            temporary.rename(target)
        sync_folder(target.parent)


# On the workers


@dataclass(frozen=True, slots=True)
class _Work:
    """What a task is to do, sent to the workers: sanitise its chunk into `place`, or without a place only digest its rows."""

    terms: Terms
    columns: tuple[Column, ...] | None
    mapping: ColumnMapping
    digest_key: bytes = field(repr=False)
    load: Callable[[Terms], Sanitises]
    place: str = ""

    def __call__(self, batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        try:
            chunks: dict[int, list[dict[str, Any]]] = {}
            for batch in batches:
                for record in batch.to_dict("records"):
                    cells = {str(name): cell for name, cell in record.items()}
                    chunks.setdefault(int(cells.pop(_CHUNK)), []).append(cells)
            for chunk, cells_of_chunk in chunks.items():
                yield pd.DataFrame([self._done(chunk, cells_of_chunk)])
        except SanitiseError:
            raise
        except Exception as error:
            # Spark sends the words of an error to the driver and into its logs.
            raise StageError(f"a worker failed: {type(error).__name__}") from None

    def _done(self, chunk: int, cells: list[dict[str, Any]]) -> dict[str, Any]:
        rows = sorted(self._rows(cells), key=lambda row: (row.file, row.row, row.source.encode("utf-8", "surrogatepass"), row.raw))
        digest = InputDigest(self.digest_key)
        for row in rows:
            digest.add(row)
        summary = PartSummary(0, 0, 0, ())
        if self.place:
            results = [outcome for _, outcome in outcomes(((None, row) for row in rows), _loaded(self.terms, self.load), 1)]
            summary = write_part(Path(self.place), results, self.terms.unit, self.terms.second_unit)
        return {"chunk": chunk, "rows": len(rows), "digest": digest.hexdigest(), "summary": json.dumps(summary.as_dict())}

    def _rows(self, cells: list[dict[str, Any]]) -> Iterator[Row]:
        if self.columns is None:
            yield from map(_row_of_cells, cells)
            return
        seen: set[str] = set()
        unnamed: dict[str, int] = {}
        for raw, texts in sorted((json.dumps(texts).encode(), texts) for texts in (list(row.values()) for row in cells)):
            try:
                submission = submission_of_cells(texts, self.columns, self.mapping, 0, seen)
            except IntakeError as error:
                yield Rejected(1, 0, "", raw, str(error), error.hint)
                continue
            if not any(text.strip() for text, column in zip(texts, self.columns, strict=True) if column.target == "reference"):
                name = f"row {hashlib.sha256(raw).hexdigest()[:16]}"
                unnamed[name] = unnamed.get(name, 0) + 1
                submission = replace(submission, reference=name if unnamed[name] == 1 else f"{name} ({unnamed[name]})")
            yield Accepted(1, 0, "", raw, submission)


def _row_of_cells(cells: dict[str, Any]) -> Row:
    place = (int(cells["file"]), int(cells["row"]), json.loads(cells["source"]), bytes(cells["raw"]))
    if not isinstance(cells["submission"], str):
        return Rejected(*place, cells["reason"], cells["cure"])
    fields = json.loads(cells["submission"])
    received_at = None if fields["received_at"] is None else datetime.fromisoformat(fields["received_at"])
    return Accepted(*place, Submission(**{**fields, "received_at": received_at}))


_LOADED: dict[Terms, Sanitises] = {}


def _loaded(terms: Terms, load: Callable[[Terms], Sanitises]) -> Sanitises:
    if terms not in _LOADED:
        _LOADED.clear()
        _LOADED[terms] = load(terms)
    return _LOADED[terms]
