"""A store survives what happens to it, and shows what was done to it."""

from __future__ import annotations

import base64
import errno
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count as counting
from pathlib import Path

import pytest
from fakes import FakeSanitiser, lines, made_by
from hypothesis import given, settings
from hypothesis import strategies as st
from killed_run import rows, run

from cpi_sanitise.batch import Row, write_batch
from cpi_sanitise.chain import Link, SigningKey, append
from cpi_sanitise.errors import ChainError, StoreError
from cpi_sanitise.intake import Accepted, Rejected
from cpi_sanitise.opening import generate_identity, open_sealed, write_signing_key
from cpi_sanitise.sealed_record import Recipients
from cpi_sanitise.settings import Settings
from cpi_sanitise.store import KINDS, Terms, expected_state, locked_store, read_ledger
from cpi_sanitise.submission import Submission
from cpi_sanitise.verification import Verification, verify_store

UNIT, OFFICERS = generate_identity(), generate_identity()
KEY = SigningKey.generate()
TO_UNIT, TO_OFFICERS = Recipients("unit", (UNIT.public_key,)), Recipients("officers", (OFFICERS.public_key,))


def write(
    rows_: list[Row] | Iterator[Row], folder: Path, *, chunk_size: int = 3, key: SigningKey = KEY, kind=FakeSanitiser, **changed
) -> None:
    terms = Terms(
        **{"made_by": made_by(), "settings": Settings(), "unit": TO_UNIT, "officers": TO_OFFICERS, "chunk_size": chunk_size, **changed}
    )
    write_batch(rows_, kind([UNIT.public_key], [OFFICERS.public_key]), folder, terms=terms, key=key)


def contents(folder: Path) -> Counter[str]:
    """Open all that is sealed: how often each submission and each rejected row is there."""
    found: Counter[str] = Counter()
    for kind, of in (
        ("sealed", lambda opened: opened["reference"]),
        ("rejected", lambda opened: base64.b64decode(opened["raw_base64"]).decode()),
    ):
        if (folder / kind).exists():
            found.update(of(json.loads(open_sealed(line["sealed"].encode(), [UNIT]))) for line in lines(folder / kind))
    return found


def every(count: int) -> Counter[str]:
    return Counter(row.raw.decode() if isinstance(row, Rejected) else row.submission.reference for row in rows(count))


def assert_whole(folder: Path, count: int, key: SigningKey = KEY) -> None:
    found = verify_store(folder, key.public)
    assert (found.faults, found.complete) == ((), True)
    assert found.drafted + found.held + found.rejected == count
    assert contents(folder) == every(count)
    urns = [[line["urn"] for line in lines(folder / kind)] for kind in ("log", "sealed", "subject_keys")]
    assert urns[0] == urns[1] == urns[2]
    assert len(set(urns[0])) == len(urns[0])
    assert not [
        path for kind in KINDS if (folder / kind).exists() for path in (folder / kind).iterdir() if not path.name.startswith("part-")
    ]


# Stopped and continued


def watched(folder: Path) -> dict[str, object]:
    """What the disk shows of a run's progress."""

    def names(kind: str) -> set[str]:
        try:
            return set(os.listdir(folder / kind))
        except FileNotFoundError:
            return set()

    sealed = names("sealed")
    ledger = folder / "ledger.jsonl"
    return {
        "temporary": {name for name in sealed if name.startswith(".")},
        "sealed": {name for name in sealed if not name.startswith(".")},
        "log": {name for name in names("log") if not name.startswith(".")},
        "ledger": ledger.stat().st_size if ledger.exists() else 0,
    }


def ledger_lines(folder: Path) -> int:
    ledger = folder / "ledger.jsonl"
    return ledger.read_bytes().count(b"\n") if ledger.exists() else 0


def kill_at(process: subprocess.Popen[str], folder: Path, chance: random.Random, wanted: int) -> bool:
    """Kill the process some ledger lines later, at a random moment or at one of those that are hardest; False where it ended before."""
    wanted += ledger_lines(folder)
    while ledger_lines(folder) < wanted and process.poll() is None:
        pass
    moment = chance.choice(["random", "temporary", "sealed", "log", "ledger"])
    if moment == "random":
        with suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0, 0.01))
    else:
        before = watched(folder)[moment]
        while process.poll() is None and watched(folder)[moment] in (before, set()):
            pass
    process.kill()
    return process.wait() != 0


def killed_and_continued(tmp_path: Path, *, count: int, chunk_size: int, kills: int, seed: int) -> Counter[str]:
    chance = random.Random(seed)
    folder, key_file = tmp_path / "store", tmp_path / "signing.pem"
    write_signing_key(KEY, key_file)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), str(Path(__file__).parent)])}
    command = [
        sys.executable,
        "-m",
        "killed_run",
        str(folder),
        str(count),
        str(chunk_size),
        str(key_file),
        UNIT.public_key,
        OFFICERS.public_key,
    ]
    left: Counter[str] = Counter()
    for kill in range(kills):
        # So that the run is not at its end before the last kill.
        share = (count // chunk_size - ledger_lines(folder)) // (kills - kill)
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        with process.stdout as output:
            assert output.readline() == "ready\n"
            assert kill_at(process, folder, chance, chance.randint(0, max(0, share - 4)))
        state = expected_state(link.event for link in complete_lines(folder))
        there = {(kind, name) for kind in KINDS for name in (os.listdir(folder / kind) if (folder / kind).exists() else ())}
        left["temporary files"] += any(name.startswith(".") for _, name in there)
        left["parts without a ledger line"] += bool({(kind, name) for kind, name in there if not name.startswith(".")} - set(state.files))
        assert set(state.files) <= there
    run(folder, count, chunk_size, key_file, UNIT.public_key, OFFICERS.public_key)
    assert_whole(folder, count)
    return left


def complete_lines(folder: Path) -> Iterator[Link]:
    # The last may be unfinished, or the first not begun; whether the next run mends that is seen at the end.
    with suppress(ChainError):
        yield from read_ledger(folder, KEY.public)


def test_a_run_that_is_killed_and_continued_loses_and_doubles_nothing(tmp_path):
    killed_and_continued(tmp_path, count=400, chunk_size=10, kills=3, seed=1)


@pytest.mark.slow
def test_twenty_thousand_submissions_killed_fifty_times(tmp_path):
    left = killed_and_continued(tmp_path, count=20_000, chunk_size=50, kills=50, seed=2)
    print(dict(left))  # noqa: T201
    # The kills did come at the hard moments.
    assert left["temporary files"] >= 3
    assert left["parts without a ledger line"] >= 3


def test_a_ledger_line_that_was_not_finished_is_done_again(tmp_path):
    """SIGKILL or a power cut within the append itself, at any byte: the parts of that line are there, those of later ones are not."""
    whole = tmp_path / "whole"
    write(rows(7), whole)
    ledger = (whole / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    chance = random.Random(3)
    for number, line in enumerate(ledger):
        there = expected_state(map(json.loads, ledger[: number + 1])).files
        for kept in {0, 1, len(line) - 1, *(chance.randrange(len(line)) for _ in range(2))}:
            folder = tmp_path / f"{number} {kept}"
            shutil.copytree(whole, folder)
            for path in [path for kind in KINDS for path in (folder / kind).iterdir() if (kind, path.name) not in there]:
                path.unlink()
            (folder / "ledger.jsonl").write_bytes(b"".join(ledger[:number]) + line[:kept])
            write(rows(7), folder)
            assert_whole(folder, 7)


class Eager(FakeSanitiser):
    """Reads ahead, as a pool of processes does."""

    def pipe(self, submissions, *, n_process=1):
        waiting = []
        for submission in submissions:
            waiting.append(submission)
            if len(waiting) == 4:
                yield self(waiting.pop(0))
        yield from map(self, waiting)


SORTS = st.lists(st.sampled_from(["draft", "HOLD", "BREAK", "rejected"]), max_size=14)


@settings(max_examples=40, deadline=None)
@given(
    sorts=SORTS, chunk_size=st.integers(1, 5), stops=st.lists(st.integers(0, 14), max_size=3), kind=st.sampled_from([FakeSanitiser, Eager])
)
def test_every_row_comes_out_once_wherever_a_run_stops(sorts, chunk_size, stops, kind):
    def made(stop: int | None) -> Iterator[Row]:
        for number, sort in enumerate(sorts):
            if number == stop:
                raise KeyboardInterrupt
            raw = f"{sort} {number}"
            if sort == "rejected":
                yield Rejected(1, number, "a.csv", raw.encode(), "not JSON", "write JSON")
            else:
                yield Accepted(1, number, "a.csv", raw.encode(), Submission(raw, raw))

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for stop in stops:
            with suppress(KeyboardInterrupt):
                write(made(stop), folder, chunk_size=chunk_size, kind=kind)
        write(made(None), folder, chunk_size=chunk_size, kind=kind)
        found = verify_store(folder, KEY.public)
        assert (found.faults, found.complete) == ((), True)
        assert contents(folder) == Counter(f"{sort} {number}" for number, sort in enumerate(sorts))
        # Chunks end where the input says, not where a run was stopped.
        state = expected_state(link.event for link in read_ledger(folder, KEY.public))
        sizes = [state.chunks[number].rows for number in range(len(state.chunks))]
        assert sizes == [len(sorts[start : start + chunk_size]) for start in range(0, len(sorts), chunk_size)]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"made_by": made_by().__class__("1", "0", "0")}, "another version of the library, its model or its rules"),
        ({"settings": Settings(caution="cautious")}, "other settings"),
        ({"chunk_size": 4}, "another chunk size"),
        ({"unit": TO_OFFICERS}, "other public keys of the unit"),
        ({"officers": TO_UNIT}, "other public keys of the officers"),
    ],
)
def test_a_store_is_continued_with_the_same_terms_only(tmp_path, changed, said):
    write(rows(4), tmp_path)
    with pytest.raises(StoreError, match=said) as raised:
        write(rows(4), tmp_path, **changed)
    assert "new folder" in raised.value.hint
    with pytest.raises(ChainError, match="another key signed it"):
        write(rows(4), tmp_path, key=SigningKey.generate())


def stopped(folder: Path, at: int = 7) -> None:
    """A store of `rows(12)` in chunks of 3 that was stopped in its third chunk."""

    def some() -> Iterator[Row]:
        for number, row in enumerate(rows(12)):
            if number == at:
                raise KeyboardInterrupt
            yield row

    with pytest.raises(KeyboardInterrupt):
        write(some(), folder)


def altered(number: int) -> Callable[[], Iterator[Row]]:
    def change() -> Iterator[Row]:
        for row in rows(12):
            yield Accepted(1, row.row, "a.jsonl", b"other", Submission("other", "other")) if row.row == number else row

    return change


@pytest.mark.parametrize("changed", [altered(0), altered(5), lambda: rows(4), lambda: rows(0), lambda: iter(list(rows(12))[1:])])
def test_a_changed_input_is_refused_and_the_store_stays_as_it_is(tmp_path, changed):
    stopped(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.jsonl")}
    with pytest.raises(StoreError, match="the input is not the one") as raised:
        write(changed(), tmp_path)
    assert "new folder" in raised.value.hint
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.jsonl")} == before
    write(rows(12), tmp_path)
    assert_whole(tmp_path, 12)


def test_a_store_may_lie_among_its_own_input(tmp_path):
    (tmp_path / "a.txt").write_text("Two men.")
    terms = Terms(made_by(), Settings(), TO_UNIT, TO_OFFICERS)
    sanitiser = FakeSanitiser([UNIT.public_key], [OFFICERS.public_key])
    for _ in range(2):
        write_batch(rows(3), sanitiser, tmp_path / "store", terms=terms, key=KEY, inputs=[tmp_path])
    (tmp_path / "b.txt").write_text("A car.")
    with pytest.raises(StoreError, match="other input files"):
        write_batch(rows(3), sanitiser, tmp_path / "store", terms=terms, key=KEY, inputs=[tmp_path])


def test_what_a_stopped_run_left_is_overwritten_before_it_is_removed(tmp_path):
    """It may be of a disposal that was stopped; through a hard link its blocks stay visible."""
    stopped(tmp_path)
    path = tmp_path / "sealed" / f"part-{0:016x}.jsonl"
    path.write_bytes(b"ciphertext" * 100)
    linked = tmp_path.parent / "linked"
    linked.hardlink_to(path)
    write(rows(12), tmp_path)
    assert not path.exists()
    assert b"ciphertext" not in linked.read_bytes()
    assert len(linked.read_bytes()) == 1000


def test_an_older_ledger_that_was_put_back_is_not_continued_over_newer_parts(tmp_path):
    stopped(tmp_path, at=3)
    older = (tmp_path / "ledger.jsonl").read_bytes()
    write(rows(12), tmp_path)
    (tmp_path / "ledger.jsonl").write_bytes(older)
    before = sorted(tmp_path.rglob("part-*"))
    with pytest.raises(StoreError, match="more parts than a stopped run"):
        write(rows(12), tmp_path)
    (tmp_path / "ledger.jsonl").unlink()
    with pytest.raises(StoreError, match="parts without a ledger"):
        write(rows(12), tmp_path)
    assert sorted(tmp_path.rglob("part-*")) == before


def test_two_runs_cannot_write_one_store(tmp_path):
    with locked_store(tmp_path), pytest.raises(StoreError, match="another process"):
        write(rows(3), tmp_path)
    write(rows(3), tmp_path)
    with locked_store(tmp_path), pytest.raises(StoreError, match="another process"):
        verify_store(tmp_path, KEY.public)


# Disks


@pytest.mark.parametrize("name", ["fsync", "rename", "write"])
def test_a_full_disk_at_any_moment_gives_a_cure_and_a_store_that_goes_on(tmp_path, monkeypatch, name):
    """Each call in turn fails, until a run has made all of them."""
    real = getattr(os, name)
    for failing in counting(1):
        folder, calls = tmp_path / str(failing), 0

        def full(*arguments, failing=failing, **named):
            nonlocal calls
            calls += 1
            if calls == failing:
                raise OSError(errno.ENOSPC, "No space left on device", "Quetzal")
            return real(*arguments, **named)

        with monkeypatch.context() as patched:
            patched.setattr(os, name, full)
            said = None
            try:
                write(rows(5), folder)
            except StoreError as error:
                said = (str(error), error.hint.partition(",")[0], error.__suppress_context__)
        if calls < failing:
            assert said is None
            break
        assert said == ("the store cannot be written: No space left on device", "make room on the disk", True)
        assert not list(folder.rglob("*.tmp"))
        sealed, log = ({path.name for path in folder.glob(f"{kind}/*")} for kind in ("sealed", "log"))
        assert log <= sealed
        write(rows(5), folder)
        assert_whole(folder, 5)
    assert failing > 2


def test_a_really_full_disk(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(StoreError, match="cannot be written: File too large"):
            write(rows(12), tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(tmp_path.rglob("part-*"))
    write(rows(12), tmp_path)
    assert_whole(tmp_path, 12)


def test_a_read_only_folder():
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "store"
        stopped(folder)
        folders = [Path(place), folder, *(folder / kind for kind in KINDS)]
        for path in folders:
            path.chmod(0o555)
        as_root = os.geteuid() == 0
        if as_root:
            os.seteuid(65534)
        try:
            with pytest.raises(StoreError, match="the store cannot be written: Permission denied") as raised:
                write(rows(12), folder)
        finally:
            if as_root:
                os.seteuid(0)
            for path in folders:
                path.chmod(0o755)
        assert "writable" in raised.value.hint
        write(rows(12), folder)
        assert_whole(folder, 12)


# Tampering


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    write(rows(9), folder)
    return folder


@pytest.fixture
def store(small, tmp_path) -> Path:
    shutil.copytree(small, tmp_path / "store")
    return tmp_path / "store"


def assert_every_change_is_seen(folder: Path, places: Callable[[bytes], range | list[int]]) -> int:
    chance, changes = random.Random(4), 0
    anchor = verify_store(folder, KEY.public).anchor
    for path in sorted(folder.rglob("*.jsonl")):
        original = path.read_bytes()
        shown = "ledger" if path.parent == folder else f"{path.parent.name}/{path.name}"
        for place in places(original):
            changed = bytearray(original)
            changed[place] ^= chance.randrange(1, 256)
            path.write_bytes(changed)
            found = verify_store(folder, KEY.public, anchor=anchor)
            assert found.faults, (shown, place)
            assert all(shown in fault for fault in found.faults)
            changes += 1
        path.write_bytes(original)
    assert verify_store(folder, KEY.public, anchor=anchor).faults == ()
    return changes


def test_a_changed_byte_is_seen(store):
    chance = random.Random(5)
    assert_every_change_is_seen(store, lambda content: [0, len(content) - 1, *(chance.randrange(len(content)) for _ in range(20))])


@pytest.mark.slow
def test_every_changed_byte_is_seen(store):
    print(assert_every_change_is_seen(store, lambda content: range(len(content))))  # noqa: T201


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: [lines[0].replace(b"CPI-", b"CPI_", 1), *lines[1:]], ["line 1 was altered"]),
        (lambda lines: lines[1:], ["a line was removed, the ledger's line 1"]),
        (lambda lines: lines[:-1], ["a line was removed, the ledger's line {last}"]),
        (lambda lines: [*lines, lines[-1]], ["line {last + 1} is repeated"]),
        (lambda lines: [*lines, b"{}\n"], ["line {last + 1} was added"]),
        (lambda lines: [b"{}\n", *lines], ["line 1 was added"]),
        (lambda lines: [*lines, b"\n"], ["line {last + 1} was added"]),
        (lambda lines: [*lines, b"x"], ["line {last + 1} was added", "its end is truncated"]),
        (lambda lines: [*lines[:-1], lines[-1][:-1]], ["its end is truncated"]),
        (lambda lines: [*lines[:-1], lines[-1][:-9]], ["line {last} was altered", "its end is truncated"]),
        (lambda lines: [], ["a line was removed, the ledger's line 1"]),
    ],
)
def test_a_changed_part_is_named_by_line(store, kind, change, said):
    path = max((store / kind).iterdir(), key=lambda path: path.stat().st_size)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(change(lines)))
    faults = verify_store(store, KEY.public).faults
    for fault in said:
        fault = fault.replace("{last}", str(len(lines))).replace("{last + 1}", str(len(lines) + 1))
        assert any(found.startswith(f"{kind}/{path.name}: {fault}") for found in faults), faults


def test_reordered_lines_and_swapped_parts_are_seen(store):
    first, second = sorted((store / "log").iterdir())[:2]
    lines = first.read_bytes().splitlines(keepends=True)
    first.write_bytes(b"".join(reversed(lines)))
    assert verify_store(store, KEY.public).faults == (f"log/{first.name}: its lines were reordered",)
    first.write_bytes(b"".join(lines))
    first.rename(store / "x")
    second.rename(first)
    (store / "x").rename(second)
    assert len({fault.partition(":")[0] for fault in verify_store(store, KEY.public).faults}) == 2


def test_removed_and_added_files_are_seen(store):
    path = next((store / "sealed").iterdir())
    path.rename(store / "sealed" / "part-0123456789abcdef.jsonl")
    (store / "log" / "Quetzal.txt").write_text("x")
    faults = verify_store(store, KEY.public).faults
    assert f"sealed/{path.name}: it was removed" in faults
    assert any(fault.startswith("sealed/part-0123456789abcdef.jsonl: it was added") for fault in faults)
    assert any(fault.startswith("log/a file that is no part: it was added") for fault in faults)
    assert "Quetzal" not in "".join(faults)


def test_a_rolled_back_ledger_is_seen_where_an_anchor_is_kept(store):
    """Also when the parts of the lines that were cut off are removed with them."""
    anchor = verify_store(store, KEY.public).anchor
    ledger = (store / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    for kept in range(len(ledger)):
        (store / "ledger.jsonl").write_bytes(b"".join(ledger[:kept]))
        state = expected_state(link.event for link in read_ledger(store, KEY.public))
        for path in [path for kind in KINDS for path in (store / kind).iterdir() if (kind, path.name) not in state.files]:
            path.rename(store / path.parent.name / f"../{path.parent.name} {path.name}")
        assert verify_store(store, KEY.public, anchor=anchor).faults
        for path in [path for path in store.iterdir() if " " in path.name]:
            kind, _, name = path.name.partition(" ")
            path.rename(store / kind / name)
    (store / "ledger.jsonl").write_bytes(b"".join(ledger))
    assert verify_store(store, KEY.public, anchor=anchor) == Verification((), anchor, True, 7, 1, 1)


# What the ledger says


def part(kind: str, name: str, sha256: str, *records: str) -> dict:
    return {"kind": kind, "name": name, "sha256": sha256, "records": list(records)}


A, B, C, D = (letter * 64 for letter in "abcd")
NAME = "part-0123456789abcdef.jsonl"
BEGUN = [
    {"event": "store", "unit_keys": ["age1old"]},
    {"event": "part", "chunk": 0, "input": "", "part": {"drafted": 2, "held": 0, "rejected": 0, "files": [part("sealed", NAME, A, B, C)]}},
]


def reseal(before: str, after: str | None, records: dict[str, str | None], **more) -> dict:
    return {"event": "reseal", "replaced": [{"kind": "sealed", "name": NAME, "before": before, "after": after, "records": records}], **more}


def test_later_events_supersede_earlier_ones():
    state = expected_state([*BEGUN, reseal(A, D, {B: A, C: None}, unit_keys=["age1new"])])
    assert state.files["sealed", NAME].sha256 == D
    assert state.files["sealed", NAME].records.hex() == A
    assert state.terms["unit_keys"] == ["age1new"]
    assert expected_state([*BEGUN, reseal(A, None, {B: None, C: None})]).files == {}


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([BEGUN[1]], "line 1 of the ledger: it is not the beginning of a store"),
        ([*BEGUN, BEGUN[0]], "line 3 of the ledger: the store begins twice"),
        ([*BEGUN, BEGUN[1]], "chunk 0 is there twice"),
        ([*BEGUN, {**BEGUN[1], "chunk": 1}], "a part is there twice"),
        ([*BEGUN, {"event": "complete", "rows": 3, "drafted": 3, "held": 0, "rejected": 0}], "the totals are not those of the parts"),
        (
            [BEGUN[0], {**BEGUN[1], "chunk": 1}, {"event": "complete", "rows": 2, "drafted": 2, "held": 0, "rejected": 0}],
            "a chunk is missing",
        ),
        ([*BEGUN, reseal(B, D, {B: A})], "what it replaces is not there"),
        ([*BEGUN, reseal(A, D, {D: A})], "a record that it replaces is not there"),
        ([*BEGUN, reseal(A, None, {B: None})], "it removes a part that still has records"),
        ([*BEGUN, {"event": "unknown"}], "an event is not of this version"),
        ([*BEGUN, {}], "it is not of this version"),
    ],
)
def test_an_event_that_does_not_fit_is_refused(events, said):
    with pytest.raises(ChainError, match=said):
        expected_state(events)


def test_a_superseded_store_verifies(store):
    """As a reseal does it: the file is replaced, and the ledger says so."""
    path = next((store / "log").iterdir())
    state = expected_state(link.event for link in read_ledger(store, KEY.public))
    before = state.files["log", path.name]
    path.unlink()
    records = {before.records[place : place + 32].hex(): None for place in range(0, len(before.records), 32)}
    gone = {"kind": "log", "name": path.name, "before": before.sha256, "after": None, "records": records}
    assert verify_store(store, KEY.public).faults == (f"log/{path.name}: it was removed",)
    append(store / "ledger.jsonl", "ledger", KEY, {"event": "dispose", "replaced": [gone]})
    assert verify_store(store, KEY.public).faults == ()
