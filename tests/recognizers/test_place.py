"""What `PlaceRecognizer` finds, leaves, and where it stops."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in Hazel Park", ["Hazel Park"]),
        ("the Fallowmead estate", ["Fallowmead estate"]),
        ("Rennie House and Hadley Tower", ["Rennie House", "Hadley Tower"]),
        ("at Saxby Rec", ["Saxby Rec"]),
        ("The Red Lion", ["Red Lion"]),
        ("near the Weavers Arms", ["Weavers Arms"]),
        ("Bayford Hatch lay-by", ["Bayford Hatch lay-by"]),
        ("Merrow Industrial Estate", ["Merrow Industrial Estate"]),
        ("the Kingfisher Shopping Centre", ["Kingfisher Shopping Centre"]),
        ("Cuckoo Wood", ["Cuckoo Wood"]),
        ("in the car park by the police station", []),
        ("at the shopping centre, the train station, the estate", []),
        ("Magistrates Court, Crown Court, the crack house", []),
        ("a Skoda estate", []),
        ("a trap house, a safe house, White House", []),
        ("Andover, Basingstoke and Hampshire", []),  # towns and counties stay
    ],
)
def test_place(text: str, expected: list[str], find: Callable[[str, str], list[str]]) -> None:
    assert find("PlaceRecognizer", text) == expected
