"""The measures of design section 8, as pure functions of gold records and what a system made of them.

Each measure counts per submission and is worked out from the summed counts, so that a share is over all spans of a
corpus and the bootstrap draws whole submissions. A measure of None does not apply: a system that does not triage has no
outcome accuracy. "Held" submissions leave nothing: they are clean and keep nothing.

A word that is also an ordinary word of the text ("Will" and "he will", "May" and "in May") is left in the log only where
it stands in a place in which the narrative does not have it as an ordinary word: each occurrence is excused by one in the
narrative outside the marked spans that has the same neighbour and the same capitals. `identifier recall, literal` knows no
excuse.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np

Record = dict[str, Any]
Counts = tuple[float, ...]
Runs = set[tuple[str, ...]]

KINDS = ("fact", "opinion", "mixed")
FIRST_PERSON = frozenset("i i'm i've i'd i'll me my mine myself we we're we've we'd we'll us our ours ourselves".split())
ROLE_STRICTNESS = ("submitter", "source", "subject", "third_party")
FORM_IDENTITY = (
    "submitter_name",
    "submitter_organisation",
    "submitter_telephone",
    "submitter_email",
    "source_name",
    "source_dob",
    "source_address",
    "source_telephone",
    "source_email",
)
KEEP_SHARE = 0.8
LEAK_RUN_WORDS = 4
PLATE_CHUNK = 3
DIGIT_RUN = 4
MATCHED_OVERLAP = 0.3
VANTAGE_COVER = 0.5
RESAMPLES = 1000

# A place where something was taken out; private use, so that no text has it.
GAP = "\ue000"
_WORD = re.compile(rf"\w+(?:['’]\w+)*|{GAP}")
_PLACEHOLDER = re.compile(r"\[[A-Z][A-Z ]* \d+\]|<[A-Z_]+>|\{\{[A-Z_+ -]+(?:-\d+)?\}\}")
_DIGITS = re.compile(r"\d(?:[ -]?\d)*")
_ALPHANUMERIC = re.compile(r"[a-z0-9]+")


def _listed(name: str) -> frozenset[str]:
    # The first line says source, licence and date.
    return frozenset((Path(__file__).parent.parent / "corpora" / "lists" / name).read_text(encoding="utf-8").splitlines()[1:])


# Words of names, addresses and organisations that single nobody out.
_TITLES = frozenset(
    "mr mrs ms miss mx dr doctor prof professor rev revd reverend fr father sister brother sir dame lord lady cllr councillor pc sgt "
    "sergeant inspector di dc insp capt captain imam rabbi pastor canon uncle auntie aunty aunt nan the and of de la le el al bin big "
    "little lil young old my our".split()
)
_STREET_WORDS = _listed("street_words.txt")
_ORGANISATION_WORDS = _STREET_WORDS | _listed("organisation_words.txt")
_PLATE_FILLERS = frozenset("end ends ending reg part and the is or on mud rest car van bit mk".split())

# Function words: in a provenance span they say nothing by themselves.
STOP_WORDS = FIRST_PERSON | frozenset(
    "a an the and or but nor so if then than that this these those there here he him his she her hers they them their theirs it its "
    "you your yours who whom whose which what when where why how is am are was were be been being has have had having do does did doing "
    "done will would shall should can could may might must not no yes of to in on at by for from with without about into onto over under "
    "out up down off as after before during while until since because all any some each every both few more most other such own same too "
    "very just also only again once ever never now he's she's it's they're that's there's isn't wasn't aren't weren't don't doesn't "
    "didn't can't couldn't won't wouldn't hasn't haven't hadn't im ive id ill one".split()
)


@dataclass(frozen=True, slots=True)
class Found:
    """An identifier that a system found, with the strictest of its roles."""

    start: int
    end: int
    role: str


@dataclass(frozen=True, slots=True)
class Output:
    """What a system made of one submission. `statements` are text and kind; None stands for what a system does not do.

    `further` is whatever else of the log could carry text: reasons, area. `covered` are the spans found to be vantage or provenance.
    """

    statements: tuple[tuple[str, str | None], ...]
    held: bool = False
    further: str = ""
    categories: tuple[str, ...] | None = None
    outcome: str | None = None
    priority: str | None = None
    identifiers: tuple[Found, ...] | None = None
    covered: tuple[tuple[int, int], ...] | None = None

    @property
    def text(self) -> str:
        """The statements, one a line."""
        return "\n".join(text for text, _ in self.statements)


# --- texts ------------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def without_placeholders(text: str) -> str:
    """The text with each placeholder as a gap."""
    return _PLACEHOLDER.sub(f" {GAP} ", text)


@lru_cache(maxsize=4096)
def words_of(text: str) -> tuple[str, ...]:
    """Words in lower case, straight apostrophes; a gap is a word."""
    return tuple(word.replace("’", "'") for word in _WORD.findall(text.casefold()))


def blank(text: str, spans: Iterable[Record], filling: str) -> str:
    """The text with something else in the place of each span."""
    kept, end = [], 0
    for span in sorted(spans, key=lambda span: int(span["start"])):
        kept += [text[end : max(end, span["start"])], filling]
        end = max(end, span["end"])
    return "".join([*kept, text[end:]])


def free_of_provenance(record: Record) -> str:
    """The narrative with provenance cut and identifiers as gaps, so that words have the neighbours that they have in a log."""
    spans = [(span["start"], -span["end"], " ") for span in record["provenance"]]
    spans += [(span["start"], -span["end"], f" {GAP} ") for span in record["identifiers"]]
    kept, end = [], 0
    for start, negative_end, filling in sorted(spans):
        if -negative_end > end:
            kept += [record["narrative"][end:start], filling]
            end = -negative_end
    return "".join([*kept, record["narrative"][end:]])


def free_texts(record: Record) -> tuple[str, str]:
    """The narrative with its identifiers as gaps, as it is and with provenance cut."""
    return blank(record["narrative"], record["identifiers"], f" {GAP} "), free_of_provenance(record)


# --- is it left? ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Occurrence:
    text: str
    before: str
    after: str
    opens: bool


@lru_cache(maxsize=65536)
def _pattern(string: str) -> re.Pattern[str]:
    """The string in any case and spacing, not inside a longer word."""
    characters = [re.escape(character) if character not in "'’" else "['’]" for character in string if not character.isspace()]
    return re.compile(r"(?<!\w)" + r"\s*".join(characters) + r"(?!\w)", re.IGNORECASE)


def _occurrences(pattern: re.Pattern[str], text: str) -> list[_Occurrence]:
    found = []
    for match in pattern.finditer(text):
        start = text[max(0, match.start() - 40) : match.start()]
        before = words_of(start)[-1:]
        after = words_of(text[match.end() : match.end() + 40])[:1]
        found.append(
            _Occurrence(
                match[0].replace("’", "'"),
                before[0] if before else "",
                after[0] if after else "",
                not start.strip() or start.rstrip()[-1] in ".!?:\"“'‘-*•" or "\n" in start[len(start.rstrip()) :],
            )
        )
    return found


def _excused(one: _Occurrence, free: Sequence[_Occurrence]) -> bool:
    for other in free:
        if not one.opens and not other.opens and one.text != other.text and one.text.casefold() == other.text.casefold():
            continue
        if (one.before == other.before and one.before not in ("", GAP)) or (one.after == other.after and one.after not in ("", GAP)):
            return True
        if one.before == other.before and one.after == other.after:
            return True
    return False


def is_left(string: str, log: str, free: Sequence[str]) -> bool:
    """Whether the string stands in the log other than as an ordinary word of the narrative."""
    pattern = _pattern(string)
    if not pattern.pattern or not string.strip():
        return False
    occurrences = _occurrences(pattern, log)
    if not occurrences:
        return False
    ordinary = [other for text in free for other in _occurrences(pattern, text)]
    return any(not _excused(one, ordinary) for one in occurrences)


def _digit_runs(text: str) -> set[str]:
    runs = set()
    for group in _DIGITS.findall(text):
        digits = re.sub(r"\D", "", group)
        runs |= {digits[at : at + DIGIT_RUN] for at in range(len(digits) - DIGIT_RUN + 1)}
    return runs


def _plate_chunks(plate: str) -> set[str]:
    tokens = [
        token
        for token in _ALPHANUMERIC.findall(plate.casefold())
        if token not in _PLATE_FILLERS and (len(token) <= PLATE_CHUNK or any(character.isdigit() for character in token))
    ]
    joined = "".join(tokens)
    return {joined[at : at + PLATE_CHUNK] for at in range(len(joined) - PLATE_CHUNK + 1)}


def _holds_chunk(chunks: set[str], text: str) -> set[str]:
    """The chunks that a text holds: as a word, or within a word that mixes letters and digits as plates do."""
    held = set()
    for token in _ALPHANUMERIC.findall(text.casefold()):
        mixed = any(character.isdigit() for character in token) and any(character.isalpha() for character in token)
        held |= {chunk for chunk in chunks if chunk == token or (mixed and chunk in token)}
    return held


def _own_words(text: str, generic: frozenset[str], shortest: int) -> list[str]:
    own = []
    for word in words_of(text):
        parts = {word, word.removesuffix("'s")}
        own += [part for part in parts if part not in generic and len(part) >= shortest and not part[0].isdigit()]
    return own


def distinctive_words(text: str, entity_type: str) -> list[str]:
    """The parts of an identifier that single it out and are looked for as words; digits and plates are looked for apart."""
    if entity_type == "PERSON":
        return _own_words(text, _TITLES, 2)
    if entity_type == "ADDRESS":
        return _own_words(text, _STREET_WORDS, 3)
    if entity_type in ("ORGANISATION", "LOCATION"):
        return _own_words(text, _ORGANISATION_WORDS, 3)
    if entity_type == "POSTCODE":
        compact = re.sub(r"[\s-]", "", text)
        outward = re.fullmatch(r"(.{2,4})[0-9OIl][A-Za-z]{2}", compact)
        return [outward[1] if outward else text.split()[0]]
    if entity_type == "EMAIL":
        return [part for part in text.split("@") if len(part) >= 3]
    if entity_type == "USERNAME":
        return [text.rpartition(":")[2].strip().lstrip("@")]
    if entity_type == "URL":
        return [part for part in re.split(r"[/?=]", re.sub(r"^https?://(?:www\.)?", "", text))[1:] if len(part) >= 3]
    return []


def is_any_part_left(text: str, entity_type: str, log: str, free: Sequence[str]) -> bool:
    """Whether the identifier or any distinctive part of it stands in the log."""
    if is_left(text, log, free) or any(is_left(part, log, free) for part in distinctive_words(text, entity_type)):
        return True
    if entity_type == "VEHICLE_REG":
        chunks = _plate_chunks(text)
        if _holds_chunk(chunks, log) - _holds_chunk(chunks, " ".join(free)):
            return True
    runs = _digit_runs(text)
    return bool(runs & _digit_runs(log) - _digit_runs(" ".join(free)))


# --- counts, one function a measure -----------------------------------------------------------------------------------------


def _strings(record: Record, only: Callable[[Record], bool] | None = None) -> dict[tuple[str, str], Record]:
    """The identifier strings of a record, each once by type."""
    strings: dict[tuple[str, str], Record] = {}
    for span in record["identifiers"]:
        if only is None or only(span):
            text = record["narrative"][span["start"] : span["end"]]
            strings.setdefault((re.sub(r"\s+", "", text).casefold(), span["type"]), {**span, "text": text})
    return strings


def _log(output: Output) -> str:
    return without_placeholders(f"{output.text}\n{output.further}")


def identifiers_left(record: Record, output: Output, only: Callable[[Record], bool] | None = None) -> list[Record]:
    """The gold identifiers, each string once, that can be found in the log."""
    log, free = _log(output), free_texts(record)
    return [span for span in _strings(record, only).values() if is_left(span["text"], log, free)]


def identifier_parts_left(record: Record, output: Output, only: Callable[[Record], bool] | None = None) -> list[Record]:
    """Likewise those of which any distinctive part can be found."""
    log, free = _log(output), free_texts(record)
    return [span for span in _strings(record, only).values() if is_any_part_left(span["text"], span["type"], log, free)]


def count_identifiers(record: Record, output: Output) -> Counts:
    """Gone, all."""
    number = len(_strings(record))
    return number - len(identifiers_left(record, output)), number


def count_identifiers_literal(record: Record, output: Output) -> Counts:
    """Gone, all; a string that is also an ordinary word of the log counts as left."""
    log, strings = _log(output), _strings(record)
    return sum(not _pattern(span["text"]).search(log) for span in strings.values()), len(strings)


def count_identifiers_strict(record: Record, output: Output) -> Counts:
    """Gone to the last part, all."""
    number = len(_strings(record))
    return number - len(identifier_parts_left(record, output)), number


def _of_source(span: Record) -> bool:
    return bool({"submitter", "source"} & set(span["roles"]))


def count_source_identifiers(record: Record, output: Output) -> Counts:
    """Left, all: identifiers of source and submitter in the narrative, and what the form says of them."""
    left = len(identifiers_left(record, output, _of_source))
    known = _strings(record, _of_source)
    log, free = _log(output), free_texts(record)
    form = {
        key: value
        for key, value in record["form"].items()
        if key in FORM_IDENTITY and value.strip() and not any(re.sub(r"\s+", "", value).casefold() == text for text, _ in known)
    }
    # A subject may bear a name of the form; the narrative's own labels decide on what it says.
    subjects = {text for text, _ in _strings(record)}
    form = {key: value for key, value in form.items() if re.sub(r"\s+", "", value).casefold() not in subjects}
    return left + sum(is_left(value, log, free) for value in form.values()), len(known) + len(form)


def provenance_left(record: Record, output: Output) -> list[Record]:
    """The gold provenance spans of which a run of four words, or the whole of a shorter one, stands in the log."""
    log = _log(output)
    log_runs = _runs(words_of(log), LEAK_RUN_WORDS)
    free = (blank(record["narrative"], record["provenance"], " "), free_of_provenance(record))
    free_runs = set().union(*(_runs(words_of(text), LEAK_RUN_WORDS) for text in free))
    return [
        span for span in record["provenance"] if any(_stands(words, log, log_runs, free, free_runs) for words in _readings(record, span))
    ]


def _readings(record: Record, span: Record) -> list[tuple[str, ...]]:
    """The words of a span as they are, and with its identifiers as the gaps that a log has there."""
    text = record["narrative"][span["start"] : span["end"]]
    inside = [
        {"start": one["start"] - span["start"], "end": one["end"] - span["start"]}
        for one in record["identifiers"]
        if span["start"] <= one["start"] and one["end"] <= span["end"]
    ]
    readings = [words_of(text)]
    with_gaps = " ".join(words_of(blank(text, inside, f" {GAP} "))).strip(f" {GAP}").split()
    # What is left beside a name may be an "and", which says nothing.
    if inside and any(word != GAP and (word not in STOP_WORDS or word in FIRST_PERSON) for word in with_gaps):
        readings.append(tuple(with_gaps))
    return [words for words in readings if words]


def _stands(words: tuple[str, ...], log: str, log_runs: Runs, free: Sequence[str], free_runs: Runs) -> bool:
    if len(words) >= LEAK_RUN_WORDS:
        return bool((_runs(words, LEAK_RUN_WORDS) & log_runs) - free_runs)
    pattern = _words_pattern(words)
    ordinary = [other for text in free for other in _occurrences(pattern, text)]
    return any(not _excused(one, ordinary) for one in _occurrences(pattern, log))


def _runs(words: Sequence[str], length: int) -> Runs:
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


def _words_pattern(words: Sequence[str]) -> re.Pattern[str]:
    parts = [re.escape(word).replace("'", "['’]") for word in words]
    return re.compile(r"(?<![\w'’])" + r"\W+".join(parts) + r"(?![\w'’])", re.IGNORECASE)


def count_provenance(record: Record, output: Output) -> Counts:
    """Gone, all."""
    number = sum(bool(words_of(record["narrative"][span["start"] : span["end"]])) for span in record["provenance"])
    return number - len(provenance_left(record, output)), number


def count_clean(record: Record, output: Output) -> Counts:
    """Without any identifier or provenance left, all."""
    return float(not identifiers_left(record, output) and not provenance_left(record, output)), 1


def count_without_identifier(record: Record, output: Output) -> Counts:
    """Without any identifier left, all."""
    return float(not identifiers_left(record, output)), 1


def provenance_words_left(record: Record, output: Output) -> tuple[set[str], set[str]]:
    """The content words of provenance spans: those still standing, and all."""
    inside = {
        word
        for span in record["provenance"]
        for word in words_of(record["narrative"][span["start"] : span["end"]])
        if word not in STOP_WORDS and len(word) > 1
    }
    outside = Counter(words_of(blank(record["narrative"], record["provenance"], " ")))
    log = Counter(words_of(_log(output)))
    return {word for word in inside if log[word] > outside[word]}, inside


def count_provenance_words(record: Record, output: Output) -> Counts:
    """Left, all."""
    left, all_words = provenance_words_left(record, output)
    return len(left), len(all_words)


def is_kept(phrase: str, log: str) -> bool:
    """Whether 80 % of the phrase's words stand in the log in order, within half as many words again."""
    wanted, words = words_of(phrase), words_of(without_placeholders(log))
    if not wanted:
        return True
    needed = ceil(KEEP_SHARE * len(wanted) - 1e-9)
    width = max(len(wanted) + 2, ceil(1.5 * len(wanted)))
    return any(word in wanted and _longest_common(wanted, words[at : at + width]) >= needed for at, word in enumerate(words))


def _longest_common(first: Sequence[str], second: Sequence[str]) -> int:
    row = [0] * (len(second) + 1)
    for one in first:
        before = 0
        for at, other in enumerate(second, 1):
            before, row[at] = row[at], before + 1 if one == other else max(row[at], row[at - 1])
    return row[-1]


def keeps_lost(record: Record, output: Output) -> list[Record]:
    """The gold keep phrases that the log no longer says; a held log says nothing."""
    return [span for span in record["keep"] if output.held or not is_kept(record["narrative"][span["start"] : span["end"]], output.text)]


def count_keep(record: Record, output: Output) -> Counts:
    """Kept, all."""
    return len(record["keep"]) - len(keeps_lost(record, output)), len(record["keep"])


def match_statements(record: Record, output: Output) -> list[tuple[Record, int]]:
    """Gold statements with the place of the log statement that says most of what remains of them, each used once."""
    cuts = [*record["provenance"], *record["identifiers"]]
    remains = []
    for statement in record["statements"]:
        if statement["kind"] is None:
            continue
        start, end = statement["start"], statement["end"]
        inside = [
            {"start": max(span["start"] - start, 0), "end": min(span["end"], end) - start}
            for span in cuts
            if span["start"] < end and start < span["end"]
        ]
        text = blank(record["narrative"][start:end], inside, " ")
        plain = [span["plain"] for span in record["vantage"] if start <= span["start"] < end]
        remains.append((statement, Counter(words_of(f"{text} {' '.join(plain)}"))))
    written = [Counter(word for word in words_of(without_placeholders(text)) if word != GAP) for text, _ in output.statements]
    scored = []
    for number, (_, gold) in enumerate(remains):
        for place, log in enumerate(written):
            common = (gold & log).total()
            if common:
                scored.append((2 * common / (gold.total() + log.total()), -abs(number - place), number, place))
    matched: list[tuple[Record, int]] = []
    used_gold: set[int] = set()
    used_log: set[int] = set()
    for score, _, number, place in sorted(scored, reverse=True):
        if score >= MATCHED_OVERLAP and number not in used_gold and place not in used_log:
            used_gold.add(number)
            used_log.add(place)
            matched.append((remains[number][0], place))
    return sorted(matched, key=lambda pair: int(pair[0]["start"]))


def count_statements(record: Record, output: Output) -> Counts | None:
    """For each kind: right, wrongly so called, missed."""
    if output.statements and all(kind is None for _, kind in output.statements):
        return None
    counts = dict.fromkeys(((kind, what) for kind in KINDS for what in ("right", "wrong", "missed")), 0.0)
    for gold, place in match_statements(record, output):
        said = output.statements[place][1]
        if said == gold["kind"]:
            counts[gold["kind"], "right"] += 1
        else:
            counts[gold["kind"], "missed"] += 1
            if said in KINDS:
                counts[said, "wrong"] += 1
    return tuple(counts.values())


def count_matched(record: Record, output: Output) -> Counts | None:
    """Gold statements that a log statement was matched with, all."""
    if output.statements and all(kind is None for _, kind in output.statements):
        return None
    return len(match_statements(record, output)), sum(statement["kind"] is not None for statement in record["statements"])


def count_outcome(record: Record, output: Output) -> Counts | None:
    """Right, all."""
    return None if output.outcome is None else (float(output.outcome == record["outcome"]), 1)


def count_high(record: Record, output: Output) -> Counts | None:
    """High found, all high."""
    if output.priority is None:
        return None
    return float(record["priority"] == output.priority == "high"), float(record["priority"] == "high")


def count_high_called(record: Record, output: Output) -> Counts | None:
    """Called high rightly, all called high."""
    if output.priority is None:
        return None
    return float(record["priority"] == output.priority == "high"), float(output.priority == "high")


def count_categories(record: Record, output: Output) -> Counts | None:
    """Right, wrong, missed."""
    if output.categories is None:
        return None
    gold, said = set(record["categories"]), set(output.categories)
    return len(gold & said), len(said - gold), len(gold - said)


def count_held(record: Record, output: Output) -> Counts:
    """Held, all."""
    return float(output.held), 1


def strictest(roles: Iterable[str]) -> str:
    """The role that decides how an identifier is treated."""
    return min(roles, key=ROLE_STRICTNESS.index)


def count_roles(record: Record, output: Output) -> Counts | None:
    """Right, all identifiers that were found, mention by mention; the strictest role is compared."""
    if output.identifiers is None:
        return None
    right = found = 0
    for span in record["identifiers"]:
        overlapping = [
            (min(one.end, span["end"]) - max(one.start, span["start"]), one)
            for one in output.identifiers
            if one.start < span["end"] and span["start"] < one.end
        ]
        if overlapping:
            found += 1
            right += max(overlapping, key=lambda pair: pair[0])[1].role == strictest(span["roles"])
    return right, found


def vantage_missed(record: Record, output: Output) -> list[Record]:
    """The gold vantage spans of which less than half was found to be vantage or provenance."""
    covered: set[int] = set()
    for start, end in output.covered or ():
        covered.update(range(start, end))
    return [
        span
        for span in record["vantage"]
        if sum(at in covered for at in range(span["start"], span["end"])) < VANTAGE_COVER * (span["end"] - span["start"])
    ]


def count_vantage(record: Record, output: Output) -> Counts | None:
    """Found, all."""
    if output.covered is None:
        return None
    return len(record["vantage"]) - len(vantage_missed(record, output)), len(record["vantage"])


def first_person_left(record: Record, output: Output) -> list[str]:
    """The source's "I", "we", "my" in the log; those that the narrative has outside provenance are somebody's words or no pronoun."""
    log = without_placeholders(output.text)
    free = (blank(record["narrative"], record["provenance"], " "), free_of_provenance(record))
    left = []
    for word in sorted(set(words_of(log)) & FIRST_PERSON):
        pattern = _words_pattern([word])
        ordinary = [other for text in free for other in _occurrences(pattern, text)]
        left += [word for one in _occurrences(pattern, log) if not _excused(one, ordinary)]
    return left


def count_first_person(record: Record, output: Output) -> Counts:
    """Submissions with the source's first person left, all."""
    return float(bool(first_person_left(record, output))), 1


# --- figures ----------------------------------------------------------------------------------------------------------------

Sums = np.ndarray[Any, np.dtype[np.float64]]


def _share(sums: Sums) -> Sums:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums[..., 0] / sums[..., 1])


def _f1(right: Sums, wrong: Sums, missed: Sums) -> Sums:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(2 * right / (2 * right + wrong + missed))


def _macro_f1(sums: Sums) -> Sums:
    """The mean over the kinds that occur."""
    scores = np.stack([_f1(sums[..., at], sums[..., at + 1], sums[..., at + 2]) for at in range(0, sums.shape[-1], 3)], axis=-1)
    number = (~np.isnan(scores)).sum(-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.nansum(scores, axis=-1) / number)


def _micro_f1(sums: Sums) -> Sums:
    return _f1(sums[..., 0], sums[..., 1], sums[..., 2])


@dataclass(frozen=True, slots=True)
class Measure:
    """A name of design section 8, its counts of one submission, and how the sums of the counts become a figure."""

    name: str
    count: Callable[[Record, Output], Counts | None]
    worth: Callable[[Sums], Sums] = _share
    target: str = ""


MEASURES = (
    Measure("identifier recall", count_identifiers, target="≥ 0.99"),
    Measure("identifier recall, literal", count_identifiers_literal),
    Measure("strict identifier recall", count_identifiers_strict, target="≥ 0.98"),
    Measure("source identifiers left", count_source_identifiers, target="0"),
    Measure("submissions without identifier left", count_without_identifier, target="≥ 0.95"),
    Measure("clean submissions", count_clean),
    Measure("provenance recall", count_provenance, target="≥ 0.93"),
    Measure("provenance words left", count_provenance_words, target="≤ 0.08"),
    Measure("first person left", count_first_person),
    Measure("keep retention", count_keep, target="≥ 0.94"),
    Measure("statement macro-F1", count_statements, _macro_f1, target="≥ 0.88"),
    Measure("statements matched", count_matched),
    Measure("outcome accuracy", count_outcome, target="≥ 0.78"),
    Measure("high-priority recall", count_high, target="≥ 0.90"),
    Measure("high-priority precision", count_high_called),
    Measure("category micro-F1", count_categories, _micro_f1, target="≥ 0.80"),
    Measure("held rate", count_held, target="≤ 0.03"),
    Measure("role accuracy", count_roles),
    Measure("vantage recall", count_vantage),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure's value with its 95 % interval, and over how many it is: spans, submissions, or the counts of an F1."""

    value: float
    low: float
    high: float
    of: int


def figure(
    counts: Sequence[Counts | None], worth: Callable[[Sums], Sums] = _share, *, resamples: int = RESAMPLES, seed: int = 0
) -> Figure | None:
    """The figure of per-submission counts; submissions are drawn anew for the interval. None where there is nothing to count."""
    table = np.array([count for count in counts if count is not None], dtype=np.float64)
    if not table.size:
        return None
    value = float(worth(table.sum(0)))
    if np.isnan(value):
        return None
    draws = np.random.default_rng(seed).multinomial(len(table), np.full(len(table), 1 / len(table)), size=resamples)
    drawn = worth(draws @ table)
    drawn = drawn[~np.isnan(drawn)]
    low, high = (float(bound) for bound in np.percentile(drawn, [2.5, 97.5])) if drawn.size else (value, value)
    return Figure(value, low, high, round(float(table.sum(0)[1] if table.shape[1] == 2 else table.sum())))


def measure_all(records: Sequence[Record], outputs: Sequence[Output], *, resamples: int = RESAMPLES) -> dict[str, Any]:
    """Every measure over all submissions, by sector and by style; identifiers by type, name community and role; provenance by kind."""
    pairs = list(zip(records, outputs, strict=True))
    counts = {one.name: [one.count(record, output) for record, output in pairs] for one in MEASURES}

    def figures(places: Sequence[int]) -> dict[str, Figure | None]:
        return {one.name: figure([counts[one.name][place] for place in places], one.worth, resamples=resamples) for one in MEASURES}

    everything = range(len(records))
    result: dict[str, Any] = {"all": figures(everything)}
    for key in ("sector", "style"):
        values = sorted({record[key] for record in records})
        result[f"by {key}"] = {value: figures([place for place in everything if records[place][key] == value]) for value in values}
    for label, key in (("by identifier type", "type"), ("by name community", "community")):
        values = sorted({span[key] for record in records for span in record["identifiers"] if key in span})
        result[label] = {value: _identifier_figures(records, outputs, key, value, resamples) for value in values}
    result["by identifier role"] = {
        role: _identifier_figures(records, outputs, "roles", role, resamples)
        for role in ROLE_STRICTNESS
        if any(role in span["roles"] for record in records for span in record["identifiers"])
    }
    kinds = sorted({span["kind"] for record in records for span in record["provenance"]})
    left = [provenance_left(record, output) for record, output in pairs]
    result["by provenance kind"] = {}
    for kind in kinds:
        gone = [_gone(record, missed, kind) for record, missed in zip(records, left, strict=True)]
        result["by provenance kind"][kind] = {"provenance recall": figure(gone, resamples=resamples)}
    return result


def _gone(record: Record, left: Sequence[Record], kind: str) -> Counts:
    number = sum(span["kind"] == kind for span in record["provenance"])
    return number - sum(span["kind"] == kind for span in left), number


def _identifier_figures(
    records: Sequence[Record], outputs: Sequence[Output], key: str, value: str, resamples: int
) -> dict[str, Figure | None]:
    def only(span: Record) -> bool:
        return value in span[key] if key == "roles" else span.get(key) == value

    figures: dict[str, Figure | None] = {}
    for name, left in (("identifier recall", identifiers_left), ("strict identifier recall", identifier_parts_left)):
        counts: list[Counts] = []
        for record, output in zip(records, outputs, strict=True):
            number = len(_strings(record, only))
            counts.append((number - len(left(record, output, only)), number) if number else (0, 0))
        figures[name] = figure(counts, resamples=resamples)
    return figures
