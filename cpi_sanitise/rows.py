"""ReadRow: a row as the reader of one format gives it, before it is checked as a submission."""

from __future__ import annotations

from dataclasses import dataclass, field

from .errors import IntakeError

# A form, a letter or a mail is smaller by far; a bigger one would be held in memory whole.
DOCUMENT_LIMIT_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row's number, bytes and fields, or why there are none.

    `place` follows the file's name where a row has no reference of its own, ":<row>" if it is None. `inside` tells an
    attachment from its mail; it is sealed, since an attachment's name may be somebody's.
    """

    row: int
    raw: bytes = field(repr=False)
    fields: object = field(default=None, repr=False)
    error: IntakeError | None = None
    place: str | None = None
    inside: str = field(default="", repr=False)


def damaged(what: str) -> IntakeError:
    """The error for a file that its library could not read, whatever the library said: its words may quote the file."""
    return IntakeError(f"the {what} is damaged or cut short", hint="open it in its own program and save it again, or have it sent again")
