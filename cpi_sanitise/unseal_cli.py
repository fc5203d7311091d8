"""The commands that hold secret keys: `unseal` and `keygen`. `cli` imports this module only when one of them is called."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from .chain import SigningKey
from .errors import CommandError, OpenError
from .opening import (
    generate_identity,
    open_sealed,
    others_can_read,
    read_identities,
    write_identity,
    write_private,
    write_signing_key,
)

REASONS = (
    "review",
    "held_review",
    "clarification",
    "cpia_reveal",
    "threat_to_life",
    "complaint_or_audit",
    "subject_rights",
    "correction",
)

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("file", type=_FILE)
@click.option(
    "--identity", "identity_files", multiple=True, required=True, type=_FILE, metavar="FILE", help="Identity file; may be repeated."
)
@click.option("--reason", required=True, type=click.Choice(REASONS), help="Why it is opened.")
@click.option("--urn", metavar="URN", help="Which line of a part-….jsonl file to open.")
@click.option("-o", "--output", type=_FILE, metavar="FILE", help="Write here, readable by you alone, and never over another file.")
@click.option("--yes", is_flag=True, help="Print to a terminal, where others may see it.")
def unseal(file: Path, identity_files: tuple[Path, ...], reason: str, urn: str | None, output: Path | None, yes: bool) -> None:
    """Open one sealed record, subject key or rejected row: an age file, or the line of a part file that has the URN.

    What was sealed is written as it is, as JSON, to stdout or to the output file.
    """
    if output is None and sys.stdout.isatty() and not yes:
        raise CommandError("this would show what was sealed on the screen", hint="give -o FILE, or --yes if nobody else can see it")
    identities = []
    for identity_file in identity_files:
        identities += read_identities(identity_file)
        if others_can_read(identity_file):
            click.echo("cpi-sanitise: warning: others than the owner have access to an identity file", err=True)
            click.echo("hint: chmod 600 it, and consider whether a new pair of keys is due", err=True)
    plaintext = open_sealed(_sealed(file, urn), identities)
    if output is None:
        click.echo(plaintext, nl=False)
    else:
        try:
            write_private(output, plaintext)
        except FileExistsError:
            raise OpenError("the output file exists already and was left as it is", hint="choose another name") from None
    click.echo(f"opened for: {reason}", err=True)


@click.command()
@click.option("-o", "--output", required=True, type=_FILE, metavar="FILE", help="Identity file to write; never over another file.")
@click.option("--name", type=click.Choice(("unit", "officers", "signing")), default="unit", show_default=True, help="What it is for.")
def keygen(output: Path, name: str) -> None:
    """Make a pair of keys. The file of the secret half is readable by you alone; the public half is printed.

    Make one pair for the intelligence unit and another for the officers, each on the machine where it will be used, and a
    pair that signs ledgers and audit trails: who verifies them needs its printed line from a hand that they trust.
    """
    if name == "signing":
        key = SigningKey.generate()
        write_signing_key(key, output)
        click.echo(key.public.line)
        return
    identity = generate_identity()
    write_identity(identity, output, name=name)
    click.echo(identity.public_key)


def _sealed(file: Path, urn: str | None) -> bytes:
    """Return one age file: the file itself, or the line of a part file that has the URN."""
    data = file.read_bytes()
    if not data.startswith(b"{"):
        if urn is not None:
            raise OpenError("a URN is given, but the file is not a part file", hint="leave --urn out")
        return data
    lines = [line for line in data.split(b"\n") if line]
    if urn is None and len(lines) > 1:
        raise OpenError(f"the file holds {len(lines)} sealed records", hint="say with --urn which one to open; one is opened at a time")
    for line in lines:
        try:
            record = json.loads(line)
            if urn is None or record["urn"] == urn:
                return str(record["sealed"]).encode("ascii")
        except (ValueError, KeyError, TypeError):
            raise OpenError("the file is not a part file as `run` writes them", hint="give an age file, or sealed/part-….jsonl") from None
    raise OpenError("no line of the file has this URN", hint="look for it in the other part files")
