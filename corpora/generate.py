"""Any number of submissions, made from the hand-written training texts with fresh values: for measuring size and speed.

    python -m corpora.generate --number 1000000 --out backlog.jsonl --seed 7

The same seed gives the same lines. Each line is a submission as `cpi-sanitise run` reads it, with a reference of its own, so
that every one of them has to be sanitised. The texts repeat after 1,309 of them, their names, numbers and places do not;
a figure of accuracy made from them would be worth nothing.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from multiprocessing import get_context
from pathlib import Path

from .build import read_split
from .values import Record, redraw

_PIECE = 500


@lru_cache(maxsize=1)
def _texts() -> tuple[Record, ...]:
    return tuple(record for record in read_split("train") if record["narrative"].strip())


def submission(number: int, seed: int) -> Record:
    """Return the submission of a number, whatever others are made."""
    texts = _texts()
    made = redraw(texts[number % len(texts)], random.Random(f"{seed} {number}"))
    return {"reference": f"G{seed}-{number:07}", **{name: made[name] for name in ("narrative", "form", "received_at")}}


def submissions(number: int, seed: int, n_process: int = 1) -> Iterator[str]:
    """Yield so many lines of JSON, in order, a few at a time."""
    pieces = [(start, min(start + _PIECE, number), seed) for start in range(0, number, _PIECE)]
    if n_process == 1:
        yield from chain.from_iterable(map(_lines, pieces))
        return
    with get_context("spawn").Pool(n_process) as pool:
        yield from chain.from_iterable(pool.imap(_lines, pieces))


def _lines(piece: tuple[int, int, int]) -> list[str]:
    start, end, seed = piece
    return [json.dumps(submission(number, seed), ensure_ascii=False) for number in range(start, end)]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--number", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--n-process", type=int, default=1)
    options = parser.parse_args()
    with options.out.open("x", encoding="utf-8") as file:
        for line in submissions(options.number, options.seed, options.n_process):
            file.write(line + "\n")


if __name__ == "__main__":
    main()
