"""`python -m benchmarks.report`: one page of every figure, from the result files, with ten example logs.

The page is one file that loads nothing: style, plots and text are inside it. A result file that is not there gives a
section that says so and which command makes it. Nothing is measured here but the ten examples, which are made up.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from benchmarks import plots
from benchmarks.accuracy import console, machine
from benchmarks.measures import MEASURES, Figure
from benchmarks.plots import Guide, Plot, Ring, Series

RESULTS = Path(__file__).parent / "results"
TEMPLATE = Path(__file__).parent / "report.html.jinja"
EXAMPLES, SEED = 10, 20261120
HEADLINES = ("identifier recall", "provenance recall", "keep retention")
SYSTEMS = {
    "ours": "the library as it ships, at the ordinary level",
    "cautious": "the library at its cautious level",
    "rules": "the library with the encoder's learned heads silenced: what rules and recognizers find alone",
    "encoder": "the library without its rules and recognizers: what the encoder finds alone",
    "fp32": "the library with the weights before they were made int8",
    "presidio": "Presidio with its UK recognizers and spaCy's en_core_web_md",
    "scrubadub": "scrubadub with its UK locale",
}
ABLATION = ("rules", "encoder", "ours")
ABLATED = (
    "identifier recall",
    "strict identifier recall",
    "provenance recall",
    "keep retention",
    "statement macro-F1",
    "outcome accuracy",
    "category micro-F1",
)
QUESTIONS = {
    "candidates": "which of five candidates from the same walk of life",
    "submitters": "which of the twenty submitters of a batch (mean reciprocal rank)",
    "sector": "which sector",
    "role": "which group of roles",
}
COMMANDS = {
    "accuracy": "python -m benchmarks.accuracy --split test --system ours --system cautious --system rules --system encoder --system fp32 "
    "--system presidio --system scrubadub --out benchmarks/results/accuracy_test.json",
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


# --- what a page is made of -------------------------------------------------------------------------------------------------


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
class Section:
    """A part of the page; `made` says from what its figures are, `command` how to make them anew."""

    name: str
    title: str
    says: Sequence[str]
    command: str
    made: str = ""
    warning: str = ""
    parts: Sequence[Table | Plots | Example] = field(default=())


@dataclass(frozen=True, slots=True)
class Example:
    """A submission as received, marked, and the log made of it."""

    title: str
    before: Markup
    statements: Sequence[tuple[Markup, str]]
    facts: Sequence[tuple[str, str]]


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
    models = str(result.get("model_sha256"))[:12], str(present.get("model_sha256"))[:12]
    warning = f"Made with another model ({models[0]}) than the one in this tree ({models[1]})." if models[0] != models[1] else ""
    return Section(name, title, says, command, made_of(result), warning, [part for part in parts if part])


# --- accuracy ---------------------------------------------------------------------------------------------------------------


def accuracy(result: Result | None, present: Result) -> Section:
    says = [
        "A submission goes in, a draft log comes out; these are the shares of what should be gone that is gone, and of what should stay that stayed. "
        "In brackets: 95 % intervals, by drawing whole submissions anew. “In doubt” means that the interval lies across the target.",
        "No submission of the test split was read by anybody who built this. All texts, people and places are made up.",
    ]
    if result is None:
        return section("accuracy", "Accuracy", says, None, present, [])
    by_system = {name: figures(found["all"]) for name, found in result["figures"].items()}
    first = next(iter(by_system.values()))
    lead = next(iter(by_system))
    rows = []
    for measure in MEASURES:
        row = {name: found.get(measure.name) for name, found in by_system.items()}
        of = next((f"{figure.of:,}" for figure in row.values() if figure), "–")
        rows.append([measure.name, measure.target, reached(first.get(measure.name), measure.target), *map(shown, row.values()), of])
    table = Table("Every measure, the systems side by side", ["measure", "target", f"{lead} reaches it", *by_system, "of"], rows)
    about = Table("The systems", ["system", "what it is"], [[name, SYSTEMS.get(name, "")] for name in by_system])
    return section("accuracy", "Accuracy", says, result, present, [table, about])


def slices(result: Result | None, present: Result) -> Section | None:
    if result is None:
        return None
    lead, of_lead = next(iter(result["figures"].items()))
    says = [
        f"The same measures for parts of the test split, for {lead}. A part with few items has a wide interval: read the interval, not the dot. "
        "Where nothing at all went wrong the interval has no width; by the rule of three, no miss in 60 items still allows 5 % of misses.",
    ]
    parts: list[Any] = []
    for label in ("by sector", "by style", "by name community"):
        rows = {value: figures(found) for value, found in of_lead.get(label, {}).items()}
        names = [name for name in (*HEADLINES, "strict identifier recall") if any(row.get(name) for row in rows.values())]
        names = [name for name in HEADLINES if name in names] if len(names) == 4 else names
        if rows:
            parts.append(Plots([_slice_plot(label, name, rows) for name in names], f"{cased(label)}, with 95 % intervals"))
            parts.append(_slice_table(label, rows, names))
    for label in ("by identifier type", "by identifier role", "by provenance kind"):
        rows = {value: figures(found) for value, found in of_lead.get(label, {}).items()}
        if rows:
            parts.append(_slice_table(label, rows, list(next(iter(rows.values())))))
    made = section("accuracy", "By sector, style and name community", says, result, present, parts)
    return Section("slices", made.title, made.says, made.command, made.made, made.warning, made.parts)


def _slice_plot(label: str, measure: str, rows: Mapping[str, Mapping[str, Figure | None]]) -> Plot:
    plotted = {words(value): {measure: found.get(measure)} for value, found in rows.items()}
    name = re.sub(r"\W+", "-", f"{label} {measure}")
    return plots.dots(name, cased(measure), plotted, guides=guides_of(measure), described=f"{cased(measure)} {label}. {spoken(plotted)}.")


def _slice_table(label: str, rows: Mapping[str, Mapping[str, Figure | None]], names: Sequence[str]) -> Table:
    head = [label.removeprefix("by ")]
    for name in names:
        head += [name, "of"]
    cells = []
    for value, found in rows.items():
        row = [words(value)]
        for name in names:
            figure = found.get(name)
            row += [shown(figure), f"{figure.of:,}" if figure else "–"]
        cells.append(row)
    return Table(f"{cased(label)}: the figures", head, cells, folded=label in ("by sector", "by style", "by name community"))


# --- thresholds -------------------------------------------------------------------------------------------------------------

_DIALLED = {
    "identifier": ("identifier recall", "keep retention", "provenance recall"),
    "provenance": ("provenance recall", "keep retention", "identifier recall"),
}


def thresholds(result: Result | None, present: Result) -> Section:
    says = [
        "How sure must the encoder be before a word is cut? Lower thresholds cut more. The encoder reads each text once; everything behind it is run "
        "again at each threshold: rules, recognizers and the form's values find what they find at any of them, which is why the curves do not fall to nothing.",
        "Measured on the dev split, on which the operating point was chosen; the test split has no say in it.",
    ]
    if result is None:
        return section("thresholds", "What leaks, as the threshold moves", says, None, present, [])
    drawn, tables = [], []
    for dial, curve in result["curves"].items():
        names = _DIALLED[dial]
        points = curve["points"]
        ships_at = curve["operating point"]["threshold"]
        series = []
        for measure in names[:2]:
            found = [(point["threshold"], figure) for point in points if (figure := figure_of(point["figures"].get(measure)))]
            series.append(
                Series(
                    measure,
                    [x for x, _ in found],
                    [figure.value for _, figure in found],
                    [figure.low for _, figure in found],
                    [figure.high for _, figure in found],
                )
            )
        said = "; ".join(f"{one.name}: " + ", ".join(f"{y:.2f} at {x}" for x, y in zip(one.x, one.y, strict=True)) for one in series)
        drawn.append(
            plots.lines(
                f"threshold-{dial}",
                f"{cased(dial)} threshold",
                series,
                x_label="threshold (odds scale)",
                y_label="share",
                scale="logit",
                y_to=1.0,
                x_ticks=[0.01, 0.05, 0.2, 0.5, 0.8, 0.95] if dial == "provenance" else [0.02, 0.1, 0.25, 0.5, 0.75, 0.95],
                upright=[Guide(ships_at, f"as shipped, {ships_at}")],
                described=f"{said}. The library ships at {ships_at}.",
            )
        )
        measured = [name for name in curve["operating point"]["figures"] if any(point["figures"].get(name) for point in points)]
        at_first = list(dict.fromkeys([*names, *measured]))
        rows = [[f"as shipped, {ships_at}", *(shown(figure_of(curve["operating point"]["figures"].get(name))) for name in at_first)]]
        rows += [[str(point["threshold"]), *(shown(figure_of(point["figures"].get(name))) for name in at_first)] for point in points]
        tables.append(Table(f"{cased(dial)} threshold: the figures", ["threshold", *at_first], rows, folded=True))
    leaks = _leak_plot(result["curves"])
    caption = "Recall and keep retention against threshold, and what is left against what is kept; bands are 95 % intervals"
    return section("thresholds", "What leaks, as the threshold moves", says, result, present, [Plots([*drawn, leaks], caption), *tables])


def _leak_plot(curves: Mapping[str, Any]) -> Plot:
    """What is left of each, against what is kept: the price of each step."""
    series, said, rings = [], [], []
    for dial, curve in curves.items():
        measure = _DIALLED[dial][0]
        pairs = [
            (kept.value, 1 - found.value)
            for point in curve["points"]
            if (found := figure_of(point["figures"].get(measure))) and (kept := figure_of(point["figures"].get("keep retention")))
        ]
        series.append(
            Series("identifiers left" if dial == "identifier" else "provenance left", [x for x, _ in pairs], [y for _, y in pairs])
        )
        said.append(f"{series[-1].name}: " + ", ".join(f"{y:.3f} left at keep retention {x:.3f}" for x, y in pairs))
        shipped = curve["operating point"]["figures"]
        if (found := figure_of(shipped.get(measure))) and (kept := figure_of(shipped.get("keep retention"))):
            rings.append(Ring(kept.value, 1 - found.value, "as shipped"))
    return plots.lines(
        "threshold-leak",
        "What is left against what is kept",
        series,
        x_label="keep retention",
        y_label="share left",
        y_from=0.0,
        rings=rings,
        described="; ".join(said) + ".",
    )


# --- ablation ---------------------------------------------------------------------------------------------------------------


def ablation(result: Result | None, present: Result) -> Section:
    says = ["What each half of the detector brings, and what the small weights cost. Same texts, same measures, same run."]
    title = "Rules, encoder, both; full precision beside int8"
    if result is None:
        made = section("accuracy", title, says, None, present, [])
        return Section("ablation", title, made.says, made.command)
    by_system = {name: figures(found["all"]) for name, found in result["figures"].items() if name in (*ABLATION, "fp32")}
    parts: list[Any] = []
    for names, plot_title, name in (
        (ABLATION, "Rules, encoder, both", "ablation"),
        (("ours", "fp32"), "int8 (ours) beside fp32", "precision"),
    ):
        compared = [one for one in names if one in by_system]
        if absent := [one for one in names if one not in by_system]:
            says.append(f"Not in the result file yet: {', '.join(absent)} ({'; '.join(SYSTEMS[one] for one in absent)}).")
        if len(compared) < 2:
            continue
        rows = {measure: {one: by_system[one].get(measure) for one in compared} for measure in ABLATED}
        parts.append(
            Plots(
                [plots.dots(name, plot_title, rows, described=f"{plot_title}. {spoken(rows)}.")],
                f"{plot_title}, with 95 % intervals",
            )
        )
    if by_system:
        table_rows = [[one.name, *(shown(found.get(one.name)) for found in by_system.values())] for one in MEASURES]
        parts.append(Table("The figures", ["measure", *by_system], table_rows, folded=True))
    merged = [Plots([one for part in parts if isinstance(part, Plots) for one in part.drawn], "Each system's share, with 95 % intervals")]
    parts = [part for part in merged if part.drawn] + [part for part in parts if isinstance(part, Table)]
    made = section("accuracy", title, says, result, present, parts)
    return Section("ablation", made.title, made.says, made.command, made.made, made.warning, made.parts)


# --- the attack -------------------------------------------------------------------------------------------------------------


def attribution(result: Result | None, present: Result) -> Section:
    title = "Can somebody tell who told?"
    says = [
        "Attackers learn from sanitised logs whose each was, and guess the source of logs they have not seen; for each condition they are trained on that "
        "condition. What is perfectly cut still shows where its source stood, so this is the figure to bring down beside what the log still tells.",
    ]
    if result is None:
        return section("attribution", title, says, None, present, [])
    conditions: Mapping[str, Any] = result["conditions"]
    chance, counts = result.get("chance", {}), result.get("counts", {})
    attackers = list(next(iter(conditions.values()))["attackers"])
    read = result.get("readers")
    parts: list[Any] = [_attack_plots(conditions, result.get("curve", []), attackers, read, chance)]
    for question, asked in QUESTIONS.items():
        rows = [
            [name, *(shown(figure_of(found["attackers"].get(one, {}).get(question))) for one in attackers)]
            for name, found in conditions.items()
        ]
        weak = [one for one in attackers if counts.get(one, {}).get(question) is False]
        note = f"Does not count: {', '.join(weak)}, less than 20 points above chance even on the originals." if weak else ""
        parts.append(
            Table(
                f"Guessing {asked}; chance {chance.get(question, 0):.2f}",
                ["condition", *attackers],
                rows,
                folded=question != "candidates",
                note=note,
            )
        )
    head = ["condition", "keep retention", "held", *(f"{level} risk: success" for level in ("low", "medium", "high"))]
    rows = []
    for name, found in conditions.items():
        risk = found.get("candidates by risk", {})
        by_level = [figure_of(risk.get(level)) for level in ("low", "medium", "high")]
        cells = [f"{shown(one)} of {one.of:,}" if one else "–" for one in by_level]
        rows.append([name, shown(figure_of(found.get("keep retention"))), shown(figure_of(found.get("held"))), *cells])
    parts.append(Table("What the log still tells, and success by the attribution risk that the library itself gives", head, rows))
    if read:
        items = [*read["success"].items(), *((f"risk {level}", found) for level, found in read.get("by risk", {}).items())]
        parts.append(
            Table(
                f"Blind readers, {read['items']} items; chance 0.20",
                ["condition", "success"],
                [[name, shown(figure_of(one))] for name, one in items],
            )
        )
    return section("attribution", title, says, result, present, parts)


def _attack_plots(
    conditions: Mapping[str, Any], curve: Sequence[Any], attackers: Sequence[str], read: Any, chance: Mapping[str, float]
) -> Plots:
    rows = {name: {one: figure_of(found["attackers"][one].get("candidates")) for one in attackers} for name, found in conditions.items()}
    if read:
        for name, found in read["success"].items():
            if name in rows:
                rows[name]["readers"] = figure_of(found)
    level = chance.get("candidates", 0.2)
    of_five = plots.dots(
        "attack-candidates",
        "Picking the source among five",
        rows,
        guides=[Guide(level, f"chance {level:.2f}")],
        low=0.0,
        described=f"Success by condition. {spoken(rows)}.",
    )
    drawn = [of_five]
    if len(curve) > 1:
        series = []
        for one in [*attackers, "readers"]:
            points = [point for point in curve if point.get(one) is not None]
            if points:
                labels = [point["point"] for point in points] if one == attackers[-1] else ()
                series.append(Series(one, [point["keep retention"] for point in points], [point[one] for point in points], names=labels))
        said = "; ".join(
            f"{one.name}: " + ", ".join(f"{y:.2f} at keep retention {x:.2f}" for x, y in zip(one.x, one.y, strict=True)) for one in series
        )
        drawn.append(
            plots.lines(
                "attack-curve",
                "Success against what the log still tells",
                series,
                x_label="keep retention",
                y_label="success, one of five",
                across=[Guide(level, f"chance {level:.2f}")],
                y_from=0.0,
                described=said + ".",
            )
        )
    return Plots(drawn, "Success of the attackers, with 95 % intervals; and along the dial from the perfect cut to the utmost caution")


# --- speed ------------------------------------------------------------------------------------------------------------------


def speed(result: Result | None, present: Result) -> Section:
    says = [
        "Same texts, same run, same machine for every system. The library's time is of the whole job: detection, rewriting, leak check and two seals."
    ]
    title = "Speed and size, beside peers"
    if result is None:
        return section("speed", title, says, None, present, [])
    return section("speed", title, says, result, present, list(_nested(result)))


def _nested(result: Result) -> Iterator[Table]:
    """Each group of figures of a result file as a table."""
    for name, found in result.items():
        if isinstance(found, Mapping) and name != "versions":
            rows = [[words(str(key)), _said(value)] for key, value in found.items()]
            yield Table(cased(words(name)), ["", "figure"], rows)


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{words(str(key))} {_said(one)}" for key, one in value.items())
    if isinstance(value, float):
        return f"{value:,.3g}"
    return str(value)


# --- ten examples -----------------------------------------------------------------------------------------------------------

_PLACEHOLDER = re.compile(r"\[[A-Z][A-Z ]* \d+\]")


def examples() -> list[Example]:
    """Ten submissions of dev and what the library makes of them; drawn by a fixed seed, not picked."""
    from benchmarks.baselines import _sanitiser
    from corpora.build import read_split
    from cpi_sanitise import SanitiseError, Submission

    records = random.Random(SEED).sample(read_split("dev"), EXAMPLES)
    sanitiser = _sanitiser("ordinary")
    found = []
    for record in records:
        submission = Submission(reference=record["reference"], narrative=record["narrative"], form=record["form"])
        log = sanitiser(submission).log
        try:
            spans = list(cuts(sanitiser.examine(submission)))
        except SanitiseError:
            spans = []  # held: nothing was read with confidence, and the log says so
        facts = [("outcome", words(log.outcome)), ("priority", log.priority), ("categories", ", ".join(map(words, log.categories)))]
        facts += [("held", ", ".join(log.hold_reasons))] if log.hold_reasons else []
        statements = [(_with_placeholders(one.text), one.kind) for one in log.statements]
        title = f"{words(record['sector'])}, {words(record['style'])}"
        found.append(Example(cased(title), marked(record["narrative"], spans), statements, facts))
    return found


def cuts(examination: Any) -> Iterator[tuple[int, int, str, str]]:
    """What does not stand in the log as it was written, as start, end, sort and word for it."""
    from cpi_sanitise.vantage import replaced

    for span in examination.provenance:
        yield span.start, span.end, "provenance", words(span.kind)
    for span in replaced(examination.vantage, "ordinary"):
        yield span.start, span.end, "vantage", "put plainly"
    for one in examination.identifiers:
        yield one.start, one.end, "identifier", words(one.type).lower()


def marked(text: str, spans: Sequence[tuple[int, int, str, str]]) -> Markup:
    """The text with each cut marked and named behind it. Where cuts overlap, provenance decides, then identifiers: each place has one mark."""
    order = {"vantage": 0, "identifier": 1, "provenance": 2}
    painted: list[tuple[str, str] | None] = [None] * len(text)
    for start, end, sort, word in sorted(spans, key=lambda span: order[span[2]]):
        for place in range(start, end):
            before = painted[place]
            # Provenance of several kinds in one stretch reads as one cut.
            if not (sort == "provenance" and before is not None and before[0] == sort):
                painted[place] = (sort, word)
    out = Markup()
    place = 0
    while place < len(text):
        end = place
        while end < len(text) and painted[end] == painted[place]:
            end += 1
        piece, mark = text[place:end], painted[place]
        if mark is None or not piece.strip():
            out += piece
        else:
            tag = "mark" if mark[0] != "provenance" else "del"
            out += Markup('<{0} class="{1}">{2}<span class="why"> {3}</span></{0}>').format(tag, mark[0], piece, mark[1])
        place = end
    return out


def _with_placeholders(text: str) -> Markup:
    out, end = Markup(), 0
    for match in _PLACEHOLDER.finditer(text):
        out += Markup('{}<span class="placeholder">{}</span>').format(text[end : match.start()], match[0])
        end = match.end()
    return out + text[end:]


# --- the page ---------------------------------------------------------------------------------------------------------------


def read_results(folder: Path = RESULTS) -> dict[str, Result | None]:
    """The result files, None where there is none."""
    paths = {name: folder / file for name, file in FILES.items()}
    return {name: json.loads(path.read_text(encoding="utf-8")) if path.exists() else None for name, path in paths.items()}


def headlines(results: Results) -> list[tuple[str, str, str]]:
    """The figures that a reader in a hurry takes away: name, figure, remark."""
    found = []
    if result := results.get("accuracy"):
        of_lead = figures(next(iter(result["figures"].values()))["all"])
        for name in HEADLINES:
            if figure := of_lead.get(name):
                target = target_of(name)
                found.append(
                    (name, f"{figure.value:.1%}", f"{figure.low:.1%} to {figure.high:.1%}; target {target}: {reached(figure, target)}")
                )
    if result := results.get("attribution"):
        attackers = result["conditions"].get("ordinary", {}).get("attackers", {})
        if attackers and (figure := figure_of(list(attackers.values())[-1].get("candidates"))):
            found.append(("intruder success", f"{figure.value:.1%}", f"{figure.low:.1%} to {figure.high:.1%}; chance 20 %"))
    return found


def page(results: Results, shown_examples: Sequence[Example], present: Result) -> str:
    """The whole page."""
    accuracy_result = results.get("accuracy")
    example_says = [
        f"{len(shown_examples)} submissions of the dev split, drawn by a fixed seed ({SEED}) and not picked: faults and all. Everything in them is made up.",
        "A sentence of which nothing is left, or which did not pass the leak check, is missing from the log though only part of it is marked.",
    ]
    sections = [
        accuracy(accuracy_result, present),
        slices(accuracy_result, present),
        thresholds(results.get("thresholds"), present),
        ablation(accuracy_result, present),
        attribution(results.get("attribution"), present),
        speed(results.get("speed"), present),
        Section("examples", "Ten example logs", example_says, COMMANDS["examples"], parts=list(shown_examples)),
    ]
    # Undefined names fail: a page with a hole would look finished.
    environment = Environment(
        loader=FileSystemLoader(TEMPLATE.parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.tests["table"] = lambda part: isinstance(part, Table)
    environment.tests["plots"] = lambda part: isinstance(part, Plots)
    return environment.get_template(TEMPLATE.name).render(
        sections=[one for one in sections if one], headlines=headlines(results), present=present
    )


# --- a picture of it --------------------------------------------------------------------------------------------------------

_BROWSER = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --disable-extensions --hide-scrollbars --enable-logging=stderr --v=0 --virtual-time-budget=5000"
).split()


def browser() -> str | None:
    """The command of the browser that takes pictures."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def picture(
    html: Path, to: Path, *, width: int, height: int, command: str, further: Sequence[str] = (), run: Callable[..., Any] = subprocess.run
) -> str:
    """Take a picture of a page with a browser that has no profile and reaches no host; return what it said."""
    with tempfile.TemporaryDirectory() as profile:
        done = run(
            [
                command,
                *_BROWSER,
                "--host-resolver-rules=MAP * ~NOTFOUND",
                f"--user-data-dir={profile}",
                f"--window-size={width},{height}",
                f"--screenshot={to}",
                *further,
                html.resolve().as_uri(),
            ],
            capture_output=True,
            text=True,
            timeout=240,
            check=True,
        )
    return str(done.stderr)


@click.command(help=__doc__)
@click.option(
    "--results",
    "folder",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=RESULTS,
    help="Where the result files are.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=RESULTS / "report.html", help="The page.")
@click.option("--picture", "to", type=click.Path(dir_okay=False, path_type=Path), help="Also take a picture of its top, with chromium.")
def main(folder: Path, out: Path, to: Path | None) -> None:
    results = read_results(folder)
    for name, result in results.items():
        if result is None:
            console.print(f"no {FILES[name]}: its section says how to make it", soft_wrap=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page(results, examples(), machine()), encoding="utf-8")
    console.print(f"{out}: {out.stat().st_size / 1000:.0f} kB", soft_wrap=True)
    if to:
        command = browser()
        if command is None:
            raise click.ClickException("no picture: chromium is not installed (apt-get install chromium)")
        picture(out, to, width=1280, height=1500, command=command)
        console.print(f"{to}: {to.stat().st_size / 1000:.0f} kB", soft_wrap=True)


if __name__ == "__main__":
    main()
