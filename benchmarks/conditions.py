"""What an attacker of each condition gets to read: one text a submission, kept on disk by what made it, so that a rerun costs nothing.

The conditions: the narrative as received, Presidio's output, provenance cut perfectly from the labels, and the library at
points of its dial. A text is empty where the log was held.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import version
from multiprocessing import get_context, parent_process
from pathlib import Path

from benchmarks.baselines import make_sanitiser, presidio
from benchmarks.measures import Output, Record, count_keep
from cpi_sanitise import Submission
from cpi_sanitise.redaction import WORDS

ROOT = Path(__file__).parent.parent
CACHE = ROOT / "out" / "attribution"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader of one submission's log sees, with what the library says of it where it is ours."""

    text: str
    held: bool = False
    risk: str | None = None
    kept: int = 0
    keeps: int = 0


def original(record: Record) -> str:
    """The narrative as received."""
    return str(record["narrative"])


def perfect_cut(record: Record) -> str:
    """The narrative without any marked provenance, its identifiers as placeholders: what a perfect cutter of provenance would leave.

    Numbers are by string and in order of the text, as in a log. Nothing is mended but spaces and empty punctuation.
    """
    numbers: dict[tuple[str, str], int] = {}
    counts: dict[str, int] = {}
    spans = [(span["start"], span["end"], "") for span in record["provenance"]]
    for span in sorted(record["identifiers"], key=lambda span: int(span["start"])):
        if any(start < span["end"] and span["start"] < end for start, end, _ in spans[: len(record["provenance"])]):
            continue
        word = WORDS[span["type"]]
        key = (word, re.sub(r"\s+", "", record["narrative"][span["start"] : span["end"]]).casefold())
        if key not in numbers:
            counts[word] = counts.get(word, 0) + 1
            numbers[key] = counts[word]
        spans.append((span["start"], span["end"], f"[{word} {numbers[key]}]"))
    kept, end = [], 0
    for start, stop, filling in sorted(spans):
        kept += [record["narrative"][end : max(end, start)], filling]
        end = max(end, stop)
    return _tidied("".join([*kept, record["narrative"][end:]]))


def _tidied(text: str) -> str:
    lines = []
    for line in text.split("\n"):
        line = re.sub(r"\s+", " ", line)
        line = re.sub(r"\s+([,.;:!?])", r"\1", line)
        line = re.sub(r"([.!?])(?:\s*[,.;:])+", r"\1", line)
        line = re.sub(r"^[\s,.;:!?)–—-]+", "", line).strip()
        if any(character.isalnum() for character in line):
            lines.append(line[0].upper() + line[1:])
    return "\n".join(lines)


# --- the library and Presidio -----------------------------------------------------------------------------------------------


def _submission(record: Record) -> Submission:
    return Submission(
        reference=record["reference"],
        narrative=record["narrative"],
        form=record["form"],
        received_at=datetime.fromisoformat(record["received_at"]),
    )


def at_dial(point: str, records: Sequence[Record], *, rated: bool) -> list[Reading]:
    """The logs at one point of the dial; with `rated`, the attribution risk of each too, which takes a second reading."""
    from cpi_sanitise.vantage import DIALS

    sanitiser = make_sanitiser("ordinary")
    # The public setting has two points; the curve wants those beside and between them, which nobody should run.
    sanitiser._dial = DIALS[point]
    readings = []
    for record in records:
        submission = _submission(record)
        log = sanitiser(submission).log
        risk = sanitiser.examine(submission).attribution_risk.level if rated else None
        statements = tuple((statement.text, statement.kind) for statement in log.statements)
        kept, keeps = count_keep(record, Output(statements, held=log.status == "held"))
        readings.append(Reading("\n".join(text for text, _ in statements), log.status == "held", risk, int(kept), int(keeps)))
    return readings


def by_presidio(records: Sequence[Record]) -> list[Reading]:
    """Presidio's output, in a process of its own (benchmarks.baselines.ALONE); raises Unavailable."""
    if parent_process() is None:
        with get_context("spawn").Pool(1) as pool:
            return pool.apply(by_presidio, (records,))
    system = presidio()
    readings = []
    for record in records:
        output = system(_submission(record))
        kept, keeps = count_keep(record, output)
        readings.append(Reading(output.text, kept=int(kept), keeps=int(keeps)))
    return readings


@cache
def _library_digest() -> str:
    """Of all that decides what the library writes, so that no text of an older one is read."""
    digest = hashlib.sha256()
    for package in ("cpi_sanitise", "recognizers"):
        for path in sorted((ROOT / package).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def texts(condition: str, split: str, records: Sequence[Record], folder: Path = CACHE) -> list[Reading]:
    """What is read of a split in one condition; raises Unavailable. Made once and kept until records, library or Presidio change."""
    if condition in WITHOUT_LIBRARY:
        make = WITHOUT_LIBRARY[condition]
        return [Reading(make(record), kept=len(record["keep"]), keeps=len(record["keep"])) for record in records]
    made_by = f"presidio {version('presidio_analyzer')}" if condition == "presidio" else _library_digest()
    given = json.dumps([condition, split, made_by, list(records)], sort_keys=True)
    path = folder / f"{condition}_{split}_{hashlib.sha256(given.encode()).hexdigest()[:16]}.json".replace(" ", "_")
    if path.exists():
        return [Reading(**reading) for reading in json.loads(path.read_text(encoding="utf-8"))]
    readings = by_presidio(records) if condition == "presidio" else at_dial(condition, records, rated=split != "train")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(reading) for reading in readings]), encoding="utf-8")
    return readings


WITHOUT_LIBRARY: dict[str, Callable[[Record], str]] = {"original": original, "perfect cut": perfect_cut}
