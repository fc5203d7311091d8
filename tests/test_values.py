"""Fresh values keep the shape, map alike through a record, and carry every label along."""

from __future__ import annotations

import copy
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpora import build, check
from corpora.markup import read_submission
from corpora.values import LISTS, redraw

HEAD = """id: v-1
sector: health
style: plain
received_at: 2026-03-11
source_role: nurse
source_vantage: visits
form.submitter_name: Oluwaseun Marsh
form.submitter_telephone: 01632 960118
form.submitter_email: o.marsh@brackenfold.example
form.source_name: Grace Okafor
form.source_dob: 2009-03-04
form.recontact_details: 07700 900 123 after five
categories: drugs
outcome: intelligence_log
priority: normal
keep: two men at dusk
text:
"""
NARRATIVE = (
    "<F.fh>{{relationship|My patient [[PERSON.src.af|Grace Okafor]],}} "
    "born [[DOB.src|4 March 2009]] ([[DOB.src|04/03/09]]), saw two men at dusk. "
    "<F.ts>[[PERSON.sub.sa|Imran Sheikh]] and [[PERSON.sub.sa|SHEIKH, Imran]] are one, also [[PERSON.sub.sa|I.S.]] "
    "and [[PERSON.sub.sa|imran]]'s "
    "cousin [[PERSON.sub.sa|Mr Sheikh]]. <F.ts>He has [[VEHICLE_REG.sub|BD51 SMR]], ((setting|ending [[VEHICLE_REG.sub|SMR]]=>a car)), at "
    "[[ADDRESS.sub|14 Tallow Street]], Andover, [[POSTCODE.sub|so169zz]], [[PHONE.sub|+44 (0)7700 900 456]] ending [[PHONE.sub|0456]], "
    "[[EMAIL.sub|imran.sheikh@quickpost.example]]. <F.rc>[[PERSON.src.af|Grace]]: NHS [[NATIONAL_ID.src|943 476 5919]]."
)


def record(narrative: str = NARRATIVE) -> dict:
    return read_submission(HEAD + narrative)


def of(made: dict, number: int) -> str:
    span = made["identifiers"][number]
    return made["narrative"][span["start"] : span["end"]]


def one(mark: str, text: str, seed: int = 0, **options) -> str:
    made = redraw(record(f"<F.fh>two men at dusk and [[{mark}|{text}]] there"), random.Random(seed), **options)
    return of(made, 0)


def outside(given: dict) -> list[str]:
    """What stands between the identifiers."""
    end, pieces = 0, []
    for span in given["identifiers"]:
        pieces.append(given["narrative"][end : span["start"]])
        end = span["end"]
    return [*pieces, given["narrative"][end:]]


def labelled(given: dict, label: str) -> list[str]:
    """Each label's text with its identifiers as a mark, which is the same before and after."""
    texts = []
    for span in given[label]:
        text, end = "", span["start"]
        for identifier in given["identifiers"]:
            if span["start"] <= identifier["start"] and identifier["end"] <= span["end"]:
                text += given["narrative"][end : identifier["start"]] + "■"
                end = identifier["end"]
        texts.append(text + given["narrative"][end : span["end"]])
    return texts


def check_redrawn(before: dict, after: dict) -> None:
    assert outside(after) == outside(before)
    for label in ("provenance", "vantage", "statements", "keep"):
        assert labelled(after, label) == labelled(before, label)
    assert list(check.record_faults(after)) == list(check.record_faults(before))
    assert [(span["type"], span["roles"]) for span in after["identifiers"]] == [
        (span["type"], span["roles"]) for span in before["identifiers"]
    ]
    names = check.full_names(before)
    for span in after["identifiers"]:
        text = after["narrative"][span["start"] : span["end"]]
        assert text.strip()
        assert " ".join(check.words_of(text)) not in names
    assert not names & check.full_names(after)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_labels_still_cut_out_what_they_did(seed):
    before = record()
    check_redrawn(before, redraw(before, random.Random(seed)))


def test_every_corpus_text_can_be_redrawn():
    # The test split too: nothing of it is shown unless it fails, and then only its reference.
    for split in build.SPLITS:
        for path in sorted((build.FOLDER / "marked" / split).glob("*.txt"))[:3]:
            for block in build.marked_blocks(path):
                try:
                    before = read_submission(block)
                except build.MarkupError:
                    continue
                try:
                    check_redrawn(before, redraw(before, random.Random(7)))
                except Exception as error:
                    pytest.fail(f"{before['reference']}: {type(error).__name__}" + ("" if split == "test" else f" {error}"), pytrace=False)


def test_the_same_seed_gives_the_same_record_and_the_given_one_is_untouched():
    before = record()
    kept = copy.deepcopy(before)
    assert redraw(before, random.Random(5)) == redraw(before, random.Random(5))
    assert redraw(before, random.Random(5)) != redraw(before, random.Random(6))
    assert before == kept


@pytest.mark.parametrize("seed", range(20))
def test_one_person_keeps_one_name(seed):
    made = redraw(record(), random.Random(seed))
    first, surname = of(made, 3).split(" ")
    assert of(made, 4) == f"{surname.upper()}, {first}"
    assert of(made, 6) == first.lower()
    assert of(made, 7) == f"Mr {surname}"
    assert re.fullmatch(r"[A-Z]\.[A-Z]\.", of(made, 5))
    grace = of(made, 0)
    assert of(made, 15) == grace.split(" ")[0]
    assert made["form"]["source_name"] == grace


@pytest.mark.parametrize("seed", range(20))
def test_numbers_and_dates_agree_wherever_they_stand(seed):
    made = redraw(record(), random.Random(seed))
    months = "January February March April May June July August September October November December".split()
    day, month, year = of(made, 1).split(" ")
    assert of(made, 2) == f"{int(day):02}/{months.index(month) + 1:02}/{year[2:]}"
    assert made["form"]["source_dob"] == f"{year}-{months.index(month) + 1:02}-{int(day):02}"
    assert of(made, 8).endswith(of(made, 9))
    assert of(made, 12).replace(" ", "").endswith(of(made, 13))


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(
    ("mark", "text", "shape"),
    [
        ("PHONE.sub", "07700 900 123", r"07700 900 \d{3}"),
        ("PHONE.sub", "+44 7700 900123", r"\+44 7700 900\d{3}"),
        ("PHONE.sub", "+44 (0)7700 900 123", r"\+44 \(0\)7700 900 \d{3}"),
        ("PHONE.sub", "0770 0900123", r"0770 0900\d{3}"),
        ("PHONE.sub", "020 7946 0123", r"020 7946 0\d{3}"),
        ("PHONE.sub", "0113 496 0123", r"01[1-6]\d 496 0\d{3}"),
        ("PHONE.sub", "01632 960118 ext 204", r"01632 960\d{3} ext \d{3}"),
        ("PHONE.sub", "07*** 9*0*2*", r"07\*{3} \d\*\d\*\d\*"),
        ("PHONE.sub", "0770O 9OO 123", r"0770O 9OO \d{3}"),
        ("PHONE.sub", "4471", r"\d{4}"),
        ("VEHICLE_REG.sub", "BD51 SMR", r"[A-Z]{2}\d\d [A-Z]{3}"),
        ("VEHICLE_REG.sub", "bd51smr", r"[a-z]{2}\d\d[a-z]{3}"),
        ("VEHICLE_REG.sub", "ends KLM", r"ends [A-Z]{3}"),
        ("VEHICLE_REG.sub", "K123 ABC", r"[A-Z]\d{3} [A-Z]{3}"),
        ("VEHICLE_REG.sub", "BD51 something", r"[A-Z]{2}\d\d something"),
        ("POSTCODE.sub", "SO16 9ZZ", r"[A-Z]{2}\d\d \d[A-Z]{2}"),
        ("POSTCODE.sub", "so169zz", r"[a-z]{2}\d\d\d[a-z]{2}"),
        ("POSTCODE.sub", "S016 9ZZ", r"[A-Z]\d{3} \d[A-Z]{2}"),
        ("POSTCODE.sub", "B32", r"[A-Z]\d\d"),
        ("DOB.sub", "04/03/2009", r"\d\d/\d\d/20\d\d"),
        ("DOB.sub", "4.3.09", r"\d{1,2}\.\d{1,2}\.\d\d"),
        ("DOB.sub", "22nd July 1979", r"\d{1,2}(st|nd|rd|th) [A-Z][a-z]+ 19\d\d"),
        ("NATIONAL_ID.sub", "QQ 12 34 56 C", r"QQ \d\d \d\d \d\d C"),
        ("NATIONAL_ID.sub", "A9045HL", r"A\d{4}[A-Z]{2}"),
        ("NATIONAL_ID.sub", "CAD 0071", r"CAD 0\d{3}"),
        ("FINANCIAL.sub", "04-00-75 11223390", r"0\d-0\d-\d\d \d{8}"),
        ("FINANCIAL.sub", "4929 **** **** 0173", r"\d{4} \*{4} \*{4} \d{4}"),
        ("ADDRESS.sub", "14 Tallow Street", r"\d\d [A-Z][\w'-]+ Street"),
        ("ADDRESS.sub", "FLAT 2, 90 INKERSALL TERRACE", r"FLAT \d, \d\d [A-Z'-]+ TERRACE"),
        ("ADDRESS.sub", "14b kestrel path", r"\d\d[a-d] [a-z'-]+ path"),
        ("ORGANISATION.sub", "Oakmount Surgery", r"[A-Z][\w'-]+ Surgery"),
        ("LOCATION.sub", "Bayford Hatch lay-by", r"[A-Z][\w'-]+ [A-Z][\w'-]+ lay-by"),
        ("USERNAME.sub", "@kaz_99", r"@[a-z'-]+_\d\d"),
        ("EMAIL.sub", "office@tallow.example", r"office@[a-z'-]+\.example"),
        ("PERSON.sub.wb", "Mrs O'Brown", r"Mrs [A-Z][\w'’-]+"),
        ("PERSON.sub.wb", "Leroy P", r"[A-Z][\w'’-]+ [A-Z]"),
        ("PERSON.sub.wb", "P**** R****", r"[A-Z]\*{4} [A-Z]\*{4}"),
        ("PERSON.sub.ee", "joanna", r"[^A-Z]+"),
        ("PERSON.sub.ee", "JOANNA", r"[^a-z]+"),
    ],
)
def test_the_shape_stays(mark, text, shape, seed):
    assert re.fullmatch(shape, one(mark, text, seed))


def test_a_valid_nhs_number_stays_valid():
    for seed in range(20):
        digits = re.sub(r"\D", "", one("NATIONAL_ID.sub", "943 476 5919", seed))
        weighed = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False))
        assert (11 - weighed % 11) % 11 == int(digits[9])


def test_ordinary_phones_only_when_asked_for():
    drama = {one("PHONE.sub", "07700 900123", seed)[:9] for seed in range(30)}
    ordinary = {one("PHONE.sub", "07700 900123", seed, drama_only=False)[:9] for seed in range(30)}
    assert drama == {"07700 900"}
    assert len(ordinary) > 5


def test_a_typing_slip_stays_a_slip():
    made = redraw(record("<F.fh>two men at dusk, [[PERSON.sub.wb|Wilberforce Penny]] or [[PERSON.sub.wb|Wilberfroce]]"), random.Random(3))
    first, slip = of(made, 0).split(" ")[0], of(made, 1)
    assert first != slip
    assert abs(len(first) - len(slip)) <= 1
    assert sorted(set(first.casefold()) ^ set(slip.casefold())) == [] or len(set(first) ^ set(slip)) == 1


def test_names_come_from_the_community():
    surnames = next(line for line in (LISTS / "surnames.txt").read_text(encoding="utf-8").splitlines() if line.startswith("jewish")).split()
    drawn = [one("PERSON.sub.je", "Chaim Rabinowitz", seed).split(" ")[1] for seed in range(50)]
    assert sum(name in surnames for name in drawn) > 40


def test_overlapping_identifiers_are_refused():
    broken = record()
    broken["identifiers"][1]["start"] = broken["identifiers"][0]["start"]
    with pytest.raises(ValueError, match="v-1: identifiers overlap"):
        redraw(broken, random.Random(0))


def test_word_lists_say_where_they_are_from():
    for path in LISTS.glob("*.txt"):
        first = path.read_text(encoding="utf-8").split("\n", 1)[0]
        assert first.startswith("# ")
        assert "2026" in first
        assert re.search(r"CC0|MIT|OGL|open licence|public domain", first)
    assert sum(path.stat().st_size for path in LISTS.glob("*.txt")) < 400_000
