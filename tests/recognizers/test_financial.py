"""What `FinancialRecognizer` finds, leaves, and where it stops."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sort code 20-00-00 account 12345678", ["20-00-00", "12345678"]),
        ("sort code 30 98 12", ["30 98 12"]),
        ("s/c 200000", ["200000"]),
        ("20-00-00 12345678", ["20-00-00", "12345678"]),
        ("account no. 3331 8472", ["3331 8472"]),
        ("4111 1111 1111 1111", ["4111 1111 1111 1111"]),  # Luhn
        ("4111111111111111", ["4111111111111111"]),
        ("flat 3 4111 1111 1111 1111", ["4111 1111 1111 1111"]),
        ("4111111111111112", []),
        ("GB29 NWBK 6016 1331 9268 19 and", ["GB29 NWBK 6016 1331 9268 19"]),  # modulus 97
        ("gb29nwbk60161331926819", ["gb29nwbk60161331926819"]),
        ("account ending 6038", ["6038"]),
        ("£400, £12,300 and 04-03-09", []),
        ("number ending 4471", []),
        ("instagram account 12345678", []),
    ],
)
def test_financial(text: str, expected: list[str], find: Callable[[str, str], list[str]]) -> None:
    assert find("FinancialRecognizer", text) == expected
