"""Does what is left after the cuts read as a sentence? Marks of readers on every rewritten sentence of `corpora/dev`.

    python -m benchmarks.fluency --sheets FOLDER      # what nobody has marked yet, to be read
    python -m benchmarks.fluency --take FOLDER        # filled sheets into benchmarks/readers/fluency.jsonl
    python -m benchmarks.fluency --out benchmarks/results/fluency.json --pairs benchmarks/results/fluency_pairs.md

A sentence is *rewritten* where its words are not those of its statement in order. A reader sees it beside that statement and
marks it `fluent` (a colleague would have written it so), `awkward` (understood at first reading, but nobody would write it so) or
`broken` (not to be understood, or it says what the statement does not). A mark belongs to the pair of texts: a sentence that
comes out otherwise must be read again.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console

from benchmarks.accuracy import machine
from benchmarks.baselines import make_sanitiser
from benchmarks.measures import GAP, Record, blank, without_placeholders, words_of
from corpora.build import read_split

READ = Path(__file__).parent / "readers" / "fluency.jsonl"
MARKS = ("fluent", "awkward", "broken")
SHOWN = 100
SHEET = 60  # sentences a sheet

console = Console(highlight=False, markup=False)


@dataclass(frozen=True, slots=True)
class Pair:
    """A statement as it came in and as the log says it."""

    reference: str
    before: str
    after: str


def rewritten(records: Sequence[Record]) -> tuple[list[Pair], int]:
    """The rewritten sentences of the logs of these records, and how many statements the logs have in all."""
    from cpi_sanitise import Submission

    sanitiser = make_sanitiser("ordinary")
    pairs, number = [], 0
    for record in records:
        narrative = record["narrative"]
        received = datetime.fromisoformat(record["received_at"])
        draft = sanitiser._draft(Submission(record["reference"], narrative, form=record["form"], received_at=received))
        kept = [one for one in draft.examination.statements if one.kind is not None] if draft.statements else []
        number += len(kept)
        found = [{"start": one.start, "end": one.end} for one in draft.examination.identifiers]
        for one, final in zip(kept, draft.statements, strict=True):
            inside = [
                {"start": max(0, span["start"] - one.start), "end": min(one.end, span["end"]) - one.start}
                for span in found
                if span["start"] < one.end and one.start < span["end"]
            ]
            before = narrative[one.start : one.end]
            if words_of(blank(before, inside, f" {GAP} ")) != words_of(without_placeholders(final.text)):
                pairs.append(Pair(record["reference"], " ".join(before.split()), final.text))
    return pairs, number


def marks() -> dict[tuple[str, str], str]:
    """Mark by statement and sentence."""
    if not READ.exists():
        return {}
    rows = map(json.loads, READ.read_text(encoding="utf-8").splitlines())
    return {(row["before"], row["after"]): row["mark"] for row in rows}


def sheets(pairs: Sequence[Pair]) -> Iterator[str]:
    """Sheets of sentences to be marked, one after the other."""
    for first in range(0, len(pairs), SHEET):
        yield "\n".join(
            f"{first + number}\n  before: {pair.before}\n  after:  {pair.after}\n"
            for number, pair in enumerate(pairs[first : first + SHEET])
        )


def taken(folder: Path) -> dict[int, str]:
    """The marks in filled sheets: lines `17: fluent`."""
    found = {}
    for path in sorted(folder.glob("*.marks")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if match := re.fullmatch(r"\s*(\d+)\s*:\s*(\w+)\s*", line):
                if match[2] not in MARKS:
                    raise click.ClickException(f"{path.name}, item {match[1]}: a mark is one of {', '.join(MARKS)}")
                found[int(match[1])] = match[2]
    return found


def shown(pairs: Sequence[Pair], known: dict[tuple[str, str], str]) -> str:
    """A page of pairs, drawn with a fixed seed, with their marks."""
    chosen = random.Random(7).sample(list(pairs), min(SHOWN, len(pairs)))
    lines = [
        f"# {len(chosen)} rewritten sentences of corpora/dev\n",
        "Drawn at random by `python -m benchmarks.fluency`, with the mark that a reader gave.\n",
        "| statement | log | mark |",
        "| --- | --- | --- |",
    ]
    for pair in chosen:
        cells = [pair.before, pair.after, known.get((pair.before, pair.after), "not read")]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


@click.command(help=(__doc__ or "").splitlines()[0])
@click.option("--sheets", "to_read", type=click.Path(file_okay=False, path_type=Path), help="Write sheets of what nobody has marked yet.")
@click.option("--take", "filled", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder of sheets with marks.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures there as JSON.")
@click.option("--pairs", "page", type=click.Path(dir_okay=False, path_type=Path), help="Write before and after there.")
def main(to_read: Path | None, filled: Path | None, out: Path | None, page: Path | None) -> None:
    if filled:
        unread = [Pair(**row) for row in map(json.loads, (filled / "pairs.jsonl").read_text(encoding="utf-8").splitlines())]
        known = marks() | {(unread[number].before, unread[number].after): mark for number, mark in taken(filled).items()}
        rows = [json.dumps({"before": before, "after": after, "mark": mark}, ensure_ascii=False) for (before, after), mark in known.items()]
        READ.write_text("\n".join(rows) + "\n", encoding="utf-8")
    pairs, number = rewritten(read_split("dev"))
    known = marks()
    unread = [pair for pair in pairs if (pair.before, pair.after) not in known]
    tally = Counter(known[pair.before, pair.after] for pair in pairs if pair not in unread)
    read = tally.total()
    figures = {
        "split": "dev",
        "statements": number,
        "rewritten": len(pairs),
        "read": read,
        **{mark: tally[mark] for mark in MARKS},
        "fluent share": round(tally["fluent"] / max(1, read), 3),
        "machine": machine(),
    }
    console.print({name: value for name, value in figures.items() if name != "machine"})
    if to_read:
        to_read.mkdir(parents=True, exist_ok=True)
        rows = [json.dumps({"reference": one.reference, "before": one.before, "after": one.after}, ensure_ascii=False) for one in unread]
        (to_read / "pairs.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
        for sheet, text in enumerate(sheets(unread), 1):
            (to_read / f"sheet{sheet:02}.txt").write_text(text, encoding="utf-8")
    if out:
        out.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if page:
        page.write_text(shown(pairs, known), encoding="utf-8")


if __name__ == "__main__":
    main()
