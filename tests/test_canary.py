"""Canaries: rare values in every form field and every role, searched for in every byte that the process writes.

They are well-formed but unlike any word, so that one found anywhere is a leak and not a coincidence.
"""

import json
import logging
import os
import re
import subprocess
import sys

import pyrage
import pytest

from cpi_sanitise import Submission
from cpi_sanitise.chain import SigningKey
from cpi_sanitise.opening import write_signing_key
from cpi_sanitise.submission import FORM_FIELDS

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
    "can_recontact": "yes, jubblewick hour only",
    "recontact_details": "via Thessaly Oxmoor after six",
    "how_found_out": "told over a vornish pot by Ysolde",
    "when_found_out": "at the Gribthorpe meeting",
    "shared_with": "Dr Parveen Quince",
    "difficulties": "he would know it was Ysolde Brackwater",
    "mitigation": "say it came from the Snargate café",
    "event_date": "2026-02-11",
    "event_location": "Wexcombe Lacy yard",
    "mappa": "MAPPA 7741/QX",
}
NARRATIVE = (
    "I am Quillon Vexworthy of Zarnfield Ottermere Surgery. On Tuesday Ysolde Brackwater told me that two men carry boxes from "
    "a silver Golf, WX19 QZV, in Hexham at 10pm. Ysolde begged me not to say it was her. The taller man is Ludovic Marchbanks, 07700 900555, "
    "of 8 Pellow Rise. My own number is 01632 960731. Please ring Mrs Vexworthy."
)
CANARIES = (
    "Quillon Vexworthy Zarnfield Ottermere 960731 Ysolde Brackwater 17/09/1961 Crambeck 900846 "
    "plimth jubblewick Thessaly Oxmoor vornish Gribthorpe Parveen Quince Snargate Wexcombe "
    "7741/QX Ludovic Marchbanks 900555 Pellow WX19 QZV CANARYREF CANARYOTHER"
).split()


CIPHERTEXT = re.compile(r"-----begin age encrypted file-----.*?-----end age encrypted file-----|age-encryption\.org/v1.*", re.DOTALL)
CHANCE_CHARACTERS = 6  # ciphertext is as good as random: three or four letters in a row come up there by chance, seven do not


def assert_silent(what: str, written: bytes | str) -> None:
    text = (written if isinstance(written, str) else written.decode("utf-8", "replace")).lower()
    plain = CIPHERTEXT.sub(" ", text)
    found = [canary for canary in CANARIES if canary.lower() in (text if len(canary) > CHANCE_CHARACTERS else plain)]
    assert not found, f"{what}: {len(found)} canaries"


def submission() -> Submission:
    assert set(FORM) == set(FORM_FIELDS)
    return Submission(reference="CANARYREF-1", narrative=NARRATIVE, form=FORM, other={"mailbox": "CANARYOTHER"})


@pytest.mark.model
def test_log_and_reprs(sanitiser, caplog):
    caplog.set_level(logging.DEBUG)
    result = sanitiser(submission())
    assert result.log.status == "draft"
    assert "two men carry boxes" in result.log.text.lower()
    assert "Hexham" in result.log.text
    for what, written in (
        ("log", result.log.to_json()),
        ("sealed record", result.sealed),
        ("subject key", result.subject_key),
        ("repr", repr(result) + repr(submission()) + repr(sanitiser.examine(submission()))),
        ("log records", caplog.text),
    ):
        assert_silent(what, written)


@pytest.mark.model
def test_the_seals_hold_it_all(sanitiser, identities):
    result = sanitiser(submission())
    opened = pyrage.decrypt(result.sealed, [identities["unit"]]).decode()
    assert json.loads(opened)["form"] == FORM
    assert json.loads(opened)["narrative"] == NARRATIVE
    key = pyrage.decrypt(result.subject_key, [identities["officers"]]).decode()
    assert "Marchbanks" in key
    for canary in ("Quillon", "Vexworthy", "Ysolde", "Brackwater", "Ottermere", "960731"):
        assert canary not in key
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(result.sealed, [identities["officers"]])


STAGES = [
    "find_identifiers", "assign_roles", "find_provenance", "find_vantage", "split_statements", "attribution_risk", "triage", "rewrite", "redact", "leaks",
]  # fmt: skip


@pytest.mark.model
@pytest.mark.parametrize("stage", STAGES)
def test_a_failing_stage_holds_and_says_nothing(sanitiser, monkeypatch, stage, caplog, identities):
    """Each stage made to fail with the text in its message, as a careless library would."""

    def fail(*_, **__):
        raise ValueError(NARRATIVE)

    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(f"cpi_sanitise.sanitiser.{stage}", fail)
    result = sanitiser(submission())
    assert result.log.status == "held"
    assert not result.log.statements
    assert result.log.priority == ("high" if stage == "triage" else result.log.priority)
    assert_silent("held log", result.log.to_json() + caplog.text)
    assert json.loads(pyrage.decrypt(result.sealed, [identities["unit"]]))["narrative"] == NARRATIVE


@pytest.mark.model
def test_every_byte_of_a_run(tmp_path, identities):
    source = tmp_path / "in"
    source.mkdir()
    row = {"reference": "CANARYREF-1", "narrative": NARRATIVE, "form": FORM, "other": {"mailbox": "CANARYOTHER"}}
    broken = {"reference": "CANARYREF-2", "narrative": NARRATIVE, "form": {"unknown_Vexworthy": "x"}}
    (source / "Vexworthy.jsonl").write_text(json.dumps(row) + "\n" + json.dumps(broken) + "\n{not json Vexworthy\n")
    scratch, out = tmp_path / "scratch", tmp_path / "out"
    scratch.mkdir()
    write_signing_key(SigningKey.generate(), tmp_path / "signing.pem")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "cpi_sanitise",
            "run",
            str(source / "Vexworthy.jsonl"),
            "-o",
            str(out),
            "--unit-key",
            str(identities["unit"].to_public()),
            "--officer-key",
            str(identities["officers"].to_public()),
            "--signing-key",
            str(tmp_path / "signing.pem"),
        ],  # fmt: skip
        capture_output=True,
        check=False,
        env={**os.environ, "TMPDIR": str(scratch), "PYTHONDEVMODE": "0"},
        cwd=scratch,
    )
    assert done.returncode == 1
    assert_silent("stdout and stderr", done.stdout + done.stderr)
    files = [path for folder in (out, scratch) for path in folder.rglob("*") if path.is_file()]
    assert {path.parent.name for path in files} >= {"log", "sealed", "subject_keys", "rejected"}
    for path in files:
        assert_silent("a file", path.read_bytes())
        assert_silent("a file's name", path.name)
