"""The log is exactly the JSON of the design, and cannot hold what a log must not."""

from __future__ import annotations

import ast
import json
import pickle
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cpi_sanitise.sanitised_log as module
from cpi_sanitise.errors import LogError
from cpi_sanitise.sanitised_log import Evaluation, LogStatement, MadeBy, SanitisedLog, new_urn

DESIGN = {
    "urn": "CPI-7F3K9Q2M4T",
    "created_on": "2026-11-20",
    "status": "draft",
    "profile": "strict",
    "statements": [
        {"text": "[PERSON 1] sells tablets from a silver Golf, [VEHICLE 1], around 10pm.", "kind": "fact"},
        {"text": "There is a concern that the buyers are under 16.", "kind": "opinion"},
    ],
    "categories": ["drugs"],
    "outcome": "intelligence_log",
    "priority": "normal",
    "reasons": ["supply at a regular time and place"],
    "area": "Andover",
    "period": "2026-11",
    "evaluation": {"source": None, "intelligence": None, "handling": None},
    "marking": "OFFICIAL-SENSITIVE",
    "hold_reasons": [],
    "sealed_sha256": "ab" * 32,
    "made_by": {"version": "0.1.0", "model": "1", "rules": "2"},
}


@pytest.fixture
def log() -> SanitisedLog:
    return SanitisedLog(
        urn="CPI-7F3K9Q2M4T",
        created_on=date(2026, 11, 20),
        status="draft",
        outcome="intelligence_log",
        priority="normal",
        sealed_sha256="ab" * 32,
        made_by=MadeBy("0.1.0", "1", "2"),
        statements=(
            LogStatement("[PERSON 1] sells tablets from a silver Golf, [VEHICLE 1], around 10pm.", "fact"),
            LogStatement("There is a concern that the buyers are under 16.", "opinion"),
        ),
        categories=("drugs",),
        reasons=("supply at a regular time and place",),
        area="Andover",
        period="2026-11",
    )


def test_json_is_that_of_the_design(log):
    assert log.to_json() == json.dumps(DESIGN)


def test_json_goes_there_and_back(log):
    assert SanitisedLog.from_json(log.to_json()) == log
    assert SanitisedLog.from_json(log.to_json().encode()) == log
    assert pickle.loads(pickle.dumps(log)) == log


def test_text_is_the_statements_joined(log):
    assert log.text == " ".join(statement["text"] for statement in DESIGN["statements"])


@given(st.text(alphabet=st.characters(), min_size=1).filter(str.strip))
def test_any_text_is_one_line_of_valid_utf_8(text):
    log = SanitisedLog.from_json(json.dumps(DESIGN))
    log = replace(log, statements=(LogStatement(text, "mixed"),))
    line = log.to_json()
    assert line.splitlines() == [line]
    assert SanitisedLog.from_json(line.encode()) == log


def test_names_are_searchable_in_the_bytes(log):
    line = replace(log, statements=(LogStatement("Siân and Łukasz", "fact"),)).to_json()
    assert "Siân and Łukasz" in line


def test_repr_shows_no_statement(log):
    assert "tablets" not in repr(log)
    assert "under 16" not in repr(log)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"urn": "CPI-7F3K9Q2M4I"}, "URN"),  # I is not in Crockford's alphabet
        ({"urn": "HANTS-0000001"}, "URN"),
        ({"urn": 5}, "URN"),
        ({"created_on": datetime(2026, 11, 20, 14, 5)}, "plain date"),
        ({"created_on": "2026-11-20"}, "plain date"),
        ({"status": "released"}, "status"),
        ({"profile": "partner"}, "profile"),
        ({"outcome": "arrest"}, "outcome"),
        ({"priority": "urgent"}, "priority"),
        ({"categories": ("cars",)}, "category"),
        ({"reasons": (1,)}, "reason"),
        ({"statements": ("text",)}, "statement"),
        ({"area": 1}, "area"),
        ({"period": "2026-13"}, "period"),
        ({"period": "2026-11-20"}, "period"),
        ({"period": 202611}, "period"),
        ({"sealed_sha256": "AB" * 32}, "SHA-256"),
        ({"sealed_sha256": ""}, "SHA-256"),
        ({"status": "held", "hold_reasons": ("in doubt",)}, "held log has statements"),
        ({"status": "held", "statements": ()}, "no hold reason"),
        ({"hold_reasons": ("in doubt",)}, "draft log has hold reasons"),
    ],
)
def test_a_log_that_breaks_its_format_cannot_be_made(log, change, message):
    with pytest.raises(LogError, match=message):
        replace(log, **change)


@pytest.mark.parametrize(("text", "kind"), [("", "fact"), (" ", "fact"), (None, "fact"), ("text", "rumour"), ("text", None)])
def test_a_statement_has_text_and_a_kind(text, kind):
    with pytest.raises(LogError):
        LogStatement(text, kind)


def test_a_held_log_still_has_outcome_and_priority(log):
    held = replace(log, status="held", statements=(), hold_reasons=("a part could not be checked",), priority="high")
    assert held.text == ""
    assert json.loads(held.to_json())["priority"] == "high"


@pytest.mark.parametrize(
    "change",
    [
        {"source": "Yolanda"},
        {"created_on": "2026-11-20T14:05"},
        {"created_on": "20261120"},
        {"created_on": None},
        {"statements": "text"},
        {"statements": [{"text": "Two men.", "kind": "fact", "basis": "told"}]},
        {"statements": ["text"]},
        {"evaluation": {"source": "1"}},
        {"evaluation": {"source": 1, "intelligence": None, "handling": None}},
        {"made_by": {}},
        {"made_by": {"version": 1, "model": "1", "rules": "1"}},
        {"categories": "drugs"},
    ],
)
def test_json_with_anything_else_is_refused_and_not_repeated(change):
    with pytest.raises(LogError) as caught:
        SanitisedLog.from_json(json.dumps(DESIGN | change))
    assert "Yolanda" not in str(caught.value) + caught.value.hint


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "[" * 100_000])
def test_what_is_not_a_log_is_refused(text):
    with pytest.raises(LogError):
        SanitisedLog.from_json(text)


def test_a_missing_key_is_refused():
    for key in DESIGN:
        with pytest.raises(LogError):
            SanitisedLog.from_json(json.dumps({name: value for name, value in DESIGN.items() if name != key}))


def test_the_grade_is_empty_until_an_officer_sets_it(log):
    assert log.evaluation == Evaluation(None, None, None)


def test_urns_are_random_and_say_nothing():
    urns = [new_urn() for _ in range(2000)]
    assert len(set(urns)) == 2000
    assert urns != sorted(urns)
    # Every place takes every sign of the alphabet: no place holds a clock or a counter.
    for place in range(4, 14):
        assert len({urn[place] for urn in urns}) == 32


def test_what_may_leave_cannot_name_what_must_stay():
    imported = {
        name
        for node in ast.walk(ast.parse(Path(module.__file__).read_text()))
        if isinstance(node, ast.ImportFrom) and node.level
        for name in [node.module, *(alias.name for alias in node.names)]
    }
    assert not imported & {"submission", "sealed_record"}
