"""A sanitiser without a model, for tests of what stands around it. What it writes is no sanitised log."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zlib import crc32

import numpy as np

from cpi_sanitise.encoder import Scores
from cpi_sanitise.sanitised_log import LogStatement, MadeBy, SanitisedLog, new_urn
from cpi_sanitise.sealed_record import Recipients, SealedRecord, seal, subject_key
from cpi_sanitise.settings import Settings
from cpi_sanitise.spans import AttributionRisk, Identifier, ProvenanceSpan, Statement, VantageSpan
from cpi_sanitise.store import Terms
from cpi_sanitise.submission import Submission


@dataclass
class FakeSanitiser:
    """Drafts a fixed statement; "HOLD" in a narrative holds it, "BREAK" raises with the text, as a careless library would."""

    unit_keys: list[str] = field(default_factory=list)
    officer_keys: list[str] = field(default_factory=list)
    settings: Settings = field(default_factory=Settings)
    second_unit_keys: tuple[str, ...] = ()

    def __call__(self, submission: Submission) -> SimpleNamespace:
        if "BREAK" in submission.narrative:
            raise ZeroDivisionError(submission.narrative)
        urn = new_urn()
        record = self.record(urn, submission)
        second = Recipients("second", tuple(self.second_unit_keys)) if self.second_unit_keys else None
        sealed = seal(record.plaintext(), Recipients("unit", tuple(self.unit_keys)), second)
        held = "HOLD" in submission.narrative
        log = SanitisedLog(
            urn=urn,
            created_on=date(2026, 11, 20),
            status="held" if held else "draft",
            outcome="intelligence_log",
            priority="normal",
            sealed_sha256=hashlib.sha256(sealed).hexdigest(),
            made_by=MadeBy("0", "0", self.settings.caution),
            statements=() if held else (LogStatement("Two men sell tablets.", "fact"),),
            hold_reasons=("a stage is in doubt",) if held else (),
        )
        return SimpleNamespace(
            log=log,
            sealed=sealed,
            subject_key=seal(subject_key(urn, record.narrative, record.identifiers), Recipients("o", tuple(self.officer_keys))),
        )

    def record(self, urn: str, submission: Submission) -> SealedRecord:
        """What is sealed; nothing is found in the narrative."""
        return SealedRecord(urn, submission.reference, submission.narrative, form=submission.form)

    def pipe(self, submissions: Iterable[Submission], *, n_process: int = 1) -> Iterator[SimpleNamespace]:
        for submission in submissions:
            yield self(submission)

    def examine(self, submission: Submission) -> SimpleNamespace:
        """Find "nurse" as provenance, "Jay" as a subject and "meter" as vantage, each in its first place."""
        narrative = submission.narrative

        def place(word: str) -> list[tuple[int, int]]:
            start = narrative.find(word)
            return [] if start < 0 else [(start, start + len(word))]

        return SimpleNamespace(
            identifiers=[Identifier(*span, "PERSON", 0.875, ("encoder", "form"), ("subject", "third_party")) for span in place("Jay")],
            provenance=[ProvenanceSpan(*span, "source_role", ("rule 7",)) for span in place("nurse")],
            vantage=[VantageSpan(*span, "trade_vocabulary", "a box", ("lexicon",)) for span in place("meter")],
            attribution_risk=AttributionRisk("medium", ("few people could know this",)),
            statements=[Statement(0, end, "fact", "first_hand") for end in [narrative.find(".") + 1] if end],
            triage=SimpleNamespace(
                categories=("drugs", "serious_violence_weapons"), outcome="intelligence_log", priority="high", reasons=("a weapon",)
            ),
        )


def made_by() -> MadeBy:
    return MadeBy("0", "0", "0")


def lines(folder: Path | str) -> list[dict[str, Any]]:
    """Every line of every part in a folder."""
    return [json.loads(line) for part in sorted(Path(folder).iterdir()) for line in part.read_text(encoding="utf-8").splitlines()]


class DrawnEncoder:
    """The encoder's door with scores drawn by word, so that the same word always scores the same and no text costs more than its length.

    `likely`: how probable it is that a word is taken for part of an identifier, of provenance, of vantage: 0 nothing, 1 all of it.
    """

    def __init__(self, labels: dict[str, list[str]], likely: float = 0.5, seed: int = 0) -> None:
        self.labels = labels
        self._likely = likely
        self._seed = seed

    def __call__(self, words: Sequence[str]) -> Scores:
        drawn = np.array([crc32(f"{self._seed}{word}".encode("utf-8", "surrogatepass")) for word in words], dtype=np.int64)
        scores = {}
        for head, names in self.labels.items():
            if head.startswith("document_"):
                continue
            column = drawn // 7 % len(names)
            if "O" in names:
                column = np.where(drawn % 1000 < self._likely * 1000, column, names.index("O"))
            values = np.full((len(words), len(names)), 0.1 / len(names), dtype=np.float32)
            values[np.arange(len(words)), column] = 0.9
            scores[head] = values
        number = np.arange(len(words), dtype=np.int64)
        # Mostly chains, the deepest trees there are.
        heads = np.where(drawn % 10 < 8, np.maximum(number - 1, 0), np.minimum(number + drawn % 5, max(len(words) - 1, 0)))
        document = {
            name[9:]: np.linspace(-1, 1, len(names), dtype=np.float32)
            for name, names in self.labels.items()
            if name.startswith("document_")
        }
        return Scores(scores, heads, document)


@dataclass
class SlowSanitiser(FakeSanitiser):
    """Takes its time, so that a test can stop it in the middle."""

    def __call__(self, submission: Submission) -> SimpleNamespace:
        time.sleep(0.004)
        return super().__call__(submission)


def load_slow(terms: Terms) -> SlowSanitiser:
    return SlowSanitiser(list(terms.unit.keys), list(terms.officers.keys), terms.settings)
