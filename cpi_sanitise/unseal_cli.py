"""The commands that hold secret keys. `cli` imports this module only when one of them is called, and never where it sanitises."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import reduce
from pathlib import Path
from typing import Any, TypeVar, cast, get_args

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from .audit import CUSTODY_REASONS, DISPOSAL_REASONS, REASONS, Access, AuditTrail, Opened, audited
from .chain import SigningKey
from .custody import REVIEW_YEARS, NewKeys, Scope, dispose, reseal, review_due
from .errors import CommandError, OpenError, StoreError
from .held import held_logs, opened_record, read_wording, return_held
from .officer_view import OfficerView, officer_view
from .opening import (
    Identity,
    generate_identity,
    open_record,
    others_can_read,
    read_identities,
    write_identity,
    write_private,
    write_signing_key,
)
from .records import find_line
from .sealed_record import Recipients, unarmored

Command = TypeVar("Command", bound=Callable[..., Any])

_FILE = click.Path(path_type=Path)
_CONTROL = {code: "\N{REPLACEMENT CHARACTER}" for code in (*range(32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A))}

_STORE = click.argument("folder", type=_FILE, metavar="STORE")
_URN = click.argument("urn", metavar="URN")
_IDENTITY = click.option(
    "--identity", "identity_files", multiple=True, required=True, type=_FILE, metavar="FILE", help="Identity file; one for each person."
)
_OUTPUT = click.option("-o", "--output", type=_FILE, metavar="FILE", help="Write here, readable by you alone, and never over another file.")
_YES = click.option("--yes", is_flag=True, help="Print to a terminal, where others may see it.")
_SIGNING_KEY = click.option("--signing-key", required=True, type=_FILE, metavar="FILE", help="The key that signs the store's ledger.")


def _accessed(reasons: tuple[str, ...]) -> Callable[[Command], Command]:
    """Add what every opening must say, for the audit trail."""
    options = (
        click.option(
            "--officer", "officers", multiple=True, required=True, metavar="ID", help="Collar or staff number; twice where two are needed."
        ),
        click.option("--reason", required=True, type=click.Choice(reasons), help="Why."),
        click.option(
            "--justification",
            required=True,
            metavar="TEXT",
            help="Why now, in a few words, such as a task number. Put nothing in of what the record holds, no name and no detail: auditors read it.",
        ),
        click.option("--audit-key", required=True, type=_FILE, metavar="FILE", help="Signs the audit trail; not the ledger's key."),
    )
    return lambda command: reduce(lambda made, option: option(made), reversed(options), command)


@click.command()
@_STORE
@_URN
@_IDENTITY
@_accessed(REASONS)
@click.option(
    "--disclosed-to", multiple=True, metavar="WHO", help="Whom it will be shown to outside the unit; the trail then has a disclosure."
)
@_OUTPUT
@_YES
def unseal(
    folder: Path,
    urn: str,
    identity_files: tuple[Path, ...],
    officers: tuple[str, ...],
    reason: str,
    justification: str,
    audit_key: Path,
    disclosed_to: tuple[str, ...],
    output: Path | None,
    yes: bool,
) -> None:
    """Open the sealed record, or the rejected row, that has URN, once that is in the store's audit trail.

    What was sealed is written as it is, as JSON, to stdout or to the output file. Where two persons are needed, give
    --identity and --officer twice. If the trail cannot be written, nothing is opened.
    """
    _check_screen(output, yes)
    access = Access(officers, reason, justification, disclosed_to)
    trail = AuditTrail.of_store(folder, SigningKey.read(audit_key))
    holders = _holders(identity_files)
    line = find_line(folder, "sealed", urn) or find_line(folder, "rejected", urn)
    if line is None:
        raise StoreError("the store has no sealed record of this URN", hint="see whether the URN is right, or was disposed of")
    log = find_line(folder, "log", urn) if line.kind == "sealed" else None
    with audited(trail, access, "consultation", "unseal", [Opened(urn, line.sealed_sha256)]):
        plaintext = open_record(line.sealed, holders, officers=len(officers))
        opened_record(plaintext, urn)
    if log is not None and log.log.sealed_sha256 != line.sealed_sha256:
        click.echo("cpi-sanitise: warning: its log names another sealed record", err=True)
        click.echo("hint: it may have been put there; verify the store before you rely on it", err=True)
    _write(plaintext, output)
    click.echo(f"opened for: {reason}", err=True)


@click.command("unseal-file")
@click.argument("file", type=_FILE)
@click.option("--audit-trail", required=True, type=_FILE, metavar="FILE", help="Trail to write to, new or to be continued.")
@_IDENTITY
@_accessed(REASONS)
@click.option("--disclosed-to", multiple=True, metavar="WHO", help="Whom it will be shown to outside the unit.")
@_OUTPUT
@_YES
def unseal_file(
    file: Path,
    audit_trail: Path,
    identity_files: tuple[Path, ...],
    officers: tuple[str, ...],
    reason: str,
    justification: str,
    audit_key: Path,
    disclosed_to: tuple[str, ...],
    output: Path | None,
    yes: bool,
) -> None:
    """Open one age file that is in no store, such as one that an intake system keeps; audited like `unseal`.

    The trail has the file's hash in place of a URN.
    """
    _check_screen(output, yes)
    access = Access(officers, reason, justification, disclosed_to)
    holders = _holders(identity_files)
    sealed = unarmored(file.read_bytes())
    trail = AuditTrail(audit_trail, SigningKey.read(audit_key))
    with audited(trail, access, "consultation", "unseal-file", [Opened(None, hashlib.sha256(sealed).hexdigest())]):
        plaintext = open_record(sealed, holders, officers=len(officers))
    _write(plaintext, output)
    click.echo(f"opened for: {reason}", err=True)


@click.command("officer-view")
@_STORE
@_URN
@_IDENTITY
@_accessed(REASONS)
@click.option("--json", "as_json", is_flag=True, help="Write the log and its subjects as JSON.")
@_OUTPUT
@_YES
def view(
    folder: Path,
    urn: str,
    identity_files: tuple[Path, ...],
    officers: tuple[str, ...],
    reason: str,
    justification: str,
    audit_key: Path,
    as_json: bool,
    output: Path | None,
    yes: bool,
) -> None:
    """Show the log that has URN with its subjects restored from the subject key. It never opens the source.

    STORE needs the folders `log` and `subject_keys` only. The officers' trail is `officer_audit.jsonl`, with a key of theirs.
    """
    _check_screen(output, yes)
    trail = AuditTrail.of_store(folder, SigningKey.read(audit_key), of_officers=True)
    identities = [identity for holder in _holders(identity_files) for identity in holder]
    found = officer_view(folder, urn, identities, Access(officers, reason, justification), trail)
    text = _as_json(found) if as_json else _as_text(found)
    _write(text.encode("utf-8", "backslashreplace"), output)


def _as_json(found: OfficerView) -> str:
    restored = [{"kind": kind, "text": text} for kind, text in found.statements]
    return json.dumps({"log": json.loads(found.log.to_json()), "restored": restored, "subjects": found.subjects}) + "\n"


def _as_text(found: OfficerView) -> str:
    log = found.log
    lines = [f"{log.urn} · {log.status} · {log.outcome} · priority {log.priority} · {', '.join(log.categories) or 'no category'}"]
    lines += [f"held: {reason}" for reason in log.hold_reasons]
    lines += [f"{number}. ({kind}) {text}" for number, (kind, text) in enumerate(found.statements, start=1)]
    lines += [f"{placeholder} = {' · '.join(texts)}" for placeholder, texts in found.subjects.items()]
    return "".join(line.translate(_CONTROL) + "\n" for line in lines)


# Held submissions


@click.group()
def held() -> None:
    """Held submissions: `held list` shows them, `held return` sends one back as a draft. To read one: `unseal … --reason held_review`."""


@held.command("list")
@_STORE
def held_list(folder: Path) -> None:
    """List the held submissions of STORE, from its logs alone: URN, priority, outcome, hold reasons, with tabs between."""
    found = held_logs(folder)
    for log in found:
        click.echo("\t".join((log.urn, log.priority, log.outcome, "; ".join(log.hold_reasons).translate(_CONTROL))))
    click.echo(f"{len(found)} held", err=True)


@held.command("return")
@_STORE
@_URN
@click.option("--text", "text_file", required=True, type=_FILE, metavar="FILE", help="Lines that begin with F, O or M; or TOML.")
@_IDENTITY
@_SIGNING_KEY
@_accessed(("held_review",))
def held_return(
    folder: Path,
    urn: str,
    text_file: Path,
    identity_files: tuple[Path, ...],
    signing_key: Path,
    officers: tuple[str, ...],
    reason: str,
    justification: str,
    audit_key: Path,
) -> None:
    """Send a held submission back as a draft in your own wording, once the leak check passes it.

    The wording has a statement a line, each after its kind: F (fact), O (opinion) or M (mixed). Or a TOML file with
    [[statement]] tables (kind, text) and a table [subjects] that says whom a placeholder such as "PERSON 1" stands for;
    officers get it in the subject key. What leaks is named by statement and never quoted, and nothing is changed then.
    """
    wording = read_wording(text_file)
    key, trail = _keys(folder, signing_key, audit_key)
    draft = return_held(folder, urn, wording, _holders(identity_files), Access(officers, reason, justification), trail, key)
    click.echo(f"{draft.urn} is a draft with {len(draft.statements)} statements", err=True)


# Custody


@click.command("reseal")
@_STORE
@_IDENTITY
@click.option("--to", "unit_keys", multiple=True, metavar="AGE1…", help="New public key of the unit; may be repeated.")
@click.option("--second-to", "second_keys", multiple=True, metavar="AGE1…", help="New second group, or a first one: the two-person rule.")
@click.option("--officers-to", "officer_keys", multiple=True, metavar="AGE1…", help="New public key of the officers, for subject keys.")
@click.option("--rrd-group", type=click.Choice([str(group) for group in REVIEW_YEARS]), help="Retention group: sets the next review.")
@click.option(
    "--review-due", "due", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The next review, where the force's schedule says."
)
@_SIGNING_KEY
@_accessed(CUSTODY_REASONS)
def reseal_command(
    folder: Path,
    identity_files: tuple[Path, ...],
    unit_keys: tuple[str, ...],
    second_keys: tuple[str, ...],
    officer_keys: tuple[str, ...],
    rrd_group: str | None,
    due: datetime | None,
    signing_key: Path,
    officers: tuple[str, ...],
    reason: str,
    justification: str,
    audit_key: Path,
) -> None:
    """Seal everything of STORE to other keys; the ledger says so, and when the store is next to be reviewed.

    --identity opens what is there now. A command that was stopped is finished by giving it again. Runs that continue the
    store must then be given the new keys. Copies of the old ciphertext elsewhere (backups) still open with the old key.
    """
    new = NewKeys(
        Recipients("unit", unit_keys) if unit_keys else None,
        Recipients("second group of the unit", second_keys) if second_keys else None,
        Recipients("officers", officer_keys) if officer_keys else None,
    )
    today = datetime.now(UTC).date()
    if (due is None) == (rrd_group is None):
        raise CommandError("the next review is not given, or twice", hint="give --review-due YYYY-MM-DD, or --rrd-group")
    next_review = due.date() if due is not None else review_due(int(cast(str, rrd_group)), today)
    if next_review <= today:
        raise CommandError("the next review is not in the future", hint="give the day of the review that comes next")
    key, trail = _keys(folder, signing_key, audit_key)
    access = Access(officers, reason, justification)
    console = Console(stderr=True, highlight=False)
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("files"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as live:
        task = live.add_task("", total=None)
        count = reseal(
            folder,
            new,
            _holders(identity_files),
            access,
            trail,
            key,
            review_due=next_review,
            watch=lambda done, total: live.update(task, completed=done, total=total),
        )
    click.echo(f"{count} resealed; next review due {next_review.isoformat()}", err=True)


@click.command("dispose")
@_STORE
@click.argument("urns", nargs=-1, required=True, metavar="URN…")
@click.option(
    "--scope",
    required=True,
    type=click.Choice(get_args(Scope)),
    help="source: the sealed record only. whole: log and subject key too.",
)
@click.option("--reviewed-on", required=True, type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Day of the review that decided it.")
@_SIGNING_KEY
@_accessed(DISPOSAL_REASONS)
def dispose_command(
    folder: Path,
    urns: tuple[str, ...],
    scope: Scope,
    reviewed_on: datetime,
    signing_key: Path,
    officers: tuple[str, ...],
    reason: str,
    justification: str,
    audit_key: Path,
) -> None:
    """Overwrite and remove records, for good; the ledger says so. No identity is needed: nothing is opened.

    A command that was stopped is finished by giving it again. It cannot reach backups, snapshots, copies, or blocks that a
    solid-state disk keeps: see docs/threat-model.md.
    """
    reviewed: date = reviewed_on.date()
    if reviewed > datetime.now(UTC).date():
        raise CommandError("the review is not yet past", hint="give the day of the review that decided the disposal")
    key, trail = _keys(folder, signing_key, audit_key)
    count = dispose(folder, urns, scope, Access(officers, reason, justification), trail, key, reviewed_on=reviewed)
    click.echo(f"{count} disposed of" if count else "disposed of already", err=True)


@click.command()
@click.option("-o", "--output", required=True, type=_FILE, metavar="FILE", help="Identity file to write; never over another file.")
@click.option(
    "--name", type=click.Choice(("unit", "second-unit", "officers", "signing")), default="unit", show_default=True, help="What it is for."
)
def keygen(output: Path, name: str) -> None:
    """Make a pair of keys. The file of the secret half is readable by you alone; the public half is printed.

    Make one pair for the intelligence unit and another for the officers, each on the machine where it will be used; and
    pairs that sign, one for ledgers and one for each audit trail: who verifies them needs the printed lines from a hand
    that they trust. docs/key-ceremony.md goes through it step by step.
    """
    if name == "signing":
        key = SigningKey.generate()
        write_signing_key(key, output)
        click.echo(key.public.line)
        return
    identity = generate_identity()
    write_identity(identity, output, name=name)
    click.echo(identity.public_key)


def _keys(folder: Path, signing_key: Path, audit_key: Path) -> tuple[SigningKey, AuditTrail]:
    return SigningKey.read(signing_key), AuditTrail.of_store(folder, SigningKey.read(audit_key))


def _holders(files: tuple[Path, ...]) -> list[list[Identity]]:
    """Read each identity file, which is one person's."""
    holders = []
    for file in files:
        holders.append(read_identities(file))
        if others_can_read(file):
            click.echo("cpi-sanitise: warning: others than the owner have access to an identity file", err=True)
            click.echo("hint: chmod 600 it, and consider whether a new pair of keys is due", err=True)
    return holders


def _check_screen(output: Path | None, yes: bool) -> None:
    if output is None and sys.stdout.isatty() and not yes:
        raise CommandError("this would show what was sealed on the screen", hint="give -o FILE, or --yes if nobody else can see it")
    if output is not None and output.exists():
        raise OpenError("the output file exists already and was left as it is", hint="choose another name")


def _write(data: bytes, output: Path | None) -> None:
    if output is None:
        click.echo(data, nl=False)
        return
    try:
        write_private(output, data)
    except FileExistsError:
        raise OpenError("the output file exists already and was left as it is", hint="choose another name") from None
