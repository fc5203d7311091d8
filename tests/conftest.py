"""One loaded model for the whole run, and keys made for it."""

from __future__ import annotations

import pyrage
import pytest

from cpi_sanitise import Sanitiser


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
