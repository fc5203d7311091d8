"""XLSX and Parquet: what a spreadsheet shows is read, what it hides is sealed or rejected, and nothing is worked out."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import pytest

from cpi_sanitise.columns import ColumnMapping
from cpi_sanitise.errors import ColumnsError, IntakeError
from cpi_sanitise.intake import Accepted, Rejected, read_columns, read_rows
from cpi_sanitise.submission import Submission
from tests import files


@pytest.fixture
def read(tmp_path):
    def read(name: str, raw: bytes, **options: Any) -> list[Submission | Rejected]:
        (tmp_path / name).write_bytes(raw)
        return [row.submission if isinstance(row, Accepted) else row for row in read_rows([tmp_path / name], **options)]

    return read


def test_a_spreadsheet_is_read_under_its_headings(read):
    raw = files.xlsx_of(
        ["Reference", "Information including date and location", "Name", "Date of birth", "can_recontact", "received_at"],
        [2026118, "Two men.\nA car.", "Siân", datetime(1980, 2, 1), True, datetime(2026, 11, 20, 14, 5)],
        [None, None, " "],
        ["B7", "A car.", None, date(1981, 3, 2), 1.5, None],
    )
    first, second = read("a.xlsx", raw)
    assert (first.reference, first.narrative, first.received_at) == ("2026118", "Two men.\nA car.", datetime(2026, 11, 20, 14, 5))
    assert first.form == {"submitter_name": "Siân", "source_dob": "1980-02-01", "can_recontact": "yes"}
    assert (second.reference, second.form) == ("B7", {"source_dob": "1981-03-02", "can_recontact": "1.5"})
    assert first.other == {"file_name": "a.xlsx"}


def hide(workbook: Any) -> None:
    workbook.active.column_dimensions["B"].hidden = True
    workbook.create_sheet("Quetzal").append(["secret"])
    workbook["Quetzal"].sheet_state = "veryHidden"


def test_hidden_columns_and_sheets_are_sealed(read):
    raw = files.xlsx_of(["narrative", "Name", "Name"], ["Two men.", "Quetzal", "Nerys Ough"], ["A car.", "Xolo", ""], change=hide)
    first, second = read("a.xlsx", raw)
    assert first.form == {"submitter_name": "Nerys Ough"}
    assert first.other == {"hidden column 2: Name": "Quetzal", "hidden_sheets": {"Quetzal": [["secret"]]}, "file_name": "a.xlsx"}
    assert second.other == {"hidden column 2: Name": "Xolo", "file_name": "a.xlsx"}


def hide_row(workbook: Any) -> None:
    workbook.active.row_dimensions[2].hidden = True


def formula(workbook: Any) -> None:
    workbook.active["B2"] = '="Que"&"tzal"'


def second_sheet(workbook: Any) -> None:
    workbook.create_sheet("More").append(["narrative"])
    workbook["More"].append(["Two men."])
    workbook.create_sheet("Empty")


@pytest.mark.parametrize(
    ("change", "reason"),
    [(hide_row, "the row is hidden"), (formula, "formula without a stored value")],
)
def test_a_row_that_cannot_be_read_as_shown_is_rejected(read, change, reason):
    rejected, accepted = read("a.xlsx", files.xlsx_of(["narrative", "reference"], ["Quetzal", "1"], ["A car.", "2"], change=change))
    assert reason in rejected.reason
    assert (rejected.row, b"Quetzal" in rejected.raw) == (2, True)
    assert accepted.narrative == "A car."


def test_every_shown_sheet_is_read(read):
    found = read("a.xlsx", files.xlsx_of(["narrative"], ["A car."], change=second_sheet))
    assert [(row.narrative, row.reference) for row in found] == [("A car.", "a:2"), ("Two men.", "a:2.2")]


def test_headings_may_stand_below_a_title(read):
    (found,) = read("a.xlsx", files.xlsx_of(["Returns of Quetzal"], [], ["narrative", "reference"], ["Two men.", "1"]))
    assert (found.narrative, found.reference) == ("Two men.", "1")
    assert found.other["above_the_headings"] == [["Returns of Quetzal"]]


def test_cells_beyond_the_headings_reject_the_row(read):
    (rejected,) = read("a.xlsx", files.xlsx_of(["narrative"], ["Two men.", "Quetzal"]))
    assert "beyond its 1 headings" in rejected.reason


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b"Quetzal", "no .xlsx"),
        (files.docx_of("Quetzal"), "no .xlsx"),
        (files.compound_file({"EncryptedPackage": b"Quetzal"}), "password"),
        (files.xlsx_of(["narrative"], ["Quetzal"])[:2000], "damaged"),
        (files.bomb(files.xlsx_of(["narrative"], ["Quetzal"]), "xl/worksheets/sheet1.xml"), "unpacks"),
        (files.with_entity(files.xlsx_of(["narrative"], ["Quetzal"]), "xl/worksheets/sheet1.xml"), "entities"),
        (files.with_entity(files.xlsx_of(["narrative"], ["Quetzal"]), "xl/workbook.xml"), "entities"),
        (files.rewritten(files.xlsx_of(["narrative"], ["Quetzal"]), lambda n, c: c[:90] if "sheet1" in n else c), "damaged"),
    ],
)  # fmt: skip
def test_a_bad_spreadsheet_is_a_rejected_row_with_its_bytes(read, raw, reason):
    (rejected,) = read("a.xlsx", raw)
    assert isinstance(rejected, Rejected)
    assert reason in rejected.reason
    assert rejected.cure
    assert rejected.raw == raw
    assert "Quetzal" not in repr(rejected)


@pytest.mark.parametrize(
    ("name", "raw", "message"),
    [
        ("a.xlsx", files.xlsx_of(["reference"], ["1"]), "0 narrative columns"),
        ("a.xlsx", files.xlsx_of(["narrative", "Yolanda"], ["1", "2"]), "unknown or repeated heading in column 2"),
        ("a.xlsx", files.xlsx_of(), "no headings"),
        ("a.parquet", files.parquet_of(narrative=["x"], Yolanda=["y"]), "unknown or repeated heading in column 2"),
        ("a.parquet", files.parquet_of(narrative=["x"], submiter_name=["y"]), "guessed heading in column 2"),
        ("a.xlsx", files.xlsx_of(["narrative", "submiter_name"], ["1", "2"]), "guessed heading in column 2"),
    ],
)
def test_wrong_headings_stop_the_run_before_it_begins(tmp_path, name, raw, message):
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(IntakeError, match=message) as caught:
        read_rows([tmp_path / name])
    assert caught.value.hint
    assert "Yolanda" not in str(caught.value)


def test_a_guess_is_shown_and_taken_only_when_confirmed(tmp_path, read):
    path = tmp_path / "a.csv"
    path.write_text("lnformation including date and location,Organization,Ward\nTwo men.,Elmtree School,North\n")
    mapping = ColumnMapping({"Ward": "other"})
    ((sheet, columns),) = read_columns(path, mapping=mapping)
    assert [(column.target, column.guessed_from) for column in columns] == [
        ("narrative", "Information including date and location"),
        ("submitter_organisation", "Organisation"),
        ("other", None),
    ]
    with pytest.raises(ColumnsError, match="column 1, 2"):
        read_rows([path], mapping=mapping)
    # In a folder too: nobody would want a whole export rejected for it.
    with pytest.raises(ColumnsError):
        read_rows([tmp_path], mapping=mapping)
    (row,) = read_rows([path], mapping=mapping, accept_columns=True)
    assert isinstance(row, Accepted)
    assert row.submission.form == {"submitter_organisation": "Elmtree School"}


def test_parquet_is_read_in_batches(read):
    raw = files.parquet_of(narrative=[f"Report {row}" for row in range(450)], reference=list(range(450)), mappa=[None, True] * 225)
    found = read("a.parquet", raw)
    assert [row.narrative for row in found] == [f"Report {row}" for row in range(450)]
    assert [row.form for row in found[:2]] == [{}, {"mappa": "yes"}]


@pytest.mark.parametrize("raw", [b"", b"PAR1Quetzal", files.parquet_of(narrative=["Quetzal"])[:-20]])
def test_bad_parquet_is_a_rejected_row(read, raw):
    (rejected,) = read("a.parquet", raw)
    assert (rejected.raw, "damaged" in rejected.reason) == (raw, True)


def test_structures_in_parquet_are_rejected_row_by_row(read):
    (rejected,) = read("a.parquet", files.parquet_of(narrative=[["Quetzal"]]))
    assert "list" in rejected.reason
    assert b"Quetzal" in rejected.raw


def test_missing_pyarrow_is_said(monkeypatch, read):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    (rejected,) = read("a.parquet", files.parquet_of(narrative=["Quetzal"]))
    assert "cpi_sanitise[parquet]" in rejected.cure


def test_a_long_sheet_is_read_within_bounded_memory(tmp_path):
    import tracemalloc

    import openpyxl

    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet()
    sheet.append(["narrative"])
    for row in range(800):
        sheet.append([f"{row} " + "x" * 2000])
    file = io.BytesIO()
    workbook.save(file)
    (tmp_path / "a.xlsx").write_bytes(file.getvalue())
    rows = read_rows([tmp_path / "a.xlsx"])
    next(rows)
    tracemalloc.start()
    count = sum(1 for _ in rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 799
    # The megabyte and a half of text is not held.
    assert peak < 1_000_000
