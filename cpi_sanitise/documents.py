"""A Word or PDF document → one submission: the AD 362 form by its headings, or a letter whose whole text is the narrative.

What a document holds beside its text goes to `other` and is sealed: author and other properties, comments, headers and
footers, text that is hidden, and what a tracked change took out. Where text would be lost or would come in the wrong
place (a scan, notes laid over a page, a form whose headings cannot be told apart) the document is rejected instead.
"""

from __future__ import annotations

import base64
import io
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from .errors import IntakeError
from .headings import fields_of, letters, meaning, read_form
from .openxml import check_package
from .rows import DOCUMENT_LIMIT_BYTES, damaged
from .submission import NARRATIVE_LIMIT_CHARACTERS

PAGE_LIMIT = 300
# A page of text takes some kilobytes of drawing commands; a map or a plan may take some megabytes.
_PAGE_CONTENT_LIMIT_BYTES = 16 * 1024 * 1024
_EMBEDDED_LIMIT_BYTES = 8 * 1024 * 1024


def read_document(raw: bytes, ending: str, mapping: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of a submission from the bytes of a .docx or .pdf; raises IntakeError for what must be looked at."""
    if not raw:
        raise IntakeError("the file is empty", hint="have it sent again")
    if len(raw) > DOCUMENT_LIMIT_BYTES:
        raise IntakeError(f"the file has more than {DOCUMENT_LIMIT_BYTES // 2**20} MiB", hint="send the form without its pictures")
    return _read_docx(raw, mapping) if ending == ".docx" else _read_pdf(raw, mapping)


def _fields(text: str, answers: Mapping[str, str], other: dict[str, Any], what: str) -> dict[str, Any]:
    """Join named answers with what the text says; named ones go before it."""
    if len(text) > NARRATIVE_LIMIT_CHARACTERS:
        raise IntakeError(f"the {what} has more than {NARRATIVE_LIMIT_CHARACTERS:,} characters", hint="send one report to a document")
    form = {key: value for key, value in answers.items() if key not in ("narrative", "reference", "received_at")}
    if "narrative" in answers:
        # The rest of the text is the printed form around its fields.
        return {**{key: answers[key] for key in answers if key not in form}, "form": form, "other": {**other, "text": text}}
    read = read_form(text)
    if read is None:
        if form:
            raise IntakeError("it has filled-in fields, but none for the information", hint="name the field `narrative`, or map its name")
        return {"narrative": text, "other": other}
    return {
        **{key: value for key, value in answers.items() if key not in form},
        "narrative": read["narrative"],
        "form": {**read["form"], **form},
        "other": {**other, **read["other"]},
    }


# Word

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_V = "{urn:schemas-microsoft-com:vml}"
_TEXT_PARTS = {"comments": "comments", "footnotes": "footnotes", "endnotes": "endnotes", "header": "headers", "footer": "footers"}


def _read_docx(raw: bytes, mapping: Mapping[str, str]) -> dict[str, Any]:
    file = io.BytesIO(raw)
    check_package(file, "docx")
    try:
        import docx

        document = docx.Document(file)
        body = document.element.body
        parts = list(document.part.package.iter_parts())
        other: dict[str, Any] = {"properties": _properties(document.core_properties)}
    except Exception:
        # Whatever the library raises for a broken part, with words from it.
        raise damaged(".docx file") from None
    reader = _DocxText()
    text = reader.text_of(body)
    if reader.has_foreign_parts:
        raise IntakeError("a part of its text is embedded in another format", hint="open it in Word, save it as .docx again")
    for part in parts:
        kind = next((kind for kind in _TEXT_PARTS if f"/{kind}" in str(part.partname).lower()), None)
        if kind is None or not str(part.partname).startswith("/word/"):
            continue
        words = _part_text(part)
        if words:
            other.setdefault(_TEXT_PARTS[kind], []).append(words)
    other |= {name: found for name, found in (("deleted", reader.deleted), ("hidden", reader.hidden)) if found}
    answers, unknown = fields_of(reader.controls, mapping)
    if unknown:
        # A control without a meaningful name is text of the form like any other: it is in the text already.
        other["controls"] = [[name, value] for name, value in reader.controls if name in unknown]
    return _fields(text, answers if "narrative" in answers else {}, {name: kept for name, kept in other.items() if kept}, "document")


def _properties(core: Any) -> dict[str, str]:
    found = {}
    for name in ("author", "last_modified_by", "title", "subject", "keywords", "comments", "category", "created", "modified"):
        with suppress(Exception):
            value = getattr(core, name)
            if value:
                found[name] = value.isoformat() if isinstance(value, datetime | date) else str(value)
    return found


def _part_text(part: Any) -> str:
    element = getattr(part, "element", None)
    if element is None:
        from lxml import etree

        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        try:
            element = etree.fromstring(part.blob, parser)
        except etree.XMLSyntaxError:
            raise damaged(".docx file") from None
    authors = [f"{child.get(_W + 'author')}:" for child in element.iter(_W + "comment") if child.get(_W + "author")]
    return "\n".join([*authors, _DocxText().text_of(element).strip()]).strip()


class _DocxText:
    """Walks a document's XML once: its visible text, and beside it what was deleted, hidden or filled into named controls."""

    def __init__(self) -> None:
        self.deleted: list[str] = []
        self.hidden: list[str] = []
        self.controls: list[tuple[str, str]] = []
        self.has_foreign_parts = False

    def text_of(self, element: Any) -> str:
        lines = [line.rstrip() for line in "".join(self._block(element)).split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")

    def _block(self, element: Any) -> Iterator[str]:
        for child in element:
            tag = child.tag
            if tag == _W + "p":
                if self._mark_deleted(child):
                    yield "".join(self._inline(child))
                else:
                    yield "".join(self._inline(child)) + "\n"
            elif tag == _W + "tbl":
                yield from self._table(child)
            elif tag == _W + "sdt":
                yield self._control(child, self._block)
            elif tag == _W + "altChunk":
                self.has_foreign_parts = True
            elif tag in (_W + "del", _W + "moveFrom"):
                self._keep_deleted(child)
            elif tag in (_W + "sectPr", _W + "tblPr", _W + "tblGrid", _W + "trPr", _W + "tcPr"):
                continue
            elif isinstance(tag, str):
                yield from self._block(child)

    def _mark_deleted(self, paragraph: Any) -> bool:
        """Whether the paragraph's end was deleted, which joins it to the next."""
        return paragraph.find(f"{_W}pPr/{_W}rPr/{_W}del") is not None

    def _inline(self, element: Any) -> Iterator[str]:
        for child in element:
            tag = child.tag
            if tag == _W + "r":
                yield from self._run(child)
            elif tag in (_W + "del", _W + "moveFrom"):
                self._keep_deleted(child)
            elif tag == _W + "sdt":
                yield self._control(child, self._inline)
            elif tag == _W + "pPr":
                continue
            elif isinstance(tag, str):
                # w:ins, w:moveTo, w:hyperlink, w:smartTag, w:fldSimple: their runs are text like any other.
                yield from self._inline(child)

    def _run(self, run: Any) -> Iterator[str]:
        properties = run.find(_W + "rPr")
        if (
            properties is not None
            and (vanish := properties.find(_W + "vanish")) is not None
            and vanish.get(_W + "val") not in ("0", "false")
        ):
            self.hidden.append("".join(self._run_text(run)))
            return
        yield from self._run_text(run)

    def _run_text(self, run: Any) -> Iterator[str]:
        for child in run:
            tag = child.tag
            if tag == _W + "t":
                yield child.text or ""
            elif tag == _W + "tab":
                yield "\t"
            elif tag in (_W + "br", _W + "cr"):
                yield "\n"
            elif tag == _W + "noBreakHyphen":
                yield "-"
            elif tag == _W + "delText":
                self.deleted.append(child.text or "")
            elif tag == _W + "fldChar":
                yield self._checkbox(child)
            elif tag == _MC + "AlternateContent":
                # The same text box twice, for newer and for older programs.
                choice = child.find(_MC + "Choice")
                yield from self._boxes(choice if choice is not None else child)
            elif tag in (_W + "drawing", _W + "pict", _W + "object"):
                yield from self._boxes(child)

    def _boxes(self, element: Any) -> Iterator[str]:
        for box in element.iter(_W + "txbxContent"):
            yield "\n" + "".join(self._block(box))
        for path in element.iter(_V + "textpath"):
            # A watermark.
            self.hidden.append(path.get("string") or "")

    def _checkbox(self, field: Any) -> str:
        box = field.find(f"{_W}ffData/{_W}checkBox")
        if box is None:
            return ""
        state = box.find(_W + "checked")
        state = box.find(_W + "default") if state is None else state
        ticked = state is not None and state.get(_W + "val") not in ("0", "false")
        return "☒ " if ticked else "☐ "

    def _control(self, control: Any, walk: Any) -> str:
        content = control.find(_W + "sdtContent")
        properties = control.find(_W + "sdtPr")
        text = "" if content is None else "".join(walk(content))
        if properties is None:
            return text
        if properties.find(_W + "showingPlcHdr") is not None:
            # "Click here to enter text" is nobody's answer.
            return "\n" if text.endswith("\n") else ""
        names = [named.get(_W + "val") or "" for tag in ("alias", "tag") if (named := properties.find(_W + tag)) is not None]
        if name := next((name for name in names if meaning(name)), next(filter(None, names), "")):
            self.controls.append((name, text.strip()))
        return text

    def _keep_deleted(self, element: Any) -> None:
        words = "".join(part.text or "" for part in element.iter(_W + "delText", _W + "t"))
        if words:
            self.deleted.append(words)

    def _table(self, table: Any) -> Iterator[str]:
        rows = [[self._cell(cell) for cell in self._cells(row)] for row in self._rows(table)]
        place = 0
        while place < len(rows):
            row, after = rows[place], rows[place + 1] if place + 1 < len(rows) else []
            if len(row) > 1 and len(after) == len(row) and all(map(_is_heading, row)) and not any(map(_is_heading, after)):
                # Headings beside each other with the answers under them.
                for heading, answer in zip(row, after, strict=True):
                    yield f"{heading}\n{answer}\n"
                place += 2
                continue
            for cell in row:
                yield cell + "\n"
            place += 1

    def _rows(self, table: Any) -> Iterator[Any]:
        for child in table:
            if child.tag == _W + "tr":
                if child.find(f"{_W}trPr/{_W}del") is not None:
                    self._keep_deleted(child)
                else:
                    yield child
            elif child.tag in (_W + "sdt", _W + "sdtContent", _W + "ins"):
                yield from self._rows(child)

    def _cells(self, row: Any) -> Iterator[Any]:
        for child in row:
            if child.tag == _W + "tc":
                yield child
            elif child.tag in (_W + "sdt", _W + "sdtContent", _W + "ins"):
                yield from self._cells(child)

    def _cell(self, cell: Any) -> str:
        return "".join(self._block(cell)).strip()


def _is_heading(text: str) -> bool:
    return bool(text) and len(text) < 100 and meaning(text.strip(" :")) is not None


# PDF


def _read_pdf(raw: bytes, mapping: Mapping[str, str]) -> dict[str, Any]:
    if b"%PDF-" not in raw[:1024]:
        raise IntakeError("the file is no .pdf, whatever its ending says", hint="give it the ending of what it is, or save it again")
    import pypdf

    # Its warnings quote the file.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)
    try:
        reader = pypdf.PdfReader(io.BytesIO(raw), strict=False)
        # Some are locked against changes only, and open with no password.
        locked = reader.is_encrypted and not reader.decrypt("")
        pages = 0 if locked else len(reader.pages)
    except Exception:
        raise damaged(".pdf file") from None
    if locked:
        raise IntakeError("the file is locked with a password", hint="take the password off and send it again")
    if not pages:
        raise damaged(".pdf file")
    if pages > PAGE_LIMIT:
        raise IntakeError(f"the document has {pages} pages; the limit is {PAGE_LIMIT}", hint="send the pages that hold the report")
    try:
        texts, notes, scanned = _pages(reader)
        named = _form_fields(reader)
        other: dict[str, Any] = {"properties": _information(reader), "notes": notes, "attachments": _embedded(reader)}
        foreign_form = _has_foreign_form(reader)
    except IntakeError:
        raise
    except Exception:
        raise damaged(".pdf file") from None
    other = {name: kept for name, kept in other.items() if kept}
    if scanned:
        which = ", ".join(map(str, scanned[:10]))
        raise IntakeError(f"it is a scan: no text on page {which}", hint="run text recognition (OCR) over it, or type the report in")
    if foreign_form and not named:
        raise IntakeError("it is a form whose answers only its own program shows", hint="open it and print it to a PDF")
    answers, unknown = fields_of(named, mapping)
    if unknown:
        raise IntakeError(
            f"{len(unknown)} of its filled-in fields have unknown names",
            hint='name them under [columns] in a --mapping file, as "other" if only to be sealed, or print the form to a PDF',
        )
    if named:
        other["fields"] = [[name, value] for name, value in named]
    return _fields("\n".join(texts).strip("\n"), answers, other, "document")


def _has_foreign_form(reader: Any) -> bool:
    """Whether the form is XFA, whose answers only Adobe's own programs show."""
    form = reader.trailer["/Root"].get_object().get("/AcroForm")
    return form is not None and "/XFA" in form.get_object()


def _pages(reader: Any) -> tuple[list[str], list[str], list[int]]:
    """Return the text of each page, the notes on them, and the numbers of pages that are pictures only."""
    texts: list[str] = []
    notes: list[str] = []
    scanned: list[int] = []
    characters = 0
    for number, page in enumerate(reader.pages, start=1):
        contents = page.get_contents()
        if contents is not None and len(contents.get_data()) > _PAGE_CONTENT_LIMIT_BYTES:
            raise IntakeError(f"page {number} is too big to be read", hint="print the document to a PDF, or type the report in")
        text = page.extract_text()
        characters += len(text)
        if characters > 2 * NARRATIVE_LIMIT_CHARACTERS:
            raise IntakeError("the document is too long for one report", hint="send the pages that hold the report")
        typed_over, others = _annotations(page)
        if typed_over:
            raise IntakeError(
                f"text is laid over page {number} as a note", hint="print the document to a PDF, so that the note becomes text"
            )
        notes += others
        if not text.strip() and _has_picture(page):
            scanned.append(number)
        texts.append(text)
    return texts, notes, scanned


def _annotations(page: Any) -> tuple[list[str], list[str]]:
    typed_over, others = [], []
    for reference in page.get("/Annots") or ():
        annotation = reference.get_object()
        words = str(annotation.get("/Contents") or "").strip()
        if words and annotation.get("/Subtype") == "/FreeText":
            typed_over.append(words)
        elif words:
            others.append(words)
    return typed_over, others


def _has_picture(page: Any) -> bool:
    resources = page.get("/Resources")
    objects = resources.get_object().get("/XObject") if resources is not None else None
    return bool(objects is not None and len(objects.get_object())) or b"BI " in (
        page.get_contents().get_data() if page.get_contents() else b""
    )


def _form_fields(reader: Any) -> list[tuple[str, str]]:
    """Return name and answer of every field that is filled in; a box gives yes or no by its name."""
    named = []
    for name, filled in (reader.get_fields() or {}).items():
        value = filled.get("/V")
        if value is None or filled.get("/FT") == "/Sig":
            continue
        if isinstance(value, list):
            value = ", ".join(map(str, value))
        text = str(value.get_object() if hasattr(value, "get_object") else value)
        if filled.get("/FT") == "/Btn":
            text = {"/Off": "", "/Yes": "yes", "/No": "no", "/On": "yes", "/1": "yes"}.get(text, text.removeprefix("/"))
        if text.strip():
            label = str(filled.get("/TU") or "")
            bare = str(name)
            named.append((label if label and not _is_known(bare) else bare, text.replace("\r\n", "\n").replace("\r", "\n")))
    return named


def _is_known(name: str) -> bool:
    return meaning(name) is not None or meaning(re.sub(r"[\W\d_]+\Z", "", name)) is not None or not letters(name)


def _information(reader: Any) -> dict[str, str]:
    return {str(name).removeprefix("/"): str(value) for name, value in (reader.metadata or {}).items() if value}


def _embedded(reader: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    attached: dict[str, Any] = dict(reader.attachments)
    left = _EMBEDDED_LIMIT_BYTES
    for name, contents in attached.items():
        left -= sum(map(len, contents))
        if left < 0:
            raise IntakeError("it has files attached that are too big to be sealed with it", hint="send the attached files by themselves")
        found[str(name)] = [base64.b64encode(content).decode("ascii") for content in contents]
    return found
