"""What `DateOfBirthRecognizer` finds, leaves, and where it stops."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DOB 04/03/09", ["04/03/09"]),
        ("dob: 4.3.2009", ["4.3.2009"]),
        ("d.o.b. 040309", ["040309"]),
        ("date of birth 4 March 2009", ["4 March 2009"]),
        ("dob 4th of march 09", ["4th of march 09"]),
        ("born on 4th March 2009", ["4th March 2009"]),
        ("born in Leeds on 04-03-2009", ["04-03-2009"]),
        ("b. 2 Feb 2010", ["2 Feb 2010"]),
        ("DOB 2009-03-04", ["2009-03-04"]),
        ("04/03/2009 (DOB)", ["04/03/2009"]),
        ("his birthday is 4 March", ["4 March"]),
        ("Ayden Mcgee (3O/O9/2OO9)", ["3O/O9/2OO9"]),  # behind a name, with slips
        ("Kelly Marsh, 04/03/09, of Andover", ["04/03/09"]),
        ("dob nineteenth of the second ninety four", ["nineteenth of the second ninety four"]),
        ("14 years old, aged 14", []),
        ("seen on 04/03/2024", []),
        ("Kelly Marsh, 04/03/2026", []),  # too late for a birth: an event
        ("a birthday party on 4 March 2024", []),
        ("born and bred here", []),
        ("Tue 03/02 / 07:10 / T40318", []),  # a table: date, time
        ("Sat 07/02/11", []),
    ],
)
def test_dob(text: str, expected: list[str], find: Callable[[str, str], list[str]]) -> None:
    assert find("DateOfBirthRecognizer", text) == expected
