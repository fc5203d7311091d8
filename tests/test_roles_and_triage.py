"""Who is who, and where it goes."""

import pytest

from cpi_sanitise import Submission

pytestmark = pytest.mark.model


@pytest.mark.parametrize(
    ("text", "form", "name", "role"),
    [
        ("Leyla told me that Dean keeps a gun in the shed.", {}, "Leyla", "source"),
        ("Leyla told me that Dean keeps a gun in the shed.", {}, "Dean", "subject"),
        ("Dean keeps a gun in the shed.\nKind regards\nPriya Nair", {}, "Priya Nair", "submitter"),
        ("Priya saw Dean with a gun.", {"submitter_name": "Priya Nair"}, "Priya", "submitter"),
    ],
)
def test_roles(sanitiser, text, form, name, role):
    found = sanitiser.examine(Submission(reference="1", narrative=text, form=form)).identifiers
    (one,) = [one for one in found if text[one.start : one.end] == name]
    assert one.role == role


@pytest.mark.parametrize(
    ("text", "priority", "category"),
    [
        ("He has got hold of a handgun and is going to shoot Tyrell Baptiste tonight over a debt.", "high", "serious_violence_weapons"),
        ("Cannabis is being grown in the loft of a house in Leeds; there are fans and a strong smell at all hours.", "normal", "drugs"),
    ],
)
def test_triage(sanitiser, text, priority, category):
    found = sanitiser.examine(Submission(reference="1", narrative=text)).triage
    assert found.priority == priority
    assert category in found.categories
    assert all(text.lower() not in reason and len(reason) < 80 for reason in found.reasons)
