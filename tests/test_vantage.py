"""What each level of caution writes instead of vantage, what it leaves out, and how the risk is rated. No model."""

import pytest
import spacy
from spacy.tokens import Doc

from cpi_sanitise.settings import Caution, Settings
from cpi_sanitise.spans import ProvenanceSpan, Statement, VantageSpan
from cpi_sanitise.vantage import DIALS, VERY_HIGH, attribution_risk, exact_times, find_vantage, replaced, stem_of, telling

NLP = spacy.blank("en")


def parsed(text):
    doc = NLP(text)
    for token in doc:
        token.is_sent_start = token.i == 0
    return doc


def written(text, point):
    doc = parsed(text)
    for span in reversed(replaced(doc, find_vantage(doc, [], {}), DIALS[point])):
        text = text[: span.start] + (span.plain or "") + text[span.end :]
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "ordinary", "cautious"),
    [
        ("Two pupils owe him money.", "Two young people owe him money.", "Two young people owe him money."),
        ("He sells his oramorph.", "He sells his prescribed morphine.", "He sells his prescribed morphine."),
        ("A man waits outside the clinic.", "A man waits outside the clinic.", "A man waits outside the premises."),
        ("It was said with nobody else in the room.", "It was said .", "It was said ."),
        ("He left at 22:47:10 in a van.", "He left at about 22:45 in a van.", "He left at about 22:45 in a van."),
        ("He drives a red Golf in Hull.", "He drives a red Golf in Hull.", "He drives a red Golf in Hull."),
    ],
)
def test_levels(text, ordinary, cautious):
    assert written(text, "provenance only") == text
    assert written(text, "ordinary") == ordinary
    assert written(text, "cautious") == cautious


@pytest.mark.parametrize(
    ("text", "found"),
    [("at 22:47:10", ["about 22:45"]), ("at 23:58:40", ["about 00:00"]), ("at 22:47", []), ("1:22:47:10", []), ("ratio 3:4:5", [])],
)
def test_exact_times(text, found):
    assert [plain for _, _, plain in exact_times(text)] == found


def phrase_doc(words, heads, deps, spaces=None):
    return Doc(NLP.vocab, words=words, heads=heads, deps=deps, spaces=spaces)


def test_a_find_of_the_encoder_goes_with_its_phrase_or_not_at_all():
    doc = phrase_doc(
        ["He", "sold", "it", "behind", "the", "lockers", "."],
        [1, 1, 1, 5, 5, 1, 1],
        ["nsubj", "ROOT", "obj", "case", "det", "obl", "punct"],
    )
    part = VantageSpan(doc[5].idx, doc[5].idx + 7, "setting", None, ("encoder",))
    verb = VantageSpan(doc[1].idx, doc[2].idx + 2, "setting", None, ("encoder",))
    cut = replaced(doc, [part], DIALS["cautious"])
    assert [doc.text[span.start : span.end] for span in cut] == ["behind the lockers"]
    assert replaced(doc, [part], DIALS["ordinary"]) == []
    assert replaced(doc, [verb], DIALS["cautious"]) == []


def test_dial_has_the_public_levels_and_grows():
    assert {"ordinary", "cautious"} <= set(DIALS)
    assert Settings(caution="cautious").caution in Caution.__args__
    steps = [DIALS[name].telling for name in ("provenance only", "ordinary", "between", "cautious", "utmost")]
    assert steps == sorted(steps, reverse=True)
    assert DIALS["ordinary"].cuts <= DIALS["cautious"].cuts


@pytest.mark.parametrize(
    ("word", "stem"),
    [("tenants", "tenant"), ("selling", "sell"), ("bus", "bus"), ("coaches", "coach"), ("badge", "badg"), ("badges", "badg")],
)
def test_stem(word, stem):
    assert stem_of(word) == stem


def test_telling_counts_words_outside_what_goes(monkeypatch):
    monkeypatch.setattr("cpi_sanitise.vantage.telling_words", lambda: {"badg": 2.0, "tenant": 1.0})
    doc = parsed("The tenant sold badges and badges.")
    whole = Statement(0, len(doc.text), None)
    assert telling(doc, whole, []) == 3.0
    assert telling(doc, whole, [ProvenanceSpan(0, 10, "relationship", ())]) == 2.0
    assert telling(doc, Statement(0, 10, None), []) == 1.0


def test_risk_rises_with_what_is_left(monkeypatch):
    monkeypatch.setattr("cpi_sanitise.vantage.telling_words", lambda: {"tenant": 1.0, "badg": 2.0, "loft": 2.0})
    dial, levels = DIALS["provenance only"], []
    for words in ("knife", "tenant", "loft"):
        doc = parsed(f"A man with a {words}.")
        levels.append(attribution_risk(doc, [Statement(0, len(doc.text), None)], [], [], [], dial).level)
    assert levels == ["low", "medium", "high"]


def test_very_high_risk_is_said(monkeypatch):
    monkeypatch.setattr("cpi_sanitise.vantage.telling_words", lambda: {"tenant": 1.0, "badg": 2.0, "loft": 2.0})
    doc = parsed("A badge is in the loft.")
    whole = [Statement(0, len(doc.text), None)]
    assert VERY_HIGH in attribution_risk(doc, whole, [], [], [], DIALS["provenance only"]).reasons
    assert VERY_HIGH not in attribution_risk(doc, whole, [], [], [], DIALS["cautious"]).reasons


def test_reasons_name_no_source():
    doc = parsed("He has a knife.")
    spans = [VantageSpan(0, 2, kind, None, ("encoder",)) for kind in ("setting", "privileged_record", "sole_knowledge")]
    found = attribution_risk(doc, [Statement(0, len(doc.text), None)], spans, [ProvenanceSpan(0, 2, "access", ())], [], DIALS["ordinary"])
    assert found.reasons
    assert not any(word in " ".join(found.reasons) for word in ("nurse", "school", "source", "health", "submitter"))
