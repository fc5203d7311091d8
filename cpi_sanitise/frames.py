"""The pandas door: a frame of submissions in, a frame of logs and a frame of what is sealed out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from secrets import SystemRandom
from typing import Any

import pandas as pd

from .batch import Row, Sanitises, outcomes
from .columns import Column, ColumnMapping, check_columns, columns_of, sorted_cells
from .errors import IntakeError
from .intake import Accepted, Rejected
from .sealed_record import armored
from .submission import Submission

SEALED_COLUMNS = ("urn", "status", "sealed", "subject_key", "reason")


def sanitise_frame(
    frame: pd.DataFrame, sanitiser: Sanitises, *, mapping: ColumnMapping | None = None, n_process: int = 1
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sanitise every row of a frame, whose columns are found by their names as those of a CSV are.

    The first frame is what leaves: the fields of a log as columns, in random order, under an index that says nothing. The
    second stays, under the caller's index and in its order: `urn`, `status` (draft, held, rejected), `sealed` for the unit
    and `subject_key` for officers as armored age text, and the `reason` why a row was rejected, which quotes nothing of it.
    A rejected row has no log and nothing sealed: it is still in the caller's frame, and must be corrected there.
    """
    mapping = mapping or ColumnMapping()
    columns = columns_of([str(name) for name in frame.columns], mapping)
    try:
        check_columns(columns, mapping, file=1)
    except IntakeError as error:
        raise IntakeError(str(error).replace("file 1", "the frame"), hint=error.hint) from None
    logs: list[dict[str, Any]] = []
    sealed: list[dict[str, str | None]] = [{} for _ in range(len(frame))]
    for place, outcome in outcomes(enumerate(_rows(frame, columns, mapping)), sanitiser, n_process):
        if isinstance(outcome, Rejected):
            sealed[place] = {"status": "rejected", "reason": outcome.reason}
        else:
            log = outcome.log
            logs.append(json.loads(log.to_json()))
            texts = {"sealed": armored(outcome.sealed), "subject_key": armored(outcome.subject_key)}
            sealed[place] = {"urn": log.urn, "status": log.status, **texts}
    SystemRandom().shuffle(logs)
    return pd.DataFrame(logs), pd.DataFrame(sealed, index=frame.index, columns=list(SEALED_COLUMNS), dtype=object)


def _rows(frame: pd.DataFrame, columns: Sequence[Column], mapping: ColumnMapping) -> Iterator[Row]:
    seen: set[str] = set()
    for number, cells in enumerate(frame.itertuples(index=False, name=None), start=1):
        try:
            submission = submission_of_cells(cells, columns, mapping, number, seen)
        except IntakeError as error:
            yield Rejected(1, number, "", b"", str(error), error.hint)
        else:
            yield Accepted(1, number, "", b"", submission)


def submission_of_cells(cells: Sequence[Any], columns: Sequence[Column], mapping: ColumnMapping, number: int, seen: set[str]) -> Submission:
    """Return the submission in a row's cells and remember its reference; IntakeError where there is none in them, or one seen before."""
    fields = sorted_cells([_text(cell) for cell in cells], list(columns))
    reference = fields.get("reference", "")
    if reference in seen:
        raise IntakeError(
            "its reference was used by an earlier row",
            hint="give each submission a reference of its own; if one report came twice, leave the second out",
        )
    received = next((cell for cell, column in zip(cells, columns, strict=True) if column.target == "received_at"), None)
    submission = Submission(
        reference=reference if reference.strip() else f"row {number}",
        narrative=fields["narrative"],
        form=fields["form"],
        received_at=_received_at(received, mapping.received_at_format),
        other=fields["other"],
    )
    if reference.strip():
        seen.add(reference)
    return submission


def _text(cell: object) -> str:
    if isinstance(cell, str):
        return cell
    if cell is None or cell is pd.NaT or cell is pd.NA or cell != cell:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    # A column of whole numbers with a gap has become one of floats.
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _received_at(cell: object, wanted: str | None) -> datetime | None:
    if cell is not pd.NaT and isinstance(cell, datetime):
        return cell.to_pydatetime() if isinstance(cell, pd.Timestamp) else cell
    text = _text(cell).strip()
    try:
        return (datetime.strptime(text, wanted) if wanted else datetime.fromisoformat(text)) if text else None
    except ValueError:
        raise IntakeError(
            "its `received_at` is not a date of the expected form",
            hint="give datetimes, or text such as 2026-11-20T14:05, or `received_at_format` in the mapping",
        ) from None
