"""Placeholders: one number a person, in the order of the finished log."""

import pytest

from cpi_sanitise.redaction import make_anonymizer, redact, same_entities
from cpi_sanitise.rewriting import Rewritten
from cpi_sanitise.spans import Identifier


def identifiers(narrative, *parts):
    found, at = [], 0
    for part in parts:
        text, _, kind = part.partition(":")
        start = narrative.index(text, at)
        at = start + len(text)
        found.append(Identifier(start, at, kind or "PERSON", 1.0, ("test",)))
    return found


@pytest.mark.parametrize(
    ("narrative", "parts", "same"),
    [
        ("Kelly Marsh and Kelly", ["Kelly Marsh", "Kelly"], [0, 0]),
        ("Kelly Marsh, KM, Ms Marsh", ["Kelly Marsh", "KM", "Ms Marsh"], [0, 0, 0]),
        ("Katherine Webb then Kath", ["Katherine Webb", "Kath"], [0, 0]),
        ("Kelly Marsh (Boomer) and Boomer", ["Kelly Marsh", "Boomer", "Boomer"], [0, 0, 0]),
        ("Kelly Marsh, Tom Marsh", ["Kelly Marsh", "Tom Marsh"], [0, 1]),
        ("Kelly Marsh and Tom", ["Kelly Marsh", "Tom"], [0, 1]),
        ("07700 900123 or +44 7700900123", ["07700 900123:PHONE", "+44 7700900123:PHONE"], [0, 0]),
    ],
)
def test_who_is_who(narrative, parts, same):
    assert same_entities(narrative, identifiers(narrative, *parts)) == same


def test_numbers_follow_the_log_and_leave_no_gap():
    narrative = "Source Person met Kelly Marsh and Tom Reed. Tom paid Kelly."
    found = identifiers(narrative, "Source Person", "Kelly Marsh", "Tom Reed", "Tom", "Kelly")
    statements = [
        Rewritten("\ufffc met \ufffc.", ((0, 1, 2), (6, 7, 1)), False, True),
        Rewritten("\ufffc paid \ufffc.", ((0, 1, 3), (7, 8, 4)), False, False),
    ]
    texts, placeholders = redact(statements, narrative, found, make_anonymizer())
    assert texts == ["[PERSON 1] met [PERSON 2].", "[PERSON 1] paid [PERSON 2]."]
    assert placeholders == {2: "[PERSON 1]", 1: "[PERSON 2]", 3: "[PERSON 1]", 4: "[PERSON 2]"}
    assert 0 not in placeholders


def test_a_character_like_our_mark_in_the_narrative_is_left_alone():
    texts, _ = redact([Rewritten("a \ufffc b", (), False, False)], "a \ufffc b", [], make_anonymizer())
    assert texts == ["a \ufffc b"]
