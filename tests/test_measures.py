"""Each measure of design section 8 on hand-made logs whose figure is known."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from benchmarks import accuracy, measures
from benchmarks.measures import Found, Output, figure, measure_all
from corpora.markup import read_submission

HEAD = """id: m-1
sector: health
style: plain
received_at: 2026-03-11
source_role: nurse
source_vantage: visits
form.submitter_name: Oluwaseun Marsh
categories: drugs, criminal_exploitation
outcome: intelligence_log
priority: high
"""
NARRATIVE = (
    "<X>{{source_role|I am his community nurse.}} "
    "<F.fh>{{acquisition|On my visit on Tuesday I saw that}} "
    "two younger males call at [[ADDRESS.sub|14 Tallow Street]], Andover around 10pm. "
    "<F.ts>{{relationship|My patient}} [[PERSON.sub.wb|Will Penny]] drives a grey Corsa, [[VEHICLE_REG.sub|BD51 SMR]]. "
    "<O.in>{{self_reference|I think}} he will sell it to [[PERSON.src+sub.sa|Grace]] by grace of his brother."
)


def gold(narrative: str = NARRATIVE, *keeps: str, head: str = HEAD) -> dict:
    lines = "".join(f"keep: {phrase}\n" for phrase in keeps or ("younger males call",))
    if all(phrase not in narrative for phrase in keeps or ("younger males call",)):
        lines, head = "", head.replace("intelligence_log", "no_action")
    return read_submission(f"{head}{lines}text:\n{narrative}")


def log(*statements: str, **fields) -> Output:
    return Output(tuple((text, "fact") for text in statements), **fields)


CLEAN = (
    "Two younger males call at [ADDRESS 1], Andover around 10pm.",
    "[PERSON 1] drives a grey Corsa, [VEHICLE 1].",
    "He will sell it to a woman by grace of his brother.",
)


def test_a_clean_log_is_clean():
    record, output = gold(), log(*CLEAN)
    assert measures.count_identifiers(record, output) == (4, 4)
    assert measures.count_identifiers_strict(record, output) == (4, 4)
    assert measures.count_source_identifiers(record, output) == (0, 2)
    assert measures.count_clean(record, output) == (1, 1)
    assert measures.count_provenance(record, output) == (4, 4)
    assert measures.count_first_person(record, output) == (0, 1)
    assert measures.count_keep(record, output) == (1, 1)
    assert measures.count_statements(record, output) == (2, 1, 0, 0, 0, 1, 0, 0, 0)


def test_nothing_is_left_in_a_held_log_and_nothing_kept():
    record, output = gold(), Output((), held=True, priority="high", outcome="safeguarding", categories=("drugs",))
    assert measures.count_identifiers(record, output) == (4, 4)
    assert measures.count_clean(record, output) == (1, 1)
    assert measures.count_keep(record, output) == (0, 1)
    assert measures.count_held(record, output) == (1, 1)
    assert measures.count_high(record, output) == (1, 1)
    assert measures.count_outcome(record, output) == (0, 1)
    assert measures.count_categories(record, output) == (1, 0, 1)
    assert measures.count_statements(record, output) == (0,) * 9


def test_a_held_log_keeps_nothing_even_where_it_has_statements():
    assert measures.count_keep(gold(), log(*CLEAN, held=True)) == (0, 1)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("He is at 14 tallow street.", ["14 Tallow Street"]),  # case
        ("He is at 14  TALLOW\nSTREET.", ["14 Tallow Street"]),  # spacing
        ("He drives bd51smr.", ["BD51 SMR"]),
        ("He drives XBD51SMR.", []),  # inside another word
        ("It was Will Penny's van.", ["Will Penny"]),
        ("Will Pennyworth came.", []),
        ("The thing belongs to Grace.", ["Grace"]),
        ("He met GRACE.", ["Grace"]),
        ("By grace of his brother.", []),  # the ordinary word, where the narrative has it
        ("Graceful.", []),
        ("[PERSON 1] met [PERSON 2].", []),
        ("", []),
    ],
)
def test_identifiers_left(text, left):
    record = gold()
    assert [span["text"] for span in measures.identifiers_left(record, log(text) if text else Output(()))] == left


def test_the_literal_recall_knows_no_ordinary_word():
    output = log(*CLEAN)
    assert measures.count_identifiers(gold(), output) == (4, 4)
    assert measures.count_identifiers_literal(gold(), output) == (3, 4)


def test_an_ordinary_word_is_no_excuse_for_a_name_elsewhere():
    record = gold("<F.fh>Jay and [[PERSON.sub.wb|Will]] said he will come, and will pay.")
    assert measures.identifiers_left(record, log("He will come, and will pay.")) == []
    assert len(measures.identifiers_left(record, log("Jay and Will said he will come."))) == 1
    assert len(measures.identifiers_left(record, log("Somebody met Will twice."))) == 1


def test_what_stands_beside_the_statements_counts_too():
    assert len(measures.identifiers_left(gold(), log("He left.", further="reported by Will Penny"))) == 1


def test_a_repeated_identifier_is_one_string():
    record = gold("<F.fh>[[PERSON.sub.wb|Imran]] met [[PERSON.sub.wb|IMRAN]] and [[PERSON.sub.wb|Imran]].")
    assert measures.count_identifiers(record, log("Imran met Imran.")) == (0, 1)


@pytest.mark.parametrize(
    ("mark", "text", "left"),
    [
        ("PERSON.sub.wb|Mr Imran Sheikh", "Sheikh was there", True),
        ("PERSON.sub.wb|Mr Imran Sheikh", "Mr Brown was there", False),  # a title singles nobody out
        ("PERSON.sub.wb|Imran S", "plan S was followed", False),
        ("PHONE.sub|07700 900123", "ending 0123", True),  # a run of four across the gap
        ("PHONE.sub|07700 900123", "ending 123", False),
        ("VEHICLE_REG.sub|BD51 SMR", "reg ends SMR", True),
        ("VEHICLE_REG.sub|BD51 SMR", "reg starts BD51", True),
        ("VEHICLE_REG.sub|BD51 SMR", "reg has D51S in it", True),
        ("VEHICLE_REG.sub|BD51 SMR", "a smrti text", False),  # inside a word of letters
        ("VEHICLE_REG.sub|L123 CAR", "the car left", False),  # ordinary word: the narrative has "the car"
        ("ADDRESS.sub|14 Tallow Street", "in Tallow", True),
        ("ADDRESS.sub|14 Tallow Street", "in the street at number 14", False),
        ("ORGANISATION.src|Oakmount Surgery", "at Oakmount", True),
        ("ORGANISATION.src|Oakmount Surgery", "at a surgery", False),
        ("POSTCODE.sub|SO16 9ZZ", "in SO16", True),
        ("POSTCODE.sub|so169zz", "in SO16", True),
        ("POSTCODE.sub|SO16 9ZZ", "in SO17", False),
        ("DOB.sub|04/03/2009", "born 2009", True),
        ("DOB.sub|04/03/09", "aged 17", False),
        ("EMAIL.sub|kaz.b@tallow.example", "mail to tallow.example", True),
        ("USERNAME.sub|@kaz_99", "known as kaz_99", True),
        ("NATIONAL_ID.sub|943 476 5919", "no 4765", True),
    ],
)
def test_distinctive_parts_left(mark, text, left):
    record = gold(f"<F.fh>the car left with [[{mark}]] there.")
    assert bool(measures.identifier_parts_left(record, log(text))) is left


def test_the_year_of_birth_is_excused_where_the_narrative_has_it_as_a_year():
    record = gold("<F.fh>[[DOB.sub|04/03/2009]]; it closed in 2009.")
    assert measures.identifier_parts_left(record, log("It closed in 2009.")) == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("I am his community nurse.", ["source_role"]),
        ("He is his community nurse.", []),  # three words of the span
        ("The man am his community nurse now.", ["source_role"]),
        ("My patient drives a Corsa.", ["relationship"]),
        ("My patient [PERSON 1] drives.", ["relationship"]),
        ("The patient drives.", []),
        ("I think he will sell it.", ["self_reference"]),
        ("On my visit on Wednesday they left.", ["acquisition"]),
    ],
)
def test_provenance_left(text, left):
    assert [span["kind"] for span in measures.provenance_left(gold(), log(text))] == left


def test_a_short_span_that_the_narrative_has_elsewhere_is_excused():
    record = gold('<F.fh>{{self_reference|I think}} he left. <F.fh>He told a girl "well I think so".')
    assert measures.provenance_left(record, log("He left.", 'He told a girl "well I think so".')) == []
    assert len(measures.provenance_left(record, log("I think he left.", 'He told a girl "well I think so".'))) == 1


def test_provenance_around_a_name_is_left_where_only_the_name_became_a_placeholder():
    record = gold("<F.fh>{{relationship|my patient [[PERSON.sub.wb|Jay]]}} drives a van.")
    assert len(measures.provenance_left(record, log("my patient [PERSON 1] drives a van."))) == 1
    assert measures.provenance_left(record, log("[PERSON 1] drives a van.")) == []


def test_provenance_words_left():
    record = gold("<F.fh>{{acquisition|During a home visit I saw}} a man visit twice.")
    left = measures.provenance_words_left(record, log("During a visit a man visit twice."))
    assert left == ({"visit"}, {"home", "visit", "saw"})
    assert measures.count_provenance_words(record, log("A man visit twice.")) == (0, 3)


@pytest.mark.parametrize(
    ("phrase", "text", "kept"),
    [
        ("two younger males call", "Two younger males call at [ADDRESS 1].", True),
        ("two younger males call", "Two males call.", False),  # 75 %
        ("two younger males call here", "Two males call here.", True),  # 80 %
        ("two younger males call here", "Here call males younger two.", False),  # order
        ("in Andover", "In Andover.", True),
        ("in Andover", "In the end he drove all the way round to Andover.", False),  # scattered
        ("around 10pm", "Around 11pm.", False),  # of two words both
        ("grey Corsa", "Grey Corsair.", False),
        ("can't stop", "can’t stop", True),
        ("£400", "He has 400.", True),
    ],
)
def test_is_kept(phrase, text, kept):
    assert measures.is_kept(phrase, text) is kept


def test_statements_are_matched_by_what_remains_of_them():
    record = gold()
    output = Output(((CLEAN[2], "opinion"), ("Nothing like it at all.", "mixed"), (CLEAN[0], "opinion")))
    assert [(statement["kind"], place) for statement, place in measures.match_statements(record, output)] == [("fact", 2), ("opinion", 0)]
    assert measures.count_statements(record, output) == (0, 0, 1, 1, 1, 0, 0, 0, 0)
    assert measures.count_matched(record, output) == (2, 3)


def test_macro_f1_is_over_the_kinds_that_occur():
    # fact: 2 right, 1 wrong, 1 missed, so 2/3; opinion: 1 right, 1 missed, 1 wrong, so 1/2; mixed never occurs.
    assert figure([(2, 1, 1, 1, 1, 1, 0, 0, 0)], measures._macro_f1).value == pytest.approx((2 / 3 + 1 / 2) / 2)


def test_category_micro_f1():
    assert figure([(1, 0, 1), (2, 1, 0)], measures._micro_f1).value == pytest.approx(6 / 8)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("I saw him.", ["i"]),
        ("It was our van and we're late.", ["our", "we're"]),
        ('He said "I will do it myself".', []),
        ("The iron was hot.", []),
    ],
)
def test_first_person_left(text, left):
    record = gold('<F.fh>{{acquisition|I saw that}} he left. <F.fh>He said "I will do it myself".')
    assert measures.first_person_left(record, log(text)) == left


def test_source_identifiers_are_those_of_narrative_and_form():
    record = gold()
    assert measures.count_source_identifiers(record, log("Reported to Grace by Oluwaseun Marsh.")) == (2, 2)
    assert measures.count_source_identifiers(record, log("He met Will Penny.")) == (0, 2)


def test_roles_are_compared_by_the_strictest():
    record = gold()
    places = {record["narrative"][span["start"] : span["end"]]: span["start"] for span in record["identifiers"]}
    found = (
        Found(places["Grace"], places["Grace"] + 5, "source"),
        Found(places["Will Penny"] + 5, places["Will Penny"] + 10, "third_party"),
        Found(0, 1, "submitter"),
    )
    assert measures.count_roles(record, log("", identifiers=found)) == (1, 2)
    assert measures.count_roles(record, log("")) is None


def test_vantage_is_found_where_half_of_it_is_covered():
    record = gold("<F.fh>The meter is ((trade_vocabulary|bypassed with tails=>bypassed)) today.")
    start = record["vantage"][0]["start"]
    assert measures.count_vantage(record, log("", covered=((start, start + 10),))) == (1, 1)
    assert measures.count_vantage(record, log("", covered=((start, start + 5),))) == (0, 1)
    assert measures.count_vantage(record, log("")) is None


def test_a_figure_has_an_interval_around_it():
    result = figure([(1, 1)] * 80 + [(0, 1)] * 20)
    assert result.value == 0.8
    assert 0.70 < result.low < 0.75 < 0.85 < result.high < 0.90
    assert result.of == 100


def test_a_figure_is_the_same_each_time():
    counts = [(1, 2), (2, 2), (0, 1)]
    assert figure(counts) == figure(counts)


def test_no_figure_over_nothing():
    assert figure([]) is None
    assert figure([None, None]) is None
    assert figure([(0, 0)]) is None


def test_all_measures_by_slice():
    result = measure_all([gold(), gold()], [log(*CLEAN, priority="high"), Output((), held=True, priority="normal")], resamples=50)
    assert result["all"]["high-priority recall"].value == 0.5
    assert result["all"]["outcome accuracy"] is None
    assert result["all"]["held rate"].value == 0.5
    assert list(result["by sector"]) == ["health"]
    assert result["by name community"]["south_asian"]["identifier recall"].value == 1
    assert result["by identifier type"]["ADDRESS"]["identifier recall"].of == 2
    assert list(result["by identifier role"]) == ["source", "subject"]
    assert result["by provenance kind"]["relationship"]["provenance recall"].value == 1


# --- the command ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    for split in ("train", "dev", "test"):
        (tmp_path / f"{split}.jsonl").write_text(json.dumps(gold()) + "\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def systems(monkeypatch):
    baselines = pytest.importorskip("benchmarks.baselines")

    def missing():
        raise baselines.Unavailable("needs a thing")

    fakes = {"ours": lambda: lambda submission: log("Will Penny came.", priority="normal"), "presidio": missing}
    monkeypatch.setattr(baselines, "SYSTEMS", fakes)
    monkeypatch.setattr(baselines, "ALONE", frozenset())


@pytest.mark.usefixtures("systems")
def test_the_command_writes_what_it_prints(folder, tmp_path):
    out = tmp_path / "results" / "dev.json"
    given = ["--split", "dev", "--system", "ours", "--system", "presidio", "--out", str(out), "--corpora", str(folder), "--slices"]
    done = CliRunner().invoke(accuracy.main, given, catch_exceptions=False)
    assert done.exit_code == 0
    written = json.loads(out.read_text(encoding="utf-8"))
    assert written["figures"]["ours"]["all"]["identifier recall"]["value"] == 0.75
    assert list(written["figures"]) == ["ours"]
    assert {"machine", "python", "versions", "commit", "corpus_sha256", "seconds"} <= set(written)


def test_errors_are_refused_for_the_test_split(folder):
    done = CliRunner().invoke(accuracy.main, ["--split", "test", "--errors", "--corpora", str(folder)])
    assert done.exit_code == 2
    assert "refused for test" in done.output


@pytest.mark.usefixtures("systems")
def test_the_test_split_is_measured_without_its_texts(folder, capsys):
    CliRunner().invoke(accuracy.main, ["--split", "test", "--corpora", str(folder), "--slices"], catch_exceptions=False)
    printed = capsys.readouterr().out
    assert "Penny" not in printed
    assert "Andover" not in printed


def test_errors_say_what_went_wrong():
    output = Output(
        (("I think Will Penny drives BD51 xyz.", "fact"),), priority="normal", outcome="crime", categories=("drugs",), covered=()
    )
    lines = "\n".join(accuracy.errors_of(gold(), output))
    for expected in (
        "identifier left: PERSON subject 'Will Penny'",
        "part of identifier left: VEHICLE_REG",
        "provenance left: self_reference",
    ):
        assert expected in lines
    for expected in (
        "first person left: i",
        "kept phrase lost: 'younger males call'",
        "priority called normal, is high",
        "outcome called crime",
    ):
        assert expected in lines


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"HEAD": "abc\n"}, "abc"),
        ({"HEAD": "ref: refs/heads/main\n", "refs/heads/main": "def\n"}, "def"),
        ({"HEAD": "ref: refs/heads/main\n", "packed-refs": "# pack\n123 refs/heads/main\n"}, "123"),
        ({}, None),
    ],
)
def test_commit(tmp_path, files, expected):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert accuracy.commit(tmp_path) == expected
