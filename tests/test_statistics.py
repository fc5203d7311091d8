"""Published counts: whoever adds and subtracts them, and knows how they were made, learns no small number."""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter, defaultdict
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpi_sanitise import LogStatement, SanitisedLog
from cpi_sanitise.chain import SigningKey
from cpi_sanitise.cli import run_command
from cpi_sanitise.errors import StoreError
from cpi_sanitise.sanitised_log import CATEGORIES, OUTCOMES, MadeBy, new_urn
from cpi_sanitise.statistics import ELSEWHERE, OTHER_MONTHS, Tally, _hidden, _partition, _pooled, count_logs, publishable


def log(outcome="crime", priority="normal", categories=("drugs",), area=None, period=None, status="draft") -> SanitisedLog:
    held = status == "held"
    return SanitisedLog(
        urn=new_urn(),
        created_on=date(2026, 11, 20),
        status=status,
        outcome=outcome,
        priority=priority,
        sealed_sha256="0" * 64,
        made_by=MadeBy("0", "0", "0"),
        statements=() if held else (LogStatement("Two men sell tablets beside Quetzal Hall.", "fact"),),
        categories=categories,
        area=area,
        period=period,
        hold_reasons=("a stage is in doubt",) if held else (),
    )


def tally(*logs: SanitisedLog) -> Tally:
    counted = Tally()
    for one in logs:
        counted.add(one)
    return counted


# One table with a total


@pytest.mark.parametrize(
    ("counts", "published"),
    [
        ([20, 30, 40, 50], [20, 30, 40, 50]),
        ([20, 30, 40, 3], [20, 30, None, None]),  # 3 = 143 - 140
        ([20, 30, 40, 0], [20, 30, None, None]),  # that there is none is told as little
        ([20, 30, 2, 1], [20, None, None, None]),  # together 3, so that neither is above 3
        ([20, 30, 4, 5], [20, 30, None, None]),
        ([3, 30, 40, 4], [None, 30, None, None]),
        ([1, 1, 1, 1], [None, None, None, None]),
    ],
)
def test_what_a_total_would_tell_is_withheld(counts, published):
    assert list(_partition(dict(zip("abcd", counts, strict=True)), 5).values()) == published


@pytest.mark.parametrize(("cells", "most", "minimum"), [(2, 40, 5), (3, 24, 5), (4, 16, 4), (4, 14, 3), (3, 30, 7), (2, 30, 2), (5, 12, 3)])
def test_nobody_who_knows_the_rules_finds_a_withheld_count(cells, most, minimum):
    """Every table of the size is published; those that look the same must differ in each count that is withheld."""
    alike = defaultdict(list)
    for counts in product(range(most + 1), repeat=cells):
        if minimum <= sum(counts) <= most:
            named = dict(zip("abcde", counts, strict=False))
            alike[sum(counts), tuple(_partition(named, minimum).values())].append(counts)
    for (_, published), candidates in alike.items():
        for place, shown in enumerate(published):
            assert shown is None or shown >= minimum
            assert shown is not None or len({counts[place] for counts in candidates}) >= min(3, minimum)


# Names that are counts: areas and months


@pytest.mark.parametrize(
    ("counts", "published"),
    [
        ({"Andover": 7, "Wherwell": 2, None: 9}, {"Andover": 7, ELSEWHERE: 11}),
        ({"Andover": 7, "Whitchurch": 12, "Wherwell": 2}, {"Whitchurch": 12, ELSEWHERE: 9}),  # 2 alone would be a small count
        ({"Andover": 7, "Whitchurch": 12}, {"Andover": 7, "Whitchurch": 12}),
        ({"Andover": 7, ELSEWHERE: 6}, {"Andover": 7, ELSEWHERE: 6}),
    ],
)
def test_a_small_area_is_not_even_named(counts, published):
    assert _pooled(counts, ELSEWHERE, 5)[0] == published


# All tables together


def bounds(published) -> dict:
    """An attacker's bounds of each count, from every sum of every table, until nothing more follows."""
    categories, periods, logs = published.categories, published.periods, published.logs
    low: dict = {("total", name): 0 if count is None else count for name, count in categories.items()}
    high: dict = {("total", name): logs if count is None else count for name, count in categories.items()}
    for (name, period), count in published.categories_by_period.items():
        low[name, period], high[name, period] = (0, periods[period]) if count is None else (count, count)
    for table, counts in (("outcome", published.outcomes), ("priority", published.priorities)):
        low |= {(table, name): 0 if count is None else count for name, count in counts.items()}
        high |= {(table, name): logs if count is None else count for name, count in counts.items()}
    partitions = [
        [(table, name) for name in counts] for table, counts in (("outcome", published.outcomes), ("priority", published.priorities))
    ]
    before = None
    while before != (low, high):
        before = (dict(low), dict(high))
        lines = [(cells, logs, logs) for cells in partitions]
        lines += [([(name, period) for period in periods], low["total", name], high["total", name]) for name in categories]
        for cells, least, most in lines:
            for cell in cells:
                low[cell] = max(low[cell], least - sum(high[other] for other in cells if other != cell))
                high[cell] = min(high[cell], most - sum(low[other] for other in cells if other != cell))
        for name in categories:
            low["total", name] = max(low["total", name], sum(low[name, period] for period in periods))
            high["total", name] = min(high["total", name], sum(high[name, period] for period in periods))
        # Each log has a category, so that those of a month are no fewer than its logs.
        for cells, least in [([(name, period) for name in categories], periods[period]) for period in periods] + [
            ([("total", name) for name in categories], logs)
        ]:
            for cell in cells:
                low[cell] = max(low[cell], least - sum(high[other] for other in cells if other != cell))
    return {cell: (low[cell], high[cell]) for cell in low}


MONTHS = (None, "2026-07", "2026-08", "2026-09")


@st.composite
def tallies(draw):
    """Skewed stores: few of the values have most of the logs, with small counts among them."""
    kinds = draw(
        st.lists(
            st.tuples(
                st.integers(1, 30),
                st.sampled_from(OUTCOMES),
                st.sampled_from(["high", "normal"]),
                st.lists(st.sampled_from(CATEGORIES[: draw(st.integers(1, 16))]), min_size=1, max_size=2, unique=True),
                st.sampled_from(["Andover", "Wherwell", None]),
                st.sampled_from(MONTHS),
            ),
            min_size=1,
            max_size=12,
        )
    )
    return tally(*(log(*kind) for count, *kind in kinds for _ in range(count)))


@given(tallies(), st.integers(2, 7))
@settings(deadline=None, max_examples=100)
def test_no_sum_or_difference_of_the_tables_tells_a_small_count(true, minimum):
    published = publishable(true, minimum)
    if published.logs is None:
        assert true.logs < minimum
        return
    tables = [
        published.outcomes,
        published.priorities,
        published.categories,
        published.areas,
        published.periods,
        published.categories_by_period,
    ]
    assert all(count is None or count >= minimum for table in tables for count in table.values())
    assert sum(published.areas.values()) == sum(published.periods.values()) == true.logs
    totals = {("outcome", name): true.outcomes[name] for name in published.outcomes}
    totals |= {("priority", name): true.priorities[name] for name in published.priorities}
    totals |= {("total", name): true.categories[name] for name in published.categories}
    crossed = Counter()
    for (name, period), count in true.categories_by_period.items():
        crossed[name, period if period in published.periods else OTHER_MONTHS] += count
    totals |= {cell: crossed[cell] for cell in published.categories_by_period}
    for cell, (low, high) in bounds(published).items():
        assert low <= totals[cell] <= high
        if totals[cell] < minimum:
            assert low == 0
            assert high >= minimum - 1


def test_nothing_is_told_of_fewer_logs_than_the_minimum():
    published = publishable(tally(*[log(area="Andover", period="2026-10")] * 4))
    assert published.logs is None
    assert not published.areas
    assert not published.periods
    assert {*published.outcomes.values(), *published.priorities.values(), *published.categories.values()} == {None}


def test_a_count_that_a_months_own_count_would_tell_is_withheld_with_its_total():
    """54 of drugs, and no month has more than 50 logs: at least 4 are in the other one."""
    logs = [log(period="2026-08")] * 4 + [log(period="2026-08", categories=("other",))] + [log(period="2026-09")] * 50
    published = publishable(tally(*logs))
    assert published.categories["drugs"] is None
    assert published.categories_by_period["drugs", "2026-09"] is None


def test_withheld_counts_are_chosen_without_looking_at_sizes():
    """Where the smallest were chosen, it would be known to be below every one that is shown."""
    counts = {name: count for name, count in zip("abcd", [4, 6, 20, 90], strict=True)}
    assert _hidden(counts, 5) == {"a", "d"}


def test_held_logs_are_counted_where_nobody_can_tell_them_apart():
    drafts, held = [log(area="Andover", period="2026-10")] * 20, [log(status="held")] * 6
    silent = [log()] * 6
    assert publishable(tally(*drafts, *held)) == publishable(tally(*drafts, *silent))


# The command


@pytest.fixture
def store(tmp_path):
    logs = [log("crime", "high", ("drugs",), "Andover", "2026-09")] * 9 + [
        log("crime", "normal", ("drugs", "other"), "=Romsey", "2026-10")
    ] * 8
    logs += [log("safeguarding", "normal", ("missing",), "Wherwell", "2026-11")] * 3 + [log("intelligence_log")] * 12
    (tmp_path / "store" / "log").mkdir(parents=True)
    text = "".join(one.to_json() + "\n" for one in logs)
    (tmp_path / "store" / "log" / "part-0123456789abcdef.jsonl").write_text(text, encoding="utf-8")
    (tmp_path / "store" / "log" / ".part-0123456789abcdee.jsonl.tmp").write_text("half a l", encoding="utf-8")
    return tmp_path / "store"


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def test_the_command_writes_tables_and_a_page_that_needs_no_network(store, tmp_path, capfd):
    pytest.importorskip("matplotlib")
    out = tmp_path / "out"
    assert run_command(["statistics", str(store), "-o", str(out)]) == 0
    assert capfd.readouterr().err == "32 logs counted\n"
    assert rows(out / "area.csv") == [["'=Romsey", "8"], ["Andover", "9"], [ELSEWHERE, "15"]]
    assert rows(out / "outcome.csv") == [
        ["safeguarding", "withheld"],
        ["crime", "17"],
        ["intelligence_log", "withheld"],
        ["no_action", "withheld"],
    ]
    assert rows(out / "period.csv") == [["2026-09", "9"], ["2026-10", "8"], [OTHER_MONTHS, "15"]]
    page = (out / "statistics.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 5
    assert "Andover" in page
    assert not re.search(r"(?:src|href)=(?![\"']?#)|@import|url\((?!#)|<script|<image", page)
    everything = "".join(path.read_text(encoding="utf-8") for path in out.iterdir())
    assert not re.search("Wherwell|Quetzal|CPI-|2026-11", everything)
    again = tmp_path / "again"
    assert run_command(["statistics", str(store), "-o", str(again)]) == 0
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {path.name: path.read_bytes() for path in again.iterdir()}


@pytest.mark.parametrize(("options", "logs"), [(["--until", "2026-10"], "17"), (["--until", "2026-09", "--minimum", "3"], "9")])
def test_whole_months_can_be_counted(store, tmp_path, options, logs):
    pytest.importorskip("matplotlib")
    assert run_command(["statistics", str(store), "-o", str(tmp_path / "out"), *options]) == 0
    assert rows(tmp_path / "out" / "total.csv") == [["all logs", logs]]


def test_the_command_fails_with_a_cure(store, tmp_path, capfd, monkeypatch):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a.csv").write_text("")
    assert run_command(["statistics", str(store), "-o", str(tmp_path / "full")]) == 2
    assert "not empty" in capfd.readouterr().err
    assert run_command(["statistics", str(tmp_path / "none"), "-o", str(tmp_path / "out")]) == 1
    assert "give the folder that `run` wrote" in capfd.readouterr().err
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert run_command(["statistics", str(store), "-o", str(tmp_path / "out")]) == 2
    assert "pip install 'cpi_sanitise[report]'" in capfd.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_damaged_log_stops_it_and_is_not_shown(store):
    with (store / "log" / "part-0123456789abcdef.jsonl").open("a") as file:
        file.write('{"text": "Quetzal"}\n')
    with pytest.raises(StoreError) as raised:
        count_logs(store)
    assert "Quetzal" not in str(raised.value)


def test_with_the_key_only_a_finished_run_is_counted(tmp_path):
    from killed_run import run

    from cpi_sanitise.opening import generate_identity

    key = SigningKey.generate()
    (tmp_path / "key.pem").write_bytes(key.pem())
    (tmp_path / "key.pem").chmod(0o600)
    run(tmp_path / "s", 40, 10, tmp_path / "key.pem", generate_identity().public_key, generate_identity().public_key)
    assert count_logs(tmp_path / "s", key=key.public).logs == 36
    # What a killed run left is in no ledger, and made again.
    (tmp_path / "s/log/part-00000000000000aa.jsonl").write_text(log().to_json() + "\n")
    assert count_logs(tmp_path / "s", key=key.public).logs == 36
    ledger = (tmp_path / "s" / "ledger.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "s" / "ledger.jsonl").write_text("".join(ledger[:-1]))
    with pytest.raises(StoreError, match="not finished"):
        count_logs(tmp_path / "s", key=key.public)
