"""The second line of the leak check: what the first reading missed is withheld, with the numbers of the placeholders closed up."""

import pytest

from cpi_sanitise import sanitiser as flow
from cpi_sanitise.second_reading import doubted
from cpi_sanitise.submission import Submission

pytestmark = pytest.mark.model


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        ([], set()),
        (["[PERSON 1] sells tablets from a silver Golf, [VEHICLE 1], around 10pm.", "Two men come from Bangor and Redcar."], set()),
        (["Two men call at night.", "Call Oluwaseun Adeyemi on 07700 900123."], {1}),
        (["He drives [VEHICLE 1].", "The car is BD51 SMR.", "Payment to jay.moss@example.com."], {1, 2}),
    ],
)
def test_statements_that_hold_an_identifier_are_doubted(sanitiser, texts, numbers):
    assert doubted(texts, sanitiser._engine, sanitiser._analyzer) == numbers


def test_what_the_first_reading_missed_is_withheld_and_sealed_and_leaves_no_gap(sanitiser, monkeypatch):
    submission = Submission("1", "Jay Moss sells tablets.\nThe white van is BD51 SMR.\nKim Alder buys them on Fridays.")
    whole = sanitiser._draft(submission)
    assert [len(whole.statements), len(whole.withheld)] == [3, 0]
    found = flow.find_identifiers
    monkeypatch.setattr(flow, "find_identifiers", lambda *given: [one for one in found(*given) if one.type != "VEHICLE_REG"])
    draft = sanitiser._draft(submission)
    assert [statement.text for statement in draft.statements] == [whole.statements[0].text, whole.statements[2].text]
    assert "[PERSON 2]" in draft.statements[1].text
    assert [submission.narrative[one.start : one.end] for one in draft.withheld] == ["The white van is BD51 SMR."]
