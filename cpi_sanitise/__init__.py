"""cpi_sanitise: Community Partnership Information in, a sanitised draft log and a sealed provenance record out.

from cpi_sanitise import Sanitiser, Settings, Submission

sanitiser = Sanitiser(unit_keys=["age1…"], officer_keys=["age1…"])
result = sanitiser(Submission(reference="2026/118", narrative="…"))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import SanitiseError
from .sanitised_log import LogStatement, SanitisedLog
from .settings import Settings
from .submission import Submission

if TYPE_CHECKING:
    from .frames import sanitise_frame
    from .sanitiser import Examination, Result, Sanitiser

__all__ = [
    "Examination",
    "LogStatement",
    "Result",
    "SanitiseError",
    "SanitisedLog",
    "Sanitiser",
    "Settings",
    "Submission",
    "sanitise_frame",
]


def __getattr__(name: str) -> Any:
    # The model's libraries take a second to import; whoever only opens a record or reads a log does not wait for them.
    if name in ("Examination", "Result", "Sanitiser"):
        from . import sanitiser

        return getattr(sanitiser, name)
    if name == "sanitise_frame":
        from .frames import sanitise_frame

        return sanitise_frame
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
