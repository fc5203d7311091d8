"""Identifiers to numbered placeholders, through Presidio's AnonymizerEngine with an operator of ours.

The same person keeps one number across full name, short name, nickname and initials. Numbers follow the order of the
finished log, after all cuts, so that no gap tells of somebody who was cut.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import OperatorConfig, RecognizerResult
from presidio_anonymizer.operators import Operator, OperatorType

from .errors import RewriteError
from .lexicon import nicknames
from .rewriting import Rewritten
from .spans import Identifier

WORDS = {
    "PERSON": "PERSON",
    "PHONE": "PHONE",
    "POSTCODE": "POSTCODE",
    "VEHICLE_REG": "VEHICLE",
    "EMAIL": "EMAIL",
    "URL": "URL",
    "USERNAME": "USERNAME",
    "ADDRESS": "ADDRESS",
    "DOB": "DATE OF BIRTH",
    "NATIONAL_ID": "REFERENCE",
    "FINANCIAL": "ACCOUNT",
    "ORGANISATION": "ORGANISATION",
    "LOCATION": "PLACE",
}
_TITLES = frozenset("mr mrs ms miss dr rev revd sir cllr prof pc dc ds sgt".split())
MOST_NAMES = 3_000  # different ones; comparing each with each is done for a village, not for a telephone book


class Placeholder(Operator):  # type: ignore[misc]
    """Presidio operator: the entity type, which redaction has numbered, in square brackets. It never sees the identifier."""

    def operate(self, text: str = "", params: Mapping[str, Any] | None = None) -> str:
        return f"[{(params or {})['entity_type']}]"

    def validate(self, params: Mapping[str, Any] | None = None) -> None:
        """Nothing can be chosen."""

    def operator_name(self) -> str:
        return "placeholder"

    def operator_type(self) -> OperatorType:
        return OperatorType.Anonymize


def make_anonymizer() -> AnonymizerEngine:
    """Presidio's anonymizer with the one operator that is used."""
    engine = AnonymizerEngine()
    engine.add_anonymizer(Placeholder)
    return engine


def redact(
    statements: Sequence[Rewritten], narrative: str, identifiers: Sequence[Identifier], anonymizer: AnonymizerEngine
) -> tuple[list[str], dict[int, str]]:
    """The statements with placeholders, and by index of identifier the placeholder that stands for it."""
    entities = same_entities(narrative, identifiers)
    placeholders: dict[int, str] = {}
    counts: dict[str, int] = {}
    of_entity: dict[int, str] = {}
    texts = []
    for statement in statements:
        results = []
        for start, end, index in statement.identifiers:
            entity = entities[index]
            if entity not in of_entity:
                word = WORDS[identifiers[entity].type]
                counts[word] = counts.get(word, 0) + 1
                of_entity[entity] = f"{word} {counts[word]}"
            placeholders[index] = f"[{of_entity[entity]}]"
            results.append(RecognizerResult(of_entity[entity], start, end, 1.0))
        if results:
            texts.append(
                anonymizer.anonymize(
                    statement.text,
                    results,
                    {"DEFAULT": OperatorConfig("placeholder")},
                    merge_entities_with_spaces=False,
                ).text
            )
        else:
            texts.append(statement.text)
    for index, entity in enumerate(entities):
        if index not in placeholders and entity in of_entity:
            placeholders[index] = f"[{of_entity[entity]}]"
    return [_joined(text) for text in texts], placeholders


def _joined(text: str) -> str:
    """ "[PERSON 1] ([PERSON 1])" and "[PERSON 1] [PERSON 1]" say it once."""
    text = re.sub(
        r"(\[[A-Z ]+ \d+\])(?:\s*[(\"'“‘]\s*\1\s*[)\"'”’]|\s*,?\s+(?:aka|also known as|known as|AKA)\s+[\"'“‘]?\1[\"'”’]?,?)", r"\1", text
    )
    return re.sub(r"(\[[A-Z ]+ \d+\])(?:\s+\1)+", r"\1", text)


def same_entities(narrative: str, identifiers: Sequence[Identifier]) -> list[int]:
    """For each identifier the index of the first that means the same.

    Raises RewriteError where there are more names than anybody could tell apart.
    """
    first_of: list[int] = []
    values: dict[tuple[str, frozenset[str]], int] = {}
    persons: dict[int, dict[frozenset[str], None]] = {}  # by the index of the first, every way in which that person is named
    by_handle: dict[str, dict[int, None]] = {}
    named: set[frozenset[str]] = set()
    for index, found in enumerate(identifiers):
        key = _key(narrative[found.start : found.end], found.type)
        if found.type != "PERSON":
            first_of.append(values.setdefault((found.type, key), index))
            continue
        named.add(key)
        if len(named) > MOST_NAMES:
            raise RewriteError("too many different names", hint="split it into one submission for each report")
        near = {first for handle in _handles(key, "short", "full") for first in by_handle.get(handle, ())}
        if index and identifiers[index - 1].type == "PERSON":
            near.add(first_of[-1])
        match = next(
            (
                first
                for first in sorted(near)
                if key in persons[first]
                or any(_same("PERSON", key, other) for other in persons[first])
                or _aka(narrative, identifiers, first, index, first_of)
            ),
            index,
        )
        first_of.append(match)
        persons.setdefault(match, {})[key] = None
        for handle in _handles(key, "full", "short"):
            by_handle.setdefault(handle, {})[match] = None
    return first_of


def _handles(key: frozenset[str], of_full: str, of_short: str) -> set[str]:
    """What two names of one person have at least one of in common: a word or a short form of it, or the initials of the one that are the other.

    A full name is found under `of_full` with its initials, initials under `of_short`: who looks for the other kind says them the other way.
    """
    handles = {name for part in key for name in nicknames(part)}
    if len(key) == 1:
        handles |= {f"{of_short}={''.join(sorted(part))}" for part in key if 1 < len(part) <= 3}
    elif len(key) <= 3:
        handles.add(f"{of_full}={''.join(sorted(part[0] for part in key))}")
    return handles


def _key(text: str, entity_type: str) -> frozenset[str]:
    if entity_type == "PERSON":
        parts = [part.lower() for part in re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", text)]
        named = [part for part in parts if part not in _TITLES] or parts
        return frozenset(named)
    squeezed = re.sub(r"[\W_]+", "", text.lower())
    if entity_type == "PHONE":
        squeezed = re.sub(r"^(?:0044|44|0)", "", re.sub(r"\D", "", text)) or squeezed
    return frozenset([squeezed])


def _same(entity_type: str, one: frozenset[str], other: frozenset[str]) -> bool:
    if one == other:
        return True
    if entity_type != "PERSON":
        return False
    short, long = sorted((one, other), key=len)
    # Kath Webb and Katherine Webb are one; Tom Webb and Kelly Webb are not, nor are Alexander and Alexandra, who share "Alex" only.
    if all(any(part in nicknames(their) for their in long) for part in short):
        return True
    (initials,) = short if len(short) == 1 else ("",)
    return 1 < len(initials) == len(long) <= 3 and sorted(initials) == sorted(part[0] for part in long)


_AKA = re.compile(
    r"^\s*[(,]?\s*(?:aka|a\.k\.a\.?|also known as|known as|goes by|calls himself|calls herself|nickname|street name|"
    r"who goes by)?\s*(?:the name)?\s*[\"'“‘(]*$",
    re.IGNORECASE,
)


def _aka(narrative: str, identifiers: Sequence[Identifier], earlier: int, index: int, first_of: Sequence[int]) -> bool:
    """Whether the later name stands right behind the earlier as its nickname: "Kelly Marsh (Kez)", "Kelly Marsh aka Kez"."""
    if first_of[index - 1] != earlier:
        return False
    between = narrative[identifiers[index - 1].end : identifiers[index].start]
    return bool(between.strip(" ")) and "\n" not in between and between.strip() != "," and bool(_AKA.match(between))
