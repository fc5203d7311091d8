"""Every row comes out once, as a submission or as a rejection that says what to do and quotes nothing."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpi_sanitise import intake
from cpi_sanitise.columns import ColumnMapping
from cpi_sanitise.errors import IntakeError
from cpi_sanitise.intake import Accepted, Rejected, _Seen, read_rows, read_submissions
from cpi_sanitise.submission import Submission

Read = Callable[..., list[Any]]


@pytest.fixture
def read(tmp_path) -> Read:
    """Write one file of the given name and read it."""

    def read(name: str, content: str | bytes, *, mapping: str | None = None, encoding: str | None = None) -> list[Submission | Rejected]:
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        columns = None
        if mapping is not None:
            (tmp_path / "mapping.toml").write_text(mapping)
            columns = ColumnMapping.from_toml(tmp_path / "mapping.toml")
        return list(read_submissions([tmp_path / name], mapping=columns, encoding=encoding))

    return read


# What can be read

FULL = Submission(
    "2026/118",
    "Two men.\nA car.",
    {"submitter_name": "Siân"},
    datetime(2026, 11, 20, 14, 5, tzinfo=UTC),
    {"ward": 3},
)
FULL_ROW = {
    "reference": "2026/118",
    "narrative": "Two men.\nA car.",
    "form": {"submitter_name": "Siân", "source_name": None},
    "received_at": "2026-11-20T14:05:00Z",
    "other": {"ward": 3},
}
SHORT = Submission("1", "Two men.")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.jsonl", json.dumps(FULL_ROW) + "\n", [FULL]),
        ("a.ndjson", json.dumps(FULL_ROW, ensure_ascii=False) + "\r\n\r\n \n", [FULL]),
        ("a.JSON", json.dumps(FULL_ROW, indent=1), [FULL]),
        ("a.json", json.dumps([FULL_ROW, {"reference": 1, "narrative": "Two men."}], indent=1), [FULL, SHORT]),
        ("a.json", " [ ] \n", []),
        ("a.jsonl", "", []),
        ("a.jsonl", "\ufeff" + '{"reference": "1", "narrative": "Two men."}', [SHORT]),
        ("a.jsonl", '{"narrative": "Two men."}', [Submission("a:1", "Two men.")]),  # known by its place
        ("a.jsonl", '{"narrative": "One\u2028line"}', [Submission("a:1", "One\u2028line")]),
        ("a.jsonl", r'{"narrative": "half an emoji \ud83d"}', [Submission("a:1", "half an emoji \ud83d")]),
        ("a.jsonl", r'{"narrative": "NUL \u0000"}', [Submission("a:1", "NUL \0")]),
        (
            "a.json",
            '{"narrative": "x", "form": {"can_recontact": true, "mappa": false, "source_telephone": 2380000000}}',
            [Submission("a:1", "x", {"can_recontact": "yes", "mappa": "no", "source_telephone": "2380000000"})],
        ),
        ("a.csv", "reference,narrative\n1,Two men.\n", [SHORT]),
        ("a.csv", "reference,narrative\n1,Two men.", [SHORT]),
        ("a.csv", "Reference;NARRATIVE\r\n1;Two men.\r\n", [SHORT]),
        ("a.csv", "reference|narrative\n1|Two men.\n", [SHORT]),
        ("a.tsv", "reference\tnarrative\n1\tTwo men.\n", [SHORT]),
        ("a.csv", "\ufeffreference,narrative\n1,Two men.\n", [SHORT]),
        ("a.csv", "narrative\nTwo men.\n", [Submission("a:2", "Two men.")]),
        ("a.csv", "reference,narrative\n\n,\n1,Two men.\n , \n", [SHORT]),  # blank rows
        ("a.csv", 'narrative\n"Two ""men"",\r\na car."\n', [Submission("a:2", 'Two "men",\r\na car.')]),
        ("a.csv", 'narrative\n"' + "x" * 200_000 + '"\n', [Submission("a:2", "x" * 200_000)]),  # Python's own limit is 131,072
        ("a.csv", "narrative,Submitter Name,source_name\nTwo men.,Siân, \n", [Submission("a:2", "Two men.", {"submitter_name": "Siân"})]),
        (
            "a.csv",
            "narrative,received_at\nTwo men.,2026-11-20\n",
            [Submission("a:2", "Two men.", received_at=datetime(2026, 11, 20))],
        ),
        ("note.txt", "Two men.\r\nA car.", [Submission("note", "Two men.\r\nA car.")]),
        ("note.txt", "\ufeffTwo men.", [Submission("note", "Two men.")]),
        ("note.txt", "a\x00b \u202ebidi\u202c 👩‍👩‍👧‍👦", [Submission("note", "a\x00b \u202ebidi\u202c 👩‍👩‍👧‍👦")]),
        ("note.txt", "Siân".encode("utf-16"), [Submission("note", "Siân")]),
        ("a.csv", "narrative\r\nSiân\r\n".encode("utf-16"), [Submission("a:2", "Siân")]),
        ("a.jsonl", '{"narrative": "Siân"}\n'.encode("utf-16"), [Submission("a:1", "Siân")]),
    ],
)
def test_rows_become_submissions(read, name, content, expected):
    assert read(name, content) == expected


def test_the_printed_ad_362_form_is_understood(read):
    headings = [
        "Name",
        "Organisation",
        "Telephone",
        "Email",
        "Information including date and location",
        "Name",
        "Date of Birth",
        "Address",
        "Can they be re-contacted?",
        "Telephone",
        "Email",
        "If yes, provide details",
        "How did they find this information out?",
        "When did they find this information out?",
        "Who else have you shared this information with?",
        "If Police act on this information what difficulties might there be?",
        "How can we mitigate those difficulties?",
    ]
    quoted = ",".join(f'"{heading}"' for heading in headings)
    (submission,) = read("a.csv", quoted + "\n" + ",".join(f"cell {place}" for place in range(len(headings))) + "\n")
    assert submission.narrative == "cell 4"
    assert submission.form == {
        "submitter_name": "cell 0",
        "submitter_organisation": "cell 1",
        "submitter_telephone": "cell 2",
        "submitter_email": "cell 3",
        "source_name": "cell 5",
        "source_dob": "cell 6",
        "source_address": "cell 7",
        "can_recontact": "cell 8",
        "source_telephone": "cell 9",
        "source_email": "cell 10",
        "recontact_details": "cell 11",
        "how_found_out": "cell 12",
        "when_found_out": "cell 13",
        "shared_with": "cell 14",
        "difficulties": "cell 15",
        "mitigation": "cell 16",
    }


MAPPING = """
[columns]
"Ref No" = "reference"
"What happened" = "narrative"
"District" = "other"
[options]
delimiter = ";"
encoding = "cp1252"
received_at_format = "%d/%m/%Y %H:%M"
"""


def test_a_mapping_file_says_what_is_what(read):
    content = "Ref No;what happened;District;received_at\n1;Siân;North;20/11/2026 14:05\n".encode("cp1252")
    assert read("a.csv", content, mapping=MAPPING) == [Submission("1", "Siân", {}, datetime(2026, 11, 20, 14, 5), {"District": "North"})]


def test_unknown_columns_can_be_kept(read):
    mapping = '[options]\nunknown_columns = "other"'
    assert read("a.csv", "narrative,Ward\nTwo men.,North\n", mapping=mapping) == [Submission("a:2", "Two men.", other={"Ward": "North"})]


# What cannot be read


@pytest.mark.parametrize(
    ("name", "content", "row", "reason"),
    [
        ("a.jsonl", '{"narrative": ""}', 1, "the narrative is empty"),
        ("a.jsonl", '{"narrative": "   "}', 1, "the narrative is empty"),
        ("a.jsonl", json.dumps({"narrative": "x" * 5_000_000}), 1, "the limit is 1,000,000"),
        ("a.jsonl", '{"narrative": 7}', 1, "fields of a submission: narrative"),
        ("a.jsonl", '{"narrative": null}', 1, "fields of a submission: narrative"),
        ("a.jsonl", "{}", 1, "fields of a submission: narrative"),
        ("a.jsonl", '{"narrative": "x", "Yolanda": "x"}', 1, "fields of a submission: an unknown key"),
        ("a.jsonl", '{"narrative": "x", "form": {"Yolanda": "x"}}', 1, "the form has an unknown field"),
        ("a.jsonl", '{"narrative": "x", "form": {"source_name": 1.5}}', 1, "fields of a submission: form"),
        ("a.jsonl", '{"narrative": "x", "form": {"source_name": ["Yolanda"]}}', 1, "fields of a submission: form"),
        ("a.jsonl", '{"narrative": "x", "received_at": "Yolanda"}', 1, "`received_at` is not a date"),
        ("a.jsonl", '{"narrative": "x", "narrative": "Yolanda"}', 1, "not JSON"),  # a key twice
        ("a.jsonl", '{"narrative": "x", "other": {"x": NaN}}', 1, "not JSON"),
        ("a.jsonl", '\n{"narrative": "Yolanda"', 2, "not JSON"),
        ("a.jsonl", '"Yolanda"', 1, "not an object"),
        ("a.jsonl", "[" * 100_000, 1, "not JSON"),
        ("a.jsonl", '{"narrative": 1' + "0" * 5000 + "}", 1, "not JSON"),
        ("a.jsonl", b'{"narrative": "Si\xe2n Yolanda"}', 1, "bytes that are not utf-8"),
        ("a.json", "", 1, "not JSON"),
        ("a.json", '[{"narrative": "x"} {"narrative": "Yolanda"}]', 2, "after this element"),
        ("a.json", '[{"narrative": "x"}, {"narrative": Yolanda}]', 2, "from this element on"),
        ("a.json", '[{"narrative": "x"}', 2, "after this element"),
        ("a.json", '[{"narrative": "x"}] Yolanda', 2, "from this element on"),
        ("a.json", b'[{"narrative": "x"}, {"narrative": "Si\xe2n"}]', 2, "bytes that are not utf-8"),
        ("a.csv", "reference,narrative\n1,\n", 2, "the narrative is empty"),
        ("a.csv", "reference,narrative\n\n1,Yolanda,x\n", 3, "3 cells under 2 headings"),
        ("a.csv", "reference,narrative\n1\n", 2, "1 cells under 2 headings"),
        ("a.csv", 'reference,narrative\n1,"Yolanda" x\n', 2, "quotation mark"),
        ("a.csv", 'reference,narrative\n1,"Yolanda\n2,x\n', 2, "quotation mark"),
        ("a.csv", b"reference,narrative\n1,Si\xe2n Yolanda\n", 2, "bytes that are not utf-8"),
        ("a.txt", "", 1, "the narrative is empty"),
        ("a.txt", b"Si\xe2n Yolanda", 1, "bytes that are not utf-8"),
        ("a.txt", "Yolanda".encode("utf-16-le"), 1, "looks like UTF-16"),
        ("a.txt", b"\xff\xfeY\x00\x00", 1, "damaged UTF-16"),
    ],
)
def test_bad_rows_are_rejected_with_a_cure_and_without_their_text(read, name, content, row, reason):
    *_, rejected = read(name, content)
    assert isinstance(rejected, Rejected)
    assert (rejected.row, rejected.file, rejected.source) == (row, 1, name)
    assert reason in rejected.reason
    assert rejected.cure
    for secret in ("Yolanda", "Siân", name):
        assert secret not in repr(rejected)
    raw = content if isinstance(content, bytes) else content.encode()
    assert rejected.raw in raw or raw.startswith(b"\xff\xfe")


@pytest.mark.parametrize("depth", [10, 300, 900, 2000])
def test_deep_nesting_is_sealed_or_rejected(read, depth):
    (row,) = read("a.jsonl", '{"narrative": "x", "other": {"x": ' + "[" * depth + "]" * depth + "}}")
    assert isinstance(row, Submission if depth <= 10 else Submission | Rejected)


def test_one_bad_row_does_not_stop_the_rest(read):
    rows = [b'{"narrative": "one"}', b"{", b'{"narrative": "\xff"}', b'{"narrative": "four"}']
    found = read("a.jsonl", b"\n".join(rows))
    assert [row.narrative if isinstance(row, Submission) else row.row for row in found] == ["one", 2, 3, "four"]
    assert [row.raw for row in found if isinstance(row, Rejected)] == [rows[1] + b"\n", rows[2] + b"\n"]


def test_csv_goes_on_after_a_row_out_of_order(read):
    found = read("a.csv", 'narrative\none\n"two" x\nthree\nfour,five\nsix\n')
    assert [row.narrative if isinstance(row, Submission) else row.row for row in found] == ["one", 3, "three", 5, "six"]


def test_the_later_of_two_equal_references_is_rejected(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"reference": "1", "narrative": "first"}\n{"narrative": "no reference"}\n')
    (tmp_path / "b.csv").write_text("reference,narrative\n2,second\n1,third\n,fourth\n")
    first, none, second, third, fourth = read_submissions([tmp_path / "a.jsonl", tmp_path / "b.csv"])
    assert [first.narrative, none.reference, second.narrative, fourth.reference] == ["first", "a:2", "second", "b:4"]
    assert (third.file, third.row, third.reason) == (2, 3, "its reference was used by an earlier row")


def test_a_rejected_row_does_not_use_up_its_reference(read):
    rejected, accepted = read("a.csv", "reference,narrative\n1,\n1,Two men.\n")
    assert isinstance(rejected, Rejected)
    assert accepted == SHORT


def test_old_windows_text_is_read_where_it_is_declared(read):
    assert read("a.txt", b"Si\xe2n \x93quoted\x94", encoding="cp1252") == [Submission("a", "Siân “quoted”")]
    (undefined,) = read("a.txt", b"Si\x81n", encoding="cp1252")
    assert "bytes that are not cp1252" in undefined.reason
    assert undefined.raw == b"Si\x81n"


def test_a_byte_order_mark_goes_before_a_declared_encoding(read):
    assert read("a.txt", "\ufeffSiân".encode(), encoding="cp1252") == [Submission("a", "Siân")]


# What is wrong with a file as a whole


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.doc", "x", "file 1 is of an unknown sort"),
        ("a", "x", "file 1 is of an unknown sort"),
        ("a.csv", "", "file 1 has no headings"),
        ("a.csv", "reference,Yolanda\n1,x\n", "unknown or repeated heading in column 2"),
        ("a.csv", "narrative,submiter_name\nx,Yolanda\n", "guessed heading in column 2"),
        ("a.csv", "narrative,narrative\nx,y\n", "unknown or repeated heading in column 2"),
        ("a.csv", "reference,submitter_name\nx,y\n", "file 1 has 0 narrative columns"),
        ("a.csv", "narrative,information\nx,y\n", "file 1 has 2 narrative columns"),
        ("a.csv", "narrative,name,submitter_name\nx,y,z\n", "file 1 has two columns for submitter_name"),
        ("a.csv", 'narrative,"x\n', "file 1 has no headings"),
        ("a.csv", "narrative\nx\n".encode("utf-16-le"), "looks like UTF-16 without a byte order mark"),
        ("a.jsonl", '{"narrative": "x"}'.encode("utf-16-be"), "looks like UTF-16 without a byte order mark"),
        ("a.csv", b"\xff\xfex", "damaged UTF-16"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_before_any_row(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(IntakeError, match=message) as caught:
        read_rows([tmp_path / name])
    assert caught.value.hint
    assert "Yolanda" not in str(caught.value) + caught.value.hint


def test_a_missing_file_is_named_by_its_number(tmp_path):
    (tmp_path / "a.txt").write_text("Two men.")
    with pytest.raises(IntakeError, match="file 2 cannot be read: No such file") as caught:
        read_rows([tmp_path / "a.txt", tmp_path / "Yolanda.txt"])
    assert "Yolanda" not in str(caught.value)


def test_an_encoding_must_be_known(tmp_path):
    with pytest.raises(IntakeError, match="encoding"):
        read_rows([], encoding="rot13")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[columns", "is not TOML"),
        ("[columms]", "unknown key"),
        ("[columns]\nx = 1", "wrong sort"),
        ('[columns]\nx = "surname"', "unknown meaning"),
        ('[columns]\nx = "narrative"\ny = "narrative"', "same meaning"),
        ('[options]\ndelimiter = "ab"', "delimiter cannot be one"),
        ("[options]\ndelimiter = '\"'", "delimiter cannot be one"),
        ('[options]\nencoding = "utf-7"', "encoding is unknown"),
        ('[options]\nunknown_columns = "drop"', "`unknown_columns` is unknown"),
    ],
)
def test_a_bad_mapping_is_refused(tmp_path, text, message):
    (tmp_path / "m.toml").write_text(text)
    with pytest.raises(IntakeError, match=message) as caught:
        ColumnMapping.from_toml(tmp_path / "m.toml")
    assert caught.value.hint
    assert caught.value.__cause__ is None


def test_a_mapping_must_fit_its_file(read):
    with pytest.raises(IntakeError, match="lacks 1 columns of the mapping"):
        read("a.csv", "Ref No;What happened\n1;x\n", mapping=MAPPING)


# Nothing is lost


def test_rows_keep_their_place_and_bytes(tmp_path):
    (tmp_path / "a.csv").write_bytes('\ufeffnarrative\r\n"one\r\nSiân"\r\ntwo\r\n'.encode())
    rows = list(read_rows([tmp_path / "a.csv"]))
    assert all(isinstance(row, Accepted) for row in rows)
    assert [(row.file, row.row, row.raw) for row in rows] == [(1, 2, '"one\r\nSiân"\r\n'.encode()), (1, 3, b"two\r\n")]
    assert "Siân" not in repr(rows)
    assert "a.csv" not in repr(rows)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["a.csv", "a.tsv", "a.jsonl", "a.json", "a.txt"]))
def test_any_bytes_come_out_whole_or_are_refused_whole(tmp_path, content, name):
    head = b"narrative,reference\n" if name == "a.csv" else b"narrative\treference\n" if name == "a.tsv" else b""
    path: Path = tmp_path / name
    path.write_bytes(head + content)
    try:
        rows = list(read_rows([path]))
    except IntakeError:
        return
    if name == "a.json" or content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return
    # Blank rows are all that is passed over: nothing but spaces and delimiters.
    assert visible(b"".join(row.raw for row in rows)) == visible(content)


def visible(content: bytes) -> str:
    return "".join(content.decode("utf-8", "surrogateescape").replace(",", "").replace("\ufeff", "").split())


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.text(alphabet=st.characters()).filter(str.strip), max_size=5), st.booleans())
def test_any_text_survives_json(tmp_path, narratives, as_list):
    rows = [{"narrative": narrative} for narrative in narratives]
    path = tmp_path / ("a.json" if as_list else "a.jsonl")
    path.write_text(json.dumps(rows) if as_list else "".join(json.dumps(row) + "\n" for row in rows))
    assert [submission.narrative for submission in read_submissions([path])] == narratives


@given(st.lists(st.text(max_size=6), max_size=300), st.text(max_size=6))
def test_references_are_known_again(references, other):
    seen = _Seen()
    for reference in references:
        seen.add(reference)
    assert all(reference in seen for reference in references)
    assert (other in seen) == (other in references)


def test_a_million_references_need_little_memory():
    tracemalloc.start()
    seen = _Seen()
    for number in range(60_000):
        assert f"2026/{number}" not in seen
        seen.add(f"2026/{number}")
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size / 60_000 < 30
    assert all(f"2026/{number}" in seen for number in range(60_000))


def test_a_reference_that_looks_like_another_rejects_the_row_and_keeps_its_bytes(tmp_path, monkeypatch):
    """Once in millions of runs."""
    monkeypatch.setattr(intake, "_short_hash", lambda text: 7)
    path = tmp_path / "a.jsonl"
    path.write_text('{"reference": "1", "narrative": "a"}\n{"reference": "2", "narrative": "b"}\n')
    first, second = intake.read_rows([path])
    assert isinstance(first, intake.Accepted)
    assert (second.reason, second.raw) == ("its reference was used by an earlier row", b'{"reference": "2", "narrative": "b"}\n')
