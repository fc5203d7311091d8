"""A long search for a text that breaks something: recognizers, rules, rewriting, redaction and leak check around an encoder of drawn scores.

The encoder is drawn and not run, because a pass takes ten times as long as everything else: so a hundred thousand texts take
an hour and not a day, and the scores are worse than any model's. What the form says of the source is planted in every text, in the
shapes that people write it in. `FUZZ_EXAMPLES` says how many texts; `make fuzz` takes 100,000.
"""

from __future__ import annotations

import os
import re
import time

import pyrage
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpi_sanitise import Sanitiser, Submission
from tests.fakes import DrawnEncoder
from tests.recognizers.test_any_text import PIECES

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "300"))
LONGEST_CALL_SECONDS = 5.0  # of the process's own time, for at most some thousand characters

FORM = {
    "submitter_name": "Quillon Vexworthy",
    "submitter_organisation": "Zarnfield Ottermere Surgery",
    "submitter_telephone": "01632 960731",
    "submitter_email": "q.vexworthy@ottermere.example",
    "source_name": "Ysolde Brackwater",
    "source_dob": "17/09/1961",
    "source_address": "31 Crambeck Wynd, Hexham",
    "source_telephone": "07700 900846",
    "source_email": "ysolde.b@plimth.example",
}
PLANTED = (
    "Quillon Vexworthy", "QUILLON VEXWORTHY", "quillon", "Vexworthy's", "Vexwothy", "Mr Vexworthy", "Zarnfield Ottermere Surgery",
    "zarnfield", "01632 960731", "01632960731", "(01632) 960-731", "+44 1632 960731", "q.vexworthy@ottermere.example", "ottermere.example",
    "Ysolde Brackwater", "ysolde", "BRACKWATER", "Brackwater, Ysolde", "17/09/1961", "17 Sept 1961", "17th of September 1961",
    "31 Crambeck Wynd", "Crambeck  Wynd", "07700 900846", "07700900846", "+447700900846", "ysolde.b@plimth.example", "@plimth.example",
)  # fmt: skip
# What none of these may leave behind, wherever it stood and whatever stood beside it.
NEVER = re.compile(
    r"quillon|vexworth|zarnfield|ottermere|ysolde|brackwater|crambeck|plimth|960\W?731(?!\d)|900\W?846(?!\d)|17/09/1961(?!\d)",
    re.IGNORECASE,
)
FRAMES = (
    "I saw {} sell tablets.", "{} told me that he keeps a knife.", "my client {} says so", "“{}” he said", "({})", "{} {} {}", "from: {}",
    "{}\n", "\n> {}\n", "On Tuesday {} was seen at 12 Mill Lane, Andover with BD51 SMR.", "It is believed that {} has a gun", "- {}", "{}@{}",
    "Thanks\n{}", "He calls {} on 07700 900123.", "{}'s brother", "via {}, who asked to stay anonymous.", "We are worried about {}",
)  # fmt: skip
BREAKING = (
    "",
    " ",
    "\u200b",
    "\u00ad",
    "\u202e",
    "\x00",
    "\n",
    "\t",
    "-",
    ".",
    "/",
    "_",
    "*",
    "'",
    '"',
    "́",
    "😀",
    "\ufffc",
    "■",
    "[PERSON 1]",
    "\ud800",
)

words = st.one_of(st.sampled_from(PIECES), st.sampled_from(PLANTED), st.sampled_from(BREAKING), st.text(max_size=12))
framed = st.tuples(st.sampled_from(FRAMES), st.lists(words, min_size=3, max_size=3)).map(lambda pair: pair[0].format(*pair[1]))
texts = st.lists(st.one_of(framed, words), min_size=1, max_size=14).flatmap(
    lambda parts: st.sampled_from([" ", " ", "\n", ". ", ""]).map(lambda between: between.join(parts))
)


@pytest.fixture(scope="module")
def sanitisers() -> list[tuple[Sanitiser, list[DrawnEncoder]]]:
    """One that seals, with encoders from one that finds nothing to one that takes every word for something."""
    keys = [str(pyrage.x25519.Identity.generate().to_public()) for _ in range(2)]
    sanitiser = Sanitiser([keys[0]], [keys[1]])
    component = sanitiser._engine.nlp.get_pipe("cpi_encoder")
    labels = component.encoder.labels
    return [(sanitiser, [DrawnEncoder(labels, likely, seed) for seed, likely in enumerate((0.0, 0.0, 0.1, 0.3, 0.6, 1.0))])]


@pytest.mark.model
@pytest.mark.slow
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=False,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
        HealthCheck.large_base_example,
    ],
)
@given(texts, st.integers(0, 5), st.sampled_from([str, str, str.lower, str.upper]))
def test_no_text_breaks_leaks_or_hangs(sanitisers, text, which, case):
    ((sanitiser, encoders),) = sanitisers
    sanitiser._engine.nlp.get_pipe("cpi_encoder").encoder = encoders[which]
    narrative = case(text)
    if not narrative.strip():
        return
    began = time.process_time()
    result = sanitiser(Submission(reference="1", narrative=narrative, form=FORM))
    assert time.process_time() - began < LONGEST_CALL_SECONDS
    log = result.log
    left = NEVER.search(log.to_json())
    assert left is None, f"{left[0]!r} of the form stands in the log {log.text!r} of {narrative!r}"
    # Held for doubt is the leak check's work; held because a stage fell over is a fault.
    assert not any("could not be read wholly" in reason or "unexpected error" in reason for reason in log.hold_reasons), log.hold_reasons
