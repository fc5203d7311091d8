"""Word lists say where they come from and stay small enough to review and to ship."""

from __future__ import annotations

from pathlib import Path

import pytest

import recognizers
from recognizers.phone import is_public

LISTS = sorted((Path(recognizers.__file__).parent / "words").glob("*.txt"))


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_first_line_names_source_and_date(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# ")
    assert "2026" in first


def test_lists_are_small() -> None:
    assert sum(path.stat().st_size for path in LISTS) < 600_000


@pytest.mark.parametrize(
    ("digits", "public"),
    [
        ("08001111", True),
        ("08082000247", True),
        ("116123", True),
        ("03001234567", True),
        ("441632960123", False),
        ("07700900123", False),
        ("999", True),
    ],
)
def test_public_numbers(digits: str, public: bool) -> None:
    assert is_public(digits) is public
