"""The shipped `model.onnx` back to a checkpoint, so that new texts can be learned without beginning from the base encoder.

    python -m training.restore --to training/runs/shipped.pt

Weights come back as their eight bits say, not as they were before quantisation; further training mends the difference.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from training.model import LAYERS, Network

MODELS = Path("cpi_sanitise/models")


def restore(models: Path) -> dict:
    """A checkpoint as `training.train` writes it. Raises RuntimeError where the graph's weights do not fit the network."""
    config = json.loads((models / "config.json").read_text(encoding="utf-8"))
    labels = config["labels"]
    word_labels = {name: values for name, values in labels.items() if not name.startswith("document_")}
    document_labels = {name.removeprefix("document_"): values for name, values in labels.items() if name.startswith("document_")}
    held = {one.name: numpy_helper.to_array(one) for one in onnx.load(models / "model.onnx").graph.initializer}
    weights: dict[str, torch.Tensor] = {}
    layers, wholes = iter(_layers()), (f"document_heads.{name}.whole.weight" for name in document_labels)
    for name, value in held.items():
        own = name.removeprefix("network.")
        if name.endswith("_quantized"):
            # The exporter turns the matrices of linear layers round, and leaves them without a name in the order of the graph.
            stem = name.removesuffix("_quantized")
            weights[next(layers)] = torch.from_numpy(
                ((value.astype(np.float32) - held[f"{stem}_zero_point"]) * held[f"{stem}_scale"]).T.copy()
            )
        elif name.endswith(".rows"):
            table = own.removesuffix(".rows")
            weights[f"{table}.weight"] = torch.from_numpy(value.astype(np.float32) * held[f"network.{table}.scale"])
        elif name.startswith("onnx::MatMul") and value.ndim == 2:
            weights[next(wholes)] = torch.from_numpy(value.T.copy())
        elif own != name and not name.endswith((".scale", "_scale", "_zero_point")):
            turned = own.endswith(".weight") and value.ndim == 2 and own != "cases.weight"
            weights[own] = torch.from_numpy((value.T if turned else value).copy())
    network = Network(word_labels, document_labels)
    network.load_state_dict(weights)
    return {"weights": network.state_dict(), "word_labels": word_labels, "document_labels": document_labels, "figures": config["figures"]}


def _layers() -> Iterator[str]:
    for layer in range(LAYERS):
        for part in ("query_key_value", "output", "inner", "outer"):
            yield f"layers.{layer}.{part}.weight"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=Path("training/runs/shipped.pt"))
    given = parser.parse_args()
    given.to.parent.mkdir(parents=True, exist_ok=True)
    torch.save(restore(MODELS), given.to)
