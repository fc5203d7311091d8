"""Nothing is lost, one bad row does not stop the rest, and nothing of what is written tells who sent what or when."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import astuple
from itertools import islice
from pathlib import Path

import pytest
from fakes import FakeSanitiser, lines, made_by

from cpi_sanitise.batch import Counts, Row, Watcher, write_batch
from cpi_sanitise.chain import SigningKey
from cpi_sanitise.errors import StageError
from cpi_sanitise.intake import Accepted, Rejected
from cpi_sanitise.opening import generate_identity, open_sealed
from cpi_sanitise.sealed_record import Recipients
from cpi_sanitise.settings import Settings
from cpi_sanitise.store import Terms
from cpi_sanitise.submission import Submission
from cpi_sanitise.verification import verify_store

UNIT, OFFICERS = generate_identity(), generate_identity()
TO_UNIT, TO_OFFICERS = Recipients("unit", (UNIT.public_key,)), Recipients("officers", (OFFICERS.public_key,))
KEY = SigningKey.generate()


def run(rows: Iterable[Row], sanitiser: FakeSanitiser, folder: Path, *, chunk_size: int = 1000, watch: Watcher | None = None) -> Counts:
    """Write a store, or go on with it, and see that it holds what its ledger says."""
    terms = Terms(made_by(), Settings(), TO_UNIT, TO_OFFICERS, chunk_size)
    counts = write_batch(rows, sanitiser, folder, terms=terms, key=KEY, watch=watch)
    found = verify_store(folder, KEY.public)
    assert (found.faults, found.complete, found.drafted, found.held, found.rejected) == ((), True, *astuple(counts))
    return counts


@pytest.fixture
def sanitiser() -> FakeSanitiser:
    return FakeSanitiser([UNIT.public_key], [OFFICERS.public_key])


def accepted(number: int, narrative: str = "Two men.") -> Accepted:
    return Accepted(1, number, "Yolanda.csv", narrative.encode(), Submission(f"ref {number}", narrative))


def rejected(number: int) -> Rejected:
    return Rejected(1, number, "Yolanda.csv", b"\xffQuetzal", "not JSON", "write JSON")


def references(folder: Path) -> list[str]:
    """What the unit reads when it opens every sealed record."""
    opened = [json.loads(open_sealed(line["sealed"].encode(), [UNIT])) for line in lines(folder / "sealed")]
    return sorted(record["reference"] for record in opened)


def test_each_submission_is_in_each_folder_once(tmp_path, sanitiser):
    counts = run([accepted(n) for n in range(25)], sanitiser, tmp_path, chunk_size=10)
    assert (counts.drafted, counts.held, counts.rejected) == (25, 0, 0)
    assert references(tmp_path) == sorted(f"ref {n}" for n in range(25))
    names = [sorted(path.name for path in (tmp_path / kind).iterdir()) for kind in ("log", "sealed", "subject_keys")]
    assert names[0] == names[1] == names[2]
    assert len(names[0]) == 3
    for name in names[0]:
        urns = [
            [json.loads(line)["urn"] for line in (tmp_path / kind / name).read_text().splitlines()]
            for kind in ("log", "sealed", "subject_keys")
        ]
        assert urns[0] == urns[1] == urns[2] == sorted(urns[0])


def test_a_log_names_the_hash_of_its_sealed_record(tmp_path, sanitiser):
    run([accepted(1)], sanitiser, tmp_path)
    (log,), (sealed,) = lines(tmp_path / "log"), lines(tmp_path / "sealed")
    body = base64.b64decode("".join(sealed["sealed"].splitlines()[1:-1]))
    assert hashlib.sha256(body).hexdigest() == log["sealed_sha256"]


def test_rejected_rows_are_sealed_to_the_unit_with_their_bytes(tmp_path, sanitiser):
    counts = run([rejected(3), accepted(4)], sanitiser, tmp_path)
    assert (counts.drafted, counts.rejected) == (1, 1)
    (line,) = lines(tmp_path / "rejected")
    assert {key: line[key] for key in ("file", "row", "reason", "cure")} == {
        "file": 1,
        "row": 3,
        "reason": "not JSON",
        "cure": "write JSON",
    }
    opened = json.loads(open_sealed(line["sealed"].encode(), [UNIT]))
    assert base64.b64decode(opened["raw_base64"]) == b"\xffQuetzal"
    assert opened["source"] == "Yolanda.csv"
    assert opened["urn"] == line["urn"]
    # Beside the logs' names, row numbers would tell from which rows those logs were made.
    assert {path.name for path in (tmp_path / "rejected").iterdir()}.isdisjoint(path.name for path in (tmp_path / "log").iterdir())


def test_a_submission_that_breaks_the_stream_is_rejected_and_the_rest_goes_on(tmp_path, sanitiser):
    rows = [accepted(1), accepted(2, "BREAK Quetzal"), rejected(3), accepted(4), accepted(5, "BREAK Quetzal"), accepted(6, "HOLD")]
    counts = run(rows, sanitiser, tmp_path)
    assert (counts.drafted, counts.held, counts.rejected) == (2, 1, 3)
    assert references(tmp_path) == ["ref 1", "ref 4", "ref 6"]
    reasons = sorted((line["row"], line["reason"]) for line in lines(tmp_path / "rejected"))
    assert reasons == [
        (2, "it could not be sanitised: ZeroDivisionError"),
        (3, "not JSON"),
        (5, "it could not be sanitised: ZeroDivisionError"),
    ]


class Eager(FakeSanitiser):
    """Reads ahead, as a pool of processes does."""

    def pipe(self, submissions, *, n_process=1):
        waiting = []
        for submission in submissions:
            waiting.append(submission)
            if len(waiting) == 4:
                yield from map(self, waiting)
                waiting = []
        yield from map(self, waiting)


class Forgetful(FakeSanitiser):
    """Takes two, answers one, and ends without a word."""

    def pipe(self, submissions, *, n_process=1):
        yield from map(self, list(islice(submissions, 2))[:1])


class Stopped(FakeSanitiser):
    def pipe(self, submissions, *, n_process=1):
        yield from ()


class Refusing(FakeSanitiser):
    def pipe(self, submissions, *, n_process=1):
        raise ValueError("Quetzal")
        yield


@pytest.mark.parametrize("kind", [Eager, Forgetful])
def test_what_a_stream_had_taken_is_not_lost(tmp_path, kind):
    rows = [accepted(n, "BREAK" if n == 2 else "Two men.") for n in range(11)]
    counts = run(rows, kind([UNIT.public_key], [OFFICERS.public_key]), tmp_path)
    assert (counts.drafted, counts.rejected) == (10, 1)
    assert references(tmp_path) == sorted(f"ref {n}" for n in range(11) if n != 2)


@pytest.mark.parametrize(("kind", "error"), [(Stopped, StageError), (Refusing, ValueError)])
def test_a_stream_that_takes_nothing_is_an_error_and_not_an_endless_loop(tmp_path, kind, error):
    with pytest.raises(error):
        run([accepted(1)], kind([UNIT.public_key], [OFFICERS.public_key]), tmp_path)


def test_what_is_done_is_written_before_an_error_of_the_input_is_raised(tmp_path, sanitiser):
    def rows() -> Iterator[Accepted]:
        yield accepted(1)
        yield accepted(2)
        raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        run(rows(), sanitiser, tmp_path)
    assert references(tmp_path) == ["ref 1", "ref 2"]
    run([accepted(1), accepted(2), accepted(3)], sanitiser, tmp_path)
    assert references(tmp_path) == ["ref 1", "ref 2", "ref 3"]


def test_when_all_submissions_break_the_run_stops_rather_than_reject_them_all(tmp_path, sanitiser):
    with pytest.raises(StageError, match="one submission after another"):
        run([accepted(n, "BREAK") for n in range(60)], sanitiser, tmp_path)
    run([accepted(n, "BREAK" if n % 2 else "Two men.") for n in range(120)], sanitiser, tmp_path / "half")


def test_a_chunk_of_huge_submissions_ends_sooner(tmp_path, sanitiser, monkeypatch):
    monkeypatch.setattr("cpi_sanitise.batch._CHUNK_LIMIT_BYTES", 1000)
    run([accepted(n, "Two men. " * 50) for n in range(7)], sanitiser, tmp_path)
    assert sorted(len(path.read_text().splitlines()) for path in (tmp_path / "log").iterdir()) == [1, 3, 3]


def test_an_empty_run_is_a_finished_store(tmp_path, sanitiser):
    assert run([], sanitiser, tmp_path / "out") == Counts()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [".lock", "ledger.jsonl"]


def test_names_and_times_of_files_tell_only_the_day(tmp_path, sanitiser):
    run([accepted(n) for n in range(6)] + [rejected(7)], sanitiser, tmp_path, chunk_size=2)
    parts = list(tmp_path.rglob("part-*"))
    assert len(parts) == 10
    assert {path.stat().st_mtime % 86_400 for path in parts} == {0}
    assert not any("Yolanda" in path.name or "ref" in path.name for path in parts)


def test_no_plaintext_reaches_the_disk(tmp_path, sanitiser):
    rows = [accepted(1, "Quetzal told me."), accepted(2, "HOLD Quetzal"), accepted(3, "BREAK Quetzal"), rejected(4)]
    run(rows, sanitiser, tmp_path)
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for secret in (b"Quetzal", b"Yolanda", b"ref 1", base64.b64encode(b"\xffQuetzal")):
        assert secret not in written


def test_the_watcher_sees_counts_and_rejections(tmp_path, sanitiser):
    seen = []
    run(
        [accepted(1), rejected(2)],
        sanitiser,
        tmp_path,
        watch=lambda counts, row: seen.append((counts.drafted + counts.rejected, row and row.row)),
    )
    assert seen == [(0, None), (1, None), (2, 2)]
