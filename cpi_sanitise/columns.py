"""Which column of a table is what: the form's own headings, and the mapping file that says the rest."""

from __future__ import annotations

import csv
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from pydantic import BaseModel, ConfigDict, ValidationError

from .errors import ColumnsError, IntakeError
from .headings import TARGETS, letters, meaning
from .submission import FORM_FIELDS

ENCODINGS = ("utf-8", "cp1252")

_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which column is what, from a TOML file; a declared delimiter, encoding and date format go before looking.

    [columns]
    "Ref No" = "reference"
    "What happened" = "narrative"
    "District" = "other"                    # sealed, never read

    [options]
    delimiter = ";"
    encoding = "cp1252"
    received_at_format = "%d/%m/%Y %H:%M"   # as in Python's datetime.strptime
    unknown_columns = "other"               # or "refuse", as when there is no mapping
    """

    columns: dict[str, str] = field(default_factory=dict, repr=False)
    delimiter: str | None = None
    encoding: str | None = None
    received_at_format: str | None = None
    unknown_columns: str = "refuse"

    def __post_init__(self) -> None:
        hint = f"a column can be: {', '.join(TARGETS)}, other"
        if any(target not in (*TARGETS, "other") for target in self.columns.values()):
            raise IntakeError("the mapping gives a column an unknown meaning", hint=hint)
        if any(target != "other" and times > 1 for target, times in Counter(self.columns.values()).items()):
            raise IntakeError("the mapping gives two columns the same meaning", hint="give one of them, and `other` to the rest")
        if self.delimiter is not None and (len(self.delimiter) != 1 or self.delimiter in '"\r\n '):
            raise IntakeError("the mapping's delimiter cannot be one", hint='for example: delimiter = ";"')
        if self.encoding not in (None, *ENCODINGS):
            raise IntakeError("the mapping's encoding is unknown", hint=f"choose one of: {', '.join(ENCODINGS)}")
        if self.unknown_columns not in ("refuse", "other"):
            raise IntakeError("the mapping's `unknown_columns` is unknown", hint="choose one of: refuse, other")

    @classmethod
    def from_toml(cls, path: Path | str) -> ColumnMapping:
        """Read a mapping file; an unknown key in it is an error."""
        try:
            values = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise IntakeError(f"the mapping file cannot be read: {error.strerror}", hint="check the path and its permissions") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            raise IntakeError("the mapping file is not TOML", hint='write lines such as: "What happened" = "narrative"') from None
        try:
            file = _MappingFile.model_validate(values)
        except ValidationError:
            raise IntakeError(
                "the mapping file has an unknown key or a value of the wrong sort",
                hint="known: [columns] with heading = meaning; [options] with delimiter, encoding, received_at_format, unknown_columns",
            ) from None
        return cls(file.columns, **file.options.model_dump())


class Strict(BaseModel):
    """A model that takes its fields in their own types and no others, and whose errors do not show the input."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


class _Options(Strict):
    delimiter: str | None = None
    encoding: str | None = None
    received_at_format: str | None = None
    unknown_columns: str = "refuse"


class _MappingFile(Strict):
    columns: dict[str, str] = {}
    options: _Options = _Options()


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and what stands under it; `target` None where that is not known.

    `guessed_from` is the printed heading that a misspelt one was taken for; a guess is for a person to confirm.
    """

    heading: str = field(repr=False)
    target: str | None
    guessed_from: str | None = None


def find_columns(text: TextIO, mapping: ColumnMapping, *, tabs: bool = False) -> tuple[list[Column], str]:
    """Return what each column of a CSV is taken for, and its delimiter; no columns where there are no headings."""
    # One submission may be longer than Python's limit of 131,072 characters a cell; `Submission` has the limit that counts.
    csv.field_size_limit(2**31 - 1)
    declared = mapping.delimiter or ("\t" if tabs else None)
    tried = {delimiter: columns_of(_first_row(text, delimiter), mapping) for delimiter in ([declared] if declared else _DELIMITERS)}
    # The delimiter under which most headings are known; the first of equals.
    best = max(tried, key=lambda delimiter: known_columns(tried[delimiter]))
    return tried[best], best


def known_columns(columns: list[Column]) -> int:
    """How many headings have a meaning: what tells the row of headings, and the delimiter that is right."""
    return sum(column.target in TARGETS for column in columns)


def columns_of(headings: list[str], mapping: ColumnMapping) -> list[Column]:
    """Return what the column under each heading is taken for."""
    mapped = {letters(heading): target for heading, target in mapping.columns.items()}
    met: Counter[str] = Counter()
    columns = []
    for heading in headings:
        meant = None if letters(heading) in mapped else meaning(heading)
        targets = (mapped[letters(heading)],) if letters(heading) in mapped else meant.targets if meant else ()
        name = letters(meant.guessed_from if meant and meant.guessed_from else heading)
        nth = met[name]
        met[name] += 1
        fallback = "other" if mapping.unknown_columns == "other" else None
        target = targets[nth] if nth < len(targets) else "other" if targets == ("other",) else fallback
        columns.append(Column(heading, target, meant.guessed_from if meant and nth < len(targets) else None))
    return columns


def check_columns(columns: list[Column], mapping: ColumnMapping, *, file: int, accept_guesses: bool = False) -> None:
    """Raise for what is wrong with the headings of a file; ColumnsError where all that is wanted is a person's word."""
    if not columns:
        raise IntakeError(f"file {file} has no headings", hint="begin it with one row of headings")
    # Headings are given by number: in a file without headings, the first row is somebody's report.
    unknown = [str(place) for place, column in enumerate(columns, start=1) if column.target is None]
    if unknown:
        raise IntakeError(
            f"file {file}: unknown or repeated heading in column {', '.join(unknown)}",
            hint=f'name it in a --mapping file, as "other" if it is only to be sealed; known: {", ".join(TARGETS)}',
        )
    targets = Counter(column.target for column in columns)
    if targets["narrative"] != 1:
        raise IntakeError(
            f"file {file} has {targets['narrative']} narrative columns",
            hint='head one column `narrative`, or write "its heading" = "narrative" in a --mapping file',
        )
    twice = sorted(str(target) for target, times in targets.items() if times > 1 and target != "other")
    if twice:
        raise IntakeError(f"file {file} has two columns for {', '.join(twice)}", hint="rename one, or give a --mapping file")
    others = Counter(column.heading for column in columns if column.target == "other")
    if any(times > 1 for times in others.values()):
        raise IntakeError(f"file {file} has two other columns of the same heading", hint="rename one, so that both can be sealed")
    headings = {letters(column.heading) for column in columns}
    missing = sum(letters(heading) not in headings for heading in mapping.columns)
    if missing:
        raise IntakeError(f"file {file} lacks {missing} columns of the mapping", hint="correct the mapping file, or the headings")
    guessed = [str(place) for place, column in enumerate(columns, start=1) if column.guessed_from is not None]
    if guessed and not accept_guesses:
        raise ColumnsError(
            f"file {file}: guessed heading in column {', '.join(guessed)}",
            hint="see `cpi-sanitise columns`, then add --accept-columns, or correct the heading, or name it in a --mapping file",
        )


def _first_row(text: TextIO, delimiter: str) -> list[str]:
    text.seek(0)
    try:
        return next(csv.reader(text, delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []


def sorted_cells(cells: list[str], columns: list[Column]) -> dict[str, Any]:
    """Sort the cells of a row into the fields of a submission; an empty form cell is a question nobody answered."""
    fields: dict[str, Any] = {"form": {}, "other": {}}
    for cell, column in zip(cells, columns, strict=True):
        if column.target in FORM_FIELDS:
            if cell.strip():
                fields["form"][column.target] = cell
        elif column.target == "other":
            fields["other"][column.heading] = cell
        elif column.target is not None:
            fields[column.target] = cell
    return fields
