"""Every error of this library, one class for each thing a caller can do about it.

    SanitiseError
    ├── SettingsError        a setting is unknown or has no such value          → correct the settings
    ├── IntakeError          what came in cannot be read as a submission        → correct the row, keep it, go on
    │   └── ColumnsError         what a column means was only guessed            → look, then accept or map it
    ├── ModelError           the embedded model is missing, damaged or other    → install the package again
    ├── StageError           a stage could not do its work                      → the submission is held
    │   ├── DetectionError       identifiers or provenance could not be looked for
    │   ├── RewriteError         what was cut could not be repaired into sentences
    │   └── LeakError            something removed stands in the log again
    ├── LogError             a log is not what a log must be                    → do not release it
    ├── SealError            the original could not be sealed                   → keep the original, write no log
    │   └── RecipientError       a public key is missing, malformed or a secret one
    ├── StoreError           a store cannot be continued, or was altered       → what the hint says
    │   ├── ChainError           a ledger or audit trail was altered, or is damaged
    │   ├── SigningKeyError      a signing key, or its public half, is missing or malformed
    │   └── AuditError           an opening could not be recorded             → nothing was opened; see to the trail
    ├── OpenError            a sealed file could not be opened                  → another identity, another copy
    │   ├── NoKeyError           it was sealed to other keys                  → another identity
    │   └── IdentityError        an identity file cannot be read or must not be written
    └── CommandError         a command was asked for what it refuses            → the option that the hint names

A message says what happened, `hint` says what to do. Neither ever quotes a submission, a reference or a key: both may end
in a log file that many can read.
"""

from __future__ import annotations


class SanitiseError(Exception):
    """The root: catch this one to catch them all."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class SettingsError(SanitiseError):
    """A setting is unknown, or has a value that it cannot have."""


class IntakeError(SanitiseError):
    """What came in cannot be read as a submission; it must be kept and corrected, never dropped."""


class ColumnsError(IntakeError):
    """The meaning of a column was guessed from its heading, and nobody has confirmed it."""


class ModelError(SanitiseError):
    """The embedded model is missing, damaged or not the one this version was built for."""


class StageError(SanitiseError):
    """A stage failed or doubts, so the submission is held: no statements, and a neutral reason."""


class DetectionError(StageError):
    """Identifiers or provenance could not be looked for, which is not the same as nothing found."""


class RewriteError(StageError):
    """The text around a cut could not be repaired without adding or sharpening something."""


class LeakError(StageError):
    """Something that was removed stands in the finished log again."""


class LogError(SanitiseError):
    """A log breaks a rule of its own format, such as a held log with statements."""


class SealError(SanitiseError):
    """The original could not be sealed, so nothing may leave."""


class RecipientError(SealError):
    """A public key is missing, malformed, given twice over, or is a secret key."""


class StoreError(SanitiseError):
    """A store cannot be written or continued, or holds something other than its ledger says."""


class ChainError(StoreError):
    """A line of a ledger or an audit trail was altered, removed, added, moved or truncated, or cannot be added."""


class SigningKeyError(StoreError):
    """A signing key or its public half is missing, malformed or open to others."""


class AuditError(StoreError):
    """What is about to be opened could not be written to the audit trail, so it was not opened."""


class OpenError(SanitiseError):
    """A sealed file could not be opened."""


class NoKeyError(OpenError):
    """None of the identities that were given is one that the file was sealed to."""


class IdentityError(OpenError):
    """An identity file cannot be read, or would be overwritten."""


class CommandError(SanitiseError):
    """A command was asked for what it does not do unasked, such as showing a source on a screen."""
