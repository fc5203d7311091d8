"""The command line: parses, calls, prints. The only modules that print are this one and `unseal_cli`.

Exit codes: 0 every row became a draft · 1 a row was held or rejected, or the work could not be done · 2 wrong usage.
Errors are shown as `cpi-sanitise: error: …` and `hint: …`. No traceback is ever shown, and nothing of a submission: no
text, reference or file name, since a file's name may be somebody's.
"""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import monotonic
from typing import get_args

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from .acceptance import TEXTS_FOLDER, appearances, is_in, read_strings
from .batch import Counts, write_batch
from .chain import PublicKey, SigningKey
from .columns import ENCODINGS, Column, ColumnMapping
from .errors import CommandError, IntakeError, RecipientError, SanitiseError, SettingsError, SigningKeyError
from .explaining import explanation
from .intake import Accepted, Rejected, read_columns, read_rows
from .sealed_record import Recipients, check_apart
from .settings import Caution, Settings
from .statistics import MINIMUM, count_logs, publishable, write_statistics
from .store import Terms, anchor_of
from .verification import Trail, unverified_trails, verify_store

# More than these would scroll the first ones away; all of them are listed in the folder `rejected`.
REJECTED_ROWS_SHOWN = 20

_OPENING_COMMANDS = {
    "unseal": "unseal",
    "unseal-file": "unseal_file",
    "officer-view": "view",
    "held": "held",
    "reseal": "reseal_command",
    "dispose": "dispose_command",
    "keygen": "keygen",
}


class _Commands(click.Group):
    """Keeps what opens in a module that is imported only when it is called, or listed in the help."""

    def list_commands(self, context: click.Context) -> list[str]:
        return [*super().list_commands(context), *_OPENING_COMMANDS]

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in _OPENING_COMMANDS:
            return super().get_command(context, name)
        command: click.Command = getattr(import_module(".unseal_cli", __package__), _OPENING_COMMANDS[name])
        return command


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit; the one place where exceptions become lines for a person."""
    sys.exit(run_command(arguments))


def run_command(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    with _quiet_libraries():
        try:
            result = cli.main(arguments, prog_name="cpi-sanitise", standalone_mode=False)
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message(), err=True)
            return 2
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else "cpi-sanitise"
            return _fail(_usage_fault(error), f"see `{command} --help`", 2)
        except (CommandError, SettingsError, RecipientError, IntakeError, SigningKeyError) as error:
            return _fail(str(error), error.hint, 2)
        except SanitiseError as error:
            return _fail(str(error), error.hint, 1)
        except (click.Abort, KeyboardInterrupt):
            return _fail("stopped", "the store is whole up to its last finished chunk; the same command goes on from there", 1)
        except OSError as error:
            # Without the file name, which Python would add.
            return _fail(f"a file could not be used: {error.strerror or type(error).__name__}", "check space, paths and permissions", 1)
        except Exception as error:
            return _fail(
                f"unexpected {type(error).__name__}", "its words are not shown, since they may quote a submission; report its name", 1
            )
    return result if isinstance(result, int) else 0


def _usage_fault(error: click.UsageError) -> str:
    # Click's other messages repeat what was typed, which may be a file's name or a key in the wrong place.
    if isinstance(error, click.NoSuchOption | click.MissingParameter):
        return error.format_message()
    if isinstance(error, click.BadParameter) and error.param is not None:
        return f"{error.param.get_error_hint(error.ctx)} cannot have this value" if error.ctx else "an option cannot have its value"
    return "there is a word too many, or one that is not a command"


def _fail(message: str, hint: str, code: int) -> int:
    click.echo(f"cpi-sanitise: error: {message}", err=True)
    if hint:
        click.echo(f"hint: {hint}", err=True)
    return code


@contextmanager
def _quiet_libraries() -> Iterator[None]:
    """Silence logging and warnings of every library: their messages may quote what they read."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _version() -> str:
    try:
        return version("cpi-sanitise")
    except PackageNotFoundError:
        return "not installed"


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(_version(), prog_name="cpi-sanitise")
def cli() -> None:
    """Turn Community Partnership Information submissions into sanitised logs and sealed records.

    Exit codes: 0 every row became a draft, 1 a row was held or rejected, 2 wrong usage.
    """


_FILE = click.Path(path_type=Path)
_MAPPING = click.option("--mapping", "mapping_file", type=_FILE, metavar="TOML", help="Says which column is what.")
_ENCODING = click.option("--encoding", type=click.Choice(ENCODINGS), help="Encoding of files without a byte order mark.  [default: utf-8]")
_ACCEPT = click.option("--accept-columns", is_flag=True, help="Take misspelt headings for what `columns` shows.")
_CAUTION = click.option("--caution", type=click.Choice(get_args(Caution)), help="How far the log may point to its source.")
_SETTINGS = click.option("--settings", "settings_file", type=_FILE, metavar="TOML", help="Settings file; --caution goes before it.")


@cli.command()
@click.argument("files", nargs=-1, required=True, type=_FILE, metavar="PATH…")
@click.option("-o", "--output", "folder", required=True, type=_FILE, metavar="STORE", help="Folder of the store, new or to be continued.")
@click.option("--signing-key", required=True, type=_FILE, metavar="FILE", help="Signs the ledger; `keygen --name signing` makes one.")
@click.option("--unit-key", "unit_keys", multiple=True, metavar="AGE1…", help="Public key of the intelligence unit; may be repeated.")
@click.option("--unit-key-file", "unit_key_files", multiple=True, type=_FILE, metavar="FILE", help="File of such keys, one a line.")
@click.option(
    "--second-unit-key",
    "second_unit_keys",
    multiple=True,
    metavar="AGE1…",
    help="Two-person rule: sealed records then open only with a --unit-key and one of these together; may be repeated.",
)
@click.option("--second-unit-key-file", "second_unit_key_files", multiple=True, type=_FILE, metavar="FILE", help="File of such keys.")
@click.option("--officer-key", "officer_keys", multiple=True, metavar="AGE1…", help="Public key of the officers; may be repeated.")
@click.option("--officer-key-file", "officer_key_files", multiple=True, type=_FILE, metavar="FILE", help="File of such keys, one a line.")
@_MAPPING
@_ENCODING
@_ACCEPT
@_CAUTION
@_SETTINGS
@click.option("--n-process", type=click.IntRange(min=1), default=1, show_default=True, help="Processes, each with its own model.")
def run(
    files: tuple[Path, ...],
    folder: Path,
    signing_key: Path,
    unit_keys: tuple[str, ...],
    unit_key_files: tuple[Path, ...],
    second_unit_keys: tuple[str, ...],
    second_unit_key_files: tuple[Path, ...],
    officer_keys: tuple[str, ...],
    officer_key_files: tuple[Path, ...],
    mapping_file: Path | None,
    encoding: str | None,
    accept_columns: bool,
    caution: Caution | None,
    settings_file: Path | None,
    n_process: int,
) -> int:
    """Sanitise files and folders (see docs/intake.md for the formats) into a store of logs, sealed records and subject keys, with a signed ledger.

    A row that cannot be read is reported by number and sealed to the unit; the others go on. A run that was stopped,
    in whatever way, goes on when the same command is given again. The anchor that is printed at the end is to be kept
    where those who can write to the store cannot reach it: `verify --anchor` then shows a ledger that was written anew.
    """
    unit = _recipients("unit", unit_keys, unit_key_files)
    officers = _recipients("officers", officer_keys, officer_key_files)
    second_unit = None
    if second_unit_keys or second_unit_key_files:
        second_unit = _recipients("second group of the unit", second_unit_keys, second_unit_key_files)
    check_apart(unit, officers, second_unit)
    key = SigningKey.read(signing_key)
    rows = read_rows(files, mapping=_mapping(mapping_file), encoding=encoding, accept_columns=accept_columns)
    settings = _settings(settings_file, caution)

    from .sanitiser import Sanitiser, made_by

    sanitiser = Sanitiser(
        unit_keys=list(unit.keys),
        officer_keys=list(officers.keys),
        settings=settings,
        second_unit_keys=second_unit.keys if second_unit else (),
    )
    terms = Terms(made_by(), settings, unit, officers, second_unit=second_unit)
    with _Progress(files) as progress:
        counts = write_batch(
            progress.following(rows), sanitiser, folder, terms=terms, key=key, inputs=files, n_process=n_process, watch=progress.show
        )
    click.echo(progress.summary(counts), err=True)
    click.echo(f"anchor: {anchor_of(folder, key.public)}")
    return 1 if counts.held or counts.rejected else 0


@cli.command()
@click.argument("samples", type=_FILE, metavar="FOLDER")
@click.option("-o", "--output", "folder", required=True, type=_FILE, metavar="STORE", help="Folder of the store that the run makes; new.")
@click.option("--signing-key", required=True, type=_FILE, metavar="FILE", help="Signs the ledger; `keygen --name signing` makes one.")
@click.option("--unit-key", "unit_keys", multiple=True, metavar="AGE1…", help="Public key of the intelligence unit; may be repeated.")
@click.option("--unit-key-file", "unit_key_files", multiple=True, type=_FILE, metavar="FILE", help="File of such keys, one a line.")
@click.option("--officer-key", "officer_keys", multiple=True, metavar="AGE1…", help="Public key of the officers; may be repeated.")
@click.option("--officer-key-file", "officer_key_files", multiple=True, type=_FILE, metavar="FILE", help="File of such keys, one a line.")
@_CAUTION
@_SETTINGS
def accept(
    samples: Path,
    folder: Path,
    signing_key: Path,
    unit_keys: tuple[str, ...],
    unit_key_files: tuple[Path, ...],
    officer_keys: tuple[str, ...],
    officer_key_files: tuple[Path, ...],
    caution: Caution | None,
    settings_file: Path | None,
) -> int:
    """Run your own planted samples, and report every byte of the store in which one of your strings came out.

    FOLDER holds `texts`, a folder of submissions in any format that `run` reads, and `must-not-come-out.txt`, a string a
    line: names, numbers, workplaces and phrases of the sources that you planted. Strings are reported by their line in that
    file, never shown. Exit code 1 if one came out, if one stands in none of the texts, or if nothing was drafted.
    """
    planted = read_strings(samples)
    if folder.exists() and any(folder.iterdir()):
        raise CommandError(
            "the output folder is not empty", hint="give a new folder, so that all that is searched comes from these samples"
        )
    unit = _recipients("unit", unit_keys, unit_key_files)
    officers = _recipients("officers", officer_keys, officer_key_files)
    check_apart(unit, officers)
    key = SigningKey.read(signing_key)
    settings = _settings(settings_file, caution)
    texts = samples / TEXTS_FOLDER
    rows = read_rows([texts])

    from .sanitiser import Sanitiser, made_by

    sanitiser = Sanitiser(unit_keys=list(unit.keys), officer_keys=list(officers.keys), settings=settings)
    absent = {one.number: one for one in planted}

    def looked_for() -> Iterator[Accepted | Rejected]:
        for row in rows:
            if isinstance(row, Accepted):
                read = [row.submission.narrative, *row.submission.form.values()]
                for number in [number for number, one in absent.items() if is_in(one, read)]:
                    del absent[number]
            yield row

    counts = write_batch(looked_for(), sanitiser, folder, terms=Terms(made_by(), settings, unit, officers), key=key, inputs=[texts])
    found = list(appearances(folder, planted))
    for one in found:
        place = f"line {one.line}, bytes {one.start} to {one.end}" if one.line else "in its name"
        click.echo(f"string {one.string} came out: {one.file}, {place}")
    for number in sorted(absent):
        click.echo(f"string {number} stands in none of the texts that could be read")
    came_out = len({one.string for one in found})
    click.echo(f"{len(planted)} strings · {came_out} came out · {len(absent)} in none of the texts", err=True)
    click.echo(_counted(counts), err=True)
    if not counts.drafted:
        click.echo("cpi-sanitise: warning: nothing was drafted, so nothing is shown", err=True)
    return 1 if found or absent or not counts.drafted else 0


@cli.command()
@click.argument("folder", type=_FILE, metavar="STORE")
@click.option("--public-key", required=True, metavar="KEY", help="Public signing key, cpi-ed25519:…, or a file that holds it.")
@click.option("--anchor", metavar="HASH", help="An anchor that was kept outside the store: the ledger must still contain its line.")
@click.option("--audit-public-key", metavar="KEY", help="Public key of the unit's audit trail, to verify audit.jsonl too.")
@click.option("--audit-anchor", metavar="HASH", help="An anchor of that trail that was kept outside the store.")
@click.option("--officer-audit-public-key", metavar="KEY", help="Public key of the officers' trail, officer_audit.jsonl.")
@click.option("--officer-audit-anchor", metavar="HASH", help="An anchor of that trail that was kept outside the store.")
def verify(
    folder: Path,
    public_key: str,
    anchor: str | None,
    audit_public_key: str | None,
    audit_anchor: str | None,
    officer_audit_public_key: str | None,
    officer_audit_anchor: str | None,
) -> int:
    """Check every record of STORE against its signed ledger, and print the ledger's anchor, and those of audit trails.

    Keep the anchors where those who can write to the store cannot reach them. Exit code 1 if anything was altered, removed,
    added, repeated, reordered or truncated, or if a reseal, dispose or held return was stopped and is not finished.
    """
    trails = [
        *_trail("unit", audit_public_key, audit_anchor, "--audit-public-key"),
        *_trail("officers", officer_audit_public_key, officer_audit_anchor, "--officer-audit-public-key"),
    ]
    console = Console(stderr=True, highlight=False)
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("files"), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as live:
        task = live.add_task("", total=None)
        found = verify_store(
            folder,
            PublicKey.read(public_key),
            anchor=anchor,
            trails=trails,
            watch=lambda done, total: live.update(task, completed=done, total=total),
        )
    for fault in found.faults:
        click.echo(f"cpi-sanitise: error: {fault}", err=True)
    if not found.complete and found.anchor:
        click.echo("cpi-sanitise: warning: the run is not finished; the same `run` command continues it", err=True)
    for left in found.unfinished:
        click.echo(f"cpi-sanitise: error: unfinished: {left}", err=True)
    for name in unverified_trails(folder, trails):
        click.echo(f"cpi-sanitise: warning: the {name} is there and was not verified; give its public key", err=True)
    if found.anchor:
        click.echo(f"anchor: {found.anchor}")
    for trail in found.trails:
        click.echo(f"{'officer ' if trail.of == 'officers' else ''}audit anchor: {trail.anchor}")
        left_open = f" · {trail.interrupted} without an outcome, to be counted as opened" if trail.interrupted else ""
        click.echo(f"audit trail of the {trail.of} holds: {trail.openings} openings{left_open}", err=True)
    if found.faults:
        click.echo("hint: compare the store with a backup; nothing of it is evidence before each fault is explained", err=True)
        return 1
    if found.unfinished:
        click.echo("hint: a command was stopped, and nothing is lost: give the same reseal, dispose or held return again", err=True)
        return 1
    later = {"resealed": found.resealed, "disposed of": found.disposed, "returned": found.returned}
    changes = "".join(f" · {times} {what}" for what, times in later.items() if times)
    due = f" · next review due {found.review_due}" if found.review_due else ""
    click.echo(f"every record holds: {_counted(Counts(found.drafted, found.held, found.rejected))}{changes}{due}", err=True)
    return 0


def _trail(of: str, key: str | None, anchor: str | None, option: str) -> list[Trail]:
    if key is None and anchor is not None:
        raise CommandError("an audit anchor is given without the key of its trail", hint=f"give {option}")
    return [] if key is None else [Trail(of, PublicKey.read(key), anchor)]


@cli.command()
@click.argument("folder", type=_FILE, metavar="STORE")
@click.option("-o", "--output", required=True, type=_FILE, metavar="FOLDER", help="Folder for the CSV files and the page; new.")
@click.option("--minimum", type=click.IntRange(min=2), default=MINIMUM, show_default=True, help="Counts below this are not published.")
@click.option(
    "--until", type=click.DateTime(["%Y-%m"]), metavar="MONTH", help="Count only events of known months up to this one, as 2026-10."
)
@click.option("--public-key", metavar="KEY", help="Public signing key: count only what the signed ledger of a finished run has.")
def statistics(folder: Path, output: Path, minimum: int, until: datetime | None, public_key: str | None) -> int:
    """Write counts of STORE's logs by outcome, priority, category, area and period, as CSV and as a page with plots.

    Counts below the minimum are withheld, and so is whatever would tell them by a sum. Two statistics of nearly the same logs
    can still be subtracted from one another: publish a store once, or whole closed months with --until, and never both
    before and after a handful of logs. See docs/statistics.md.
    """
    month = None if until is None else f"{until:%Y-%m}"
    tally = count_logs(folder, until=month, key=None if public_key is None else PublicKey.read(public_key))
    published = publishable(tally, minimum)
    write_statistics(published, output, until=month)
    click.echo(f"{tally.logs if published.logs is not None else f'fewer than {minimum}'} logs counted", err=True)
    return 0


@cli.command()
@click.argument("file", type=_FILE)
@click.option("--row", "wanted", type=int, metavar="N", help="Show this row only, by its number in the file.")
@_MAPPING
@_ENCODING
@_ACCEPT
@_CAUTION
@_SETTINGS
@click.option("--yes", is_flag=True, help="Write to a pipe or a file; the view shows the whole submission.")
def explain(
    file: Path,
    wanted: int | None,
    mapping_file: Path | None,
    encoding: str | None,
    accept_columns: bool,
    caution: Caution | None,
    settings_file: Path | None,
    yes: bool,
) -> int:
    """Show what is cut from the submissions in FILE, and why, in colours. Nothing is written or sealed."""
    if not (yes or sys.stdout.isatty()):
        raise CommandError("this would write a whole submission to a pipe or a file", hint="add --yes if it may go there")
    rows = read_rows([file], mapping=_mapping(mapping_file), encoding=encoding, accept_columns=accept_columns)
    settings = _settings(settings_file, caution)

    from .sanitiser import Sanitiser

    sanitiser = Sanitiser(settings=settings)
    console = Console(highlight=False)
    shown = rejected = 0
    for row in rows:
        if wanted is not None and row.row != wanted:
            continue
        shown += 1
        if isinstance(row, Accepted):
            console.print(explanation(row.submission, sanitiser.examine(row.submission), title=f"row {row.row}"))
        else:
            rejected += 1
            click.echo(_rejection(row), err=True)
    if not shown:
        raise IntakeError("there is no such row" if wanted is not None else "the file has no rows", hint="rows count from 1, headings too")
    return 1 if rejected else 0


@cli.command()
@click.argument("files", nargs=-1, required=True, type=_FILE, metavar="FILE…")
@_MAPPING
@_ENCODING
def columns(files: tuple[Path, ...], mapping_file: Path | None, encoding: str | None) -> int:
    """Show what each column of FILE… (.csv .tsv .xlsx .parquet) is taken for, by number. No cell and no heading is shown.

    A guess is marked; `run` takes it only with --accept-columns or where a mapping file says so.
    """
    mapping = _mapping(mapping_file)
    doubtful = False
    for number, file in enumerate(files, start=1):
        for sheet, found in read_columns(file, mapping=mapping, encoding=encoding):
            click.echo(f"file {number}" + (f", sheet {sheet}" if sheet > 1 else ""))
            for place, column in enumerate(found, start=1):
                click.echo(f"  column {place}: {_taken_for(column)}")
                doubtful = doubtful or column.target is None or column.guessed_from is not None
    return 1 if doubtful else 0


def _taken_for(column: Column) -> str:
    if column.target is None:
        return "unknown, or repeated: name it in a --mapping file"
    return f"{column.target}: a guess, from its likeness to {column.guessed_from!r}" if column.guessed_from else column.target


def _recipients(owner: str, keys: tuple[str, ...], files: tuple[Path, ...]) -> Recipients:
    lines = list(keys)
    for file in files:
        try:
            lines += file.read_text(encoding="ascii").splitlines()
        except OSError as error:
            raise RecipientError(f"a key file of the {owner} cannot be read: {error.strerror}", hint="check the path") from None
        except UnicodeDecodeError:
            raise RecipientError(f"a key file of the {owner} is not a list of keys", hint="it has one age1… key a line") from None
    return Recipients.read(owner, lines)


def _mapping(file: Path | None) -> ColumnMapping | None:
    return None if file is None else ColumnMapping.from_toml(file)


def _settings(file: Path | None, caution: Caution | None) -> Settings:
    settings = Settings() if file is None else Settings.from_toml(file)
    return settings if caution is None else replace(settings, caution=caution)


def _rejection(row: Rejected) -> str:
    return f"file {row.file}, row {row.row}: rejected: {row.reason}" + (f"\nhint: {row.cure}" if row.cure else "")


class _Progress:
    """Counts on stderr while the work goes on, drawn only where stderr is a terminal, and the first rejected rows.

    How far it is is known by the bytes that were read of each file, since to count rows beforehand is to read all twice.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        console = Console(stderr=True, highlight=False)
        self._sizes = [file.stat().st_size for file in files if file.is_file()]
        known = len(self._sizes) == len(files)
        self._live = Progress(
            SpinnerColumn(),
            *([TaskProgressColumn()] if known else []),
            TextColumn("{task.description}"),
            # No bar: the counts of a million rows leave no room for one on a line of 80.
            *([TimeRemainingColumn(), TextColumn("left")] if known else [TimeElapsedColumn()]),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._live.add_task(_counted(Counts()), total=sum(self._sizes) if known else None)
        self._file = self._bytes = 0
        self._hidden = 0
        self._before: Counts | None = None
        self._started = 0.0

    def __enter__(self) -> _Progress:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def following(self, rows: Iterable[Accepted | Rejected]) -> Iterator[Accepted | Rejected]:
        """Hand the rows on, and remember how far into the files they reach."""
        for row in rows:
            if row.file != self._file:
                self._file, self._bytes = row.file, 0
            self._bytes += len(row.raw)
            yield row

    def show(self, counts: Counts, rejected: Rejected | None) -> None:
        if self._before is None:
            self._before, self._started = replace(counts), monotonic()
            if self._before.total:
                click.echo(f"continued after: {_counted(counts)}", err=True)
        seconds = monotonic() - self._started
        rate = f" · {(counts.total - self._before.total) / seconds:.1f} a second" if seconds > 1 else ""
        # A row's bytes may be more than those of its file, as where a spreadsheet is unpacked.
        read = sum(self._sizes[: self._file - 1]) + min([self._bytes, *self._sizes[self._file - 1 : self._file]]) if self._file else 0
        self._live.update(self._task, description=_counted(counts) + rate, completed=read)
        if rejected is None:
            return
        if counts.rejected - self._before.rejected > REJECTED_ROWS_SHOWN:
            self._hidden += 1
            return
        self._live.console.print(Text(_rejection(rejected)), soft_wrap=True)

    def summary(self, counts: Counts) -> str:
        more = f" ({self._hidden} more rejected rows are listed in the folder `rejected`)" if self._hidden else ""
        return _counted(counts) + more


def _counted(counts: Counts) -> str:
    return f"{counts.drafted} drafted · {counts.held} held · {counts.rejected} rejected"
