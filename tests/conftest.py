"""One loaded model for the whole run, and keys made for it."""

from __future__ import annotations

import pyrage
import pytest
from hypothesis import settings
from opened_store import OpenedStore, caller, make_store, write_keys

from cpi_sanitise import Sanitiser

# The default suite draws the same examples each time, so that its yes or no does not change by chance; `--hypothesis-profile=search` looks further.
settings.register_profile("default_suite", derandomize=True)
settings.register_profile("search", max_examples=2000, derandomize=False)
settings.load_profile("default_suite")


@pytest.fixture(scope="session")
def identities() -> dict[str, pyrage.x25519.Identity]:
    """Secret keys of the unit and of the officers, for tests that open."""
    return {"unit": pyrage.x25519.Identity.generate(), "officers": pyrage.x25519.Identity.generate()}


@pytest.fixture(scope="session")
def sanitiser(identities) -> Sanitiser:
    """The shipped model at its default settings."""
    return Sanitiser([str(identities["unit"].to_public())], [str(identities["officers"].to_public())])


@pytest.fixture(scope="session")
def parse(sanitiser):
    """Text to Doc with the encoder's scores."""
    return lambda text: sanitiser._engine.process_text(text, "en").tokens


@pytest.fixture
def store(tmp_path, monkeypatch, capfd) -> OpenedStore:
    """A small finished store in `store`, beside the files of every key."""
    monkeypatch.chdir(tmp_path)
    make_store(tmp_path / "store")
    write_keys()
    return OpenedStore(tmp_path / "store", caller(capfd))


@pytest.fixture
def two_person_store(tmp_path, monkeypatch, capfd) -> OpenedStore:
    """The same, with its sealed records for two groups of keys."""
    monkeypatch.chdir(tmp_path)
    make_store(tmp_path / "store", two_persons=True)
    write_keys()
    return OpenedStore(tmp_path / "store", caller(capfd))
