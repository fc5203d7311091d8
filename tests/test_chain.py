"""A chain takes whole lines only, mends what a killed process left, and shows every other change."""

from __future__ import annotations

import errno
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpi_sanitise import chain
from cpi_sanitise.chain import PublicKey, SigningKey, append, line_sha256, mend, read_chain
from cpi_sanitise.errors import ChainError, SigningKeyError

KEY = SigningKey.generate()
EVENTS = [{"event": "store", "n": 1}, {"event": "part", "names": ["é", "b"]}, {"event": "complete", "total": None}]


@pytest.fixture
def path(tmp_path) -> Path:
    path = tmp_path / "ledger.jsonl"
    for event in EVENTS:
        append(path, "ledger", KEY, event)
    return path


def events(path: Path, key: PublicKey = KEY.public, name: str = "ledger", anchor: str | None = None) -> list:
    return [dict(link.event) for link in read_chain(path, name, key, anchor=anchor)]


def test_what_was_appended_is_read_and_the_head_is_the_hash_of_the_last_line(path):
    head = append(path, "ledger", KEY, {"event": "more"})
    assert events(path) == [*EVENTS, {"event": "more"}]
    lines = path.read_bytes().splitlines()
    assert head == chain.head(path, "ledger", KEY.public) == line_sha256(lines[-1]) == [*read_chain(path, "ledger", KEY.public)][-1].sha256
    assert json.loads(lines[-1])["previous"] == line_sha256(lines[-2])
    assert json.loads(lines[0])["previous"] == "0" * 64


def test_every_changed_byte_is_seen(path):
    original = path.read_bytes()
    for place in range(len(original)):
        for change in (1, 0x20, 0x80):
            altered = bytearray(original)
            altered[place] ^= change
            path.write_bytes(altered)
            with pytest.raises(ChainError):
                events(path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: lines[1:], "line 1 of the ledger: it is out of order"),
        (lambda lines: [lines[0], lines[2]], "line 2 of the ledger: it is out of order"),
        (lambda lines: [lines[0], *lines], "line 2 of the ledger: it is out of order"),
        (lambda lines: [lines[0], lines[2], lines[1]], "line 2 of the ledger: it is out of order"),
        (lambda lines: [lines[0].replace(b'"n":1', b'"n":2'), *lines[1:]], "line 1 of the ledger: its signature does not hold"),
        (lambda lines: [lines[0].replace(b'"n":1', b'"n": 1'), *lines[1:]], "line 1 of the ledger: it is not canonical"),
        (lambda lines: [*lines, b"{}"], "line 4 of the ledger: it is not a line of a chain"),
        (lambda lines: [*lines, b""], "line 4 of the ledger: it is not JSON"),
        (lambda lines: [*lines, b"[" * 100_000], "line 4 of the ledger: it is not JSON"),
    ],
)
def test_a_changed_chain_is_named_by_line(path, change, said):
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"".join(line + b"\n" for line in change(lines)))
    with pytest.raises(ChainError, match=said):
        events(path)


def test_a_chain_written_anew_by_the_holder_of_the_key_shows_only_beside_the_anchor(path):
    anchor = line_sha256(path.read_bytes().splitlines()[-1])
    append(path, "ledger", KEY, {"event": "more"})
    assert len(events(path, anchor=anchor)) == 4
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2]))
    assert len(events(path)) == 2
    with pytest.raises(ChainError, match="anchor"):
        events(path, anchor=anchor)


def test_a_line_of_another_chain_or_key_does_not_hold(path):
    with pytest.raises(ChainError, match="signature"):
        events(path, name="audit")
    with pytest.raises(ChainError, match="signature"):
        events(path, key=SigningKey.generate().public)
    with pytest.raises(ChainError, match="the last line of the ledger: its signature"):
        append(path, "ledger", SigningKey.generate(), {"event": "more"})
    assert events(path) == EVENTS


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.data())
def test_a_line_that_was_not_finished_is_cut_off_or_finished(path, data):
    path.write_bytes(b"")
    for event in EVENTS:
        append(path, "ledger", KEY, event)
    whole = path.read_bytes()
    starts = [0, *(place + 1 for place, byte in enumerate(whole) if byte == 10)]
    last = starts[-2]
    kept = data.draw(st.integers(last, len(whole) - 1))
    path.write_bytes(whole[:kept])
    mend(path, "ledger", KEY.public)
    assert path.read_bytes() == (whole if kept == len(whole) - 1 else whole[:last])


def test_a_damaged_line_that_was_finished_is_left_for_a_person(path):
    damaged = path.read_bytes()[:-20] + b"\n"
    path.write_bytes(damaged)
    for write in (lambda: append(path, "ledger", KEY, {}), lambda: mend(path, "ledger", KEY.public)):
        with pytest.raises(ChainError, match="last line of the ledger"):
            write()
    assert path.read_bytes() == damaged


def test_long_lines_are_found_from_the_end(tmp_path):
    path = tmp_path / "ledger.jsonl"
    big = {"event": "part", "records": ["ab" * 32] * 10_000}
    for event in (big, big, {"event": "small"}, big):
        append(path, "ledger", KEY, event)
    assert events(path)[-1] == big


@pytest.mark.parametrize("failing", ["write", "fsync"])
def test_a_full_disk_leaves_the_chain_as_it_was(path, monkeypatch, failing):
    before = path.read_bytes()
    real = os.write

    def full(descriptor, *rest):
        if failing == "write" and len(rest[0]) > 10:
            return real(descriptor, rest[0][:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(chain.os, failing, full)
    with pytest.raises(OSError, match="No space"):
        append(path, "ledger", KEY, {"event": "more", "text": "x" * 20})
    monkeypatch.undo()
    assert path.read_bytes() == before


@pytest.mark.parametrize("event", [{"signature": "x"}, {"sequence": 1}, {"x": float("nan")}, {"x": {1, 2}}])
def test_an_event_that_cannot_be_written_leaves_the_chain_as_it_was(path, event):
    with pytest.raises(ChainError):
        append(path, "ledger", KEY, event)
    assert events(path) == EVENTS


def test_writers_at_the_same_time_make_one_chain(tmp_path):
    (tmp_path / "key").write_bytes(KEY.pem())
    (tmp_path / "key").chmod(0o600)
    program = """
import sys
from pathlib import Path
from cpi_sanitise.chain import SigningKey, append
for number in range(30):
    append(Path("ledger.jsonl"), "ledger", SigningKey.read(Path("key")), {"by": sys.argv[1], "number": number})
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(chain.__file__).parents[1])}
    writers = [subprocess.Popen([sys.executable, "-c", program, by], cwd=tmp_path, env=environment) for by in "abc"]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0, 0]
    written = events(tmp_path / "ledger.jsonl")
    for by in "abc":
        assert [event["number"] for event in written if event["by"] == by] == list(range(30))


# Keys


def test_a_signing_key_is_read_back_and_shows_nothing(tmp_path):
    path = tmp_path / "signing.pem"
    path.write_bytes(KEY.pem())
    path.chmod(0o600)
    assert SigningKey.read(path).public == KEY.public
    assert repr(KEY) == "SigningKey(…)"
    with pytest.raises(SigningKeyError):
        pickle.dumps(KEY)


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        (KEY.pem(), 0o640, "others than its owner"),
        (b"", 0o600, "not a signing key"),
        (b"AGE-SECRET-KEY-1", 0o600, "not a signing key"),
        (KEY.pem()[:60], 0o600, "not a signing key"),
    ],
)
def test_what_is_not_a_private_signing_key_is_refused(tmp_path, content, mode, said):
    path = tmp_path / "signing.pem"
    path.write_bytes(content)
    path.chmod(mode)
    with pytest.raises(SigningKeyError, match=said):
        SigningKey.read(path)
    with pytest.raises(SigningKeyError, match="cannot be read"):
        SigningKey.read(tmp_path / "none")


def test_a_public_key_is_one_line_in_a_file_or_by_itself(tmp_path):
    path = tmp_path / "signing.pub"
    path.write_text(f"# the unit's\n{KEY.public.line}\n")
    assert PublicKey.read(path) == PublicKey.read(KEY.public.line) == PublicKey.read(str(path)) == KEY.public
    path.write_bytes(KEY.pem())
    with pytest.raises(SigningKeyError, match="this is a signing key"):
        PublicKey.read(path)
    for wrong in (KEY.public.line[:-2], KEY.public.line[:-2] + "9=", KEY.public.line + "\n" + KEY.public.line, "age1x"):
        with pytest.raises(SigningKeyError):
            PublicKey.from_line(wrong)
