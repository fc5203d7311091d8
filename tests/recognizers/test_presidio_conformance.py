"""Presidio's own cases for the identifiers of the United Kingdom: ours agree, or the difference stands here with its reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recognizers import RECOGNIZERS

OURS = {
    "UK_NHS": "NATIONAL_ID",
    "UK_NINO": "NATIONAL_ID",
    "UK_PASSPORT": "NATIONAL_ID",
    "UK_DRIVING_LICENCE": "NATIONAL_ID",
    "UK_POSTCODE": "POSTCODE",
    "UK_VEHICLE_REGISTRATION": "VEHICLE_REG",
    "PHONE_NUMBER": "PHONE",
}
CASES = [json.loads(line) for line in (Path(__file__).parent / "presidio_uk_cases.jsonl").read_text(encoding="utf-8").splitlines()]
DIFFERENCES = {
    # No National Insurance number, but two letters and seven digits are a passport (Presidio's passport case "ab1234567"),
    # and one recognizer of ours knows both formats.
    ("UK_NINO", "ab1234561"): [[0, 9]],
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['entity']}: {case['text']}")
def test_case(case: dict[str, object]) -> None:
    # The family's own recognizer: codes by shape alone are looked for by another, which is not what these cases are about.
    (recognizer,) = [each for each in RECOGNIZERS if each.entity_type == OURS[str(case["entity"])] and each.name != "CodeRecognizer"]
    found = [[result.start, result.end] for result in recognizer.analyze(str(case["text"]))]
    assert found == DIFFERENCES.get((str(case["entity"]), str(case["text"])), case["expected"])


def test_all_cases_are_there_and_nearly_all_agree() -> None:
    assert len(CASES) == 115
    assert len(DIFFERENCES) == 1
