"""The public names, exactly."""

import importlib.resources

import pytest

import cpi_sanitise
from cpi_sanitise import Sanitiser, Settings, Submission
from cpi_sanitise.errors import RecipientError


def test_all_is_what_is_promised():
    assert cpi_sanitise.__all__ == [
        "Examination",
        "LogStatement",
        "Result",
        "SanitiseError",
        "SanitisedLog",
        "Sanitiser",
        "Settings",
        "Submission",
        "sanitise_frame",
    ]
    assert all(getattr(cpi_sanitise, name).__doc__ for name in cpi_sanitise.__all__)


def test_it_is_typed():
    assert importlib.resources.files("cpi_sanitise").joinpath("py.typed").is_file()


@pytest.mark.model
def test_result_and_examination_have_the_promised_names(sanitiser):
    submission = Submission(reference="2026/118", narrative="I saw two men sell tablets in Andover.", form={"submitter_name": "Ida Webb"})
    result = sanitiser(submission)
    assert result.log.status == "draft"
    assert result.log.statements[0].kind in ("fact", "opinion", "mixed")
    assert isinstance(result.sealed, bytes)
    assert isinstance(result.subject_key, bytes)
    found = sanitiser.examine(submission)
    for name in ("identifiers", "provenance", "vantage", "attribution_risk", "statements", "triage"):
        assert hasattr(found, name)
    assert "tablets" not in repr(found) + repr(result) + repr(submission)


@pytest.mark.model
def test_without_keys_one_can_examine_only(sanitiser):
    bare = Sanitiser(settings=Settings(caution="cautious"))
    submission = Submission(reference="1", narrative="Two men sell tablets.")
    assert bare.examine(submission).statements
    with pytest.raises(RecipientError):
        bare(submission)
