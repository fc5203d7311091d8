"""The report's section on speed, from whatever groups of figures the result file has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks import plots
from benchmarks.measures import Figure
from benchmarks.page import Plots, Result, Section, Table, cased, section, words
from benchmarks.plots import Series

_MIDDLES = ("value", "median", "mean", "p50")
_LOWS, _HIGHS = ("low", "min", "p5"), ("high", "max", "p95")


def speed(result: Result | None, present: Result) -> Section:
    """Each group of the result file by its shape: rows of a table, a growth over a first number, or parts of one whole.

    A group is {system: {quantity: measured}}, [{number: …, quantity: measured}, …] or {part: measured}; what is measured is a
    number, or {"median": …, "low": …, "high": …}.
    """
    says = [
        "Same texts, same run, same machine for every system. The library's time is that of the whole job: detection, rewriting, leak check and two seals; "
        "its peers only detect.",
    ]
    title = "Speed and size, beside peers"
    if result is None:
        return section("speed", title, says, None, present, [])
    # The machine and what was run may stand in a group of their own.
    ran: Mapping[str, Any] = result.get("versions", {})
    if "repeats" in ran and "texts" in ran:
        says.append(f"{ran['texts']:,} texts{_of_words(ran)}, each measured {ran['repeats']} times; medians, with the least and the most.")
    if absent := ran.get("left out"):
        says.append("Left out on this machine: " + "; ".join(f"{name} ({why})" for name, why in absent.items()) + ".")
    parts: list[Any] = []
    for name, group in result.items():
        if name != "versions":
            parts += _group(name, group)
    return section("speed", title, says, {**ran, **result}, present, parts)


def _label(key: str) -> str:
    """A key as words; what has spaces is written for people already, "cpi_sanitise, the whole job"."""
    return key if " " in key else words(key)


def _of_words(ran: Mapping[str, Any]) -> str:
    words_each = measured(ran.get("words"))
    return f" of {words_each.low:.0f} to {words_each.high:.0f} words" if words_each else ""


def measured(found: Any) -> Figure | None:
    """A number with its bounds, or None where this is no measured number."""
    if isinstance(found, (int, float)) and not isinstance(found, bool):
        return Figure(float(found), float(found), float(found), 1)
    if not isinstance(found, Mapping):
        return None
    middle = next((found[key] for key in _MIDDLES if isinstance(found.get(key), (int, float))), None)
    if middle is None or "p99" in found:
        return None  # p50, p95 and p99 are three figures and not one with bounds
    low = next((found[key] for key in _LOWS if isinstance(found.get(key), (int, float))), middle)
    high = next((found[key] for key in _HIGHS if isinstance(found.get(key), (int, float))), middle)
    return Figure(float(middle), float(low), float(high), 1)


def _flat(found: Mapping[str, Any], before: str = "") -> dict[str, Figure]:
    """Measured numbers however deep, their names joined."""
    flat: dict[str, Figure] = {}
    for key, value in found.items():
        name = f"{before}{_label(str(key))}"
        if figure := measured(value):
            flat[name] = figure
        elif isinstance(value, Mapping):
            flat |= _flat(value, f"{name}, ")
    return flat


def _timed(figure: Figure | None) -> str:
    if figure is None:
        return "–"
    bounds = f" ({_short(figure.low)}–{_short(figure.high)})" if figure.low != figure.high else ""
    return _short(figure.value) + bounds


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _group(name: str, group: Any) -> Iterator[Plots | Table]:
    title, slug = cased(_label(name)), re.sub(r"\W+", "-", f"speed {name}".lower())
    if isinstance(group, Sequence) and not isinstance(group, str) and group and all(isinstance(row, Mapping) for row in group):
        yield from _growth(title, slug, [_flat(row) for row in group])
    elif isinstance(group, Mapping):
        rows = {_label(str(key)): _flat(value) for key, value in group.items() if isinstance(value, Mapping) and measured(value) is None}
        if rows := {key: row for key, row in rows.items() if row}:
            yield from _beside(title, slug, rows)
        if parts := _flat({key: value for key, value in group.items() if measured(value) is not None}):
            if len(parts) > 2:
                drawn = plots.shares(slug, title, {key: one.value for key, one in parts.items()}, described=_heard({title: parts}))
                yield Plots([drawn], title)
            yield Table(title, ["", "figure"], [[key, _timed(one)] for key, one in parts.items()], folded=len(parts) > 2)


def _heard(rows: Mapping[str, Mapping[str, Figure]]) -> str:
    return "; ".join(f"{label}: " + ", ".join(f"{name} {_timed(one)}" for name, one in row.items()) for label, row in rows.items()) + "."


def _beside(title: str, slug: str, rows: Mapping[str, Mapping[str, Figure]]) -> Iterator[Plots | Table]:
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    shared = [name for name in names if sum(name in row for row in rows.values()) > 1]
    drawn = []
    for number, name in enumerate(shared):
        of_each = {label: {name: row[name]} for label, row in rows.items() if name in row}
        drawn.append(plots.dots(f"{slug}-{number}", f"{title}: {name}", of_each, low=0.0, high=None, described=_heard(of_each)))
    if drawn:
        yield Plots(drawn, f"{title}; lines span what was measured from run to run")
    yield Table(
        title, ["", *names], [[label, *(_timed(row.get(name)) for name in names)] for label, row in rows.items()], folded=bool(drawn)
    )


def _growth(title: str, slug: str, rows: Sequence[Mapping[str, Figure]]) -> Iterator[Plots | Table]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    if not names:
        return
    first, *others = names
    drawn = []
    for number, name in enumerate(others):
        points = [(row[first].value, row[name]) for row in rows if first in row and name in row]
        if len(points) < 2:
            continue
        series = Series(
            name, [x for x, _ in points], [one.value for _, one in points], [one.low for _, one in points], [one.high for _, one in points]
        )
        # A logarithmic axis needs room for its ticks; what hardly grows is seen best from nothing.
        x_scale = "log" if points[0][0] > 0 and points[-1][0] >= 20 * points[0][0] else "linear"
        values = [bound for _, one in points for bound in (one.low, one.high)]
        y_scale = "log" if min(values) > 0 and max(values) >= 20 * min(values) else "linear"
        said = ", ".join(f"{_timed(one)} at {_short(x)}" for x, one in points)
        drawn.append(
            plots.lines(
                f"{slug}-{number}",
                f"{title}: {name}",
                [series],
                x_label=first,
                y_label=name,
                scale=x_scale,
                y_scale=y_scale,
                y_from=None if y_scale == "log" else 0.0,
                described=f"{cased(name)} by {first}: {said}.",
            )  # fmt: skip
        )
    if drawn:
        yield Plots(drawn, title)
    yield Table(title, names, [[_timed(row.get(name)) for name in names] for row in rows], folded=bool(drawn))
