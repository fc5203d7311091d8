"""Settings: the few choices there are. The defaults are the shipped behaviour."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

from .errors import SettingsError

Caution = Literal["ordinary", "cautious"]


@dataclass(frozen=True, slots=True)
class Settings:
    """`caution` is the dial between what the log tells and how far it points to its source.

    Ordinary writes trade vocabulary and records in plain words and keeps the settings that officers need; cautious
    generalises or cuts every vantage. Either way identifiers and provenance go.
    """

    caution: Caution = "ordinary"

    def __post_init__(self) -> None:
        if self.caution not in get_args(Caution):
            raise SettingsError("`caution` has an unknown value", hint=f"choose one of: {', '.join(get_args(Caution))}")

    @classmethod
    def from_toml(cls, path: Path | str) -> Settings:
        """Read a TOML file of settings; a key that is not a setting is an error, so that a typing slip is not a silent default."""
        try:
            values: dict[str, Any] = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise SettingsError(f"the settings file cannot be read: {error.strerror}", hint="check the path and its permissions") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            raise SettingsError("the settings file is not TOML", hint='write lines such as: caution = "cautious"') from None
        known = [setting.name for setting in fields(cls)]
        unknown = sum(key not in known for key in values)
        if unknown:
            raise SettingsError(f"the settings file has {unknown} unknown keys", hint=f"known settings: {', '.join(known)}")
        return cls(**values)
