"""The report: one page that stands alone, whatever result files there are; and as a browser shows it."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from PIL import Image

from benchmarks import examples, plots, report, thresholds
from benchmarks.measures import MEASURES, Figure
from benchmarks.page import Example, reached, shown
from benchmarks.speed_section import measured
from corpora.build import read_split
from cpi_sanitise import Submission, detection, provenance

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
LOADING = frozenset("src href srcset data poster action background xlink:href".split())
PRESENT = {"date": "2026-11-20", "commit": "a" * 40, "model_sha256": "b" * 64, "machine": "a small one", "python": "3.11.7"}
SECTIONS = ["accuracy", "slices", "thresholds", "ablation", "attribution", "speed", "examples"]
DARK = ["--blink-settings=preferredColorScheme=0"]
HOSTILE = '<img src="http://example.com/x.png"> </svg><script>alert(1)</script>'


def found(value: float) -> dict:
    return {"value": value, "low": max(0.0, value - 0.05), "high": min(1.0, value + 0.05), "of": 40}


def made_up() -> dict:
    """A small result file of each sort, with one section name that would be markup."""
    of_all = {one.name: found(0.9) for one in MEASURES} | {"vantage recall": None}
    two = {"identifier recall": found(0.8), "strict identifier recall": None}
    system = {
        "all": of_all,
        "by sector": {"health": of_all, HOSTILE: of_all},
        "by style": {"plain": of_all},
        "by name community": {"irish": two},
        "by identifier type": {"PERSON": two},
        "by identifier role": {"source": two},
        "by provenance kind": {"access": {"provenance recall": found(0.7)}},
    }
    dialled = {name: found(0.9) for name in thresholds.MEASURED}
    curve = {
        "operating point": {"threshold": 0.2, "figures": dialled},
        "points": [{"threshold": at, "figures": dialled} for at in (0.1, 0.2, 0.4)],
    }
    condition = {
        "keep retention": found(0.9),
        "held": found(0.0),
        "attackers": {"words": {question: found(0.4) for question in ("sector", "role", "candidates", "submitters")}},
        "candidates by risk": {"low": found(0.3), "medium": None, "high": found(0.6)},
    }
    common = PRESENT | {"split": "test", "submissions": 40}
    return {
        "accuracy": common | {"figures": {name: system for name in ("ours", "rules", "encoder", "fp32")}},
        "thresholds": common | {"curves": {"identifier": curve, "provenance": curve}},
        "attribution": common
        | {
            "chance": {"candidates": 0.2, "sector": 0.1, "role": 0.1, "submitters": 0.2},
            "counts": {"words": {"sector": False, "candidates": True}},
            "conditions": {"original": condition, "perfect cut": condition, "ordinary": condition},
            "readers": {"items": 20, "success": {"ordinary": found(0.5)}, "by risk": {"low": found(0.4), "high": None}},
            "curve": [{"point": name, "keep retention": 0.9, "words": 0.4, "readers": 0.5} for name in ("perfect cut", "ordinary")],
        },
        "speed": common
        | {
            "throughput": {name: {"one process": {"median": 20.0, "low": 19.0, "high": 22.0}} for name in ("ours", "presidio")},
            "by length": [{"words": words, "seconds": words / 1000} for words in (100, 1000, 10_000)],
            "share of the time": {"encoder": 0.6, "detection": 0.3, "rewriting": 0.1},
            "start-up seconds": 2.0,
        },
    }


EXAMPLE = Example("Health", examples.marked("Call " + HOSTILE, [(0, 4, "provenance", "request")]), [], [("outcome", "no action")])


class Reader(HTMLParser):
    """What a page holds, and whether its elements are closed in the order in which they were opened."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text: dict[str, str] = {}
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open:
            self.text[self.open[-1]] = self.text.get(self.open[-1], "") + data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def full() -> str:
    return report.page(made_up(), [EXAMPLE], PRESENT)


def loads(page: str) -> list[str]:
    """Whatever in a page a browser would fetch."""
    reader = Reader(page)
    asked = [value for _, attributes in reader.elements for name, value in attributes.items() if name in LOADING and value[:1] != "#"]
    styles = [reader.text.get("style", ""), *(attributes.get("style", "") for _, attributes in reader.elements)]
    asked += [url for style in styles for url in re.findall(r"@import|url\((?!#)[^)]*\)", style)]
    return asked + [tag for tag, _ in reader.elements if tag in ("script", "link", "iframe", "object", "embed", "img", "base", "form")]


def test_every_section_stands_in_the_page_and_in_its_contents(full):
    reader = Reader(full)
    assert [section["id"] for section in reader.all("section")] == SECTIONS
    assert [link["href"] for link in reader.all("a")] == [f"#{name}" for name in SECTIONS]
    assert len(reader.all("code")) >= len(SECTIONS)  # each names its command


def test_nothing_is_loaded(full):
    assert not loads(full)


@pytest.mark.parametrize("planted", ['<img src="x.png">', "<p style='background: url(http://example.com/x)'></p>", "<script></script>"])
def test_what_would_be_loaded_is_noticed(planted):
    assert loads(f"<html>{planted}</html>")


def test_plots_have_words_and_tables_have_headings(full):
    reader = Reader(full)
    ids = [attributes["id"] for _, attributes in reader.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert len(reader.all("svg")) > 15
    for svg in reader.all("svg"):
        assert svg["role"] == "img"
        assert set(svg["aria-labelledby"].split()) <= set(ids)
    assert len(reader.all("desc")) == len(reader.all("svg"))
    assert len(reader.all("caption")) == len(reader.all("table")) > 10
    assert all(heading["scope"] in ("row", "col") for heading in reader.all("th"))
    for reference in re.findall(r'url\(#([^)]+)\)|xlink:href="#([^"]+)"', full):
        assert set(reference) & set(ids)


def test_text_of_plots_is_text_and_has_the_colours_of_the_page(full):
    svg = plots.dots("one", "One", {"health": {"recall": Figure(0.9, 0.8, 1.0, 9)}}, described="health 0.9").svg
    assert "health" in Reader(svg).text["text"]
    assert "#0102" not in full
    assert "var(--ink)" in svg


@pytest.mark.parametrize("absent", SECTIONS[:1] + SECTIONS[2:3] + SECTIONS[4:6])
def test_an_absent_file_gives_a_sentence(absent):
    page = report.page(made_up() | {absent: None}, [EXAMPLE], PRESENT)
    assert [section["id"] for section in Reader(page).all("section")] == SECTIONS
    assert "Not measured yet" in page


def test_no_file_at_all_gives_a_page():
    page = report.page({}, [], PRESENT | {"commit": None, "model_sha256": None})
    assert page.count("Not measured yet") == len(SECTIONS) - 1
    assert not loads(page)


def test_the_command_names_the_systems_that_were_measured(full):
    assert "--system ours --system rules --system encoder --system fp32 --out" in full
    fewer = made_up()
    del fewer["accuracy"]["figures"]["fp32"]
    assert "Add --system fp32 to the command" in report.page(fewer, [], PRESENT)


def test_figures_of_another_model_say_so(full):
    older = made_up()
    older["speed"]["model_sha256"] = "c" * 64
    assert "another model" not in full
    assert report.page(older, [], PRESENT).count("another model") == 1


def test_what_speed_left_out_is_named_and_its_machine_found():
    ran = PRESENT | {"texts": 120, "repeats": 5, "words": {"median": 110, "low": 95, "high": 125}, "left out": {"scrubadub": "not here"}}
    group = {"cpi_sanitise, the whole job": {"one process": 20}, "another": {"one process": 10}}
    page = report.page({"speed": {"submissions a second": group, "versions": ran}}, [], PRESENT)
    assert "120 texts of 95 to 125 words, each measured 5 times" in page
    assert "scrubadub (not here)" in page
    assert "Submissions a second: one process" in page
    assert "cpi_sanitise, the whole job" in page
    assert PRESENT["commit"][:10] in page
    assert "another model" not in page


@pytest.mark.parametrize(
    ("value", "low", "high", "target", "said"),
    [
        (0.995, 0.992, 1.0, "≥ 0.99", "✓ yes"),
        (0.995, 0.98, 1.0, "≥ 0.99", "✓ yes, in doubt"),
        (0.97, 0.96, 0.98, "≥ 0.99", "✗ no"),
        (0.97, 0.96, 0.995, "≥ 0.99", "✗ no, in doubt"),
        (0.02, 0.01, 0.02, "≤ 0.03", "✓ yes"),
        (0.0, 0.0, 0.0, "0", "✓ yes"),
        (0.01, 0.0, 0.02, "0", "✗ no, in doubt"),
        (0.5, 0.4, 0.6, "", ""),
    ],
)
def test_whether_a_target_is_reached(value, low, high, target, said):
    assert reached(Figure(value, low, high, 9), target) == said


def test_what_was_not_measured_is_a_dash():
    assert shown(None) == "–"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (3, (3, 3, 3)),
        ({"median": 3.0, "low": 2.0, "high": 4.0}, (3, 2, 4)),
        ({"median": 3.0, "min": 2.5, "max": 3.5}, (3, 2.5, 3.5)),
        ({"p50": 3.0, "p95": 4.0, "p99": 5.0}, None),  # three figures, not one with bounds
        ({"ours": 3.0}, None),
        ("3", None),
        (True, None),
    ],
)
def test_what_is_one_measured_number(given, expected):
    figure = measured(given)
    assert (figure and (figure.value, figure.low, figure.high)) == expected


@pytest.mark.parametrize(
    ("spans", "marked"),
    [
        ([], "ab cd"),
        ([(0, 2, "identifier", "person")], '<mark class="identifier">ab<span class="why"> person</span></mark> cd'),
        # Provenance decides where both stand; the identifier keeps what sticks out.
        (
            [(0, 5, "identifier", "person"), (3, 5, "provenance", "access")],
            '<mark class="identifier">ab <span class="why"> person</span></mark><del class="provenance">cd<span class="why"> access</span></del>',
        ),
        # Two kinds of provenance in one stretch are one cut with the first one's name.
        (
            [(0, 5, "provenance", "access"), (0, 5, "provenance", "request")],
            '<del class="provenance">ab cd<span class="why"> access</span></del>',
        ),
    ],
)
def test_each_place_has_one_mark(spans, marked):
    assert str(examples.marked("ab cd", spans)) == marked


def test_examples_are_drawn_and_written_from_dev():
    drawn = examples.examples()
    assert len(drawn) == examples.EXAMPLES
    assert drawn == examples.examples()
    texts = [record["narrative"] for record in read_split("dev")]
    shown_texts = [re.sub(r'<span class="why">.*?</span>', "", str(one.before)) for one in drawn]
    assert all(re.sub(r"<[^>]+>", "", text) for text in shown_texts)
    assert sum(len(one.statements) for one in drawn) > len(drawn)
    assert all(
        any(re.sub(r"\W", "", re.sub(r"<[^>]+>|&#\d+;|&\w+;", "", text)) == re.sub(r"\W", "", text_of) for text_of in texts)
        for text in shown_texts
    )


# --- thresholds -------------------------------------------------------------------------------------------------------------


def test_a_lower_threshold_cuts_more_and_what_ships_comes_back(sanitiser):
    texts = [record["narrative"] for record in read_split("dev")[:12]]

    def cut() -> tuple[int, int]:
        seen = [sanitiser.examine(Submission(reference="1", narrative=text)) for text in texts]
        identifiers = sum(one.end - one.start for examination in seen for one in examination.identifiers)
        return identifiers, sum(one.end - one.start for examination in seen for one in examination.provenance)

    shipped = detection.THRESHOLD, provenance.THRESHOLD, provenance.GAP_THRESHOLD
    with thresholds.identifier_threshold(0.02):
        many_identifiers, _ = cut()
    with thresholds.identifier_threshold(0.95):
        few_identifiers, _ = cut()
    with thresholds.provenance_threshold(0.005):
        _, much_provenance = cut()
    with thresholds.provenance_threshold(0.95):
        _, little_provenance = cut()
    assert many_identifiers > few_identifiers
    assert much_provenance > little_provenance
    assert shipped == (detection.THRESHOLD, provenance.THRESHOLD, provenance.GAP_THRESHOLD)


def test_an_encoder_that_remembers_reads_once(sanitiser):
    encoder = thresholds.Remembered(sanitiser._engine.encoder)
    assert encoder(["a", "man"]) is encoder(["a", "man"])
    assert encoder.passes == 1
    assert encoder(["a", "boy"]) is not encoder(["a", "man"])


# --- as a browser shows it --------------------------------------------------------------------------------------------------


def looked_at(page, folder, *, dark=False, **size):
    """The picture of a page, what was said in the console, and the hosts that were asked for, those of the browser itself left out."""
    command = report.browser()
    if command is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    picture, net = folder / "page.png", folder / "net.json"
    said = report.picture(page, picture, command=command, further=[f"--log-net-log={net}", *DARK[: int(dark)]], **size)
    events = json.loads(net.read_text(encoding="utf-8"))["events"]
    urls = [urlsplit(event.get("params", {}).get("url", "")) for event in events]
    hosts = {url.hostname for url in urls if url.scheme in ("http", "https", "ws", "wss")}
    return (
        Image.open(picture).convert("RGB"),
        [line for line in said.splitlines() if ":CONSOLE:" in line],
        {host for host in hosts if host and not host.endswith("google.com")},
    )


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height", "dark"), [(1280, 2400, False), (1280, 2400, True), (500, 3000, False)])
def test_a_browser_shows_it_without_a_word_and_asks_nobody(full, tmp_path, width, height, dark):
    page = tmp_path / "report.html"
    page.write_text(full, encoding="utf-8")
    image, console, hosts = looked_at(page, tmp_path, dark=dark, width=width, height=height)
    assert image.size == (width, height)
    assert len(image.getcolors(width * height) or []) > 100
    assert (sum(image.getpixel((2, 2))) < 200) == dark
    assert not console
    assert not hosts


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "noticed"),
    [
        ("<script>missing();</script>", "console"),
        ("<script>console.error('planted')</script>", "console"),
        ('<img src="http://example.com/x.png">', "host"),
    ],
)
def test_the_browser_test_notices_faults(tmp_path, body, noticed):
    page = tmp_path / "report.html"
    page.write_text(f"<!DOCTYPE html><title>x</title>{body}", encoding="utf-8")
    _, console, hosts = looked_at(page, tmp_path, width=400, height=300)
    assert bool(console) == (noticed == "console")
    assert bool(hosts) == (noticed == "host")
