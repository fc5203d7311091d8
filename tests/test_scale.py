"""The figures that the benchmark of scale makes of what it watched."""

from __future__ import annotations

import pytest

from benchmarks.scale import Sample, Watch, measured, report
from cpi_sanitise.batch import Counts


def watched(seconds_of_tenth: list[float], bytes_a_row: float) -> Watch:
    watch = Watch(1000)
    total = 0.0
    watch.tenths = [total] + [total := total + seconds for seconds in seconds_of_tenth]
    watch.worked = [2 * seconds for seconds in watch.tenths]
    watch.samples = [Sample(rows, rows / 100, 200 + rows * bytes_a_row / 2**20, 500.0) for rows in range(0, 1001, 50)]
    return watch


@pytest.mark.parametrize(
    ("seconds", "ratio", "hours"), [([2.0] * 10, 1.0, 5.56), ([2.0] * 9 + [4.0], 0.5, 6.11), ([4.0] + [2.0] * 9, 2.0, 6.11)]
)
def test_a_run_that_slows_down_shows(seconds, ratio, hours):
    found = report(watched(seconds, 0), 2, Counts(1000))
    assert found["last_tenth_to_first"] == pytest.approx(ratio)
    assert found["processor_ms_last_tenth_to_first"] == pytest.approx(1 / ratio, abs=0.001)
    assert found["million"]["hours"] == hours
    assert found["million"]["extrapolated"]


def test_memory_that_grows_shows():
    found = report(watched([2.0] * 10, 2**20 / 1000), 2, Counts(1000))
    assert found["parent_growth_bytes_a_submission"] == pytest.approx(2**20 / 1000, rel=0.01)
    assert found["million"]["parent_mib"] == pytest.approx(200 + 1000, rel=0.01)


@pytest.mark.slow
@pytest.mark.model
def test_a_small_run(tmp_path):
    found = measured(40, 2, 7, tmp_path, chunk_size=10)
    assert found["drafted"] + found["held"] == 40
    assert len(found["rate_of_each_tenth"]) == 10
    assert found["workers_mib"]["most"] > 100
