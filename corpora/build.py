"""`python -m corpora.build`: the marked-up texts of each split → one JSON line a submission, and the checksum of the test split.

Records are as `corpora.markup` gives them, sorted by reference, so that the same texts always make the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console

from corpora.markup import MarkupError, marked_blocks, read_submission

FOLDER = Path(__file__).parent
SPLITS = ("train", "dev", "test")
# Learned from like train, but marked lightly: statements and document labels, no spans.
DOCUMENTS = "documents"


def parts(folder: Path) -> tuple[str, ...]:
    """The splits, and the lightly marked documents where there are any."""
    return (*SPLITS, DOCUMENTS) if (folder / "marked" / DOCUMENTS).is_dir() else SPLITS


Record = dict[str, Any]


class BuildError(Exception):
    """Some submissions of a split are not marked up as they should be; `faults` has a line for each."""

    def __init__(self, split: str, faults: list[str]) -> None:
        super().__init__(f"{split}: {len(faults)} submissions cannot be read")
        self.faults = faults


def read_marked(folder: Path, split: str) -> list[Record]:
    """Read the marked-up texts of a split, sorted by reference; raises BuildError with every fault at once."""
    records: list[Record] = []
    faults: list[str] = []
    for path in sorted((folder / "marked" / split).glob("*.txt")):
        for block in marked_blocks(path):
            try:
                records.append(read_submission(block, light=split == DOCUMENTS))
            except MarkupError as error:
                # What follows a second colon may quote the text, which nobody who tunes the model may see of the test split.
                message = ":".join(str(error).split(":")[:2]) if split == "test" else str(error)
                faults.append(f"{split}/{path.name}: {message}")
    if faults:
        raise BuildError(split, faults)
    return sorted(records, key=lambda record: str(record["reference"]))


def to_lines(records: Iterable[Record]) -> bytes:
    """The bytes of a split's file."""
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def read_split(split: str, folder: Path = FOLDER) -> list[Record]:
    """Read a built split."""
    # Not splitlines: it also breaks at U+2028 and the like, which JSON leaves as they are.
    lines = (folder / f"{split}.jsonl").read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


def checksum(data: bytes) -> str:
    """The content of CHECKSUMS, in the form that `sha256sum --check` reads."""
    return f"{hashlib.sha256(data).hexdigest()}  test.jsonl\n"


def build(split: str, folder: Path = FOLDER) -> int:
    """Write a split and return its number of submissions; raises BuildError, and writes nothing, where it has a fault."""
    records = read_marked(folder, split)
    lines = to_lines(records)
    (folder / f"{split}.jsonl").write_bytes(lines)
    if split == "test":
        (folder / "CHECKSUMS").write_text(checksum(lines), encoding="utf-8")
    return len(records)


def main(folder: Path = FOLDER) -> int:
    console = Console(highlight=False, markup=False)
    faulty = False
    for split in parts(folder):
        try:
            console.print(f"{split}: {build(split, folder)} submissions")
        except BuildError as error:
            faulty = True
            for fault in [*error.faults, f"{split} is not written"]:
                console.print(fault, soft_wrap=True)
    return int(faulty)


if __name__ == "__main__":
    sys.exit(main())
