"""Relative dates against the day of receipt: what becomes a date, and what is left alone."""

from datetime import date

import pytest

from cpi_sanitise.relative_dates import find_relative_dates
from cpi_sanitise.spans import ProvenanceSpan

pytestmark = pytest.mark.model

WEDNESDAY = date(2026, 3, 4)


def resolved(parse, text, received, cut=""):
    spans = [ProvenanceSpan(text.index(cut), text.index(cut) + len(cut), "timing", ("test",))] if cut else []
    return [(text[one.start : one.end], one.text) for one in find_relative_dates(parse(text), received, spans)]


@pytest.mark.parametrize(
    ("text", "received", "found", "instead"),
    [
        ("He was beaten last night.", WEDNESDAY, "last night", "on the night of 3 March 2026"),
        ("He was beaten last night.", date(2026, 1, 1), "last night", "on the night of 31 December 2025"),
        ("He was beaten yesterday.", date(2024, 3, 1), "yesterday", "on 29 February 2024"),
        ("He was beaten yesterday evening.", WEDNESDAY, "yesterday evening", "on the evening of 3 March 2026"),
        ("He has been missing since yesterday.", WEDNESDAY, "yesterday", "3 March 2026"),
        ("The van came this morning.", WEDNESDAY, "this morning", "on the morning of 4 March 2026"),
        ("The van came today.", WEDNESDAY, "today", "on 4 March 2026"),
        ("They fly tomorrow.", date(2026, 12, 31), "tomorrow", "on 1 January 2027"),
        ("They meet tonight.", WEDNESDAY, "tonight", "on the night of 4 March 2026"),
        ("He sold the car three days ago.", date(2026, 3, 2), "three days ago", "on 27 February 2026"),
        ("He sold the car two weeks ago.", WEDNESDAY, "two weeks ago", "around 18 February 2026"),
        ("He sold the car 2 months ago.", date(2026, 1, 15), "2 months ago", "around November 2025"),
        ("He moved in last week.", WEDNESDAY, "last week", "in the week of 23 February 2026"),
        ("He moved in last month.", date(2026, 1, 31), "last month", "in December 2025"),
        ("The wedding is next month.", date(2026, 12, 5), "next month", "in January 2027"),
        ("He moved in last year.", WEDNESDAY, "last year", "in 2025"),
        ("He was stabbed on Saturday.", WEDNESDAY, "on Saturday", "on Saturday 28 February 2026"),
        ("He was stabbed on Friday night.", WEDNESDAY, "on Friday night", "on the night of Friday 27 February 2026"),
        ("He will fly on Saturday.", WEDNESDAY, "on Saturday", "on Saturday 7 March 2026"),
        ("He was stabbed last Friday.", WEDNESDAY, "last Friday", "on Friday 27 February 2026"),
    ],
)
def test_safe_forms_become_dates(text, received, found, instead, parse):
    assert resolved(parse, text, received) == [(found, instead)]


@pytest.mark.parametrize(
    ("text", "received"),
    [
        ("He sold the car a few weeks ago.", WEDNESDAY),
        ("He sold the car about two weeks ago.", WEDNESDAY),
        ("He sold the car a couple of days ago.", WEDNESDAY),
        ("He flies next Friday.", WEDNESDAY),
        ("He was stabbed on Wednesday.", WEDNESDAY),  # today or a week ago
        ("He was stabbed last Friday.", date(2026, 3, 7)),  # a Saturday: yesterday or eight days ago
        ("They meet on Fridays.", WEDNESDAY),
        ("They meet every Friday.", WEDNESDAY),
        ("They meet on Friday.", WEDNESDAY),  # a habit or a plan
        ('He said "I did it last night".', WEDNESDAY),
        ("He has been ill for the last week.", WEDNESDAY),
        ("Young people today carry knives.", WEDNESDAY),
        ("Last night's fire was set by two men.", WEDNESDAY),
        ("It was sold some time ago.", WEDNESDAY),
    ],
)
def test_forms_in_doubt_are_left_alone(text, received, parse):
    assert resolved(parse, text, received) == []


def test_a_telling_on_another_day_leaves_yesterday_in_doubt(parse):
    text = "At Monday's appointment he said that he bought the knife yesterday."
    assert resolved(parse, text, WEDNESDAY, cut="At Monday's appointment he said that") == []


def test_when_it_became_known_is_not_resolved(parse):
    assert resolved(parse, "Yesterday she told me that he has a gun.", WEDNESDAY, cut="Yesterday she told me that") == []
