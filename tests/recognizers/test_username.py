"""What `UsernameRecognizer` finds, leaves, and where it stops."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("find @kaz_99 there", ["@kaz_99"]),
        ("snap: jay.b04", ["jay.b04"]),
        ("his insta is kaz_99", ["kaz_99"]),
        ("on Insta as kazzab", ["kazzab"]),
        ("Xbox gamertag: KillaKaz", ["KillaKaz"]),
        ("on Snapchat under 'baby kaz'", ["baby kaz"]),
        ("jay.b04 on snap", ["jay.b04"]),
        ("Facebook name Kaz Smyth", ["Kaz Smyth"]),
        ("kaz#1234", ["kaz#1234"]),
        ("posts as GradeGeezer", ["GradeGeezer"]),
        ("an account named reza_drips", ["reza_drips"]),
        ("cloud underscore nine underscore leeds", ["cloud underscore nine underscore leeds"]),
        ("Telegram @white_rampart", ["@white_rampart"]),
        ("his snap is private", []),
        ("added her on snap last week", []),
        ("on Instagram and Facebook", []),  # platforms' names
        ("meet @ 10pm, @10pm, @home", []),
        ("see IMG_2231.jpg", []),
        ("kaz@example.com", []),
    ],
)
def test_username(text: str, expected: list[str], find: Callable[[str, str], list[str]]) -> None:
    assert find("UsernameRecognizer", text) == expected
