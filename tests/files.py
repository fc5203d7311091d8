"""Files of every format that intake reads, made by code, so that a test shows what is in them."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from typing import Any

import docx
import openpyxl
import pyarrow
import pypdf
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pyarrow import parquet
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

FORM = [
    ("Your Details", None),
    ("Name", "Nerys Ough"),
    ("Organisation", "Elmtree School"),
    ("Telephone", "07700 900123"),
    ("Email", "n.ough@elmtree.example"),
    ("Information including date and location", "On 20 November two men sold tablets by the co-op in Andover.\nHis name is Jay."),
    ("Information Source", None),
    ("Where did this information come from?", ""),
    ("Name", "Wyn Tafler"),
    ("Date of Birth", "01/02/1980"),
    ("Address", "3 Quay Street"),
    ("Can they be re-contacted?", "☐ Yes ☒ No"),
    ("Telephone", "07700 900124"),
    ("Email", "wyn@example.org"),
    ("If yes, provide details", "After six"),
    ("How did they find this information out?", "Saw it from the window"),
    ("When did they find this information out?", "Monday"),
    ("Who else have you shared this information with?", "Nobody"),
    ("If Police act on this information what difficulties might there be?", "Only one flat looks out there"),
    ("How can we mitigate those difficulties?", "Wait a week"),
]
NARRATIVE = str(FORM[5][1])
ANSWERS = {
    "submitter_name": "Nerys Ough",
    "submitter_organisation": "Elmtree School",
    "submitter_telephone": "07700 900123",
    "submitter_email": "n.ough@elmtree.example",
    "source_name": "Wyn Tafler",
    "source_dob": "01/02/1980",
    "source_address": "3 Quay Street",
    "can_recontact": "no",
    "source_telephone": "07700 900124",
    "source_email": "wyn@example.org",
    "recontact_details": "After six",
    "how_found_out": "Saw it from the window",
    "when_found_out": "Monday",
    "shared_with": "Nobody",
    "difficulties": "Only one flat looks out there",
    "mitigation": "Wait a week",
}


def form_text(separator: str = "\n", between: str = " ") -> str:
    """The form as running text: `separator` before each heading, `between` before its answer."""
    return separator.join(heading if answer is None else f"{heading}{between}{answer}" for heading, answer in FORM)


# Word


def saved(document: Any) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def docx_of(*paragraphs: str) -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    return saved(document)


def docx_table(rows: Sequence[Sequence[str]]) -> bytes:
    document = docx.Document()
    table = document.add_table(rows=0, cols=max(map(len, rows)))
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=False):
            cell.text = text
    return saved(document)


def docx_xml(*blocks: str) -> bytes:
    """A document whose body is the given WordprocessingML."""
    document = docx.Document()
    for block in blocks:
        end = block.index(">") - block[: block.index(">")].endswith("/")
        document.element.body.insert(-1, parse_xml(f"{block[:end]} {nsdecls('w')}{block[end:]}"))
    return saved(document)


def rewritten(package: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """A ZIP package with every member put through `change`."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return file.getvalue()


ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y "Quetzal">]>'


def with_entity(package: bytes, part: str) -> bytes:
    def change(name: str, content: bytes) -> bytes:
        return ENTITY + re.sub(rb"\A<\?xml.*?\?>", b"", content) if name == part else content

    return rewritten(package, change)


def bomb(package: bytes, part: str, size: int = 20_000_000) -> bytes:
    return rewritten(package, lambda name, content: content + b" " * size if name == part else content)


# Spreadsheets and Parquet


def xlsx_of(*rows: Sequence[Any], change: Callable[[Any], None] = lambda workbook: None) -> bytes:
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    change(workbook)
    return saved(workbook)


def parquet_of(**columns: list[Any]) -> bytes:
    file = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), file)
    return file.getvalue()


# PDF


def pdf_of(*pages: str) -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4)
    for page in pages:
        text = canvas.beginText(40, 800)
        for line in page.split("\n"):
            text.textLine(line)
        canvas.drawText(text)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def pdf_scan() -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4)
    image = io.BytesIO(b"P6 2 2 255\n" + bytes(range(12)))
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    canvas.drawImage(ImageReader(Image.open(image)), 0, 0, 500, 700)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def pdf_form(answers: Sequence[tuple[str, str]]) -> bytes:
    """A PDF with a form whose text fields have these names and answers."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4)
    for place, (name, answer) in enumerate(answers):
        canvas.acroForm.textfield(name=name, value=answer, x=40, y=780 - 20 * place, width=300, height=18, maxlen=1000)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def pdf_locked(password: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf_of("Quetzal")))
    writer.encrypt(password, owner_password="owner", algorithm="AES-256")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def pdf_note(subtype: str, words: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf_of("Two men sold tablets.")))
    note = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject(subtype),
            NameObject("/Contents"): TextStringObject(words),
            NameObject("/Rect"): ArrayObject(),
        }
    )
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(note)])
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


# Mail


def eml_of(
    body: str = "",
    *,
    html: str = "",
    sender: str = "Nerys Ough <n.ough@elmtree.example>",
    subject: str = "Information",
    attachments: Sequence[tuple[str, bytes]] = (),
) -> bytes:
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = "intel@police.example"
    mail["Date"] = "Fri, 20 Nov 2026 14:05:00 +0000"
    mail["Subject"] = subject
    if body or not html:
        mail.set_content(body)
    if html:
        if body:
            mail.add_alternative(html, subtype="html")
        else:
            mail.set_content(html, subtype="html")
    for name, content in attachments:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


# Outlook's .msg: MS-OXMSG properties in a compound file (MS-CFB), as small as the two specifications allow.

_STREAM, _STORAGE, _ROOT = 2, 1, 5
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
Storage = dict[str, Any]


def msg_of(
    body: str = "",
    *,
    html: str = "",
    sender: tuple[str, str] = ("Nerys Ough", "n.ough@elmtree.example"),
    subject: str = "Information",
    attachments: Sequence[tuple[str, bytes]] = (),
    message: dict[str, Any] | None = None,
) -> bytes:
    return compound_file(_message(32, body=body, html=html, sender=sender, subject=subject, attachments=attachments, message=message))


def _message(
    header: int,
    *,
    body: str = "",
    html: str = "",
    sender: tuple[str, str] = ("", ""),
    subject: str = "",
    attachments: Sequence[tuple[str, bytes]] = (),
    message: dict[str, Any] | None = None,
) -> Storage:
    storage = _properties(
        header, {0x001A: "IPM.Note", 0x0037: subject, 0x0C1A: sender[0], 0x0C1F: sender[1], 0x1000: body, 0x1013: html.encode()}
    )
    for place, (name, content) in enumerate(attachments):
        storage[f"__attach_version1.0_#{place:08X}"] = _properties(8, {0x3707: name, 0x3701: content, 0x3705: 1})
    if message is not None:
        attached = _properties(8, {0x3705: 5})
        attached["__substg1.0_3701000D"] = _message(24, **message)
        storage[f"__attach_version1.0_#{len(attachments):08X}"] = attached
    return storage


def _properties(header: int, values: dict[int, str | bytes | int]) -> Storage:
    entries = [struct.pack("<HHI4s4x", 3, 0x3FDE, 6, struct.pack("<I", 65001))] if header > 8 else []
    storage: Storage = {}
    for pid, value in values.items():
        if isinstance(value, int):
            entries.append(struct.pack("<HHIII", 3, pid, 6, value, 0))
        elif value:
            kind, content = (0x1F, value.encode("utf-16-le", "surrogatepass")) if isinstance(value, str) else (0x102, value)
            storage[f"__substg1.0_{pid:04X}{kind:04X}"] = content
            entries.append(struct.pack("<HHIII", kind, pid, 6, len(content), 0))
    return {"__properties_version1.0": bytes(header) + b"".join(entries), **storage}


def compound_file(tree: Storage) -> bytes:
    """Write a compound file: folders as dictionaries, streams as bytes."""
    entries: list[dict[str, Any]] = []
    mini, fat, sectors = b"", [], b""
    minifat: list[int] = []

    def store(content: bytes) -> int:
        nonlocal sectors
        start, count = len(fat), -(-len(content) // 512)
        sectors += content.ljust(count * 512, b"\0")
        fat.extend([*range(start + 1, start + count), _END] if count else [])
        return start if count else _END

    def add(name: str, kind: int, content: Any) -> int:
        nonlocal mini
        place = len(entries)
        entry = {"name": name, "kind": kind, "left": _FREE, "right": _FREE, "child": _FREE, "start": 0, "size": 0}
        entries.append(entry)
        if kind == _STREAM:
            entry["size"] = len(content)
            if len(content) >= 4096:
                entry["start"] = store(content)
            elif content:
                entry["start"], count = len(minifat), -(-len(content) // 64)
                minifat.extend([*range(len(minifat) + 1, len(minifat) + count), _END])
                mini += content.ljust(count * 64, b"\0")
            else:
                entry["start"] = _END
            return place
        children = [
            add(child, _STORAGE if isinstance(inner, dict) else _STREAM, inner)
            for child, inner in sorted(content.items(), key=lambda item: (len(item[0]), item[0].upper()))
        ]
        entry["child"] = balanced(children)
        return place

    def balanced(places: list[int]) -> int:
        if not places:
            return _FREE
        middle = len(places) // 2
        entries[places[middle]]["left"] = balanced(places[:middle])
        entries[places[middle]]["right"] = balanced(places[middle + 1 :])
        return places[middle]

    add("Root Entry", _ROOT, tree)
    entries[0]["start"], entries[0]["size"] = (store(mini), len(mini)) if mini else (_END, 0)
    minifat_start = store(b"".join(struct.pack("<I", value) for value in [*minifat, *[_FREE] * (-len(minifat) % 128)])) if minifat else _END
    directory = b""
    for entry in entries:
        name = entry["name"].encode("utf-16-le") + b"\0\0"
        directory += struct.pack("<64sHBB3I16sI8s8sIQ", name, len(name), entry["kind"], 1, entry["left"], entry["right"], entry["child"],
                                 b"", 0, b"", b"", entry["start"], entry["size"])  # fmt: skip
    directory_start = store(
        directory + b"".join(struct.pack("<64sHBB3I", b"", 0, 0, 0, _FREE, _FREE, _FREE) + bytes(48) for _ in range(-len(entries) % 4))
    )
    fat_count = 1
    while len(fat) + fat_count > fat_count * 128:
        fat_count += 1
    fat_start = len(fat)
    fat.extend([_FAT] * fat_count)
    table = [*fat, *[_FREE] * (fat_count * 128 - len(fat))]
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, 0, fat_count, directory_start, 0, 4096,
        minifat_start, -(-len(minifat) // 128), _END, 0,
    )  # fmt: skip
    places = [fat_start + place for place in range(fat_count)]
    header += b"".join(struct.pack("<I", value) for value in [*places, *[_FREE] * (109 - fat_count)])
    return header + sectors + b"".join(struct.pack("<I", value) for value in table)
