"""`python -m benchmarks.thresholds`: what is left and what is kept as the encoder's thresholds move, over dev.

The encoder reads each text once, a narrative or a finished log; the stages behind it are run again at each threshold.
Rules, recognizers, the form's values and the leak check stay as they are, so this is the dial of the whole library and
not of the encoder alone.
The test split is refused: thresholds are chosen from these curves.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click
from rich.table import Table

from benchmarks.accuracy import console, machine, plain, run, shown
from benchmarks.baselines import make_sanitiser
from benchmarks.measures import MEASURES, Figure, Output, Record, figure
from corpora.build import FOLDER, SPLITS, read_split
from cpi_sanitise import Submission, detection, provenance

IDENTIFIER = (0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
PROVENANCE = (0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9, 0.95)
MEASURED = (
    "identifier recall",
    "strict identifier recall",
    "source identifiers left",
    "provenance recall",
    "provenance words left",
    "clean submissions",
    "keep retention",
    "held rate",
)
PRINTED = ("identifier recall", "provenance recall", "provenance words left", "keep retention")


class Remembered:
    """An encoder that reads each text once and remembers its scores."""

    def __init__(self, encoder: Any) -> None:
        self._encoder = encoder
        self._scores: dict[tuple[str, ...], Any] = {}
        self.labels = encoder.labels
        self.passes = 0

    def __call__(self, words: Sequence[str]) -> Any:
        key = tuple(words)
        if key not in self._scores:
            self._scores[key] = self._encoder(words)
            self.passes += 1
        return self._scores[key]


def let_out(sanitiser: Any) -> Callable[[Submission], Output]:
    """A sanitiser as a system of which only the log is asked; examining every text once more would double the work."""

    def system(submission: Submission) -> Output:
        log = sanitiser(submission).log
        statements = tuple((statement.text, statement.kind) for statement in log.statements)
        return Output(statements, held=log.status == "held", further="\n".join([*log.reasons, *log.hold_reasons, log.area or ""]))

    return system


def identifier_threshold(value: float) -> AbstractContextManager[Any]:
    """Every type of identifier at one threshold of the encoder's tags."""
    return patch.object(detection, "THRESHOLD", value)


def provenance_threshold(value: float) -> AbstractContextManager[Any]:
    """The threshold of the encoder's provenance tags; those of a span's gaps and of its mean go along in proportion."""
    scale = value / provenance.THRESHOLD
    return patch.multiple(
        provenance,
        THRESHOLD=value,
        GAP_THRESHOLD=scale * provenance.GAP_THRESHOLD,
        MEAN_THRESHOLD=min(0.99, scale * provenance.MEAN_THRESHOLD),
    )


# What moves, over which values, and where it stands in the library as it ships.
DIALS: dict[str, tuple[Callable[[float], AbstractContextManager[Any]], tuple[float, ...], float]] = {
    "identifier": (identifier_threshold, IDENTIFIER, detection.THRESHOLD),
    "provenance": (provenance_threshold, PROVENANCE, provenance.THRESHOLD),
}


def figures_of(records: Sequence[Record], system: Callable[[Any], Any]) -> dict[str, Figure | None]:
    """The measures that the thresholds move."""
    outputs, _ = run(system, records)
    return {
        one.name: figure([one.count(record, output) for record, output in zip(records, outputs, strict=True)], one.worth)
        for one in MEASURES
        if one.name in MEASURED
    }


def curves(records: Sequence[Record], *, told: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """By dial: the figures at each threshold, and at the operating point, which is the library untouched."""
    sanitiser = make_sanitiser("ordinary")
    component: Any = sanitiser._engine.nlp.get_pipe("cpi_encoder")  # type: ignore[union-attr]
    component.encoder = Remembered(component.encoder)
    system = let_out(sanitiser)

    def at(change: AbstractContextManager[Any]) -> dict[str, Figure | None]:
        with change:
            return figures_of(records, system)

    told("operating point")
    shipped = at(nullcontext())
    found: dict[str, Any] = {}
    for name, (changed, values, ships_at) in DIALS.items():
        points = []
        for value in values:
            told(f"{name} threshold {value}")
            points.append({"threshold": value, "figures": at(changed(value))})
        found[name] = {"operating point": {"threshold": ships_at, "figures": shipped}, "points": points}
    return found


def table_of(name: str, curve: dict[str, Any]) -> Table:
    """The measures that an operating point is chosen by; the result file has the others too."""
    table = Table("threshold", *PRINTED, title=f"{name} threshold")
    points = [(str(point["threshold"]), point) for point in curve["points"]]
    points.append((f"as shipped ({curve['operating point']['threshold']})", curve["operating point"]))
    for label, point in points:
        table.add_row(label, *(shown(point["figures"][measure]) for measure in PRINTED))
    return table


@click.command(help=__doc__)
@click.option("--split", type=click.Choice(SPLITS[:2]), default="dev", show_default=True)
@click.option("--limit", type=int, help="Only so many submissions, evenly spread.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures as JSON, as benchmarks/results/thresholds_dev.json."
)
def main(split: str, limit: int | None, out: Path | None) -> None:
    records = read_split(split)
    if limit:
        records = records[:: max(1, len(records) // limit)][:limit]
    found = curves(records, told=console.print)
    for name, curve in found.items():
        console.print(table_of(name, curve))
    if out:
        result = {
            "split": split,
            "submissions": len(records),
            "corpus_sha256": hashlib.sha256((FOLDER / f"{split}.jsonl").read_bytes()).hexdigest(),
            **machine(),
            "curves": {
                name: {
                    "operating point": plain(curve["operating point"]),
                    "points": [plain(point) for point in curve["points"]],
                }
                for name, curve in found.items()
            },
        }
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
