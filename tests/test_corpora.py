"""What the corpora's builder makes and what its checker finds, on small corpora with one fault each."""

from __future__ import annotations

import copy
import hashlib
import json
import re

import pytest

from corpora import build, check, generate
from corpora.markup import read_submission
from cpi_sanitise import Submission
from cpi_sanitise.intake import read_submissions

TEXT = """id: {reference}
sector: health
style: plain
received_at: 2026-03-11
source_role: nurse
source_vantage: visits
categories: drugs
outcome: intelligence_log
priority: normal
keep: {keep}
text:
<F.fh>{{{{acquisition|{seen}}}}} {said} [[PERSON.sub.wb|{name}]].
"""
WORDS = {
    "train": ("I saw that", "two men carry boxes from a red van at dusk and pay"),
    "dev": ("She told me that", "every Friday somebody burns cable behind the shops near"),
    "test": ("At the clinic", "a girl of about fifteen waits for cars along with"),
}
NAMES = {"train": "Imran Sheikh", "dev": "Grace Penny", "test": "Leke Ojo"}


def marked(reference, split, **fields):
    seen, said = WORDS[split]
    values = {"name": NAMES[split], "seen": seen, "said": said, "keep": " ".join(said.split()[:4]), **fields}
    return TEXT.format(reference=reference, **values)


@pytest.fixture
def folder(tmp_path):
    for split in build.SPLITS:
        place = tmp_path / "marked" / split
        place.mkdir(parents=True)
        (place / "b.txt").write_text(marked(f"{split}-2", split) + "====\n", encoding="utf-8")
        other = marked(f"{split}-1", split, seen="Overheard", said="nothing of note apart from", keep="nothing of note")
        if split == "train":
            (place / "a.txt").write_text(other, encoding="utf-8")
    return tmp_path


def test_records_are_sorted_and_the_bytes_are_the_same_each_time(folder):
    assert build.main(folder) == 0
    first = {path.name: path.read_bytes() for path in folder.glob("*.jsonl")}
    assert [record["reference"] for record in build.read_split("train", folder)] == ["train-1", "train-2"]
    assert build.main(folder) == 0
    assert {path.name: path.read_bytes() for path in folder.glob("*.jsonl")} == first
    assert set(first) == {"train.jsonl", "dev.jsonl", "test.jsonl"}


def test_the_checksum_is_that_of_the_test_split(folder):
    build.main(folder)
    digest = hashlib.sha256((folder / "test.jsonl").read_bytes()).hexdigest()
    assert (folder / "CHECKSUMS").read_text(encoding="utf-8") == f"{digest}  test.jsonl\n"


def test_a_line_separator_inside_a_text_is_no_new_record(folder):
    (folder / "marked/dev/b.txt").write_text(marked("dev-2", "dev", said="one\u2028two and three", keep="two and three"), encoding="utf-8")
    build.main(folder)
    assert "\u2028" in build.read_split("dev", folder)[0]["narrative"]


def test_a_split_with_a_fault_is_not_written_and_of_test_no_text_is_told(folder, capsys):
    (folder / "marked/test/c.txt").write_text(marked("test-9", "test", keep="words that are secret"), encoding="utf-8")
    assert build.main(folder) == 1
    printed = capsys.readouterr().out
    assert "test/c.txt: test-9: keep phrase not in the narrative" in printed
    assert "secret" not in printed
    assert not (folder / "test.jsonl").exists()
    assert (folder / "dev.jsonl").exists()


def test_good_corpora_have_no_fault(folder, capsys):
    build.main(folder)
    assert check.main(folder) == 0
    printed = capsys.readouterr().out
    assert "0 faults" in printed
    assert re.search(r"submissions\W+2\W+1\W+1\b", printed)


def test_unbuilt_corpora_are_a_fault(folder, capsys):
    assert check.main(folder) == 1
    assert "not built: train, dev, test" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("split", "fields", "fault"),
    [
        ("test", {"name": "imran SHEIKH"}, "test-3: shares a full name with train train-1"),
        ("test", {"name": "Mr Imran Sheikh"}, "test-3: shares a full name with train train-1"),
        ("test", {"name": "Imran"}, None),
        ("test", {"name": "Mr Sheikh"}, None),
        ("test", {"said": "two men carry boxes from a red van"}, "test-3: shares a run of 8 words with train train-2"),
        ("test", {"said": "two men carry boxes from a red lorry"}, None),
        ("train", {"said": "two men carry boxes from a red van"}, None),
    ],
)
def test_what_two_splits_may_not_share(folder, capsys, split, fields, fault):
    given = {"said": "some quite other thing was said of", "seen": "By chance", "name": "Hope", **fields}
    text = marked(f"{split}-3", split, **given, keep=" ".join(given["said"].split()[:3]))
    (folder / "marked" / split / "c.txt").write_text(text, encoding="utf-8")
    build.main(folder)
    capsys.readouterr()
    assert check.main(folder) == int(fault is not None)
    printed = capsys.readouterr().out
    assert fault is None or fault in printed
    assert "Sheikh" not in printed
    assert "boxes" not in printed


def test_a_changed_file_is_a_fault(folder, capsys):
    build.main(folder)
    path = folder / "test.jsonl"
    path.write_bytes(path.read_bytes().replace(b"fifteen", b"sixteen"))
    assert check.main(folder) == 1
    printed = capsys.readouterr().out
    assert "test: the file is not what `python -m corpora.build` makes" in printed
    assert "test: the file does not have the checksum in CHECKSUMS" in printed


def test_a_reference_used_twice_is_a_fault(folder, capsys):
    (folder / "marked/dev/c.txt").write_text(marked("train-1", "dev"), encoding="utf-8")
    build.main(folder)
    assert check.main(folder) == 1
    assert "train-1: the reference stands 2 times" in capsys.readouterr().out


def test_near_copies_are_counted(folder, capsys):
    (folder / "marked/dev/c.txt").write_text(marked("dev-3", "dev", name="Hope"), encoding="utf-8")
    build.main(folder)
    assert check.main(folder) == 0
    assert "near-copies in dev: dev-2 dev-3" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("label", "changes", "fault"),
    [
        ("identifiers", {"end": 999}, "offsets outside"),
        ("identifiers", {"end": 0}, "offsets outside"),
        ("identifiers", {"type": "NAME"}, "unknown type"),
        ("identifiers", {"roles": ["witness"]}, "unknown role"),
        ("identifiers", {"roles": []}, "unknown role, or none"),
        ("identifiers", {"community": "martian"}, "has a community"),
        ("identifiers", {"type": "PHONE"}, "has a community"),
        ("provenance", {"kind": "hearsay"}, "unknown kind"),
        ("provenance", {"start": 10, "end": 11}, "no text"),
        ("statements", {"basis": None}, "unknown basis"),
        ("statements", {"kind": "guess"}, "unknown kind"),
        ("statements", {"end": 20}, "text after the last statement"),
        ("keep", {"start": 0}, "over an identifier, provenance or vantage"),
    ],
)
def test_faults_of_a_record(label, changes, fault):
    record = copy.deepcopy(read_submission(marked("train-1", "train")))
    assert list(check.record_faults(record)) == []
    record[label][0] |= changes
    assert any(fault in found for found in check.record_faults(record))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("sector", "army"),
        ("style", ""),
        ("outcome", "x"),
        ("priority", "low"),
        ("categories", ["tax"]),
        ("categories", []),
        ("form", {"x": "y"}),
    ],
)
def test_unknown_labels_of_a_record(key, value):
    record = read_submission(marked("train-1", "train")) | {key: value}
    assert any("unknown" in fault for fault in check.record_faults(record))


def test_generated_submissions_are_fresh_distinct_and_the_same_each_time(tmp_path):
    made = [json.loads(line) for line in generate.submissions(1400, 7)]
    assert len({one["reference"] for one in made}) == 1400
    # The first text comes again after all of them, with other values.
    assert len({one["narrative"] for one in made}) > 1350
    assert set(made[0]) == {"reference", "narrative", "form", "received_at"}
    assert made[700] == generate.submission(700, 7)
    assert made[700]["narrative"] != generate.submission(700, 8)["narrative"] or made[700]["form"] != generate.submission(700, 8)["form"]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(one) + "\n" for one in made), encoding="utf-8")
    assert all(isinstance(one, Submission) for one in read_submissions([tmp_path / "a.jsonl"]))


def test_any_number_of_processes_generates_the_same_lines():
    assert list(generate.submissions(700, 7, n_process=2)) == list(generate.submissions(700, 7))
