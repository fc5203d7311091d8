"""A submission is kept as it came, says what is wrong with it, and never shows what it holds."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpi_sanitise.errors import IntakeError
from cpi_sanitise.submission import (
    FIELD_LIMIT_CHARACTERS,
    FORM_FIELDS,
    FREE_TEXT_FIELDS,
    IDENTITY_FIELDS,
    NARRATIVE_LIMIT_CHARACTERS,
    Submission,
)

DESIGN_FORM = """
submitter_name, submitter_organisation, submitter_telephone, submitter_email, source_name, source_dob, source_address,
source_telephone, source_email, can_recontact, recontact_details, how_found_out, when_found_out, shared_with,
difficulties, mitigation, event_date, event_location, mappa
"""


def test_the_form_is_the_one_of_the_design():
    assert [name.strip() for name in DESIGN_FORM.split(",")] == list(FORM_FIELDS)


def test_identity_and_free_text_fields_are_apart_and_of_the_form():
    assert not set(IDENTITY_FIELDS) & set(FREE_TEXT_FIELDS)
    assert set(IDENTITY_FIELDS) | set(FREE_TEXT_FIELDS) <= set(FORM_FIELDS)


@given(st.text(alphabet=st.characters(), min_size=1).filter(str.strip))
def test_the_narrative_is_never_altered(narrative):
    assert Submission("1", narrative).narrative == narrative


@pytest.mark.parametrize(
    "narrative",
    [
        "a\x00b\x07c\x1b[31m",
        "\u202eright to left\u202c \u2066isolate\u2069",
        "👩‍👩‍👧‍👦🏴󠁧󠁢󠁷󠁬󠁳󠁿",
        "half an emoji \ud83d",
        "line one\r\nline two\rline three\u2028line four",
        "e\u0301 is not é",
        "x" * NARRATIVE_LIMIT_CHARACTERS,
    ],
    ids=["control", "bidi", "emoji", "surrogate", "line ends", "combining", "at the limit"],
)
def test_unusual_text_is_kept(narrative):
    submission = Submission("1", narrative)
    assert submission.narrative == narrative
    assert pickle.loads(pickle.dumps(submission)) == submission


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"narrative": ""}, "the narrative is empty"),
        ({"narrative": " \n\t\u00a0"}, "the narrative is empty"),
        ({"narrative": b"bytes"}, "the narrative is not text but bytes"),
        ({"narrative": None}, "the narrative is not text but NoneType"),
        ({"narrative": "x" * 5_000_000}, "the narrative has 5,000,000 characters; the limit is 1,000,000"),
        ({"reference": ""}, "the reference is empty"),
        ({"reference": 7}, "the reference is not text but int"),
        ({"form": ["submitter_name"]}, "the form is not a mapping"),
        ({"form": {"submitter_name": None}}, "form field submitter_name is not text but NoneType"),
        ({"form": {"submitter_name": "x" * (FIELD_LIMIT_CHARACTERS + 1)}}, "form field submitter_name has 2,001 characters"),
        ({"form": {3: "x"}}, "the form has an unknown field"),
        ({"received_at": "2026-11-20"}, "`received_at` is not a datetime"),
        ({"received_at": date(2026, 11, 20)}, "`received_at` is not a datetime"),
        ({"other": []}, "`other` is not a mapping"),
        ({"other": {"when": datetime(2026, 11, 20, tzinfo=UTC)}}, "`other` is not made of JSON values"),
        ({"other": {"share": float("nan")}}, "`other` is not made of JSON values"),
        ({"other": {1: "x"}}, "`other` would not be sealed as it is"),
        ({"other": {"pair": (1, 2)}}, "`other` would not be sealed as it is"),
    ],
)
def test_what_is_wrong_is_said(fields, message):
    with pytest.raises(IntakeError) as caught:
        Submission(**({"reference": "1", "narrative": "Two men."} | fields))
    assert message in str(caught.value)
    assert caught.value.hint
    assert caught.value.__cause__ is None


def test_an_unknown_field_is_answered_with_the_known_ones_and_not_repeated():
    with pytest.raises(IntakeError) as caught:
        Submission("1", "Two men.", {"Oluwaseun Zbigniew": "x"})
    assert all(name in caught.value.hint for name in FORM_FIELDS)
    assert "Oluwaseun" not in str(caught.value) + caught.value.hint


def test_a_slip_is_answered_with_what_was_meant():
    with pytest.raises(IntakeError) as caught:
        Submission("1", "Two men.", {"submiter_name": "x"})
    assert caught.value.hint.startswith("did you mean submitter_name?")


def test_repr_shows_no_text():
    submission = Submission(
        "REF-Zbigniew", "Quetzal told me", {"submitter_name": "Yolanda"}, datetime(2026, 11, 20, 3, 33), {"ward": "Xanadu"}
    )
    shown = f"{submission!r} {submission}"
    for secret in ("Zbigniew", "Quetzal", "Yolanda", "Xanadu", "2026", "33"):
        assert secret not in shown
    assert "narrative=<15 characters>" in shown


def test_later_changes_of_the_callers_dictionaries_do_not_reach_it():
    form, other = {"submitter_name": "A"}, {"list": [1]}
    submission = Submission("1", "Two men.", form, other=other)
    form["submitter_name"] = "B"
    other["list"].append(2)
    assert submission.form == {"submitter_name": "A"}
    assert submission.other == {"list": [1]}


def test_it_is_frozen():
    with pytest.raises(AttributeError):
        Submission("1", "Two men.").narrative = "other"
