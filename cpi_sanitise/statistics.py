"""Logs → counts that may be published: no number in them, and no sum or difference of them, tells of a handful of logs.

Only logs are read, and of them only outcome, priority, categories, area and period. A count below the *minimum*, nought
too, is not published:

- *Areas and months* below it are not even named, since the name of a village tells that somebody there spoke. They are
  counted together with the logs that tell none, and where that is still too few, with the smallest that is named.
- *Outcomes, priorities, categories* are always all named, and a small count is withheld. Where counts add up to a number
  that is published, more are withheld with it until no difference helps: at least two, which together are more than they
  would be if each were small, and for categories in a month also so many that no month's own count shuts out a small value. Which
  ones is decided by their place in the list, from its end, and never by their size, which would tell something of them.
- *Held logs* are counted as every other and never as held: they have no area and no period, and so are among those that
  tell none.

What is withheld looks the same whatever the reason. Not covered: two statistics of nearly the same logs, whose difference
is a handful (see docs/statistics.md), and a count that nearly equals the total, which tells what nearly every log is about.
"""

from __future__ import annotations

import csv
import html
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .chain import PublicKey
from .errors import CommandError, LogError, StoreError
from .sanitised_log import CATEGORIES, OUTCOMES, PRIORITIES, SanitisedLog
from .store import PART_NAME, expected_state, locked_store, read_ledger

MINIMUM = 5
WITHHELD = "withheld"
ELSEWHERE, OTHER_MONTHS = "elsewhere or not told", "other months or not told"


@dataclass(slots=True)
class Tally:
    """True counts. Never to be published: `publishable` says what may be."""

    logs: int = 0
    outcomes: Counter[str] = field(default_factory=Counter, repr=False)
    priorities: Counter[str] = field(default_factory=Counter, repr=False)
    categories: Counter[str] = field(default_factory=Counter, repr=False)
    areas: Counter[str | None] = field(default_factory=Counter, repr=False)
    periods: Counter[str | None] = field(default_factory=Counter, repr=False)
    categories_by_period: Counter[tuple[str, str | None]] = field(default_factory=Counter, repr=False)

    def add(self, log: SanitisedLog) -> None:
        self.logs += 1
        self.outcomes[log.outcome] += 1
        self.priorities[log.priority] += 1
        self.areas[log.area] += 1
        self.periods[log.period] += 1
        for category in set(log.categories):
            self.categories[category] += 1
            self.categories_by_period[category, log.period] += 1


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts as they may be published; None where one is withheld. With fewer logs than the minimum, `logs` is None and all is."""

    minimum: int
    logs: int | None
    outcomes: Mapping[str, int | None]
    priorities: Mapping[str, int | None]
    categories: Mapping[str, int | None]
    areas: Mapping[str, int]
    periods: Mapping[str, int]
    categories_by_period: Mapping[tuple[str, str], int | None]


def count_logs(folder: Path, *, until: str | None = None, key: PublicKey | None = None) -> Tally:
    """Count the logs of a store; with `until`, those of a known month that is not later.

    With `key`, only parts that the signed ledger has, and of a finished run: what a stopped run left is made again when it
    goes on, and would be counted twice.
    """
    tally = Tally()
    with locked_store(folder, shared=True):
        names: set[str] | None = None
        if key is not None:
            state = expected_state(link.event for link in read_ledger(folder, key))
            if not state.complete:
                raise StoreError("the run is not finished", hint="continue it with the same `run` command first")
            names = {name for kind, name in state.files if kind == "log"}
        for log in _logs(folder / "log", names):
            if until is None or (log.period is not None and log.period <= until):
                tally.add(log)
    return tally


def _logs(folder: Path, names: set[str] | None) -> Iterator[SanitisedLog]:
    try:
        found = {path.name for path in folder.iterdir() if PART_NAME.fullmatch(path.name)}
    except OSError as error:
        raise StoreError(f"the logs cannot be read: {error.strerror}", hint="give the folder that `run` wrote") from None
    if names is not None and not names <= found:
        raise StoreError("a part of the logs is missing", hint="`cpi-sanitise verify` names it")
    for name in sorted(found if names is None else names):
        with (folder / name).open("rb") as lines:
            for line in lines:
                try:
                    yield SanitisedLog.from_json(line)
                except LogError:
                    raise StoreError("a line of the logs is no log", hint="`cpi-sanitise verify` names it") from None


# What may be published


def publishable(tally: Tally, minimum: int = MINIMUM) -> Statistics:
    """Pool and withhold until nothing that is published, alone or added up, tells a count below the minimum."""
    if minimum < 2:
        raise CommandError("the minimum is below 2", hint="a count of 1 tells of one log")
    if tally.logs < minimum:
        outcomes, priorities, categories = (dict[str, int | None].fromkeys(names) for names in (OUTCOMES, PRIORITIES, CATEGORIES))
        return Statistics(minimum, None, outcomes, priorities, categories, {}, {}, {})
    periods, month_of = _pooled(tally.periods, OTHER_MONTHS, minimum)
    counts = Counter({(category, period): 0 for category in CATEGORIES for period in periods})
    for (category, period), count in tally.categories_by_period.items():
        counts[category, month_of[period]] += count
    totals = {name: tally.categories[name] for name in CATEGORIES}
    categories, crossed = _by_category(totals, counts, tally.logs, periods, minimum)
    return Statistics(
        minimum,
        tally.logs,
        _partition({name: tally.outcomes[name] for name in OUTCOMES}, minimum),
        _partition({name: tally.priorities[name] for name in PRIORITIES}, minimum),
        categories,
        _pooled(tally.areas, ELSEWHERE, minimum)[0],
        periods,
        crossed,
    )


def _pooled(counts: Mapping[str | None, int], rest: str, minimum: int) -> tuple[dict[str, int], dict[str | None, str]]:
    """Return counts by name, those that are too small under one name, and which name each is counted under."""
    # A place that has the name of the rest is part of the rest.
    named = {name: count for name, count in counts.items() if name is not None and name != rest and count >= minimum}
    left = sum(counts.values()) - sum(named.values())
    while 0 < left < minimum and named:
        left += named.pop(min(named, key=lambda name: (named[name], name)))
    pooled = dict(sorted(named.items())) | ({rest: left} if left else {})
    return pooled, {name: name if name in named and name is not None else rest for name in counts}


def _partition(counts: Mapping[str, int], minimum: int) -> dict[str, int | None]:
    """Withhold counts that add up to a published total."""
    hidden = _hidden(counts, minimum)
    return {name: None if name in hidden else count for name, count in counts.items()}


def _hidden(counts: Mapping[str, int], minimum: int, at_most: Mapping[str, int] | None = None, already: Iterable[str] = ()) -> set[str]:
    """Return which counts of a line with a published total to withhold; `at_most` is what else is known of each."""
    hidden = {name for name, count in counts.items() if count < minimum} | set(already)
    order = reversed(list(counts))
    while hidden and len(hidden) < len(counts) and not _is_safe(hidden, counts, minimum, at_most):
        hidden.add(next(name for name in order if name not in hidden))
    return hidden


def _is_safe(hidden: set[str], counts: Mapping[str, int], minimum: int, at_most: Mapping[str, int] | None) -> bool:
    """Whether each count of these can still be anything from nought up to the minimum, for all that their sum tells."""
    together = sum(counts[name] for name in hidden)
    # Room for every one of them to be small and one not, so that a great sum does not tell that none is nearly nothing.
    most_small = len(hidden) * (minimum - 1) if len(hidden) < len(counts) else 2 * (minimum - 1)
    if len(hidden) < 2 or together <= most_small:
        return False
    return at_most is None or all(sum(at_most[other] for other in hidden if other != name) >= together for name in hidden)


def _by_category(
    totals: Mapping[str, int], counts: Mapping[tuple[str, str], int], logs: int, periods: Mapping[str, int], minimum: int
) -> tuple[dict[str, int | None], dict[tuple[str, str], int | None]]:
    """Withhold counts of categories, and of categories in a month.

    A log may have several categories, so that they add up to no total; but if each log has one, then to no less than the logs.
    """
    # The pool is the first to be withheld: it says least.
    order = sorted(periods, key=lambda period: (period == OTHER_MONTHS, period))
    lines = {name: {period: counts[name, period] for period in order} for name in totals}
    hidden: dict[str, set[str]] = {name: set() for name in totals}
    secret = {name for name, total in totals.items() if total < minimum}

    def withhold(name: str, more: set[str]) -> None:
        hidden[name] = _hidden(lines[name], minimum, periods, hidden[name] | more)
        if hidden[name] and not _is_safe(hidden[name], lines[name], minimum, periods):
            secret.add(name)
        if name in secret:
            hidden[name] = set(periods)

    def most(name: str, period: str) -> int:
        """What a count can be at most for all that is published."""
        if period not in hidden[name]:
            return lines[name][period]
        together = logs if name in secret else sum(lines[name][other] for other in hidden[name])
        return min(together, periods[period])

    for name in totals:
        withhold(name, set())
    again = True
    while again:
        again = False
        shown = [name for name in totals if name not in secret]
        if secret and shown and sum(totals[name] for name in shown) < logs and all(totals[name] < minimum for name in secret):
            secret.add(shown[-1])
            withhold(shown[-1], set())
            again = True
        for period, in_period in periods.items():
            shown = [name for name in totals if period not in hidden[name]]
            most_of_all = sum(most(name, period) for name in totals)
            if shown and any(period in hidden[name] and in_period > most_of_all - most(name, period) for name in totals):
                withhold(shown[-1], {period})
                again = True
    return (
        {name: None if name in secret else total for name, total in totals.items()},
        {(name, period): None if period in hidden[name] else counts[name, period] for name in totals for period in periods},
    )


# Files


def write_statistics(statistics: Statistics, folder: Path, *, until: str | None = None) -> None:
    """Write a CSV file for each table, and `statistics.html`, which needs nothing but itself."""
    pages = {"statistics.html": _page(statistics, until)}
    for name, heading, counts in _tables(statistics):
        pages[f"{name}.csv"] = _csv([[heading, "logs"], *([label, _shown(count)] for label, count in counts.items())])
    rows = [["category", "period", "logs"]]
    rows += [[category, period, _shown(count)] for (category, period), count in statistics.categories_by_period.items()]
    pages["category_by_period.csv"] = _csv(rows)
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise CommandError("the output folder is not empty", hint="give a new folder; two statistics side by side invite a subtraction")
    for name, text in pages.items():
        with (folder / name).open("x", encoding="utf-8", newline="") as file:
            file.write(text)


def _tables(statistics: Statistics) -> list[tuple[str, str, Mapping[str, int | None]]]:
    return [
        ("outcome", "outcome", statistics.outcomes),
        ("priority", "priority", statistics.priorities),
        ("category", "category", statistics.categories),
        ("area", "area", statistics.areas),
        ("period", "period", statistics.periods),
        ("total", "total", {"all logs": statistics.logs}),
    ]


def _shown(count: int | None) -> str:
    return WITHHELD if count is None else str(count)


def _csv(rows: Sequence[Sequence[str]]) -> str:
    written = io.StringIO()
    # A spreadsheet runs what begins so.
    csv.writer(written).writerows([["'" + cell if cell[:1] in ("=", "+", "-", "@") else cell for cell in row] for row in rows])
    return written.getvalue()


_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}svg{max-width:100%;height:auto}"
    "table{border-collapse:collapse;font-size:14px}td,th{padding:.2rem .6rem;border-bottom:1px solid #d5d9de;text-align:right}"
    "td:first-child,th:first-child{text-align:left}.withheld{color:#767d86}"
)


def _page(statistics: Statistics, until: str | None) -> str:
    of = f", of months up to {until}" if until else ""
    total = f"fewer than {statistics.minimum}" if statistics.logs is None else f"{statistics.logs:,}"
    parts = [
        "<!doctype html><html lang=en-GB><meta charset=utf-8>",
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>Community Partnership Information: statistics</title><style>{_STYLE}</style>",
        "<h1>Community Partnership Information</h1>",
        f"<p>{total} logs{of}, held ones among them. Counts below {statistics.minimum} are withheld, and others with them where a sum would tell them; "
        "areas and months with fewer are counted together. A log may have several categories.</p>",
    ]
    for name, _, counts in _tables(statistics)[:-1]:
        if counts:
            parts += [f"<h2>By {name}</h2>", _plot({_words(label): count for label, count in counts.items()}, name)]
    if statistics.categories_by_period:
        parts += ["<h2>By category and period</h2>", _crossed_table(statistics)]
    return "\n".join(parts) + "\n</html>\n"


def _crossed_table(statistics: Statistics) -> str:
    heads = "".join(f"<th>{html.escape(period)}" for period in statistics.periods)
    rows = [f"<table><tr><th>category{heads}"]
    for category in statistics.categories:
        cells = [statistics.categories_by_period[category, period] for period in statistics.periods]
        rows.append(f"<tr><td>{_words(category)}" + "".join("<td class=withheld>–" if count is None else f"<td>{count}" for count in cells))
    return "\n".join([*rows, "</table><p class=withheld>– withheld</p>"])


def _words(label: str) -> str:
    return label.replace("_", " ")


def _plot(counts: Mapping[str, int | None], name: str) -> str:
    """Bars as SVG that stands in a page, with the numbers as text."""
    rc_context, figure_class = _matplotlib()
    # Fixed, so that the same counts give the same page.
    with rc_context({"svg.hashsalt": name, "svg.fonttype": "none", "font.family": "sans-serif", "text.parse_math": False}):
        figure = figure_class(figsize=(8, 0.6 + 0.32 * len(counts)), layout="constrained")
        axes = figure.add_subplot()
        places = range(len(counts))
        bars = axes.barh(places, [count or 0 for count in counts.values()], color="#2f6f9f")
        axes.bar_label(
            bars, [WITHHELD if count is None else f"{count:,}" for count in counts.values()], padding=4, color="#1b1f24", fontsize=9
        )
        axes.set_yticks(places, list(counts))
        axes.invert_yaxis()
        axes.margins(x=0.12)
        axes.set_xlim(left=0)
        axes.set_xticks([])
        axes.spines[["top", "right", "bottom"]].set_visible(False)
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    svg = written.getvalue()
    return svg[svg.index("<svg") :]


def _matplotlib() -> tuple[Any, Any]:
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError:
        raise CommandError("the page needs matplotlib, which is not installed", hint="pip install 'cpi_sanitise[report]'") from None
    return rc_context, Figure
