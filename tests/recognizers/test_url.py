"""What `UrlRecognizer` finds, leaves, and where it stops."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see https://t.me/kaz99.", ["https://t.me/kaz99"]),  # without the full stop
        ("(www.example.com/a)", ["www.example.com/a"]),
        ("facebook.com/kaz.smith,", ["facebook.com/kaz.smith"]),
        ("hxxp://kaz.example/x", ["hxxp://kaz.example/x"]),
        ("discord.gg/abcd", ["discord.gg/abcd"]),
        ("sells at kazshop.co.uk", ["kazshop.co.uk"]),
        ("on facebook.com and gov.uk", []),  # a platform, a public body
        ("see https://www.gov.uk/guidance", []),
        ("kaz@example.com", []),
        ("he went home.so did she", []),  # no space typed
        ("s.47 and 4.30pm", []),
    ],
)
def test_url(text: str, expected: list[str], find: Callable[[str, str], list[str]]) -> None:
    assert find("UrlRecognizer", text) == expected
