"""Categories, outcome and priority of a submission, with reasons in neutral words (annotation guide, section 5).

Signals are data (`rules/triage.toml`); the encoder's document heads and a table of what single words say
(`models/word_weights.json`, made by training/words.py) join them where the model has them. Runs for held
submissions too, on the narrative as received, and whatever it says is a proposal to the officer.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from .encoder import MODELS
from .lexicon import rules
from .offsets import text_of
from .parsing import scores_of
from .sanitised_log import CATEGORIES

WORD_WEIGHTS = "word_weights.json"
WORDS_SHARE = {"categories": 0.7, "outcome": 0.7}  # of the table beside the encoder
CATEGORY_THRESHOLD = 0.4
WORDS_COUNT = 0.2  # what a signal word adds to the share of a category; both chosen on corpora/dev
NO_ACTION_THRESHOLD = 0.5  # where signal words speak of an offence, the encoder must be this sure that there is nothing in it
HIGH_THRESHOLD = 0.15  # a missed threat to life costs more than an officer's second look; chosen on corpora/dev
_MOST_CATEGORIES = 4


@dataclass(frozen=True, slots=True)
class Triage:
    """A proposal: where the submission goes, how fast, and why."""

    categories: tuple[str, ...]
    outcome: str
    priority: str
    reasons: tuple[str, ...]


_RUN = re.compile(r"\w+")


@lru_cache(maxsize=1)
def _by_first_word() -> tuple[dict[str, frozenset[int]], dict[str, frozenset[int]]]:
    """Which signals a text may hold, by a word in it, and by the beginning of a word; "" leads to those that begin with no word."""
    whole: dict[str, set[int]] = {}
    begun: dict[str, set[int]] = {}
    for number, rule in enumerate(rules("triage")):
        for word in rule["words"]:
            run = _RUN.match(word)
            first = run[0] if run else ""
            (begun if word == first + "*" else whole).setdefault(first, set()).add(number)
    return {key: frozenset(of) for key, of in whole.items()}, {key: frozenset(of) for key, of in begun.items()}


def _near(text: str) -> set[int]:
    """The signals whose first word stands in the text; the others need not be looked for."""
    whole, begun = _by_first_word()
    words = {*_RUN.findall(text), ""}
    lengths = {len(key) for key in begun}
    beginnings = {word[:length] for length in lengths for word in words}
    return {number for key in words & whole.keys() for number in whole[key]} | {
        number for key in beginnings & begun.keys() for number in begun[key]
    }


@lru_cache(maxsize=1)
def _signals() -> tuple[tuple[str, float, str, re.Pattern[str]], ...]:
    return tuple(
        (
            rule["target"],
            float(rule["weight"]),
            rule["reason"],
            re.compile(r"(?<!\w)(?:" + "|".join(map(_word, rule["words"])) + r")(?!\w)"),
        )
        for rule in rules("triage")
    )


def _word(word: str) -> str:
    return re.escape(word[:-1]) + r"\w{0,12}" if word.endswith("*") else re.escape(word)


_WORD = re.compile(r"[a-z0-9£']+")


def word_list(text: str) -> list[str]:
    """The words of a text as the table of word weights knows them."""
    return _WORD.findall(text.lower().replace("’", "'"))


@lru_cache(maxsize=1)
def _word_weights() -> tuple[dict[str, int], NDArray[np.float32], NDArray[np.float32], NDArray[np.float32], dict[str, list[str]]]:
    table = json.loads((MODELS / WORD_WEIGHTS).read_text(encoding="utf-8"))
    rows = np.array(list(table["words"].values()), dtype=np.float32)
    places = {word: number for number, word in enumerate(table["words"])}
    return places, rows[:, 0], rows[:, 1:], np.array(table["intercepts"], dtype=np.float32), {name: table[name] for name in WORDS_SHARE}


def by_words(text: str) -> dict[str, dict[str, float]]:
    """What the words of a text say of each category by itself, and of the outcomes together, as shares: tf-idf and logistic regression."""
    places, rarity, weights, intercepts, labels = _word_weights()
    counts = Counter(places[word] for word in word_list(text) if word in places)
    found = np.fromiter(counts, dtype=np.int64, count=len(counts))
    values = (1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))) * rarity[found]
    values /= max(float(np.linalg.norm(values)), 1e-9)
    scores = values @ weights[found] + intercepts
    split = len(labels["categories"])
    shares = 1 / (1 + np.exp(-scores[:split]))
    raised = np.exp(scores[split:] - scores[split:].max())
    return {
        "categories": dict(zip(labels["categories"], shares.tolist(), strict=True)),
        "outcome": dict(zip(labels["outcome"], (raised / raised.sum()).tolist(), strict=True)),
    }


def triage(doc: Doc, labels: dict[str, list[str]]) -> Triage:
    """Weigh the whole narrative."""
    text = text_of(doc).lower().replace("’", "'")[:200_000]
    weights: dict[str, float] = {}
    reasons: dict[str, str] = {}
    near = _near(text)
    for number, (target, weight, reason, pattern) in enumerate(_signals()):
        if number not in near:
            continue
        found = {match[0] for match in pattern.finditer(text)}
        if found:
            weights[target] = weight * (1 + 0.5 * (min(len(found), 4) - 1))
            reasons[target] = reason
    by_encoder = _mixed(_by_encoder(doc, labels), by_words(text))
    categories = _categories(weights, by_encoder)
    priority = _priority(weights, by_encoder)
    outcome = _outcome(weights, categories, priority, by_encoder)
    given = [reasons[name] for name in (*categories, *(("high", "soon") if priority == "high" else ()), outcome) if name in reasons]
    return Triage(tuple(categories), outcome, priority, tuple(dict.fromkeys(given)) or ("no particular signal",))


def _mixed(by_encoder: dict[str, dict[str, float]], words: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Both readings, each with its share; where the encoder has no such head, it has no say in the others' mixing either."""
    return {
        head: {label: (1 - WORDS_SHARE[head]) * share + WORDS_SHARE[head] * words[head][label] for label, share in shares.items()}
        if head in WORDS_SHARE
        else shares
        for head, shares in by_encoder.items()
    }


def _by_encoder(doc: Doc, labels: dict[str, list[str]]) -> dict[str, dict[str, float]]:
    scores = scores_of(doc).document
    read: dict[str, dict[str, float]] = {}
    for head, logits in scores.items():
        names = labels[f"document_{head}"]
        if head == "categories":
            read[head] = {name: 1 / (1 + math.exp(-float(value))) for name, value in zip(names, logits, strict=True)}
        else:
            top = max(float(value) for value in logits)
            raised = [math.exp(float(value) - top) for value in logits]
            read[head] = {name: value / sum(raised) for name, value in zip(names, raised, strict=True)}
    return read


def _categories(weights: dict[str, float], by_encoder: dict[str, dict[str, float]]) -> list[str]:
    if "categories" in by_encoder:
        shares = {name: by_encoder["categories"][name] + WORDS_COUNT * min(weights.get(name, 0), 4) / 2 for name in CATEGORIES}
        found = sorted(((share, name) for name, share in shares.items() if share > CATEGORY_THRESHOLD), reverse=True)
        likely = [name for name in CATEGORIES if name in weights] or CATEGORIES
        return [name for _, name in found[:_MOST_CATEGORIES]] or [max(likely, key=lambda name: shares[name])]
    ranked = sorted(((weights[name], name) for name in CATEGORIES if name in weights), reverse=True)
    if not ranked:
        return ["other"]
    return [name for weight, name in ranked if weight >= 0.6 * ranked[0][0]][:3]


def _priority(weights: dict[str, float], by_encoder: dict[str, dict[str, float]]) -> str:
    """High where the words say that somebody may be gravely hurt and soon, or the encoder does: either alone is enough."""
    near = weights.get("soon", 0) > 0 and weights.get("danger", 0) > 0
    by_words = weights.get("high", 0) - weights.get("past", 0) > 0 and near
    if "priority" in by_encoder:
        return "high" if by_words or by_encoder["priority"]["high"] > HIGH_THRESHOLD else "normal"
    return (
        "high" if by_words or weights.get("high", 0) - weights.get("past", 0) > 0 or (near and weights.get("danger", 0) >= 3) else "normal"
    )


def _outcome(weights: dict[str, float], categories: list[str], priority: str, by_encoder: dict[str, dict[str, float]]) -> str:
    if "outcome" in by_encoder:
        best = max(by_encoder["outcome"], key=lambda name: by_encoder["outcome"][name])
        if best == "no_action" and any(name in weights for name in CATEGORIES) and by_encoder["outcome"]["no_action"] < NO_ACTION_THRESHOLD:
            best = max((name for name in by_encoder["outcome"] if name != "no_action"), key=lambda name: by_encoder["outcome"][name])
        # Nothing that speaks of danger to life is proposed for no action, whatever else it looks like.
        return (
            "intelligence_log"
            if best == "no_action" and (priority == "high" or weights.get("high", 0) or weights.get("danger", 0) > 3)
            else best
        )
    if weights.get("no_action", 0) and not any(name in weights for name in (*CATEGORIES, "high", "danger")):
        return "no_action"
    if weights.get("safeguarding", 0) >= 3 and (priority == "high" or weights.get("safeguarding", 0) > weights.get("pattern", 0) + 1):
        return "safeguarding"
    if weights.get("crime", 0) >= 2 and weights.get("pattern", 0) < weights["crime"]:
        return "crime"
    return "intelligence_log"
