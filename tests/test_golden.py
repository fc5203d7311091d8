"""Golden cases: narratives and the logs that a good analyst would write (tests/golden), through the whole flow."""

import re
import tomllib
from datetime import datetime, time
from pathlib import Path

import pytest

from corpora.build import read_split
from cpi_sanitise import Submission
from cpi_sanitise.english import forms, lemma
from cpi_sanitise.statements import BASES, kind_of

pytestmark = pytest.mark.model

GOLDEN = Path(__file__).parent / "golden"
KEYS = {"row", "before", "after", "kind", "form", "received_at", "risk", "known_gap"}
FIRST_PERSON = frozenset("i we me us my our mine ours myself ourselves i'm i've i'd i'll we're we've we'd we'll im ive".split())
# What the rewriter may write that the text does not hold: neutral frames, descriptions, forms of "be", months for relative dates, parts of the day.
FRAME_WORDS = frozenset(
    "there is a an the concern that about it thought was were are been be has have known as far risk assessed said person people others male female "
    "woman man men women boy girl young resident residents premises aged or of on in night early late morning afternoon evening during at pm am "
    "two three four five six several some many high medium standard low "
    "january february march april may june july august september october november december he she they".split()
)
QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|(?<!\w)['‘][^'’]{3,}['’](?!\w)")


def read(path):
    return tomllib.loads(path.read_text(encoding="utf-8"))["case"]


STATEMENTS = read(GOLDEN / "statements.toml")
REWRITING = [case for path in sorted((GOLDEN / "rewriting").glob("*.toml")) for case in read(path)]


def params(cases, name):
    return [
        pytest.param(
            case,
            id=f"{case['row']}: {case[name][:50]}",
            marks=[pytest.mark.xfail(strict=True, reason=case["known_gap"])] if "known_gap" in case else [],
        )
        for case in cases
    ]


def submission_of(case):
    received = case.get("received_at")
    return Submission(
        reference="1",
        narrative=case["before"],
        form=case.get("form", {}),
        received_at=datetime.combine(received, time(9)) if received else None,
    )


def accepted(case):
    return [case["after"]] if isinstance(case["after"], str) else case["after"]


def words_of(text):
    """Words without placeholders and quotation, in lower case."""
    return re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", QUOTED.sub(" ", re.sub(r"\[[A-Z ]+ \d+\]", " ", text)).replace("’", "'").lower())


def new_words(before, after):
    """Words of the log that neither the text, in any form of the verb, nor the closed list of frame words holds."""
    known = {form for word in words_of(before) for form in forms(lemma(word))} | set(words_of(before))
    return {
        word
        for word in words_of(after)
        if word not in known and word not in FRAME_WORDS and word.removesuffix("'s") not in known | FRAME_WORDS
    }


@pytest.mark.parametrize("case", params(REWRITING, "before"))
def test_the_log_is_what_an_analyst_would_write(case, sanitiser):
    submission = submission_of(case)
    log = sanitiser(submission).log
    assert log.text in accepted(case)
    assert log.status == ("draft" if log.text else log.status)
    if "kind" in case:
        assert {statement.kind for statement in log.statements} == {case["kind"]}
    examination = sanitiser.examine(submission)
    if "risk" in case:
        levels = ("low", "medium", "high")
        assert levels.index(examination.attribution_risk.level) >= levels.index(case["risk"])
    assert not FIRST_PERSON & set(words_of(log.text))
    inside = {word for span in examination.provenance for word in words_of(case["before"][span.start : span.end]) if len(word) > 3}
    outside = case["before"]
    for span in sorted(examination.provenance, key=lambda span: -span.start):
        outside = outside[: span.start] + " " + outside[span.end :]
    assert not (inside - set(words_of(outside)) - FRAME_WORDS) & set(words_of(log.text))


@pytest.mark.parametrize("case", REWRITING, ids=lambda case: str(case["row"]))
def test_the_cases_themselves_are_sound(case):
    """No first person, and nothing that the text does not say."""
    assert set(case) <= KEYS
    # The lexicon's plain words for dialect and medicines (rows 28, 29).
    plain = {"had", "cuts", "taken", "hospital", "wires", "antipsychotic", "medication", "prescribed", "morphine"}
    for after in accepted(case):
        assert not FIRST_PERSON & set(words_of(after))
        assert not new_words(case["before"], after) - plain


def test_every_row_has_at_least_three_cases():
    rows = {row: sum(case["row"] == row for case in REWRITING) for row in [*range(1, 69), *(f"G{number}" for number in range(1, 11))]}
    assert {row for row, number in rows.items() if number < 3} == set()


@pytest.mark.parametrize("case", params(STATEMENTS, "text"))
def test_kind_of_what_remains(case):
    assert kind_of(case["text"], hedged=False) == case["kind"]


@pytest.mark.parametrize("hedge", ["I think", "We believe", "In my view", "I suspect that", "I am worried that"])
@pytest.mark.parametrize("fact", ["he sells tablets from the garage", "two men keep dogs in the barn", "she hides phones in the loft"])
def test_cutting_a_belief_makes_no_fact(hedge, fact, sanitiser):
    for statement in sanitiser(Submission(reference="1", narrative=f"{hedge} {fact}.")).log.statements:
        assert statement.kind != "fact"


def test_basis_is_in_no_byte_of_a_log(sanitiser):
    """Over the corpus' examples: no field of the log, and no value of one, tells how the source knew it."""
    for record in read_split("dev")[::12]:
        written = sanitiser(Submission(reference="1", narrative=record["narrative"], form=record["form"])).log.to_json().lower()
        assert not [basis for basis in BASES if basis != "unknown" and (basis in written or basis.replace("_", " ") in written)]
        assert "basis" not in written
