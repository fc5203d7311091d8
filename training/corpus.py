"""Records of the corpora as training windows: every head's labels on the library's own words, with fresh values and noise each epoch."""

from __future__ import annotations

import random
import string

from corpora.markup import BASES, CATEGORIES, IDENTIFIER_TYPES, OUTCOMES, PRIORITIES, PROVENANCE_KINDS, ROLES, VANTAGE_KINDS
from corpora.values import redraw
from training.windows import Window, bio, change_case, touching, words_and_starts

WORD_LABELS = {
    "identifier": ["O"] + [f"{prefix}-{label}" for label in IDENTIFIER_TYPES for prefix in "BI"],
    "role": ["O", *ROLES.values()],
    "provenance": ["O"] + [f"{prefix}-{label}" for label in PROVENANCE_KINDS for prefix in "BI"],
    "vantage": ["O"] + [f"{prefix}-{label}" for label in VANTAGE_KINDS for prefix in "BI"],
    "kind": ["none", "fact", "opinion", "mixed"],
    "basis": sorted(BASES.values()),
}
LIGHT_LABELS = ("kind", "basis", "sent_start")
DOCUMENT_LABELS = {"categories": CATEGORIES, "outcome": OUTCOMES, "priority": PRIORITIES}


def window_of(record: dict) -> Window:
    """All labels of one record, word by word."""
    words, starts = words_and_starts(record["narrative"])

    def per_word(spans: list[dict], value: str, default: str | None) -> list[str | None]:
        labels: list[str | None] = [default] * len(words)
        for span in spans:
            for number in touching(words, starts, span["start"], span["end"]):
                labels[number] = span[value]
        return labels

    roles = [{**span, "role": next(role for role in ROLES.values() if role in span["roles"])} for span in record["identifiers"]]
    statements = [{**span, "kind": span["kind"] or "none"} for span in record["statements"]]
    begins = {span["start"] for span in record["statements"]}
    labels: dict[str, list] = {
        "identifier": bio(words, starts, [(span["start"], span["end"], span["type"]) for span in record["identifiers"]]),
        "role": per_word(roles, "role", "O"),
        "provenance": bio(words, starts, [(span["start"], span["end"], span["kind"]) for span in record["provenance"]]),
        "vantage": bio(words, starts, [(span["start"], span["end"], span["kind"]) for span in record["vantage"]]),
        "kind": per_word(statements, "kind", None),
        "basis": per_word(statements, "basis", None),
        "sent_start": ["S" if at in begins else "O" for at in starts],
    }
    document = {
        "categories": [1.0 if name in record["categories"] else 0.0 for name in CATEGORIES],
        "outcome": [1.0 if name == record["outcome"] else 0.0 for name in OUTCOMES],
        "priority": [1.0 if name == record["priority"] else 0.0 for name in PRIORITIES],
    }
    return Window(words, labels, document)


def _typo(word: str, rng: random.Random) -> str:
    if len(word) < 4 or not word.isalpha():
        return word
    at = rng.randrange(1, len(word) - 1)
    draw = rng.random()
    if draw < 0.3:
        return word[:at] + word[at + 1 :]
    if draw < 0.6:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if draw < 0.8:
        return word[:at] + rng.choice(string.ascii_lowercase) + word[at + 1 :]
    return word[:at] + word[at] + word[at:]


def _scan(word: str, rng: random.Random) -> str:
    """What a scanner reads for it."""
    swaps = [("m", "rn"), ("l", "1"), ("o", "0"), ("O", "0"), ("0", "O"), ("1", "l"), ("I", "l"), ("cl", "d"), ("5", "S"), ("e", "c")]
    old, new = rng.choice(swaps)
    return word.replace(old, new, 1)


def add_noise(window: Window, rng: random.Random) -> Window:
    """Typing slips, scanner slips, lost punctuation: what is written in haste must be read all the same."""
    draw = rng.random()
    words = list(window.words)
    if draw < 0.12:
        words = [_typo(word, rng) if rng.random() < 0.07 else word for word in words]
    elif draw < 0.18:
        words = [_scan(word, rng) if rng.random() < 0.08 else word for word in words]
    elif draw < 0.30:
        share = rng.choice([0.4, 1.0])
        kept = [number for number, word in enumerate(words) if word not in {".", ",", ";", ":", "'", "’", "-", "!"} or rng.random() > share]
        labels = {name: _after_dropping(name, values, kept) for name, values in window.labels.items()}
        return Window([words[number] for number in kept], labels, window.document)
    return Window(words, window.labels, window.document)


def _after_dropping(name: str, values: list, kept: list[int]) -> list:
    """Labels of the words kept; a span whose first word is gone begins with its next."""
    out: list = []
    for place, number in enumerate(kept):
        value = values[number]
        if (
            isinstance(value, str)
            and value.startswith("I-")
            and number
            and kept[place - 1] != number - 1
            and values[number - 1] == "B-" + value[2:]
        ):
            value = "B-" + value[2:]
        out.append(value)
    if name == "sent_start":
        for number, value in enumerate(values):
            if value == "S" and number not in set(kept):
                later = next((place for place, at in enumerate(kept) if at > number), None)
                if later is not None:
                    out[later] = "S"
    return out


def crop(window: Window, rng: random.Random) -> Window:
    """One to four neighbouring statements by themselves: short texts must be read as well as long ones. What the whole is about is not asked of a part."""
    starts = [number for number, value in enumerate(window.labels["sent_start"]) if value == "S"]
    if len(starts) < 3:
        return window
    first = rng.randrange(len(starts))
    last = min(len(starts), first + rng.randint(1, 4))
    begin, end = starts[first], starts[last] if last < len(starts) else len(window.words)
    return Window(window.words[begin:end], {name: values[begin:end] for name, values in window.labels.items()})


def corpus_windows(records: list[dict], rng: random.Random) -> list[Window]:
    """One epoch: fresh values for every slot, a part here and there, noise, case."""
    windows = []
    for record in records:
        window = window_of(redraw(record, rng))
        if rng.random() < 0.3:
            windows.append(crop(window, rng))
        windows.append(window)
    return [change_case(add_noise(window, rng), rng) for window in windows]


def document_windows(records: list[dict], rng: random.Random) -> list[Window]:
    """Texts of the light marking: what the whole is about and the statements' kinds; of identifiers and provenance they say nothing."""
    windows = []
    for record in records:
        window = window_of(record)
        labels = {name: window.labels[name] for name in LIGHT_LABELS}
        windows.append(change_case(add_noise(Window(window.words, labels, window.document), rng), rng))
    return windows
