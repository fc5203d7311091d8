"""Sanitiser: one submission in, a draft log, a sealed record and a subject key out. The main method is the flow of docs/architecture.md."""

from __future__ import annotations

import os
import re
import signal
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from threading import Thread
from typing import TYPE_CHECKING

from .errors import RecipientError, SanitiseError
from .form_search import form_values
from .leak_check import Removed, leaks
from .lexicon import RULES, common_words, longest_town, towns
from .parsing import CpiNlpEngine
from .sanitised_log import LogStatement, MadeBy, SanitisedLog, new_urn
from .sealed_record import (
    Recipients,
    RemovedSpan,
    SealedIdentifier,
    SealedRecord,
    SealedStatement,
    SealedVantage,
    check_apart,
    seal,
    subject_key,
)
from .settings import Settings
from .spans import AttributionRisk, Identifier, ProvenanceSpan, Span, Statement, Taken, Touching, VantageSpan, in_order
from .submission import Submission

if TYPE_CHECKING:
    from spacy.tokens import Doc

from .detection import find_identifiers, make_analyzer
from .encoder import MODELS
from .provenance import find_provenance
from .redaction import make_anonymizer, redact
from .relative_dates import find_relative_dates
from .rewriting import Rewritten, descriptions, rewrite
from .roles import assign_roles
from .second_reading import doubted
from .statements import basis_of, kind_by_encoder, kind_of, split_statements
from .triage import Triage, triage
from .vantage import DIALS, VERY_HIGH, attribution_risk, find_vantage, replaced, telling

READ_AHEAD = 4  # submissions in flight for each process, so that a stream is never held in memory
RECYCLED_AFTER = 5_000  # submissions for each process, some minutes of work against the seconds of loading


@dataclass(frozen=True, slots=True)
class Result:
    """What becomes of one submission. `sealed` and `subject_key` are binary age files; the repr shows no text."""

    log: SanitisedLog
    sealed: bytes = field(repr=False)
    subject_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, repr=False)
class Examination:
    """What each stage found, with offsets into the narrative as received and who found it; for review screens and benchmarks."""

    identifiers: tuple[Identifier, ...]
    provenance: tuple[ProvenanceSpan, ...]
    vantage: tuple[VantageSpan, ...]
    attribution_risk: AttributionRisk
    statements: tuple[Statement, ...]
    triage: Triage

    def __repr__(self) -> str:
        return (
            f"Examination(identifiers=<{len(self.identifiers)}>, provenance=<{len(self.provenance)}>, vantage=<{len(self.vantage)}>, "
            f"attribution_risk={self.attribution_risk.level}, statements=<{len(self.statements)}>)"
        )


@dataclass(frozen=True, slots=True)
class _Draft:
    examination: Examination
    statements: tuple[LogStatement, ...]
    placeholders: dict[int, str]
    withheld: tuple[Statement, ...]
    hold_reasons: tuple[str, ...]
    area: str | None
    period: str | None


@lru_cache(maxsize=1)
def made_by() -> MadeBy:
    """Versions of the library and digests of model and rules, so that a log can be traced to what made it."""
    digest = sha256()
    for path in sorted(RULES.glob("*")):
        digest.update(path.name.encode() + path.read_bytes())
    return MadeBy(version("cpi_sanitise"), sha256((MODELS / "model.onnx").read_bytes()).hexdigest()[:12], digest.hexdigest()[:12])


class Sanitiser:
    """The loaded model with the keys to seal for. Give public keys of the unit and of the officers; without them it can only `examine`.

    Deterministic: the same submission gives the same log text, whatever came before it. Not thread-safe; for more than
    one core use `pipe(n_process=…)`.
    """

    def __init__(
        self,
        unit_keys: Sequence[str] = (),
        officer_keys: Sequence[str] = (),
        settings: Settings | None = None,
        *,
        second_unit_keys: Sequence[str] = (),
    ) -> None:
        self.settings = settings or Settings()
        self._dial = DIALS[self.settings.caution]
        self._unit = Recipients("unit", tuple(unit_keys)) if unit_keys or officer_keys else None
        self._officers = Recipients("officers", tuple(officer_keys)) if unit_keys or officer_keys else None
        self._second_unit = Recipients("second group of the unit", tuple(second_unit_keys)) if second_unit_keys else None
        if self._unit and self._officers:
            check_apart(self._unit, self._officers, self._second_unit)
        self._engine = CpiNlpEngine()
        self._engine.load()
        self._analyzer = make_analyzer(self._engine)
        self._anonymizer = make_anonymizer()

    def __call__(self, submission: Submission) -> Result:
        """Sanitise one submission. What a stage cannot do with confidence gives a held log, never an exception and never a loss.

        Raises RecipientError without keys, and SealError where sealing fails: then nothing may be released.
        """
        if self._unit is None or self._officers is None:
            raise RecipientError(
                "no public keys were given", hint="Sanitiser(unit_keys=[…], officer_keys=[…]); `cpi-sanitise keygen` makes them"
            )
        draft = self._draft(submission)
        urn = new_urn()
        record = _record(urn, submission, draft, self.settings)
        sealed = seal(record.plaintext(), self._unit, self._second_unit)
        key = seal(subject_key(urn, submission.narrative, record.identifiers), self._officers)
        found = draft.examination.triage
        log = SanitisedLog(
            urn=urn,
            created_on=datetime.now(UTC).date(),
            status="held" if draft.hold_reasons else "draft",
            statements=() if draft.hold_reasons else draft.statements,
            categories=found.categories,
            outcome=found.outcome,  # type: ignore[arg-type]
            priority=found.priority,  # type: ignore[arg-type]
            reasons=found.reasons,
            area=None if draft.hold_reasons else draft.area,
            period=None if draft.hold_reasons else draft.period,
            hold_reasons=draft.hold_reasons,
            sealed_sha256=sha256(sealed).hexdigest(),
            made_by=made_by(),
        )
        return Result(log, sealed, key)

    def examine(self, submission: Submission) -> Examination:
        """Return what the stages find. Raises StageError where one fails; nothing is sealed or released."""
        return self._examine(submission)[1]

    def pipe(self, submissions: Iterable[Submission], n_process: int = 1) -> Iterator[Result]:
        """Sanitise a stream, in input order, reading ahead only a little. Each process loads the model once."""
        if n_process <= 1:
            yield from map(self, submissions)
            return
        if self._unit is None or self._officers is None:
            raise RecipientError("no public keys were given", hint="Sanitiser(unit_keys=[…], officer_keys=[…])")
        given = (self._unit.keys, self._officers.keys, self.settings, self._second_unit.keys if self._second_unit else ())
        source = iter(submissions)
        for first in source:
            # New processes from time to time, so that no leak of a library adds up. `max_tasks_per_child` can hang:
            # https://github.com/python/cpython/issues/115634
            yield from _pooled(chain((first,), islice(source, RECYCLED_AFTER * n_process - 1)), n_process, given)

    # --- the flow -------------------------------------------------------------------------------------------------------

    def _examine(self, submission: Submission) -> tuple[Doc, Examination]:
        labels = self._engine.encoder.labels
        artifacts = self._engine.process_text(submission.narrative, "en")
        doc: Doc = artifacts.tokens
        identifiers = assign_roles(doc, find_identifiers(artifacts, self._analyzer, form_values(submission.form)), labels)
        provenance = find_provenance(doc, identifiers, labels)
        vantage = find_vantage(doc, provenance, labels)
        statements = [
            Statement(start, end, None, basis_of(doc, start, end, provenance, labels)) for start, end in split_statements(doc, identifiers)
        ]
        examination = Examination(
            tuple(identifiers),
            tuple(provenance),
            tuple(vantage),
            attribution_risk(doc, statements, vantage, provenance, identifiers, self._dial),
            tuple(statements),
            triage(doc, labels),
        )
        return doc, examination

    def _draft(self, submission: Submission) -> _Draft:
        try:
            doc, found = self._examine(submission)
        except Exception as error:
            return _failed("the text could not be read wholly", _triage_alone(self._engine, submission), error)
        try:
            return self._write(submission, doc, found)
        except Exception as error:
            return _failed("the log could not be written with confidence", found.triage, error, found)

    def _write(self, submission: Submission, doc: Doc, found: Examination) -> _Draft:
        labels = self._engine.encoder.labels
        form = form_values(submission.form)
        described = descriptions(doc, found.identifiers)
        names = Touching(found.identifiers)
        cuts = [
            one
            for one in replaced(doc, found.vantage, self._dial)
            # "Owings" is a surname before it is a chemist's word; "oramorph" is none.
            if not submission.narrative[one.start].isupper()
            or not any(name.start <= one.start and one.end <= name.end for name in names(one.start, one.end))
        ]
        if submission.received_at is not None:
            dated = find_relative_dates(doc, submission.received_at.date(), found.provenance)
            taken = Taken(cuts)
            cuts += [
                VantageSpan(one.start, one.end, "relative_date", one.text, ("relative_dates",)) for one in dated if not taken.touches(one)
            ]
            cuts = in_order(cuts)
        gone: Touching[Span] = Touching([*found.provenance, *found.identifiers, *cuts])
        provenance = Touching(found.provenance)
        removed = Removed(submission.narrative, found.identifiers)
        kept: list[tuple[Statement, Rewritten]] = []
        withheld: list[Statement] = []
        for statement in found.statements:
            if telling(doc, statement, gone(statement.start, statement.end)) > self._dial.telling:
                withheld.append(statement)
                continue
            here = provenance(statement.start, statement.end)
            text = rewrite(doc, statement, here, cuts, found.identifiers, described)
            if text is None:
                continue
            if leaks(text.text.replace("\ufffc", "■"), removed, form):
                withheld.append(statement)
            else:
                kept.append((statement, text))
        texts, placeholders = redact([text for _, text in kept], submission.narrative, found.identifiers, self._anonymizer)
        if doubts := doubted(texts, self._engine, self._analyzer):
            withheld += [statement for number, (statement, _) in enumerate(kept) if number in doubts]
            kept = [pair for number, pair in enumerate(kept) if number not in doubts]
            # Once more, so that no gap in the placeholders' numbers tells that something stood there.
            texts, placeholders = redact([text for _, text in kept], submission.narrative, found.identifiers, self._anonymizer)
        judged: dict[int, str] = {}
        statements = []
        for (statement, text), final in zip(kept, texts, strict=True):
            here = provenance(statement.start, statement.end)
            by_encoder = kind_by_encoder(doc, statement.start, statement.end, here, labels)
            kind = _kind(final, text.hedged, by_encoder)
            judged[statement.start] = kind
            statements.append(LogStatement(final, kind))  # type: ignore[arg-type]
        hold = list(leaks(" ".join(texts), removed, form))
        if not statements and found.triage.outcome != "no_action":
            hold.append("no statement could be kept")
        if VERY_HIGH in found.attribution_risk.reasons:
            hold.append(VERY_HIGH)
        examined = Examination(
            found.identifiers,
            found.provenance,
            found.vantage,
            found.attribution_risk,
            tuple(Statement(one.start, one.end, judged.get(one.start), one.basis) for one in found.statements),
            found.triage,
        )
        return _Draft(
            examined,
            tuple(statements),
            placeholders,
            tuple(withheld),
            tuple(hold),
            _area(" ".join(texts)),
            _period(submission),
        )


def _kind(text: str, hedged: bool, by_encoder: dict[str, float]) -> str:
    if not by_encoder:
        return kind_of(text, hedged=hedged)
    kinds = {kind: by_encoder.get(kind, 0.0) for kind in ("fact", "opinion", "mixed")}
    best = max(kinds, key=lambda kind: kinds[kind])
    # A hedge that stands in the log in so many words is never a fact.
    return "opinion" if hedged and best == "fact" else best


def _failed(reason: str, found: Triage, error: Exception, examined: Examination | None = None) -> _Draft:
    """A held draft. The error's own words are left behind: they may quote the text."""
    empty = examined or Examination((), (), (), AttributionRisk("high", ("not examined",)), (), found)
    stage = type(error).__name__ if isinstance(error, SanitiseError) else "unexpected error"
    return _Draft(empty, (), {}, (), (f"{reason} ({stage})",), None, None)


def _triage_alone(engine: CpiNlpEngine, submission: Submission) -> Triage:
    """Triage of a text that another stage failed on; where it fails too, somebody must look at once."""
    try:
        return triage(engine.process_text(submission.narrative, "en").tokens, engine.encoder.labels)
    except Exception:
        return Triage(("other",), "intelligence_log", "high", ("triage failed",))


def _record(urn: str, submission: Submission, draft: _Draft, settings: Settings) -> SealedRecord:
    found = draft.examination
    return SealedRecord(
        urn=urn,
        reference=submission.reference,
        narrative=submission.narrative,
        form=submission.form,
        received_at=submission.received_at,
        other=submission.other,
        removed=(
            *(RemovedSpan(span.start, span.end, span.kind) for span in found.provenance),
            *(RemovedSpan(span.start, span.end, "withheld") for span in draft.withheld),
        ),
        identifiers=tuple(
            SealedIdentifier(one.start, one.end, one.type, one.roles, draft.placeholders.get(index))
            for index, one in enumerate(found.identifiers)
        ),
        vantage=tuple(SealedVantage(span.start, span.end, span.kind, span.plain) for span in found.vantage),
        statements=tuple(SealedStatement(one.start, one.end, one.kind, one.basis) for one in found.statements),
        grading=_grading(submission, found),
        versions={"library": made_by().version, "model": made_by().model, "rules": made_by().rules, "caution": settings.caution},
    )


def _grading(submission: Submission, found: Examination) -> dict[str, str | None]:
    """A 3x5x2 suggestion for the unit (domain: source untested by default; basis decides the assessment; a request for confidence the handling)."""
    bases = [statement.basis for statement in found.statements if statement.kind]
    if bases and bases.count("first_hand") + bases.count("recorded") > len(bases) / 2:
        intelligence = "A"
    elif bases and any(basis.startswith("told") for basis in bases):
        intelligence = "C"
    else:
        intelligence = "D"
    asked = any(span.kind in ("request", "access") for span in found.provenance) or bool(submission.form.get("difficulties"))
    return {"source": "2", "intelligence": intelligence, "handling": "C" if asked else "P"}


_CAPITALISED = re.compile(r"\b[A-Z][a-z'’-]+(?:[- ](?:[A-Z][a-z'’]+|on|upon|in|the|le|of|by|under))*\b")


def _area(text: str) -> str | None:
    """The first town, city or county that the log itself names."""
    longest = longest_town()
    for match in _CAPITALISED.finditer(text):
        parts = match[0].split(" ")
        for length in range(min(len(parts), longest), 0, -1):
            for first in range(len(parts) - length + 1):
                name = " ".join(parts[first : first + length])
                if name.lower() not in towns() or len(name) < 4:
                    continue
                before = text[: match.start()].rstrip().rpartition(" ")[2].lower()
                # "March", "Reading" and "Bath" are towns only where the words before say so.
                if name.lower() not in common_words() or (first == 0 and before in ("in", "near", "from", "to", "around")):
                    return towns()[name.lower()]
    return None


def _period(submission: Submission) -> str | None:
    """The month of the events as the form gives it; not the month of receipt, which is timing."""
    match = re.search(r"\b(20\d\d)-(0[1-9]|1[0-2])\b", submission.form.get("event_date", ""))
    return f"{match[1]}-{match[2]}" if match else None


# --- processes of `pipe` --------------------------------------------------------------------------------------------------

_LOADED: list[Sanitiser] = []

_Given = tuple[tuple[str, ...], tuple[str, ...], Settings, tuple[str, ...]]


def _pooled(submissions: Iterable[Submission], n_process: int, given: _Given) -> Iterator[Result]:
    """Sanitise in input order in processes of their own. One that dies breaks the stream, where a plain pool would wait forever."""
    pool = ProcessPoolExecutor(n_process, mp_context=get_context("spawn"), initializer=_load, initargs=given)
    waiting: deque[Future[Result]] = deque()
    try:
        for submission in submissions:
            waiting.append(pool.submit(_sanitise, submission))
            if len(waiting) >= READ_AHEAD * n_process:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _load(unit_keys: tuple[str, ...], officer_keys: tuple[str, ...], settings: Settings, second_unit_keys: tuple[str, ...]) -> None:
    # Ctrl-C reaches every process of a terminal; only the first one is to say something.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    _LOADED.append(Sanitiser(unit_keys, officer_keys, settings, second_unit_keys=second_unit_keys))


def _end_with_parent() -> None:
    """End this process when the one that started it is killed: it would wait for work for ever, model loaded."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _sanitise(submission: Submission) -> Result:
    return _LOADED[-1](submission)
