"""What is removed is in the sealed record, exactly; and what is sealed opens with pyrage and with the plain age program."""

from __future__ import annotations

import ast
import hashlib
import json
import pickle
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cpi_sanitise.sealed_record as module
from cpi_sanitise.errors import OpenError, RecipientError, SealError
from cpi_sanitise.opening import generate_identity, open_sealed, write_identity
from cpi_sanitise.sealed_record import (
    Recipients,
    RemovedSpan,
    SealedIdentifier,
    SealedRecord,
    SealedStatement,
    SealedVantage,
    armored,
    check_apart,
    original_sha256,
    padded_json,
    seal,
    seal_armored,
    subject_key,
)

NARRATIVE = "As her nurse, I heard Kath Webb (Kathy) say 👩‍👧 that Jay sells tablets."
UNIT, OFFICERS, STRANGER = generate_identity(), generate_identity(), generate_identity()
TO_UNIT = Recipients("unit", (UNIT.public_key,))


def identifier(text: str, roles: tuple[str, ...], placeholder: str | None) -> SealedIdentifier:
    start = NARRATIVE.index(text)
    return SealedIdentifier(start, start + len(text), "PERSON", roles, placeholder)


@pytest.fixture
def record() -> SealedRecord:
    return SealedRecord(
        urn="CPI-7F3K9Q2M4T",
        reference="2026/118",
        narrative=NARRATIVE,
        form={"submitter_name": "Siân Lloyd"},
        received_at=datetime(2026, 11, 20, 14, 5, tzinfo=UTC),
        other={"ward": ["A", 3, None, True]},
        removed=(RemovedSpan(0, 21, "source_role"),),
        identifiers=(identifier("Kath Webb", ("source", "subject"), None), identifier("Jay", ("subject",), "[PERSON 1]")),
        vantage=(SealedVantage(22, 31, "setting", "a place"), SealedVantage(0, 2, "setting")),
        statements=(SealedStatement(0, len(NARRATIVE), "fact", "told_by_subject"), SealedStatement(0, 5, None, "unknown")),
        grading={"source": "1", "intelligence": "B", "handling": None},
        versions={"library": "0.1.0", "model": "1", "rules": "2", "caution": "ordinary"},
    )


def test_the_plaintext_holds_everything_that_must_stay(record):
    plaintext = json.loads(record.plaintext())
    assert plaintext == {
        "format": 1,
        "urn": "CPI-7F3K9Q2M4T",
        "reference": "2026/118",
        "received_at": "2026-11-20T14:05:00+00:00",
        "form": {"submitter_name": "Siân Lloyd"},
        "other": {"ward": ["A", 3, None, True]},
        "narrative": NARRATIVE,
        "original_sha256": hashlib.sha256(NARRATIVE.encode()).hexdigest(),
        "removed": [{"start": 0, "end": 21, "kind": "source_role", "text": "As her nurse, I heard"}],
        "identifiers": [
            {"start": 22, "end": 31, "type": "PERSON", "roles": ["source", "subject"], "placeholder": None, "text": "Kath Webb"},
            {"start": 53, "end": 56, "type": "PERSON", "roles": ["subject"], "placeholder": "[PERSON 1]", "text": "Jay"},
        ],
        "vantage": [
            {"start": 22, "end": 31, "kind": "setting", "plain": "a place", "text": "Kath Webb"},
            {"start": 0, "end": 2, "kind": "setting", "plain": None, "text": "As"},
        ],
        "statements": [
            {"start": 0, "end": len(NARRATIVE), "kind": "fact", "basis": "told_by_subject"},
            {"start": 0, "end": 5, "kind": None, "basis": "unknown"},
        ],
        "grading": {"source": "1", "intelligence": "B", "handling": None},
        "versions": {"library": "0.1.0", "model": "1", "rules": "2", "caution": "ordinary"},
    }


@given(st.text(alphabet=st.characters(), min_size=1), st.data())
def test_offsets_and_text_are_those_of_the_narrative_as_received(narrative, data):
    start = data.draw(st.integers(0, len(narrative) - 1))
    end = data.draw(st.integers(start + 1, len(narrative)))
    plaintext = json.loads(SealedRecord("u", "r", narrative, removed=(RemovedSpan(start, end, "k"),)).plaintext())
    assert plaintext["narrative"] == narrative
    assert plaintext["removed"][0]["text"] == narrative[start:end]
    assert plaintext["original_sha256"] == original_sha256(narrative)


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 3), (4, 2), (0, 1000)])
@pytest.mark.parametrize("name", ["removed", "statements"])
def test_a_span_outside_the_narrative_is_refused(name, start, end):
    span = RemovedSpan(start, end, "k") if name == "removed" else SealedStatement(start, end, "k", "b")
    with pytest.raises(SealError, match=f"a span of `{name}`"):
        SealedRecord("u", "r", NARRATIVE, **{name: (span,)})


def test_repr_shows_no_text(record):
    for secret in ("Kath", "2026/118", "Siân", "ward", "14", "a place"):
        assert secret not in repr(record)


@given(st.integers(0, 20_000))
@settings(max_examples=50)
def test_the_size_says_little(length):
    size = len(SealedRecord("u", "r", "x" * length).plaintext())
    assert size >= 4096
    assert size & (size - 1) == 0


def test_records_of_everyday_length_have_one_size():
    # Of the plaintext: age adds a header of random length, so that even equal plaintexts differ by a few bytes.
    assert len({len(SealedRecord("u", "r", "x" * length).plaintext()) for length in (1, 500, 3000)}) == 1


def test_what_is_not_json_is_not_sealed():
    for value in (object(), float("nan")):
        with pytest.raises(SealError) as caught:
            padded_json({"x": value}, 16)
        assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([("Kath Webb", ("subject",), "[PERSON 1]"), ("Kathy", ("subject",), "[PERSON 1]")], {"[PERSON 1]": ["Kath Webb", "Kathy"]}),
        ([("Jay", ("third_party",), "[PERSON 2]")], {"[PERSON 2]": ["Jay"]}),
        ([("Jay", (), "[PERSON 2]")], {"[PERSON 2]": ["Jay"]}),  # no role: treated as a subject's
        ([("Jay", ("subject",), None)], {}),  # cut without a placeholder
        ([("Jay", ("subject", "source"), "[PERSON 2]")], {}),  # the strictest role decides
        ([("Jay", ("submitter",), "[PERSON 2]")], {}),
        ([("her", ("source",), None), ("Jay", ("subject",), "[PERSON 2]")], {"[PERSON 2]": ["Jay"]}),
    ],
)
def test_the_subject_key_never_holds_a_source(found, expected):
    identifiers = [identifier(*one) for one in reversed(found)]
    assert json.loads(subject_key("u", NARRATIVE, identifiers)) == {"format": 1, "urn": "u", "identifiers": expected}


def test_a_text_that_stands_for_the_source_anywhere_stays_out():
    narrative = "Jay told me. JAY  sells."
    found = [
        SealedIdentifier(0, 3, "PERSON", ("source",)),
        SealedIdentifier(13, 16, "PERSON", ("subject",), "[PERSON 1]"),
        SealedIdentifier(18, 23, "PERSON", ("subject",), "[PERSON 2]"),
    ]
    assert json.loads(subject_key("u", narrative, found))["identifiers"] == {"[PERSON 2]": ["sells"]}


# Recipients


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ((), "no public key is given for the unit"),
        (("",), "key 1 of the unit is not an age public key"),
        ((UNIT.public_key, "age1qqqq"), "key 2 of the unit is malformed"),
        ((UNIT.public_key[:-1] + "b",), "key 1 of the unit is malformed"),
        ((UNIT.secret,), "key 1 of the unit is a secret key"),
        ((UNIT.secret.lower(),), "key 1 of the unit is a secret key"),
        (("ssh-ed25519 AAAA",), "key 1 of the unit is not an age public key"),
    ],
)
def test_a_bad_key_is_named_by_its_place_and_never_repeated(keys, message):
    with pytest.raises(RecipientError) as caught:
        Recipients("unit", keys)
    assert message == str(caught.value)
    shown = (str(caught.value) + caught.value.hint).upper()
    assert not any(key[15:].upper() in shown for key in keys if len(key) > 20)


def test_keys_are_read_from_a_recipients_file():
    assert Recipients.read("unit", ["# the unit\n", "\n", f"  {UNIT.public_key}\r\n", UNIT.public_key]) == TO_UNIT


def test_unit_and_officers_share_no_key():
    with pytest.raises(RecipientError, match="both the unit and the officers"):
        check_apart(TO_UNIT, Recipients("officers", (OFFICERS.public_key, UNIT.public_key)))
    check_apart(TO_UNIT, Recipients("officers", (OFFICERS.public_key,)))


def test_recipients_travel_to_other_processes():
    assert pickle.loads(pickle.dumps(TO_UNIT)) == TO_UNIT


# Sealing


@pytest.mark.parametrize("kind", ["binary", "armored by age", "armored afterwards"])
def test_every_recipient_opens_and_nobody_else(record, kind):
    both = Recipients("unit", (UNIT.public_key, OFFICERS.public_key))
    if kind == "armored by age":
        sealed = seal_armored(record.plaintext(), both).encode()
    else:
        sealed = seal(record.plaintext(), both)
        sealed = sealed if kind == "binary" else armored(sealed).encode()
    assert open_sealed(sealed, [UNIT]) == open_sealed(sealed, [STRANGER, OFFICERS]) == record.plaintext()
    with pytest.raises(OpenError, match="none of the identities"):
        open_sealed(sealed, [STRANGER])


@pytest.mark.parametrize("place", [0, 40, 200, 300, -1])
def test_a_changed_byte_is_noticed(record, place):
    sealed = bytearray(seal(record.plaintext(), TO_UNIT))
    sealed[place] ^= 1
    with pytest.raises(OpenError):
        open_sealed(bytes(sealed), [UNIT])


@pytest.mark.parametrize("data", [b"", b"text", b"-----BEGIN AGE ENCRYPTED FILE-----\n"])
def test_what_is_not_an_age_file_is_refused(data):
    with pytest.raises(OpenError):
        open_sealed(data, [UNIT])


AGE = shutil.which("age")


@pytest.mark.parametrize("form", ["binary", "armored"])
@pytest.mark.parametrize("age", [pytest.param(AGE, id=f"age={AGE or 'missing'}", marks=pytest.mark.skipif(AGE is None, reason="no age"))])
def test_the_plain_age_program_opens_it(record, age, form, tmp_path):
    write_identity(UNIT, tmp_path / "unit.identity", name="unit")
    sealed = seal(record.plaintext(), TO_UNIT)
    (tmp_path / "sealed").write_bytes(sealed if form == "binary" else armored(sealed).encode())
    opened = subprocess.run([age, "-d", "-i", tmp_path / "unit.identity", tmp_path / "sealed"], capture_output=True, check=True, timeout=60)
    assert opened.stdout == record.plaintext()


def test_this_module_can_only_seal():
    names = {
        node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else node.name
        for node in ast.walk(ast.parse(Path(module.__file__).read_text()))
        if isinstance(node, ast.Attribute | ast.Name | ast.alias)
    }
    assert not {name for name in names if "decrypt" in name.lower() or name in ("Identity", "opening")}
