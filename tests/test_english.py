"""Verb forms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpi_sanitise.english import agrees_plural, forms, ing, lemma, participle, past, third_person


@pytest.mark.parametrize(
    ("base", "third", "before", "done", "doing"),
    [
        ("carry", "carries", "carried", "carried", "carrying"),
        ("see", "sees", "saw", "seen", "seeing"),
        ("stop", "stops", "stopped", "stopped", "stopping"),
        ("take", "takes", "took", "taken", "taking"),
        ("watch", "watches", "watched", "watched", "watching"),
        ("lie", "lies", "lay", "lain", "lying"),
        ("play", "plays", "played", "played", "playing"),
    ],
)
def test_forms(base, third, before, done, doing):
    assert (third_person(base), past(base), participle(base), ing(base)) == (third, before, done, doing)


@pytest.mark.parametrize(
    ("form", "base"),
    [
        ("noticed", "notice"),
        ("notices", "notice"),
        ("told", "tell"),
        ("seeing", "see"),
        ("stopped", "stop"),
        ("dealing", "deal"),
        ("carried", "carry"),
        ("using", "use"),
        ("was", "be"),
        ("visited", "visit"),
        ("selling", "sell"),
        ("moved", "move"),
    ],
)
def test_lemma(form, base):
    assert lemma(form) == base


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12))
def test_a_lemma_leads_back_to_its_form(form):
    assert form in forms(lemma(form))


@pytest.mark.parametrize(
    ("words", "tags", "plural"),
    [
        (["two", "men"], ["CD", "NNS"], True),
        (["a", "knife"], ["DT", "NN"], False),
        (["bruises"], ["NNS"], True),
        (["scales", "and", "bags"], ["NNS", "CC", "NNS"], True),
        (["some", "cash"], ["DT", "NN"], False),
    ],
)
def test_number(words, tags, plural):
    assert agrees_plural(words, tags) is plural
