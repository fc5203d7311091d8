"""The reviewable word data of `rules/`, read once."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

RULES = Path(__file__).parent / "rules"


@cache
def word_lists() -> dict[str, list[str]]:
    """The lists of `words.toml` by name."""
    return tomllib.loads((RULES / "words.toml").read_text(encoding="utf-8"))


@cache
def words(name: str) -> frozenset[str]:
    """One list of `words.toml` as a set."""
    return frozenset(word_lists()[name])


@cache
def rules(name: str) -> list[dict[str, Any]]:
    """The rules of `<name>.toml`."""
    found: list[dict[str, Any]] = tomllib.loads((RULES / f"{name}.toml").read_text(encoding="utf-8"))["rule"]
    return found


def _lines(name: str) -> list[str]:
    return [line for line in (RULES / name).read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


@cache
def common_words() -> frozenset[str]:
    """Words that are common in lower case: a name among them is only believed where something more than its spelling says so."""
    # Found without importing the package, which brings Presidio: what opens a record checks for leaks without it.
    spec = find_spec("recognizers")
    folders = (spec and spec.submodule_search_locations) or []
    text = (Path(folders[0]) / "words" / "ordinary_words.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


@cache
def _nicknames() -> dict[str, frozenset[str]]:
    families: dict[str, set[str]] = {}
    for line in _lines("nicknames.txt"):
        family = line.split()
        for name in family:
            families.setdefault(name, set()).update(family)
    return {name: frozenset(family) for name, family in families.items()}


def nicknames(name: str) -> frozenset[str]:
    """Every name that a first name is known to go by, itself among them; lower case."""
    return _nicknames().get(name.lower(), frozenset()) | {name.lower()}


@cache
def telling_words() -> dict[str, float]:
    """Words that point to few walks of life, by stem, with how far; the head of the file says how they were weighed."""
    return {stem: float(weight) for stem, weight in (line.split() for line in _lines("telling_words.txt"))}


@cache
def towns() -> dict[str, str]:
    """Towns, cities and counties by their lower-case name: they carry the intelligence and stay."""
    return {name.lower(): name for name in _lines("towns.txt")}


@cache
def longest_town() -> int:
    """Words in the longest of their names."""
    return max(len(name.split(" ")) for name in towns())
