"""The second line of the leak check: what the first reading missed is withheld, with the numbers of the placeholders closed up."""

from types import SimpleNamespace

import numpy as np
import pytest
import spacy

from cpi_sanitise import sanitiser as flow
from cpi_sanitise import second_reading
from cpi_sanitise.second_reading import doubted
from cpi_sanitise.spans import Identifier
from cpi_sanitise.submission import Submission


@pytest.mark.model
@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        ([], set()),
        (["[PERSON 1] sells tablets from a silver Golf, [VEHICLE 1], around 10pm.", "Two men come from Bangor and Redcar."], set()),
        (["Two men call at night.", "Call Oluwaseun Adeyemi on 07700 900123."], {1}),
        (["He drives [VEHICLE 1].", "The car is BD51 SMR.", "Payment to jay.moss@example.com."], {1, 2}),
    ],
)
def test_statements_that_hold_an_identifier_are_doubted(sanitiser, texts, numbers):
    assert doubted(texts, sanitiser._engine, sanitiser._analyzer) == numbers


@pytest.mark.model
def test_what_the_first_reading_missed_is_withheld_and_sealed_and_leaves_no_gap(sanitiser, monkeypatch):
    submission = Submission("1", "Jay Moss sells tablets.\nThe white van is BD51 SMR.\nKim Alder buys them on Fridays.")
    whole = sanitiser._draft(submission)
    assert [len(whole.statements), len(whole.withheld)] == [3, 0]
    found = flow.find_identifiers
    monkeypatch.setattr(flow, "find_identifiers", lambda *given: [one for one in found(*given) if one.type != "VEHICLE_REG"])
    draft = sanitiser._draft(submission)
    assert [statement.text for statement in draft.statements] == [whole.statements[0].text, whole.statements[2].text]
    assert "[PERSON 2]" in draft.statements[1].text
    assert [submission.narrative[one.start : one.end] for one in draft.withheld] == ["The white van is BD51 SMR."]


# What it makes of what it is given, without a model: the finds and the scores are set.

BLANK = spacy.blank("en")


def read(monkeypatch, texts, *, finds=(), shares=None):
    """What is doubted where the recognizers find `finds` and the encoder gives each word its share of provenance."""
    seen = []

    def find_identifiers(artifacts, _analyzer, form):
        text = artifacts.tokens.text
        seen.append(text)
        assert form == []
        return [Identifier(text.index(part), text.index(part) + len(part), kind, score, tuple(by)) for part, kind, score, by in finds]

    monkeypatch.setattr(second_reading, "find_identifiers", find_identifiers)
    monkeypatch.setattr(second_reading, "word_tokens", lambda doc: np.array([token.i for token in doc if not token.is_space]))
    if shares is not None:
        # The tags in another order than one would think: O last.
        monkeypatch.setattr(
            second_reading, "scores_of", lambda _: SimpleNamespace(words={"provenance": np.array([[s, 1 - s] for s in shares])})
        )
    engine = SimpleNamespace(
        process_text=lambda text, language: SimpleNamespace(tokens={"en": BLANK}[language](text)),
        encoder=SimpleNamespace(labels={} if shares is None else {"provenance": ["B-event", "O"]}),
    )
    return doubted(texts, engine, None), (seen[0] if seen else None)


@pytest.mark.parametrize(
    ("kind", "score", "by", "doubtful"),
    [
        ("PERSON", 0.9, ["EncoderRecognizer"], True),
        ("PERSON", 0.95, ["other", "EncoderRecognizer"], True),
        ("PERSON", 0.89, ["EncoderRecognizer"], False),
        ("PERSON", 1.0, ["other"], False),
        ("USERNAME", 0.9, ["EncoderRecognizer"], True),
        ("USERNAME", 0.5, ["EncoderRecognizer"], False),
        ("ADDRESS", 1.0, ["EncoderRecognizer"], False),
        ("DOB", 1.0, ["DobRecognizer"], False),
        *((kind, 0.5, ["its own"], True) for kind in "PHONE POSTCODE VEHICLE_REG EMAIL NATIONAL_ID FINANCIAL".split()),
        ("PHONE", 0.5, ["EncoderRecognizer", "its own"], True),
        ("PHONE", 0.89, ["EncoderRecognizer"], False),
        ("PHONE", 0.9, ["EncoderRecognizer"], True),
    ],
)
def test_what_is_certain_enough(monkeypatch, kind, score, by, doubtful):
    texts = ["Two men.", "He met Zq77w there.", "A van."]
    assert read(monkeypatch, texts, finds=[("Zq77w", kind, score, by)])[0] == ({1} if doubtful else set())


@pytest.mark.parametrize("town", ["Andover", "ANDOVER", "andover"])
def test_a_town_is_nobody(monkeypatch, town):
    assert read(monkeypatch, [f"He lives in {town}."], finds=[(town, "PERSON", 1.0, ["EncoderRecognizer"])])[0] == set()


@pytest.mark.parametrize(("part", "number"), [("aa", 0), ("bb", 0), ("cc", 1), ("dd", 1), ("ee", 2), ("ff", 2)])
def test_which_statement_is_doubted(monkeypatch, part, number):
    """From the first character to the last of each."""
    found, _ = read(monkeypatch, ["aa bb", "cc dd", "ee ff"], finds=[(part, "PHONE", 1.0, ["its own"])])
    assert found == {number}


def test_a_statement_of_two_lines_is_one(monkeypatch):
    assert read(monkeypatch, ["aa\nbb", "cc"], finds=[("cc", "PHONE", 1.0, ["its own"])]) == ({1}, "aa bb\ncc")


def test_placeholders_are_read_as_a_reader_would(monkeypatch):
    text = "[PERSON 1] of [ADDRESS 12], [PLACE 3] and [ORGANISATION 4] has [VEHICLE 5] since [DATE OF BIRTH 6]."
    _, seen = read(monkeypatch, [text])
    assert seen == "somebody of somewhere, somewhere and somewhere has something since something."


@pytest.mark.parametrize("texts", [[], [""], [" ", "\n"]])
def test_nothing_is_not_read(monkeypatch, texts):
    assert read(monkeypatch, texts, finds=[("x", "PHONE", 1.0, ["its own"])]) == (set(), None)


@pytest.mark.parametrize(
    ("shares", "numbers"),
    [
        ([0.95] * 5 + [0.0] * 11, {0}),
        ([0.95] * 4 + [0.0] * 12, set()),
        ([0.9] * 5 + [0.0] * 11, set()),  # sure means more than that
        ([0.0] * 8 + [0.95] * 5 + [0.0] * 3, {1}),
        ([0.0] + [0.95] * 8 + [0.0] * 7, {0}),  # where it begins
        ([0.95] * 4 + [0.0] + [0.95] * 4 + [0.0] * 7, set()),
        ([0.95] * 16, {0}),
        ([0.95] * 9 + [0.0] * 7, {0}),
    ],
)
def test_a_run_of_words_that_tell(monkeypatch, shares, numbers):
    assert read(monkeypatch, ["a b c d e f g h", "i j k l m n o p"], shares=shares)[0] == numbers


def test_an_encoder_without_that_head_finds_no_telling(monkeypatch):
    assert read(monkeypatch, ["a b c d e f g h"])[0] == set()
