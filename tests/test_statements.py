"""Fact, opinion, mixed by cues: sentences of our own in the manner of the table of examples."""

import pytest

from cpi_sanitise.statements import kind_of


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Three women wait by the kiosk; they are collected at about 9pm.", "fact"),
        ("That may be why the shop closed.", "opinion"),
        ("She is vulnerable.", "opinion"),
        ("He bought a £900 watch, so he must be selling for them.", "mixed"),
        ('He shouted "I think you are dead".', "fact"),
        ("There is a concern that she is being groomed.", "opinion"),
        ("The tenant sleeps in the hall, which suggests cuckooing.", "mixed"),
        ("It is rumoured that a gun is kept there.", "opinion"),
        ("About twenty bags were on the table.", "fact"),
    ],
)
def test_kind_by_cues(text, kind):
    assert kind_of(text, hedged=False) == kind


def test_a_hedge_of_the_source_makes_no_fact():
    assert kind_of("It is thought that he sells tablets.", hedged=True) == "opinion"
