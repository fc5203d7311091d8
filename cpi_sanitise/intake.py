"""Files and folders → submissions. Rejects rather than guesses, and never loses a row.

Every row comes out once, in order: Accepted with its submission, or Rejected with a reason that quotes nothing. Both
keep the bytes of the row, so that what cannot be read, or fails later, can be sealed and looked at by the unit.

    .jsonl .ndjson       one object a line: reference, narrative, form, received_at, other
    .json                one such object, or a list of them
    .csv .tsv .xlsx      one row a submission; columns by their headings or by a mapping file
    .parquet             likewise; needs the extra `parquet`
    .txt .docx .pdf      one file a submission: the AD 362 form by its headings, or a text by itself
    .eml .msg            the writer's words; a forwarded message and every attachment that can be read are rows of their own
    a folder             every file in it and below, in order of path; a hidden file, a link or an unknown sort is a rejected row

- *Row numbers* are those a spreadsheet or an editor shows: a CSV's headings are row 1, blank rows count and are passed over.
- *References*: a row without one is known by its place, `<file name>:<row>`, a document by its file's name without the
  ending. A reference seen before rejects the later row.
- *Encodings*: UTF-8 with or without a byte order mark; UTF-16 with one. Any other byte rejects the row that holds it, since
  a wrong guess would turn "Siân" into a name that nobody searches for. Windows' cp1252 is read where it is declared.
- *CSV* quoting is strict: a quotation mark out of place would glue two people's reports into one narrative.
- *Columns*: headings are form fields or the words of the AD 362 form, in any case. A misspelt one is a guess, and a guess
  is asked about; an unknown one refuses the file: a misspelt `submitter_name` must not become an unread extra. The mapping
  file says what else may stand there.
- *A bad file* that was named itself stops the run before its first row where its sort or its headings are wrong, so that it
  can be put right at once; in a folder it is a rejected row, as is any file whose contents cannot be read.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import IO, Any, TextIO

from pydantic import InstanceOf, ValidationError

from . import documents, tables
from .columns import ENCODINGS, Column, ColumnMapping, Strict, check_columns, find_columns, sorted_cells
from .errors import ColumnsError, IntakeError
from .headings import read_form
from .mail import ATTACHMENT_LIMIT, Attachment, Mail, read_mail, sealed_attachment
from .rows import DOCUMENT_LIMIT_BYTES, ReadRow, damaged
from .submission import Submission

# Of a bigger file only the reason is kept in the store; the file stays where it is.
SEALED_FILE_LIMIT_BYTES = 256 * 1024 * 1024
_MAIL_DEPTH = 3


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
    paths: Sequence[Path | str],
    *,
    mapping: ColumnMapping | None = None,
    encoding: str | None = None,
    accept_columns: bool = False,
) -> Iterator[Submission | Rejected]:
    """Yield a submission or a rejection for every row of the files, in order; see the module's docstring for the rules."""
    for row in read_rows(paths, mapping=mapping, encoding=encoding, accept_columns=accept_columns):
        yield row.submission if isinstance(row, Accepted) else row


def read_rows(
    paths: Sequence[Path | str],
    *,
    mapping: ColumnMapping | None = None,
    encoding: str | None = None,
    accept_columns: bool = False,
) -> Iterator[Accepted | Rejected]:
    """As `read_submissions`, with the place and the bytes of every row.

    What is wrong with a named file as a whole (missing, of unknown sort, without a narrative column) raises IntakeError
    here, before the first row of the first file is read. `accept_columns` is a person's word that guessed headings are right.
    """
    mapping = mapping or ColumnMapping()
    encoding = encoding or mapping.encoding or "utf-8"
    if encoding not in ENCODINGS:
        raise IntakeError("the encoding is unknown", hint=f"choose one of: {', '.join(ENCODINGS)}")
    files = list(_files(paths, _Options(mapping, encoding, accept_columns)))
    for file in files:
        if file.is_named:
            file.check()
        elif file.has_columns:
            file.ask_for_columns()
    return _rows(files, mapping)


def read_columns(path: Path | str, *, mapping: ColumnMapping | None = None, encoding: str | None = None) -> list[tuple[int, list[Column]]]:
    """Return what each column of a table is taken for, a list for each sheet, right or wrong: to be shown before a run."""
    mapping = mapping or ColumnMapping()
    (file,) = _files([path], _Options(mapping, encoding or mapping.encoding or "utf-8", accept_columns=True))
    if not file.has_columns:
        raise IntakeError("the file has no columns", hint=f"files with columns: {' '.join(_TABLES)}")
    try:
        return file.columns()
    except OSError as error:
        raise _unreadable(file.number, error) from None


def _files(paths: Sequence[Path | str], options: _Options) -> Iterator[_File]:
    number = 0
    for path in map(Path, paths):
        if not path.is_dir():
            number += 1
            yield _File(number, path, path.name, options)
            continue
        for below, name, error in _walk(path):
            number += 1
            yield _File(number, below, name, options, is_named=False, refusal=error)


def _walk(folder: Path, above: str = "") -> Iterator[tuple[Path, str, IntakeError | None]]:
    """Yield every file below in order of path, with its path inside the folder, and why it is not to be read."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        yield folder, above or folder.name, IntakeError(f"a folder cannot be read: {error.strerror}", hint="check its permissions")
        return
    for entry in found:
        name = above + entry.name
        if entry.is_symlink():
            yield Path(entry.path), name, IntakeError("it is a link, which is not followed", hint="put the file itself into the folder")
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), name + "/")
        elif not entry.is_file(follow_symlinks=False):
            yield Path(entry.path), name, IntakeError("it is no file but a device or a pipe", hint="take it out of the folder")
        elif entry.name.startswith((".", "~$")):
            hint = "rename it if it is to be read; programs leave such files behind"
            yield Path(entry.path), name, IntakeError("it is a hidden file", hint=hint)
        else:
            yield Path(entry.path), name, None


def _unreadable(number: int, error: OSError) -> IntakeError:
    return IntakeError(f"file {number} cannot be read: {error.strerror}", hint="check the path and its permissions")


def _rows(files: Iterable[_File], mapping: ColumnMapping) -> Iterator[Accepted | Rejected]:
    seen = _References()
    for file in files:
        for read in file.read():
            source = f"{file.name}/{read.inside}" if read.inside else file.name
            try:
                submission = _submission(read, file, mapping, seen)
            except IntakeError as error:
                yield Rejected(file.number, read.row, source, read.raw, str(error), error.hint)
            else:
                yield Accepted(file.number, read.row, source, read.raw, submission)


class _References:
    """The references of a run: those that rows brought, and those given for a place."""

    def __init__(self) -> None:
        self.own = _Seen()
        self.placed = _Seen()

    def of_place(self, name: str, file: int) -> str:
        """Return a reference for a row without one; two folders may hold files of the same name."""
        if name in self.own or name in self.placed:
            name = f"{name} (file {file})"
        self.placed.add(name)
        return name


class _Seen:
    """Texts that were met, in 12 to 24 bytes each, where a set needs about 100, and more if they are long: a run may have millions.

    What is kept is 8 bytes of a hash. One that was added is always found. One that was not is taken for another once in
    2**64 / (number of texts): among a million rows, one is rejected for a reference that is not really used twice in 40
    million runs. It is sealed to the unit like any rejected row, never lost.
    """

    def __init__(self) -> None:
        self._slots = array("Q", [0]) * 1024
        self._used = 0

    def __contains__(self, text: str) -> bool:
        return self._slots[self._place(_short_hash(text))] != 0

    def add(self, text: str) -> None:
        number = _short_hash(text)
        place = self._place(number)
        if self._slots[place]:
            return
        self._slots[place] = number
        self._used += 1
        if 3 * self._used > 2 * len(self._slots):
            before, self._slots = self._slots, array("Q", [0]) * (2 * len(self._slots))
            for number in filter(None, before):
                self._slots[self._place(number)] = number

    def _place(self, number: int) -> int:
        """Return where a number is, or the empty slot where it would be: the first from its own on."""
        mask = len(self._slots) - 1
        place = number & mask
        while self._slots[place] not in (0, number):
            place = (place + 1) & mask
        return place


def _short_hash(text: str) -> int:
    # 0 is an empty slot.
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") or 1


def _submission(read: ReadRow, file: _File, mapping: ColumnMapping, seen: _References) -> Submission:
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
    if reference.strip() and reference in seen.own:
        raise IntakeError(
            "its reference was used by an earlier row",
            hint="give each submission a reference of its own; if one report came twice, leave the second out",
        )
    submission = Submission(
        reference=reference
        if reference.strip()
        else seen.of_place(file.stem + (f":{read.row}" if read.place is None else read.place), file.number),
        narrative=row.narrative,
        form={key: _form_text(value) for key, value in row.form.items() if value is not None},
        received_at=_received_at(row.received_at, None if file.is_document else mapping.received_at_format),
        other=row.other,
    )
    if reference.strip():
        seen.own.add(reference)
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
class _Options:
    mapping: ColumnMapping
    encoding: str
    accept_columns: bool


@dataclass(frozen=True)
class _File:
    """One file of a run, or one attachment, whose `content` is given and which is nowhere on the disk."""

    number: int
    path: Path = field(repr=False)
    name: str = field(repr=False)
    options: _Options
    is_named: bool = True
    refusal: IntakeError | None = None
    content: bytes | None = field(default=None, repr=False)
    depth: int = 0

    @property
    def stem(self) -> str:
        # The last ending only, of the last part of the path.
        return self.name.removesuffix(PurePosixPath(self.name).suffix) if PurePosixPath(self.name).suffix else self.name

    @property
    def ending(self) -> str:
        return PurePosixPath(self.name).suffix.lower()

    @property
    def has_columns(self) -> bool:
        return self.refusal is None and self.ending in _TABLES

    @property
    def is_document(self) -> bool:
        return self.ending in _DOCUMENTS

    def check(self) -> None:
        """Raise for what is wrong with the file as a whole, so that a run does not stop half way."""
        try:
            with self._binary():
                pass
            if self.ending in _LINES:
                _ = self._codec
            if self.has_columns:
                self._check_columns()
            _ = self._reader
        except OSError as error:
            raise _unreadable(self.number, error) from None

    def ask_for_columns(self) -> None:
        """Raise ColumnsError if headings are guessed; whatever else is wrong is a rejected row later."""
        try:
            self._check_columns()
        except ColumnsError:
            raise
        except (IntakeError, OSError):
            return

    def _check_columns(self) -> None:
        try:
            sheets = self.columns()
        except _ContentsError:
            return  # a rejected row, as for a document
        if not sheets:
            check_columns([], self.options.mapping, file=self.number)
        for _, columns in sheets:
            check_columns(columns, self.options.mapping, file=self.number, accept_guesses=self.options.accept_columns)

    def columns(self) -> list[tuple[int, list[Column]]]:
        """Return what the columns of each sheet are taken for, unchecked."""
        mapping = self.options.mapping
        if self.ending in (".csv", ".tsv"):
            with self._opened() as text:
                return [(1, find_columns(text, mapping, tabs=self.ending == ".tsv")[0])]
        with self._binary() as file:
            try:
                return [(sheet.number, sheet.columns) for sheet in self._sheets(file)]
            except (OSError, _ContentsError):
                raise
            except IntakeError as error:
                raise _ContentsError(str(error), hint=error.hint) from None
            except Exception:
                raise _ContentsError("the table is damaged") from None

    def _sheets(self, file: IO[bytes]) -> list[tables.Sheet]:
        if self.ending == ".xlsx":
            return tables.sheets_of_xlsx(file, self.options.mapping)
        return [tables.sheet_of_parquet(file, self.options.mapping)]

    def read(self) -> Iterator[ReadRow]:
        """Yield every row; whatever goes wrong with the file comes out as a row of its own, with the whole file."""
        last = 0
        try:
            if self.refusal is not None:
                raise self.refusal
            if not self.is_named:
                self.check()
            for row in self._reader(self):
                last = max(last, row.row)
                yield row
        except IntakeError as error:
            yield ReadRow(last + 1, self._whole(), error=error)
        except OSError as error:
            # A file that nobody may read, or that is gone. Of a disk that fails the run must hear, and end.
            if not isinstance(error, PermissionError | FileNotFoundError):
                raise
            yield ReadRow(last + 1, b"", error=_unreadable(self.number, error))
        except Exception:
            # Whatever a library raises for a broken file, with words from it.
            yield ReadRow(last + 1, self._whole(), error=damaged("file"))

    def _whole(self) -> bytes:
        """Return the file's bytes, to be sealed; none of one that is too big or cannot be opened: it stays where it is."""
        if self.content is not None:
            return self.content
        try:
            if self.path.is_symlink():
                return os.fsencode(os.readlink(self.path)) if not self.is_named else b""
            if not self.path.is_file() or self.path.stat().st_size > SEALED_FILE_LIMIT_BYTES:
                return b""
            return self.path.read_bytes()
        except OSError:
            return b""

    def _binary(self) -> IO[bytes]:
        return self.path.open("rb") if self.content is None else io.BytesIO(self.content)

    @property
    def _reader(self) -> Callable[[_File], Iterator[ReadRow]]:
        try:
            return _READERS[self.ending]
        except KeyError:
            cure = _CURES.get(self.ending, f"known endings: {' '.join(_READERS)}")
            raise IntakeError(f"file {self.number} is of an unknown sort", hint=cure) from None

    # Text

    @cached_property
    def _codec(self) -> str:
        with self._binary() as file:
            head = file.read(4096)
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "utf-16"
        if head.startswith(b"\xef\xbb\xbf"):
            return "utf-8-sig"
        # Read as UTF-8, UTF-16 has a NUL between the letters of every name, and no name would be found.
        if head.count(0) > len(head) // 4:
            raise IntakeError(f"file {self.number} looks like UTF-16 without a byte order mark", hint="save it again as UTF-8")
        return self.options.encoding

    def _opened(self, newline: str = "") -> TextIO:
        if self._codec == "utf-16":
            # Read whole, because no error handler can carry broken UTF-16 through; such exports are small.
            try:
                with self._binary() as file:
                    return io.StringIO(file.read().decode("utf-16"), newline=newline)
            except UnicodeDecodeError:
                raise IntakeError(f"file {self.number} is damaged UTF-16", hint="export it again, as UTF-8") from None
        # Bytes that are not of the encoding ride along as lone surrogates, so that the row they are in can be told and kept.
        return io.TextIOWrapper(self._binary(), encoding=self._codec, errors="surrogateescape", newline=newline)

    def _bytes(self, text: str) -> bytes:
        if self._codec == "utf-16":
            return text.encode("utf-8", "surrogatepass")
        return text.encode(self._codec.removesuffix("-sig"), "surrogateescape")

    def _wrong_bytes(self, text: str) -> IntakeError | None:
        if _ESCAPED_BYTE.search(text) is None:
            return None
        other = "declare --encoding cp1252 if it comes from an older Windows program, or " if self.options.encoding == "utf-8" else ""
        return IntakeError(f"the row has bytes that are not {self.options.encoding}", hint=f"{other}save the file again as UTF-8")

    # Formats

    def _read_text(self) -> Iterator[ReadRow]:
        raw = self._bytes_of_document()
        try:
            with self._opened() as file:
                text = file.read()
            form = read_form(text)
        except IntakeError as error:
            yield ReadRow(1, raw, error=error)
            return
        yield ReadRow(1, raw, form or {"narrative": text}, self._wrong_bytes(text), place="")

    def _bytes_of_document(self) -> bytes:
        with self._binary() as file:
            raw = file.read(DOCUMENT_LIMIT_BYTES + 1)
        if len(raw) > DOCUMENT_LIMIT_BYTES:
            raise IntakeError(f"the file has more than {DOCUMENT_LIMIT_BYTES // 2**20} MiB", hint="send one report to a file")
        return raw

    def _read_json_lines(self) -> Iterator[ReadRow]:
        # Lines end at a line feed only: a narrative may hold U+2028, at which str.splitlines would break it.
        with self._opened(newline="\n") as file:
            for row, line in enumerate(file, start=1):
                if line.strip():
                    fields, error = _parsed(line)
                    yield ReadRow(row, self._bytes(line), fields, self._wrong_bytes(line) or error)

    def _read_json(self) -> Iterator[ReadRow]:
        with self._opened() as file:
            text = file.read()
        is_list = text.lstrip(_JSON_SPACE).startswith("[")
        elements = _elements(text) if is_list else [(text, *_parsed(text))]
        for row, (element, fields, error) in enumerate(elements, start=1):
            yield ReadRow(row, self._bytes(element), fields, self._wrong_bytes(element) or error)

    def _read_csv(self) -> Iterator[ReadRow]:
        with self._opened() as text:
            columns, delimiter = find_columns(text, self.options.mapping, tabs=self.ending == ".tsv")
            check_columns(columns, self.options.mapping, file=self.number, accept_guesses=self.options.accept_columns)
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
                    yield ReadRow(row, self._bytes(lines.taken()), error=_misquoted())
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
                yield ReadRow(row, self._bytes(line), None if error else sorted_cells(cells, columns), error)

    def _read_table(self) -> Iterator[ReadRow]:
        self._check_columns()
        with self._binary() as file:
            sheets = self._sheets(file)
            rows = tables.read_xlsx(file, self.options.mapping, sheets) if self.ending == ".xlsx" else tables.read_parquet(file, sheets[0])
            yield from map(self._with_name, rows)

    def _read_document(self) -> Iterator[ReadRow]:
        raw = self._bytes_of_document()
        fields = documents.read_document(raw, self.ending, self.options.mapping.columns)
        # By its hash the original, which is not sealed with the record, can be told again.
        fields["other"] = {**fields["other"], "file_sha256": hashlib.sha256(raw).hexdigest()}
        yield self._with_name(ReadRow(1, raw, fields, place=""))

    def _read_mail(self) -> Iterator[ReadRow]:
        raw = self._bytes_of_document()
        mail = read_mail(raw, self.ending)
        readable = [attached for attached in mail.attachments if _is_readable(attached)]
        if len(readable) > ATTACHMENT_LIMIT:
            raise IntakeError("the mail has too many attachments", hint="save its attachments by themselves")
        if readable and self.depth >= _MAIL_DEPTH:
            raise IntakeError("mails are attached to mails too deeply", hint="save the attached mails by themselves")
        sealed = [sealed_attachment(attached) for attached in mail.attachments if not _is_readable(attached)]
        other = {**mail.other, **({"attachments": sealed} if sealed else {})}
        row = 0
        if mail.narrative:
            row = 1
            fields = {"narrative": mail.narrative, "form": mail.form, "received_at": mail.received_at, "other": other}
            yield self._with_name(ReadRow(row, raw, fields, place=""))
        if mail.forwarded:
            row += 1
            fields = _forwarded_fields(mail, {"headers": mail.other["headers"]} if mail.narrative else other)
            yield self._with_name(ReadRow(row, raw, fields, place="" if row == 1 else None))
        has_row = row > 0
        for number, attached in enumerate(readable, start=1):
            # What a mail without words of its own holds beside the attachments goes with the first row of each.
            first: dict[str, Any] | None = {"headers": mail.other["headers"]} if has_row else other
            inner = replace(
                self, path=Path(), name=f"{self.stem}/{attached.name}", content=attached.content, is_named=False, depth=self.depth + 1
            )
            for inside in inner.read():
                row += 1
                inside = replace(
                    inside, row=row, place=f":{row}", inside="/".join(filter(None, (f"{number} {attached.name}", inside.inside)))
                )
                if first is not None and not has_row:
                    inside = replace(inside, raw=raw)
                yield _with_mail(inside, mail, first)
                first = None
        if not row:
            error = IntakeError("the mail has no words of its own and no attachment that can be read", hint="have the report sent as text")
            yield ReadRow(1, raw, error=error)

    def _with_name(self, row: ReadRow) -> ReadRow:
        if not isinstance(row.fields, dict):
            return row
        return replace(row, fields={**row.fields, "other": {**row.fields.get("other", {}), "file_name": self.name}})


class _ContentsError(IntakeError):
    """A table cannot be opened at all, which says nothing about its headings."""


def _is_readable(attached: Attachment) -> bool:
    return not attached.inline and PurePosixPath(attached.name).suffix.lower() in _READERS


def _forwarded_fields(mail: Mail, other: dict[str, Any]) -> dict[str, Any]:
    read = read_form(mail.forwarded) or {"narrative": mail.forwarded, "form": {}, "other": {}}
    return {
        "narrative": read["narrative"],
        "form": {**mail.forwarded_form, **read["form"]},
        "received_at": mail.received_at,
        "other": {**read["other"], **other, "forwarded_head": mail.other.get("forwarded_head", "")},
    }


def _with_mail(row: ReadRow, mail: Mail, other: Mapping[str, Any] | None) -> ReadRow:
    """Give a row of an attachment what its mail says of the submitter, where it says nothing itself."""
    if not isinstance(row.fields, dict):
        return row
    fields = dict(row.fields)
    form = fields.get("form", {})
    if isinstance(form, dict):
        fields["form"] = {**mail.form, **form}
    if fields.get("received_at") is None:
        fields["received_at"] = mail.received_at
    if other is not None and isinstance(fields.get("other", {}), dict):
        fields["other"] = {**fields.get("other", {}), "mail": dict(other)}
    return replace(row, fields=fields)


_READERS: dict[str, Callable[[_File], Iterator[ReadRow]]] = {
    ".jsonl": _File._read_json_lines,
    ".ndjson": _File._read_json_lines,
    ".json": _File._read_json,
    ".csv": _File._read_csv,
    ".tsv": _File._read_csv,
    ".xlsx": _File._read_table,
    ".parquet": _File._read_table,
    ".txt": _File._read_text,
    ".docx": _File._read_document,
    ".pdf": _File._read_document,
    ".eml": _File._read_mail,
    ".msg": _File._read_mail,
}
_LINES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv")
_TABLES = (".csv", ".tsv", ".xlsx", ".parquet")
_DOCUMENTS = (".docx", ".pdf", ".eml", ".msg")
_CURES = {
    ".doc": "save it as .docx",
    ".docm": "save it as .docx, which holds no macros",
    ".rtf": "save it as .docx",
    ".odt": "save it as .docx",
    ".xls": "save it as .xlsx",
    ".xlsm": "save it as .xlsx, which holds no macros",
    ".xlsb": "save it as .xlsx",
    ".ods": "save it as .xlsx",
    ".zip": "unpack it and give the folder",
    ".7z": "unpack it and give the folder",
    ".pst": "export its mails as .msg or .eml",
    ".mbox": "export its mails as .eml",
    ".html": "save it as .txt, or as the mail it came in",
    ".htm": "save it as .txt, or as the mail it came in",
    ".tif": "run text recognition (OCR) over it and save it as .pdf",
    ".tiff": "run text recognition (OCR) over it and save it as .pdf",
    ".png": "run text recognition (OCR) over it and save it as .pdf",
    ".jpg": "run text recognition (OCR) over it and save it as .pdf",
    ".jpeg": "run text recognition (OCR) over it and save it as .pdf",
}


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
