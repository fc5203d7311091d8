"""What `AddressRecognizer` finds, leaves, and where it stops."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lives at 18 Mill Lane, Andover", ["18 Mill Lane"]),  # the town stays
        ("lives at 18a mill lane", ["18a mill lane"]),
        ("18 MILL LANE", ["18 MILL LANE"]),
        ("at 12-14 Mill Lane", ["12-14 Mill Lane"]),
        ("from 33 and 35 Gosforth Street", ["33 and 35 Gosforth Street"]),
        ("flat 3, 18 Mill Lane", ["flat 3, 18 Mill Lane"]),
        ("Flat 9, Tolland House, Quay Rise", ["Flat 9, Tolland House, Quay Rise"]),
        ("Orchard House, flat 4", ["Orchard House, flat 4"]),
        ("flat 4 Orchard House", ["flat 4 Orchard House"]),
        ("Rose Cottage, Mill Lane", ["Rose Cottage, Mill Lane"]),
        ("seen on Mill Lane", ["Mill Lane"]),
        ("seen in station road", ["station road"]),
        ("the lads on St Mary's Rd", ["St Mary's Rd"]),
        ("at 7 Brickyard Way", ["7 Brickyard Way"]),
        ("on Quarry Dr, by 6 Elm Ave", ["Quarry Dr", "6 Elm Ave"]),
        ("number twenty two crozier terrace", ["number twenty two crozier terrace"]),  # dictated
        ("lives in flat 12b", ["flat 12b"]),
        ("at number 42", ["number 42"]),
        ("14 Heol Dderwen", ["14 Heol Dderwen"]),  # Welsh: descriptor first
        ("in the flat 2 people sat", []),
        ("2 men walked down the road", []),
        ("3 cars parked close", []),
        ("a 10 minute drive", []),
        ("Quality Street", []),
        ("he is on his way, street drugs, a dead end", []),
        ("Oakmount Road Surgery", []),  # an organisation's name
        ("the car park and the Crown Court", []),
        ("Golders Green", []),  # a suburb
    ],
)
def test_address(text: str, expected: list[str], find: Callable[[str, str], list[str]]) -> None:
    assert find("AddressRecognizer", text) == expected
