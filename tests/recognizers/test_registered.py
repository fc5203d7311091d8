"""The recognizers that are registered, written down: one that drops out, or comes in unseen, fails here."""

from __future__ import annotations

import pickle
import subprocess
import sys

from recognizers import RECOGNIZERS

GOLDEN = {
    "PhoneRecognizer": "PHONE",
    "PostcodeRecognizer": "POSTCODE",
    "VehicleRegistrationRecognizer": "VEHICLE_REG",
    "EmailRecognizer": "EMAIL",
    "UrlRecognizer": "URL",
    "UsernameRecognizer": "USERNAME",
    "AddressRecognizer": "ADDRESS",
    "DateOfBirthRecognizer": "DOB",
    "NationalIdRecognizer": "NATIONAL_ID",
    "FinancialRecognizer": "FINANCIAL",
    "OrganisationRecognizer": "ORGANISATION",
    "PlaceRecognizer": "LOCATION",
    "TitleNameRecognizer": "PERSON",
    "GivenNameRecognizer": "PERSON",
    "CodeRecognizer": "NATIONAL_ID",
}


def test_golden_list() -> None:
    assert {each.name: each.entity_type for each in RECOGNIZERS} == GOLDEN
    assert all(each.supported_entities == [each.entity_type] for each in RECOGNIZERS)


def test_every_type_of_the_annotation_guide_has_one() -> None:
    guide = "PERSON PHONE POSTCODE VEHICLE_REG EMAIL URL USERNAME ADDRESS DOB NATIONAL_ID FINANCIAL ORGANISATION LOCATION"
    assert {each.entity_type for each in RECOGNIZERS} == set(guide.split())


def test_recognizers_can_be_pickled() -> None:
    text = "ring 07700 900123"
    copies = pickle.loads(pickle.dumps(RECOGNIZERS))
    assert [len(each.analyze(text)) for each in copies] == [len(each.analyze(text)) for each in RECOGNIZERS]


def test_presidio_context_is_not_used() -> None:
    assert all(each.context == [] for each in RECOGNIZERS)


def test_only_the_asked_entities_are_looked_for() -> None:
    phone = RECOGNIZERS[0]
    assert phone.analyze("ring 07700 900123", ["POSTCODE"]) == []
    assert len(phone.analyze("ring 07700 900123", ["PHONE", "POSTCODE"])) == 1


def test_results_say_who_found_them_and_never_quote_the_text() -> None:
    (result,) = RECOGNIZERS[0].analyze("ring 07700 900123", ["PHONE"], None)
    assert result.recognition_metadata["recognizer_name"] == "PhoneRecognizer"
    assert "900123" not in result.analysis_explanation.textual_explanation


def test_a_failing_recognizer_raises() -> None:
    class Broken(type(RECOGNIZERS[0])):  # type: ignore[misc]
        def find(self, text: str) -> object:
            raise TimeoutError

    try:
        Broken().analyze("text")
    except TimeoutError:
        return
    raise AssertionError("a failure was swallowed")


def test_the_package_never_imports_the_library() -> None:
    code = "import sys, recognizers; sys.exit(any(name.split('.')[0] in ('cpi_sanitise', 'spacy_transformers') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
