"""`python -m benchmarks.report`: one page of every figure, from the result files, with ten example logs.

The page is one file that loads nothing: style, plots and text are inside it. A result file that is not there gives a
section that says so and which command makes it. Nothing is measured here.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click
from PIL import Image

from benchmarks.accuracy import console, machine
from benchmarks.examples import SEED, examples
from benchmarks.page import COMMANDS, FILES, Example, Result, Results, Section, html
from benchmarks.sections import ablation, accuracy, attribution, headlines, slices, thresholds
from benchmarks.speed_section import speed

RESULTS = Path(__file__).parent / "results"


def read_results(folder: Path = RESULTS) -> dict[str, Result | None]:
    """The result files, None where there is none."""
    paths = {name: folder / file for name, file in FILES.items()}
    return {name: json.loads(path.read_text(encoding="utf-8")) if path.exists() else None for name, path in paths.items()}


def page(results: Results, shown_examples: Sequence[Example], present: Result) -> str:
    """The whole page."""
    accuracy_result = results.get("accuracy")
    example_says = [
        f"{len(shown_examples)} submissions of the dev split, drawn by a fixed seed ({SEED}) and not picked: faults and all. Everything in them is made up.",
        "A sentence of which the cuts leave too little is missing from the log though only part of it is marked.",
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
    return html(sections, headlines(results), present)


# --- a picture of it --------------------------------------------------------------------------------------------------------

_BROWSER = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --disable-extensions --hide-scrollbars --enable-logging=stderr --v=0 --virtual-time-budget=5000"
).split()


def browser() -> str | None:
    """The command of the browser that takes pictures."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def picture(page: Path, to: Path, *, width: int, height: int, command: str, further: Sequence[str] = ()) -> str:
    """Take a picture of a page with a browser that has no profile and reaches no host; return what it said."""
    # A helper of the browser may still write when it has ended.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        done = subprocess.run(
            [
                command,
                *_BROWSER,
                "--host-resolver-rules=MAP * ~NOTFOUND",
                f"--user-data-dir={profile}",
                f"--window-size={width},{height}",
                f"--screenshot={to}",
                *further,
                page.resolve().as_uri(),
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
        picture(out, to, width=1280, height=2170, command=command)
        # A palette is a fifth of the size, and flat colours lose nothing by it.
        Image.open(to).convert("RGB").quantize(96).save(to, optimize=True)
        console.print(f"{to}: {to.stat().st_size / 1000:.0f} kB", soft_wrap=True)


if __name__ == "__main__":
    main()
