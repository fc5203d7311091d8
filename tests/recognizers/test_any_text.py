"""What holds for every recognizer on any text: it does not raise, its offsets are good, and its cost stays linear."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognizers import RECOGNIZERS
from recognizers.family import FamilyRecognizer, lowered

PIECES = [
    "07700 900123",
    "+44 (0)",
    "0800 1111",
    "SO16 9ZZ",
    "so16",
    "BD51 SMR",
    "K123 ABC",
    "@kaz_99",
    "kaz@example.com",
    "www.",
    "https://",
    "snap:",
    "18 Mill Lane",
    "flat 3,",
    "Orchard House",
    "St",
    "Rd",
    "DOB",
    "04/03/09",
    "4th of march",
    "NHS no",
    "943 476 5919",
    "QQ 12 34 56 C",
    "sort code",
    "20-00-00",
    "4111 1111 1111 1111",
    "GB29",
    "Oakmount Surgery",
    "Hazel Park",
    "The Red Lion",
    "Mr",
    "Patel",
    "MARSH, Kelly",
    "K.W.",
    "P****",
    'known as "',
    "oh double seven",
    "bravo delta five one",
    "07***",
    "8*7*8*",
    "ending",
    "reg",
    "plate",
    "ref",
    "\n",
    ", ",
    ". ",
    "(",
    ")",
    '"',
    "*",
    "-",
    "/",
    ":",
    "é",
    "ŷ",
    "İ",
    "ß",
    "\xa0",
    "\u200b",
    "😀",
]
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=25).map("".join),
)


@settings(max_examples=250, deadline=None)
@given(TEXTS)
def test_offsets_are_in_range_ordered_and_apart(text: str) -> None:
    for recognizer in RECOGNIZERS:
        edge = 0
        for result in recognizer.analyze(text):
            assert edge <= result.start < result.end <= len(text)
            assert 0 < result.score <= 1
            assert result.entity_type == recognizer.entity_type
            assert text[result.start : result.end].strip()
            edge = result.end


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_same_text_same_finds(text: str) -> None:
    for recognizer in RECOGNIZERS:
        once, twice = (
            [(result.start, result.end, result.score) for result in recognizer.analyze(text)],
            [(result.start, result.end, result.score) for result in recognizer.analyze(text)],
        )
        assert once == twice


@given(st.text(max_size=50))
def test_lower_case_keeps_offsets(text: str) -> None:
    assert len(lowered(text)) == len(text)


HOSTILE = {
    "digits": "7",
    "spaced digits": "1 ",
    "noughts": "07 ",
    "dashes": "1-",
    "letters": "a",
    "a a a": "a ",
    "capitals": "A",
    "capital words": "Kaz ",
    "at signs": "@",
    "a@a@": "a@",
    "dots": "a.",
    "initials": "A.",
    "stars": "*",
    "underscores": "_",
    "brackets": "(",
    "quotes": '"',
    "spaces": " ",
    "lines": "\n",
    "slips": "O",
    "spoken": "oh ",
    "hundreds": "hundred ",
    "streets": "mill road ",
    "flats": "flat 1 ",
    "firms": "Ltd ",
    "titles": "Mr A ",
    "saints": "St Mary's ",
    "cues": "dob number ref snap reg ",
    "ibans": "GB29 ",
    "plates": "A1 ",
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("recognizer", RECOGNIZERS, ids=lambda each: str(each.name))
def test_hostile_text_costs_no_more_than_its_length(recognizer: FamilyRecognizer, name: str) -> None:
    unit = HOSTILE[name]
    short, long = (unit * (size // len(unit)) for size in (4_000, 32_000))
    recognizer.analyze(short)
    before = time.process_time()
    recognizer.analyze(long)
    spent = time.process_time() - before
    # Eight times the text: a quadratic pattern takes 64 times as long. The floor keeps a busy machine from failing the test.
    if spent > 1.0:
        before = time.process_time()
        recognizer.analyze(short)
        assert spent < 24 * (time.process_time() - before)


def test_a_narrative_is_read_in_milliseconds() -> None:
    narrative = (
        "A man known as 'Big T' drives a silver Golf, BD51 SMR, from Mill Lane to Hazel Park in Andover most evenings around 10pm. "
        "He calls boys on 07700 900123 and pays them £20 to carry packages to a flat above the shop; one is 14 years old and in Year 9. "
        "His snap is kaz_99. Two women, one in her thirties with a limp, collect the money on Fridays and leave on the A34 to Newbury. "
        "The boys have new trainers and phones, and one of them has said that he owes money and cannot stop until the debt is paid off."
    )
    for recognizer in RECOGNIZERS:
        recognizer.analyze(narrative)
    best = min(_seconds(narrative) for _ in range(10))
    # 2 ms on a quiet machine; the bound leaves room for a busy one.
    assert best < 0.010


def _seconds(text: str) -> float:
    before = time.process_time()
    for recognizer in RECOGNIZERS:
        recognizer.analyze(text)
    return time.process_time() - before
