"""Attackers who learn from sanitised logs with their sources, and then guess the source of a log they have not seen.

Each is trained anew on the logs of the condition that it attacks, since whoever sees logs every day learns what is left in
them. It gives, for logs it has not seen, the likelihood of each sector and each group of roles, and how well each of many
descriptions of a source fits each log.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.baselines import Unavailable
from benchmarks.measures import Record

Matrix = NDArray[np.float64]
ROOT = Path(__file__).parent.parent

# The first that fits; what a source does all day, whatever the sector. A role that fits none is in the last.
ROLE_GROUPS: tuple[tuple[str, str], ...] = (
    (
        "volunteers",
        r"volunteer|befriend|trustee|treasurer|secretary of|committee|mentor|scout|guide|cadet|coach|fellowship|co-?ordinator of|steward",
    ),
    (
        "leads a faith",
        r"priest|vicar|imam|rabbi|minister|pastor|chaplain|sister$|nun\b|monk|granthi|curate|deacon|churchwarden|verger|sexton|temple|"
        r"mosque|church",
    ),
    (
        "lives there",
        r"resident\b(?!ial)|neighbour\b|mother|father|aunt|uncle|brother|sister|partner\b|friend|holder|dog walker|tenant$|relative|grand|"
        r"babysitter|watch co|former|\bwife\b|husband|guest|colleague|housemate|swimmer|jogger|angler|birdwatcher|forager|buyer|mourner|"
        r"singer|\bparent of|cruiser|hobby|detectorist|living opposite",
    ),
    (
        "treats",
        r"nurse|doctor|\bgp\b|general practitioner|midwife|paramedic|pharmac|health visitor|radiograph|dentist|dental|therap|surgeon|psych|"
        r"clinic|ambulance|prosthet|optom|optic|physio|health|podiatr|phlebotom|audiolog|dietit|sonograph|acupunct|homeopath|screener|medic",
    ),
    (
        "teaches",
        r"teach|tutor|lecturer|instructor|pupil|school|head of|college|university|exam|nursery|playwork|safeguarding lead|librarian",
    ),
    (
        "enforces or inspects",
        r"inspect|enforce|trading standards|environmental health|licens|investigat|warden|guard|security|door supervisor|prison officer|"
        r"fraud|ranger|patrol|cctv|monitor|fire.*officer|firefighter|watch manager|crew",
    ),
    (
        "cares",
        r"carer|care work|care assistant|care home|foster|childminder|home manager|children's home|day centre|sheltered|hospice|escort|lodgings",
    ),
    (
        "casework",
        r"social work|case ?work|probation|advis[eo]r|support|key ?work|outreach|advocate|counsell|youth|family|refuge|personal assistant|"
        r"leaving care|reviewing|housing officer|liaison|\bworker|facilitator|interviewer|assessor|visitor|interpreter|resettlement|"
        r"supervisor|co-?ordinator",
    ),
    (
        "drives or carries",
        r"driver|conductor|courier|deliver|postal|postman|postwoman|refuse|bin|train|bus\b|ferry|pilot|lorry|taxi|cab|rail|station",
    ),
    (
        "desk",
        r"reception|clerk|administrator|officer$|assistant|operator|controller|registrar|concierge|call|cashier|agent|manager$|secretary|"
        r"attendant|porter|planner|canvasser|councillor",
    ),
    (
        "sells or makes",
        r"broker|jewel|florist|gunsmith|tailor|seamstress|shop|owner|dealer|landlord|publican|farmer|barber|hair|tattoo|keeper|seller|supplier|"
        r"salon|hire|bookkeep|accountant",
    ),
    (
        "repairs",
        r"engineer|mechanic|caretaker|cleaner|gardener|fitter|plumber|electric|installer|builder|scaffold|technician|locksmith|operative",
    ),
    ("other", r""),
)
GROUPS = tuple(name for name, _ in ROLE_GROUPS)


def role_group(role: str) -> str:
    """The group of a role, by its words."""
    return next(name for name, pattern in ROLE_GROUPS if re.search(pattern, role.lower()))


def description(record: Record) -> str:
    """A candidate source as a reader of the log is told of it: role and where it stands."""
    source = record["source"]
    return f"{source['role']}: {source['vantage_point']}"


def submitter(record: Record) -> str:
    """A submitter of a batch as somebody who knows the services knows it: name, role, organisation."""
    form = record["form"]
    parts = (form.get("submitter_name", ""), record["source"]["role"], form.get("submitter_organisation", ""))
    return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Known:
    """What an attacker learns from: whose each log is."""

    sectors: list[str]
    groups: list[str]
    descriptions: list[str]
    submitters: list[str]

    @classmethod
    def of(cls, records: Sequence[Record]) -> Known:
        return cls(
            [record["sector"] for record in records],
            [role_group(record["source"]["role"]) for record in records],
            [description(record) for record in records],
            [submitter(record) for record in records],
        )


@dataclass(frozen=True, slots=True)
class Guess:
    """What an attacker says of logs: a row a log. Columns are the labels in alphabetical order, the descriptions, the submitters."""

    sectors: Matrix
    groups: Matrix
    descriptions: Matrix
    submitters: Matrix


# --- words ------------------------------------------------------------------------------------------------------------------


def _grams(*, longest: int, rare: int) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_union

    return make_union(
        TfidfVectorizer(ngram_range=(1, longest), min_df=rare, sublinear_tf=True, stop_words="english"),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=rare, sublinear_tf=True),
    )


RIDGE = 0.3  # chosen on dev over the originals, as is SHARED
SHARED = 0.5


def by_words(logs: Sequence[str], known: Known, unseen: Sequence[str], asked: Known) -> Guess:
    """Word and character n-grams: logistic regression for sector and role; for descriptions, ridge regression from the n-grams of a log
    to those of its source's description, with the words that log and description share."""
    from sklearn.linear_model import LogisticRegression

    grams = _grams(longest=2, rare=2)
    learned, seen = grams.fit_transform(logs), grams.transform(unseen)

    def likelihoods(labels: Sequence[str]) -> Matrix:
        # liblinear-like strength: with a thousand texts of a hundred words, less regularisation is better.
        model = LogisticRegression(C=10, max_iter=400).fit(learned, labels)
        return np.asarray(model.predict_proba(seen), dtype=np.float64)

    kernel = (learned @ learned.T).toarray() / 2
    nearness = (seen @ learned.T).toarray() / 2
    weights = nearness @ np.linalg.inv(kernel + RIDGE * np.eye(len(logs)))

    def fits(of_logs: Sequence[str], candidates: Sequence[str]) -> Matrix:
        told = _grams(longest=1, rare=1)
        told.fit([*of_logs, *candidates])
        mean = np.asarray(told.transform(of_logs).mean(axis=0))
        expected = weights @ (told.transform(of_logs).toarray() - mean)
        options = told.transform(candidates)
        predicted = np.asarray((options @ expected.T).T)
        shared = np.asarray((told.transform(unseen) @ options.T).toarray())
        return _standard(predicted) + SHARED * _standard(shared)

    return Guess(
        likelihoods(known.sectors),
        likelihoods(known.groups),
        fits(known.descriptions, asked.descriptions),
        fits(known.submitters, asked.submitters),
    )


def _standard(scores: Matrix) -> Matrix:
    """Scores of each log with mean 0 and deviation 1, so that those of two attackers can be added."""
    spread = scores.std(axis=1, keepdims=True)
    return np.asarray((scores - scores.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1))


def together(first: Guess, second: Guess) -> Guess:
    """Two attackers who put their heads together."""

    def mixed(one: Matrix, other: Matrix) -> Matrix:
        return np.sqrt(np.maximum(one, 1e-9) * np.maximum(other, 1e-9))

    return Guess(
        mixed(first.sectors, second.sectors),
        mixed(first.groups, second.groups),
        _standard(first.descriptions) + _standard(second.descriptions),
        _standard(first.submitters) + _standard(second.submitters),
    )


# --- the encoder ------------------------------------------------------------------------------------------------------------


def torch_python(given: str | None) -> str:
    """A Python that has torch: the one given, or this one; raises Unavailable."""
    if given:
        return given
    if importlib.util.find_spec("torch") and importlib.util.find_spec("safetensors"):
        return sys.executable
    raise Unavailable("the encoder needs torch: pip install -e '.[train]', or --torch-python with a Python that has it")


def by_encoder(
    logs: Mapping[str, Sequence[str]],
    unseen: Mapping[str, Sequence[str]],
    known: Known,
    asked: Known,
    *,
    folder: Path,
    python: str,
    base: str | None,
    seed: int,
) -> dict[str, Guess]:
    """The base encoder fine-tuned on each condition's logs (training.attacker), in a process of its own, since torch is no dependency of ours."""
    task: dict[str, Any] = {
        "labels": {"sectors": sorted(set(known.sectors)), "groups": sorted(set(known.groups))},
        "known": {"train": asdict(known), "asked": asdict(asked)},
        "conditions": {name: {"train": list(logs[name]), "asked": list(unseen[name])} for name in logs},
    }
    code = (ROOT / "training" / "attacker.py").read_text(encoding="utf-8")
    task["digests"] = {
        name: hashlib.sha256(json.dumps([code, seed, task["known"], texts], sort_keys=True).encode()).hexdigest()[:16]
        for name, texts in task["conditions"].items()
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "task.json").write_text(json.dumps(task), encoding="utf-8")
    command = [python, "-m", "training.attacker", str(folder), "--seed", str(seed), *(["--base", base] if base else [])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable(f"the encoder could not be trained: {done.stderr.strip().splitlines()[-1:]}")
    guesses = {}
    for name in logs:
        said = np.load(folder / f"encoder_{task['digests'][name]}.npz", allow_pickle=False)
        guesses[name] = Guess(*(said[f"asked/{what}"].astype(np.float64) for what in ("sectors", "groups", "descriptions", "submitters")))
    return guesses
