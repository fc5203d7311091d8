"""A shared drive as it is: every file comes out, as submissions or rejected with its bytes, and no message tells of one."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cpi_sanitise.intake import Accepted, Rejected, read_rows
from tests import files

SECRET = "Quetzal"
ROWS = b"narrative,reference\nQuetzal one,%d\n,%d\nQuetzal two,%d\n"

# name, contents, how many rows are accepted and rejected
FILES: list[tuple[str, bytes, int, int]] = [
    ("01 Quetzal.docx", files.docx_of(*files.form_text().split("\n")), 1, 0),
    ("02 table.docx", files.docx_table([[heading, answer or ""] for heading, answer in files.FORM]), 1, 0),
    ("03 letter.docx", files.docx_of("Quetzal"), 1, 0),
    ("04 cut.docx", files.docx_of("Quetzal")[:2000], 0, 1),
    ("05 zero.docx", b"", 0, 1),
    ("06 bomb.docx", files.bomb(files.docx_of("Quetzal"), "word/document.xml"), 0, 1),
    ("07 entity.docx", files.with_entity(files.docx_of("Quetzal"), "word/document.xml"), 0, 1),
    ("08 locked.docx", files.compound_file({"EncryptedPackage": b"Quetzal"}), 0, 1),
    ("09 pdf.docx", files.pdf_of("Quetzal"), 0, 1),
    ("10 form.pdf", files.pdf_of(files.form_text()), 1, 0),
    ("11 fields.pdf", files.pdf_form([("Name", "Quetzal"), ("Information", "Two men.")]), 1, 0),
    ("12 scan.pdf", files.pdf_scan(), 0, 1),
    ("13 locked.pdf", files.pdf_locked("x"), 0, 1),
    ("14 cut.pdf", files.pdf_of("Quetzal")[:400], 0, 1),
    ("15 zero.pdf", b"", 0, 1),
    ("16 text.pdf", b"Quetzal", 0, 1),
    ("17 table.xlsx", files.xlsx_of(["reference", "narrative"], ["x1", "Quetzal"], ["x2", None], ["x3", "Quetzal"]), 2, 1),
    ("18 headings.xlsx", files.xlsx_of(["Quetzal", "narrative"], ["a", "b"]), 0, 1),
    ("19 bomb.xlsx", files.bomb(files.xlsx_of(["narrative"], ["Quetzal"]), "xl/worksheets/sheet1.xml"), 0, 1),
    ("20 cut.xlsx", files.xlsx_of(["narrative"], ["Quetzal"])[:1500], 0, 1),
    ("21 zero.xlsx", b"", 0, 1),
    ("22 table.parquet", files.parquet_of(narrative=["Quetzal", ""], reference=["p1", "p2"]), 1, 1),
    ("23 cut.parquet", files.parquet_of(narrative=["Quetzal"])[:-9], 0, 1),
    ("24 plain.eml", files.eml_of("Quetzal"), 1, 0),
    ("25 html.eml", files.eml_of(html="<p>Quetzal</p>"), 1, 0),
    ("26 attached.eml", files.eml_of("Quetzal", attachments=[("Quetzal.docx", files.docx_of("Two men.")), ("b.pdf", b"x")]), 2, 1),
    ("27 forward.eml", files.eml_of("From: Wyn <w@example.org>\nSent: x\nTo: y\n\nQuetzal", subject="FW: x"), 1, 0),
    ("28 empty.eml", files.eml_of(""), 0, 1),
    ("29 zero.eml", b"", 0, 1),
    ("30 bytes.eml", b"From: a@example.org\n\nSi\xe2n Quetzal", 0, 1),
    ("31 plain.msg", files.msg_of("Quetzal"), 1, 0),
    ("32 attached.msg", files.msg_of("Quetzal", attachments=[("Quetzal.txt", b"Quetzal")]), 2, 0),
    ("33 cut.msg", files.msg_of("Quetzal " * 999)[:3000], 0, 1),
    ("34 other.msg", b"Quetzal", 0, 1),
    ("35 rows.csv", ROWS % (101, 102, 103), 2, 1),
    ("36 headings.csv", b"Quetzal,narrative\nx,y\n", 0, 1),
    ("37 zero.csv", b"", 0, 1),
    ("38 rows.tsv", (ROWS % (201, 202, 203)).replace(b",", b"\t"), 2, 1),
    ("39 rows.jsonl", b'{"narrative": "Quetzal"}\n{"narrative": "Quet\n\n{"narrative": "Quetzal"}\n', 2, 1),
    ("40 list.json", json.dumps([{"narrative": "Quetzal"}]).encode(), 1, 0),
    ("41 cut.json", b'[{"narrative": "Quetzal"}', 1, 1),
    ("42 text.txt", b"Quetzal", 1, 0),
    ("43 form.txt", files.form_text().encode(), 1, 0),
    ("44 bytes.txt", b"Si\xe2n Quetzal", 0, 1),
    ("45 zero.txt", b"", 0, 1),
    ("46 old.doc", b"Quetzal", 0, 1),
    ("47 picture.jpg", b"Quetzal", 0, 1),
    ("48 Quetzal", b"Quetzal", 0, 1),
    (".49 hidden.txt", b"Quetzal", 0, 1),
    ("~$01 Quetzal.docx", b"Quetzal", 0, 1),
    ("below/42 text.txt", b"Quetzal again", 1, 0),
    ("below/deep/51 text.txt", b"Quetzal", 1, 0),
    ("below/\udcff.txt", b"Quetzal", 1, 0),  # a name that is not UTF-8
]


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    for name, raw, _, _ in FILES:
        path = tmp_path / "drive" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    return tmp_path / "drive"


def test_every_file_of_a_mixed_folder_is_accounted_for(drive):
    assert len(FILES) >= 40
    rows = list(read_rows([drive]))
    found = {name: [0, 0] for name, *_ in FILES}
    for row in rows:
        name = next(name for name in sorted(found, key=len, reverse=True) if row.source == name or row.source.startswith(name + "/"))
        found[name][isinstance(row, Rejected)] += 1
    assert found == {name: [accepted, rejected] for name, _, accepted, rejected in FILES}


def test_what_is_rejected_keeps_its_bytes_and_says_nothing(drive):
    contents = {name: raw for name, raw, *_ in FILES}
    for row in read_rows([drive]):
        shown = repr(row) + (row.reason + row.cure if isinstance(row, Rejected) else "")
        assert SECRET not in shown
        assert not any(name in shown for name in contents)
        if isinstance(row, Rejected):
            assert row.reason
            assert row.cure
            if row.source in contents and row.source.endswith((".docx", ".pdf", ".msg", ".eml")):
                assert row.raw == contents[row.source]


def test_files_are_read_in_order_of_path_whatever_the_disk_says(drive, monkeypatch):
    before = [(row.file, row.source) for row in read_rows([drive])]
    scandir = os.scandir

    class Backwards:
        def __init__(self, folder: Path) -> None:
            with scandir(folder) as entries:
                self.entries = sorted(entries, key=lambda entry: entry.name, reverse=True)

        def __enter__(self):
            return iter(self.entries)

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(os, "scandir", Backwards)
    assert [(row.file, row.source) for row in read_rows([drive])] == before


def test_references_stay_apart_across_folders(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.txt").write_text("Two men.")
    rows = list(read_rows([tmp_path / "a", tmp_path / "b"]))
    assert [row.submission.reference for row in rows if isinstance(row, Accepted)] == ["x", "x (file 2)"]


def test_links_pipes_and_locked_files_are_rejected_and_not_opened(tmp_path):
    (tmp_path / "drive").mkdir()
    (tmp_path / "secret.txt").write_text(SECRET)
    (tmp_path / "drive" / "a.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "drive" / "b").symlink_to(tmp_path)  # a loop, if it were followed
    os.mkfifo(tmp_path / "drive" / "c.txt")
    rows = list(read_rows([tmp_path / "drive"]))
    assert [row.reason for row in rows] == [
        "it is a link, which is not followed",
        "it is a link, which is not followed",
        "it is no file but a device or a pipe",
    ]
    assert not any(SECRET.encode() in row.raw for row in rows)


def test_a_file_that_goes_away_or_may_not_be_read_is_a_row(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("Two men.")
    (tmp_path / "b.txt").write_text("A car.")
    rows = read_rows([tmp_path])
    (tmp_path / "a.txt").unlink()
    gone, there = rows
    assert (gone.reason, there.submission.narrative) == ("file 1 cannot be read: No such file or directory", "A car.")


def test_an_empty_folder_has_no_rows(tmp_path):
    assert list(read_rows([tmp_path])) == []


def test_a_broken_library_does_not_end_the_run(drive, monkeypatch):
    def broken(*_: object) -> None:
        raise RecursionError(SECRET)

    monkeypatch.setattr("cpi_sanitise.documents.read_document", broken)
    rows = [row for row in read_rows([drive]) if row.source.endswith((".docx", ".pdf")) and not row.source.startswith(("2", "3", "~"))]
    assert all(isinstance(row, Rejected) and SECRET not in row.reason and row.raw is not None for row in rows)
    assert len(rows) == 16
