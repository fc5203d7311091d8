"""What must hold a statement."""

import pytest

from cpi_sanitise.form_search import form_values
from cpi_sanitise.leak_check import Removed, leaks
from cpi_sanitise.spans import Identifier

NOTHING = Removed("", [])


@pytest.mark.parametrize(
    ("value", "kind", "log", "leaking"),
    [
        ("Kelly Marsh", "PERSON", "KELLY sells tablets.", True),
        ("Kelly Marsh", "PERSON", "A marsh lies behind the house.", False),
        ("Grace Mensah", "PERSON", "He was there by the grace of luck.", False),
        ("Grace Mensah", "PERSON", "He met Grace there.", True),
        ("07700 900123", "PHONE", "He calls 07700900123.", True),
        ("BD51 SMR", "VEHICLE_REG", "The car is bd51smr.", True),
        ("14 Tallow Street", "ADDRESS", "He lives at 14 tallow  street.", True),
        ("14 Tallow Street", "ADDRESS", "He sells tallow in the street.", False),
        ("Kelly Marsh", "PERSON", "[PERSON 1] sells tablets.", False),
    ],
)
def test_removed_identifiers(value, kind, log, leaking):
    assert bool(leaks(log, Removed(value, [Identifier(0, len(value), kind, 1.0, ())]), [])) is leaking


@pytest.mark.parametrize(
    ("log", "leaking"),
    [
        ("I saw him.", True),
        ('He said "I will kill him".', False),
        ("He gave it to us.", True),
        ("He flew to the US.", False),
        ("It is on my list.", True),
        ("The i newspaper", True),
        ("Submitted via CPI.", True),
        ("He sells tablets.", False),
        ("It's World War I memorabilia.", False),
    ],
)
def test_first_person_and_channel(log, leaking):
    assert bool(leaks(log, NOTHING, [])) is leaking


def test_form_values():
    form = form_values({"submitter_organisation": "Larkmere Surgery", "source_address": "3 Mill Lane, Andover"})
    assert leaks("It is near Larkmere.", NOTHING, form)
    assert not leaks("It is in Andover, near a surgery.", NOTHING, form)


def test_reasons_quote_nothing():
    reasons = leaks("I saw Kelly", Removed("Kelly", [Identifier(0, 5, "PERSON", 1.0, ())]), [])
    assert reasons
    assert not any("Kelly" in reason for reason in reasons)
