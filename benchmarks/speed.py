"""`python -m benchmarks.speed`: how fast and how big, beside peers on the same texts in the same run.

The library's time is that of the whole job: detection, provenance, statements, rewriting, leak check and two seals. Its peers
only detect. Each system runs in a process of its own; what is not installed is left out and named. Medians stand with the
least and the most of the repeats.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import cycle, islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from benchmarks.accuracy import machine
from benchmarks.baselines import Unavailable, _spacy_model, presidio
from corpora.build import read_split

WORDS = (95, 125)  # of the texts for rates and single calls: about 110
WARM_UP = 20
LENGTHS = (100, 300, 1_000, 3_000, 10_000, 50_000)
NUMBERS = (100, 1_000, 10_000, 100_000)

console = Console(highlight=False, markup=False)
System = Callable[[str], object]


# --- systems ----------------------------------------------------------------------------------------------------------------


def _keys() -> tuple[str, str]:
    import pyrage

    unit, officers = (str(pyrage.x25519.Identity.generate().to_public()) for _ in range(2))
    return unit, officers


def _ours() -> System:
    from cpi_sanitise import Sanitiser, Submission

    unit, officers = _keys()
    sanitiser = Sanitiser([unit], [officers])
    return lambda text: sanitiser(Submission(reference="1", narrative=text))


def _encoder_alone() -> System:
    """The session on inputs that are ready: no tokenizer, no windows beyond the library's, no reading of the outputs."""
    import numpy as np
    import spacy

    from cpi_sanitise.encoder import Encoder, _windows, pieces

    encoder = Encoder()
    tokenizer = spacy.blank("en")
    ready: dict[str, list[dict[str, Any]]] = {}

    def prepared(text: str) -> list[dict[str, Any]]:
        ids, cases, firsts = pieces(encoder.tokenizer, [token.text for token in tokenizer(text) if not token.is_space])
        inputs = []
        for first, last, _, _ in _windows(firsts, len(ids)):
            begin, end = firsts[first], firsts[last] if last < len(firsts) else len(ids)
            inputs.append(
                {
                    "ids": np.array([[101, *ids[begin:end], 102]], dtype=np.int64),
                    "cases": np.array([[0, *cases[begin:end], 0]], dtype=np.int64),
                    "firsts": np.array([firsts[word] - begin + 1 for word in range(first, last)], dtype=np.int64),
                }
            )
        return inputs

    def run(text: str) -> object:
        # Warm-up reads every text once, so that what is timed is the session.
        for inputs in ready.setdefault(text, []) or ready.update({text: prepared(text)}) or ready[text]:
            encoder._session.run(encoder._outputs, inputs)
        return None

    return run


def _presidio() -> System:
    from cpi_sanitise import Submission

    system = presidio()
    return lambda text: system(Submission(reference="1", narrative=text))


def _spacy_blank() -> System:
    import spacy

    return spacy.blank("en")


def _spacy_md() -> System:
    return _spacy_model()  # type: ignore[no-any-return]


SYSTEMS: dict[str, Callable[[], System]] = {
    "cpi_sanitise, the whole job": _ours,
    "its encoder alone": _encoder_alone,
    "Presidio with UK recognizers and en_core_web_md": _presidio,
    "spaCy en_core_web_md alone": _spacy_md,
    "spaCy blank alone": _spacy_blank,
}
OURS = "cpi_sanitise, the whole job"


# --- measuring --------------------------------------------------------------------------------------------------------------


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median with the least and the most."""
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of the others does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def _memory(line: str) -> float:
    """Megabytes of this process by /proc: VmHWM the most it ever held, VmRSS what it holds. ru_maxrss would take in the parent's."""
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
    except OSError:
        return float("nan")
    found = re.search(rf"^{line}:\s+(\d+)", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else float("nan")


def _measured(name: str, texts: Sequence[str], repeats: int, say: Connection) -> None:
    """In its own process: rate and single calls."""
    try:
        system = SYSTEMS[name]()
    except Unavailable as reason:
        say.send(str(reason))
        return
    for text in texts:
        system(text)
    rates, calls = [], []
    for _ in range(repeats):
        began = time.perf_counter()
        for text in texts:
            before = time.perf_counter()
            system(text)
            calls.append(1000 * (time.perf_counter() - before))
        rates.append(len(texts) / (time.perf_counter() - began))
    say.send({"rates": rates, "calls": calls, "peak": _memory("VmHWM")})


def _one_of_two(name: str, texts: Sequence[str], repeats: int, start: Any, say: Connection) -> None:
    system = SYSTEMS[name]()
    for text in texts:
        system(text)
    for _ in range(repeats):
        start.wait()
        began = time.perf_counter()
        for text in texts:
            system(text)
        say.send(time.perf_counter() - began)


def _in_process(target: Callable[..., None], *args: Any) -> Any:
    context = get_context("spawn")
    hear, say = context.Pipe(duplex=False)
    process = context.Process(target=target, args=(*args, say))
    process.start()
    say.close()
    try:
        return hear.recv()
    finally:
        process.join()


def two_processes(name: str, texts: Sequence[str], repeats: int) -> list[float]:
    """Texts a second of two processes that take half of the texts each, started together."""
    context = get_context("spawn")
    start = context.Barrier(2)
    ends, processes = [], []
    for half in (texts[::2], texts[1::2]):
        hear, say = context.Pipe(duplex=False)
        processes.append(context.Process(target=_one_of_two, args=(name, half, repeats, start, say)))
        processes[-1].start()
        ends.append(hear)
    rates = [len(texts) / max(end.recv() for end in ends) for _ in range(repeats)]
    for process in processes:
        process.join()
    return rates


def _our_pipe(texts: Sequence[str], repeats: int, say: Connection) -> None:
    """The library's own two processes, once they are loaded."""
    from cpi_sanitise import Sanitiser, Submission

    unit, officers = _keys()
    sanitiser = Sanitiser([unit], [officers])
    rates = []
    for _ in range(repeats):
        given = (Submission(reference="1", narrative=text) for text in [*texts[:WARM_UP], *texts])
        results = iter(sanitiser.pipe(given, n_process=2))
        for _ in range(WARM_UP):
            next(results)
        began = time.perf_counter()
        rates.append(sum(1 for _ in results) / (time.perf_counter() - began))
    say.send(rates)


_COLD = {
    OURS: (
        "import sys\nfrom cpi_sanitise import Sanitiser, Submission\n"
        "Sanitiser([sys.argv[1]], [sys.argv[2]])(Submission(reference='1', narrative=sys.argv[3])).log.to_json()"
    ),
    "Presidio with UK recognizers and en_core_web_md": (
        "import sys\nfrom benchmarks.baselines import presidio\nfrom cpi_sanitise import Submission\n"
        "presidio()(Submission(reference='1', narrative=sys.argv[3]))"
    ),
    "spaCy en_core_web_md alone": "import sys\nfrom benchmarks.baselines import _spacy_model\n_spacy_model()(sys.argv[3])",
}


def cold_start(name: str, text: str, repeats: int) -> dict[str, float]:
    """Seconds from the start of a process to its first result."""
    spent = []
    for _ in range(repeats):
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", _COLD[name], *_keys(), text], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        spent.append(time.perf_counter() - began)
    return spread(spent)


def _stages(texts: Sequence[str], repeats: int, say: Connection) -> None:
    """Milliseconds of each stage for a text, by the thread's own clock."""
    # Not above: it loads our recognizers, which Presidio as it ships would take for its own.
    from benchmarks.stages import clocked
    from cpi_sanitise import Sanitiser, Submission

    unit, officers = _keys()
    sanitiser = Sanitiser([unit], [officers])
    for text in texts:
        sanitiser(Submission(reference="1", narrative=text))
    with clocked(sanitiser) as clock:
        for _ in range(repeats):
            for text in texts:
                sanitiser(Submission(reference="1", narrative=text))
    say.send({stage: 1000 * spent / repeats / len(texts) for stage, spent in sorted(clock.seconds.items(), key=lambda pair: -pair[1])})


def text_of_length(texts: Iterable[str], words: int) -> str:
    """Texts after one another until they have that many words."""
    pieces: list[str] = []
    have = 0
    for text in cycle(texts):
        pieces.append(text)
        have += len(text.split())
        if have >= words:
            break
    whole = "\n\n".join(pieces)
    places = [match.end() for match in re.finditer(r"\S+", whole)]
    return whole[: places[words - 1]]


def _by_length(texts: Sequence[str], lengths: Sequence[int], repeats: int, say: Connection) -> None:
    system = _ours()
    for text in texts[:WARM_UP]:
        system(text)
    rows = []
    for words in lengths:
        text = text_of_length(texts, words)
        spent = []
        for _ in range(repeats if words < 5_000 else max(1, repeats // 3)):
            began = time.perf_counter()
            system(text)
            spent.append(time.perf_counter() - began)
        per_word = [1000 * 1000 * one / words for one in spent]
        rows.append({"words": words, "seconds": spread(spent), "milliseconds for a thousand words": spread(per_word)})
    say.send(rows)


def _by_number(texts: Sequence[str], numbers: Sequence[int], say: Connection) -> None:
    system = _ours()
    for text in texts[:WARM_UP]:
        system(text)
    rows = []
    done = 0
    # Each text has a number of its own in it, or a cache of words would make a long run look better than it is.
    stream: Iterator[str] = (f"{text} Reference {number} of {number % 977} from Zq{number:x}." for number, text in enumerate(cycle(texts)))
    for number in numbers:
        began = time.perf_counter()
        for text in islice(stream, number - done):
            system(text)
        spent = time.perf_counter() - began
        rows.append({"submissions": number, "a second since the last": (number - done) / spent, "megabytes held": _memory("VmRSS")})
        done = number
    say.send(rows)


# --- the run ----------------------------------------------------------------------------------------------------------------


def narratives(number: int) -> list[str]:
    """Texts of about 110 words from train and dev, the same each time."""
    found = [record["narrative"] for split in ("dev", "train") for record in read_split(split)]
    return [text for text in found if WORDS[0] <= len(text.split()) <= WORDS[1]][:number]


def measure(texts: Sequence[str], repeats: int, longest: int, largest: int) -> dict[str, Any]:
    """The result file's groups."""
    rates: dict[str, dict[str, Any]] = {}
    calls: dict[str, dict[str, Any]] = {}
    memory: dict[str, dict[str, Any]] = {}
    cold: dict[str, dict[str, Any]] = {}
    missing: dict[str, str] = {}
    for name in SYSTEMS:
        console.print(f"{name} …")
        found = _in_process(_measured, name, texts, repeats)
        if isinstance(found, str):
            missing[name] = found
            console.print(f"  left out: {found}")
            continue
        both = _in_process(_our_pipe, texts, repeats) if name == OURS else two_processes(name, texts, repeats)
        rates[name] = {"one process": spread(found["rates"]), "two processes": spread(both)}
        calls[name] = {f"p{share}": percentile(found["calls"], share / 100) for share in (50, 95, 99)}
        memory[name] = {"peak megabytes": found["peak"]}
        if name in _COLD:
            cold[name] = {"seconds to the first result": cold_start(name, texts[0], repeats)}
    console.print("stages, lengths, numbers …")
    words = [len(text.split()) for text in texts]
    return {
        "submissions a second": rates,
        "milliseconds of a single call": calls,
        "cold start": cold,
        "memory": memory,
        "milliseconds by stage": _in_process(_stages, texts, repeats),
        "growth with length": _in_process(_by_length, texts, [words for words in LENGTHS if words <= longest], repeats),
        "growth with number": _in_process(_by_number, texts, [number for number in NUMBERS if number <= largest]),
        "versions": {
            **machine(),
            "texts": len(texts),
            "words": {"median": statistics.median(words), "low": min(words), "high": max(words)},
            "repeats": repeats,
            "load": os.getloadavg()[0],
            "left out": missing,
        },
    }


def show(result: dict[str, Any]) -> None:
    """The result as tables."""
    for title, group in result.items():
        if title == "versions":
            continue
        rows = (
            group
            if isinstance(group, list)
            else [{"": key, **(value if isinstance(value, dict) else {"": key, "figure": value})} for key, value in group.items()]
        )
        columns = list(dict.fromkeys(name for row in rows for name in row))
        table = Table(*columns, title=title, title_justify="left")
        for row in rows:
            table.add_row(*(_shown(row.get(name, "–")) for name in columns))
        console.print(table)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return f"{_shown(value['median'])} ({_shown(value['low'])}–{_shown(value['high'])})"
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


@click.command(context_settings={"show_default": True})
@click.option("--texts", "number", default=120, help="Texts of about 110 words.")
@click.option("--repeats", default=5, help="Times that each is measured.")
@click.option("--longest", default=50_000, help="Words of the longest text of the growth with length.")
@click.option("--largest", default=1_000, help="Submissions of the longest stream of the growth with number; 100000 takes an hour.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures there as JSON.")
def main(number: int, repeats: int, longest: int, largest: int, out: Path | None) -> None:
    """Measure the library beside its peers."""
    result = measure(narratives(number), repeats, longest, largest)
    show(result)
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
