"""Nothing is opened unrecorded: the trail comes before the key turns, holds nothing of what was opened, and cannot be edited."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyrage
import pytest
from fakes import lines
from opened_store import AUDIT, CANARIES, NARRATIVE, OFFICER_AUDIT, OFFICERS, SECOND, SIGN, SIGNING, UNIT, WHO

from cpi_sanitise import custody, held, officer_view, opening, unseal_cli
from cpi_sanitise.audit import REASONS, Access, AuditTrail, Opened, audited
from cpi_sanitise.chain import SigningKey, append
from cpi_sanitise.errors import AuditError, CommandError, LeakError, OpenError
from cpi_sanitise.sealed_record import Recipients, armored, seal

OFFICER_WHO = ["--officer", "PC1", "--justification", "Patrol briefing", "--audit-key", "officer_audit.pem"]
ONE_IDENTITY = ["--identity", "unit"]
TWO = ["--identity", "unit", "--identity", "second", "--officer", "DS9"]


def unseal(store, urn: str, *more: str, who: list[str] = WHO, reason: str = "review"):
    return store.call("unseal", "store", urn, "--reason", reason, *who, *more)


# unseal


def test_an_opening_is_recorded_before_and_after(store):
    urn = next(line["urn"] for line in lines("store/sealed"))
    result = unseal(store, urn, *ONE_IDENTITY)
    assert (result.code, result.err) == (0, "opened for: review\n")
    assert json.loads(result.out)["urn"] == urn
    opening_, outcome = store.events()
    sealed = next(line["sealed"] for line in lines("store/sealed") if line["urn"] == urn)
    body = base64.b64decode("".join(sealed.splitlines()[1:-1]))
    assert {name: opening_[name] for name in ("event", "action", "operation", "officers", "reason", "justification", "disclosed_to")} == {
        "event": "opening",
        "action": "consultation",
        "operation": "unseal",
        "officers": ["PC1234"],
        "reason": "review",
        "justification": "Task 17, agreed by the duty inspector",
        "disclosed_to": [],
    }
    assert opening_["objects"] == [{"urn": urn, "sealed_sha256": hashlib.sha256(body).hexdigest()}]
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", opening_["at"])
    assert opening_["version"]
    assert (outcome["event"], outcome["outcome"], outcome["event_id"]) == ("outcome", "opened", opening_["event_id"])


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_is_one_that_the_command_takes(store, reason):
    assert unseal(store, store.urns()[0], *ONE_IDENTITY, reason=reason).code == 0
    assert store.events()[0]["reason"] == reason


def test_showing_it_outside_the_unit_is_a_disclosure(store):
    unseal(store, store.urns()[0], *ONE_IDENTITY, "--disclosed-to", "Crown Prosecution Service", reason="cpia_reveal")
    assert (store.events()[0]["action"], store.events()[0]["disclosed_to"]) == ("disclosure", ["Crown Prosecution Service"])


def test_a_rejected_row_is_opened_likewise(store):
    (urn,) = store.urns("rejected")
    result = unseal(store, urn, *ONE_IDENTITY, reason="held_review")
    assert base64.b64decode(json.loads(result.out)["raw_base64"]) == b"\xffQUETZAL"
    assert store.events()[0]["objects"][0]["urn"] == urn


def test_what_cannot_be_opened_is_recorded_as_failed(store):
    result = unseal(store, store.urns()[0], "--identity", "officers")
    assert (result.code, result.out) == (1, "")
    assert "none of the identities opens this file" in result.err
    assert [event.get("outcome") for event in store.events()] == [None, "failed"]


def test_decryption_comes_after_the_trail_is_on_the_disk(store, monkeypatch):
    """At the moment of decryption, the opening is there and its outcome is not."""
    seen = []
    decrypt = pyrage.decrypt

    def watched(data, keys):
        seen.append([event["event"] for event in store.events()])
        return decrypt(data, keys)

    monkeypatch.setattr(opening.pyrage, "decrypt", watched)
    assert unseal(store, store.urns()[0], *ONE_IDENTITY).code == 0
    assert seen == [["opening"]]


def unwritable(folder: Path, monkeypatch: pytest.MonkeyPatch, *, after: int) -> None:
    """Let the trail be written so many times, and then no more."""
    written = []
    real = AuditTrail.append

    def failing(self, event):
        if len(written) >= after:
            raise AuditError("the trail cannot be written")
        written.append(event)
        return real(self, event)

    monkeypatch.setattr(AuditTrail, "append", failing)


OPENING = {
    "unseal": ["unseal", "store", "{urn}", "--identity", "unit", "--reason", "review", *WHO],
    "unseal-file": ["unseal-file", "one.age", "--audit-trail", "trail.jsonl", "--identity", "unit", "--reason", "review", *WHO],
    "officer-view": ["officer-view", "store", "{urn}", "--identity", "officers", "--reason", "review", *OFFICER_WHO],
    "held return": ["held", "return", "store", "{held}", "--text", "w.txt", "--identity", "unit", "--reason", "held_review", *SIGN, *WHO],
    "reseal": [
        *["reseal", "store", "--identity", "unit", "--to", UNIT.public_key, "--second-to", SECOND.public_key],
        *["--reason", "two_person_rule", "--rrd-group", "1", *SIGN, *WHO],
    ],
    "dispose": [
        *["dispose", "store", "{urn}", "--scope", "whole", "--reason", "court_order", "--reviewed-on", "2026-01-02"],
        *[*SIGN, *WHO],
    ],
}


def arguments(store, command: str) -> list[str]:
    Path("one.age").write_bytes(seal(b"QUETZAL", Recipients("unit", (UNIT.public_key,))))
    Path("w.txt").write_text("F A man sells tablets.\n")
    places = {"urn": store.urns(status="draft")[0], "held": store.urns(status="held")[0]}
    return [argument.format(**places) for argument in OPENING[command]]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and "audit" not in path.name}


@pytest.mark.parametrize("command", OPENING)
def test_nothing_is_opened_or_changed_where_the_trail_cannot_be_written(store, monkeypatch, command):
    given = arguments(store, command)
    before = contents(store.folder)
    unwritable(store.folder, monkeypatch, after=0)
    monkeypatch.setattr(opening.pyrage, "decrypt", lambda *_: pytest.fail("it was opened"))
    result = store.call(*given)
    assert (result.code, result.out) == (1, "")
    assert "the trail cannot be written" in result.err
    assert contents(store.folder) == before


@pytest.mark.parametrize("command", ["unseal", "unseal-file", "officer-view"])
def test_nothing_is_shown_where_the_outcome_cannot_be_written(store, monkeypatch, command):
    given = arguments(store, command)
    unwritable(store.folder, monkeypatch, after=1)
    result = store.call(*given, "-o", "opened")
    assert (result.code, result.out) == (1, "")
    assert not Path("opened").exists()


@pytest.mark.parametrize("command", OPENING)
def test_every_command_ends_with_an_outcome(store, command):
    result = store.call(*arguments(store, command))
    assert result.code == 0, result.err
    path = {"unseal-file": "trail.jsonl", "officer-view": "store/officer_audit.jsonl"}.get(command, "store/audit.jsonl")
    events = [json.loads(line) for line in Path(path).read_text().splitlines()]
    assert [event["event"] for event in events] == ["opening", "outcome"]
    action = {"held return": "alteration", "reseal": "alteration", "dispose": "erasure"}.get(command, "consultation")
    assert (events[0]["action"], events[0]["operation"]) == (action, command)
    assert events[1]["outcome"] == ("opened" if action == "consultation" else "done")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root writes anywhere")
def test_a_read_only_folder_opens_nothing(store):
    os.chmod("store", 0o500)
    try:
        result = unseal(store, store.urns()[0], *ONE_IDENTITY)
    finally:
        os.chmod("store", 0o700)
    assert (result.code, result.out) == (1, "")
    assert "the audit trail cannot be written: Permission denied" in result.err


def test_a_trail_that_was_tampered_with_is_not_added_to_and_nothing_is_opened(store):
    urn = store.urns()[0]
    unseal(store, urn, *ONE_IDENTITY)
    trail = store.folder / "audit.jsonl"
    trail.write_bytes(trail.read_bytes().replace(b'"opened"', b'"failed"'))
    result = unseal(store, urn, *ONE_IDENTITY)
    assert (result.code, result.out) == (1, "")
    assert "the last line of the audit trail" in result.err


@pytest.mark.parametrize("command", OPENING)
def test_no_trail_ledger_or_error_holds_content(store, command):
    """Canaries in narrative, form, reference and file name; the outcome a success, and a failure by the wrong key."""
    given = arguments(store, command)
    results = [store.call(*["officers" if one == "unit" else "unit" if one == "officers" else one for one in given]), store.call(*given)]
    shown = "".join(result.err for result in results)
    for path in [*Path().glob("*.jsonl"), *store.folder.glob("*.jsonl")]:
        shown += path.read_text()
    assert "PC1" in shown
    for canary in CANARIES:
        assert canary not in shown


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"officers": ()}, "an officer is not named by an id"),
        ({"officers": ("Yolanda Z",)}, "an officer is not named by an id"),
        ({"officers": ("PC1\n",)}, "an officer is not named by an id"),
        ({"officers": ("PC1", "pc1")}, "one officer is named twice"),
        ({"reason": "curiosity"}, "the reason is unknown"),
        ({"justification": " "}, "is empty"),
        ({"justification": "x" * 301}, "over 300 characters"),
        ({"justification": "one\ntwo"}, "more than one line"),
        ({"justification": "to ring 07700 900461"}, "looks like a telephone number"),
        ({"justification": "yolanda@example.org asked"}, "looks like a telephone number or an e-mail address"),
        ({"disclosed_to": ("",)}, "is empty"),
    ],
)
def test_what_a_trail_takes(changed, message):
    with pytest.raises(CommandError, match=message) as caught:
        Access(**{"officers": ("PC1",), "reason": "review", "justification": "Task 17", **changed})
    assert "olanda" not in str(caught.value) + caught.value.hint
    assert "x" * 301 not in repr(caught.value)


def test_a_refusal_is_not_a_failure(tmp_path):
    trail = AuditTrail(tmp_path / "t.jsonl", AUDIT)
    access = Access(("PC1",), "review", "Task 17")
    for error in (LeakError("x"), OpenError("x"), KeyboardInterrupt()):
        with pytest.raises(type(error)), audited(trail, access, "consultation", "unseal", [Opened(None, "0" * 64)]):
            raise error
    outcomes = [json.loads(line).get("outcome") for line in trail.path.read_text().splitlines()]
    assert outcomes == [None, "refused", None, "failed", None, "failed"]


def test_the_key_of_the_ledger_does_not_sign_openings(store):
    result = unseal(store, store.urns()[0], *ONE_IDENTITY, who=[*WHO[:-1], "signing.pem"])
    assert (result.code, result.out) == (2, "")
    assert "the audit key is the one that signs the ledger" in result.err
    assert not store.events()


def test_a_record_put_in_the_place_of_another_is_not_shown(store):
    """Whoever can write to the store swaps two ciphertexts: the trail would name one and show the other."""
    part = next(path for path in (store.folder / "sealed").iterdir() if path.read_text().count("\n") == 2)
    first, second = (json.loads(line) for line in part.read_text().splitlines())
    first["sealed"], second["sealed"] = second["sealed"], first["sealed"]
    part.write_text(json.dumps(first) + "\n" + json.dumps(second) + "\n")
    result = unseal(store, first["urn"], *ONE_IDENTITY)
    assert (result.code, result.out) == (1, "")
    assert "does not belong to this URN" in result.err
    assert store.events()[-1]["outcome"] == "failed"


def test_a_forged_record_of_the_same_urn_is_warned_of(store):
    part = next((store.folder / "sealed").iterdir())
    records = [json.loads(line) for line in part.read_text().splitlines()]
    forged = seal(json.dumps({"urn": records[0]["urn"], "narrative": "forged"}).encode(), Recipients("unit", (UNIT.public_key,)))
    records[0]["sealed"] = armored(forged)
    part.write_text("".join(json.dumps(record) + "\n" for record in records))
    assert "warning: its log names another sealed record" in unseal(store, records[0]["urn"], *ONE_IDENTITY).err


@pytest.mark.parametrize(
    ("urn", "message"),
    [("CPI-0000000000", "no sealed record of this URN"), ("Yolanda Zabriskie", "this is not a URN"), ("../sealed", "this is not a URN")],
)
def test_what_is_not_there_is_said_and_not_repeated(store, urn, message):
    result = unseal(store, urn, *ONE_IDENTITY)
    assert result.code == 1
    assert message in result.err
    assert "Yolanda" not in result.err
    assert not store.events()


def test_a_terminal_and_an_existing_output_are_refused_before_anything_is_opened(store, monkeypatch):
    Path("there").write_text("kept")
    assert unseal(store, store.urns()[0], *ONE_IDENTITY, "-o", "there").code == 1
    monkeypatch.setattr(unseal_cli.sys.stdout, "isatty", lambda: True, raising=False)
    assert unseal(store, store.urns()[0], *ONE_IDENTITY).code == 2
    assert Path("there").read_text() == "kept"
    assert not store.events()


# Two persons


def test_two_persons_open_together(two_person_store):
    store = two_person_store
    for urn in (store.urns()[0], store.urns("rejected")[0]):
        result = unseal(store, urn, *TWO)
        assert result.code == 0, result.err
        assert json.loads(result.out)["urn"] == urn
    assert store.events()[0]["officers"] == ["PC1234", "DS9"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["--identity", "unit", "--officer", "DS9"], "none of the identities opens this file"),
        (["--identity", "second", "--officer", "DS9"], "two identity files are needed"),
        (["--identity", "both", "--officer", "DS9"], "two identity files are needed"),
        (["--identity", "unit", "--identity", "second"], "two persons are needed"),
        (["--identity", "second", "--identity", "officers", "--officer", "DS9"], "none of the identities opens this file"),
    ],
)
def test_one_person_alone_opens_nothing(two_person_store, given, message):
    """Nor one who keeps both identities in one file, nor two identities in one hand."""
    Path("both").write_text(f"{UNIT.secret}\n{SECOND.secret}\n")
    Path("both").chmod(0o600)
    result = unseal(two_person_store, two_person_store.urns()[0], *given)
    assert (result.code, result.out) == (1, "")
    assert message in result.err
    assert two_person_store.events()[-1]["outcome"] == "failed"


def test_plain_age_opens_it_in_two_steps(two_person_store):
    line = lines("store/sealed")[0]
    step = pyrage.decrypt(line["sealed"].encode(), [pyrage.x25519.Identity.from_str(SECOND.secret)])
    assert step.startswith(b"age-encryption.org/v1\n")
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(step, [pyrage.x25519.Identity.from_str(SECOND.secret)])
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(line["sealed"].encode(), [pyrage.x25519.Identity.from_str(UNIT.secret)])
    assert json.loads(pyrage.decrypt(step, [pyrage.x25519.Identity.from_str(UNIT.secret)]))["urn"] == line["urn"]


@pytest.mark.skipif(not shutil.which("age"), reason="age is not installed")
def test_the_age_program_opens_it_in_two_steps(two_person_store):
    line = lines("store/sealed")[0]
    step = subprocess.run(["age", "-d", "-i", "second"], input=line["sealed"].encode(), capture_output=True, check=True).stdout
    opened = subprocess.run(["age", "-d", "-i", "unit"], input=step, capture_output=True, check=True).stdout
    assert json.loads(opened)["urn"] == line["urn"]


# A single file


def test_a_file_outside_a_store_is_audited_by_its_hash(store):
    sealed = seal(b'{"x": 1}\n', Recipients("unit", (UNIT.public_key,)))
    Path("one.age").write_bytes(sealed)
    result = store.call(*OPENING["unseal-file"])
    assert (result.code, result.out) == (0, '{"x": 1}\n')
    (opened,) = json.loads(Path("trail.jsonl").read_text().splitlines()[0])["objects"]
    assert opened == {"urn": None, "sealed_sha256": hashlib.sha256(sealed).hexdigest()}


def test_an_armored_file_has_the_hash_of_its_binary_form(store):
    sealed = seal(b'{"x": 1}\n', Recipients("unit", (UNIT.public_key,)))
    Path("one.age").write_text(armored(sealed))
    assert store.call(*OPENING["unseal-file"]).out == '{"x": 1}\n'
    assert hashlib.sha256(sealed).hexdigest() in Path("trail.jsonl").read_text()


# officer-view


def view(store, *more: str, identity: str = "officers"):
    urn = next(line["urn"] for line in lines("store/log") if line["urn"] in more) if more and more[0].startswith("CPI") else more[0]
    return store.call("officer-view", "store", urn, "--identity", identity, "--reason", "review", *OFFICER_WHO, *more[1:])


@pytest.fixture
def named(store):
    """The URN of the draft whose subject key names somebody, its log made to mention them."""
    for line in lines("store/subject_keys"):
        key = json.loads(opening.open_sealed(line["sealed"].encode(), [OFFICERS]))
        log = next(log for log in lines("store/log") if log["urn"] == line["urn"])
        if key["identifiers"] and log["status"] == "draft":
            for part in (store.folder / "log").iterdir():
                text = part.read_text()
                rows = [row.replace("Two men sell", "[PERSON 1] sells") if line["urn"] in row else row for row in text.splitlines()]
                part.write_text("".join(row + "\n" for row in rows))
            return line["urn"]
    raise AssertionError


def test_an_officer_sees_subjects_and_no_source(store, named):
    result = view(store, named)
    assert result.code == 0, result.err
    assert "(fact) Jay Marsh [PERSON 1] sells tablets." in result.out
    assert "[PERSON 1] = Jay Marsh" in result.out
    for secret in ("Yolanda", "Quetzal", "QUETZAL", "900461"):
        assert secret not in result.out
    shown = json.loads(view(store, named, "--json").out)
    assert shown["subjects"] == {"[PERSON 1]": ["Jay Marsh"]}
    assert shown["restored"][0]["text"].startswith("Jay Marsh [PERSON 1]")
    assert [event["operation"] for event in store.events("officer_audit.jsonl") if event["event"] == "opening"] == ["officer-view"] * 2
    assert not store.events()


def test_an_officer_needs_no_sealed_folder_ledger_or_unit_trail(store, named):
    for name in ("sealed", "rejected"):
        shutil.rmtree(store.folder / name)
    (store.folder / "ledger.jsonl").unlink()
    assert "Jay Marsh" in view(store, named).out


def test_a_sealed_record_in_the_place_of_a_subject_key_is_not_shown(store, named):
    """Even to one who holds the unit's identity too."""
    for part in (store.folder / "subject_keys").iterdir():
        shutil.copy(store.folder / "sealed" / part.name, part)
    result = view(store, named, identity="unit")
    assert (result.code, result.out) == (1, "")
    assert "not the subject key of this URN" in result.err


def test_control_characters_of_a_submission_do_not_reach_the_terminal(store):
    log = held.held_logs(store.folder)[0]
    found = officer_view.OfficerView(log, {"[PERSON 1]": ("\x1b[31mJay\u202e\n",)})
    text = unseal_cli._as_text(found)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
    assert text.count("\n") == 3


# verify


def test_verify_holds_the_trails_and_prints_their_anchors(store, named):
    unseal(store, store.urns()[0], *ONE_IDENTITY)
    assert "the audit trail is there and was not verified" in store.call("verify", "store", "--public-key", SIGNING.public.line).err
    view(store, named)
    keys = ["--audit-public-key", AUDIT.public.line, "--officer-audit-public-key", OFFICER_AUDIT.public.line]
    result = store.call("verify", "store", "--public-key", SIGNING.public.line, *keys)
    assert "audit trail of the unit holds: 1 openings" in result.err
    assert "audit trail of the officers holds: 1 openings" in result.err
    assert len(re.findall(r"^(?:officer )?audit anchor: [0-9a-f]{64}$", result.out, re.MULTILINE)) == 2


def audit_anchor(store) -> str:
    return re.search(r"^audit anchor: (\S+)$", store.verify().out, re.MULTILINE)[1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines_: [lines_[0].replace("PC1234", "PC1235"), *lines_[1:]], "line 1 of the audit trail: its signature"),
        (lambda lines_: lines_[1:], "line 1 of the audit trail: it is out of order"),
        (lambda lines_: [lines_[1], lines_[0], *lines_[2:]], "line 1 of the audit trail: it is out of order"),
        (lambda lines_: [lines_[0], lines_[0], *lines_[1:]], "line 2 of the audit trail: it is out of order"),
        (lambda lines_: [], "does not hold the line of the anchor"),
        (lambda lines_: lines_[:2], "does not hold the line of the anchor"),
    ],
)
def test_an_edited_trail_is_seen(store, change, said):
    for _ in range(2):
        unseal(store, store.urns()[0], *ONE_IDENTITY)
    anchor = audit_anchor(store)
    trail = store.folder / "audit.jsonl"
    trail.write_text("".join(line + "\n" for line in change(trail.read_text().splitlines())))
    result = store.verify("--audit-anchor", anchor)
    assert result.code == 1
    assert said in result.err


def test_an_emptied_or_removed_trail_is_seen(store):
    unseal(store, store.urns()[0], *ONE_IDENTITY)
    (store.folder / "audit.jsonl").write_bytes(b"")
    assert "the audit trail is empty" in store.verify().err
    (store.folder / "audit.jsonl").unlink()
    result = store.call("verify", "store", "--public-key", SIGNING.public.line, "--audit-public-key", AUDIT.public.line)
    assert result.code == 1
    assert "the audit trail cannot be read: No such file" in result.err


def test_the_ledger_holds_on_to_the_trail_without_an_anchor(store):
    """The trail's last lines are cut off, and with them who disposed of a record."""
    unseal(store, store.urns()[0], *ONE_IDENTITY)
    kept = (store.folder / "audit.jsonl").read_bytes()
    assert store.call(*arguments(store, "dispose")).code == 0
    assert store.verify().code == 0
    (store.folder / "audit.jsonl").write_bytes(kept)
    result = store.verify()
    assert result.code == 1
    assert "does not hold what the ledger names of it" in result.err


def test_an_opening_without_an_outcome_is_counted(store):
    append(store.folder / "audit.jsonl", "audit trail", AUDIT, {"event": "opening", "event_id": "0"})
    result = store.verify()
    assert result.code == 0
    assert "1 openings · 1 without an outcome, to be counted as opened" in result.err


def test_a_trail_of_another_key_is_refused(store):
    append(store.folder / "audit.jsonl", "audit trail", SigningKey.generate(), {"event": "opening", "event_id": "0"})
    assert store.verify().code == 1
    assert unseal(store, store.urns()[0], *ONE_IDENTITY).code == 1


# What opens never sanitises


@pytest.mark.parametrize("command", OPENING)
def test_opening_never_loads_what_sanitises(store, command):
    program = f"""
import sys
from cpi_sanitise.cli import run_command
code = run_command({arguments(store, command)!r})
loaded = [name for name in ("sanitiser", "encoder", "parsing", "detection", "provenance") if "cpi_sanitise." + name in sys.modules]
loaded += [name for name in ("onnxruntime", "spacy", "presidio_analyzer", "recognizers") if name in sys.modules]
sys.exit(code or (print(loaded, file=sys.stderr) or 3 if loaded else 0))
"""
    root = str(Path(opening.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=120, env={**os.environ, "PYTHONPATH": root}
    )
    assert done.returncode == 0, done.stderr


def test_no_module_opens_without_the_trail():
    """Whatever decrypts does so inside `audited`, or in `opening` itself."""
    for module in (custody, held, officer_view, unseal_cli):
        source = Path(module.__file__).read_text()
        assert "pyrage" not in source
        assert source.count("audited(") >= 1


def test_narrative_of_the_tests_holds_every_canary_that_it_should():
    assert all(canary in NARRATIVE for canary in ("QUETZAL", "Yolanda", "Jay Marsh", "900461", "health visitor"))
