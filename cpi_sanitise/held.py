"""Held submissions: which there are, and how one goes back as a draft in an officer's own wording.

The wording is checked against the sealed record as a log of the sanitiser is, and more strictly, since the hold may mean
that the identifiers were never found. Nothing of the sanitiser is loaded for it: no model, no recognizers.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

from .audit import Access, AuditTrail, Opened, audited
from .chain import SigningKey
from .errors import CommandError, LeakError, LogError, OpenError, StoreError
from .form_search import FormValue, form_values, name_words
from .leak_check import Removed, leaks
from .lexicon import common_words, towns
from .opening import Identity, open_record
from .records import find_line, logs
from .sanitised_log import Kind, LogStatement, SanitisedLog
from .sealed_record import Recipients, SealedIdentifier, armored, padded_json, seal, subject_key
from .spans import Identifier
from .store import locked_store
from .superseding import read_history, supersede

_MARKS = {"F": "fact", "O": "opinion", "M": "mixed"}
_MOST_STATEMENTS = 500
_MOST_BYTES = 1_000_000
_PLACEHOLDER = re.compile(r"\[([A-Z]+(?: [A-Z]+)* [1-9]\d*)\]")
_BRACKETS = re.compile(r"\[[^\[\]]*\]")
_RUN_WORDS = 4  # as the accuracy measures count a leak of provenance
_DAYS_AND_MONTHS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september "
    "october november december".split()
)


@dataclass(frozen=True, slots=True)
class Wording:
    """What the officer wrote: statements with their kinds and, where they use placeholders, whom these stand for."""

    statements: tuple[LogStatement, ...]
    subjects: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)


def held_logs(folder: Path) -> list[SanitisedLog]:
    """Return the held logs of a store, those of high priority first; read from logs alone."""
    return sorted((log for log in logs(folder) if log.status == "held"), key=lambda log: (log.priority != "high", log.urn))


def read_wording(path: Path) -> Wording:
    """Read an officer's wording: a `.toml` file, or text with a statement a line after its kind, `F `, `O ` or `M `.

    The TOML file has a table `[[statement]]` with `kind` and `text` for each, and where placeholders are used a table
    `[subjects]` that leads from `"PERSON 1"` to a name or a list of names.
    """
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise CommandError(f"the file of the wording cannot be read: {error.strerror}", hint="check the path and its permissions") from None
    except UnicodeDecodeError:
        raise CommandError("the file of the wording is not text in UTF-8", hint="save it as UTF-8") from None
    if len(data) > _MOST_BYTES:
        raise CommandError("the file of the wording is too long for a log", hint="give the statements only")
    wording = _from_toml(text) if path.suffix.lower() == ".toml" else Wording(tuple(_from_lines(text)))
    if not 0 < len(wording.statements) <= _MOST_STATEMENTS:
        raise CommandError(f"the wording has no statement, or over {_MOST_STATEMENTS}", hint="write each statement on a line of its own")
    return wording


def _from_lines(text: str) -> Iterator[LogStatement]:
    for number, line in enumerate(text.splitlines(), start=1):
        mark, _, statement = line.strip().partition(" ")
        if line.strip():
            if mark not in _MARKS:
                raise CommandError(f"line {number} of the wording has no kind", hint="begin it with F (fact), O (opinion) or M (mixed)")
            yield _statement(number, statement, _MARKS[mark])


def _from_toml(text: str) -> Wording:
    hint = 'write [[statement]] tables with kind = "fact" and text = "…", and [subjects] with "PERSON 1" = "…"'
    try:
        values: dict[str, Any] = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        raise CommandError("the file of the wording is not TOML", hint=hint) from None
    statements, subjects = values.pop("statement", []), values.pop("subjects", {})
    if values or not isinstance(statements, list) or not isinstance(subjects, dict):
        raise CommandError("the file of the wording holds something else than statements and subjects", hint=hint)
    made = []
    for number, one in enumerate(statements, start=1):
        if not isinstance(one, dict) or set(one) != {"kind", "text"}:
            raise CommandError(f"statement {number} of the wording does not have exactly `kind` and `text`", hint=hint)
        made.append(_statement(number, one["text"], one["kind"]))
    known: dict[str, tuple[str, ...]] = {}
    for placeholder, names in subjects.items():
        names = [names] if isinstance(names, str) else names
        fits = isinstance(names, list) and names and all(isinstance(name, str) and name.strip() for name in names)
        if not fits or not _PLACEHOLDER.fullmatch(f"[{placeholder}]"):
            raise CommandError("an entry of [subjects] does not lead from a placeholder to names", hint=hint)
        known[f"[{placeholder}]"] = tuple(names)
    return Wording(tuple(made), known)


def _statement(number: int, text: object, kind: object) -> LogStatement:
    if not isinstance(text, str) or kind not in get_args(Kind):
        raise CommandError(f"statement {number} of the wording has no such kind, or no text", hint="its kind is fact, opinion or mixed")
    try:
        return LogStatement(text.strip(), kind)  # type: ignore[arg-type]
    except LogError:
        raise CommandError(f"statement {number} of the wording has no text", hint="write it, or take the line out") from None


# Back as a draft


def return_held(
    folder: Path,
    urn: str,
    wording: Wording,
    holders: Sequence[Sequence[Identity]],
    access: Access,
    trail: AuditTrail,
    key: SigningKey,
) -> SanitisedLog:
    """Replace a held log by a draft in the officer's wording, and return it.

    Raises LeakError, with the number of each statement and neutral reasons, where the wording would give away what the
    sanitiser takes out; then nothing is changed.
    """
    with locked_store(folder):
        history = read_history(folder, key)
        log_line, sealed_line = find_line(folder, "log", urn), find_line(folder, "sealed", urn)
        if log_line is None or sealed_line is None:
            raise StoreError("no held submission has this URN", hint="`cpi-sanitise held list` shows those that there are")
        objects = [Opened(urn, sealed_line.sealed_sha256)]
        with audited(trail, access, "alteration", "held return", objects) as audit:
            held = log_line.log
            if held.status != "held":
                raise StoreError("this log is not held", hint="a draft is corrected where it is reviewed, not in the store")
            record = opened_record(open_record(sealed_line.sealed, holders, officers=len(access.officers)), urn)
            check_wording(wording, record)
            draft = replace(held, status="draft", hold_reasons=(), statements=wording.statements)
            changes: dict[tuple[str, str], dict[bytes, bytes | None]] = {
                ("log", log_line.name): {log_line.line: draft.to_json().encode("utf-8")}
            }
            if wording.subjects:
                key_line = find_line(folder, "subject_keys", urn)
                if key_line is None:
                    raise StoreError("the subject key of this log is gone", hint="leave [subjects] out, or verify the store")
                officers = Recipients("officers", tuple(history.state.terms["officer_keys"]))
                sealed = armored(seal(_subject_key(urn, wording, record), officers))
                changes["subject_keys", key_line.name] = {key_line.line: json.dumps({"urn": urn, "sealed": sealed}).encode("utf-8")}
            supersede(folder, key, history.state, {"event": "redraft", "urns": [urn], "audit": audit}, changes)
        return draft


def opened_record(plaintext: bytes, urn: str) -> dict[str, Any]:
    """Return what a sealed file of a store holds, once it is known to belong to the URN that it was asked for by.

    Whoever can write to a store could put another record in its place: then the trail would name the wrong one.
    """
    try:
        record: dict[str, Any] = json.loads(plaintext)
        belongs = record["urn"] == urn
    except (ValueError, KeyError, TypeError, RecursionError):
        belongs = False
    if not belongs:
        raise OpenError(
            "what was opened does not belong to this URN", hint="it is not shown; verify the store, then compare it with a backup"
        )
    return record


def check_wording(wording: Wording, record: Mapping[str, Any]) -> None:
    """Raise LeakError where the wording must not leave. Every statement is checked, and all of them together."""
    narrative = record["narrative"]
    identifiers = [
        Identifier(one["start"], one["end"], one["type"], 1.0, ("sealed record",), tuple(one["roles"])) for one in record["identifiers"]
    ]
    form = form_values(record["form"])
    removed = [one["text"] for one in record["removed"] if one["kind"] != "withheld"]
    known = {one["placeholder"] for one in record["identifiers"] if one["placeholder"]} | set(wording.subjects)
    faults: list[str] = []

    def check(text: str, where: str) -> None:
        reasons = list(leaks(text, Removed(narrative, identifiers), form))
        if any(_shares_a_run(text, passage) for passage in removed):
            reasons.append("the words of a removed passage stand in the text")
        if not identifiers and _shares_a_mark(text, narrative):
            reasons.append("a name or number of the original stands in the text, and its identifiers were never found")
        if any(bracket not in known for bracket in _BRACKETS.findall(text)):
            reasons.append("a placeholder stands for nobody; say in [subjects] for whom")
        faults.extend(f"{where}: {reason}" for reason in reasons)

    for number, statement in enumerate(wording.statements, start=1):
        check(statement.text, f"statement {number}")
    if not faults:
        check(" ".join(statement.text for statement in wording.statements), "the statements together")
    if any(_is_of_the_source(name, narrative, identifiers, form) for names in wording.subjects.values() for name in names):
        faults.append("[subjects]: a name is one of the source")
    if faults:
        raise LeakError(
            "; ".join(faults), hint="nothing was changed; write it without what points to the source, with [PERSON 1] for a subject"
        )


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _shares_a_run(text: str, passage: str) -> bool:
    """Whether four words in a row of what was taken out stand in the text, or all of it where it is shorter ("our surgery")."""
    words, removed = _words(text), _words(passage)
    length = min(_RUN_WORDS, len(removed))
    if not removed or (length == 1 and len(removed[0]) < 4):  # "I" and "we" are looked for by themselves
        return False
    runs = {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}
    return any(tuple(removed[start : start + length]) in runs for start in range(len(removed) - length + 1))


def _shares_a_mark(text: str, narrative: str) -> bool:
    """Whether a word that looks like a name, or a code with digits, is in both. For texts that were never read wholly."""
    there = set(_words(narrative))
    within = _capitals_within_sentences(narrative) if any(character.islower() for character in narrative) else set()
    bare = _PLACEHOLDER.sub(" ", text)
    within |= _capitals_within_sentences(bare)
    for match in _WORD.finditer(bare):
        word = _POSSESSIVE.sub("", match[0])
        lower = word.casefold()
        if lower not in there or lower in towns() or lower in _DAYS_AND_MONTHS:
            continue
        digits = sum(character.isdigit() for character in word)
        if digits >= 2 and (digits < len(word) or digits >= 4) and not _TIME_OR_COUNT.fullmatch(lower):
            return True
        # "jay" and "marsh" are words too, so a capital within a sentence counts, in the original or in the wording.
        if not digits and word[0].isupper() and (lower not in common_words() or lower in within):
            return True
    return False


_WORD = re.compile(r"\w+(?:['’]\w+)*")
_POSSESSIVE = re.compile(r"['’]s$")
_TIME_OR_COUNT = re.compile(r"(?:19|20)\d\d|\d+(?:am|pm|st|nd|rd|th|s)")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;\n]|[\"“‘(•*-])\s*$")


def _capitals_within_sentences(text: str) -> set[str]:
    """The words, in lower case, that are written with a capital where no sentence begins."""
    return {
        _POSSESSIVE.sub("", match[0]).casefold()
        for match in _WORD.finditer(text)
        if match[0][0].isupper() and not _SENTENCE_START.search(text[max(0, match.start() - 8) : match.start()])
    }


def _is_of_the_source(name: str, narrative: str, identifiers: Sequence[Identifier], form: Sequence[FormValue]) -> bool:
    own = {word.casefold() for word in name_words(name)}
    for one in identifiers:
        if {"source", "submitter"} & set(one.roles) and own & {word.casefold() for word in name_words(narrative[one.start : one.end])}:
            return True
    return bool(leaks(f"It was {name}.", Removed("", ()), form))


def _subject_key(urn: str, wording: Wording, record: Mapping[str, Any]) -> bytes:
    """Return the subject key of the returned log: what the sanitiser knew, with what the officer says going before."""
    sealed = [
        SealedIdentifier(one["start"], one["end"], one["type"], tuple(one["roles"]), one["placeholder"]) for one in record["identifiers"]
    ]
    known = json.loads(subject_key(urn, record["narrative"], sealed))
    known["identifiers"] |= {placeholder: list(names) for placeholder, names in wording.subjects.items()}
    return padded_json(known, 1024)
