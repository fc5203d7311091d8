"""Numbers and words that look like one thing and are another: no recognizer may take any of them."""

from __future__ import annotations

import pytest

from recognizers import RECOGNIZERS

FALSE_FRIENDS = [
    "A34 the",
    "they drove the A34 the whole way",
    "M27 and",
    "K12 was",
    "K12 WAS OFF",
    "M3 5th",
    "on the M3 5th March",
    "has 2 g",
    "he has 2 g on him",
    "HAS 2 G ON HIM",
    "section 115",
    "under section 115 of the Act",
    "AD 362",
    "on an AD 362 form",
    "£450 and £12,300.50 and £1.2m",
    "at 2130",
    "at 2130 on the dot",
    "19:45",
    "between 19:45 and 20.15hrs",
    "on 04/03/2024",
    "on 4 March 2024",
    "14 years old, 6ft 2, 12 stone, 75kg",
    "rang 999, 101 and 111",
    "in 2019 and 2020",
    "Year 9",
    "head of Year 9",
    "s.47",
    "a s.47 enquiry",
    "Category A1",
    "B12 injections",
    "flat 2 people",
    "in the flat 2 people were asleep",
    "2 men and 3 women in the car",
    "27 wraps, 3.5 grams, 9mm rounds",
    "a BMW X5, an Audi A4, a VW Golf",
    "the NHS, Hampshire Constabulary, Crimestoppers, the Co-op",
    "call Childline on 0800 1111 or Crimestoppers on 0800 555 111",
    "in Andover, Hampshire",
    "the local surgery, the primary school, the car park, the police station",
    "he is on his way; they came close; a dead end",
    "XXXX was with XXXX",
    "96 % to 71 %",
    "COVID-19, 5G, 4x4, 24/7, 50/50",
    "page 3 of 12, appendix B2, bay 4",
    "GCSE grade 9, level 2, tier 4, MAPPA level 2",
    "every 2nd week, the 3rd time, 1st floor",
]


@pytest.mark.parametrize("text", FALSE_FRIENDS)
def test_no_recognizer_takes_it(text: str) -> None:
    taken = [(each.name, text[result.start : result.end]) for each in RECOGNIZERS for result in each.analyze(text)]
    assert taken == []
