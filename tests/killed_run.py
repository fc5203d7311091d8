"""A run of many submissions with a fast stand-in for the sanitiser, in a process of its own, for tests that kill it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from fakes import FakeSanitiser, made_by

from cpi_sanitise.batch import Row, write_batch
from cpi_sanitise.chain import SigningKey
from cpi_sanitise.intake import Accepted, Rejected
from cpi_sanitise.sealed_record import Recipients
from cpi_sanitise.settings import Settings
from cpi_sanitise.store import Terms
from cpi_sanitise.submission import Submission


def rows(count: int) -> Iterator[Row]:
    """Every 7th is held, every 11th rejected."""
    for number in range(count):
        if number % 11 == 0:
            yield Rejected(1, number, "a.jsonl", f"raw {number}".encode(), "not JSON", "write JSON")
        else:
            text = f"Two men {number}." + (" HOLD" if number % 7 == 0 else "")
            yield Accepted(1, number, "a.jsonl", text.encode(), Submission(f"ref {number}", text))


def run(folder: Path, count: int, chunk_size: int, key: Path, unit: str, officers: str) -> None:
    terms = Terms(made_by(), Settings(), Recipients("unit", (unit,)), Recipients("officers", (officers,)), chunk_size)
    write_batch(rows(count), FakeSanitiser([unit], [officers]), folder, terms=terms, key=SigningKey.read(key))


if __name__ == "__main__":
    print("ready", flush=True)  # noqa: T201
    run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]), sys.argv[5], sys.argv[6])
