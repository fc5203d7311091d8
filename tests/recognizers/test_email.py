"""What `EmailRecognizer` finds, leaves, and where it stops."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("to kaz.smith@example.com.", ["kaz.smith@example.com"]),
        ("<honor@penrose.example>", ["honor@penrose.example"]),
        ("KAZ_99@MAIL.EXAMPLE.CO.UK", ["KAZ_99@MAIL.EXAMPLE.CO.UK"]),
        ("kaz @ example.com", ["kaz @ example.com"]),
        ("kaz@gmail", ["kaz@gmail"]),  # ending left off
        ("kaz@example . com", ["kaz@example . com"]),
        ("kaz (at) example.co.uk", ["kaz (at) example.co.uk"]),
        ("kaz dot smith at gmail dot com", ["kaz dot smith at gmail dot com"]),
        ("email kaz at example dot co dot uk", ["kaz at example dot co dot uk"]),
        ("look at bbc.co.uk", []),
        ("meet @kaz_99 @ 10pm", []),
        ("@@@@", []),
    ],
)
def test_email(text: str, expected: list[str], find: Callable[[str, str], list[str]]) -> None:
    assert find("EmailRecognizer", text) == expected
