"""Identities: made, written so that only their owner can read them, and never loaded where submissions are sanitised."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest

from cpi_sanitise.errors import IdentityError, OpenError
from cpi_sanitise.opening import generate_identity, open_sealed, others_can_read, read_identities, write_identity, write_private

POSIX = pytest.mark.skipif(os.name != "posix", reason="Windows keeps no mode bits")


def test_identities_are_random_and_repr_hides_the_secret():
    first, second = generate_identity(), generate_identity()
    assert first.secret != second.secret
    assert first.secret not in repr(first)
    assert first.public_key in repr(first)


def test_an_identity_goes_to_a_file_and_back(tmp_path):
    identity = generate_identity()
    write_identity(identity, tmp_path / "unit", name="unit")
    assert read_identities(tmp_path / "unit") == [identity]
    assert "# cpi-sanitise identity: unit\n" in (tmp_path / "unit").read_text()


def test_a_file_may_hold_several_identities_and_comments(tmp_path):
    first, second = generate_identity(), generate_identity()
    (tmp_path / "both").write_text(f"# old\n{first.secret}\n\n  # new\r\n{second.secret}\r\n")
    assert read_identities(tmp_path / "both") == [first, second]


@POSIX
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_an_identity_file_is_private_whatever_the_umask(tmp_path, umask):
    before = os.umask(umask)
    try:
        write_identity(generate_identity(), tmp_path / "unit", name="unit")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "unit").stat().st_mode) == 0o600
    assert not others_can_read(tmp_path / "unit")


@POSIX
@pytest.mark.parametrize(("mode", "exposed"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True), (0o620, True)])
def test_an_exposed_identity_file_is_noticed(tmp_path, mode, exposed):
    (tmp_path / "unit").touch()
    (tmp_path / "unit").chmod(mode)
    assert others_can_read(tmp_path / "unit") is exposed


def test_nothing_is_overwritten(tmp_path):
    write_identity(generate_identity(), tmp_path / "unit", name="unit")
    before = (tmp_path / "unit").read_bytes()
    with pytest.raises(IdentityError, match="exists already"):
        write_identity(generate_identity(), tmp_path / "unit", name="unit")
    with pytest.raises(FileExistsError):
        write_private(tmp_path / "unit", b"")
    assert (tmp_path / "unit").read_bytes() == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read"),
        (b"", "holds no secret key"),
        (b"# only a comment\n", "holds no secret key"),
        (b"AGE-SECRET-KEY-1XYZ\n", "a secret key is malformed"),
        (b"age1qqqqqqqq\n", "a file of public keys"),
        (b"-----BEGIN AGE ENCRYPTED FILE-----\n", "itself encrypted"),
        (b"\xff\xfe\x00", "is not text"),
    ],
)
def test_a_bad_identity_file_is_named_and_not_repeated(tmp_path, content, message):
    if content is not None:
        (tmp_path / "unit").write_bytes(content)
    with pytest.raises(IdentityError, match=message) as caught:
        read_identities(tmp_path / "unit")
    assert caught.value.hint
    assert "XYZ" not in str(caught.value) + caught.value.hint


def test_no_identity_opens_nothing():
    with pytest.raises(OpenError, match="no identity"):
        open_sealed(b"", [])


@pytest.mark.parametrize("imported", ["cpi_sanitise", "cpi_sanitise.cli", "cpi_sanitise.batch", "cpi_sanitise.sealed_record"])
def test_sanitising_never_imports_what_opens(imported):
    program = f"import sys, {imported}; sys.exit(any(name in sys.modules for name in ('cpi_sanitise.opening', 'cpi_sanitise.unseal_cli')))"
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=120).returncode == 0
