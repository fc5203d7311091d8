"""Cue words are matched whole, on either side, and as phrases."""

from __future__ import annotations

import pytest

from recognizers.context import Cues

CUES = Cues("reg", "date of birth", "d.o.b.")


@pytest.mark.parametrize(
    ("before", "after", "beside"),
    [
        ("his reg is ", "", True),
        ("a regular ", "", False),  # Presidio would find "reg" in "regular"
        ("registered ", "", False),
        ("", " was the reg", True),  # Presidio looks only before
        ("date of birth: ", "", True),
        ("the date of the birth ", "", False),
        ("D.O.B. ", "", True),
        ("reg one two three four five six ", "", False),  # seven words away
        ("reg one two three four five ", "", True),
        ("", "", False),
    ],
)
def test_cue_beside(before: str, after: str, beside: bool) -> None:
    text = before + "X" + after
    assert CUES.beside(text, len(before), len(before) + 1) is beside
