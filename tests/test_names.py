"""Names of persons, the hard part: every way to write them, every community, names that are words. Made up, all of them."""

import pytest

from cpi_sanitise import Submission

pytestmark = pytest.mark.model


def persons(sanitiser, text):
    found = sanitiser.examine(Submission(reference="1", narrative=text)).identifiers
    return [text[one.start : one.end] for one in found if one.type == "PERSON"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("KELLY MARSH SELLS TABLETS FROM HER FLAT IN LEEDS", ["KELLY MARSH"]),
        ("kelly marsh sells tablets from her flat in leeds", ["kelly marsh"]),
        ("The driver is MARSH, Kelly and she sells tablets.", ["MARSH, Kelly"]),
        ("Kelly Marsh's boyfriend drives her to Leeds.", ["Kelly Marsh"]),
        ("The seller is Mr K. Obafemi of Leeds.", ["Mr K. Obafemi"]),
        ("Tablets are sold by Jean-Luc Smith-Barton.", ["Jean-Luc Smith-Barton"]),
        ("He works for P**** R****.", ["P**** R****"]),
        ("Grace Mensah hides the cash.", ["Grace Mensah"]),
        ("The cash is kept by Mark Hope and his brother Will.", ["Mark Hope", "Will"]),
        ("May King is 14 and has two phones.", ["May King"]),
        ("Imran Sheikh collects the money.", ["Imran Sheikh"]),
        ("Oluwaseun Adebayo drives the van.", ["Oluwaseun Adebayo"]),
        ("Agnieszka Wiśniewska cleans three houses unpaid.", ["Agnieszka Wiśniewska"]),
        ("Nguyen Van Duc tends the plants.", ["Nguyen Van Duc"]),
        ("Berivan Yilmaz owes them £600.", ["Berivan Yilmaz"]),
        ("Siobhán O'Dwyer was followed home.", ["Siobhán O'Dwyer"]),
        ("Moshe Rosenfeld was threatened outside.", ["Moshe Rosenfeld"]),
        ("Tomasz hit Chantelle and then Tomasz left.", ["Tomasz", "Chantelle", "Tomasz"]),
        (
            "Kayleigh Ransome has a new phone. He gave KAYLEIGH the phone, and kayleigh hides it.",
            ["Kayleigh Ransome", "KAYLEIGH", "kayleigh"],
        ),
    ],
)
def test_names_are_found(sanitiser, text, names):
    found = persons(sanitiser, text)
    for name in names:
        words = name.replace(",", "").split()
        assert all(any(word in one for one in found) for word in words)


@pytest.mark.parametrize(
    "text",
    [
        "They will meet in May and hope to mark the grace period.",
        "The chase went on and the young king of the estate rose early.",
        "Two males deal drugs in the car park in Andover.",
        "He wears a Nike tracksuit and drives a BMW.",
    ],
)
def test_words_are_not_names(sanitiser, text):
    assert persons(sanitiser, text) == []
