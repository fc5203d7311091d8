"""The embedded model: one pass over a narrative gives every head's scores for every word.

The weights are int8 ONNX in `models/`; its README names data and licences. Words go in as word pieces of the base
encoder's uncased vocabulary, with the letter case of each word in the token-type input, so that "grace", "GRACE" and
"Grace" are three inputs and not one. Long narratives are read in windows that overlap, and each word keeps the scores
of the window in which it stands farthest from an edge.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import onnxruntime
    from tokenizers import Tokenizer

MODELS = Path(__file__).parent / "models"
NEWLINE = "\n"

WINDOW_PIECES = 254
OVERLAP_PIECES = 64
_CLS, _SEP, _NEWLINE_ID = 101, 102, 1  # of the base vocabulary; [unused0] stands for a line break
_LONGEST_WORD_PIECES = 24  # of a word longer than that (base64, a line of dashes) the rest says nothing

CASE_LOWER, CASE_TITLE, CASE_UPPER, CASE_MIXED, CASE_DIGITS, CASE_DIGIT_MIX, CASE_OTHER = range(1, 8)


def case_of(word: str) -> int:
    """The case channel of a word, 1 to 7; 0 is kept for the encoder's own marks."""
    if word.isdigit():
        return CASE_DIGITS
    if not word.isalpha() and any(character.isdigit() for character in word):
        return CASE_DIGIT_MIX
    if word.islower():
        return CASE_LOWER
    if word.isupper():
        return CASE_UPPER
    if word.istitle():
        return CASE_TITLE
    return CASE_MIXED if any(character.isalpha() for character in word) else CASE_OTHER


@lru_cache(maxsize=200_000)
def _pieces(tokenizer: Tokenizer, word: str) -> tuple[Sequence[int], Sequence[int]]:
    """The pieces of one word, and the word's case for each."""
    if word == NEWLINE:
        return (_NEWLINE_ID,), (case_of(word),)
    found = tokenizer.encode(word[:400], add_special_tokens=False).ids[:_LONGEST_WORD_PIECES]
    ids = tuple(found) or (100,)  # [UNK]: every word has at least one piece
    return ids, (case_of(word),) * len(ids)


def pieces(tokenizer: Tokenizer, words: Sequence[str]) -> tuple[list[int], list[int], list[int]]:
    """Word pieces of the words, the case of each piece, and the index of each word's first piece."""
    ids: list[int] = []
    cases: list[int] = []
    firsts: list[int] = []
    for word in words:
        firsts.append(len(ids))
        of_word, case_of_each = _pieces(tokenizer, word)
        ids.extend(of_word)
        cases.extend(case_of_each)
    return ids, cases, firsts


@dataclass(frozen=True, slots=True)
class Scores:
    """What the model says of one narrative: by head, one row a word (`words`), one row for the whole (`document`)."""

    words: dict[str, NDArray[np.float32]]
    heads: NDArray[np.int64]
    document: dict[str, NDArray[np.float32]]


class Encoder:
    """The loaded model. Thread-safe; one session, one thread, since one process a core is fastest."""

    def __init__(self, folder: Path = MODELS) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        self.config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self.labels: dict[str, list[str]] = self.config["labels"]
        self.tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session: onnxruntime.InferenceSession = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._outputs = [output.name for output in self._session.get_outputs()]

    def __call__(self, words: Sequence[str]) -> Scores:
        """Score the words of one narrative; an empty one gives empty arrays."""
        ids, cases, firsts = pieces(self.tokenizer, words)
        windows = list(_windows(firsts, len(ids)))
        word_parts: dict[str, list[NDArray[np.float32]]] = {}
        head_parts: list[NDArray[np.int64]] = []
        document: dict[str, NDArray[np.float32]] = {}
        for first, last, keep_from, keep_to in windows:
            begin, end = firsts[first], firsts[last] if last < len(firsts) else len(ids)
            found = dict(
                zip(
                    self._outputs,
                    self._session.run(
                        self._outputs,
                        {
                            "ids": np.array([[_CLS, *ids[begin:end], _SEP]], dtype=np.int64),
                            "cases": np.array([[0, *cases[begin:end], 0]], dtype=np.int64),
                            "firsts": np.array([firsts[word] - begin + 1 for word in range(first, last)], dtype=np.int64),
                        },
                    ),
                    strict=True,
                )
            )
            kept = slice(keep_from - first, keep_to - first)
            for name, values in found.items():
                if name == "heads":
                    head_parts.append(values[kept] + first)
                elif name.startswith("document_"):
                    share = (keep_to - keep_from) / len(words)
                    document[name[9:]] = document.get(name[9:], 0) + values[0] * share
                else:
                    word_parts.setdefault(name, []).append(values[kept])
        return Scores(
            {name: np.concatenate(parts) for name, parts in word_parts.items()},
            np.concatenate(head_parts) if head_parts else np.zeros(0, dtype=np.int64),
            document,
        )


def _windows(firsts: list[int], total: int) -> list[tuple[int, int, int, int]]:
    """Windows as (first word, last word + 1, first and last + 1 of the words that keep their scores from it)."""
    windows: list[tuple[int, int, int, int]] = []
    ends = [*firsts[1:], total]
    first = 0
    while first < len(firsts):
        last = first
        while last < len(firsts) and ends[last] - firsts[first] <= WINDOW_PIECES:
            last += 1
        windows.append((first, last, first, last))
        if last == len(firsts):
            break
        following = last
        while following > first + 1 and ends[last - 1] - firsts[following - 1] <= OVERLAP_PIECES:
            following -= 1
        first = following
    for number in range(1, len(windows)):
        before, after = windows[number - 1], windows[number]
        middle = (after[0] + before[1]) // 2
        windows[number - 1] = (*before[:3], middle)
        windows[number] = (*after[:2], middle, after[3])
    return windows
