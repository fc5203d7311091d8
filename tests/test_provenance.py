"""Provenance: every rule on its own example, and what grammar must decide."""

import pytest

from cpi_sanitise.lexicon import rules
from cpi_sanitise.provenance import find_provenance

pytestmark = pytest.mark.model()
RULES = rules("provenance")


def marked(example):
    """Text without marks, and the span between them."""
    start, end = example.index("«"), example.index("»") - 1
    return example.replace("«", "").replace("»", ""), start, end


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"row {rule['row']}: {rule['example'][:40]}")
def test_each_rule_finds_its_own_example(rule, parse, sanitiser):
    text, start, end = marked(rule["example"])
    found = find_provenance(parse(text), [], sanitiser._engine.encoder.labels)
    covered = {place for span in found for place in range(span.start, span.end)}
    missed = [text[place] for place in range(start, end) if place not in covered and text[place].isalnum()]
    assert not missed
    assert any(f"row {rule['row']}" in finder for span in found for finder in span.found_by)


@pytest.mark.parametrize(
    ("text", "cut", "kept"),
    [
        ("I have noticed that he arrives in different cars.", "I have noticed that", "he arrives in different cars"),
        ("She disclosed to me that two men bring parcels at 10pm.", "She disclosed to me that", "two men bring parcels at 10pm"),
        ("A support worker noticed bruises on her arm.", "A support worker noticed", "bruises on her arm"),
        ("I rang 101 and he shouted at the window.", "I rang 101", "he shouted at the window"),
        ("One of our pupils is carrying a knife.", "our pupils", "is carrying a knife"),
    ],
)
def test_grammar_cuts_the_telling_and_no_more(text, cut, kept, parse, sanitiser):
    # Without the encoder's provenance tags, so that it is grammar that is tried.
    labels = {name: values for name, values in sanitiser._engine.encoder.labels.items() if name != "provenance"}
    found = find_provenance(parse(text), [], labels)
    covered = {place for span in found for place in range(span.start, span.end)}
    for phrase, inside in ((cut, True), (kept, False)):
        start = text.index(phrase)
        assert all((place in covered) is inside for place in range(start, start + len(phrase)) if text[place].isalnum())


@pytest.mark.parametrize(
    "text",
    [
        "He works as a nurse and sells tablets.",
        'He said "I will kill him and we know where he lives".',
        "His brother drives the van.",
        "They meet behind the old school.",
    ],
)
def test_what_is_not_provenance_stays(text, parse, sanitiser):
    assert not find_provenance(parse(text), [], sanitiser._engine.encoder.labels)
