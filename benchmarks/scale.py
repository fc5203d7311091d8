"""Does a backlog run at the same rate, and in the same memory, at its end as at its beginning?

    python -m benchmarks.scale --number 100000 --n-process 2 --out benchmarks/results/scale.json

Generated submissions (`corpora.generate`) are written to a file and run through intake and `write_batch`, with the real
model, into a store on disk, which is verified afterwards. The rate is taken over tenths of the run, memory every few seconds.
Beside the rate stands the processors' time a submission, which other work on the machine does not lengthen much.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from multiprocessing import active_children
from pathlib import Path
from time import monotonic
from typing import Any

from corpora import generate
from cpi_sanitise.batch import Counts, Watcher, write_batch
from cpi_sanitise.chain import SigningKey
from cpi_sanitise.intake import Rejected, read_rows
from cpi_sanitise.opening import generate_identity
from cpi_sanitise.sanitiser import Sanitiser, made_by
from cpi_sanitise.sealed_record import Recipients
from cpi_sanitise.settings import Settings
from cpi_sanitise.store import CHUNK_SIZE, Terms
from cpi_sanitise.verification import verify_store

from .accuracy import machine

_SECONDS_BETWEEN_SAMPLES = 5.0
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Sample:
    """How far a run was, when, and in how much memory. `workers_mib` is that of all worker processes together."""

    rows: int
    seconds: float
    parent_mib: float
    workers_mib: float


@dataclass
class Watch:
    """Times when each tenth of the run was reached, the processors' time until then, and memory from time to time."""

    number: int
    started: float = 0.0
    tenths: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)

    def __call__(self, counts: Counts, _: Rejected | None) -> None:
        now = monotonic()
        if not self.samples and counts.total:
            # From the first result on: to load the models is no part of the rate.
            self.started = now
        seconds = now - self.started
        if counts.total and (
            not self.samples or seconds - self.samples[-1].seconds >= _SECONDS_BETWEEN_SAMPLES or counts.total == self.number
        ):
            workers = sum(_resident_mib(child.pid) for child in active_children() if child.pid is not None)
            self.samples.append(Sample(counts.total, round(seconds, 1), _resident_mib("self"), round(workers, 1)))
        while counts.total and counts.total >= max(1, round(self.number * len(self.tenths) / 10)) and len(self.tenths) <= 10:
            self.tenths.append(seconds)
            self.worked.append(_worked())


_TICKS = os.sysconf("SC_CLK_TCK")


def _worked() -> float:
    """Processor seconds of this process, of the workers that have ended, and of those that run."""
    own = os.times()
    total = own.user + own.system + own.children_user + own.children_system
    for child in active_children():
        with suppress(OSError):
            # After the name in brackets; utime and stime are the fields 14 and 15 of proc(5).
            values = Path(f"/proc/{child.pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            total += (int(values[11]) + int(values[12])) / _TICKS
    return total


def _resident_mib(process: int | str) -> float:
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    return next((round(int(line.split()[1]) / 1024, 1) for line in status.splitlines() if line.startswith("VmRSS:")), 0.0)


def measured(number: int, n_process: int, seed: int, folder: Path, chunk_size: int = CHUNK_SIZE) -> dict[str, Any]:
    """Run so many submissions, and return what was measured."""
    source = folder / "backlog.jsonl"
    with source.open("x", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in generate.submissions(number, seed))
    unit, officers = (Recipients(owner, (generate_identity().public_key,)) for owner in ("unit", "officers"))
    key, watch = SigningKey.generate(), Watch(number)
    sanitiser = Sanitiser(list(unit.keys), list(officers.keys))
    terms = Terms(made_by(), Settings(), unit, officers, chunk_size)
    watcher: Watcher = watch
    counts = write_batch(
        read_rows([source]), sanitiser, folder / "store", terms=terms, key=key, inputs=[source], n_process=n_process, watch=watcher
    )
    found = verify_store(folder / "store", key.public)
    if found.faults or not found.complete or counts.total != number:
        raise SystemExit("the store does not hold what was sent in")
    return report(watch, n_process, counts) | {"input_bytes": source.stat().st_size, "seed": seed, "chunk_size": chunk_size}


def report(watch: Watch, n_process: int, counts: Counts) -> dict[str, Any]:
    """Put what was watched into figures; of a million where it was fewer, by extrapolation."""
    number = watch.number
    rates = [round(number / 10 / (end - start), 1) for start, end in pairwise(watch.tenths) if end > start]
    work = [round(1000 * (end - start) / (number / 10), 2) for start, end in pairwise(watch.worked)]
    whole = number / watch.tenths[-1]
    # The first tenth of the samples is left out: libraries fill their caches then.
    steady = watch.samples[len(watch.samples) // 10 :]
    parents = [sample.parent_mib for sample in steady]
    growth = _slope([(sample.rows, sample.parent_mib) for sample in steady])
    return {
        "submissions": number,
        "n_process": n_process,
        "drafted": counts.drafted,
        "held": counts.held,
        "rejected": counts.rejected,
        "seconds": round(watch.tenths[-1], 1),
        "rate_a_second": round(whole, 1),
        "rate_of_each_tenth": rates,
        "last_tenth_to_first": round(rates[-1] / rates[0], 3),
        "processor_ms_a_submission_of_each_tenth": work,
        "processor_ms_last_tenth_to_first": round(work[-1] / work[0], 3) if work and work[0] else None,
        "parent_mib": {"first": parents[0], "median": statistics.median(parents), "last": parents[-1]},
        "parent_growth_bytes_a_submission": round(growth * 2**20, 1),
        "workers_mib": {
            "median": statistics.median(sample.workers_mib for sample in steady),
            "most": max(sample.workers_mib for sample in steady),
        },
        "million": {
            "extrapolated": number < _MILLION,
            "hours": round(_MILLION / whole / 3600, 2),
            "parent_mib": round(parents[-1] + growth * max(0, _MILLION - number), 1),
        },
        "samples": [[sample.rows, sample.seconds, sample.parent_mib, sample.workers_mib] for sample in watch.samples],
    }


def _slope(points: list[tuple[int, float]]) -> float:
    """Least squares: what is added for each row."""
    if len(points) < 3 or points[0][0] == points[-1][0]:
        return 0.0
    return statistics.linear_regression([float(x) for x, _ in points], [y for _, y in points]).slope


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--number", type=int, default=100_000)
    parser.add_argument("--n-process", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--folder", type=Path, help="where the backlog and the store are written and removed again; default: a temporary one"
    )
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="scale-", dir=options.folder))
    try:
        found = measured(options.number, options.n_process, options.seed, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(
        f"{found['submissions']:,} submissions in {found['seconds']:,} s with {found['n_process']} processes: {found['rate_a_second']} a second"
    )
    print(f"rate of each tenth: {found['rate_of_each_tenth']}; last to first: {found['last_tenth_to_first']}")
    print(
        f"processor ms a submission in each tenth: {found['processor_ms_a_submission_of_each_tenth']}; "
        f"last to first: {found['processor_ms_last_tenth_to_first']}"
    )
    print(f"memory of the parent, MiB: {found['parent_mib']}, {found['parent_growth_bytes_a_submission']} bytes a submission")
    print(f"memory of the workers, MiB: {found['workers_mib']}")
    million = found["million"]
    print(f"a million{', extrapolated' if million['extrapolated'] else ''}: {million['hours']} hours, parent {million['parent_mib']} MiB")
    if options.out is not None:
        options.out.write_text(json.dumps(machine() | {"scale": found}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
