"""Where the time of one call goes: the flow's functions under a clock, each with its own time and not that of what it calls."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from cpi_sanitise import Sanitiser
from cpi_sanitise import sanitiser as flow
from cpi_sanitise.encoder import Encoder
from cpi_sanitise.parsing import CpiNlpEngine

# As the flow names them; what is left over is the flow itself.
STAGES = {
    "find_identifiers": "identifiers: Presidio and what follows it",
    "assign_roles": "roles",
    "find_provenance": "provenance",
    "find_vantage": "vantage",
    "attribution_risk": "vantage",
    "replaced": "vantage",
    "telling": "vantage",
    "split_statements": "statements",
    "basis_of": "statements",
    "kind_by_encoder": "statements",
    "kind_of": "statements",
    "rewrite": "rewriting",
    "description": "rewriting",
    "find_relative_dates": "rewriting",
    "redact": "redaction",
    "Removed": "leak check",
    "leaks": "leak check",
    "triage": "triage",
    "_area": "log",
    "_record": "sealing",
    "seal": "sealing",
    "subject_key": "sealing",
}


class Clock:
    """Seconds by stage. `now` is the thread's own time, so that what else runs on the machine does not count."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._inner: list[float] = []

    def around(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, its time added to the stage."""

        def timed(*args: Any, **options: Any) -> Any:
            begin = time.thread_time()
            self._inner.append(0.0)
            try:
                return function(*args, **options)
            finally:
                spent = time.thread_time() - begin
                inner = self._inner.pop()
                if self._inner:
                    self._inner[-1] += spent
                self.seconds[stage] = self.seconds.get(stage, 0.0) + spent - inner

        return timed


@contextmanager
def clocked(sanitiser: Sanitiser, *, each_recognizer: bool = False) -> Iterator[Clock]:
    """Put the clock around every stage for as long as the block lasts."""
    clock = Clock()
    analyzer: Any = sanitiser._analyzer
    places: list[tuple[Any, str, str]] = [(flow, name, stage) for name, stage in STAGES.items() if hasattr(flow, name)]
    places += [(CpiNlpEngine, "process_text", "parsing"), (Encoder, "__call__", "encoder"), (Sanitiser, "__call__", "the flow itself")]
    for recognizer in analyzer.registry.recognizers:
        places.append((recognizer, "analyze", recognizer.name if each_recognizer else "recognizers"))
    before = [(place, name, place.__dict__.get(name)) for place, name, _ in places]
    for place, name, stage in places:
        setattr(place, name, clock.around(stage, getattr(place, name)))
    try:
        yield clock
    finally:
        for place, name, function in before:
            if function is None:
                delattr(place, name)
            else:
                setattr(place, name, function)
