"""What opens a sealed file. The process that sanitises never imports this module; a test sees to it.

Identities are read from and written as age identity files: comment lines with `#`, then AGE-SECRET-KEY-1… lines, so
that the plain `age` program uses the same files.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyrage

from .chain import SigningKey
from .errors import IdentityError, NoKeyError, OpenError
from .sealed_record import is_sealed


@dataclass(frozen=True, slots=True)
class Identity:
    """A secret key and its public key. Its repr shows the public one only."""

    secret: str = field(repr=False)
    public_key: str

    @classmethod
    def from_secret(cls, secret: str) -> Identity:
        try:
            public_key = str(pyrage.x25519.Identity.from_str(secret).to_public())
        except pyrage.IdentityError:
            raise IdentityError("a secret key is malformed", hint="it is one line that begins with AGE-SECRET-KEY-1") from None
        return cls(secret, public_key)


def generate_identity() -> Identity:
    """Make a new pair of keys from the system's random source."""
    return Identity.from_secret(str(pyrage.x25519.Identity.generate()))


def write_identity(identity: Identity, path: Path, *, name: str) -> None:
    """Write an identity file that only its owner can read, and never over another file."""
    text = f"# cpi-sanitise identity: {name}\n# public key: {identity.public_key}\n{identity.secret}\n"
    try:
        write_private(path, text.encode("ascii"))
    except FileExistsError:
        raise IdentityError(
            "the identity file exists already and was left as it is",
            hint="choose another name; what was sealed to an overwritten key could never be opened again",
        ) from None
    except OSError as error:
        raise IdentityError(f"the identity file cannot be written: {error.strerror}", hint="check the folder and its permissions") from None


def write_signing_key(key: SigningKey, path: Path) -> None:
    """Write a signing key that only its owner can read, and never over another file."""
    try:
        write_private(path, key.pem())
    except FileExistsError:
        raise IdentityError(
            "the file of the signing key exists already and was left as it is",
            hint="choose another name; a store that an overwritten key signed could never be continued",
        ) from None
    except OSError as error:
        raise IdentityError(f"the signing key cannot be written: {error.strerror}", hint="check the folder and its permissions") from None


def read_identities(path: Path) -> list[Identity]:
    """Read every secret key of an age identity file."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except OSError as error:
        raise IdentityError(f"the identity file cannot be read: {error.strerror}", hint="check the path and its permissions") from None
    except UnicodeDecodeError:
        raise IdentityError(
            "the identity file is not text", hint="if it is protected by a passphrase, open it with `age -d` first"
        ) from None
    secrets = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if secrets and secrets[0].startswith("-----BEGIN AGE"):
        raise IdentityError("the identity file is itself encrypted", hint="open it with `age -d` first")
    if secrets and secrets[0].startswith("age1"):
        raise IdentityError("this is a file of public keys", hint="give the identity file that `cpi-sanitise keygen` wrote")
    if not secrets:
        raise IdentityError("the identity file holds no secret key", hint="give the identity file that `cpi-sanitise keygen` wrote")
    return [Identity.from_secret(secret) for secret in secrets]


def others_can_read(path: Path) -> bool:
    """Say whether anyone but the owner can read or change the file. Windows keeps no such bits, so it never says so there."""
    return os.name == "posix" and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def open_sealed(data: bytes, identities: Sequence[Identity]) -> bytes:
    """Return what was sealed, from a binary or an armored age file; a single changed byte makes it an OpenError."""
    keys = [pyrage.x25519.Identity.from_str(identity.secret) for identity in identities]
    if not keys:
        raise OpenError("no identity is given", hint="give an identity file with --identity")
    try:
        return bytes(pyrage.decrypt(data, keys))
    except pyrage.DecryptError as error:
        # The causes are told apart by what they say; their words never hold any of the plaintext.
        if "No matching keys" in str(error):
            raise NoKeyError(
                "none of the identities opens this file", hint="the unit opens sealed records, officers subject keys"
            ) from None
        raise OpenError("this is not an age file, or it was damaged or changed", hint="fetch the file again from the store") from None


def open_record(data: bytes, holders: Sequence[Sequence[Identity]], *, officers: int) -> bytes:
    """Return what was sealed to the unit, whether one person opens it or two are needed.

    `holders` are the identities of each file, each file one person's. Where the record is sealed twice, the two layers must
    be opened out of two files, and two officers named, so that nobody keeps both halves and opens alone unnoticed.
    """
    inner, holder = _outer(data, holders)
    if not is_sealed(inner):
        return inner
    if officers < 2:
        raise OpenError("two persons are needed to open this record", hint="name both with --officer, and give both --identity files")
    others = [identity for place, identities in enumerate(holders) if place != holder for identity in identities]
    if not others:
        raise OpenError("two identity files are needed to open this record", hint="give --identity twice: one of each group of keys")
    return open_sealed(inner, others)


def open_outer(data: bytes, holders: Sequence[Sequence[Identity]]) -> bytes:
    """Return what the outer of two seals holds, which is itself sealed. Raises OpenError where there is only one seal."""
    inner, _ = _outer(data, holders)
    if not is_sealed(inner):
        raise OpenError("the record has one seal and not two", hint="verify the store: its ledger says that two persons are needed")
    return inner


def _outer(data: bytes, holders: Sequence[Sequence[Identity]]) -> tuple[bytes, int]:
    """Open one layer, and say which holder did."""
    for place, identities in enumerate(holders):
        try:
            return open_sealed(data, identities), place
        except NoKeyError:
            continue
    return open_sealed(data, [identity for identities in holders for identity in identities]), 0


def write_private(path: Path, data: bytes) -> None:
    """Create a file that only its owner can read, whatever the umask, and see it on the disk. Never overwrites."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
