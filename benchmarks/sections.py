"""The sections of the report but speed, each from one result file. Where a file is not there the section says which command makes it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from benchmarks import plots
from benchmarks.measures import MEASURES, Figure
from benchmarks.page import (
    Plots,
    Result,
    Results,
    Section,
    Table,
    cased,
    figure_of,
    figures,
    guides_of,
    reached,
    section,
    shown,
    spoken,
    target_of,
    words,
)
from benchmarks.plots import Guide, Plot, Ring, Series

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
# --- accuracy ---------------------------------------------------------------------------------------------------------------


def lead_of(result: Result) -> str:
    """The system that the page is about."""
    return "ours" if "ours" in result["figures"] else str(next(iter(result["figures"])))


def accuracy(result: Result | None, present: Result) -> Section:
    says = [
        "A submission goes in, a draft log comes out; these are the shares of what should be gone that is gone, and of what should stay that stayed. "
        "In brackets: 95 % intervals, by drawing whole submissions anew. “In doubt” means that the interval lies across the target.",
        "The test split is never looked into: faults are studied on train and dev only. All texts, people and places are made up.",
    ]
    if result is None:
        return section("accuracy", "Accuracy", says, None, present, [])
    # Half detectors and other weights stand in a section of their own.
    by_system = {name: figures(found["all"]) for name, found in result["figures"].items() if name not in ("encoder", "fp32")}
    lead = lead_of(result)
    rows = []
    for measure in MEASURES:
        row = {name: found.get(measure.name) for name, found in by_system.items()}
        of = next((f"{figure.of:,}" for figure in row.values() if figure), "–")
        rows.append(
            [
                measure.name,
                measure.target,
                reached(figure_of(result["figures"][lead]["all"].get(measure.name)), measure.target),
                *map(shown, row.values()),
                of,
            ]
        )
    table = Table("Every measure, the systems side by side", ["measure", "target", f"{lead} reaches it", *by_system, "of"], rows)
    about = Table("The systems", ["system", "what it is"], [[name, SYSTEMS.get(name, "")] for name in by_system], folded=True)
    return section("accuracy", "Accuracy", says, result, present, [table, about])


def slices(result: Result | None, present: Result) -> Section:
    title = "By sector, style and name community"
    if result is None:
        return replace(section("accuracy", title, [], None, present, []), name="slices")
    lead = lead_of(result)
    of_lead = result["figures"][lead]
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
    return replace(section("accuracy", title, says, result, present, parts), name="slices")


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
        return replace(section("accuracy", title, says, None, present, []), name="ablation")
    by_system = {name: figures(found["all"]) for name, found in result["figures"].items() if name in (*ABLATION, "fp32")}
    parts: list[Any] = []
    for names, plot_title, name in (
        (ABLATION, "Rules, encoder, both", "ablation"),
        (("ours", "fp32"), "int8 (ours) beside fp32", "precision"),
    ):
        compared = [one for one in names if one in by_system]
        if absent := [one for one in names if one not in by_system]:
            added = " ".join(f"--system {one}" for one in absent)
            says.append(f"Not in the result file yet: {'; '.join(f'{one}, {SYSTEMS[one]}' for one in absent)}. Add {added} to the command.")
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
    return replace(section("accuracy", title, says, result, present, parts), name="ablation")


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


# --- what a reader in a hurry takes away ------------------------------------------------------------------------------------


def headlines(results: Results) -> list[tuple[str, str, str]]:
    """The figures that a reader in a hurry takes away: name, figure, remark."""
    found = []
    if result := results.get("accuracy"):
        of_lead = figures(result["figures"][lead_of(result)]["all"])
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
