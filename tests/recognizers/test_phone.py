"""What `PhoneRecognizer` finds, leaves, and where it stops."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ring 07700 900123 after six", ["07700 900123"]),
        ("ring 07700900123", ["07700900123"]),
        ("ring 07700-900-123.", ["07700-900-123"]),
        ("ring 07700.900.123", ["07700.900.123"]),
        ("ring (07700) 900123", ["(07700) 900123"]),
        ("(ring 07700 900123)", ["07700 900123"]),  # a sentence's bracket is not the number's
        ("077 00 90 01 23", ["077 00 90 01 23"]),  # odd groups
        ("0 7 7 0 0 9 0 0 1 2 3", ["0 7 7 0 0 9 0 0 1 2 3"]),
        ("+44 7700 900123", ["+44 7700 900123"]),
        ("+44(0)7700 900123", ["+44(0)7700 900123"]),
        ("+44 (0)7700 900761", ["+44 (0)7700 900761"]),
        ("0044 7700 900 123", ["0044 7700 900 123"]),
        ("447700900123", ["447700900123"]),
        ("01632 960123 or 020 7946 0123", ["01632 960123", "020 7946 0123"]),
        ("(0113) 496 0001", ["(0113) 496 0001"]),
        ("01632 960123 ext 204", ["01632 960123 ext 204"]),  # the extension goes with its number
        ("on ext 4471", ["ext 4471"]),
        ("O77OO 9OO 6l4", ["O77OO 9OO 6l4"]),  # O for 0, l for 1
        ("0770O 90O 381", ["0770O 90O 381"]),
        ("07*** 8*2*1*\n8*7*8*\nP**** R**** – 07*** *5*1*0", ["07*** 8*2*1*", "8*7*8*", "07*** *5*1*0"]),  # the seed's sixth example
        ("a **12** in bold", []),  # stars outside are mark-up
        ("oh double seven oh oh nine hundred one two three", ["oh double seven oh oh nine hundred one two three"]),
        ("um oh seven seven double oh, nine double oh, four seven one", ["oh seven seven double oh, nine double oh, four seven one"]),
        ("oh my god, one or two lads", []),
        ("number ending 4471", ["4471"]),
        ("rings from a number ending 6 double 0 3", ["6 double 0 3"]),
        ("card ending 4471", []),  # another family's
        ("plate ending 447", []),
        ("ring 555 0147 or text 960123", ["555 0147", "960123"]),
        ("we rang 999, then 101, then 111", []),
        ("Childline 0800 1111, 0808 2000 247, 116 123, Crimestoppers 0800 555 111", []),  # the public knows these
        ("call 0300 123 4567 or 0303 123 4567", []),
        ("call 116 123", []),
        ("0800 496 0001", ["0800 496 0001"]),  # freephone that is no helpline
        ("+33 1 42 68 53 00", ["+33 1 42 68 53 00"]),
        ("+48 512 345 678 on whatsapp", ["+48 512 345 678"]),
        ("7700900123 on her phone", ["7700900123"]),  # a spreadsheet took the nought
        ("tel07700900123", ["07700900123"]),  # run on
        ("07700900123lives", ["07700900123"]),
        ("his mobile 0770 0900 12", ["0770 0900 12"]),  # a digit too few
        ("07700 900123\n07700 900456", ["07700 900123", "07700 900456"]),
        ("on 04/03/2009 at 1945", []),
        ("paid £07700900123", []),
        ("crime number 44240123456", []),
        ("open 0900-1700", []),
    ],
)
def test_phone(text: str, expected: list[str], find: Callable[[str, str], list[str]]) -> None:
    assert find("PhoneRecognizer", text) == expected
