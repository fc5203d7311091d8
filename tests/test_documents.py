"""Word and PDF: the form's answers where the form puts them, nothing that a reader does not see, and no bad file read."""

from __future__ import annotations

import docx
import pytest
from docx.oxml import OxmlElement

from cpi_sanitise.documents import read_document
from cpi_sanitise.errors import IntakeError
from tests import files
from tests.files import ANSWERS, FORM, NARRATIVE


def control(name: str, text: str) -> str:
    return (
        f'<w:p><w:sdt><w:sdtPr><w:alias w:val="{name}"/></w:sdtPr><w:sdtContent><w:r><w:t>{text}</w:t></w:r></w:sdtContent></w:sdt></w:p>'
    )


def run(text: str, properties: str = "") -> str:
    return f'<w:r>{properties}<w:t xml:space="preserve">{text}</w:t></w:r>'


SIDE_BY_SIDE = [
    ["Name", "Organisation"],
    ["Nerys Ough", "Elmtree School"],
    ["Information including date and location", NARRATIVE],
    ["Where did this information come from?", ""],
    ["How did they find this information out?", "Saw it"],
]


@pytest.mark.parametrize(
    ("ending", "raw", "form"),
    [
        (".docx", files.docx_of(*files.form_text().split("\n")), ANSWERS),
        (".docx", files.docx_table([[heading, answer or ""] for heading, answer in FORM]), ANSWERS),
        (".docx", files.docx_table([[f"{heading}\n{answer or ''}"] for heading, answer in FORM]), ANSWERS),
        (
            ".docx",
            files.docx_table(SIDE_BY_SIDE),
            {"submitter_name": "Nerys Ough", "submitter_organisation": "Elmtree School", "how_found_out": "Saw it"},
        ),
        (
            ".docx",
            files.docx_xml(control("submitter_name", "Nerys Ough"), control("narrative", NARRATIVE), control("Ward", "North")),
            {"submitter_name": "Nerys Ough"},
        ),
        (".pdf", files.pdf_of(files.form_text().replace("☐ Yes ☒ No", "No")), ANSWERS),
        (".pdf", files.pdf_of(*files.form_text().replace("☐ Yes ☒ No", "No").replace("\nIf yes", "\f\nIf yes").split("\f")), ANSWERS),
        (
            ".pdf",
            files.pdf_form([("Name", "Nerys Ough"), ("Information", NARRATIVE), ("Name_2", "Wyn Tafler")]),
            {"submitter_name": "Nerys Ough", "source_name": "Wyn Tafler"},
        ),
        (".docx", files.docx_of(*NARRATIVE.split("\n")), {}),
        (".pdf", files.pdf_of(NARRATIVE), {}),
    ],
)
def test_a_document_becomes_a_submission(ending, raw, form):
    fields = read_document(raw, ending, {})
    assert fields["narrative"] == NARRATIVE
    assert fields.get("form", {}) == form


def test_a_mapping_names_the_fields_of_a_form():
    raw = files.pdf_form([("Text1", NARRATIVE), ("Text2", "Nerys Ough"), ("Text3", "North")])
    fields = read_document(raw, ".pdf", {"Text1": "narrative", "Text2": "submitter_name", "Text3": "other"})
    assert (fields["narrative"], fields["form"]) == (NARRATIVE, {"submitter_name": "Nerys Ough"})
    assert ["Text3", "North"] in fields["other"]["fields"]


@pytest.mark.parametrize(
    ("block", "narrative", "sealed"),
    [
        (f'<w:p>{run("Two men.")}<w:del w:author="x"><w:r><w:delText>Quetzal</w:delText></w:r></w:del></w:p>', "Two men.", "deleted"),
        (f'<w:p>{run("Two ")}<w:ins w:author="x">{run("men.")}</w:ins></w:p>', "Two men.", None),
        (f'<w:p>{run("Two men.")}<w:moveFrom>{run("Quetzal")}</w:moveFrom></w:p>', "Two men.", "deleted"),
        (f'<w:p>{run("Two men.")}{run("Quetzal", "<w:rPr><w:vanish/></w:rPr>")}</w:p>', "Two men.", "hidden"),
        (f'<w:p>{run("Two men.")}{run("!", "<w:rPr><w:vanish w:val=&quot;0&quot;/></w:rPr>".replace("&quot;", chr(34)))}</w:p>', "Two men.!", None),
        (f'<w:p>{run("Two men.")}<w:r><w:instrText>Quetzal</w:instrText></w:r></w:p>', "Two men.", None),
        (f'<w:p><w:hyperlink>{run("Two")}</w:hyperlink>{run(" men.")}</w:p>', "Two men.", None),
        (f'<w:p>{run("Two")}<w:r><w:tab/><w:t>men.</w:t><w:br/><w:t>A car.</w:t></w:r></w:p>', "Two\tmen.\nA car.", None),
        (
            f'<w:p><w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{run("Click here")}</w:sdtContent></w:sdt>{run("Two men.")}</w:p>',
            "Two men.",
            None,
        ),
    ],
)  # fmt: skip
def test_only_what_a_reader_sees_is_narrative(block, narrative, sealed):
    fields = read_document(files.docx_xml(block), ".docx", {})
    assert fields["narrative"] == narrative
    if sealed:
        assert fields["other"][sealed] == ["Quetzal"]


def test_what_stands_beside_the_text_is_sealed():
    document = docx.Document()
    document.core_properties.author = "Quetzal Author"
    paragraph = document.add_paragraph("Two men.")
    document.sections[0].header.paragraphs[0].text = "Quetzal Header"
    document.add_comment(paragraph.runs, text="Quetzal Comment", author="Quetzal Reviewer")
    fields = read_document(files.saved(document), ".docx", {})
    assert fields["narrative"] == "Two men."
    assert fields["other"]["properties"]["author"] == "Quetzal Author"
    assert fields["other"]["headers"] == ["Quetzal Header"]
    assert fields["other"]["comments"] == ["Quetzal Reviewer:\nQuetzal Comment"]


def test_notes_and_properties_of_a_pdf_are_sealed():
    fields = read_document(files.pdf_note("/Text", "Quetzal"), ".pdf", {})
    assert fields["narrative"] == "Two men sold tablets."
    assert fields["other"]["notes"] == ["Quetzal"]
    assert fields["other"]["properties"]["Author"] == "anonymous"


def with_foreign_part() -> bytes:
    document = docx.Document()
    document.add_paragraph("Two men.")
    document.element.body.insert(0, OxmlElement("w:altChunk"))
    return files.saved(document)


WHOLE = files.docx_of("Quetzal " * 2000)
PDF = files.pdf_of("Quetzal")


@pytest.mark.parametrize(
    ("ending", "raw", "reason"),
    [
        (".docx", b"", "empty"),
        (".pdf", b"", "empty"),
        (".docx", b"Quetzal", "no .docx"),
        (".pdf", b"Quetzal", "no .pdf"),
        (".docx", PDF, "no .docx"),
        (".pdf", WHOLE, "no .pdf"),
        (".docx", files.xlsx_of(["Quetzal"]), "no .docx"),
        (".docx", WHOLE[: len(WHOLE) // 2], "damaged"),
        (".docx", WHOLE.replace(b"PK\x01\x02", b"PK\x01\x03"), "damaged"),
        (".docx", files.rewritten(WHOLE, lambda name, content: content[:200] if name == "word/document.xml" else content), "damaged"),
        (".pdf", PDF[:300], "damaged"),
        (".docx", files.compound_file({"EncryptedPackage": b"Quetzal"}), "password"),
        (".pdf", files.pdf_locked("Quetzal"), "password"),
        (".docx", files.bomb(WHOLE, "word/document.xml"), "unpacks"),
        (".docx", files.bomb(WHOLE, "docProps/core.xml"), "unpacks"),
        (".docx", files.with_entity(WHOLE, "word/document.xml"), "entities"),
        (".docx", files.with_entity(WHOLE, "docProps/core.xml"), "entities"),
        (".docx", with_foreign_part(), "another format"),
        (".pdf", files.pdf_scan(), "a scan"),
        (".pdf", files.pdf_of(*["x"] * 301), "301 pages"),
        (".pdf", files.pdf_note("/FreeText", "Quetzal"), "laid over page 1"),
        (".pdf", files.pdf_form([("Text1", "Quetzal")]), "unknown names"),
        (".docx", files.docx_of(files.form_text().replace("Information including date and location", "")), "AD 362"),
    ],
)  # fmt: skip
def test_what_must_be_looked_at_is_refused_with_a_cure(ending, raw, reason):
    with pytest.raises(IntakeError, match=reason) as caught:
        read_document(raw, ending, {})
    assert caught.value.hint
    assert "Quetzal" not in f"{caught.value} {caught.value.hint}"
    assert caught.value.__cause__ is None


def test_a_pdf_that_is_locked_against_changes_only_is_read():
    assert read_document(files.pdf_locked(""), ".pdf", {})["narrative"] == "Quetzal"


def test_a_member_that_lies_about_its_size_is_refused():
    raw = bytearray(files.bomb(WHOLE, "word/document.xml", 20_000_000))
    # The directory is made to say one kilobyte.
    at = raw.rindex(b"word/document.xml") - 46
    raw[at + 24 : at + 28] = (1024).to_bytes(4, "little")
    with pytest.raises(IntakeError):
        read_document(bytes(raw), ".docx", {})
