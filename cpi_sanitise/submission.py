"""Submission: what a professional sent in, exactly as it came."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from .errors import IntakeError

# Values that say who somebody is: a search list, each looked for in the narrative together with its variants.
IDENTITY_FIELDS = (
    "submitter_name",
    "submitter_organisation",
    "submitter_telephone",
    "submitter_email",
    "source_name",
    "source_dob",
    "source_address",
    "source_telephone",
    "source_email",
)

# Read like a narrative, because they may name subjects too; sealed, and nothing of them enters the log.
FREE_TEXT_FIELDS = (
    "recontact_details",
    "how_found_out",
    "when_found_out",
    "shared_with",
    "difficulties",
    "mitigation",
)

# The AD 362 form, in the order in which it is printed.
FORM_FIELDS = (
    *IDENTITY_FIELDS,
    "can_recontact",
    *FREE_TEXT_FIELDS,
    "event_date",
    "event_location",
    "mappa",
)

# Beyond these, a text is a document or a damaged export rather than a form; reading it would only delay the others.
NARRATIVE_LIMIT_CHARACTERS = 1_000_000
FREE_TEXT_LIMIT_CHARACTERS = 100_000
FIELD_LIMIT_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class Submission:
    """What a professional sent in. Its repr shows sizes only, so it is safe in logs and tracebacks.

    Nothing is altered: control characters, unusual spaces, bidirectional marks and broken surrogates stay where they
    are, so that offsets point into the text as received. `received_at` is used to resolve "last night". `other` takes
    whatever else an intake system has, as JSON values; it is sealed whole and never read.
    """

    reference: str
    narrative: str
    form: Mapping[str, str] = field(default_factory=dict)
    received_at: datetime | None = None
    other: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_text(self.reference, "the reference", FIELD_LIMIT_CHARACTERS)
        if not self.reference.strip():
            raise IntakeError("the reference is empty", hint="give the number under which the intake system keeps the original")
        _check_text(self.narrative, "the narrative", NARRATIVE_LIMIT_CHARACTERS)
        if not self.narrative.strip():
            raise IntakeError("the narrative is empty", hint="put what was reported into `narrative`; a form alone cannot become a log")
        if self.received_at is not None and not isinstance(self.received_at, datetime):
            raise IntakeError("`received_at` is not a datetime", hint="give a datetime.datetime, or leave it out")
        # Copies, so that a later change to the caller's dictionary cannot reach what was checked.
        object.__setattr__(self, "form", _checked_form(self.form))
        object.__setattr__(self, "other", _checked_other(self.other))

    def __repr__(self) -> str:
        received = "none" if self.received_at is None else "given"
        return (
            f"Submission(reference={_size(self.reference)}, narrative={_size(self.narrative)}, "
            f"form=<{len(self.form)} fields>, received_at=<{received}>, other=<{len(self.other)} fields>)"
        )


def _size(text: str) -> str:
    return f"<{len(text)} characters>"


def _check_text(value: object, what: str, limit: int) -> None:
    if not isinstance(value, str):
        raise IntakeError(f"{what} is not text but {type(value).__name__}", hint=f"give {what} as a string")
    if len(value) > limit:
        raise IntakeError(
            f"{what} has {len(value):,} characters; the limit is {limit:,}",
            hint="split it into one submission for each report, and send attached documents separately",
        )


def _checked_form(form: object) -> dict[str, str]:
    if not isinstance(form, Mapping):
        raise IntakeError("the form is not a mapping", hint="give `form` as a dictionary of form field to text")
    for key, value in form.items():
        if key not in FORM_FIELDS:
            raise IntakeError("the form has an unknown field", hint=_known_fields(key))
        limit = FREE_TEXT_LIMIT_CHARACTERS if key in FREE_TEXT_FIELDS else FIELD_LIMIT_CHARACTERS
        _check_text(value, f"form field {key}", limit)
    return dict(form)


def _known_fields(key: object) -> str:
    # The unknown key is not repeated: it comes from outside, and a shifted column can turn a name into a key.
    close = get_close_matches(key, FORM_FIELDS, n=1) if isinstance(key, str) and len(key) < 100 else []
    meant = f"did you mean {close[0]}? " if close else ""
    return f"{meant}known fields: {', '.join(FORM_FIELDS)}; anything else goes into `other`"


def _checked_other(other: object) -> dict[str, Any]:
    if not isinstance(other, Mapping):
        raise IntakeError("`other` is not a mapping", hint="give `other` as a dictionary of JSON values")
    hint = "use text as keys, and as values text, numbers, true, false, null, lists and dictionaries"
    try:
        copy: dict[str, Any] = json.loads(json.dumps(dict(other), allow_nan=False))
        # A tuple or a number as a key would come out of the seal as something else.
        same = copy == dict(other)
    except (TypeError, ValueError, RecursionError):
        # `from None`: the cause may quote the value.
        raise IntakeError("`other` is not made of JSON values", hint=hint) from None
    if not same:
        raise IntakeError("`other` would not be sealed as it is", hint=hint)
    return copy
