"""`python -m corpora.check`: are the corpora what the annotation guide says? Faults by reference, then a summary; exit 1 on faults.

Faults give references and offsets, never text: the test split is not to be seen by those who tune the model.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path

from rich.console import Console
from rich.table import Table

from corpora import markup
from corpora.build import FOLDER, BuildError, Record, checksum, parts, read_marked, read_split, to_lines

RUN_WORDS = 8
# Two texts of one split that share a quarter of the shorter one's five-word runs have one outline.
COPY_SHINGLE_WORDS = 5
COPY_SHARE = 0.25

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_TITLES = frozenset(
    "mr mrs ms miss mx dr doctor prof professor rev revd reverend fr father sister brother sir dame lord lady cllr councillor pc sgt "
    "sergeant inspector di dc insp capt captain imam rabbi pastor canon uncle auntie aunty aunt nan big little lil young old nurse "
    "and".split()
)


def words_of(text: str) -> list[str]:
    """The words of a text, for comparison."""
    return [word.replace("’", "'") for word in _WORD.findall(text.casefold())]


def record_faults(record: Record) -> Iterator[str]:
    """What is wrong with one record, by label and offset."""
    length = len(record["narrative"])
    allowed = {"provenance": markup.PROVENANCE_KINDS, "vantage": markup.VANTAGE_KINDS}
    for label in ("identifiers", "provenance", "vantage", "statements", "keep"):
        for span in record[label]:
            at = f"{label} {span['start']}-{span['end']}"
            if not 0 <= span["start"] < span["end"] <= length:
                yield f"{at}: offsets outside the narrative of {length}"
            elif not record["narrative"][span["start"] : span["end"]].strip():
                yield f"{at}: no text"
            if label in allowed and span["kind"] not in allowed[label]:
                yield f"{at}: unknown kind"
    yield from _identifier_faults(record)
    yield from _statement_faults(record)
    for first, second in combinations(record["provenance"] + record["vantage"], 2):
        if _overlap(first, second):
            yield f"provenance or vantage {second['start']}-{second['end']} overlaps {first['start']}-{first['end']}"
    for span in record["keep"]:
        if any(_overlap(span, cut) for cut in record["identifiers"] + record["provenance"] + record["vantage"]):
            yield f"keep {span['start']}-{span['end']}: over an identifier, provenance or vantage"
    for name, values, known in (
        ("sector", [record["sector"]], markup.SECTORS),
        ("style", [record["style"]], markup.STYLES),
        ("outcome", [record["outcome"]], markup.OUTCOMES),
        ("priority", [record["priority"]], markup.PRIORITIES),
        ("category", record["categories"] or [""], markup.CATEGORIES),
        ("form field", list(record["form"]), markup.FORM_KEYS),
    ):
        if any(value not in known for value in values):
            yield f"unknown {name}"


def _identifier_faults(record: Record) -> Iterator[str]:
    for span in record["identifiers"]:
        at = f"identifiers {span['start']}-{span['end']}"
        if span["type"] not in markup.IDENTIFIER_TYPES:
            yield f"{at}: unknown type"
        if not span["roles"] or not set(span["roles"]) <= set(markup.ROLES.values()):
            yield f"{at}: unknown role, or none"
        if (span["type"] == "PERSON") != (span.get("community") in markup.COMMUNITIES.values()):
            yield f"{at}: a PERSON, and only a PERSON, has a community"
    for first, second in combinations(record["identifiers"], 2):
        if _overlap(first, second):
            yield f"identifiers {second['start']}-{second['end']} overlaps {first['start']}-{first['end']}"


def _statement_faults(record: Record) -> Iterator[str]:
    covered = 0
    for span in record["statements"]:
        at = f"statements {span['start']}-{span['end']}"
        if record["narrative"][covered : span["start"]].strip() or span["start"] < covered:
            yield f"{at}: does not begin where the one before it ends"
        covered = span["end"]
        if span["kind"] not in markup.KINDS.values():
            yield f"{at}: unknown kind"
        if (span["kind"] is None) != (span["basis"] is None) or (span["basis"] and span["basis"] not in markup.BASES.values()):
            yield f"{at}: unknown basis, or a basis where nothing remains"
    if record["narrative"][covered:].strip():
        yield "text after the last statement"


def _overlap(first: Record, second: Record) -> bool:
    return bool(first["start"] < second["end"] and second["start"] < first["end"])


def full_names(record: Record) -> set[str]:
    """The full names in a narrative and its form: two or more words besides titles, none a mere initial."""
    texts = [record["narrative"][span["start"] : span["end"]] for span in record["identifiers"] if span["type"] == "PERSON"]
    texts += [value for key, value in record["form"].items() if key in ("submitter_name", "source_name")]
    names = set()
    for text in texts:
        words = [word for word in words_of(text) if word not in _TITLES]
        if len(words) >= 2 and all(len(word) > 1 for word in words):
            names.add(" ".join(words))
    return names


def word_runs(record: Record, length: int = RUN_WORDS) -> set[tuple[str, ...]]:
    """Every run of so many words in a narrative, phones apart: Ofcom's drama ranges begin alike in every text."""
    pieces, end = [], 0
    for span in record["identifiers"]:
        if span["type"] == "PHONE":
            pieces.append(words_of(record["narrative"][end : span["start"]]))
            end = span["end"]
    pieces.append(words_of(record["narrative"][end:]))
    return {tuple(words[at : at + length]) for words in pieces for at in range(len(words) - length + 1)}


def shared_faults(splits: dict[str, list[Record]]) -> Iterator[tuple[str, str]]:
    """Full names and runs of words that stand in two splits, as (reference, fault)."""
    for what, parts_of in (("a full name", full_names), (f"a run of {RUN_WORDS} words", word_runs)):
        seen: dict[object, tuple[str, str]] = {}
        told = set()
        for split, records in splits.items():
            for record in records:
                for part in parts_of(record):
                    first_split, reference = seen.setdefault(part, (split, record["reference"]))
                    if first_split != split and (reference, record["reference"]) not in told:
                        told.add((reference, record["reference"]))
                        yield record["reference"], f"shares {what} with {first_split} {reference}"


def near_copies(records: Iterable[Record]) -> list[tuple[str, str]]:
    """Pairs of references whose texts share a quarter of the shorter one's five-word runs."""
    shingles = {record["reference"]: word_runs(record, COPY_SHINGLE_WORDS) for record in records}
    holders: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for reference, runs in shingles.items():
        for run in runs:
            holders[run].append(reference)
    shared = Counter(pair for references in holders.values() for pair in combinations(sorted(references), 2))
    return sorted(pair for pair, count in shared.items() if count >= COPY_SHARE * min(len(shingles[pair[0]]), len(shingles[pair[1]])))


def file_faults(folder: Path, split: str) -> Iterator[tuple[str, str]]:
    """Whether the built file is what the marked-up texts make, as (split, fault)."""
    try:
        made = to_lines(read_marked(folder, split))
    except BuildError as error:
        yield from ((split, fault) for fault in error.faults)
        return
    built = (folder / f"{split}.jsonl").read_bytes()
    if built != made:
        yield split, "the file is not what `python -m corpora.build` makes"
    if split == "test" and (folder / "CHECKSUMS").read_text(encoding="utf-8") != checksum(built):
        yield split, "the file does not have the checksum in CHECKSUMS"


def find_faults(folder: Path, splits: dict[str, list[Record]]) -> list[tuple[str, str]]:
    """Every fault of the corpora as (reference or split, fault)."""
    faults = [fault for split in splits for fault in file_faults(folder, split)]
    references = Counter(record["reference"] for records in splits.values() for record in records)
    faults += [(reference, f"the reference stands {count} times") for reference, count in references.items() if count > 1]
    faults += [(record["reference"], fault) for records in splits.values() for record in records for fault in record_faults(record)]
    return faults + list(shared_faults(splits))


def summarise(records: list[Record]) -> dict[str, Counter[str]]:
    """Counts of one split by what the table shows."""
    lengths = [len(record["narrative"].split()) for record in records] or [0]
    spans = [span for record in records for span in record["identifiers"]]
    return {
        "all": Counter(
            submissions=len(records),
            words=sum(lengths),
            **{"words, shortest": min(lengths), "words, median": sorted(lengths)[len(lengths) // 2], "words, longest": max(lengths)},
            **{"keep phrases": sum(len(record["keep"]) for record in records)},
            **{"near-copies": len(near_copies(records))},
        ),
        **{key: Counter(record[key] for record in records) for key in ("sector", "style", "outcome", "priority")},
        "category": Counter(category for record in records for category in record["categories"]),
        "identifier type": Counter(span["type"] for span in spans),
        "identifier role": Counter(role for span in spans for role in span["roles"]),
        "name community": Counter(span["community"] for span in spans if "community" in span),
        "provenance kind": Counter(span["kind"] for record in records for span in record["provenance"]),
        "vantage kind": Counter(span["kind"] for record in records for span in record["vantage"]),
        "statement kind": Counter(span["kind"] or "nothing remains" for record in records for span in record["statements"]),
        "statement basis": Counter(span["basis"] for record in records for span in record["statements"] if span["basis"]),
    }


def summary_table(splits: dict[str, list[Record]]) -> Table:
    """The counts of every split side by side."""
    counts = {split: summarise(records) for split, records in splits.items()}
    table = Table("", "", *splits)
    for heading in next(iter(counts.values())):
        values = dict.fromkeys(value for split in splits for value in counts[split][heading])
        totals = {value: sum(counts[split][heading][value] for split in splits) for value in values}
        for number, value in enumerate(values if heading == "all" else sorted(values, key=lambda value: (-totals[value], value))):
            table.add_row(heading if number == 0 else "", value, *(str(counts[split][heading][value]) for split in splits))
        table.add_section()
    return table


def main(folder: Path = FOLDER) -> int:
    # Wide enough that no row is folded when the output goes to a file.
    console = Console(highlight=False, markup=False, width=100)
    missing = [split for split in parts(folder) if not (folder / f"{split}.jsonl").exists()]
    if missing:
        console.print(f"not built: {', '.join(missing)}; run `python -m corpora.build`")
        return 1
    splits = {split: read_split(split, folder) for split in parts(folder)}
    faults = find_faults(folder, splits)
    for reference, fault in faults:
        console.print(f"{reference}: {fault}", soft_wrap=True)
    for split, records in splits.items():
        for first, second in near_copies(records):
            console.print(f"near-copies in {split}: {first} {second}", soft_wrap=True)
    console.print(summary_table(splits))
    console.print(f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
