"""SanitisedLog: what may leave. It has no field that could hold a source, and imports nothing that has."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, get_args

from .errors import LogError

Kind = Literal["fact", "opinion", "mixed"]
Outcome = Literal["safeguarding", "crime", "intelligence_log", "no_action"]
Priority = Literal["high", "normal"]
Status = Literal["draft", "held"]

KINDS: tuple[str, ...] = get_args(Kind)
OUTCOMES: tuple[str, ...] = get_args(Outcome)
PRIORITIES: tuple[str, ...] = get_args(Priority)
STATUSES: tuple[str, ...] = get_args(Status)
CATEGORIES = (
    "missing",
    "child_sexual_exploitation",
    "criminal_exploitation",
    "modern_slavery_trafficking",
    "drugs",
    "domestic_abuse",
    "radicalisation",
    "organised_crime",
    "serious_violence_weapons",
    "anti_social_behaviour",
    "community_tension",
    "theft_acquisitive",
    "fgm_forced_marriage",
    "financial_abuse",
    "fire_arson",
    "other",
)

# Crockford's base 32 (https://www.crockford.com/base32.html): no I, L, O or U, so that a URN survives being read out.
_URN_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_URN = re.compile(rf"CPI-[{_URN_ALPHABET}]{{10}}")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_SHA256 = re.compile(r"[0-9a-f]{64}")

# Valid in JSON, yet some readers break lines or terminals on them, and lone surrogates cannot be written as UTF-8.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def new_urn() -> str:
    """Return a random handle: no time, sequence or organisation can be read from it."""
    return "CPI-" + "".join(secrets.choice(_URN_ALPHABET) for _ in range(10))


def is_urn(text: object) -> bool:
    """Say whether the text could have been made by `new_urn`."""
    return _matches(_URN, text)


@dataclass(frozen=True, slots=True)
class LogStatement:
    """One sentence or list item as it may leave. Its repr shows no text: a draft has not been released yet."""

    text: str = field(repr=False)
    kind: Kind

    def __post_init__(self) -> None:
        _require(isinstance(self.text, str) and bool(self.text.strip()), "a statement has no text")
        _require(self.kind in KINDS, "a statement is neither fact, opinion nor mixed")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The 3x5x2 grade. Empty until an officer sets it, so that nobody takes an ungraded log for established fact."""

    source: str | None = None
    intelligence: str | None = None
    handling: str | None = None

    def __post_init__(self) -> None:
        _require(all(grade is None or isinstance(grade, str) for grade in self._grades()), "a grade is not text")

    def _grades(self) -> tuple[str | None, str | None, str | None]:
        return self.source, self.intelligence, self.handling


@dataclass(frozen=True, slots=True)
class MadeBy:
    """What made a log, so that it can be made again: the version of the library, of its model and of its rules."""

    version: str
    model: str
    rules: str

    def __post_init__(self) -> None:
        _require(all(isinstance(part, str) for part in (self.version, self.model, self.rules)), "`made_by` is not text")


@dataclass(frozen=True, slots=True)
class SanitisedLog:
    """A draft log, or a held one: held logs have hold reasons and no statements, and still an outcome and a priority.

    `created_on` is a date without a time; `area` and `period` (a month, "2026-11") are what the text itself says, or None.
    `sealed_sha256` is taken over the bytes of the sealed record as a binary age file.
    """

    urn: str
    created_on: date
    status: Status
    outcome: Outcome
    priority: Priority
    sealed_sha256: str
    made_by: MadeBy
    statements: tuple[LogStatement, ...] = ()
    categories: tuple[str, ...] = ()
    reasons: tuple[str, ...] = field(default=(), repr=False)
    area: str | None = field(default=None, repr=False)
    period: str | None = None
    evaluation: Evaluation = field(default_factory=Evaluation)
    marking: str = "OFFICIAL-SENSITIVE"
    hold_reasons: tuple[str, ...] = ()
    profile: Literal["strict"] = "strict"

    def __post_init__(self) -> None:
        for name in ("statements", "categories", "reasons", "hold_reasons"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        _require(_matches(_URN, self.urn), "the URN is not one made by `new_urn`")
        # A datetime is a date to isinstance, and would carry the time of day into the log.
        _require(isinstance(self.created_on, date) and not isinstance(self.created_on, datetime), "`created_on` is not a plain date")
        _require(self.status in STATUSES, "the status is neither draft nor held")
        _require(self.profile == "strict", "the profile is not strict")
        _require(self.outcome in OUTCOMES, "the outcome is unknown")
        _require(self.priority in PRIORITIES, "the priority is unknown")
        _require(all(category in CATEGORIES for category in self.categories), "a category is unknown")
        _require(all(isinstance(reason, str) for reason in self.reasons + self.hold_reasons), "a reason is not text")
        _require(all(isinstance(statement, LogStatement) for statement in self.statements), "a statement is not a LogStatement")
        _require(self.area is None or isinstance(self.area, str), "the area is not text")
        _require(self.period is None or _matches(_MONTH, self.period), "the period is not a month such as 2026-11")
        _require(isinstance(self.marking, str), "the marking is not text")
        _require(_matches(_SHA256, self.sealed_sha256), "`sealed_sha256` is not a SHA-256 in hexadecimal")
        if self.status == "held":
            _require(not self.statements, "a held log has statements")
            _require(bool(self.hold_reasons), "a held log has no hold reason")
        else:
            _require(not self.hold_reasons, "a draft log has hold reasons")

    @property
    def text(self) -> str:
        """The statements joined; empty for a held log."""
        return " ".join(statement.text for statement in self.statements)

    def to_json(self) -> str:
        """Return the log as one line of JSON, in a fixed order of keys.

        Letters outside ASCII are written as themselves, so that a search for a name in the bytes of a log is a true search.
        """
        log = {
            "urn": self.urn,
            "created_on": self.created_on.isoformat(),
            "status": self.status,
            "profile": self.profile,
            "statements": [{"text": statement.text, "kind": statement.kind} for statement in self.statements],
            "categories": self.categories,
            "outcome": self.outcome,
            "priority": self.priority,
            "reasons": self.reasons,
            "area": self.area,
            "period": self.period,
            "evaluation": {
                "source": self.evaluation.source,
                "intelligence": self.evaluation.intelligence,
                "handling": self.evaluation.handling,
            },
            "marking": self.marking,
            "hold_reasons": self.hold_reasons,
            "sealed_sha256": self.sealed_sha256,
            "made_by": {"version": self.made_by.version, "model": self.made_by.model, "rules": self.made_by.rules},
        }
        return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(log, ensure_ascii=False))

    @classmethod
    def from_json(cls, text: str | bytes) -> SanitisedLog:
        """Read back what `to_json` wrote; anything more, less or other is a LogError."""
        try:
            log = json.loads(text)
        except (ValueError, RecursionError):
            raise LogError("the log is not JSON", hint="give one line of a log file") from None
        values = _exactly(log, _LOG_KEYS, "the log")
        try:
            values["created_on"] = datetime.strptime(values["created_on"], "%Y-%m-%d").date()
        except (TypeError, ValueError):
            raise LogError("`created_on` is not a date such as 2026-11-20") from None
        values["statements"] = _each(values["statements"], lambda one: LogStatement(**_exactly(one, ("text", "kind"), "a statement")))
        for name in ("categories", "reasons", "hold_reasons"):
            values[name] = _each(values[name], lambda one: one)
        values["evaluation"] = Evaluation(**_exactly(values["evaluation"], ("source", "intelligence", "handling"), "the evaluation"))
        values["made_by"] = MadeBy(**_exactly(values["made_by"], ("version", "model", "rules"), "`made_by`"))
        return cls(**values)


_LOG_KEYS = (
    "urn",
    "created_on",
    "status",
    "profile",
    "statements",
    "categories",
    "outcome",
    "priority",
    "reasons",
    "area",
    "period",
    "evaluation",
    "marking",
    "hold_reasons",
    "sealed_sha256",
    "made_by",
)


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise LogError(otherwise, hint="a log that breaks its own format must not be released")


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _exactly(value: object, keys: tuple[str, ...], what: str) -> dict[str, Any]:
    if not isinstance(value, Mapping) or set(value) != set(keys):
        raise LogError(f"{what} does not have exactly its keys", hint=f"its keys are: {', '.join(keys)}")
    return dict(value)


def _each(value: object, make: Callable[[Any], Any]) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise LogError("a list of the log is not a list", hint="give one line of a log file")
    return tuple(make(one) for one in value)
