"""Form values and their variants in a text."""

import pytest

from cpi_sanitise.form_search import form_values, search_form


def found(form, text):
    return sorted({text[hit.start : hit.end] for hit in search_form(text, form_values(form))})


@pytest.mark.parametrize(
    ("form", "text", "hits"),
    [
        (
            {"submitter_name": "Katherine Webb"},
            "Kath rang. Ask KATHERINE WEBB or KW.",
            ["KATHERINE", "KATHERINE WEBB", "KW", "Kath", "WEBB"],
        ),
        ({"submitter_name": "Katherine Webb"}, "a webb of lies, Kathrine Web", ["Kathrine", "webb"]),
        ({"submitter_name": "Grace Hope"}, "I hope he had the grace to go. Grace saw it.", ["Grace"]),
        ({"submitter_name": "Grace Hope"}, "grace hope saw it", ["grace", "grace hope", "hope"]),
        ({"submitter_telephone": "07700 900123"}, "on +44 7700 900 123 or 07700-900123", ["+44 7700 900 123", "07700-900123"]),
        (
            {"submitter_email": "k.webb@larkmere.example"},
            "k.webb@larkmere.example",
            ["k.webb", "k.webb@larkmere.example", "larkmere.example", "webb"],
        ),
        ({"submitter_organisation": "Larkmere Primary School"}, "at larkmere school, near the primary school", ["larkmere"]),
        ({"submitter_organisation": "Larkmere Primary School"}, "LPS staff", ["LPS"]),
        ({"source_address": "14 Tallow Street, Andover"}, "a man in Andover, 14 Tallow Street", ["14 Tallow Street"]),
        ({"source_dob": "04/03/1989"}, "born 4 March 89, seen 4.3.2024", ["4 March 89"]),
        ({"submitter_name": "anonymous", "submitter_telephone": "n/a"}, "anonymous", []),
        ({"how_found_out": "Katherine"}, "Katherine", []),
    ],
)
def test_search(form, text, hits):
    got = found(form, text)
    assert set(hits) <= set(got)
    assert all(any(hit in other or other in hit for other in hits) for hit in got)


def test_roles_come_with_the_field():
    (hit,) = search_form("Tendai told", form_values({"source_name": "Tendai"}))
    assert hit.roles == ("source",)
