"""Properties that hold for any text."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpi_sanitise import Submission
from cpi_sanitise.quotation import quoted

FRIENDLY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])

names = st.sampled_from(
    ["Ysolde Brackwater", "Tendai Moyo", "Agnieszka Zielińska", "Mohammed Al-Rashid", "Quillon Vexworthy", "Siobhán O'Dwyer"]
)
tellings = st.sampled_from(
    ["{source} told me that {content}.", "I saw {content}.", "As her health visitor, I know that {content}.", "{source} begged us not to say that {content}.",
     "During a home visit {content}.", "We are worried that {content}.", "{content}, my colleague {source} said to me.", "Our records show {content}."]
)  # fmt: skip
contents = st.sampled_from(
    ["two men sell tablets from the garage", "he keeps a knife in the car", "the girl was given a phone", "cash is counted in the kitchen"]
)


@pytest.mark.model
@FRIENDLY
@given(st.text(max_size=300))
def test_any_text_gives_a_log_and_offsets_that_point_into_it(sanitiser, text):
    if not text.strip():
        return
    submission = Submission(reference="1", narrative=text)
    found = sanitiser.examine(submission)
    for span in (*found.identifiers, *found.provenance, *found.vantage, *found.statements):
        assert 0 <= span.start < span.end <= len(text)
    log = sanitiser(submission).log
    assert json.loads(log.to_json())["status"] in ("draft", "held")


@pytest.mark.model
@FRIENDLY
@given(st.lists(st.tuples(tellings, contents, names), min_size=1, max_size=4), names, st.sampled_from([str.lower, str.upper, str]))
def test_no_name_of_the_source_and_no_first_person_comes_out(sanitiser, parts, submitter, case):
    narrative = case(" ".join(telling.format(content=content, source=source) for telling, content, source in parts))
    log = sanitiser(Submission(reference="1", narrative=narrative, form={"submitter_name": submitter})).log
    written = log.to_json().lower()
    for name in {submitter, *(source for telling, _, source in parts if "{source}" in telling)}:
        for word in name.lower().split():
            assert word not in written
    words = {word.strip(".,").lower() for word in log.text.split()}
    assert not words & {"i", "we", "my", "our", "us", "me"}


@pytest.mark.model
def test_the_same_submission_gives_the_same_log_whatever_came_before(sanitiser):
    texts = ["I saw Kelly Marsh in Andover.", "KELLY MARSH sells tablets.", "he told me that they keep a gun."]
    alone = [sanitiser(Submission(reference="1", narrative=text)).log for text in texts]
    mixed = [result.log for result in sanitiser.pipe(Submission(reference="1", narrative=text) for text in [*texts[::-1], *texts])][3:]
    assert [log.text for log in alone] == [log.text for log in mixed]
    assert len({log.urn for log in (*alone, *mixed)}) == 6


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("He said “I will go” to me.", "I will go"),
        ('He said "my knife" twice.', "my knife"),
        ("He said 'I don't know' and left.", "I don't know"),
        ("The dogs' bowls and the cats' beds", ""),
        ("don't 'and' isn't", "and"),
    ],
)
def test_quotation(text, inside):
    import spacy

    doc = spacy.blank("en")(text)
    marks = quoted(doc)
    words = [token.text for token in doc if marks[token.i] and token.text not in "“”\"'’"]
    assert words == [token.text for token in spacy.blank("en")(inside)]
