"""What `NationalIdRecognizer` finds, leaves, and where it stops."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NHS no 943 476 5919", ["943 476 5919"]),  # modulus 11
        ("NHS number 943 476 5918", ["943 476 5918"]),  # mistyped, beside its cue
        ("943 476 5918", []),  # mistyped, alone
        ("QQ 12 34 56 C", ["QQ 12 34 56 C"]),
        ("ni qq123456c", ["qq123456c"]),
        ("NINO QQ 12 34 56 C", ["QQ 12 34 56 C"]),
        ("passport 123456789", ["123456789"]),
        ("PRACZ908194K99XY", ["PRACZ908194K99XY"]),
        ("SAETA 912047 T99QX", ["SAETA 912047 T99QX"]),
        ("UPN H823904017052", ["H823904017052"]),
        ("prisoner A1234BC", ["A1234BC"]),
        ("crime ref 44240123456", ["44240123456"]),
        ("crime reference number: 44/12345/24", ["44/12345/24"]),
        ("URN CPI-7F3K9", ["CPI-7F3K9"]),
        ("CAD 452 of 12/03/24", ["452 of 12/03/24"]),
        ("PNC ID 09/123456X", ["09/123456X"]),
        ("hospital number 7654321", ["7654321"]),
        ("tenancy ref 88123/4", ["88123/4"]),
        ("MAPPA ref HM/1234", ["HM/1234"]),
        ("case number LD24-00417", ["LD24-00417"]),
        ("MAPPA level 2", []),
        ("section 115, AD 362, s.47", []),
        ("in 2019, ref 2019", []),
        ("incident on 12/03/24", []),
        ("a case of 24 cans", []),
    ],
)
def test_national_id(text: str, expected: list[str], find: Callable[[str, str], list[str]]) -> None:
    assert find("NationalIdRecognizer", text) == expected
