"""JSON lines, JSON, CSV and plain text → submissions. Rejects rather than guesses, and never loses a row.

Every row comes out once, in order: Accepted with its submission, or Rejected with a reason that quotes nothing. Both
keep the bytes of the row, so that what cannot be read, or fails later, can be sealed and looked at by the unit.

    .jsonl .ndjson    one object a line: reference, narrative, form, received_at, other
    .json             one such object, or a list of them
    .csv .tsv         one row a submission; columns by their headings or by a mapping file
    .txt              one file a submission; the file's name without .txt is its reference

- *Row numbers* are those a spreadsheet or an editor shows: a CSV's headings are row 1, blank rows count and are passed over.
- *References*: a row without one is known by its place, `<file name>:<row>`. A reference seen before rejects the later row.
- *Encodings*: UTF-8 with or without a byte order mark; UTF-16 with one. Any other byte rejects the row that holds it, since
  a wrong guess would turn "Siân" into a name that nobody searches for. Windows' cp1252 is read where it is declared.
- *CSV* quoting is strict: a quotation mark out of place would glue two people's reports into one narrative.
- *Columns*: headings are form fields or the words of the AD 362 form, in any case. An unknown heading refuses the file:
  a misspelt `submitter_name` must not become an unread extra. The mapping file says what else may stand there.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TextIO

from pydantic import InstanceOf, ValidationError

from .columns import ENCODINGS, Column, ColumnMapping, Strict, find_columns, sorted_cells
from .errors import IntakeError
from .submission import Submission


@dataclass(frozen=True, slots=True)
class Accepted:
    """A row that became a submission, with its place and its bytes in case a later stage fails."""

    file: int
    row: int
    source: str = field(repr=False)
    raw: bytes = field(repr=False)
    submission: Submission


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not become a submission: place, reason and cure to be shown, file name and bytes to be sealed.

    `file` counts the files of a run from 1, because a file's name may be somebody's.
    """

    file: int
    row: int
    source: str = field(repr=False)
    raw: bytes = field(repr=False)
    reason: str
    cure: str


# Plain `str` would refuse half an emoji, which forms that cut text at a length limit do send.
_Text = InstanceOf[str]


class _Row(Strict):
    reference: _Text | int | None = None
    narrative: _Text
    form: dict[_Text, _Text | int | bool | None] = {}
    received_at: _Text | None = None
    other: dict[_Text, Any] = {}


_WRONG_KEY = "one object a row, with narrative, and if wanted reference, form, received_at, other"


def read_submissions(
    paths: Sequence[Path | str], *, mapping: ColumnMapping | None = None, encoding: str | None = None
) -> Iterator[Submission | Rejected]:
    """Yield a submission or a rejection for every row of the files, in order; see the module's docstring for the rules."""
    for row in read_rows(paths, mapping=mapping, encoding=encoding):
        yield row.submission if isinstance(row, Accepted) else row


def read_rows(
    paths: Sequence[Path | str], *, mapping: ColumnMapping | None = None, encoding: str | None = None
) -> Iterator[Accepted | Rejected]:
    """As `read_submissions`, with the place and the bytes of every row.

    What is wrong with a file as a whole (missing, of unknown sort, without a narrative column) raises IntakeError here,
    before the first row of the first file is read.
    """
    mapping = mapping or ColumnMapping()
    encoding = encoding or mapping.encoding or "utf-8"
    if encoding not in ENCODINGS:
        raise IntakeError("the encoding is unknown", hint=f"choose one of: {', '.join(ENCODINGS)}")
    files = [_File(number, Path(path), mapping, encoding) for number, path in enumerate(paths, start=1)]
    for file in files:
        file.check()
    return _rows(files, mapping)


def _rows(files: Iterable[_File], mapping: ColumnMapping) -> Iterator[Accepted | Rejected]:
    seen: set[str] = set()
    for file in files:
        for read in file.read():
            try:
                submission = _submission(read, file, mapping, seen)
            except IntakeError as error:
                yield Rejected(file.number, read.row, file.path.name, read.raw, str(error), error.hint)
            else:
                yield Accepted(file.number, read.row, file.path.name, read.raw, submission)


@dataclass(frozen=True, slots=True)
class _Read:
    """A row as a format's reader gives it: its fields, or why there are none."""

    row: int
    raw: bytes = field(repr=False)
    fields: object = field(default=None, repr=False)
    error: IntakeError | None = None


def _submission(read: _Read, file: _File, mapping: ColumnMapping, seen: set[str]) -> Submission:
    if read.error is not None:
        raise read.error
    try:
        row = _Row.model_validate(read.fields)
    except ValidationError as error:
        # `from None`, and only places that we know ourselves: a pydantic error shows the input and its keys.
        place = next((str(fault["loc"][0]) for fault in error.errors(include_input=False) if fault["loc"]), "")
        known = place if place in _Row.model_fields else "an unknown key" if place else "not an object"
        raise IntakeError(f"the row does not have the fields of a submission: {known}", hint=_WRONG_KEY) from None
    except RecursionError:
        raise IntakeError("the row is nested too deeply", hint=_WRONG_KEY) from None
    reference = "" if row.reference is None else str(row.reference)
    if reference in seen:
        raise IntakeError(
            "its reference was used by an earlier row",
            hint="give each submission a reference of its own; if one report came twice, leave the second out",
        )
    submission = Submission(
        reference=reference if reference.strip() else f"{file.path.stem}:{read.row}",
        narrative=row.narrative,
        form={key: _form_text(value) for key, value in row.form.items() if value is not None},
        received_at=_received_at(row.received_at, mapping.received_at_format),
        other=row.other,
    )
    if reference.strip():
        seen.add(reference)
    return submission


def _form_text(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else str(value)


def _received_at(text: str | None, wanted: str | None) -> datetime | None:
    if text is None or not text.strip():
        return None
    try:
        return datetime.strptime(text.strip(), wanted) if wanted else datetime.fromisoformat(text.strip())
    except ValueError:
        raise IntakeError(
            "its `received_at` is not a date of the expected form",
            hint="write 2026-11-20T14:05, or give `received_at_format` in the mapping file",
        ) from None


@dataclass(frozen=True)
class _File:
    number: int
    path: Path = field(repr=False)
    mapping: ColumnMapping
    encoding: str

    def check(self) -> None:
        """Raise for what is wrong with the file as a whole, so that a run does not stop half way."""
        try:
            with self.path.open("rb"):
                pass
            if self._reader is not _File._read_text:
                _ = self._codec
            if self._reader is _File._read_csv:
                with self._opened() as text:
                    self._columns(text)
        except OSError as error:
            raise IntakeError(f"file {self.number} cannot be read: {error.strerror}", hint="check the path and its permissions") from None

    def read(self) -> Iterator[_Read]:
        return self._reader(self)

    @property
    def _reader(self) -> Callable[[_File], Iterator[_Read]]:
        readers = {
            ".jsonl": _File._read_json_lines,
            ".ndjson": _File._read_json_lines,
            ".json": _File._read_json,
            ".csv": _File._read_csv,
            ".tsv": _File._read_csv,
            ".txt": _File._read_text,
        }
        try:
            return readers[self.path.suffix.lower()]
        except KeyError:
            raise IntakeError(f"file {self.number} is of an unknown sort", hint=f"known endings: {' '.join(readers)}") from None

    def _columns(self, text: TextIO) -> tuple[list[Column], str]:
        return find_columns(text, self.mapping, file=self.number, tabs=self.path.suffix.lower() == ".tsv")

    # Text

    @cached_property
    def _codec(self) -> str:
        with self.path.open("rb") as file:
            head = file.read(4096)
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "utf-16"
        if head.startswith(b"\xef\xbb\xbf"):
            return "utf-8-sig"
        # Read as UTF-8, UTF-16 has a NUL between the letters of every name, and no name would be found.
        if head.count(0) > len(head) // 4:
            raise IntakeError(f"file {self.number} looks like UTF-16 without a byte order mark", hint="save it again as UTF-8")
        return self.encoding

    def _opened(self, newline: str = "") -> TextIO:
        if self._codec == "utf-16":
            # Read whole, because no error handler can carry broken UTF-16 through; such exports are small.
            try:
                return io.StringIO(self.path.read_bytes().decode("utf-16"), newline=newline)
            except UnicodeDecodeError:
                raise IntakeError(f"file {self.number} is damaged UTF-16", hint="export it again, as UTF-8") from None
        # Bytes that are not of the encoding ride along as lone surrogates, so that the row they are in can be told and kept.
        return self.path.open(encoding=self._codec, errors="surrogateescape", newline=newline)

    def _bytes(self, text: str) -> bytes:
        if self._codec == "utf-16":
            return text.encode("utf-8", "surrogatepass")
        return text.encode(self._codec.removesuffix("-sig"), "surrogateescape")

    def _wrong_bytes(self, text: str) -> IntakeError | None:
        if _ESCAPED_BYTE.search(text) is None:
            return None
        other = "declare --encoding cp1252 if it comes from an older Windows program, or " if self.encoding == "utf-8" else ""
        return IntakeError(f"the row has bytes that are not {self.encoding}", hint=f"{other}save the file again as UTF-8")

    # Formats

    def _read_text(self) -> Iterator[_Read]:
        raw = self.path.read_bytes()
        try:
            with self._opened() as file:
                text = file.read()
        except IntakeError as error:
            yield _Read(1, raw, error=error)
            return
        yield _Read(1, raw, {"reference": self.path.stem, "narrative": text}, self._wrong_bytes(text))

    def _read_json_lines(self) -> Iterator[_Read]:
        # Lines end at a line feed only: a narrative may hold U+2028, at which str.splitlines would break it.
        with self._opened(newline="\n") as file:
            for row, line in enumerate(file, start=1):
                if line.strip():
                    fields, error = _parsed(line)
                    yield _Read(row, self._bytes(line), fields, self._wrong_bytes(line) or error)

    def _read_json(self) -> Iterator[_Read]:
        with self._opened() as file:
            text = file.read()
        is_list = text.lstrip(_JSON_SPACE).startswith("[")
        elements = _elements(text) if is_list else [(text, *_parsed(text))]
        for row, (element, fields, error) in enumerate(elements, start=1):
            yield _Read(row, self._bytes(element), fields, self._wrong_bytes(element) or error)

    def _read_csv(self) -> Iterator[_Read]:
        with self._opened() as text:
            columns, delimiter = self._columns(text)
            text.seek(0)
            lines = _Recorded(text)
            rows = csv.reader(lines, delimiter=delimiter, strict=True)
            row = 0
            while True:
                row += 1
                try:
                    cells = next(rows)
                except StopIteration:
                    return
                except csv.Error:
                    # The reader begins afresh at the next line.
                    yield _Read(row, self._bytes(lines.taken()), error=_misquoted())
                    continue
                line = lines.taken()
                if row == 1 or not any(cell.strip() for cell in cells):
                    continue
                error = self._wrong_bytes(line)
                if error is None and len(cells) != len(columns):
                    error = IntakeError(
                        f"the row has {len(cells)} cells under {len(columns)} headings",
                        hint=f"put a cell that holds the delimiter in double quotes, and give every row {len(columns)} cells",
                    )
                yield _Read(row, self._bytes(line), None if error else sorted_cells(cells, columns), error)


class _Recorded:
    """Lines of a file, remembered until they are taken: the csv module does not say which lines made a row."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._kept: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._kept.append(line)
        return line

    def taken(self) -> str:
        text = "".join(self._kept)
        self._kept.clear()
        return text


# JSON

_ESCAPED_BYTE = re.compile("[\udc80-\udcff]")
_JSON_SPACE = " \t\r\n"


def _misquoted() -> IntakeError:
    return IntakeError(
        "a quotation mark is out of place or never closed",
        hint='put the cell in double quotes and double each quotation mark inside it: "he said ""no"""',
    )


def _not_json() -> IntakeError:
    return IntakeError("the row is not JSON", hint=_WRONG_KEY)


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Python keeps the last of two equal keys without a word, and a narrative would be lost.
    if len(fields := dict(pairs)) != len(pairs):
        raise ValueError
    return fields


def _no_constant(_: str) -> None:
    raise ValueError


_DECODER = json.JSONDecoder(object_pairs_hook=_no_twins, parse_constant=_no_constant)


def _parsed(text: str) -> tuple[object, IntakeError | None]:
    try:
        return _DECODER.decode(text.strip(_JSON_SPACE)), None
    except (ValueError, RecursionError):
        return None, _not_json()


def _elements(text: str) -> Iterator[tuple[str, object, IntakeError | None]]:
    """Yield each element of a JSON list with the text it stands in; from the first that cannot be read, the rest as one."""
    start = text.index("[") + 1
    while True:
        start = _past_space(text, start)
        if text.startswith("]", start) and not text[start + 1 :].strip(_JSON_SPACE):
            return
        try:
            fields, end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            yield text[start:], None, IntakeError("from this element on, the list is not JSON", hint=_WRONG_KEY)
            return
        yield text[start:end], fields, None
        start = _past_space(text, end)
        if text.startswith(",", start):
            start += 1
        elif not text.startswith("]", start):
            yield text[start:], None, IntakeError("after this element, the list is not JSON", hint="close the list with ]")
            return


def _past_space(text: str, start: int) -> int:
    while start < len(text) and text[start] in _JSON_SPACE:
        start += 1
    return start
