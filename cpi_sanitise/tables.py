"""XLSX and Parquet → rows under headings, one by one. Formulas give the value that was stored with them; nothing is worked out.

What a spreadsheet does not show does not go on: hidden columns and sheets are sealed with the row, a hidden row is
rejected, so that it is looked at rather than lost. A row's bytes are its cells as JSON, since it has no bytes of its own.
"""

from __future__ import annotations

import base64
import json
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import IO, Any
from xml.parsers import expat

from .columns import Column, ColumnMapping, columns_of, known_columns, sorted_cells
from .errors import IntakeError
from .openxml import check_package
from .rows import ReadRow, damaged

# A title and a few notes stand above the headings of many spreadsheets.
_HEADINGS_WITHIN_ROWS = 20
# Excel has 16,384 columns; a table of submissions has none of that.
_COLUMN_LIMIT = 500
_HIDDEN_LIMIT_CHARACTERS = 1_000_000
_BATCH_ROWS = 200


@dataclass
class _Looks:
    """What openpyxl's reading mode for big sheets does not tell: what is hidden, and formulas stored without a value."""

    hidden_columns: set[int] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    valueless_rows: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Sheet:
    """A table in a file: its number, and where its headings stand and what they are taken for."""

    number: int
    columns: list[Column]
    heading_row: int = 1
    looks: _Looks | None = None


# XLSX


def sheets_of_xlsx(file: IO[bytes], mapping: ColumnMapping) -> list[Sheet]:
    """Return the tables that the workbook shows, with what their headings are taken for."""
    with _workbook(file) as (workbook, package):
        found = []
        for number, worksheet in enumerate(workbook.worksheets, start=1):
            if worksheet.sheet_state == "visible" and (sheet := _sheet(worksheet, number, mapping, _looks(package, worksheet))) is not None:
                found.append(sheet)
        return found


def read_xlsx(file: IO[bytes], mapping: ColumnMapping, sheets: list[Sheet]) -> Iterator[ReadRow]:
    """Yield a row for each row under the headings; the first one carries what the workbook hides."""
    with _workbook(file) as (workbook, _):
        hidden = _hidden_sheets(workbook)
        for sheet in sheets:
            worksheet = workbook.worksheets[sheet.number - 1]
            above: list[list[str]] = []
            for row, cells in _cells(worksheet):
                if row <= sheet.heading_row:
                    if row < sheet.heading_row and any(cells):
                        above.append(cells)
                    continue
                if not any(cell.strip() for cell in cells):
                    continue
                extra: dict[str, Any] = {}
                if hidden:
                    extra["hidden_sheets"], hidden = hidden, {}
                if above:
                    extra["above_the_headings"], above = above, []
                yield _xlsx_row(row, cells, sheet, extra, place=f":{row}" if sheet.number == 1 else f":{sheet.number}.{row}")
        if hidden:
            # No row is left to carry them.
            error = IntakeError("the workbook has rows on hidden sheets only", hint="unhide the sheet if it holds submissions")
            yield ReadRow(1, _json(hidden), error=error)


def _xlsx_row(row: int, cells: list[str], sheet: Sheet, extra: dict[str, Any], place: str) -> ReadRow:
    width = len(sheet.columns)
    raw = _json({"cells": cells, **extra} if extra else cells)
    if any(cell.strip() for cell in cells[width:]):
        error = IntakeError(f"the row has cells beyond its {width} headings", hint="give each column a heading")
        return ReadRow(row, raw, error=error, place=place)
    looks = sheet.looks or _Looks()
    if row in looks.hidden_rows:
        error = IntakeError("the row is hidden", hint="unhide the row, or take the filter off, if it is to be read")
        return ReadRow(row, raw, error=error, place=place)
    if row in looks.valueless_rows:
        error = IntakeError("the row has a formula without a stored value", hint="open the workbook in a spreadsheet program and save it")
        return ReadRow(row, raw, error=error, place=place)
    fields = sorted_cells(cells[:width] + [""] * (width - len(cells)), sheet.columns)
    fields["other"] |= extra
    return ReadRow(row, raw, fields, place=place)


@contextmanager
def _workbook(file: IO[bytes]) -> Iterator[tuple[Any, zipfile.ZipFile]]:
    check_package(file, "xlsx")
    import openpyxl

    try:
        with _without_warnings():
            workbook = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        package = zipfile.ZipFile(file)
    except Exception:
        # Whatever openpyxl raises for a broken part, with words from it.
        raise damaged(".xlsx file") from None
    try:
        yield workbook, package
    finally:
        package.close()
        with suppress(Exception):
            workbook.close()


def _sheet(worksheet: Any, number: int, mapping: ColumnMapping, looks: _Looks) -> Sheet | None:
    best: Sheet | None = None
    first: Sheet | None = None
    for row, cells in _cells(worksheet):
        if row > _HEADINGS_WITHIN_ROWS:
            break
        while cells and not cells[-1].strip():
            cells.pop()
        if not cells:
            continue
        sheet = Sheet(number, _columns(cells, mapping, looks), row, looks)
        first = first or sheet
        if known_columns(sheet.columns) > (known_columns(best.columns) if best else 0):
            best = sheet
    return best or first


def _columns(headings: list[str], mapping: ColumnMapping, looks: _Looks) -> list[Column]:
    # Only what is shown is read by its heading: a hidden "Name" must not become the name of whoever submitted.
    shown = iter(columns_of([text for place, text in enumerate(headings, start=1) if place not in looks.hidden_columns], mapping))
    return [
        Column(f"hidden column {place}: {text}", "other") if place in looks.hidden_columns else next(shown)
        for place, text in enumerate(headings, start=1)
    ]


@contextmanager
def _without_warnings() -> Iterator[None]:
    # openpyxl warns of what it passes over, and quotes the cell.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _cells(worksheet: Any) -> Iterator[tuple[int, list[str]]]:
    # The size that a sheet declares of itself may be wrong, and would cut rows off.
    worksheet.reset_dimensions()
    rows = worksheet.iter_rows(values_only=True)
    row = 0
    while True:
        with _without_warnings():
            cells = next(rows, None)
        if cells is None:
            return
        row += 1
        if len(cells) > _COLUMN_LIMIT and any(cell is not None for cell in cells[_COLUMN_LIMIT:]):
            raise IntakeError(f"a sheet has more than {_COLUMN_LIMIT} columns", hint="delete what stands beside the table")
        yield row, [_text(cell) for cell in cells[:_COLUMN_LIMIT]]


def _hidden_sheets(workbook: Any) -> dict[str, Any]:
    hidden: dict[str, Any] = {}
    left = _HIDDEN_LIMIT_CHARACTERS
    for worksheet in workbook.worksheets:
        if worksheet.sheet_state == "visible":
            continue
        rows = []
        for _, cells in _cells(worksheet):
            if any(cells):
                left -= sum(map(len, cells))
                if left < 0:
                    raise IntakeError("the workbook has more on hidden sheets than can be sealed with it", hint="unhide or delete them")
                rows.append(cells)
        if rows:
            hidden[worksheet.title] = rows
    return hidden


def _looks(package: zipfile.ZipFile, worksheet: Any) -> _Looks:
    """Read the sheet's XML for what is hidden, element by element."""
    looks = _Looks()
    cell_row = row = 0
    formula = in_formula = value = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, formula, in_formula, value, cell_row
        name = name.rpartition(":")[2]
        if name == "col" and (_true(attributes.get("hidden")) or attributes.get("width") in ("0", "0.0")):
            first, last = int(attributes["min"]), int(attributes["max"])
            looks.hidden_columns.update(range(first, min(last, _COLUMN_LIMIT) + 1))
        elif name == "row":
            row = int(attributes.get("r", row + 1))
            if _true(attributes.get("hidden")) or attributes.get("ht") in ("0", "0.0"):
                looks.hidden_rows.add(row)
        elif name == "c":
            formula = value = False
            cell_row = row
        elif name == "f":
            formula = in_formula = True

    def text(_: str) -> None:
        nonlocal value
        # Of a cell's parts only the formula comes before its value; what follows it is the value.
        value = value or formula and not in_formula

    def end(name: str) -> None:
        nonlocal in_formula
        name = name.rpartition(":")[2]
        in_formula = in_formula and name != "f"
        if name == "c" and formula and not value:
            looks.valueless_rows.add(cell_row)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    with package.open(worksheet._worksheet_path) as part:
        while chunk := part.read(65536):
            parser.Parse(chunk)
    return looks


def _true(value: str | None) -> bool:
    return value in ("1", "true")


# Parquet


def _parquet(file: IO[bytes]) -> Any:
    try:
        from pyarrow import parquet
    except ImportError:
        raise IntakeError("Parquet cannot be read by this installation", hint="install the extra: cpi_sanitise[parquet]") from None
    try:
        file.seek(0)
        return parquet.ParquetFile(file)
    except Exception:
        raise damaged(".parquet file") from None


def sheet_of_parquet(file: IO[bytes], mapping: ColumnMapping) -> Sheet:
    """Return what the columns of the file are taken for."""
    names = [str(name) for name in _parquet(file).schema_arrow.names]
    return Sheet(1, columns_of(names, mapping))


def read_parquet(file: IO[bytes], sheet: Sheet) -> Iterator[ReadRow]:
    """Yield a row for each row of the file, in batches."""
    row = 0
    for batch in _parquet(file).iter_batches(batch_size=_BATCH_ROWS):
        columns = [batch.column(place) for place in range(batch.num_columns)]
        for place in range(batch.num_rows):
            row += 1
            values = [column[place].as_py() for column in columns]
            cells = [_text(value) for value in values]
            raw = _json(cells)
            if any(not _is_plain(value) and column.target != "other" for value, column in zip(values, sheet.columns, strict=True)):
                error = IntakeError("a cell holds a list, a structure or bytes", hint="write one text, number, date or yes/no to a cell")
                yield ReadRow(row, raw, error=error)
            else:
                yield ReadRow(row, raw, sorted_cells(cells, sheet.columns))


# Cells


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | bool | int | float | Decimal | datetime | date | time)


def _text(value: object) -> str:
    for kind, write in _WRITTEN:
        if isinstance(value, kind):
            return write(value)
    return json.dumps(value, default=str)


def _moment(value: datetime) -> str:
    # A spreadsheet knows no date without a time: a birthday comes at midnight.
    return value.date().isoformat() if value.timetz() == time() else value.isoformat()


_WRITTEN: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (type(None), lambda value: ""),
    (str, str),
    (bool, lambda value: "yes" if value else "no"),
    (int, str),
    (float, lambda value: str(int(value)) if value.is_integer() else repr(value)),
    (Decimal, str),
    (datetime, _moment),
    (date, date.isoformat),
    (time, time.isoformat),
    (timedelta, str),
    (bytes, lambda value: base64.b64encode(value).decode("ascii")),
)


def _json(cells: object) -> bytes:
    return json.dumps(cells).encode("ascii")
