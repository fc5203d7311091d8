"""Reading sheets for blind readers: plain text files of logs with five candidate sources each, the answers in a key apart.

A reader gets sheets and nothing else. Each log is shown to a reader once, in one condition that the sheet does not name;
over three readers every log is read in all three. A filled sheet is a line an item, `17: C`.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.attackers import description
from benchmarks.conditions import Reading
from benchmarks.measures import Record

LETTERS = "ABCDE"
LOGS, ITEMS = 60, 30
NOTHING = "(No statement was released.)"
HEAD = """Reading sheet {name}

Each item is a log that a police intelligence unit wrote from what a professional, a volunteer or a neighbour told it. The log
is meant not to show who told. Five people are named below each log by what they do and where they stand. One of them was the
source; the other four told the unit about other things. Say which one it was, by the letter; where you cannot tell, guess.

Write your answers to a file, one line an item and nothing else, as:

{first}: A
{second}: D
"""


def same_walk(place: int, records: Sequence[Record], chance: random.Random, number: int = 4) -> list[int]:
    """Places of other records whose sources are of the same walk of life and are not described in the same words."""
    own = description(records[place])
    others: dict[str, int] = {}
    for other, record in enumerate(records):
        if record["sector"] == records[place]["sector"] and description(record) != own:
            others.setdefault(description(record), other)
    return chance.sample(sorted(others.values()), min(number, len(others)))


def make_sheets(
    records: Sequence[Record], readings: Mapping[str, Sequence[Reading]], seed: int
) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Sheets by name, and the key: a row an item with sheet, item, reference, condition, risk and the right letter."""
    chance = random.Random(seed)
    able = [place for place, record in enumerate(records) if record["source"]["role"] and len(same_walk(place, records, chance)) == 4]
    chosen = chance.sample(able, min(LOGS, len(able)))
    conditions = list(readings)
    sheets: dict[str, str] = {}
    key: list[dict[str, str]] = []
    for reader in range(len(conditions)):
        order = chance.sample(range(len(chosen)), len(chosen))
        for first in range(0, len(order), ITEMS):
            name = f"reader{reader + 1}_sheet{first // ITEMS + 1}"
            items = order[first : first + ITEMS]
            parts = [HEAD.format(name=name, first=1, second=2)]
            for item, number in enumerate(items, 1):
                place, condition = chosen[number], conditions[(number + reader) % len(conditions)]
                options = [place, *same_walk(place, records, chance)]
                chance.shuffle(options)
                log = readings[condition][place].text or NOTHING
                listed = "\n".join(f"  {letter}. {description(records[option])}" for letter, option in zip(LETTERS, options, strict=True))
                parts.append(f"{'-' * 80}\nItem {item}\n\n{log}\n\n{listed}\n")
                key.append(
                    {
                        "sheet": name,
                        "item": str(item),
                        "reference": str(records[place]["reference"]),
                        "condition": condition,
                        "risk": readings[condition][place].risk or "",
                        "answer": LETTERS[options.index(place)],
                    }
                )
            sheets[name] = "\n".join(parts)
    return sheets, key


def write_sheets(folder: Path, sheets: Mapping[str, str], key: Sequence[Mapping[str, str]]) -> None:
    """Sheets into `folder/sheets`, which readers get, and the key beside it, which they do not."""
    (folder / "sheets").mkdir(parents=True, exist_ok=True)
    for name, text in sheets.items():
        (folder / "sheets" / f"{name}.txt").write_text(text, encoding="utf-8")
    (folder / "key.jsonl").write_text("".join(json.dumps(row) + "\n" for row in key), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Answered:
    """An item that was read."""

    reference: str
    condition: str
    risk: str
    right: bool


_ANSWER = re.compile(r"\s*(\d+)\s*[:.)]?\s*([A-Ea-e])\s*")
_AS_JSON = re.compile(r'\s*\{\s*"item"\s*:\s*"?(\d+)"?\s*,\s*"answer"\s*:\s*"([A-Ea-e])"\s*\}\s*')


class AnswerError(Exception):
    """A filled sheet cannot be read; the message says which and why."""


def read_answers(folder: Path) -> list[Answered]:
    """The filled sheets of a folder (`<sheet>.txt` or `.jsonl` beside `key.jsonl`) against the key; an item without an answer is wrong.

    Raises AnswerError for a line that is no answer, an item that the sheet has not, and an item answered twice.
    """
    rows = [json.loads(line) for line in (folder / "key.jsonl").read_text(encoding="utf-8").splitlines() if line]
    found: list[Answered] = []
    for sheet in sorted({row["sheet"] for row in rows}):
        paths = [path for path in (folder / f"{sheet}.txt", folder / f"{sheet}.jsonl") if path.exists()]
        if not paths:
            continue
        items = {row["item"]: row for row in rows if row["sheet"] == sheet}
        said: dict[str, str] = {}
        for number, line in enumerate(paths[0].read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip():
                continue
            match = _ANSWER.fullmatch(line) or _AS_JSON.fullmatch(line)
            if not match or match[1] not in items or match[1] in said:
                raise AnswerError(f"{paths[0].name}, line {number}: not an answer to an item of this sheet, or its second")
            said[match[1]] = match[2].upper()
        found += [Answered(row["reference"], row["condition"], row["risk"], said.get(item) == row["answer"]) for item, row in items.items()]
    return found
