"""What `OrganisationRecognizer` finds, leaves, and where it stops."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("at Oakmount Surgery.", ["Oakmount Surgery"]),
        ("The Densham Surgery", ["Densham Surgery"]),
        ("at oakmount surgery", ["oakmount surgery"]),
        ("AT OAKMOUNT SURGERY", ["OAKMOUNT SURGERY"]),
        ("Coldharbour High School", ["Coldharbour High School"]),
        ("St Wulfric's Catholic Primary School", ["St Wulfric's Catholic Primary School"]),
        ("pupils at St Wulfric's", ["St Wulfric's"]),
        ("University of Marchbourne", ["University of Marchbourne"]),
        ("Penrose & Tull Lettings", ["Penrose & Tull Lettings"]),
        ("Brackenfold Community Nursing", ["Brackenfold Community Nursing"]),
        ("the Al-Noor Mosque and Guru Nanak Gurdwara", ["Al-Noor Mosque", "Guru Nanak Gurdwara"]),
        ("Khan's Takeaway", ["Khan's Takeaway"]),
        ("Raid Textiles Ltd", ["Raid Textiles Ltd"]),
        ("Larkspur Lodge", ["Larkspur Lodge"]),
        ("Andover Boxing Club", ["Andover Boxing Club"]),
        ("at kingsdown college", ["kingsdown college"]),
        ("the local surgery, heart surgery, after surgery", []),
        ("at primary school, at high school, from school", []),
        ("the NHS, Hampshire Constabulary, the Co-op, Tesco", []),
        ("Boots Pharmacy and Premier Inn Hotel", []),  # chains
        ("the Catholic Church", []),
        ("St Mary's Street", []),
        ("She went to church and to the gym", []),
    ],
)
def test_organisation(text: str, expected: list[str], find: Callable[[str, str], list[str]]) -> None:
    assert find("OrganisationRecognizer", text) == expected
