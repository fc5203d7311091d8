"""What `VehicleRegistrationRecognizer` finds, leaves, and where it stops."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in BD51 SMR", ["BD51 SMR"]),
        ("in bd51smr", ["bd51smr"]),
        ("in bd51 smr", ["bd51 smr"]),
        ("in BD51-SMR", ["BD51-SMR"]),
        ("NL 70 ZDE", ["NL 70 ZDE"]),
        ("BD5I SMR and BDO2 SMR", ["BD5I SMR", "BDO2 SMR"]),  # slips
        ("a Golf, YS1S LRO", ["YS1S LRO"]),  # S misread for 5, beside a vehicle only
        ("K123 ABC", ["K123 ABC"]),
        ("his van k123 abc", ["k123 abc"]),
        ("ABC 123D", ["ABC 123D"]),
        ("AXZ 1234", ["AXZ 1234"]),  # Northern Ireland
        ("reg axz 1234", ["axz 1234"]),
        ("Q123 ABC", ["Q123 ABC"]),
        ("101 D 234", ["101 D 234"]),  # diplomatic
        ("trade plate 123 AB", ["123 AB"]),
        ("on a private plate, B16 RAY", ["B16 RAY"]),
        ("reg KAZ 1", ["KAZ 1"]),
        ("plate ZB1 8888", ["ZB1 8888"]),
        ("a car, MPX 415,", ["MPX 415"]),  # dateless beside a vehicle
        ("plate ending KLM", ["KLM"]),
        ("BD51 something", ["BD51 something"]),
        ("plate starts YK19", ["YK19"]),
        ("the BD51 Golf", ["BD51"]),
        ("part plate PE7O H", ["PE7O H"]),
        ("black Mini | ..68 VVC |", ["..68 VVC"]),
        ("a Merc, PN?? KEB", ["PN?? KEB"]),
        ("van is charlie papa one four golf uniform yankee", ["charlie papa one four golf uniform yankee"]),
        ("plate begins papa x-ray one nine", ["papa x-ray one nine"]),
        ("on the A34 the car", []),
        ("the M27 and the van", []),
        ("K12 was in the car", []),
        ("has 2 g on him", []),
        ("a BMW X5, an Audi A4 and an RS4", []),
        ("moved to so16 and stayed", []),
        ("HE WENT TO SO16 AND STAYED", []),
        ("CAD 1234", []),
        ("AB35 ABC", []),  # no such age
        ("of SO16 9ZZ, drives a van", []),
        ("IB51 ABC", []),
        ("XXXAB51ABCYYY", []),
        ("form AD 362, section 115", []),
        ("number ending 4471", []),  # a telephone's
        ("the road ending there", []),
        ("Year 9, Category A1, B12", []),
    ],
)
def test_vehicle_registration(text: str, expected: list[str], find: Callable[[str, str], list[str]]) -> None:
    assert find("VehicleRegistrationRecognizer", text) == expected
