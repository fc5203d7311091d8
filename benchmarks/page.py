"""What the report's page is made of, how figures are written in it, and how it becomes HTML by one template."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from benchmarks.measures import MEASURES, Figure
from benchmarks.plots import Guide, Plot

TEMPLATE = Path(__file__).parent / "report.html.jinja"


def _accuracy_command(split: str, systems: Iterable[str]) -> str:
    named = " ".join(f"--system {name}" for name in systems)
    return f"python -m benchmarks.accuracy --split {split} {named} --out benchmarks/results/accuracy_{split}.json"


COMMANDS = {
    "accuracy": _accuracy_command("test", ("ours", "cautious", "rules", "encoder", "fp32", "presidio", "scrubadub")),
    "thresholds": "python -m benchmarks.thresholds --out benchmarks/results/thresholds_dev.json",
    "attribution": "python -m benchmarks.attribution --out benchmarks/results/attribution.json",
    "speed": "python -m benchmarks.speed --out benchmarks/results/speed.json",
    "examples": "python -m benchmarks.report",
}
FILES = {
    "accuracy": "accuracy_test.json",
    "thresholds": "thresholds_dev.json",
    "attribution": "attribution.json",
    "speed": "speed.json",
}

Result = Mapping[str, Any]
Results = Mapping[str, Result | None]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption; the first cell of each row is the row's heading. `folded` keeps it out of sight until asked for."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    folded: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Plots:
    """Plots, each under its title, that stand side by side where there is room."""

    drawn: Sequence[Plot]
    caption: str


@dataclass(frozen=True, slots=True)
class Example:
    """A submission as received, marked, and the log made of it."""

    title: str
    before: Markup
    statements: Sequence[tuple[Markup, str]]
    facts: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page; `made` says from what its figures are, `command` how to make them anew."""

    name: str
    title: str
    says: Sequence[str]
    command: str
    made: str = ""
    warning: str = ""
    parts: Sequence[Table | Plots | Example] = field(default=())


# --- how figures are written ------------------------------------------------------------------------------------------------


def figure_of(found: Any) -> Figure | None:
    """A figure of a result file."""
    return Figure(found["value"], found["low"], found["high"], found["of"]) if found else None


def figures(found: Mapping[str, Any]) -> dict[str, Figure | None]:
    return {name: figure_of(one) for name, one in found.items()}


def shown(figure: Figure | None) -> str:
    return "–" if figure is None else f"{figure.value:.3f} ({figure.low:.2f}–{figure.high:.2f})"


def reached(figure: Figure | None, target: str) -> str:
    """Whether a target is reached, and whether the interval leaves a doubt of it."""
    parsed = re.fullmatch(r"(≥|≤|)\s*([\d.]+)", target)
    if figure is None or parsed is None:
        return ""
    goal = float(parsed[2])

    def meets(value: float) -> bool:
        return value >= goal if parsed[1] == "≥" else value <= goal

    surely = meets(figure.low) == meets(figure.high)
    return ("✓ yes" if meets(figure.value) else "✗ no") + ("" if surely else ", in doubt")


def target_of(measure: str) -> str:
    return next((one.target for one in MEASURES if one.name == measure), "")


def guides_of(measure: str) -> list[Guide]:
    number = re.search(r"[\d.]+", target_of(measure))
    return [Guide(float(number[0]), f"target {number[0]}")] if number else []


def words(name: str) -> str:
    return name.replace("_", " ")


def cased(name: str) -> str:
    return name[:1].upper() + name[1:]


def spoken(rows: Mapping[str, Mapping[str, Figure | None]]) -> str:
    """Rows of a plot in words, for those who do not see it."""
    return "; ".join(
        f"{label}: "
        + ", ".join(f"{name} {figure.value:.2f} ({figure.low:.2f} to {figure.high:.2f})" for name, figure in row.items() if figure)
        for label, row in rows.items()
    )


def made_of(result: Result) -> str:
    """Where and from what a result file is."""
    number = f"{result['submissions']:,} submissions of {result['split']}, " if "submissions" in result and "split" in result else ""
    commit = str(result.get("commit") or "not known")[:10]
    model = str(result.get("model_sha256") or "not known")[:12]
    return f"{number}{result.get('date', 'undated')}; commit {commit}; model {model}; {result.get('machine', 'machine not known')}"


def section(name: str, title: str, says: Sequence[str], result: Result | None, present: Result, parts: Sequence[Any]) -> Section:
    command = COMMANDS[name]
    if result is None:
        absent = f"Not measured yet: the command below writes benchmarks/results/{FILES[name]}, and this section fills itself from it."
        return Section(name, title, [absent], command)
    if name == "accuracy":
        # The systems that are in the file, not those that could be.
        command = _accuracy_command(result["split"], result["figures"])
    models = str(result.get("model_sha256"))[:12], str(present.get("model_sha256"))[:12]
    warning = f"Made with another model ({models[0]}) than the one in this tree ({models[1]})." if models[0] != models[1] else ""
    return Section(name, title, says, command, made_of(result), warning, [part for part in parts if part])


# --- the page ---------------------------------------------------------------------------------------------------------------


def html(sections: Sequence[Section], headlines: Sequence[tuple[str, str, str]], present: Mapping[str, Any]) -> str:
    """The page. `present` is the tree it was made in, as `benchmarks.accuracy.machine` tells it."""
    # Undefined names fail: a page with a hole would look finished.
    environment = Environment(
        loader=FileSystemLoader(TEMPLATE.parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.tests["table"] = lambda part: isinstance(part, Table)
    environment.tests["plots"] = lambda part: isinstance(part, Plots)
    return environment.get_template(TEMPLATE.name).render(sections=sections, headlines=headlines, present=present)
