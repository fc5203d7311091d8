"""What `PostcodeRecognizer` finds, leaves, and where it stops."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lives at SO16 9ZZ", ["SO16 9ZZ"]),
        ("lives at so16 9zz", ["so16 9zz"]),
        ("lives at so169zz", ["so169zz"]),
        ("lives at SO169ZZ.", ["SO169ZZ"]),
        ("lives at SO16  9ZZ", ["SO16  9ZZ"]),
        ("lives at S016 9ZZ", ["S016 9ZZ"]),  # nought typed for O
        ("lives at SO16 OZZ", ["SO16 OZZ"]),  # O typed for nought
        ("lives at SOl6 9ZZ", ["SOl6 9ZZ"]),  # l typed for 1
        ("EC1A 1BB, W1A 1HQ, M1 1AA", ["EC1A 1BB", "W1A 1HQ", "M1 1AA"]),
        ("GIR 0AA and BFPO 57", ["GIR 0AA", "BFPO 57"]),
        ("postcode SO16", ["SO16"]),
        ("in the SO16 area", ["SO16"]),
        ("postcode starts SO16 9", ["SO16 9"]),
        ("a flat in SE15", ["SE15"]),
        ("a flat on Admiralty Road, NR30 3, rent paid", ["NR30 3"]),
        ("SO16 9**", ["SO16 9**"]),  # part-masked
        ("the postcode starts bee ell one", ["bee ell one"]),  # dictated
        ("M3 5th March", []),
        ("the M27 and", []),
        ("B12 injections", []),
        ("K12 was", []),
        ("QA1 1AA", []),  # no such area
        ("AB51 ABC", []),  # a plate
        ("so 16 2nd years", []),
        ("section 115", []),
        ("AD 362", []),
        ("Year 9 and Category A1", []),
    ],
)
def test_postcode(text: str, expected: list[str], find: Callable[[str, str], list[str]]) -> None:
    assert find("PostcodeRecognizer", text) == expected
