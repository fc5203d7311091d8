"""Placeholders: one number a person, in the order of the finished log."""

import pytest
from presidio_anonymizer.operators import OperatorType

from cpi_sanitise.redaction import WORDS, Placeholder, make_anonymizer, redact, same_entities
from cpi_sanitise.rewriting import Rewritten
from cpi_sanitise.spans import Identifier


def identifiers(narrative, *parts):
    found, at = [], 0
    for part in parts:
        text, _, kind = part.partition(":")
        start = narrative.index(text, at)
        at = start + len(text)
        found.append(Identifier(start, at, kind or "PERSON", 1.0, ("test",)))
    return found


@pytest.mark.parametrize(
    ("narrative", "parts", "same"),
    [
        ("Kelly Marsh and Kelly", ["Kelly Marsh", "Kelly"], [0, 0]),
        ("Kelly Marsh, KM, Ms Marsh", ["Kelly Marsh", "KM", "Ms Marsh"], [0, 0, 0]),
        ("Katherine Webb then Kath", ["Katherine Webb", "Kath"], [0, 0]),
        ("Kelly Marsh (Boomer) and Boomer", ["Kelly Marsh", "Boomer", "Boomer"], [0, 0, 0]),
        ("Kelly Marsh, Tom Marsh", ["Kelly Marsh", "Tom Marsh"], [0, 1]),
        ("Kelly Marsh and Tom", ["Kelly Marsh", "Tom"], [0, 1]),
        ("07700 900123 or +44 7700900123", ["07700 900123:PHONE", "+44 7700900123:PHONE"], [0, 0]),
        ("07700 900123, 0044 7700 900123, 07700 900124", ["07700 900123:PHONE", "0044 7700 900123:PHONE", "07700 900124:PHONE"], [0, 0, 2]),
        ("x2@y.example, 2@y.example", ["x2@y.example:EMAIL", "2@y.example:EMAIL"], [0, 1]),
        ("number withheld, number kept", ["withheld:PHONE", "kept:PHONE"], [0, 1]),
        ("BD51 SMR is bd51smr, BD51 SMS", ["BD51 SMR:VEHICLE_REG", "bd51smr:VEHICLE_REG", "BD51 SMS:VEHICLE_REG"], [0, 0, 2]),
        ("ab--c_d ABCD", ["ab--c_d:USERNAME", "ABCD:USERNAME"], [0, 0]),
        ("4 Oak Road, 4 Oak", ["4 Oak Road:ADDRESS", "4 Oak:ADDRESS"], [0, 1]),  # of other things than names no part is the whole
        ("440123 0123", ["440123:FINANCIAL", "0123:FINANCIAL"], [0, 1]),  # the country's number is of telephones only
        ("07700 900123, 7700 900123", ["07700 900123:PHONE", "7700 900123:PHONE"], [0, 0]),
        ("Kath, Katherine", ["Kath:ORGANISATION", "Katherine:ORGANISATION"], [0, 1]),
        ("Siobhan O'Dwyer, SO", ["Siobhan O'Dwyer", "SO"], [0, 0]),
        ("Liz Webb, Beth Webb", ["Liz Webb", "Beth Webb"], [0, 0]),
        ("Alexander Webb, Alexandra Webb", ["Alexander Webb", "Alexandra Webb"], [0, 1]),
        ("Albert Webb, Robert Webb", ["Albert Webb", "Robert Webb"], [0, 1]),
        # Of one type only.
        ("Marsh, Marsh", ["Marsh:PERSON", "Marsh:LOCATION"], [0, 1]),
        ("Marsh, Marsh, Marsh", ["Marsh:PERSON", "Marsh:LOCATION", "Marsh:PERSON"], [0, 1, 0]),
        # Names: titles are nobody's, and a title by itself is somebody.
        *(
            (f"Kelly Marsh, {title} Marsh", ["Kelly Marsh", f"{title} Marsh"], [0, 0])
            for title in ("Mr Mrs Ms Miss Dr Rev Revd Sir Cllr Prof PC DC DS Sgt".split())
        ),
        ("Miss met Kelly Marsh", ["Miss", "Kelly Marsh"], [0, 1]),
        ("Miss, miss, Sir", ["Miss", "miss", "Sir"], [0, 0, 2]),
        ("KELLY MARSH, kelly", ["KELLY MARSH", "kelly"], [0, 0]),
        ("Siobhan O'Dwyer, O'Dwyer, Dwyer", ["Siobhan O'Dwyer", "O'Dwyer", "Dwyer"], [0, 0, 2]),
        ("Ann-Marie Moss, Marie", ["Ann-Marie Moss", "Marie"], [0, 0]),
        ("Katherine Webb, Kath Webb", ["Katherine Webb", "Kath Webb"], [0, 0]),
        ("Kath Webb, Katherine Webb", ["Kath Webb", "Katherine Webb"], [0, 0]),
        ("Kath then Katherine Webb", ["Kath", "Katherine Webb"], [0, 0]),
        ("Kath, Katherine", ["Kath", "Katherine"], [0, 0]),
        ("Kath, Tom", ["Kath", "Tom"], [0, 1]),
        ("Katherine Webb, Kath Wells", ["Katherine Webb", "Kath Wells"], [0, 1]),
        ("Jo Ann Webb, Tom Webb", ["Jo Ann Webb", "Tom Webb"], [0, 1]),
        ("Jo Ann Webb, Jo Webb", ["Jo Ann Webb", "Jo Webb"], [0, 0]),
        # Initials: two or three, in either order.
        ("Kelly Marsh, MK", ["Kelly Marsh", "MK"], [0, 0]),
        ("Kelly Ann Marsh, KAM", ["Kelly Ann Marsh", "KAM"], [0, 0]),
        ("Kelly Ann Marsh, KM", ["Kelly Ann Marsh", "KM"], [0, 1]),
        ("Kelly Marsh, KT", ["Kelly Marsh", "KT"], [0, 1]),
        ("Kelly Ann Jo Marsh, KAJM", ["Kelly Ann Jo Marsh", "KAJM"], [0, 1]),
        ("Kelly, K", ["Kelly", "K"], [0, 1]),
        # Through a third: all of one group.
        ("Kelly Marsh, Tom Reed, Kelly, Tom", ["Kelly Marsh", "Tom Reed", "Kelly", "Tom"], [0, 1, 0, 1]),
        ("Kelly, Kelly Marsh, Marsh", ["Kelly", "Kelly Marsh", "Marsh"], [0, 0, 0]),
        # Of two that fit, the first.
        ("Kelly Marsh, Kelly Reed, Kelly", ["Kelly Marsh", "Kelly Reed", "Kelly"], [0, 1, 0]),
    ],
)
def test_who_is_who(narrative, parts, same):
    assert same_entities(narrative, identifiers(narrative, *parts)) == same


@pytest.mark.parametrize(
    ("between", "same"),
    [
        (" (", True),
        ("(", True),
        (" ((", True),
        (", ", False),
        (" , ", False),
        (" ", False),
        ("", False),
        ("\n(", False),
        (" and ", False),
        (" met ", False),
        (", aka ", True),
        (" aka ", True),
        (" AKA  ", True),
        (" aka“", True),
        (" a.k.a. ", True),
        (" a.k.a ", True),
        (" also known as ", True),
        (" known as ", True),
        (" goes by ", True),
        (" goes by the name ", True),
        (", who goes by ", True),
        (" calls himself ", True),
        (" calls herself '", True),
        (" (nickname ", True),
        (" (nickname  the name", True),
        (" street name ", True),
        (" (the name", True),
        (' "', True),
        (" '", True),
        (" is not known as ", False),
        (" aka with ", False),
    ],
)
def test_a_nickname_behind_a_name(between, same):
    narrative = f"Kelly Marsh{between}Boomer"
    assert (same_entities(narrative, identifiers(narrative, "Kelly Marsh", "Boomer")) == [0, 0]) is same


@pytest.mark.parametrize(
    ("narrative", "parts", "same"),
    [
        ("Kelly Marsh, Tom Reed (Boomer)", ["Kelly Marsh", "Tom Reed", "Boomer"], [0, 1, 1]),
        ("07700 900123 (Boomer)", ["07700 900123:PHONE", "Boomer"], [0, 1]),
        ("Kelly Marsh, 07700 900123 (Boomer)", ["Kelly Marsh", "07700 900123:PHONE", "Boomer"], [0, 1, 2]),
        ("Kelly Marsh (Boomer:)", ["Kelly Marsh", "Boomer:USERNAME"], [0, 1]),
        ("Tallow Green (Boomer)", ["Tallow Green:LOCATION", "Boomer:LOCATION"], [0, 1]),
        ("Boomer (", ["Boomer"], [0]),
        ("Kelly Marsh (Boomer) (Kez)", ["Kelly Marsh", "Boomer", "Kez"], [0, 0, 2]),
        ("Boomer's friend is Kelly Marsh", ["Boomer", "Kelly Marsh"], [0, 1]),
    ],
)
def test_whose_nickname(narrative, parts, same):
    assert same_entities(narrative, identifiers(narrative, *parts)) == same


def test_a_nickname_in_another_order_than_the_text_is_nobodys():
    # What is found by the form stands last in the list wherever it is in the text.
    narrative = "(Kelly Marsh"
    found = [*identifiers(narrative, "Marsh"), *identifiers(narrative, "Kelly")]
    assert same_entities(narrative, found) == [0, 1]


WORD_OF = {
    "PERSON": "PERSON", "PHONE": "PHONE", "POSTCODE": "POSTCODE", "VEHICLE_REG": "VEHICLE", "EMAIL": "EMAIL", "URL": "URL",
    "USERNAME": "USERNAME", "ADDRESS": "ADDRESS", "DOB": "DATE OF BIRTH", "NATIONAL_ID": "REFERENCE", "FINANCIAL": "ACCOUNT",
    "ORGANISATION": "ORGANISATION", "LOCATION": "PLACE",
}  # fmt: skip


@pytest.mark.parametrize(("kind", "word"), WORD_OF.items())
def test_the_word_of_each_type(kind, word):
    """The words of the annotation guide; each type counts for itself."""
    assert WORDS == WORD_OF
    narrative = "Zq7 Wx8"
    texts, placeholders = redact(
        [Rewritten("It is \ufffc or \ufffc.", ((6, 7, 0), (11, 12, 1)), False, False)],
        narrative,
        identifiers(narrative, f"Zq7:{kind}", "Wx8:URL" if kind != "URL" else "Wx8:EMAIL"),
        make_anonymizer(),
    )
    other = "URL" if kind != "URL" else "EMAIL"
    assert texts == [f"It is [{word} 1] or [{other} 1]."]
    assert placeholders == {0: f"[{word} 1]", 1: f"[{other} 1]"}


def test_two_beside_each_other_stay_two():
    narrative = "Kelly Tom"
    statement = Rewritten("\ufffc \ufffc \ufffc met.", ((0, 1, 0), (2, 3, 1), (4, 5, 0)), False, False)
    assert redact([statement], narrative, identifiers(narrative, "Kelly", "Tom"), make_anonymizer())[0] == [
        "[PERSON 1] [PERSON 2] [PERSON 1] met."
    ]


def test_a_mention_that_was_cut_has_the_number_of_its_person():
    """So that the subject key tells all spellings; one of whom nothing is left in the log has none."""
    narrative = "Kelly Marsh; KM; Tom Reed"
    found = identifiers(narrative, "Kelly Marsh", "KM", "Tom Reed")
    _, placeholders = redact([Rewritten("\ufffc left.", ((0, 1, 1),), False, False)], narrative, found, make_anonymizer())
    assert placeholders == {1: "[PERSON 1]", 0: "[PERSON 1]"}


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("¤ (¤) left.", "¤ left."),
        ("¤(¤) left.", "¤ left."),
        ("¤  (  ¤  ) left.", "¤ left."),
        ("¤ “¤” left.", "¤ left."),
        ("¤, aka ¤ left.", "¤ left."),
        ("¤ , also known as “¤” left.", "¤ left."),
        ("¤ known as '¤' left.", "¤ left."),
        ("¤ AKA  ¤ left.", "¤ left."),
        ("¤,  aka ¤ left.", "¤ left."),
        ("¤ ¤ left.", "¤ left."),
        ("¤  ¤ ¤ left.", "¤ left."),
        ("¤ and ¤ left.", "¤ and ¤ left."),
        ("¤, ¤ left.", "¤, ¤ left."),
        ("¤ (~) left.", "¤ (~) left."),
        ("¤ ~ left.", "¤ ~ left."),
        ("¤ aka ~ left.", "¤ aka ~ left."),
        ("§ (§), § § left.", "§, § left."),
    ],
)
def test_the_same_is_said_once(text, joined):
    names = {"¤": "Kelly", "~": "Tom", "§": "1 May 1990"}
    narrative = " ".join(names.values())
    found = identifiers(narrative, "Kelly", "Tom", "1 May 1990:DOB")
    # One that is never joined goes before, so that numbers have two figures.
    order = list(names)
    statement = Rewritten(
        "".join("\ufffc" if character in names else character for character in text),
        tuple((place, place + 1, order.index(character)) for place, character in enumerate(text) if character in names),
        False,
        False,
    )
    numbers: dict[str, str] = {}
    for character in text:
        if character in names and character not in numbers:
            kind = "DATE OF BIRTH" if character == "§" else "PERSON"
            numbers[character] = f"[{kind} {1 + sum(one.startswith(f'[{kind}') for one in numbers.values())}]"
    expected = "".join(numbers.get(character, character) for character in joined)
    assert redact([statement], narrative, found, make_anonymizer())[0] == [expected]


@pytest.mark.parametrize("tail", ["\ufffc", "\ufffc \ufffc", "\ufffc (\ufffc)"])
def test_tenth_and_eleventh_are_told_apart(tail):
    names = [f"Name{chr(97 + number)}" for number in range(12)]
    narrative = " ".join(names)
    text = "\ufffc, " * 11 + f"{tail}."
    places = [place for place, character in enumerate(text) if character == "\ufffc"]
    spans = tuple((place, place + 1, min(number, 11)) for number, place in enumerate(places))
    [written] = redact([Rewritten(text, spans, False, False)], narrative, identifiers(narrative, *names), make_anonymizer())[0]
    assert written == ", ".join(f"[PERSON {number}]" for number in range(1, 13)) + "."


def test_the_operator_of_presidio_never_needs_the_identifier():
    operator = Placeholder()
    assert operator.operate("Kelly Marsh", {"entity_type": "PERSON 1"}) == "[PERSON 1]"
    assert operator.operate(params={"entity_type": "PERSON 1"}) == "[PERSON 1]"
    assert operator.operator_name() == "placeholder"
    assert operator.operator_type() is OperatorType.Anonymize
    with pytest.raises(KeyError):
        operator.operate("Kelly Marsh")


def test_numbers_follow_the_log_and_leave_no_gap():
    narrative = "Source Person met Kelly Marsh and Tom Reed. Tom paid Kelly."
    found = identifiers(narrative, "Source Person", "Kelly Marsh", "Tom Reed", "Tom", "Kelly")
    statements = [
        Rewritten("\ufffc met \ufffc.", ((0, 1, 2), (6, 7, 1)), False, True),
        Rewritten("\ufffc paid \ufffc.", ((0, 1, 3), (7, 8, 4)), False, False),
    ]
    texts, placeholders = redact(statements, narrative, found, make_anonymizer())
    assert texts == ["[PERSON 1] met [PERSON 2].", "[PERSON 1] paid [PERSON 2]."]
    assert placeholders == {2: "[PERSON 1]", 1: "[PERSON 2]", 3: "[PERSON 1]", 4: "[PERSON 2]"}
    assert 0 not in placeholders


def test_a_character_like_our_mark_in_the_narrative_is_left_alone():
    texts, _ = redact([Rewritten("a \ufffc b", (), False, False)], "a \ufffc b", [], make_anonymizer())
    assert texts == ["a \ufffc b"]
