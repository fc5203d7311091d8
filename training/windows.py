"""Training data as windows of words with the labels of one task; the same words and pieces as `cpi_sanitise.encoder` reads.

Offsets of shared/data/ner and of the corpora are mapped onto spaCy's English tokens; UD trees keep their own words,
which are the same but for a handful of contractions.
"""

from __future__ import annotations

import json
import random
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import spacy

from cpi_sanitise.encoder import NEWLINE

_TOKENIZER = spacy.blank("en").tokenizer


@dataclass(slots=True)
class Sentence:
    """Words of one sentence and, by name of head, one label a word (a string; `arc` the index of the head word, itself for the root)."""

    words: list[str]
    labels: dict[str, list]


@dataclass(slots=True)
class Window:
    """What goes through the encoder at once. A label of None is not learned from."""

    words: list[str]
    labels: dict[str, list]
    document: dict[str, list[float]] = field(default_factory=dict)


def words_and_starts(text: str) -> tuple[list[str], list[int]]:
    """Split as the library does: spaCy's words, a line break as one word, other white space gone."""
    words, starts = [], []
    for token in _TOKENIZER(text):
        if not token.is_space:
            words.append(token.text)
            starts.append(token.idx)
        elif "\n" in token.text:
            words.append(NEWLINE)
            starts.append(token.idx)
    return words, starts


def touching(words: list[str], starts: list[int], start: int, end: int) -> list[int]:
    """The words, line breaks apart, that reach into [start, end)."""
    first = max(0, bisect_right(starts, start) - 1)
    return [
        number
        for number in range(first, bisect_left(starts, end))
        if starts[number] + len(words[number]) > start and words[number] != NEWLINE
    ]


def bio(words: list[str], starts: list[int], spans: Iterable[tuple[int, int, str]]) -> list[str]:
    """One B-, I- or O tag a word; a word that touches a span belongs to it, the first span named wins."""
    tags = ["O"] * len(words)
    for start, end, label in spans:
        for place, number in enumerate(touching(words, starts, start, end)):
            if tags[number] == "O":
                tags[number] = ("I-" if place else "B-") + label
    return tags


def read_names(paths: Iterable[Path]) -> list[list[Sentence]]:
    """Read ner/*.jsonl: a list of sentences a file."""
    files = []
    for path in paths:
        sentences = []
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            words, starts = words_and_starts(row["text"])
            if words:
                spans = [(span["start"], span["end"], span["label"]) for span in row["spans"]]
                sentences.append(Sentence(words, {"ner": bio(words, starts, spans)}))
        files.append(sentences)
    return files


def read_trees(paths: Iterable[Path]) -> list[list[Sentence]]:
    """Read CoNLL-U: tag (XPOS), pos, dep, arc and sentence starts. Multiword tokens stay split, empty nodes are left out."""
    files = []
    for path in paths:
        sentences = []
        for block in path.read_text(encoding="utf-8").split("\n\n"):
            rows = [line.split("\t") for line in block.splitlines() if line and not line.startswith("#")]
            rows = [row for row in rows if row[0].isdigit()]
            if not rows:
                continue
            sentences.append(
                Sentence(
                    [row[1] for row in rows],
                    {
                        "tag": [row[4] for row in rows],
                        "pos": [row[3] for row in rows],
                        "dep": [row[7].partition(":")[0] if row[7] not in KEPT_SUBTYPES else row[7] for row in rows],
                        "arc": [int(row[6]) - 1 if row[6] != "0" else number for number, row in enumerate(rows)],
                        "sent_start": ["S"] + ["O"] * (len(rows) - 1),
                    },
                )
            )
        files.append(sentences)
    return files


KEPT_SUBTYPES = {"nsubj:pass", "aux:pass", "nmod:poss", "acl:relcl", "compound:prt", "obl:agent", "csubj:pass"}


def pack(files: list[list[Sentence]], longest: int, rng: random.Random) -> Iterator[Window]:
    """Join neighbouring sentences of a file to windows of random length up to `longest` words; now and then a line break between them."""
    for sentences in files:
        words: list[str] = []
        labels: dict[str, list] = {}
        limit = rng.randint(20, longest)
        for sentence in sentences:
            if words and len(words) + len(sentence.words) > limit:
                yield Window(words, labels)
                words, labels, limit = [], {}, rng.randint(20, longest)
            if words and rng.random() < 0.15:
                words.append(NEWLINE)
                for name, values in labels.items():
                    values.append("O" if name == "ner" else None)
            offset = len(words)
            words.extend(sentence.words[:longest])
            for name, values in sentence.labels.items():
                shifted = [value + offset for value in values] if name == "arc" else values
                labels.setdefault(name, [None] * offset if name != "ner" else ["O"] * offset).extend(shifted[:longest])
        if words:
            yield Window(words, labels)


def change_case(window: Window, rng: random.Random) -> Window:
    """All lower, all upper, or single words lowered: names must be found without their capitals."""
    draw = rng.random()
    if draw < 0.15:
        words = [word.lower() for word in window.words]
    elif draw < 0.23:
        words = [word.upper() for word in window.words]
    elif draw < 0.33:
        words = [word.lower() if rng.random() < 0.5 else word for word in window.words]
    else:
        return window
    return Window(words, window.labels, window.document)
