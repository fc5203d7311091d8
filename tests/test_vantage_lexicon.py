"""The lexicon of trade words and record figures: every rule reads, and finds in its example what it marks there. No model."""

import re
from collections import Counter

import pytest
import spacy

from cpi_sanitise.lexicon import rules, word_lists
from cpi_sanitise.phrases import Phrasebook, compile_pattern

NLP = spacy.blank("en")
RULES = rules("vantage")
GENERAL = rules("general")
VOCABULARY = [rule for rule in RULES if rule.get("kind", "trade_vocabulary") == "trade_vocabulary"]
RECORDS = [rule for rule in RULES if rule.get("kind") == "privileged_record"]
# Words of the public and of officers: replaced, the log would lose what it is for.
ORDINARY = frozenset(
    "methadone cannabis cocaine heroin crack knife blade gun wraps bags flat house pupil tenant patient bruise bruises cut bruising "
    "cuckooing lines dealer van car taxi money cash school hospital prison core dash void tag chaps ten mr pat us it".split()
)


def compiled(rule):
    return compile_pattern(rule["term"], word_lists(), rule)


def parsed(text):
    """The text in words; the only part of speech that needs no model is the number."""
    doc = NLP(text)
    for token in doc:
        token.is_sent_start = token.i == 0
        if token.like_num:
            token.pos_ = "NUM"
    return doc


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["term"])
def test_rule(rule):
    assert set(rule) - {"kind"} == {"trade", "term", "plain", "example"}
    assert rule.get("kind", "trade_vocabulary") in ("trade_vocabulary", "privileged_record")
    assert not re.search(r"\d", rule["plain"])
    assert rule["plain"] == rule["plain"].strip()
    assert rule["term"].lower() not in ORDINARY
    before, marked, after = re.fullmatch(r"([^«»]*)«([^«»]+)»([^«»]*)", rule["example"]).groups()
    doc = parsed(before + marked + after)
    found = Phrasebook([compiled(rule)]).find(doc)
    if set(re.findall(r"\{(\w+)\}", rule["term"])) <= {"NUM"}:
        assert [doc[first:last].text for first, last, _ in found] == [marked]
        assert doc[found[0][0]].idx == len(before)


@pytest.mark.parametrize("rule", GENERAL, ids=lambda rule: rule["term"])
def test_general_rule(rule):
    assert set(rule) == {"level", "kind", "trade", "term", "plain", "example"}
    assert rule["level"] in ("ordinary", "cautious")
    assert rule["kind"] in ("setting", "act_of_service", "sole_knowledge")
    assert not re.search(r"\d", rule["plain"])
    before, marked, after = re.fullmatch(r"([^«»]*)«([^«»]+)»([^«»]*)", rule["example"]).groups()
    doc = parsed(before + marked + after)
    found = Phrasebook([compiled(rule)]).find(doc)
    assert [doc[first:last].text for first, last, _ in found] == [marked]


@pytest.mark.parametrize("rules_of", [RULES, GENERAL], ids=["vantage", "general"])
def test_plain_words_are_no_trade_words_themselves(rules_of):
    """What the log says instead must not itself be something that the log would say otherwise at the same level."""
    level = {rule["term"].lower() for rule in rules_of if rule.get("level", "ordinary") == "ordinary"}
    assert not {rule["plain"].lower() for rule in rules_of} & level


def test_no_term_and_no_example_stands_twice():
    assert [term for term, count in Counter(rule["term"].lower() for rule in RULES).items() if count > 1] == []
    assert [text for text, count in Counter(rule["example"].lower() for rule in RULES).items() if count > 1] == []


def test_size():
    assert len(VOCABULARY) >= 600
    assert len(RECORDS) >= 60
    assert len({rule["trade"] for rule in VOCABULARY}) >= 20


@pytest.mark.parametrize(
    "text",
    [
        "He was presented with a bill for ten pounds by Mr Pat Hall.",
        "Two chaps, one six foot tall, ran from the core of the estate to a dash of red paint.",
        "I recalled that tens of people from the housing association were in the canteen.",
        "They cuckooed a tenant; county lines runners sold cannabis in snap bags and wraps.",
    ],
)
def test_ordinary_speech_is_left_alone(text):
    assert Phrasebook([compiled(rule) for rule in RULES]).find(parsed(text)) == []
