"""`accept`: planted strings are found wherever they come out, and only there."""

import json

import pytest

from cpi_sanitise.acceptance import Planted, appearances, is_in, read_strings
from cpi_sanitise.errors import CommandError


def found(store, *strings):
    return [
        (one.string, one.file, one.line, one.start, one.end)
        for one in appearances(store, [Planted(number, text) for number, text in enumerate(strings, start=1)])
    ]


@pytest.mark.parametrize(
    ("string", "text", "comes_out"),
    [
        ("07700 900123", "call 07700900123 now", True),
        ("07700900123", "call 0 7700-900 123 now", True),
        ("Ysolde Marsh", "and YSOLDE  MARSH said", True),
        ("Ysolde Marsh", "Ysolde was on the marsh", False),
        ("Zoë Núñez", json.dumps("by ZOË Núñez"), True),
        ("Zoë Núñez", "by Zoë Núñez", True),
        ("Ann", "Ann called", True),
        ("Ann", "an annual call by Joanna", False),
        ("Ann", '"sealed": "-----BEGIN AGE\\nxx Ann yy"', False),
        ("BD51 SMR", '"sealed": "bd51smr"', True),
    ],
)
def test_a_string_is_found_in_any_spacing_and_case(tmp_path, string, text, comes_out):
    (tmp_path / "part.jsonl").write_text(text, encoding="utf-8")
    assert bool(found(tmp_path, string)) is comes_out


def test_every_byte_is_named(tmp_path):
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "Ysolde.jsonl").write_bytes("é\nso é Ysolde\n".encode())
    assert found(tmp_path, "Ysolde") == [(1, "log/Ysolde.jsonl", 0, 4, 10), (1, "log/Ysolde.jsonl", 2, 6, 12)]
    line = (tmp_path / "log" / "Ysolde.jsonl").read_bytes().split(b"\n")[1]
    assert line[6:12] == b"Ysolde"


def test_the_list_has_comments_and_must_have_strings(tmp_path):
    path = tmp_path / "must-not-come-out.txt"
    path.write_text("# names\nYsolde\n\n  Kit \n", encoding="utf-8")
    assert [(one.number, one.text) for one in read_strings(tmp_path)] == [(2, "Ysolde"), (4, "Kit")]
    assert "Ysolde" not in repr(read_strings(tmp_path))
    for content in ("", "# only\n", "Ysolde\n--\n"):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(CommandError):
            read_strings(tmp_path)
    path.unlink()
    with pytest.raises(CommandError):
        read_strings(tmp_path)


def test_a_string_that_no_text_holds_is_known():
    assert is_in(Planted(1, "07700 900123"), ["ring 07700900123"])
    assert not is_in(Planted(1, "07700 900123"), ["ring 07700900124"])
