"""`python -m corpora.agreement`: a tenth of each split labelled a second time by someone who has not seen the first labels, and how far the two agree.

`--sheets FOLDER` writes the texts to be labelled, bare; the second labels are kept in `second/<split>*.txt` in the same marking.
Agreement of spans is the F measure over words (Dice), since neither labelling is the truth; of kinds, outcomes and
priorities the share that is equal, with Cohen's kappa; of categories the F measure over (text, category).
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from corpora.build import FOLDER, SPLITS, read_split
from corpora.markup import MarkupError, marked_blocks, read_submission

Record = dict[str, Any]
SEED = 11


def tenth(records: list[Record]) -> list[Record]:
    """The same tenth each time, drawn at random and at least one."""
    return random.Random(SEED).sample(records, max(1, round(len(records) / 10)))


def sheet(record: Record) -> str:
    """A submission as it came in, to be marked: no label of the first labelling is in it, nor what only its writer knew."""
    lines = [
        f"id: {record['reference']}",
        f"sector: {record['sector']}",
        f"style: {record['style']}",
        f"received_at: {record['received_at']}",
    ]
    lines += [f"form.{key}: {value}" for key, value in record["form"].items()]
    return "\n".join([*lines, "text:", record["narrative"]])


def read_second(folder: Path, split: str) -> Iterator[Record]:
    """The second labels of a split; a text that its labeller could not mark as the guide says raises MarkupError with its reference only."""
    for path in sorted((folder / "second").glob(f"{split}*.txt")):
        for block in marked_blocks(path):
            try:
                yield read_submission(block)
            except MarkupError as error:
                raise MarkupError(":".join(str(error).split(":")[:2])) from None


def words_in(record: Record, spans: Iterable[Record], label: str | None = None) -> set[tuple[str, int, str]]:
    """(reference, offset, label) of each letter or figure in the spans: counted by character, so that the two need not split words alike."""
    narrative = record["narrative"]
    return {
        (record["reference"], at, span[label] if label else "")
        for span in spans
        for at in range(span["start"], span["end"])
        if narrative[at].isalnum()
    }


def dice(first: set[Any], second: set[Any]) -> float | None:
    """Twice what both have, by what each has."""
    return 2 * len(first & second) / (len(first) + len(second)) if first or second else None


def kappa(pairs: list[tuple[str, str]]) -> float | None:
    """Cohen's kappa: agreement beyond what two labellers with these habits would reach by chance."""
    if not pairs:
        return None
    equal = sum(one == other for one, other in pairs) / len(pairs)
    habits = [Counter(pair[place] for pair in pairs) for place in (0, 1)]
    chance = sum(habits[0][label] * habits[1][label] for label in habits[0]) / len(pairs) ** 2
    return None if chance == 1 else (equal - chance) / (1 - chance)


def agreement(firsts: list[Record], seconds: list[Record]) -> dict[str, float | None]:
    """Figures over the submissions that both labelled; a text that was changed in labelling counts as not labelled."""
    known = {record["reference"]: record for record in firsts}
    pairs = [
        (known[second["reference"]], second)
        for second in seconds
        if second["reference"] in known and known[second["reference"]]["narrative"] == second["narrative"]
    ]
    figures: dict[str, float | None] = {"submissions": len(pairs), "texts changed in labelling": len(seconds) - len(pairs)}
    for name, label, by in (
        ("identifiers", "identifiers", None),
        ("identifiers with type", "identifiers", "type"),
        ("provenance", "provenance", None),
        ("provenance with kind", "provenance", "kind"),
        ("vantage", "vantage", None),
    ):
        sides = [set().union(*(words_in(pair[place], pair[place][label], by) for pair in pairs)) for place in (0, 1)]
        figures[f"{name}: F over characters"] = dice(*sides)
    roles = [
        (frozenset(one["roles"]), frozenset(other["roles"]))
        for first, second in pairs
        for one in first["identifiers"]
        for other in second["identifiers"]
        if one["start"] == other["start"]
    ]
    figures["identifier roles equal"] = sum(one == other for one, other in roles) / len(roles) if roles else None
    kinds = [
        (one["kind"] or "none", other["kind"] or "none")
        for first, second in pairs
        for one in first["statements"]
        for other in second["statements"]
        if one["start"] == other["start"]
    ]
    figures["statements that both begin alike"] = len(kinds)
    for name, labelled in (
        ("statement kinds", kinds),
        ("outcomes", [(first["outcome"], second["outcome"]) for first, second in pairs]),
        ("priorities", [(first["priority"], second["priority"]) for first, second in pairs]),
    ):
        figures[f"{name} equal"] = sum(one == other for one, other in labelled) / len(labelled) if labelled else None
        figures[f"{name}: kappa"] = kappa(labelled)
    sides = [{(pair[place]["reference"], category) for pair in pairs for category in pair[place]["categories"]} for place in (0, 1)]
    figures["categories: F"] = dice(*sides)
    return figures


@click.command(help=__doc__)
@click.option("--sheets", type=click.Path(file_okay=False, path_type=Path), help="Write the bare texts of each split there, and stop.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures as JSON.")
def main(sheets: Path | None, out: Path | None) -> None:
    if sheets is not None:
        sheets.mkdir(parents=True, exist_ok=True)
        for split in SPLITS:
            text = "\n====\n".join(sheet(record) for record in tenth(read_split(split)))
            (sheets / f"{split}.txt").write_text(text + "\n", encoding="utf-8")
        return
    figures = {split: agreement(read_split(split), list(read_second(FOLDER, split))) for split in SPLITS}
    table = Table("agreement of two labellings", *figures)
    for name in figures["train"]:
        values = [of_split[name] for of_split in figures.values()]
        table.add_row(name, *("–" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value) for value in values))
    Console(width=110).print(table)
    if out:
        out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
