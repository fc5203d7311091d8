"""Looks into a .docx or .xlsx before any library reads it: sizes that would fill the memory, entities, passwords.

Both are ZIP files of XML. The ZIP directory says how big each member will be, and Python reads no more of a member than
that, so the sizes can be believed. Open XML forbids document type declarations, the door of every entity attack, so a
member with one is refused before python-docx or openpyxl could resolve anything.
"""

from __future__ import annotations

import zipfile
import zlib
from typing import IO
from xml.parsers import expat

from .errors import IntakeError
from .rows import damaged

MEMBER_LIMIT = 5_000
UNPACKED_LIMIT_BYTES = 512 * 1024 * 1024
# Text in XML packs to a tenth or a twentieth, a sheet of one repeated value to a hundredth.
RATIO_LIMIT = 250
_RATIO_COUNTS_FROM_BYTES = 4 * 1024 * 1024
_PROLOG_LIMIT_BYTES = 64 * 1024

COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def check_package(file: IO[bytes], kind: str) -> None:
    """Raise for a package that must not be opened; `kind` is the ending it came under, without the dot."""
    file.seek(0)
    start = file.read(len(COMPOUND_FILE))
    if not start:
        raise IntakeError("the file is empty", hint="have it sent again")
    if start == COMPOUND_FILE:
        raise IntakeError(
            "the file is locked with a password, or is of the older Office sort", hint=f"open it, take the password off, save it as .{kind}"
        )
    if not start.startswith(b"PK"):
        raise IntakeError(f"the file is no .{kind}, whatever its ending says", hint="give it the ending of what it is, or save it again")
    try:
        with zipfile.ZipFile(file) as package:
            _check_members(package, kind)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, RuntimeError, KeyError, expat.ExpatError):
        raise damaged(f".{kind} file") from None
    finally:
        file.seek(0)


_MAIN_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}


def _check_members(package: zipfile.ZipFile, kind: str) -> None:
    members = package.infolist()
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > MEMBER_LIMIT or unpacked > UNPACKED_LIMIT_BYTES:
        raise _bomb()
    if unpacked > _RATIO_COUNTS_FROM_BYTES and unpacked > RATIO_LIMIT * packed:
        raise _bomb()
    if any(member.flag_bits & 1 for member in members):
        raise IntakeError("the file is locked with a password", hint="take the password off and send it again")
    names = [member.filename for member in members]
    if len(set(names)) < len(names):
        raise damaged(f".{kind} file")
    if "[Content_Types].xml" not in names or _MAIN_PARTS[kind] not in names:
        raise IntakeError(f"the file is no .{kind}, whatever its ending says", hint="give it the ending of what it is, or save it again")
    for name in names:
        # A part is XML by its declared type, whatever its name.
        with package.open(name) as part:
            is_xml = name.lower().endswith((".xml", ".rels")) or part.read(64).lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<")
        if is_xml:
            with package.open(name) as part:
                _check_prolog(part)


class _RootReached(Exception):
    pass


def _check_prolog(part: IO[bytes]) -> None:
    def root(*_: object) -> None:
        raise _RootReached

    def doctype(*_: object) -> None:
        raise IntakeError("the file declares XML entities, which no form needs", hint="do not open it; ask the sender what made it")

    parser = expat.ParserCreate()
    parser.StartElementHandler = root
    parser.StartDoctypeDeclHandler = doctype
    read = 0
    try:
        while chunk := part.read(4096):
            read += len(chunk)
            if read > _PROLOG_LIMIT_BYTES:
                raise _bomb()
            parser.Parse(chunk)
    except _RootReached:
        return


def _bomb() -> IntakeError:
    return IntakeError("the file unpacks to far more than a form or a table holds", hint="do not open it; ask the sender what made it")
