"""A store is sealed to other keys, or records of it are disposed of: signed, resumable after any stop, and told from tampering."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from fakes import lines
from opened_store import CANARIES, NEW, OFFICERS, SECOND, SIGN, SIGNING, UNIT, WHO, OpenedStore

from cpi_sanitise import superseding
from cpi_sanitise.chain import read_chain
from cpi_sanitise.custody import review_due
from cpi_sanitise.errors import OpenError
from cpi_sanitise.opening import generate_identity, open_record, open_sealed, write_identity
from cpi_sanitise.store import KINDS

RESEAL = ["reseal", "store", "--reason", "key_rotation", "--review-due", "2099-01-02", *SIGN, *WHO]
DISPOSE = ["dispose", "store", "--reason", "retention_expired", "--reviewed-on", "2026-01-02", *SIGN, *WHO]
TO_NEW = [*RESEAL, "--identity", "unit", "--to", NEW.public_key]


def opened(store: OpenedStore, *identities, officers: int = 1) -> dict[str, str]:
    """What everything for the unit holds, by URN."""
    found = {}
    for kind in ("sealed", "rejected"):
        for line in lines(store.folder / kind):
            found[line["urn"]] = open_record(line["sealed"].encode(), [[one] for one in identities], officers=officers)
    return found


def snapshot(store: OpenedStore) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in store.folder.rglob("*") if path.is_file() and path.name != ".lock"}


def ledger(store: OpenedStore) -> list[dict]:
    return [dict(link.event) for link in read_chain(store.folder / "ledger.jsonl", "ledger", SIGNING.public)]


# reseal


def test_a_resealed_store_opens_with_the_new_key_only_and_verifies(store):
    before, keys_before = opened(store, UNIT), (store.folder / "subject_keys").iterdir()
    kept = {path: path.read_bytes() for path in keys_before}
    result = store.call(*TO_NEW)
    assert (result.code, result.out, result.err) == (0, "", "7 resealed; next review due 2099-01-02\n")
    assert opened(store, NEW) == before
    with pytest.raises(OpenError):
        opened(store, UNIT)
    assert {path: path.read_bytes() for path in kept} == kept
    result = store.verify()
    assert (result.code, result.err.splitlines()[-1]) == (
        0,
        "every record holds: 4 drafted · 2 held · 1 rejected · 7 resealed · next review due 2099-01-02",
    )


def test_a_log_names_the_new_hash_of_its_record(store):
    store.call(*TO_NEW)
    urn = store.urns()[0]
    result = store.call("unseal", "store", urn, "--identity", "new", "--reason", "review", *WHO)
    assert (result.code, result.err) == (0, "opened for: review\n")


def test_what_is_replaced_is_recorded_line_by_line(store):
    store.call(*TO_NEW)
    events = [event for event in ledger(store) if event["event"] == "reseal"]
    assert {event["review_due"] for event in events} == {"2099-01-02"}
    assert {tuple(event["unit_keys"]) for event in events} == {(NEW.public_key,)}
    assert sum(len(file["records"]) for event in events for file in event["replaced"] if file["kind"] == "sealed") == 6
    audit = store.events()[-2]
    assert (audit["operation"], audit["reason"], audit["objects"]) == ("reseal", "key_rotation", [])


def test_a_reseal_that_is_done_does_nothing_more(store):
    store.call(*TO_NEW)
    before = {path: data for path, data in snapshot(store).items() if path.name != "audit.jsonl"}
    assert store.call(*TO_NEW).err.startswith("0 resealed")
    assert {path: path.read_bytes() for path in before} == before


def test_subject_keys_are_resealed_by_their_own_owner(store):
    result = store.call(*RESEAL, "--identity", "officers", "--officers-to", NEW.public_key)
    assert result.err.startswith("6 resealed"), result.err
    for line in lines(store.folder / "subject_keys"):
        assert json.loads(open_sealed(line["sealed"].encode(), [NEW]))["urn"] == line["urn"]
    assert opened(store, UNIT)
    assert store.verify().code == 0


def test_a_second_group_is_put_around_without_opening_anything(store, monkeypatch):
    """So it needs no key that opens; the identity file that the command asks for may be anybody's."""
    write_identity(generate_identity(), Path("nobody"), name="unit")
    before = opened(store, UNIT)
    result = store.call(*RESEAL, "--identity", "nobody", "--second-to", SECOND.public_key)
    assert (result.code, result.err[:10]) == (0, "7 resealed")
    assert opened(store, UNIT, SECOND, officers=2) == before
    assert store.verify().code == 0


@pytest.mark.parametrize(
    ("given", "holders"),
    [
        (["--identity", "second", "--second-to", NEW.public_key], (UNIT, NEW)),
        (["--identity", "unit", "--identity", "second", "--officer", "DS9", "--to", NEW.public_key], (NEW, SECOND)),
    ],
)
def test_either_group_of_two_is_rotated(two_person_store, given, holders):
    store = two_person_store
    before = opened(store, UNIT, SECOND, officers=2)
    result = store.call(*RESEAL, *given)
    assert result.code == 0, result.err
    assert opened(store, *holders, officers=2) == before
    assert store.verify().code == 0


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        (["--identity", "new", "--to", NEW.public_key], 1, "none of the identities opens this file"),
        (["--identity", "unit"], 2, "no new key is given"),
        (["--identity", "unit", "--to", NEW.public_key, "--officers-to", NEW.public_key], 2, "not resealed together"),
        (["--identity", "unit", "--to", OFFICERS.public_key], 2, "one key is given for both the unit and the officers"),
        (["--identity", "unit", "--to", UNIT.secret], 2, "key 1 of the unit is a secret key"),
        (["--identity", "unit", "--to", NEW.public_key, "--rrd-group", "1"], 2, "the next review is not given, or twice"),
        (["--identity", "unit", "--to", NEW.public_key, "--review-due", "2020-01-01"], 2, "the next review is not in the future"),
        (["--identity", "unit", "--to", NEW.public_key, "--signing-key", "audit.pem"], 1, "signature does not hold"),
        (["--identity", "unit", "--to", NEW.public_key, "--audit-key", "signing.pem"], 2, "the audit key is the one"),
    ],
)
def test_a_reseal_that_cannot_be_leaves_the_store_as_it_was(store, given, code, message):
    before = {path: data for path, data in snapshot(store).items() if path.name != "audit.jsonl"}
    result = store.call(*RESEAL, *given)
    assert (result.code, result.out) == (code, "")
    assert message in result.err
    assert UNIT.secret not in result.err
    assert {path: data for path, data in snapshot(store).items() if path.name != "audit.jsonl"} == before


def test_one_of_two_persons_cannot_reseal_what_opens(two_person_store):
    result = two_person_store.call(*RESEAL, "--identity", "unit", "--identity", "second", "--to", NEW.public_key)
    assert result.code == 1
    assert "two persons are needed" in result.err


def test_a_tampered_part_is_not_signed_anew(store):
    part = next((store.folder / "sealed").iterdir())
    part.write_bytes(part.read_bytes().replace(b'"urn"', b'"URN"', 1))
    result = store.call(*TO_NEW)
    assert result.code == 1
    assert f"sealed/{part.name} is not what the ledger has" in result.err


@pytest.mark.parametrize(("group", "due"), [(1, "2038-02-28"), (2, "2038-02-28"), (3, "2034-02-28"), (4, "2034-02-28")])
def test_review_dates(group, due):
    assert review_due(group, date(2028, 2, 28)).isoformat() == due
    assert review_due(3, date(2028, 2, 29)).isoformat() == "2034-03-01"


# dispose


def test_the_source_is_disposed_of_and_its_log_stays(store):
    urn = store.urns()[0]
    log = next(line for line in lines(store.folder / "log") if line["urn"] == urn)
    result = store.call(*DISPOSE, urn, "--scope", "source")
    assert (result.code, result.err) == (0, "1 disposed of\n")
    assert urn not in store.urns("sealed")
    assert log in lines(store.folder / "log")
    assert urn in store.urns("subject_keys")
    result = store.verify()
    assert (result.code, "1 disposed of" in result.err) == (0, True)
    assert "no sealed record of this URN" in store.call("unseal", "store", urn, "--identity", "unit", "--reason", "review", *WHO).err


def test_the_whole_of_several_is_disposed_of_and_empty_parts_go(store):
    part = next((store.folder / "sealed").iterdir()).name
    urns = [json.loads(line)["urn"] for line in (store.folder / "sealed" / part).read_text().splitlines()] + store.urns("rejected")
    result = store.call(*DISPOSE, *urns, "--scope", "whole")
    assert (result.code, result.err) == (0, "3 disposed of\n")
    assert not [path for path in store.folder.rglob(part)]
    assert not set(urns) & {urn for kind in KINDS if (store.folder / kind).exists() for urn in store.urns(kind)}
    assert store.verify().code == 0


def test_a_disposal_is_recorded_with_reason_and_review_and_no_data(store):
    urn = store.urns()[0]
    store.call(*DISPOSE, urn, "--scope", "source")
    event = ledger(store)[-1]
    assert {name: event[name] for name in ("event", "urns", "scope", "reason", "reviewed_on")} == {
        "event": "dispose",
        "urns": [urn],
        "scope": "source",
        "reason": "retention_expired",
        "reviewed_on": "2026-01-02",
    }
    audit = store.events()[0]
    assert (audit["action"], audit["objects"][0]["urn"], audit["officers"]) == ("erasure", urn, ["PC1234"])
    assert event["audit"] == superseding.line_sha256((store.folder / "audit.jsonl").read_bytes().splitlines()[0])
    for canary in CANARIES:
        assert canary not in (store.folder / "ledger.jsonl").read_text()


def test_ciphertext_is_overwritten_before_it_is_removed(store, monkeypatch):
    """Through a hard link, the blocks of the old file stay visible after it has lost its name."""
    urn = store.urns()[0]
    part = next(path for path in (store.folder / "sealed").iterdir() if urn in path.read_text())
    before = part.read_bytes()
    os.link(part, "linked")
    store.call(*DISPOSE, urn, "--scope", "source")
    after = Path("linked").read_bytes()
    assert len(after) == len(before)
    assert b"BEGIN AGE" not in after
    assert sum(one == other for one, other in zip(before, after, strict=True)) < len(before) / 20


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        (["CPI-0000000000", "--scope", "whole"], 1, "a URN is not in the store"),
        (["{urn}", "CPI-0000000000", "--scope", "whole"], 1, "a URN is not in the store"),
        (["Yolanda", "--scope", "whole"], 1, "this is not a URN"),
        (["{urn}"], 2, "Missing option '--scope'"),
        (["{urn}", "--scope", "whole", "--reviewed-on", "2099-01-01"], 2, "the review is not yet past"),
        (["{urn}", "--scope", "whole", "--reason", "review"], 2, "'--reason' cannot have this value"),
    ],
)
def test_a_disposal_that_cannot_be_leaves_the_store_as_it_was(store, given, code, message):
    before = {path: data for path, data in snapshot(store).items() if path.name != "audit.jsonl"}
    result = store.call(*DISPOSE, *[one.format(urn=store.urns()[0]) for one in given])
    assert result.code == code
    assert message in result.err
    assert "Yolanda" not in result.err
    assert {path: data for path, data in snapshot(store).items() if path.name != "audit.jsonl"} == before


def test_a_disposal_that_is_done_is_not_done_again_and_can_go_further(store):
    urn = store.urns()[0]
    assert store.call(*DISPOSE, urn, "--scope", "source").code == 0
    assert store.call(*DISPOSE, urn, "--scope", "source").err == "disposed of already\n"
    assert store.call(*DISPOSE, urn, "--scope", "whole").err == "1 disposed of\n"
    assert store.call(*DISPOSE, urn, "--scope", "whole").err == "disposed of already\n"
    assert store.verify().code == 0


# Told from tampering


@pytest.mark.parametrize("kind", ["sealed", "log", "subject_keys", "rejected"])
def test_taking_a_line_out_without_the_ledger_is_tampering(store, kind):
    part = next((store.folder / kind).iterdir())
    part.write_bytes(b"".join(part.read_bytes().splitlines(keepends=True)[1:]))
    result = store.verify()
    assert result.code == 1
    assert f"{kind}/{part.name}: a line was removed" in result.err
    assert "unfinished" not in result.err


def test_putting_back_what_was_disposed_of_is_seen(store):
    urn = store.urns()[0]
    shutil.copytree("store", "backup")
    store.call(*DISPOSE, urn, "--scope", "source")
    part = next(path for path in (Path("backup") / "sealed").iterdir() if urn in path.read_text())
    shutil.copy(part, store.folder / "sealed" / part.name)
    result = store.verify()
    assert result.code == 1
    assert "line" in result.err
    assert "was added" in result.err


def test_old_ciphertext_put_back_after_a_reseal_is_seen(store):
    shutil.copytree("store", "backup")
    store.call(*TO_NEW)
    for part in (Path("backup") / "sealed").iterdir():
        shutil.copy(part, store.folder / "sealed" / part.name)
    assert store.verify().code == 1


def test_a_superseding_event_of_another_key_is_seen(store):
    store.call(*TO_NEW)
    path = store.folder / "ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(NEW.public_key.encode(), SECOND.public_key.encode()))
    assert "its signature does not hold" in store.verify().err


def test_a_file_that_waits_is_no_cover_for_another(store):
    """Whoever alters a part and lays a file of their own beside it, as a stopped command would, is seen."""
    part = next((store.folder / "sealed").iterdir())
    part.write_bytes(part.read_bytes().replace(b"BEGIN", b"BEGUN", 1))
    (part.parent / f".{part.name}.new").write_bytes(part.read_bytes())
    result = store.verify()
    assert result.code == 1
    assert "was altered" in result.err
    assert store.call(*TO_NEW).code == 1
    assert "was altered" in store.verify().err


# Stopped at any moment


class Stopped(BaseException):
    """As if the power had failed."""


def stop_at(monkeypatch: pytest.MonkeyPatch, step: int) -> Callable[[], bool]:
    """Let the changes to the disk go through up to a step; return whether it was reached."""
    reached = [0]

    def counted(real):
        def doing(*arguments, **named):
            if reached[0] == step:
                raise Stopped
            reached[0] += 1
            return real(*arguments, **named)

        return doing

    for name in ("_write_new", "append_event", "_finish", "overwrite", "new_path", "sync_folder"):
        monkeypatch.setattr(superseding, name, counted(getattr(superseding, name)))
    return lambda: reached[0] == step


def commands(store: OpenedStore) -> dict[str, list[str]]:
    Path("w.txt").write_text("F A man sells tablets.\n")
    held = store.urns(status="held")[0]
    part = next((store.folder / "sealed").iterdir())
    whole = [json.loads(line)["urn"] for line in part.read_text().splitlines()]
    return {
        "reseal": TO_NEW,
        "dispose one": [*DISPOSE, store.urns()[0], "--scope", "whole"],
        "dispose a part": [*DISPOSE, *whole, *store.urns("rejected"), "--scope", "whole"],
        "held return": ["held", "return", "store", held, "--text", "w.txt", "--identity", "unit", "--reason", "held_review", *SIGN, *WHO],
    }


@pytest.mark.parametrize("command", ["reseal", "dispose one", "dispose a part", "held return"])
def test_a_command_that_was_stopped_at_any_step_is_finished_by_giving_it_again(store, command):
    """Between any two changes to the disk: verify never calls it tampering, nothing is lost, and the same command finishes it."""
    arguments = commands(store)[command]
    before = opened(store, UNIT)
    shutil.copytree("store", "kept")
    stops = 0
    while True:
        with pytest.MonkeyPatch.context() as patched:
            reached = stop_at(patched, stops)
            try:
                code = store.call(*arguments).code
            except Stopped:
                code = None
        if code is not None:
            assert code == 0
            assert not reached() or stops
            break
        found = store.verify()
        assert "was altered" not in found.err + found.out
        if found.code:
            assert "unfinished: " in found.err
            assert "give the same reseal, dispose or held return again" in found.err
            assert all(" unfinished: " in line for line in found.err.splitlines() if "error:" in line)
        again = store.call(*arguments)
        if command == "held return" and again.code:
            assert "is not held" in again.err  # it was done already, and its leftovers are finished
        else:
            assert again.code == 0, again.err
        assert store.verify().code == 0
        assert not list(store.folder.rglob("*.new"))
        if command == "reseal":
            assert opened(store, NEW) == before
        elif command == "held return":
            assert opened(store, UNIT) == before
            assert arguments[3] in store.urns(status="draft")
        else:
            gone = {one for one in arguments if one.startswith("CPI-")}
            assert opened(store, UNIT) == {urn: text for urn, text in before.items() if urn not in gone}
        shutil.rmtree("store")
        shutil.copytree("kept", "store")
        stops += 1
    assert stops >= 5


def test_another_command_finishes_what_one_left(store):
    with pytest.MonkeyPatch.context() as patched:
        stop_at(patched, 4)
        with pytest.raises(Stopped):
            store.call(*TO_NEW)
    assert store.verify().code == 1
    assert store.call(*DISPOSE, store.urns("rejected")[0], "--scope", "whole").code == 0
    assert store.verify().code == 0
    assert store.call(*TO_NEW).code == 0
    assert len(opened(store, NEW)) == 6


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux to see which file is synced")
def test_a_full_disk_leaves_the_store_as_it_was(store, monkeypatch):
    before = {path: data for path, data in snapshot(store).items() if path.name != "audit.jsonl"}
    real = os.fsync

    def full(descriptor):
        if os.readlink(f"/proc/self/fd/{descriptor}").endswith(".new"):
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    result = store.call(*TO_NEW)
    assert (result.code, "No space left on device" in result.err) == (1, True)
    assert {path: data for path, data in snapshot(store).items() if path.name != "audit.jsonl"} == before
