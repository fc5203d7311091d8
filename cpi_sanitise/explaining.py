"""What is cut from a submission and why, as a view for a person at a terminal. It shows the text: never to a file unasked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from .spans import AttributionRisk, Identifier, ProvenanceSpan, Statement, VantageSpan, inside_any, overlaps
from .submission import Submission

# Later rows are painted over earlier ones, so that the cut which decides is the one that is seen.
_STYLES = {"vantage": "black on yellow", "identifier": "white on blue", "provenance": "white on red"}

# One sign for one character, so that offsets hold: control pictures for C0, and a sign for what would steer the terminal
# or turn the direction of the line.
_SHOWN = {code: 0x2400 + code for code in range(32) if code != 0x0A} | {0x7F: 0x2421}
_SHOWN |= dict.fromkeys([*range(0x80, 0xA0), 0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], 0x2426)
_SHOWN |= dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)


class Triage(Protocol):
    """What is shown of a triage."""

    @property
    def categories(self) -> Sequence[str]: ...
    @property
    def outcome(self) -> str: ...
    @property
    def priority(self) -> str: ...
    @property
    def reasons(self) -> Sequence[str]: ...


class Examination(Protocol):
    """What `Sanitiser.examine` returns."""

    @property
    def identifiers(self) -> Sequence[Identifier]: ...
    @property
    def provenance(self) -> Sequence[ProvenanceSpan]: ...
    @property
    def vantage(self) -> Sequence[VantageSpan]: ...
    @property
    def statements(self) -> Sequence[Statement]: ...
    @property
    def attribution_risk(self) -> AttributionRisk: ...
    @property
    def triage(self) -> Triage: ...


@dataclass(frozen=True, slots=True)
class _Finding:
    start: int
    end: int
    sort: str
    why: str
    found_by: Sequence[str]


def explanation(submission: Submission, examination: Examination, *, title: str) -> RenderableType:
    """Return the narrative in colours, then each statement with its cuts and their reasons, then risk and triage."""
    text = _painted(submission.narrative, examination)
    findings = sorted(_findings(examination), key=lambda finding: (finding.start, finding.end, finding.sort))
    parts: list[RenderableType] = [Panel(text, title=title, title_align="left"), _legend()]
    for number, statement in enumerate(examination.statements, start=1):
        kind = statement.kind or "nothing remains"
        parts.append(Rule(f"statement {number} · {kind} · basis: {_words(statement.basis)}", align="left", style="dim"))
        parts.append(text[statement.start : statement.end])
        here = [finding for finding in findings if overlaps(finding, statement)]
        parts.append(_table(text, here) if here else Text("nothing is cut", style="dim"))
    stray = [finding for finding in findings if not inside_any(finding, examination.statements)]
    if stray:
        parts += [Rule("outside any statement", align="left", style="dim"), _table(text, stray)]
    return Group(*parts, _summary(examination))


def _findings(examination: Examination) -> Iterator[_Finding]:
    for one in examination.identifiers:
        roles = " and ".join(map(_words, one.roles)) or "no role"
        yield _Finding(one.start, one.end, "identifier", f"{one.type}, {roles}, score {one.score:.2f}", one.found_by)
    for span in examination.provenance:
        yield _Finding(span.start, span.end, "provenance", _words(span.kind), span.found_by)
    for view in examination.vantage:
        plain = f"in plain words: {view.plain}" if view.plain else "no plainer words"
        yield _Finding(view.start, view.end, "vantage", f"{_words(view.kind)}; {plain}", view.found_by)


def _painted(narrative: str, examination: Examination) -> Text:
    text = Text(narrative.translate(_SHOWN))
    order = list(_STYLES)
    for finding in sorted(_findings(examination), key=lambda finding: order.index(finding.sort)):
        text.stylize(_STYLES[finding.sort], finding.start, finding.end)
    return text


def _legend() -> Text:
    legend = Text()
    for sort, style in reversed(_STYLES.items()):
        legend.append(f" {sort} ", style).append(" ")
    return legend


def _table(text: Text, findings: Iterable[_Finding]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("cut", "text", "why", "found by"):
        table.add_column(heading)
    for finding in findings:
        # Text objects throughout: in a plain string, rich would read "[PERSON]" as markup.
        table.add_row(
            Text(finding.sort, _STYLES[finding.sort]),
            Text(text.plain[finding.start : finding.end]),
            Text(finding.why.translate(_SHOWN)),
            Text(", ".join(finding.found_by)),
        )
    return table


def _summary(examination: Examination) -> Panel:
    risk, triage = examination.attribution_risk, examination.triage
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("attribution risk", Text(_with_reasons(risk.level, risk.reasons)))
    table.add_row("categories", Text(_words(", ".join(triage.categories)) or "none"))
    table.add_row("outcome", Text(_words(triage.outcome)))
    table.add_row("priority", Text(_with_reasons(triage.priority, triage.reasons), "bold red" if triage.priority == "high" else ""))
    return Panel(table, title="assessment", title_align="left")


def _with_reasons(value: str, reasons: Sequence[str]) -> str:
    return f"{value}: {'; '.join(reasons)}" if reasons else value


def _words(name: str) -> str:
    return name.replace("_", " ")
