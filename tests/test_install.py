"""The wheel, in a clean environment, with the network gone."""

import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = """
import socket
def refuse(*_, **__):
    raise OSError("the network is blocked")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
from cpi_sanitise import Sanitiser, Submission
import pyrage
unit, officers = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
sanitiser = Sanitiser([str(unit.to_public())], [str(officers.to_public())])
result = sanitiser(Submission(reference="1", narrative="I saw Kelly Marsh sell tablets from 14 Tallow Street, Andover. Call 07700 900123."))
assert result.log.status == "draft", result.log.hold_reasons
assert "Marsh" not in result.log.to_json() and "Andover" in result.log.text
print(result.log.text)
"""


@pytest.mark.model
def test_the_wheel_works_alone_and_without_a_network(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", str(wheel)], check=True, capture_output=True)
    done = subprocess.run([python, "-c", SCRIPT], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "[PERSON 1]" in done.stdout
