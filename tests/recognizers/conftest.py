"""The one thing every table needs: what a recognizer finds in a text, as strings."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from recognizers import RECOGNIZERS

Find = Callable[[str, str], list[str]]


def found(name: str, text: str) -> list[str]:
    """Return the texts at the offsets that the named recognizer gives, in order."""
    (recognizer,) = [each for each in RECOGNIZERS if each.name == name]
    return [text[result.start : result.end] for result in recognizer.analyze(text)]


@pytest.fixture
def find() -> Find:
    return found
