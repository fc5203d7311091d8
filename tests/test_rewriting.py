"""Sentences after the cut: the table is the behaviour. Spans are given by hand between « and », so that the repair is tested and not the finding."""

import pytest

from cpi_sanitise.rewriting import rewrite
from cpi_sanitise.spans import ProvenanceSpan, Statement

pytestmark = pytest.mark.model

CASES = [
    ("«I have noticed that» he arrives in different cars each week.", "He arrives in different cars each week."),
    ("«I am worried that» she is being groomed.", "There is a concern that she is being groomed."),
    ("«In my view» he is frightened of them.", "It is thought that he is frightened of them."),
    ("«I think that» they sell from the flat.", "It is thought that they sell from the flat."),
    ("«A support worker noticed» bruises on her arm.", "There were bruises on her arm."),
    ("«I saw» two men dealing by the bins.", "Two men were dealing by the bins."),
    ("«She disclosed to me that» two men bring parcels at 10pm.", "Two men bring parcels at 10pm."),
    ("«His aunt told us that» he keeps a gun in the shed.", "He keeps a gun in the shed."),
    ("«During a home visit» scales and bags were on the table.", "Scales and bags were on the table."),
    ("«I have known the family for six years.»", None),
    ("He has no friends «that we are aware of».", "He has no known friends."),
    ("«Please do not let him know it came from us.»", None),
    ("The lads, «my client says», sell from the flat.", "The lads sell from the flat."),
    ("«One of our pupils» is carrying a knife.", "A young person is carrying a knife."),
    ("«I rang 101» and he shouted at the window.", "He shouted at the window."),
    ("They deal from a car; «I wrote down the plate».", "They deal from a car."),
    ("He said “I will find you” «to me».", "He said “I will find you”."),
    ("Two males deal drugs in the car park.", "Two males deal drugs in the car park."),
]


def statement_of(marked):
    spans, text, at = [], "", 0
    while "«" in marked[at:]:
        start = marked.index("«", at)
        end = marked.index("»", start)
        text += marked[at:start]
        spans.append(ProvenanceSpan(len(text), len(text) + end - start - 1, "acquisition", ("test",)))
        text += marked[start + 1 : end]
        at = end + 1
    text += marked[at:]
    return text, spans


@pytest.mark.parametrize(("marked", "expected"), CASES, ids=lambda value: str(value)[:40])
def test_what_is_left_is_a_sentence(marked, expected, parse):
    text, spans = statement_of(marked)
    written = rewrite(parse(text), Statement(0, len(text), None), spans, [], [], {})
    assert (written.text if written else None) == expected
