"""A real master and workers on this machine: nothing lost, nothing doubled, whoever is killed. Needs Java and pyspark."""

from __future__ import annotations

import ctypes
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import lines

from cpi_sanitise.chain import SigningKey
from cpi_sanitise.opening import generate_identity, open_sealed
from cpi_sanitise.store import read_ledger
from cpi_sanitise.verification import verify_store

ROOT = Path(__file__).parents[1]
UNIT, OFFICERS = generate_identity(), generate_identity()
KEY = SigningKey.generate()
# Of the environment of every process that a test starts, so that none is left behind unseen.
MARK = "CPI_SANITISE_SPARK_TEST"

pytestmark = pytest.mark.slow


def end_with_parent() -> None:
    """Ask Linux to kill this process when the test's own one ends, in whatever way (PR_SET_PDEATHSIG is 1)."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Cluster:
    """A standalone master and its workers, each a process group of its own."""

    def __init__(self, folder: Path) -> None:
        import pyspark

        self.folder, self.mark = folder, secrets.token_hex(8)
        self.home = Path(pyspark.__file__).parent
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.settings = {
            "spark.authenticate": "true",
            "spark.authenticate.secret": secrets.token_hex(16),
            "spark.network.crypto.enabled": "true",
            "spark.io.encryption.enabled": "true",
            "spark.ui.enabled": "false",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.memory": "512m",
            "spark.executor.memory": "512m",
            "spark.executor.cores": "1",
            "spark.local.dir": str(folder / "local"),
        }
        self.properties = folder / "spark.conf"
        self.properties.write_text("".join(f"{name} {value}\n" for name, value in self.settings.items()))
        self.properties.chmod(0o600)
        self.processes: list[subprocess.Popen[str]] = []
        self._start("master.Master", "--host", "127.0.0.1", "--port", str(self.port), "--webui-port", "0")
        self.workers = [self.add_worker(), self.add_worker()]

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            MARK: self.mark,
            "SPARK_HOME": str(self.home),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_DAEMON_MEMORY": "256m",
            "PYSPARK_PYTHON": sys.executable,
            "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}",
        }

    def _start(self, name: str, *arguments: str) -> subprocess.Popen[str]:
        command = [str(self.home / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}", "--properties-file", str(self.properties)]
        with (self.folder / f"{len(self.processes)}.log").open("w") as log:
            self.processes.append(
                subprocess.Popen(
                    [*command, *arguments],
                    env=self.environment,
                    stdout=log,
                    stderr=log,
                    text=True,
                    start_new_session=True,
                    preexec_fn=end_with_parent,
                )
            )
        return self.processes[-1]

    def add_worker(self) -> subprocess.Popen[str]:
        work = self.folder / f"work{len(self.processes)}"
        options = ("--host", "127.0.0.1", "--cores", "1", "--memory", "600m", "--webui-port", "0", "--work-dir", str(work))
        return self._start("worker.Worker", *options, f"spark://127.0.0.1:{self.port}")

    def driver(self, folder: Path, **asked: object) -> subprocess.Popen[str]:
        asked = {
            "master": f"spark://127.0.0.1:{self.port}",
            "settings": self.settings,
            "folder": str(folder),
            "key": str(self.folder / "key.pem"),
            "unit": UNIT.public_key,
            "officers": OFFICERS.public_key,
            "chunk_size": 50,
            "wave_size": 8,
            **asked,
        }
        with (self.folder / f"driver{len(self.processes)}.log").open("w") as log:
            driver = subprocess.Popen(
                [sys.executable, "-m", "spark_run"],
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )
        self.processes.append(driver)
        assert driver.stdin is not None
        driver.stdin.write(json.dumps(asked))
        driver.stdin.close()
        return driver

    def left(self) -> list[int]:
        """Every process that still runs of those that were started, and of those that these started."""
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                if f"{MARK}={self.mark}".encode() in path.read_bytes().split(b"\0"):
                    found.append(int(path.parent.name))
            except OSError:
                continue
        return found

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                kill(process)
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
        until = time.monotonic() + 30
        while self.left() and time.monotonic() < until:
            time.sleep(0.5)
        remaining = self.left()
        for number in remaining:
            os.kill(number, signal.SIGKILL)
        assert not remaining


def kill(process: subprocess.Popen[str]) -> None:
    """As a machine that loses its power: the process with all that it started."""
    os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory) -> Iterator[Cluster]:
    pytest.importorskip("pyspark", reason="pip install 'cpi_sanitise[spark]'")
    if shutil.which("java") is None:
        pytest.skip("Java 17 is not installed: openjdk-17-jre-headless")
    folder = tmp_path_factory.mktemp("cluster")
    (folder / "key.pem").write_bytes(KEY.pem())
    (folder / "key.pem").chmod(0o600)
    cluster = Cluster(folder)
    try:
        yield cluster
    finally:
        cluster.stop()


def said(driver: subprocess.Popen[str]) -> list[str]:
    assert driver.stdout is not None
    heard = driver.stdout.read().splitlines()
    driver.wait(timeout=60)
    return heard


def wait_for_rows(driver: subprocess.Popen[str], count: int) -> None:
    assert driver.stdout is not None
    for line in driver.stdout:
        if line.strip().isdigit() and int(line) >= count:
            return
    raise AssertionError("the driver ended before")


def assert_whole(store: Path, count: int) -> None:
    """Every row is there once, as it came, and nothing else is."""
    from spark_run import table

    found = verify_store(store, KEY.public)
    assert found.faults == ()
    assert found.complete
    sealed = Counter(json.loads(open_sealed(line["sealed"].encode(), [UNIT]))["narrative"] for line in lines(store / "sealed"))
    rejected = [line for line in lines(store / "rejected")]
    sent = table(count)
    twice = Counter(reference for reference, text in sent if reference is not None and text)
    words = {text for _, text in sent if text}
    assert set(sealed) <= words
    assert max(sealed.values()) == 1
    # One of two rows with the same reference is rejected.
    assert len(words) - len(sealed) == sum(times - 1 for times in twice.values()) == 1
    reasons = Counter(line["reason"] for line in rejected)
    assert reasons == {"the narrative is empty": sum(not text for _, text in sent), "its reference was used by an earlier row": 1}
    assert found.drafted + found.held + found.rejected == count
    assert found.held == sum("HOLD" in text for text in sealed)
    assert sorted(path.name for path in store.iterdir()) == [".lock", "ledger.jsonl", "log", "rejected", "sealed", "subject_keys"]


def test_a_worker_that_is_killed_is_replaced_by_another(cluster, tmp_path):
    driver = cluster.driver(tmp_path / "store", count=1500)
    wait_for_rows(driver, 300)
    kill(cluster.workers.pop())
    assert said(driver)[-1].startswith("done")
    assert_whole(tmp_path / "store", 1500)
    cluster.workers.append(cluster.add_worker())


def test_a_driver_that_is_killed_goes_on(cluster, tmp_path):
    driver = cluster.driver(tmp_path / "store", count=600)
    wait_for_rows(driver, 100)
    kill(driver)
    driver.wait()
    done = sum(link.event["event"] == "part" for link in read_ledger(tmp_path / "store", KEY.public))
    assert 0 < done < 12
    assert said(cluster.driver(tmp_path / "store", count=500))[-1].startswith(
        "error: the input is not the one that the store was begun with"
    )
    heard = said(cluster.driver(tmp_path / "store", count=600))
    assert int(heard[0]) >= 100
    assert heard[-1].startswith("done")
    assert_whole(tmp_path / "store", 600)


def test_plain_text_on_disks_is_refused(cluster, tmp_path):
    plain = {**cluster.settings, "spark.io.encryption.enabled": "false"}
    assert said(cluster.driver(tmp_path / "a", count=10, settings=plain))[-1] == "error: Spark would write submissions to disks as they are"
    assert not (tmp_path / "a").exists()


@pytest.mark.model
def test_the_model_gives_the_same_logs_as_in_one_process(cluster, tmp_path):
    from cpi_sanitise import Sanitiser, Submission

    counts = ("two", "three", "four", "five", "six", "seven")
    narratives = [f"As a nurse I saw {count} men sell tablets from a silver Golf in Andover." for count in counts]
    assert said(cluster.driver(tmp_path / "store", narratives=narratives, chunk_size=2))[-1].startswith("done")
    assert verify_store(tmp_path / "store", KEY.public).faults == ()
    sanitiser = Sanitiser([UNIT.public_key], [OFFICERS.public_key])

    def known(log: dict) -> str:
        return json.dumps({**log, "urn": "", "sealed_sha256": ""})

    one = Counter(known(json.loads(sanitiser(Submission(str(n), text)).log.to_json())) for n, text in enumerate(narratives))
    assert Counter(map(known, lines(tmp_path / "store" / "log"))) == one
