"""Plots of the report as inline SVG: matplotlib draws them, the page's style sheet colours them for light, dark and paper.

Text stays text. Nothing is told by colour alone: each series has its own marker and line.
"""

from __future__ import annotations

import html
import io
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from benchmarks.measures import Figure

# Colours that no plot would have by chance; each stands for a variable of the style sheet.
_INK, _QUIET, _GRID, _PAPER = "#010203", "#010204", "#010205", "#010206"
_SERIES = ("#010211", "#010212", "#010213", "#010214", "#010215", "#010216")
_VARIABLES = {
    _INK: "var(--ink)",
    _QUIET: "var(--quiet)",
    _GRID: "var(--grid)",
    _PAPER: "var(--paper)",
    **{colour: f"var(--series-{number})" for number, colour in enumerate(_SERIES, start=1)},
}
_MARKERS = ("o", "s", "^", "D", "v", "P")
_LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)))
_FONT = "DejaVu Sans"
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.family": _FONT,
    "font.size": 9,
    "axes.edgecolor": _QUIET,
    "axes.labelcolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": _GRID,
    "grid.linewidth": 0.7,
    "xtick.color": _QUIET,
    "ytick.color": _QUIET,
    "xtick.labelcolor": _INK,
    "ytick.labelcolor": _INK,
    "text.color": _INK,
    "legend.frameon": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
}
# Inches of 72 points, the same for every plot so that their text has one size; about a telephone's width. Wider screens put plots side by side.
_WIDTH = 4.3
_LABEL = 32


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing as an SVG element. The title stands in the page above it, in the page's type."""

    title: str
    svg: str


@dataclass(frozen=True, slots=True)
class Series:
    """Points in the order in which a line joins them; `low` and `high` bound each `y` where that is known."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] | None = None
    high: Sequence[float] | None = None
    names: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Guide:
    """A line to compare with: a target, chance."""

    at: float
    name: str


@dataclass(frozen=True, slots=True)
class Ring:
    """A point to be noticed: the operating point."""

    x: float
    y: float
    name: str


def _plot(drawing: Drawing, name: str, title: str, described: str) -> Plot:
    """The drawing as an element for a page, with ids of its own and a text for those who cannot see it."""
    out = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": name}):
        drawing.savefig(out, format="svg", metadata={"Date": None})
    svg = out.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    # Ids must be unique in the page.
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", svg)
    svg = re.sub(r'href="#([^"]+)"', rf'href="#{name}-\1"', svg)
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(colour, variable)
    svg = re.sub(rf"'?{_FONT}'?", "var(--font)", svg)
    head = re.search(r'<svg[^>]*?width="([\d.]+)pt"[^>]*?>', svg, flags=re.DOTALL)
    box = re.search(r'viewBox="[^"]+"', svg)
    if head is None or box is None:
        raise RuntimeError("matplotlib writes its SVG otherwise than it did")
    opened = (
        f'<svg {box[0]} xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" role="img" '
        f'aria-labelledby="{name}-title {name}-desc" style="max-width: {float(head[1]) * 1.4:.0f}px">\n'
        f'<title id="{name}-title">{html.escape(title)}</title>\n<desc id="{name}-desc">{html.escape(described)}</desc>\n'
    )
    return Plot(title, opened + svg[head.end() :].lstrip())


def _canvas(height: float) -> tuple[Drawing, Axes]:
    drawing = Drawing(figsize=(_WIDTH, height), layout="constrained")
    axes = drawing.subplots()
    axes.tick_params(length=0)
    return drawing, axes


def _number(value: float, _: object = None) -> str:
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:.3g}"


def _cut(label: str) -> str:
    """A label of at most two lines, which leave room for the plot; the table beside it has the whole."""
    if len(label) <= _LABEL:
        return label
    lines = textwrap.wrap(label, _LABEL - 6, max_lines=2, placeholder="…", break_on_hyphens=False)
    return "\n".join(lines)


def _guides(axes: Axes, guides: Sequence[Guide], *, along: str) -> None:
    for guide in guides:
        if along == "x":
            axes.axvline(guide.at, color=_QUIET, linewidth=1, linestyle=(0, (4, 2)), zorder=1)
            axes.annotate(guide.name, (guide.at, 1), (0, 2), xycoords=("data", "axes fraction"), textcoords="offset points",
                          ha="center", va="bottom", fontsize=8, color=_QUIET)  # fmt: skip
        else:
            axes.axhline(guide.at, color=_QUIET, linewidth=1, linestyle=(0, (4, 2)), zorder=1)
            axes.annotate(guide.name, (1, guide.at), (0, 2), xycoords=("axes fraction", "data"), textcoords="offset points",
                          ha="right", va="bottom", fontsize=8, color=_QUIET)  # fmt: skip


def _legend(drawing: Drawing, number: int) -> None:
    """Below the plot, where it covers nothing."""
    if number > 1:
        drawing.legend(loc="outside lower left", ncols=min(number, 3), fontsize=8.5, handlelength=2.6, columnspacing=1.2)


def dots(
    name: str,
    title: str,
    rows: Mapping[str, Mapping[str, Figure | None]],
    *,
    guides: Sequence[Guide] = (),
    described: str,
    low: float | None = None,
    high: float | None = 1.0,
    unit: str = "",
) -> Plot:
    """A row a label, a dot a series, each with its interval; rows stand in the order given."""
    with matplotlib.rc_context(_STYLE):
        series = list(dict.fromkeys(key for row in rows.values() for key in row))
        lines_high = 1.6 if len(series) == 1 and any(len(label) > _LABEL for label in rows) else 1
        drawing, axes = _canvas(
            0.5 + lines_high * len(rows) * (0.21 if len(series) == 1 else 0.12 + 0.12 * len(series)) + 0.25 * (len(series) > 1)
        )
        for number, key in enumerate(series):
            offset = (number - (len(series) - 1) / 2) * (0.72 / len(series))
            points = [(place + offset, row[key]) for place, row in enumerate(rows.values()) if row.get(key) is not None]
            found = [(place, figure) for place, figure in points if figure is not None]
            colour = _SERIES[number % len(_SERIES)]
            axes.hlines([place for place, _ in found], [one.low for _, one in found], [one.high for _, one in found], color=colour, lw=1.6)
            axes.plot([one.value for _, one in found], [place for place, _ in found], _MARKERS[number % len(_MARKERS)], color=colour,
                      markersize=5.5, markeredgecolor=_PAPER, markeredgewidth=0.6, label=key, linestyle="none")  # fmt: skip
        axes.set_yticks(range(len(rows)), [_cut(label) for label in rows])
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.grid(axis="y", visible=False)
        for place in range(1, len(rows)):
            axes.axhline(place - 0.5, color=_GRID, linewidth=0.5, zorder=0)
        bounds = [one.low for row in rows.values() for one in row.values() if one] or [0.0]
        tops = [one.high for row in rows.values() for one in row.values() if one] or [1.0]
        bottom = low if low is not None else max(0.0, min(bounds) - 0.02)
        top = high if high is not None else max(tops) * 1.06
        axes.set_xlim(bottom, top + (top - bottom) * 0.02)
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        axes.xaxis.set_major_formatter(FuncFormatter(_number))
        if unit:
            axes.set_xlabel(unit)
        _guides(axes, guides, along="x")
        _legend(drawing, len(series))
        return _plot(drawing, name, title, described)


def lines(
    name: str,
    title: str,
    series: Sequence[Series],
    *,
    x_label: str,
    y_label: str,
    described: str,
    across: Sequence[Guide] = (),
    upright: Sequence[Guide] = (),
    scale: str = "linear",
    y_scale: str = "linear",
    y_from: float | None = None,
    y_to: float | None = None,
    x_ticks: Sequence[float] = (),
    rings: Sequence[Ring] = (),
) -> Plot:
    """A line a series, with a band where bounds are known; `scale` is linear, log or logit."""
    with matplotlib.rc_context(_STYLE):
        drawing, axes = _canvas(3.1)
        axes.set_xscale(scale)
        axes.set_yscale(y_scale)
        for number, one in enumerate(series):
            colour = _SERIES[number % len(_SERIES)]
            if one.low is not None and one.high is not None:
                axes.fill_between(one.x, one.low, one.high, color=colour, alpha=0.16, linewidth=0)
            axes.plot(one.x, one.y, color=colour, linestyle=_LINES[number % len(_LINES)], marker=_MARKERS[number % len(_MARKERS)],
                      markersize=4.5, markeredgecolor=_PAPER, markeredgewidth=0.5, linewidth=1.7, label=one.name)  # fmt: skip
            for x, y, label in zip(one.x, one.y, one.names, strict=False):
                # Up and to the left, which a rising line leaves free.
                axes.annotate(label, (x, y), (-3, 5), textcoords="offset points", ha="right", va="bottom", fontsize=8)
        for ring in rings:
            axes.plot([ring.x], [ring.y], "o", markersize=11, markerfacecolor="none", markeredgecolor=_INK, markeredgewidth=1.3, zorder=5)
            axes.annotate(ring.name, (ring.x, ring.y), (-9, 3), textcoords="offset points", ha="right", va="bottom", fontsize=8)
        if x_ticks:
            axes.xaxis.set_major_locator(FixedLocator(list(x_ticks)))
        elif scale == "log":
            axes.xaxis.set_major_locator(LogLocator(10))
        if scale != "linear":
            axes.xaxis.set_minor_locator(NullLocator())
            axes.xaxis.set_minor_formatter(NullFormatter())
        axes.xaxis.set_major_formatter(FuncFormatter(_number))
        if y_scale != "linear":
            axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_formatter(FuncFormatter(_number))
        if any(one.names for one in series):
            axes.margins(x=0.14, y=0.12)
        axes.set_ylim(bottom=y_from, top=y_to)
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
        _guides(axes, upright, along="x")
        _guides(axes, across, along="y")
        _legend(drawing, len(series))
        return _plot(drawing, name, title, described)


def shares(name: str, title: str, parts: Mapping[str, float], *, described: str) -> Plot:
    """A bar a part, with its value written beside it, the longest first."""
    with matplotlib.rc_context(_STYLE):
        ordered = sorted(parts.items(), key=lambda part: -part[1])
        drawing, axes = _canvas(0.5 + (0.34 if any(len(label) > _LABEL for label in parts) else 0.22) * len(ordered))
        bars = axes.barh([_cut(label) for label, _ in ordered], [value for _, value in ordered], color=_SERIES[0], height=0.62)
        axes.bar_label(bars, labels=[_number(value) for _, value in ordered], padding=4, fontsize=8.5)
        axes.invert_yaxis()
        axes.grid(axis="y", visible=False)
        axes.margins(x=0.14)
        axes.xaxis.set_major_formatter(FuncFormatter(_number))
        return _plot(drawing, name, title, described)
