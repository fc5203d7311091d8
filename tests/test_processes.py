"""Several processes write the same logs as one, and one that dies takes nothing with it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from multiprocessing import active_children
from pathlib import Path

import pytest
from fakes import lines

import cpi_sanitise.sanitiser
from cpi_sanitise import Sanitiser, Settings, Submission
from cpi_sanitise.batch import write_batch
from cpi_sanitise.chain import SigningKey
from cpi_sanitise.intake import Accepted
from cpi_sanitise.sanitiser import made_by
from cpi_sanitise.sealed_record import Recipients
from cpi_sanitise.store import Terms
from cpi_sanitise.verification import verify_store

pytestmark = [pytest.mark.model, pytest.mark.slow]
KEY = SigningKey.generate()
NARRATIVES = [
    f"As a nurse I saw {count} men sell tablets from a silver Golf in Andover." for count in ("two", "three", "four", "five", "six")
]


def rows(kill_before: int | None = None):
    for number, narrative in enumerate(NARRATIVES):
        if number == kill_before:
            os.kill(active_children()[0].pid, signal.SIGKILL)
        yield Accepted(1, number, "a.csv", narrative.encode(), Submission(f"{number}", narrative))


def texts(folder: Path, rows_, sanitiser: Sanitiser, identities, n_process: int) -> Counter:
    keys = [Recipients(owner, (str(identities[owner].to_public()),)) for owner in ("unit", "officers")]
    terms = Terms(made_by(), Settings(), keys[0], keys[1], 2)
    write_batch(rows_, sanitiser, folder, terms=terms, key=KEY, n_process=n_process)
    assert verify_store(folder, KEY.public).faults == ()
    return Counter(json.dumps({**log, "urn": "", "sealed_sha256": ""}) for log in lines(folder / "log"))


def test_any_number_of_processes_writes_the_same_logs(tmp_path, sanitiser, identities, monkeypatch):
    """Also where they are renewed in between."""
    monkeypatch.setattr(cpi_sanitise.sanitiser, "RECYCLED_AFTER", 1)
    one = texts(tmp_path / "one", rows(), sanitiser, identities, 1)
    assert sum(one.values()) == 5
    assert texts(tmp_path / "two", rows(), sanitiser, identities, 2) == one
    assert not active_children()


def test_a_worker_that_is_killed_takes_no_submission_with_it(tmp_path, sanitiser, identities, monkeypatch):
    monkeypatch.setattr(cpi_sanitise.sanitiser, "READ_AHEAD", 1)
    one = texts(tmp_path / "one", rows(), sanitiser, identities, 1)
    assert texts(tmp_path / "two", rows(kill_before=3), sanitiser, identities, 2) == one


def test_workers_end_with_a_killed_parent(tmp_path, identities):
    program = f"""
from cpi_sanitise import Sanitiser, Submission
def submissions():
    while True:
        yield Submission("1", "Two men sell tablets.")
if __name__ == "__main__":
    keys = {[[str(identities[owner].to_public())] for owner in ("unit", "officers")]!r}
    for result in Sanitiser(*keys).pipe(submissions(), n_process=2):
        print("one", flush=True)
"""
    path = tmp_path / "endless.py"
    path.write_text(program)
    try:
        parent = subprocess.Popen(
            [sys.executable, str(path)], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
        )
        with parent.stdout as output:
            output.readline()
            children = [int(pid) for pid in Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()]
            parent.kill()
            parent.wait()
        assert len(children) >= 2
        until = time.monotonic() + 10
        while time.monotonic() < until and any(Path(f"/proc/{pid}").exists() for pid in children):
            time.sleep(0.1)
        assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
    finally:
        path.unlink()
