"""Spans: half-open, so that what only touches shares nothing."""

import pytest

from cpi_sanitise.spans import (
    AttributionRisk,
    Identifier,
    ProvenanceSpan,
    Statement,
    contains,
    in_order,
    inside_any,
    longest_first,
    overlaps,
)


def spans(*pairs):
    return [Statement(start, end, None) for start, end in pairs]


def pairs(found):
    return [(one.start, one.end) for one in found]


@pytest.mark.parametrize(
    ("first", "second", "shared", "within"),
    [
        ((2, 5), (2, 5), True, True),
        ((2, 5), (3, 4), True, True),
        ((3, 4), (2, 5), True, False),
        ((2, 5), (2, 4), True, True),
        ((2, 5), (3, 5), True, True),
        ((2, 5), (1, 5), True, False),
        ((2, 5), (2, 6), True, False),
        ((2, 5), (4, 7), True, False),
        ((2, 5), (0, 3), True, False),
        ((2, 5), (5, 7), False, False),  # they touch
        ((2, 5), (0, 2), False, False),
        ((2, 5), (6, 7), False, False),
        ((2, 5), (0, 1), False, False),
    ],
)
def test_two_spans(first, second, shared, within):
    one, other = spans(first, second)
    assert overlaps(one, other) is shared
    assert overlaps(other, one) is shared
    assert contains(one, other) is within


@pytest.mark.parametrize(("others", "inside"), [([], False), ([(0, 2), (5, 9)], False), ([(0, 2), (4, 9)], True), ([(2, 5), (6, 9)], True)])
def test_inside_any(others, inside):
    assert inside_any(spans((2, 5))[0], spans(*others)) is inside


def test_in_order_puts_the_longer_first_where_two_begin_together():
    assert pairs(in_order(spans((4, 6), (1, 2), (4, 9), (1, 3)))) == [(1, 3), (1, 2), (4, 9), (4, 6)]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ([], []),
        ([(0, 3), (2, 9)], [(2, 9)]),
        ([(0, 2), (2, 4)], [(0, 2), (2, 4)]),  # they touch
        ([(3, 6), (0, 4), (5, 9)], [(0, 4), (5, 9)]),  # (0, 4) and (5, 9) leave no room for (3, 6)
        ([(3, 6), (0, 3), (1, 4)], [(0, 3), (3, 6)]),  # of two as long, the earlier
        ([(1, 4), (3, 6), (0, 3)], [(0, 3), (3, 6)]),
        ([(8, 9), (0, 2), (4, 7)], [(0, 2), (4, 7), (8, 9)]),
    ],
)
def test_longest_first(given, kept):
    assert pairs(longest_first(spans(*given))) == kept


@pytest.mark.parametrize(
    ("roles", "role"),
    [
        ((), "subject"),  # treated as a subject's: a placeholder, never left as it is
        (("third_party",), "third_party"),
        (("third_party", "subject"), "subject"),
        (("subject", "source"), "source"),
        (("source", "submitter"), "submitter"),
        (("third_party", "submitter"), "submitter"),
    ],
)
def test_the_strictest_role_decides(roles, role):
    assert Identifier(0, 1, "PERSON", 1.0, (), roles).role == role


def test_what_is_not_said():
    assert Statement(0, 1, None).basis == "unknown"
    assert AttributionRisk("low").reasons == ()
    assert Identifier(0, 1, "PERSON", 1.0, ()).roles == ()


@pytest.mark.parametrize("one", [Identifier(0, 1, "PERSON", 1.0, ()), ProvenanceSpan(0, 1, "event", ()), Statement(0, 1, None)])
def test_a_span_is_never_altered(one):
    with pytest.raises(AttributeError):
        one.end = 2
