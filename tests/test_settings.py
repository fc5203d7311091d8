"""Settings are few, checked, and never silently ignored."""

from __future__ import annotations

import pickle

import pytest

from cpi_sanitise.errors import SettingsError
from cpi_sanitise.settings import Settings


def test_the_default_is_the_shipped_behaviour():
    assert Settings() == Settings(caution="ordinary")


def test_a_file_is_read(tmp_path):
    (tmp_path / "settings.toml").write_text('caution = "cautious"\n')
    assert Settings.from_toml(tmp_path / "settings.toml") == Settings(caution="cautious")


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ('caution = "brave"', "`caution` has an unknown value", "ordinary, cautious"),
        ("caution = 3", "`caution` has an unknown value", "ordinary, cautious"),
        ('cautoin = "cautious"', "the settings file has 1 unknown keys", "known settings: caution"),
        ("caution: cautious", "the settings file is not TOML", 'caution = "cautious"'),
        ("caution = '\udcff'", "the settings file is not TOML", 'caution = "cautious"'),
    ],
)
def test_what_is_wrong_is_said(tmp_path, text, message, hint):
    (tmp_path / "settings.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SettingsError) as caught:
        Settings.from_toml(tmp_path / "settings.toml")
    assert str(caught.value) == message
    assert hint in caught.value.hint


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read"):
        Settings.from_toml(tmp_path / "missing.toml")


def test_settings_travel_to_other_processes():
    assert pickle.loads(pickle.dumps(Settings("cautious"))) == Settings("cautious")
