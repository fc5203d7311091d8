"""The word lists in words/: reviewable data, one entry a line, the first line names source, licence and date."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "words"


@cache
def lines(name: str) -> tuple[str, ...]:
    """Return the entries of words/<name>.txt as written; lines that begin with # are remarks."""
    text = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    return tuple(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


@cache
def words(name: str) -> frozenset[str]:
    """Return the entries of words/<name>.txt in lower case; what follows a tab is a remark."""
    return frozenset(line.split("\t")[0].strip().lower() for line in lines(name))


def word_set(text: str) -> frozenset[str]:
    """Return the words of a short list that stands in the code because it belongs to one rule only."""
    return frozenset(text.split())
