"""The AD 362 form is found by its printed words, also misread ones; what is nearly a heading refuses the document."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpi_sanitise.errors import IntakeError
from cpi_sanitise.headings import meaning, read_form
from tests.files import ANSWERS, FORM, NARRATIVE, form_text


@pytest.mark.parametrize(
    ("heading", "target", "guessed"),
    [
        ("Narrative", "narrative", False),
        ("DATE OF BIRTH", "source_dob", False),
        ("Telephone", "submitter_telephone", False),
        ("submiter_name", "submitter_name", True),
        ("Te1ephone", "submitter_telephone", True),
        ("0rganization", "submitter_organisation", True),
        ("lnformation including date and locat ion", "narrative", True),
        ("Wher did they find this information out?", "when_found_out", True),
        ("Hw did they find this information out?", "how_found_out", True),
        # near-misses
        ("Nane", None, None),
        ("Game", None, None),
        ("Addressee", None, None),
        ("Date of death", None, None),
        ("Information including costs", None, None),
        ("submitter", None, None),
        ("Did they find this information out?", None, None),  # how, or when
        ("Who else shared this?", None, None),
        ('narrative,"x', None, None),
        ("", None, None),
    ],
)
def test_a_heading_means_what_it_nearly_says_or_nothing(heading, target, guessed):
    found = meaning(heading)
    assert (found.targets[0], found.guessed_from is not None) == (target, guessed) if target else found is None


@pytest.mark.parametrize(
    "text",
    [
        form_text(),
        form_text(between=": "),
        form_text(between="\n"),
        form_text(separator=" "),  # all in one line, as the scan of the printed form
        form_text(separator="\n\n", between="\n\n"),
        form_text().replace("Information including date and location", "lnforrnation inc1uding date and locat ion"),
        form_text().replace("Organisation", "0rganisation").replace("\nName", "\nNarne").replace("\nEmail", "\nEmai1"),
        form_text().replace("Where did this information come from?", "here did this in formation come from"),
        "Community Partners hip Information\nAD 362\nuidance\n"
        + form_text()
        + "\nWhat will the Police do with the information?\nStaff review it.",
    ],
)
def test_a_form_in_running_text_is_read(text):
    read = read_form(text)
    assert read is not None
    assert read["narrative"] == NARRATIVE
    assert read["form"] == ANSWERS
    assert "Nerys" not in str(read["other"])


def changed(heading: str, answer: str, nth: int = 0) -> str:
    """The form with another answer."""
    places = [place for place, (words, _) in enumerate(FORM) if words == heading]
    rows = [(words, answer if place == places[nth] else old) for place, (words, old) in enumerate(FORM)]
    return "\n".join(words if text is None else f"{words} {text}" for words, text in rows)


@pytest.mark.parametrize(
    ("text", "field", "answer"),
    [
        (changed("Can they be re-contacted?", "☒ Yes ☐ No"), "can_recontact", "yes"),
        (changed("Can they be re-contacted?", "[ ] Yes [x] No"), "can_recontact", "no"),
        (changed("Can they be re-contacted?", "Yes"), "can_recontact", "yes"),
        (changed("Can they be re-contacted?", "☐ Yes ☐ No"), "can_recontact", None),
        (changed("Can they be re-contacted?", "by letter only"), "can_recontact", "by letter only"),
        (form_text().replace("Can they be re-contacted? ☐ Yes ☒ No", "Can they be ☒ Yes ☐ No re-contacted?"), "can_recontact", "yes"),
        (changed("Where did this information come from?", "A neighbour of the two men who live there"), "source_name", "Wyn Tafler"),
        (changed("Name", "", 1), "source_name", None),
        (changed("Email", ""), "submitter_email", None),
        (changed("Address", "3 Quay Street\nAndover"), "source_address", "3 Quay Street\nAndover"),
    ],
)
def test_answers(text, field, answer):
    read = read_form(text)
    assert read is not None
    assert read["narrative"] == NARRATIVE
    assert read["form"].get(field) == answer


@pytest.mark.parametrize(
    "text",
    [
        "Two men sell tablets by the co-op.",
        "",
        "My information source is a neighbour. Where did this come from? I found this out on Monday.",
        "Name: Jay\nAddress: 3 Quay Street\nHe sells tablets.",
        "Information: two men.",
        "He asked me: can they be contacted again? I said no.",
        "We include in our information including date and location of each theft.",  # no heading: in the middle of a line, alone
    ],
)
def test_other_text_is_no_form(text):
    assert read_form(text) is None


@pytest.mark.parametrize(
    "text",
    [
        form_text().replace("Information including date and location", "Infxxmation inxxuding daxx and locaxxon"),
        form_text().replace("Information including date and location", ""),
        form_text().replace("Where did this information come from?", "").replace("Information Source", ""),
        form_text() + "\n" + form_text(),  # two people's reports
        form_text().replace("How did they find this information out?", "How xxd thxy xind thix infoxmation ouxx"),
        "Information including date and location\nTwo men.\nDate of Birth 1/2/1980\nAddress 3 Quay Street\nTelephone 07700 900124",
    ],
)
def test_a_doubtful_form_is_refused(text):
    with pytest.raises(IntakeError, match="AD 362") as caught:
        read_form(text)
    assert caught.value.hint
    assert "Nerys" not in str(caught.value)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.integers(0, len(form_text())), st.integers(0, 40))
def test_a_damaged_form_is_read_whole_or_refused(noise, start, length):
    """Whatever a scanner destroys, no part of the source's answers comes to stand in the narrative."""
    text = form_text()
    text = text[:start] + noise + text[start + length :]
    try:
        read = read_form(text)
    except IntakeError:
        return
    assert read is not None
    for secret in ("Tafler", "Quay Street", "900124", "wyn@example.org", "Only one flat"):
        assert secret not in read["narrative"]
