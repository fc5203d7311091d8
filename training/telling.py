"""Weigh the words of the training corpus by how far they point to one walk of life: `python -m training.telling` writes
`cpi_sanitise/rules/telling_words.txt`.

A word weighs for two things, both counted over the texts of `train` with provenance and identifiers cut: how unevenly it lies over
the sectors (divergence of the sectors of its texts from those of all), and how much likelier it makes it that the description of
the source has the same word (a text with "deaf" in it comes from somebody who works with deaf people).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from math import log
from pathlib import Path

from benchmarks.attackers import description
from benchmarks.conditions import perfect_cut
from benchmarks.measures import STOP_WORDS
from corpora.build import read_split
from cpi_sanitise.vantage import stem_of

OUT = Path(__file__).parent.parent / "cpi_sanitise" / "rules" / "telling_words.txt"
FEWEST_TEXTS, SMALLEST, LARGEST, PRIOR = 3, 0.35, 2.0, 6.0
# Words of what happened and to whom: the intelligence itself, whoever told.
INTELLIGENCE = frozenset(
    "statement spat seiz gang possession bitch violence beat knife shotgun shot blind eyes act everyth winter wood climb dogs slip domestic "
    "condition path fair band close sight drill sheet gun blade drugs heroin crack cocaine cannabis spice car van money cash boy girl man "
    "woman child kids baby mother father brother sister uncle aunt wife husband burn burns bruise bruises blood cut stab acid machete sword "
    "rape sex video picture pictures photograph police weapon pistol rifle bullets ammunition petrol bomb threat kill hurt cry crying afraid "
    "scared frightened passport debt owe paid sell selling deal dealing county missing flight abroad married wedding".split()
)
_WORD = re.compile(r"[a-z][a-z'’-]+")


def stems(text: str) -> set[str]:
    words = _WORD.findall(re.sub(r"\[[A-Z ]+\d+\]", " ", text).lower())
    return {stem_of(word) for word in words if word not in STOP_WORDS and len(word) > 2}


def weights() -> dict[str, float]:
    """Stem to weight, of words in at least FEWEST_TEXTS texts."""
    records = read_split("train")
    number = len(records)
    share = {sector: count / number for sector, count in Counter(record["sector"] for record in records).items()}
    texts: Counter[str] = Counter()
    described: Counter[str] = Counter()
    both: Counter[str] = Counter()
    sectors: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for record in records:
        said, source = stems(perfect_cut(record)), stems(description(record))
        texts.update(said)
        described.update(source)
        both.update(said & source)
        for stem in said:
            sectors[stem][record["sector"]] += 1
    found = {}
    for stem, count in texts.items():
        if count < FEWEST_TEXTS or stem in INTELLIGENCE:
            continue
        likely = {sector: (sectors[stem][sector] + PRIOR * part) / (count + PRIOR) for sector, part in share.items()}
        weight = sum(part * log(part / share[sector]) for sector, part in likely.items())
        if described[stem]:
            base = described[stem] / number
            same = (both[stem] + 0.5 * base) / (count + 0.5)
            weight += same * max(0.0, log(same / base))
        if weight >= SMALLEST:
            found[stem] = min(weight, LARGEST)
    return found


def main() -> None:
    found = weights()
    head = (
        "# Words that point to few walks of life, by stem, with how far; made from corpora/train by training/telling.py, strongest first.\n"
    )
    lines = [f"{stem} {weight:.2f}\n" for stem, weight in sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))]
    OUT.write_text(head + "".join(lines), encoding="utf-8")
    print(f"{len(found)} words")


if __name__ == "__main__":
    main()
