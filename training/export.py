"""Checkpoint to `cpi_sanitise/models`: ONNX, dynamic int8, labels, tokenizer; the two precisions are compared on the way."""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import warnings
from pathlib import Path

import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from training.model import Exported, Network
from training.train import base_folder


def export(checkpoint: Path, tokenizer: Path, to: Path) -> None:
    """Write model.onnx, config.json and tokenizer.json."""
    kept = torch.load(checkpoint, weights_only=True)
    network = Network(kept["word_labels"], kept["document_labels"])
    network.load_state_dict(kept["weights"])
    network.eval()
    exported = Exported(network)
    ids = torch.randint(1000, 20000, (1, 24))
    cases, firsts = torch.ones_like(ids), torch.arange(1, 20)
    to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        full = Path(folder) / "full.onnx"
        torch.onnx.export(
            exported,
            (ids, cases, firsts),
            str(full),
            input_names=["ids", "cases", "firsts"],
            output_names=exported.names,
            dynamic_axes={"ids": {1: "pieces"}, "cases": {1: "pieces"}, "firsts": {0: "words"}},
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(
            str(full),
            str(to / "model.onnx"),
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=False,
            extra_options={"MatMulConstBOnly": True},
        )
        differences = {}
        sessions = [onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"]) for path in (full, to / "model.onnx")]
        for name, *values in zip(
            exported.names,
            *(session.run(None, {"ids": ids.numpy(), "cases": cases.numpy(), "firsts": firsts.numpy()}) for session in sessions),
            strict=True,
        ):
            differences[name] = float(abs(values[0] - values[1]).max())
        print(json.dumps({"MB": round((to / "model.onnx").stat().st_size / 1e6, 1), "largest difference int8 to fp32": differences}))
    labels = {**kept["word_labels"], **{f"document_{name}": labels for name, labels in kept["document_labels"].items()}}
    (to / "config.json").write_text(json.dumps({"labels": labels, "figures": kept["figures"]}, indent=1) + "\n", encoding="utf-8")
    shutil.copyfile(tokenizer, to / "tokenizer.json")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--tokenizer", type=Path, help="tokenizer.json of the base encoder; that of the installed package if not given")
    parser.add_argument("--to", type=Path, default=Path("cpi_sanitise/models"))
    given = parser.parse_args()
    export(given.checkpoint, given.tokenizer or base_folder() / "tokenizer.json", given.to)
