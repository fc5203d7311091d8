"""What `TitleNameRecognizer` finds, leaves, and where it stops."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mr Patel said", ["Mr Patel"]),
        ("Mrs O'Brien's son", ["Mrs O'Brien"]),  # without the possessive
        ("Mr and Mrs Patel", ["Mr and Mrs Patel"]),
        ("Dr A. Khan", ["Dr A. Khan"]),
        ("mrs khan was", ["mrs khan"]),
        ("PC Jones and Cllr Begum", ["PC Jones", "Cllr Begum"]),
        ("Imam Yusuf, Sister Agnes, Rev Marsh", ["Imam Yusuf", "Sister Agnes", "Rev Marsh"]),
        ("Uncle Tariq", ["Tariq"]),
        ("MARSH, Kelly", ["MARSH, Kelly"]),
        ("Kelly MARSH", ["Kelly MARSH"]),
        ("K.W. was seen", ["K.W."]),
        ("Kelly Wright (KW). KW hid", ["KW", "KW"]),
        ("a male KW", ["KW"]),
        ("P**** R****", ["P**** R****"]),
        ('known as "Big T"', ["Big T"]),
        ("aka Jonno", ["Jonno"]),
        ("street name Ghost, goes by Kez", ["Ghost", "Kez"]),
        ('calls himself "Duke"', ["Duke"]),
        ("a man called Jay", ["Jay"]),
        ("PC World and Dr Martens", []),
        ("PC 1234", []),
        ("the GP, the NHS, ASB, CCTV, U.K.", []),
        ("known as a dealer", []),
        ("she called Tuesday", []),
        ("he told me to f*** off", []),
        ("miss school", []),
        ("a XXXX and XXXX", []),  # a full mask is nobody
    ],
)
def test_title_name(text: str, expected: list[str], find: Callable[[str, str], list[str]]) -> None:
    assert find("TitleNameRecognizer", text) == expected
