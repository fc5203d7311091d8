"""What must hold a statement."""

import pytest

from cpi_sanitise.form_search import form_values
from cpi_sanitise.leak_check import Removed, leaks
from cpi_sanitise.spans import Identifier

NOTHING = Removed("", [])


def leaks_of(text, narrative, identifiers, form):
    return leaks(text, Removed(narrative, identifiers), form)


@pytest.mark.parametrize(
    ("value", "kind", "log", "leaking"),
    [
        ("Kelly Marsh", "PERSON", "KELLY sells tablets.", True),
        ("Kelly Marsh", "PERSON", "A marsh lies behind the house.", False),
        ("Grace Mensah", "PERSON", "He was there by the grace of luck.", False),
        ("Grace Mensah", "PERSON", "He met Grace there.", True),
        ("07700 900123", "PHONE", "He calls 07700900123.", True),
        ("BD51 SMR", "VEHICLE_REG", "The car is bd51smr.", True),
        ("14 Tallow Street", "ADDRESS", "He lives at 14 tallow  street.", True),
        ("14 Tallow Street", "ADDRESS", "He sells tallow in the street.", False),
        ("Kelly Marsh", "PERSON", "[PERSON 1] sells tablets.", False),
        # A name: any word of it, in any case, as a word of its own.
        ("Oluwaseun", "PERSON", "Then oluwaseun came.", True),
        ("Oluwaseun", "PERSON", "The Oluwaseuns came.", False),
        ("Oluwaseun", "PERSON", "An xOluwaseun came.", False),
        ("Mrs Adeyemi", "PERSON", "Mrs Oakes came.", False),
        ("Dan Ade", "PERSON", "Then ADE came.", True),  # three letters are enough
        ("JB", "PERSON", "A van of JB came.", True),  # initials, in capitals only
        ("JB", "PERSON", "A van of JBS came.", False),
        ("JB", "PERSON", "A van of XJB came.", False),
        ("JB Oakes", "PERSON", "A van of JB came.", True),
        ("AN", "PERSON", "THERE IS AN END", False),
        ("Jo Adeyemi", "PERSON", "He met Jo.", True),
        ("Jo Adeyemi", "PERSON", "He met JO and Joss, and jo.", False),
        ("Do Adeyemi", "PERSON", "What does he Do", False),
        ("Grace", "PERSON", "So Grace came.", True),
        ("Grace", "PERSON", ". Grace came.", False),
        ("Grace", "PERSON", "Hello!Grace came.", False),
        ("Grace", "PERSON", "Hello!   Grace came.", False),
        ("Grace", "PERSON", "Hello!    Grace came.", True),  # so far from the mark it is not looked for
        ("14 Tallow Street", "ADDRESS", "He lives at 1 4 Tal low Street.", False),
        ("Place 12", "ADDRESS", "He lives at [PLACE 12].", False),
        ("Place 1", "ADDRESS", "He lives at [PLACE 1].", False),
        ("X", "PERSON", "X came.", False),
        # A name that is also a word is a name only where it is written as one within a sentence.
        ("Grace", "PERSON", "Grace is what they say. Grace: Grace.", False),
        ("Grace", "PERSON", "He said “Grace”.", False),
        ("Grace", "PERSON", "He said ‘Grace’.", False),
        ("Grace", "PERSON", 'He said "Grace".', False),
        ("Grace", "PERSON", "Hello! Grace.", False),
        ("Grace", "PERSON", "Why? Grace.", False),
        ("Grace", "PERSON", "HE WAS THERE BY GRACE", False),
        ("Grace", "PERSON", "By the grace of luck he met Grace.", True),
        ("Grace", "PERSON", "He met Graces.", False),
        ("Grace", "PERSON", "He met xGrace.", False),
        ("GRACE", "PERSON", "He met Grace.", True),
        ("Andover", "PERSON", "He lives in Andover.", False),  # a town stays
        ("Jay Andover", "PERSON", "He lives in Andover.", False),
        ("Jay Hexham", "PERSON", "HE WENT TO HEXHAM", False),
        # A street, a firm, a place: the whole of it.
        ("14 Tallow Street", "ADDRESS", "He lives at 114 Tallow Street.", False),
        ("14 Tallow Street", "ADDRESS", "He lives at 14 Tallow Streets.", False),
        ("14 Tallow Street", "ADDRESS", "He lives at 14-Tallow, Street.", True),
        ("14 Tallow Street", "ADDRESS", "He lives at 14 by Tallow Street.", False),
        ("Quenbyhurst", "ORGANISATION", "It is near quenbyhurst.", True),
        ("Bridge", "LOCATION", "They meet by the bridge.", False),  # a word too: only as it was written
        ("Bridge", "LOCATION", "They meet by the Bridge.", True),
        ("Bridge", "LOCATION", "They meet by the Bridges.", False),
        ("Bridge", "LOCATION", "They meet by the FootBridge.", False),
        ("bridge", "LOCATION", "They meet by the bridge.", False),
        ("The Bridge", "LOCATION", "They meet by the bridge.", True),
        ("The Bridge", "LOCATION", "It is the bridge.", True),
        ("Andover", "LOCATION", "He lives in Andover.", False),
        ("ANDOVER", "LOCATION", "He lives in ANDOVER.", False),
        # Too short to be anybody's.
        ("12", "ADDRESS", "He has 12 of them.", False),
        ("123", "ADDRESS", "He has 123 of them.", False),
        ("1234", "ADDRESS", "He has 1234 of them.", True),
        ("1-2-3", "ADDRESS", "He has 1-2-3 of them.", False),
        ("A1", "ADDRESS", "He takes the A1.", False),
        ("A1B", "ADDRESS", "He takes the A1B.", True),
    ],
)
def test_removed_identifiers(value, kind, log, leaking):
    assert bool(leaks(log, Removed(value, [Identifier(0, len(value), kind, 1.0, ())]), [])) is leaking


@pytest.mark.parametrize(
    ("log", "leaking"),
    [
        ("I saw him.", True),
        *((f"There {word} is.", True) for word in "I I'm I've I'd I'll I’m i i'm i’ve We we We're we've we'd we’ll".split()),
        *((f"There {word} is.", True) for word in "My my Our our Me me us Mine mine ours myself ourselves".split()),
        *((f"There {word} is.", False) for word in "Us weed mist menu user bus hours meme wet Wei It's [I I's we's xI 'I".split()),
        ('He said "I will kill him".', False),
        ("He gave it to us.", True),
        ("He flew to the US.", False),
        ("It is on my list.", True),
        ("The i newspaper", True),
        ("Submitted via CPI.", True),
        ("Submitted via cpi.", True),
        ("On an AD 362.", True),
        ("On an AD362.", True),
        ("On an intel form.", True),
        ("On an Intelligence submission.", True),
        ("Seen after Prevent training.", True),
        ("It is disclosed in the public interest.", True),
        ("Given on condition of anonymity.", True),
        ("The CPIs, intel forms, an intelligence.", False),
        # Whose words are quoted: not the source's.
        ("He said “I will kill him”.", False),
        ("He said 'I will kill him'.", False),
        ("He said ‘I don’t know’ twice.", False),
        ("He said 'I don't know' twice.", False),
        ("He said “go” and I left.", True),
        ("They“go”I left.", True),
        ('He said "go" and I left with "it".', True),
        ("He said 'go' and I left.", True),
        ("The dogs' bowls and my cats' beds.", True),
        ("He said 'go\nI left' then.", True),  # no quotation goes on in the next line
        (f"He said “{'so ' * 250}I left”.", True),  # nor for so long
        (f'He said "{"so " * 250}I left".', True),
        (f"He said '{'so ' * 250}I left'.", True),
        (f"He said “{'so ' * 100}I left”.", False),
        ("He said “CPI” there.", False),
        *((f"It is {word} I of it.", False) for word in "phase part type class section schedule Phase".split()),
        ("It is phase   I of it.", False),
        ("It is a stage I left.", True),
        ("[PERSON 1] met [DATE OF BIRTH 12].", False),
        ("He sells tablets.", False),
        ("It's World War I memorabilia.", False),
    ],
)
def test_first_person_and_channel(log, leaking):
    assert bool(leaks(log, NOTHING, [])) is leaking


def test_form_values():
    form = form_values({"submitter_organisation": "Larkmere Surgery", "source_address": "3 Mill Lane, Andover"})
    assert leaks("It is near Larkmere.", NOTHING, form)
    assert not leaks("It is in Andover, near a surgery.", NOTHING, form)
    assert not leaks_of("IT IS IN ANDOVER", "", [], form)
    assert leaks_of("He was born in Ysolde's house.", "", [], form_values({"source_name": "Ysolde Andover"}))
    assert not leaks_of("He was born in Andover.", "", [], form_values({"source_name": "Ysolde Andover"}))


@pytest.mark.parametrize(
    ("value", "kind", "log"),
    [
        ("07700 900123", "PHONE", "Ring 0770-0900 123 now."),
        ("SO99 9ZZ", "POSTCODE", "It is so999zz now."),
        ("BD51 SMR", "VEHICLE_REG", "It is bd 51 smr now."),
        ("Jay@Moss.example", "EMAIL", "It is jay@moss.example now."),
        ("www.Jay-Moss.example", "URL", "It is www.jaymoss.example/now now."),
        ("@jay_moss", "USERNAME", "It is JayMoss now."),
        ("QQ 12 34 56 C", "NATIONAL_ID", "It is QQ123456C now."),
        ("20-11-33 12345678", "FINANCIAL", "It is 20113312345678 now."),
        ("AB_CD", "USERNAME", "It is abcd now."),
        ("A-B-CDE", "USERNAME", "It is xxAB CDExx now."),  # five characters are enough to be found within others
    ],
)
def test_what_is_written_otherwise(value, kind, log):
    found = [Identifier(0, len(value), kind, 1.0, ())]
    # Four letters are looked for as a word, not within others.
    assert bool(leaks_of(log, value, found, [])) is (value != "AB_CD")
    assert not leaks_of("Two men call.", value, found, [])


@pytest.mark.parametrize(
    "kind", "PHONE POSTCODE VEHICLE_REG EMAIL URL USERNAME NATIONAL_ID FINANCIAL ADDRESS ORGANISATION LOCATION DOB".split()
)
def test_which_types_are_found_within_other_characters(kind):
    within = kind not in ("ADDRESS", "ORGANISATION", "LOCATION", "DOB")
    assert bool(leaks_of("It is xq77w 31x now.", "Q77W31", [Identifier(0, 6, kind, 1.0, ())], [])) is within


def test_short_ones_are_words_of_their_own():
    found = [Identifier(0, 5, "USERNAME", 1.0, ())]
    assert leaks_of("It is ab_cd now.", "ab_cd", found, [])
    assert not leaks_of("It is cab cdx now.", "ab_cd", found, [])
    assert not leaks_of("It is cab cdx now.", "ab_c", [Identifier(0, 4, "USERNAME", 1.0, ())], [])


def test_only_the_identifiers_own_words_are_looked_for():
    narrative = "Then Kelly Marsh came to Tallow."
    found = [Identifier(5, 16, "PERSON", 1.0, ())]
    assert leaks_of("He met Kelly.", narrative, found, [])
    assert not leaks_of("It was in Tallow, then.", narrative, found, [])


def test_each_reason_is_named():
    form = form_values({"submitter_organisation": "Larkmere Surgery"})
    found = [Identifier(0, 5, "PERSON", 1.0, ())]
    assert leaks_of("I saw the CPI of Ysolde at Larkmere.", "Ysold", found, form) == (
        "first person left",
        "channel left",
        "a form value stands in the text",
    )
    assert leaks_of("He met Ysold.", "Ysold", found, form) == ("a removed identifier stands in the text",)


def test_a_placeholder_is_no_text_and_divides_what_stands_around_it():
    assert not leaks_of("The 07700 [PHONE 1] 900123 is.", "", [], form_values({"submitter_telephone": "07700 900123"}))
    assert not leaks_of("The Tallow [PLACE 1] Green is.", "Tallow Green", [Identifier(0, 12, "ADDRESS", 1.0, ())], [])
    assert not leaks_of("He is [PERSON 12].", "PERSON", [Identifier(0, 6, "PERSON", 1.0, ())], [])
    assert not leaks_of("Born [DATE OF BIRTH 1].", "BIRTH", [Identifier(0, 5, "PERSON", 1.0, ())], [])


def test_reasons_quote_nothing():
    reasons = leaks("I saw Kelly", Removed("Kelly", [Identifier(0, 5, "PERSON", 1.0, ())]), [])
    assert reasons
    assert not any("Kelly" in reason for reason in reasons)
