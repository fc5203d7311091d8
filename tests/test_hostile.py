"""The worst text for each pattern and stage: no crash, nothing let out that should not be, and twice the text takes about twice the time."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pyrage
import pytest

from benchmarks.stages import clocked
from cpi_sanitise import Sanitiser, Submission
from tests.fakes import DrawnEncoder

FORM = {"submitter_name": "Kaz Ali", "source_telephone": "07700 900123", "source_address": "18 Mill Road, Andover"}


def _numbered(shape: Callable[[int], str]) -> Callable[[int], str]:
    """Text of a length out of ever new pieces: nothing that is remembered helps."""

    def text(length: int) -> str:
        pieces, have = [], 0
        while have < length:
            pieces.append(shape(len(pieces)))
            have += len(pieces[-1])
        return "".join(pieces)

    return text


def _repeated(unit: str) -> Callable[[int], str]:
    return lambda length: unit * (length // len(unit))


TEXTS: dict[str, Callable[[int], str]] = {
    **{
        name: _repeated(unit)
        for name, unit in {
            "digits": "7",
            "spaced digits": "07 ",
            "one letter": "a",
            "letters apart": "a ",
            "capitals": "A",
            "hyphens": "A-",
            "dots": "a.",
            "brackets": "(",
            "double quotes": '"',
            "opening quotes": "“",
            "quoted letters": "'a' ",
            "zero width": "a\u200b",
            "spaces": " ",
            "line ends": "\n",
            "lines": "a\n",
            "deep quoting": ">>>> ",
            "combining marks": "a\u0301",
            "emoji": "😀",
            "at signs": "@",
            "addresses": "a@a.",
            "links": "http://a.b/",
            "right to left": "\u202e ",
            "nul": "\x00",
            "firms": "Ltd ",
            "a name": "Kaz ",
            "first person": "I ",
            "tellings": "I told ",
            "told": "told ",
            "possessives": "my client ",
            "towns": "In In ",
            "sentences": "I saw a man. ",
            "streets": "18 Mill Road, ",
        }.items()
    },
    "telephones": _numbered(lambda number: f"07700 9{number:05d} "),
    "names": _numbered(lambda number: f"Mr K{chr(97 + number % 26)}{chr(97 + number // 26 % 26)}{chr(97 + number // 676 % 26)} "),
    "brackets apart": _numbered(lambda number: "(" * 95 + f"{number} "),
    "plates": _numbered(lambda number: f"BD{number % 50:02d} {chr(65 + number % 20)}MR "),
}


@pytest.fixture(scope="module")
def hostile() -> Sanitiser:
    """The flow around an encoder that takes half of all words for something: it is made of sums, whose cost no text changes."""
    keys = [str(pyrage.x25519.Identity.generate().to_public()) for _ in range(2)]
    sanitiser = Sanitiser([keys[0]], [keys[1]])
    sanitiser(Submission(reference="1", narrative="I saw Kelly Marsh on 07700 900123."))
    component = sanitiser._engine.nlp.get_pipe("cpi_encoder")
    component.encoder = DrawnEncoder(component.encoder.labels)
    return sanitiser


@contextmanager
def _no_collection() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def seconds(sanitiser: Sanitiser, text: str) -> dict[str, float]:
    """Seconds of each stage and each recognizer for one text; a text of white space only has one letter, as an empty one is refused."""
    submission = Submission(reference="1", narrative=text if text.strip() else text[1:] + "a", form=FORM)
    with _no_collection(), clocked(sanitiser, each_recognizer=True) as clock:
        log = sanitiser(submission).log
    for value in ("Kaz", "Ali", "07700 900123"):
        assert value not in log.text
    return clock.seconds


def _grows_evenly(sanitiser: Sanitiser, make: Callable[[int], str], sizes: tuple[int, int], ratio: float, floor: float) -> None:
    short, long = make(sizes[0]), make(sizes[1])
    for _ in range(3):
        before, after = seconds(sanitiser, short), seconds(sanitiser, long)
        # What takes next to no time says nothing, and another try is given to a machine that was busy.
        steep = {stage for stage, spent in after.items() if spent > floor and spent > ratio * sizes[1] / sizes[0] * before.get(stage, 0.0)}
        if not steep:
            return
    pytest.fail(f"more than the length: {sorted(steep)}")


@pytest.mark.model
@pytest.mark.parametrize("name", TEXTS)
def test_four_times_the_text_takes_about_four_times_as_long(hostile, name):
    # A stage that compares all with all takes sixteen times.
    _grows_evenly(hostile, TEXTS[name], (3_000, 12_000), ratio=2.0, floor=0.15)


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.parametrize("name", TEXTS)
def test_a_doubling_takes_little_more_than_twice_as_long(hostile, name):
    _grows_evenly(hostile, TEXTS[name], (100_000, 200_000), ratio=1.25, floor=0.5)


# Seconds for a megabyte on one busy core; docs/limits.md says what was measured.
BOUNDS = {"parsing": 60.0, "provenance": 60.0, "identifiers: Presidio and what follows it": 40.0, "statements": 30.0, "vantage": 40.0}
BOUND = 30.0


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.parametrize("name", TEXTS)
def test_a_megabyte_takes_no_stage_longer_than_its_bound(hostile, name):
    spent = seconds(hostile, TEXTS[name](999_000))
    assert not {stage: value for stage, value in spent.items() if value > BOUNDS.get(stage, BOUND)}
