"""The attack benchmark: cuts made from labels hold no provenance, sheets do not tell, answers are scored. No model."""

import json
import random

import numpy as np
import pytest

from benchmarks.attackers import GROUPS, Known, _standard, by_words, description, role_group
from benchmarks.attribution import by_risk, majority, reciprocal_rank, share_best, success_among
from benchmarks.conditions import Reading, perfect_cut
from benchmarks.sheets import LETTERS, AnswerError, make_sheets, read_answers, same_walk, write_sheets


def record(number=1, sector="transport", role="bus driver", stands="drives the late service", **more):
    return {
        "reference": f"made-up-{number}",
        "sector": sector,
        "source": {"role": role, "vantage_point": stands},
        "form": {},
        "narrative": "",
        "identifiers": [],
        "provenance": [],
        "keep": [],
        **more,
    }


def spans(narrative, **found):
    """Each label's spans by the words they stand on."""
    out = {}
    for label, wanted in found.items():
        out[label] = []
        for words, more in wanted:
            start = narrative.index(words)
            out[label].append({"start": start, "end": start + len(words), **more})
    return out


@pytest.mark.parametrize(
    ("narrative", "provenance", "identifiers", "left"),
    [
        (
            "My passenger told me that Lee Marsh sells tablets.",
            ["My passenger told me that "],
            [("Lee Marsh", "PERSON")],
            "[PERSON 1] sells tablets.",
        ),
        ("Two men, I saw, swap bags.", [", I saw,"], [], "Two men swap bags."),
        # A name inside a cut goes with it and leaves no gap in the numbers.
        ("Ann Dow told us so. Lee rings 01632 960123 and Lee laughs.", ["Ann Dow told us so."],
         [("Ann Dow", "PERSON"), ("Lee", "PERSON"), ("01632 960123", "PHONE")], "[PERSON 1] rings [PHONE 1] and Lee laughs."),
        ("I am her nurse.", ["I am her nurse."], [], ""),
        ("He left. As his carer, I know.\nHe has a gun.", ["As his carer, I know."], [], "He left.\nHe has a gun."),
    ],
)  # fmt: skip
def test_perfect_cut(narrative, provenance, identifiers, left):
    labels = spans(
        narrative, provenance=[(words, {}) for words in provenance], identifiers=[(words, {"type": kind}) for words, kind in identifiers]
    )
    assert perfect_cut(record(narrative=narrative, **labels)) == left


def test_perfect_cut_leaves_no_provenance_of_the_corpora():
    from benchmarks.measures import Output, provenance_left
    from corpora.build import read_split

    records = read_split("dev")
    left = sum(len(provenance_left(one, Output(((perfect_cut(one), None),)))) for one in records)
    assert left == 0


@pytest.mark.parametrize(
    ("role", "group"),
    [
        ("community midwife", "treats"),
        ("primary school teacher", "teaches"),
        ("foster carer", "cares"),
        ("bus driver", "drives or carries"),
        ("food bank volunteer", "volunteers"),
        ("resident of the same close", "lives there"),
        ("residential children's home worker", "cares"),
        ("parish priest", "leads a faith"),
        ("pawnbroker", "sells or makes"),
        ("mushroom forager", "lives there"),
    ],
)
def test_role_group(role, group):
    assert role_group(role) == group
    assert group in GROUPS


WALK = [record(number, role=f"driver {number}", stands=f"stands at place {number}") for number in range(8)]


def readings(condition):
    return [Reading(f"A man sells tablets, {condition} {number}.", risk="low") for number in range(8)]


@pytest.fixture
def sheets():
    return make_sheets(WALK, {name: readings(name) for name in ("one", "two", "three")}, seed=1)


def test_sheets_tell_neither_condition_nor_reference(sheets):
    texts, key = sheets
    for text in texts.values():
        assert "made-up-" not in text
        assert "low" not in text.replace("below", "")
    assert {row["answer"] for row in key} <= set(LETTERS)


def test_right_answer_stands_under_its_letter(sheets):
    texts, key = sheets
    for row in key:
        item = texts[row["sheet"]].split(f"\nItem {row['item']}\n")[1].split("-" * 80)[0]
        number = int(row["reference"].removeprefix("made-up-"))
        assert f"{row['condition']} {number}." in item
        assert f"  {row['answer']}. {description(WALK[number])}\n" in item
        assert sum(f"  {letter}. " in item for letter in LETTERS) == 5


def test_each_reader_reads_each_log_once_and_each_log_is_read_in_each_condition(sheets):
    _, key = sheets
    by_reader = {reader: [row for row in key if row["sheet"].startswith(reader)] for reader in ("reader1", "reader2", "reader3")}
    for rows in by_reader.values():
        assert sorted(row["reference"] for row in rows) == sorted(one["reference"] for one in WALK)
    assert len({(row["reference"], row["condition"]) for row in key}) == 24


def test_right_letters_are_not_always_the_same(sheets):
    assert len({row["answer"] for row in sheets[1]}) > 2


@pytest.mark.parametrize("form", ["{item}: {letter}", "{item}. {letter}", '{{"item": {item}, "answer": "{letter}"}}', "{item}:{letter}  "])
def test_answers_are_scored(sheets, tmp_path, form):
    write_sheets(tmp_path, *sheets)
    rows = [json.loads(line) for line in (tmp_path / "key.jsonl").read_text().splitlines()]
    lines = []
    for row in rows:
        if row["sheet"] == "reader1_sheet1":
            right = row["condition"] == "one"
            letter = row["answer"] if right else LETTERS[(LETTERS.index(row["answer"]) + 1) % 5]
            lines.append(form.format(item=row["item"], letter=letter.lower()))
    (tmp_path / "reader1_sheet1.txt").write_text("\n".join(lines))
    answered = read_answers(tmp_path)
    assert len(answered) == 8
    assert all(one.right == (one.condition == "one") for one in answered)


def test_an_item_without_an_answer_is_wrong(sheets, tmp_path):
    write_sheets(tmp_path, *sheets)
    (tmp_path / "reader2_sheet1.txt").write_text("")
    assert [one.right for one in read_answers(tmp_path)] == [False] * 8


@pytest.mark.parametrize("line", ["99: A", "1: F", "the first is A", "1: A\n1: B"])
def test_a_line_that_is_no_answer_is_refused(sheets, tmp_path, line):
    write_sheets(tmp_path, *sheets)
    (tmp_path / "reader1_sheet1.txt").write_text(line)
    with pytest.raises(AnswerError):
        read_answers(tmp_path)


def test_decoys_are_of_the_same_walk_and_described_otherwise():
    records = [*WALK, record(9, sector="health"), record(10, role="driver 0", stands="stands at place 0")]
    for seed in range(20):
        others = same_walk(0, records, random.Random(seed))
        assert len(others) == len(set(others)) == 4
        assert not {0, 8, 9} & set(others)


@pytest.mark.parametrize(
    ("scores", "best", "rank"),
    [([3, 1, 2], 1, 1), ([1, 3, 2], 0, 1 / 3), ([2, 2, 1], 0.5, 1 / 1.5), ([0, 0, 0, 0, 0], 0.2, 1 / 3)],
)
def test_scores(scores, best, rank):
    assert share_best(scores) == best
    assert reciprocal_rank(scores) == rank


def test_success_is_a_mean_over_draws():
    scores = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 0.0], [5.0, 0.0, 1.0]])
    assert success_among(scores, [[[1], [2]], [[0, 2]], []], share_best) == [0.5, 1.0, 0.0]


def test_majority_is_of_those_asked():
    assert majority(["b", "b", "a"]) == pytest.approx(2 / 3)


def test_held_logs_have_no_risk_figure():
    found = by_risk([1.0, 0.0, 1.0], [Reading("a", risk="low"), Reading("b", risk="low"), Reading("", held=True, risk="high")])
    assert found["low"].value == 0.5
    assert found["high"] is None


def test_words_attacker_learns_what_is_there():
    pytest.importorskip("sklearn")
    talk = {"bus driver": "the bus and the depot and the late service", "nurse": "the ward and the dressing and the ulcer"}
    records = [
        record(number, sector="transport" if role == "bus driver" else "health", role=role, stands=f"knows {talk[role]}")
        for number in range(12)
        for role in talk
    ]
    logs = [f"A man swaps tablets near {talk[one['source']['role']]}." for one in records]
    guess = by_words(logs, Known.of(records), [logs[0], logs[1]], Known.of(records[:2]))
    assert guess.sectors.argmax(axis=1).tolist() == [1, 0]
    assert guess.descriptions.argmax(axis=1).tolist() == [0, 1]


def test_scores_of_one_candidate_do_not_divide_by_zero():
    assert _standard(np.array([[2.0], [3.0]])).tolist() == [[0.0], [0.0]]


def test_one_command_makes_the_figures(tmp_path, monkeypatch):
    """The command over made-up records with the texts given: tables, curve and file; no model."""
    pytest.importorskip("sklearn")
    from click.testing import CliRunner

    from benchmarks import attribution

    talk = {"bus": "depot late service", "ward": "dressing ulcer", "wing": "cell landing", "shop": "till counter", "loft": "boiler flue"}
    records = [
        record(
            number * 10 + place,
            sector=sector,
            role=f"{word} {'nurse' if sector == 'health' else 'driver'}",
            stands=f"knows {rest} {number}",
            narrative=f"He hides it near the {word}, {rest}. I saw.",
            provenance=[],
        )
        for number in range(3)
        for sector in ("transport", "health")
        for place, (word, rest) in enumerate(talk.items())
    ]
    given = {
        name: [Reading(f"{one['narrative']} {name}", risk="low", kept=1, keeps=2) for one in records]
        for name in ("original", "perfect cut", "ordinary", "cautious")
    }
    monkeypatch.setattr(attribution, "read_split", lambda split: records)
    monkeypatch.setattr(attribution, "texts", lambda name, split, of, folder: given[name])
    chosen = [part for name in given for part in ("--condition", name)]
    out = tmp_path / "figures.json"
    ran = CliRunner().invoke(
        attribution.main, [*chosen, "--no-encoder", "--out", str(out), "--answers", str(tmp_path)], catch_exceptions=False
    )
    assert ran.exit_code == 0
    made = json.loads(out.read_text())
    assert [point["point"] for point in made["curve"]] == ["perfect cut", "ordinary", "cautious"]
    assert made["curve"][1]["keep retention"] == 0.5
    assert made["conditions"]["original"]["attackers"]["words"]["candidates"]["value"] > 0.5
    assert made["readers"] is None
    assert CliRunner().invoke(attribution.main, ["--sheets", str(tmp_path)], catch_exceptions=False).exit_code == 0
    assert (tmp_path / "key.jsonl").exists()
