"""The pattern language of the rules, on plain words."""

import pytest
import spacy

from cpi_sanitise.lexicon import rules, word_lists
from cpi_sanitise.phrases import PatternError, Phrasebook, compile_pattern

NLP = spacy.blank("en")
LISTS = {"visit": ["home visit", "visit"], "kin": ["mum", "dad"]}


def find(pattern, text):
    doc = NLP(text)
    for token in doc:
        token.is_sent_start = token.i == 0 or doc[token.i - 1].text == "."
    found = Phrasebook([compile_pattern(pattern, LISTS, {})]).find(doc)
    return [doc[first:last].text for first, last, _ in found]


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("during (a|the)? <visit>", "During a home visit he left.", ["During a home visit"]),
        ("during (a|the)? <visit>", "during visit", ["during visit"]),
        ("during (a|the)? <visit>", "during a walk", []),
        ("~tell us", "He tells us. She told us.", ["tells us", "told us"]),
        ("«his <kin> told us that»  he", "His mum told us that he left", ["His mum told us that"]),
        ("^ please ...", "Please do not say. He said please go.", ["Please do not say"]),
        ("known $", "It is known. He is known to us.", ["known"]),
        ("as ... ,", "as one two three four five , x", ["as one two three four five ,"]),
        ("as ... ,", "as one two three four five six , x", []),
        ("I'm", "I’m", []),
    ],
)
def test_patterns(pattern, text, found):
    assert find(pattern, text) == found


@pytest.mark.parametrize("pattern", ["(a|b", "<nothing>", "a)", "... a", "{NOUN} b"])
def test_a_pattern_that_cannot_be_read_is_an_error(pattern):
    with pytest.raises(PatternError):
        Phrasebook([compile_pattern(pattern, LISTS, {})])


@pytest.mark.parametrize("name", ["provenance", "vantage", "hedges"])
def test_every_shipped_pattern_compiles(name):
    key = "term" if name == "vantage" else "pattern"
    for rule in rules(name):
        compile_pattern(rule[key], word_lists(), rule)
