"""Codes by shape, and what looks like one."""

import pytest

from recognizers.code import CodeRecognizer
from recognizers.given_name import GivenNameRecognizer


def found(recognizer, text):
    return [text[result.start : result.end] for result in recognizer.analyze(text, None)]


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("badge T40459 again", ["T40459"]),
        ("on permit VO-330912", ["VO-330912"]),
        ("see RC/7/0603 and PH/0827", ["RC/7/0603", "PH/0827"]),
        ("policy ASC 3390417", ["ASC 3390417"]),
        ("bag 21F4408E", ["21F4408E"]),
        ("locker 188204", ["188204"]),
        ("order 512 904 667", ["512 904 667"]),
        ("on 12/03/2026 at 19:45", []),
        ("from 2019-2021, in 2024/25", []),
        ("£250000 in cash, 20000 cigarettes", []),
        ("the A34 and the B5031", []),
        ("20-30 tablets", []),
        ("Covid-19, AD362", []),
        ("iPhone 13, 9mm, 2500 pills, 4x4", []),
    ],
)
def test_codes(text, hits):
    assert found(CodeRecognizer(), text) == hits


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("He is called Imran Sheikh and lives with Chloe.", ["Imran Sheikh", "Chloe"]),
        ("Grace was there by the grace of luck.", []),
        ("I saw Grace Okafor.", ["Grace Okafor"]),
        ("They went to Chester and Bradford.", []),
        ("imran sheikh sells it", ["imran sheikh"]),
        ("IMRAN SHEIKH SELLS IT", ["IMRAN SHEIKH"]),
        ("The lads will mark the hope.", []),
        ("On Friday in May we met.", []),
    ],
)
def test_given_names(text, hits):
    assert found(GivenNameRecognizer(), text) == hits
