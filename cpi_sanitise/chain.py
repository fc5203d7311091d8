"""Signed, hash-chained JSON lines: the ledger of a store and its audit trail. What was written once cannot be edited unseen.

A line is canonical JSON (keys sorted, no spaces, ASCII) with the event's own fields and these:

    format      1
    sequence    0, 1, 2 …
    previous    SHA-256, in hexadecimal, of the whole line before without its newline; 64 zeros in the first line
    signature   Ed25519, base64, over `cpi_sanitise chain 1`, newline, the chain's name, newline, the line without `signature`

The hash of the last line is the anchor. Whoever holds the signing key could write another history, and anyone could cut
lines off the end: both show only beside an anchor that was kept elsewhere.

A process that is killed may leave a last line without its newline. The next `append` cuts it off, or finishes it where
only the newline is missing. A damaged line that does end in a newline is never touched: it may be tampering.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .errors import ChainError, SigningKeyError, StoreError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

FORMAT = 1
FIRST_PREVIOUS = "0" * 64

_OWN_FIELDS = frozenset({"format", "sequence", "previous", "signature"})
_PUBLIC_PREFIX = "cpi-ed25519:"
_BLOCK_BYTES = 64 * 1024


# Keys


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What checks signatures: the pinned half of a signing key, written as one line, `cpi-ed25519:…`."""

    raw: bytes

    @property
    def line(self) -> str:
        return _PUBLIC_PREFIX + base64.b64encode(self.raw).decode("ascii")

    @classmethod
    def from_line(cls, line: str) -> PublicKey:
        text = line.strip()
        if "PRIVATE KEY" in text:
            raise SigningKeyError("this is a signing key", hint="give its public half, which `cpi-sanitise keygen` printed")
        if not text.startswith(_PUBLIC_PREFIX):
            raise SigningKeyError("this is not a public signing key", hint=f"it is one line that begins with {_PUBLIC_PREFIX}")
        raw = _from_base64(text.removeprefix(_PUBLIC_PREFIX), 32)
        if raw is None:
            raise SigningKeyError("the public signing key is malformed", hint="copy the whole line again")
        return cls(raw)

    @classmethod
    def read(cls, line_or_path: str | Path) -> PublicKey:
        """Take the line itself, or a file that holds it; `#` begins a comment line."""
        if isinstance(line_or_path, str) and line_or_path.strip().startswith(_PUBLIC_PREFIX):
            return cls.from_line(line_or_path)
        try:
            lines = Path(line_or_path).read_text(encoding="ascii").splitlines()
        except OSError as error:
            raise SigningKeyError(f"the public signing key cannot be read: {error.strerror}", hint="check the path") from None
        except UnicodeDecodeError:
            raise SigningKeyError("this is not a public signing key", hint=f"it is one line that begins with {_PUBLIC_PREFIX}") from None
        lines = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
        return cls.from_line("\n".join(lines))

    def signed(self, signature: bytes, message: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except InvalidSignature:
            return False
        return True


class SigningKey:
    """The half that signs. Its repr shows nothing, and it cannot be pickled."""

    __slots__ = ("_key",)

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    def __repr__(self) -> str:
        return "SigningKey(…)"

    def __reduce__(self) -> str:
        raise SigningKeyError("a signing key stays in its process", hint="sign in the process that read the key")

    @classmethod
    def generate(cls) -> SigningKey:
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_pem(cls, pem: bytes) -> SigningKey:
        try:
            key = serialization.load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            raise SigningKeyError(
                "this is not a signing key", hint="give the file that `cpi-sanitise keygen --name signing` wrote, without a passphrase"
            ) from None
        return cls(key)

    @classmethod
    def read(cls, path: Path) -> SigningKey:
        """Read a PEM file (PKCS 8) that nobody but its owner can read or write."""
        try:
            with path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                pem = file.read(_BLOCK_BYTES)
        except OSError as error:
            raise SigningKeyError(
                f"the signing key cannot be read: {error.strerror}", hint="check the path; `cpi-sanitise keygen --name signing` makes one"
            ) from None
        if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
            raise SigningKeyError(
                "others than its owner have access to the signing key",
                hint="chmod 600 it; and make a new one if another person may have copied it",
            )
        return cls.from_pem(pem)

    @property
    def public(self) -> PublicKey:
        return PublicKey(self._key.public_key().public_bytes_raw())

    def pem(self) -> bytes:
        """Return what `read` reads, to be written where only its owner can read it."""
        return self._key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)

    def derived(self, purpose: bytes) -> bytes:
        """Return 32 secret bytes that only the holder of this key can make again, and that say nothing about the key."""
        return HKDF(hashes.SHA256(), 32, salt=None, info=b"cpi_sanitise derived 1\n" + purpose).derive(self._key.private_bytes_raw())


# Lines


@dataclass(frozen=True, slots=True)
class Link:
    """One line that holds: its place, its hash, and the event's own fields."""

    sequence: int
    sha256: str
    event: Mapping[str, Any] = field(repr=False)


def canonical(value: Mapping[str, Any]) -> bytes:
    """Return the one way to write a JSON object in ASCII."""
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")
    except (TypeError, ValueError, RecursionError):
        raise ChainError("an event is not made of JSON values", hint="nothing was written; report this error") from None


def line_sha256(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def append(path: Path, name: str, key: SigningKey, event: Mapping[str, Any]) -> str:
    """Add an event to the chain called `name`, see it on the disk, and return the new head.

    The event is there whole or not at all. The last line is checked first: a chain that is broken, or that another key
    signed, is not added to.
    """
    if _OWN_FIELDS & set(event):
        raise ChainError("an event has a field that belongs to the chain", hint="nothing was written; report this error")
    with locked(path) as descriptor:
        size, last = _mended(descriptor, name, key.public)
        body = dict(event) | {"format": FORMAT, "sequence": 0, "previous": FIRST_PREVIOUS}
        if last is not None:
            body |= {"sequence": last.sequence + 1, "previous": last.sha256}
        signature = base64.b64encode(key.sign(_message(name, body))).decode("ascii")
        line = canonical(body | {"signature": signature})
        _write_whole(descriptor, line + b"\n", size)
        if last is None:
            sync_folder(path.parent)
        return line_sha256(line)


def mend(path: Path, name: str, key: PublicKey) -> None:
    """Cut off what a killed process left of a last line, as `append` does, without adding one."""
    with locked(path) as descriptor:
        _mended(descriptor, name, key)


def head(path: Path, name: str, key: PublicKey) -> str:
    """Return the hash of the last line, to be kept as an anchor; only that line is checked."""
    with locked(path, shared=True) as descriptor:
        _, tail = _tail(descriptor)
        if not tail.endswith(b"\n"):
            raise ChainError(f"the last line of the {name} is truncated", hint=_TORN)
        return _last(tail, name, key).sha256


def read_chain(path: Path, name: str, key: PublicKey, *, anchor: str | None = None) -> Iterator[Link]:
    """Yield each line once it is known to hold; the first that does not raises ChainError with its number.

    Only when the iterator has ended is the whole chain known to hold, and to contain the line whose hash is `anchor`.
    """
    sequence, previous, anchored = 0, FIRST_PREVIOUS, anchor is None
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n"):
                    raise ChainError(f"line {number} of the {name} is truncated", hint=_TORN)
                link = _checked(line[:-1], number, name, key, previous, sequence)
                sequence, previous = sequence + 1, link.sha256
                anchored = anchored or link.sha256 == anchor
                yield link
    except OSError as error:
        raise ChainError(f"the {name} cannot be read: {error.strerror}", hint="check the path and its permissions") from None
    if not anchored:
        raise ChainError(
            f"the {name} does not hold the line of the anchor: lines were removed from its end, or it was written anew",
            hint="compare it with a backup, and the anchor with the one that was written down",
        )


_TAMPERED = "compare it with a backup; do not continue this store before it is explained"
_TORN = "if a run was stopped here, the same command mends it; else compare it with a backup"
_SHA256 = re.compile(r"[0-9a-f]{64}")


def is_sha256(value: object) -> bool:
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


def _message(name: str, body: Mapping[str, Any]) -> bytes:
    return b"cpi_sanitise chain 1\n" + name.encode("ascii") + b"\n" + canonical(body)


def _checked(line: bytes, number: int, name: str, key: PublicKey, previous: str | None, sequence: int | None) -> Link:
    """Return the line as a link; `previous` and `sequence` None where the line before is not known."""

    def broken(what: str) -> ChainError:
        return ChainError(f"line {number} of the {name}: {what}", hint=_TAMPERED)

    try:
        body = json.loads(line)
    except (ValueError, RecursionError):
        raise broken("it is not JSON") from None
    if not isinstance(body, dict) or not set(body) >= _OWN_FIELDS:
        raise broken("it is not a line of a chain")
    try:
        same = canonical(body) == line
    except ChainError:
        same = False
    if not same:
        raise broken("it is not canonical, so it was altered")
    if body["format"] != FORMAT:
        raise ChainError(f"line {number} of the {name} is of another format", hint="verify it with the version that wrote it")
    signature = _from_base64(body.pop("signature"), 64)
    if signature is None or not key.signed(signature, _message(name, body)):
        raise broken("its signature does not hold: it was altered, or another key signed it")
    if type(body["sequence"]) is not int or not is_sha256(body["previous"]):
        raise broken("it is not a line of a chain")
    if sequence is not None and body["sequence"] != sequence:
        raise broken(f"it is out of order (it says {body['sequence']} where {sequence} is due): lines were removed, repeated or moved")
    if previous is not None and body["previous"] != previous:
        raise broken("it does not follow the line before, which was altered or replaced")
    event = {field: value for field, value in body.items() if field not in _OWN_FIELDS}
    return Link(body["sequence"], line_sha256(line), event)


def _from_base64(text: object, length: int) -> bytes | None:
    """Return the bytes, or None. Two texts can decode to the same bytes; only the one that encoding gives back is taken."""
    if not isinstance(text, str):
        return None
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == length and base64.b64encode(raw).decode("ascii") == text else None


# The file


@contextmanager
def locked(path: Path, *, wait: bool = True, shared: bool = False) -> Iterator[int]:
    """Open for appending, made if missing, and locked against every other process until the end; one that is killed lets go.

    With `shared`, open for reading and keep out only those who lock alone. Without `wait`, BlockingIOError at once.
    """
    if fcntl is None:
        raise StoreError("this system has no file locks that a store needs", hint="use Linux, macOS or another POSIX system")
    descriptor = os.open(path, os.O_RDONLY if shared else os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o640)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
        yield descriptor
    finally:
        os.close(descriptor)


def _mended(descriptor: int, name: str, key: PublicKey) -> tuple[int, Link | None]:
    """Return the size and the last line of the chain, once a line that was not finished is cut off or finished."""
    size, tail = _tail(descriptor)
    if tail and not tail.endswith(b"\n"):
        start = size - len(tail) + tail.rfind(b"\n") + 1
        try:
            _checked(tail[tail.rfind(b"\n") + 1 :], 0, name, key, None, None)
        except ChainError:
            os.ftruncate(descriptor, start)
            os.fsync(descriptor)
        else:
            _write_whole(descriptor, b"\n", size)
        size, tail = _tail(descriptor)
    return size, _last(tail, name, key) if tail else None


def _last(tail: bytes, name: str, key: PublicKey) -> Link:
    try:
        return _checked(tail[:-1].rpartition(b"\n")[2], 0, name, key, None, None)
    except ChainError as error:
        what = str(error).partition(": ")[2] or "it is of another format"
        raise ChainError(f"the last line of the {name}: {what}", hint=error.hint) from None


def _tail(descriptor: int) -> tuple[int, bytes]:
    """Return the size, and the end of the file from before its last two line feeds at least, or the whole file."""
    size = start = os.fstat(descriptor).st_size
    tail = b""
    while start and tail.count(b"\n") < 2:
        length = min(max(_BLOCK_BYTES, len(tail)), start)
        start -= length
        tail = _read_whole(descriptor, length, start) + tail
    return size, tail


def _read_whole(descriptor: int, length: int, start: int) -> bytes:
    parts = []
    while length:
        part = os.pread(descriptor, length, start)
        if not part:
            raise ChainError("a chain became shorter while it was read", hint="see which other program writes to it")
        parts.append(part)
        length, start = length - len(part), start + len(part)
    return b"".join(parts)


def _write_whole(descriptor: int, data: bytes, size: int) -> None:
    """Add the bytes in one write and see them on the disk; on a full disk, leave the file as it was."""
    try:
        while data:
            # One write, unless the disk is full: then the second says so.
            data = data[os.write(descriptor, data) :]
        os.fsync(descriptor)
    except BaseException:
        with suppress(OSError):
            os.ftruncate(descriptor, size)
        raise


def sync_folder(folder: Path) -> None:
    """See the names in a folder on the disk."""
    # Windows cannot open a folder, and syncs a rename by itself.
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
