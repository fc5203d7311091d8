"""Held submissions are listed from logs alone, and go back as drafts only in words that do not point to the source."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from fakes import lines
from opened_store import CANARIES, OFFICERS, SECOND, SIGN, UNIT, WHO

from cpi_sanitise.opening import open_sealed
from cpi_sanitise.sanitised_log import SanitisedLog

GOOD = "F A man sells tablets in Andover.\nO It is thought that he is known for it.\nM He sells, so he must have a supplier.\n"


@pytest.fixture
def read_urn(store) -> str:
    """The held submission whose identifiers were found."""
    return next(urn for urn in store.urns(status="held") if record(store, urn)["identifiers"])


@pytest.fixture
def unread_urn(store) -> str:
    """The held submission whose identifiers never were."""
    return next(urn for urn in store.urns(status="held") if not record(store, urn)["identifiers"])


def record(store, urn: str) -> dict:
    line = next(line for line in lines(store.folder / "sealed") if line["urn"] == urn)
    return json.loads(open_sealed(line["sealed"].encode(), [UNIT]))


def send_back(store, urn: str, text: str, name: str = "w.txt", *, identities: tuple[str, ...] = ("unit",)):
    Path(name).write_text(text, encoding="utf-8")
    given = [part for identity in identities for part in ("--identity", identity)]
    return store.call("held", "return", "store", urn, "--text", name, *given, "--reason", "held_review", *SIGN, *WHO)


def log_of(store, urn: str) -> SanitisedLog:
    return next(log for log in map(SanitisedLog.from_json, map(json.dumps, lines(store.folder / "log"))) if log.urn == urn)


def test_held_logs_are_listed_from_logs_alone_those_of_high_priority_first(store):
    shutil.rmtree(store.folder / "sealed")
    first, second = sorted(store.urns(status="held"))
    for part in (store.folder / "log").iterdir():
        rows = [row.replace('"normal"', '"high"') if second in row else row for row in part.read_text().splitlines()]
        part.write_text("".join(row + "\n" for row in rows))
    result = store.call("held", "list", "store")
    assert (result.code, result.err) == (0, "2 held\n")
    assert result.out == f"{second}\thigh\tintelligence_log\ta stage is in doubt\n{first}\tnormal\tintelligence_log\ta stage is in doubt\n"
    assert not store.events()


def test_listing_says_where_there_is_no_store(store):
    assert store.call("held", "list", "none").err.startswith("cpi-sanitise: error: there is no such store\n")


def test_a_held_submission_goes_back_as_a_draft(store, read_urn):
    before = log_of(store, read_urn)
    result = send_back(store, read_urn, GOOD)
    assert (result.code, result.out, result.err) == (0, "", f"{read_urn} is a draft with 3 statements\n")
    after = log_of(store, read_urn)
    assert (after.status, after.hold_reasons) == ("draft", ())
    assert [(one.kind, one.text) for one in after.statements] == [
        ("fact", "A man sells tablets in Andover."),
        ("opinion", "It is thought that he is known for it."),
        ("mixed", "He sells, so he must have a supplier."),
    ]
    for name in ("sealed_sha256", "outcome", "priority", "categories", "created_on", "made_by"):
        assert getattr(after, name) == getattr(before, name)
    result = store.verify()
    assert (result.code, "1 returned" in result.err) == (0, True)
    event = json.loads((store.folder / "ledger.jsonl").read_text().splitlines()[-1])
    assert (event["event"], event["urns"]) == ("redraft", [read_urn])
    assert read_urn not in store.call("held", "list", "store").out


def test_one_that_is_no_longer_held_is_not_written_over(store, read_urn):
    send_back(store, read_urn, GOOD)
    before = log_of(store, read_urn)
    result = send_back(store, read_urn, "F Something else.")
    assert (result.code, "this log is not held" in result.err) == (1, True)
    assert log_of(store, read_urn) == before


TOML = """
[[statement]]
kind = "fact"
text = "[PERSON 1] sells tablets to [PERSON 2] in Andover."

[subjects]
"PERSON 2" = ["Tariq Bell", "Tariq"]
"""


def test_subjects_that_the_officer_names_reach_officers(store, read_urn):
    assert send_back(store, read_urn, TOML, "w.toml").code == 0
    line = next(line for line in lines(store.folder / "subject_keys") if line["urn"] == read_urn)
    key = json.loads(open_sealed(line["sealed"].encode(), [OFFICERS]))
    assert key["identifiers"] == {"[PERSON 1]": ["Jay Marsh"], "[PERSON 2]": ["Tariq Bell", "Tariq"]}
    assert store.verify().code == 0


LEAKS = [
    ("F I saw a man sell tablets.", "statement 1: first person left"),
    ("F A man sells.\nF We know him.", "statement 2: first person left"),
    ("F Yolanda told of a man who sells tablets.", "statement 1: a removed identifier stands in the text"),
    ("F Zabriskie is worried.", "statement 1: a removed identifier stands in the text"),
    ("F Jay Marsh sells tablets.", "statement 1: a removed identifier stands in the text"),
    ("F Ring 07700900461 for more.", "statement 1: a removed identifier stands in the text"),
    ("F Zbigniew reports that a man sells.", "statement 1: a form value stands in the text"),
    ("F Z Q reports; ZQ knows.", "statement 1: a form value stands in the text"),
    ("F A CPI form says that a man sells.", "statement 1: channel left"),
    ("F Her health visitor at the surgery knows of it, as her health visitor.", "statement 1: the words of a removed passage"),
    ("F [PERSON 3] sells tablets.", "statement 1: a placeholder stands for nobody"),
]


@pytest.mark.parametrize(("text", "message"), LEAKS)
def test_wording_that_points_to_the_source_is_refused_by_number_and_never_quoted(store, read_urn, text, message):
    before = {path: path.read_bytes() for path in store.folder.rglob("*.jsonl") if path.name != "audit.jsonl"}
    result = send_back(store, read_urn, text)
    assert (result.code, result.out) == (1, "")
    assert message in result.err
    for canary in CANARIES:
        assert canary not in result.err
    assert {path: path.read_bytes() for path in before} == before
    assert store.events()[-1]["outcome"] == "refused"


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("F Jay sells tablets.", True),
        ("F Marsh's tablets are sold.", True),
        ("F The place is called Quetzal.", True),
        ("F The code is 900461.", True),
        ("F A man sells tablets in Andover.", False),  # a town stays
        ("F A man sells tablets on Monday at 10pm.", False),
        ("F Gerald sells tablets.", False),  # not of the original; the officer may know
    ],
)
def test_where_identifiers_were_never_found_no_name_or_number_of_the_original_passes(store, unread_urn, text, refused):
    result = send_back(store, unread_urn, text)
    assert result.code == refused, result.err
    if refused and "a form value" not in result.err:
        assert "a name or number of the original stands in the text" in result.err


@pytest.mark.parametrize("name", ["Yolanda Zabriskie", "Yolanda", "Zbigniew Quetzal", "Z. Zabriskie"])
def test_a_source_is_not_given_to_officers_as_a_subject(store, read_urn, name):
    result = send_back(store, read_urn, TOML.replace("Tariq Bell", name), "w.toml")
    assert (result.code, "[subjects]: a name is one of the source" in result.err) == (1, True)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("w.txt", "", "the wording has no statement"),
        ("w.txt", "A man sells.", "line 1 of the wording has no kind"),
        ("w.txt", "F A man.\n\nX A man.", "line 3 of the wording has no kind"),
        ("w.txt", "F", "statement 1 of the wording has no text"),
        ("w.toml", "F A man.", "is not TOML"),
        ("w.toml", '[[statement]]\nkind = "rumour"\ntext = "x"', "statement 1 of the wording has no such kind"),
        ("w.toml", '[[statement]]\nkind = "fact"\ntext = "x"\nQuetzal = 1', "does not have exactly `kind` and `text`"),
        ("w.toml", '[[statement]]\nkind = "fact"\ntext = "x"\n[subjects]\nQuetzal = "x"', "does not lead from a placeholder"),
        ("w.toml", "Quetzal = 1", "holds something else"),
    ],
)
def test_a_wording_that_cannot_be_read_is_refused_before_anything_is_opened(store, read_urn, name, text, message):
    result = send_back(store, read_urn, text, name)
    assert result.code == 2
    assert message in result.err
    assert "Quetzal" not in result.err
    assert not store.events()


def test_what_is_no_held_submission_is_refused(store):
    for urn, message in ((store.urns(status="draft")[0], "not held"), ("CPI-0000000000", "no held submission"), ("Yolanda", "not a URN")):
        result = send_back(store, urn, GOOD)
        assert (result.code, message in result.err, "Yolanda" in result.err) == (1, True, False)


def test_two_persons_return_together_where_two_are_needed(two_person_store):
    store = two_person_store
    urn = store.urns(status="held")[0]
    assert "two persons are needed" in send_back(store, urn, GOOD, identities=("unit", "second")).err
    Path("w.txt").write_text(GOOD)
    two = ["--identity", "unit", "--identity", "second", "--officer", "DS9", "--reason", "held_review", *SIGN, *WHO]
    assert store.call("held", "return", "store", urn, "--text", "w.txt", *two).code == 0
    assert SECOND.public_key in (store.folder / "ledger.jsonl").read_text()


def test_an_altered_returned_draft_is_tampering(store, read_urn):
    send_back(store, read_urn, GOOD)
    for part in (store.folder / "log").iterdir():
        part.write_text(part.read_text().replace("A man sells tablets in Andover.", "A man buys tablets in Andover."))
    assert "was altered" in store.verify().err
