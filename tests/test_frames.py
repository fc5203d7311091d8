"""The pandas door: two frames, one that leaves and one that stays, and no row lost or in a place that tells."""

from __future__ import annotations

import json
from datetime import datetime

import pandas as pd
import pytest
from fakes import FakeSanitiser, made_by

from cpi_sanitise import sanitise_frame
from cpi_sanitise.columns import ColumnMapping
from cpi_sanitise.errors import IntakeError, NoKeyError
from cpi_sanitise.opening import generate_identity, open_sealed
from cpi_sanitise.sealed_record import Recipients
from cpi_sanitise.settings import Settings
from cpi_sanitise.spark import _Work
from cpi_sanitise.store import Terms

UNIT, OFFICERS = generate_identity(), generate_identity()


@pytest.fixture
def sanitiser() -> FakeSanitiser:
    return FakeSanitiser([UNIT.public_key], [OFFICERS.public_key])


def opened(text: str) -> dict:
    return json.loads(open_sealed(text.encode(), [UNIT]))


def test_every_row_is_in_the_sealed_frame_under_the_callers_index(sanitiser):
    narratives = ["Two men.", "HOLD", "", "BREAK Quetzal", "A car.", None]
    frame = pd.DataFrame({"Reference": [1, 2, 3, 4, 5, 6], "Information": narratives, "Your name": "Ida"}, index=list("fedcba"))
    logs, sealed = sanitise_frame(frame, sanitiser)
    assert list(sealed.index) == list("fedcba")
    assert list(sealed.columns) == ["urn", "status", "sealed", "subject_key", "reason"]
    assert list(sealed.status) == ["draft", "held", "rejected", "rejected", "draft", "rejected"]
    assert [opened(text)["narrative"] for text in sealed.sealed.dropna()] == ["Two men.", "HOLD", "A car."]
    assert [opened(text)["reference"] for text in sealed.sealed.dropna()] == ["1", "2", "5"]
    empty, broken = "the narrative is empty", "it could not be sanitised: ZeroDivisionError"
    assert list(sealed.reason.dropna()) == [empty, broken, empty]
    assert set(logs.urn) == set(sealed.urn.dropna())
    assert list(logs.index) == [0, 1, 2]
    assert "Ida" not in logs.to_json()
    assert {"created_on", "statements", "outcome", "made_by"} < set(logs.columns)


def test_logs_stand_in_random_order(sanitiser):
    frame = pd.DataFrame({"narrative": [f"Two men {number}." for number in range(40)]})
    logs, sealed = sanitise_frame(frame, sanitiser)
    assert list(logs.urn) != list(sealed.urn)
    assert sorted(logs.urn) == sorted(sealed.urn)


class Remembering(FakeSanitiser):
    def __call__(self, submission):
        self.seen = [*getattr(self, "seen", []), submission]
        return super().__call__(submission)


def test_cells_become_the_fields_of_a_submission(sanitiser):
    sanitiser = Remembering(sanitiser.unit_keys, sanitiser.officer_keys)
    frame = pd.DataFrame(
        {
            "received_at": pd.to_datetime(["2026-11-20 14:05", None]),
            "narrative": ["a", "b"],
            "Telephone": [1632960731, None],
            "mappa": [True, False],
            "District": [1.5, "N"],
        }
    )
    sanitise_frame(frame, sanitiser, mapping=ColumnMapping({"District": "other"}))
    first, second = sanitiser.seen
    assert (first.reference, first.received_at) == ("row 1", datetime(2026, 11, 20, 14, 5))
    assert first.form == {"submitter_telephone": "1632960731", "mappa": "yes"}
    assert first.other == {"District": "1.5"}
    assert (second.received_at, second.form) == (None, {"mappa": "no"})


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        ({"reference": ["1", "1"], "narrative": ["a", "b"]}, [None, "its reference was used by an earlier row"]),
        ({"received_at": ["2026-11-20", "Quetzal"], "narrative": "a"}, [None, "its `received_at` is not a date of the expected form"]),
    ],
)
def test_a_row_that_is_no_submission_is_rejected_alone(sanitiser, frame, reason):
    assert [found if isinstance(found, str) else None for found in sanitise_frame(pd.DataFrame(frame), sanitiser)[1].reason] == reason


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (["narrative", "Quetzal"], "the frame: unknown or repeated heading in column 2"),
        (["reference"], "the frame has 0 narrative columns"),
    ],
)
def test_unknown_columns_are_refused(sanitiser, columns, said):
    with pytest.raises(IntakeError, match=said):
        sanitise_frame(pd.DataFrame([["a"] * len(columns)], columns=columns), sanitiser)


def test_an_empty_frame_gives_empty_frames(sanitiser):
    logs, sealed = sanitise_frame(pd.DataFrame({"narrative": []}), sanitiser)
    assert (len(logs), len(sealed)) == (0, 0)


def test_a_worker_of_spark_seals_for_the_second_group_too(tmp_path):
    """What a task does, without a cluster: records and rejected rows alike need both groups' keys."""
    second = generate_identity()
    unit, officers = Recipients("unit", (UNIT.public_key,)), Recipients("officers", (OFFICERS.public_key,))
    terms = Terms(made_by(), Settings(), unit, officers, second_unit=Recipients("second", (second.public_key,)))

    def load(given):
        return FakeSanitiser(list(given.unit.keys), list(given.officers.keys), second_unit_keys=given.second_unit.keys)

    submission = json.dumps({"reference": "1", "narrative": "Two men.", "form": {}, "received_at": None})
    cells = [
        {"file": 0, "source": '"a.csv"', "raw": b"raw", "row": 1, "submission": submission, "reason": "", "cure": ""},
        {"file": 0, "source": '"a.csv"', "raw": b"raw", "row": 2, "submission": None, "reason": "no text", "cure": "none"},
    ]
    _Work(terms, None, ColumnMapping({}), b"key", load, str(tmp_path))._done(0, cells)
    for kind in ("sealed", "rejected"):
        (line,) = (json.loads(line) for path in (tmp_path / kind).glob("part-*") for line in path.read_text().splitlines())
        with pytest.raises(NoKeyError):
            open_sealed(line["sealed"].encode(), [UNIT])
        assert open_sealed(line["sealed"].encode(), [second])
