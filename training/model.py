"""The network: a BERT encoder (all-MiniLM-L6-v2's weights) with a case channel, and one small head a task, all on words' first pieces."""

from __future__ import annotations

import math
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

HIDDEN, LAYERS, ATTENTION_HEADS, INNER, VOCABULARY, POSITIONS, CASES = 384, 6, 12, 1536, 30522, 512, 8
PARSE = 128


class Layer(nn.Module):
    """One transformer layer, post-norm as in BERT."""

    def __init__(self) -> None:
        super().__init__()
        self.query_key_value = nn.Linear(HIDDEN, 3 * HIDDEN)
        self.output = nn.Linear(HIDDEN, HIDDEN)
        self.attention_norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.inner = nn.Linear(HIDDEN, INNER)
        self.outer = nn.Linear(INNER, HIDDEN)
        self.norm = nn.LayerNorm(HIDDEN, eps=1e-12)

    def forward(self, states: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        batch, length, _ = states.shape
        query, key, value = (
            part.view(batch, length, ATTENTION_HEADS, HIDDEN // ATTENTION_HEADS).transpose(1, 2)
            for part in self.query_key_value(states).chunk(3, dim=-1)
        )
        attended = functional.scaled_dot_product_attention(query, key, value, None if mask is None else mask.to(query.dtype))
        attended = attended.transpose(1, 2).reshape(batch, length, HIDDEN)
        states = self.attention_norm(states + self.output(attended))
        return self.norm(states + self.outer(functional.gelu(self.inner(states))))


class DocumentHead(nn.Module):
    """Scores of the whole text: each label looks for its own words, beside the mean and the maximum over all of them.

    A text of two hundred words tells of its category in five; a mean alone drowns them.
    """

    def __init__(self, labels: int) -> None:
        super().__init__()
        self.look = nn.Linear(HIDDEN, labels)
        self.found = nn.Parameter(torch.randn(labels, HIDDEN) * 0.02)
        self.whole = nn.Linear(2 * HIDDEN, labels)

    def forward(self, states: torch.Tensor, valid: torch.Tensor) -> torch.Tensor:
        """States of words (…, words, hidden) and which of them are words to scores (…, labels)."""
        mask = valid.unsqueeze(-1)
        weights = mask.to(states.dtype)
        mean = (states * weights).sum(-2) / weights.sum(-2).clamp(min=1)
        most = states.masked_fill(~mask, -1e4).amax(-2)
        looked = self.look(states).masked_fill(~mask, -1e4).softmax(-2)
        return self.whole(torch.cat([mean, most], -1)) + ((looked.transpose(-1, -2) @ states) * self.found).sum(-1)


class Network(nn.Module):
    """Encoder and heads. `word_labels` and `document_labels` give each head's labels; `arc` and `dep` are the parser's."""

    def __init__(self, word_labels: dict[str, list[str]], document_labels: dict[str, list[str]]) -> None:
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, HIDDEN)
        self.positions = nn.Embedding(POSITIONS, HIDDEN)
        self.cases = nn.Embedding(CASES, HIDDEN)
        self.norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.dropout = nn.Dropout(0.1)
        self.word_heads = nn.ModuleDict({name: nn.Linear(HIDDEN, len(labels)) for name, labels in word_labels.items() if name != "dep"})
        self.document_heads = nn.ModuleDict({name: DocumentHead(len(labels)) for name, labels in document_labels.items()})
        self.arc_word, self.arc_head = nn.Linear(HIDDEN, PARSE), nn.Linear(HIDDEN, PARSE)
        self.dep_word, self.dep_head = nn.Linear(HIDDEN, PARSE), nn.Linear(HIDDEN, PARSE)
        self.dep = nn.Linear(PARSE, len(word_labels["dep"]))

    def encode(self, ids: torch.Tensor, cases: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        places = torch.arange(ids.shape[1], device=ids.device)
        states = self.norm(self.words(ids) + self.positions(places) + self.cases(cases))
        for layer in self.layers:
            states = layer(states, mask)
        return self.dropout(states)  # within the layers dropout costs half the speed on a CPU and gained nothing

    def arcs(self, states: torch.Tensor) -> torch.Tensor:
        return self.arc_word(states) @ self.arc_head(states).transpose(-1, -2) / math.sqrt(PARSE)

    def relations(self, states: torch.Tensor, heads: torch.Tensor) -> torch.Tensor:
        of_head = torch.gather(self.dep_head(states), -2, heads.unsqueeze(-1).expand(*heads.shape, PARSE))
        return self.dep(torch.tanh(self.dep_word(states) + of_head))


class Exported(nn.Module):
    """One narrative's window in, every head's scores out, named as `cpi_sanitise.encoder` reads them."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network
        self.names = [*network.word_heads, "heads", "dep", *(f"document_{name}" for name in network.document_heads)]

    def forward(self, ids: torch.Tensor, cases: torch.Tensor, firsts: torch.Tensor) -> tuple[torch.Tensor, ...]:
        network = self.network
        states = network.encode(ids, cases, None)[0][firsts]
        word_scores = [head(states).softmax(-1) for head in network.word_heads.values()]
        heads = network.arcs(states).argmax(-1)
        dep = network.relations(states, heads).softmax(-1)
        valid = torch.ones_like(firsts, dtype=torch.bool)
        return (*word_scores, heads, dep, *(head(states, valid).unsqueeze(0) for head in network.document_heads.values()))


def load_base(network: Network, path: Path) -> None:
    """Fill the encoder with the base model's weights (safetensors: no code is run); every case starts as the base's single token type."""
    base = load_file(path)
    with torch.no_grad():
        network.words.weight.copy_(base["embeddings.word_embeddings.weight"])
        network.positions.weight.copy_(base["embeddings.position_embeddings.weight"])
        network.cases.weight.copy_(base["embeddings.token_type_embeddings.weight"][0].expand(CASES, -1))
        network.cases.weight.add_(torch.randn(CASES, HIDDEN) * 0.02)
        network.norm.weight.copy_(base["embeddings.LayerNorm.weight"])
        network.norm.bias.copy_(base["embeddings.LayerNorm.bias"])
        for number, layer in enumerate(network.layers):
            name = f"encoder.layer.{number}."
            for part in ("weight", "bias"):
                joined = torch.cat([base[f"{name}attention.self.{which}.{part}"] for which in ("query", "key", "value")])
                getattr(layer.query_key_value, part).copy_(joined)
                for ours, theirs in (
                    (layer.output, "attention.output.dense"),
                    (layer.attention_norm, "attention.output.LayerNorm"),
                    (layer.inner, "intermediate.dense"),
                    (layer.outer, "output.dense"),
                    (layer.norm, "output.LayerNorm"),
                ):
                    getattr(ours, part).copy_(base[f"{name}{theirs}.{part}"])
