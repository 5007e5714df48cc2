"""The desk's `.env`: what it holds now beside what held at the start, and how it is changed.

A desk reads its settings once, at its start; what is saved here holds after the next one. The whole
new file is parsed by `config.load` before it takes the place of the old one, which stays beside it
as `.env.bak`. Both are readable by their owner only.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock

from dotenv import dotenv_values, set_key, unset_key

import config
from config import SettingsError
from store.errors import StoreError

ENVIRONMENT = "environment"
DEFAULTS = {one.name: one.shown for one in config.sources({}, Path(os.devnull))}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting's text (a secret's is masked), in force and as the next start would read it."""

    name: str
    in_force: str
    in_force_source: str
    saved: str
    saved_source: str

    @property
    def waits(self) -> bool:
        """Whether a restart would change it."""
        return self.in_force != self.saved

    @property
    def is_overridden(self) -> bool:
        """The environment wins over whatever is saved."""
        return self.saved_source == ENVIRONMENT


class SettingsFile:
    """Made when the desk starts; any thread may ask."""

    def __init__(
        self, path: Path = Path(".env"), environment: Mapping[str, str] | None = None
    ) -> None:
        self.path = path
        self._environment = environment
        self._at_start = config.sources(environment, path)
        self._one = Lock()

    def settings(self) -> dict[str, Setting]:
        """Every setting by name; raises StoreError when the file cannot be read."""
        try:
            now = config.sources(self._environment, self.path)
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(f"{self.path} cannot be read: {_reason(error)}") from error
        return {
            then.name: Setting(
                then.name,
                _plain(then.name, then.shown),
                then.source,
                _plain(new.name, new.shown),
                new.source,
            )
            for then, new in zip(self._at_start, now, strict=True)
        }

    def changes(self, texts: Mapping[str, str]) -> list[str]:
        """The names of those that `save` would change."""
        return list(self._changed(texts, Path(os.path.realpath(self.path))))

    def save(self, texts: Mapping[str, str]) -> list[str]:
        """Keep these settings; the names of those that are now other than before.

        A text that is the default is not written. Raises SettingsError when the next start would
        refuse the file, StoreError when it cannot be written; the old file then stays as it was.
        """
        with self._one:
            try:
                return self._save(texts)
            except (OSError, UnicodeDecodeError) as error:
                raise StoreError(f"{self.path} cannot be written: {_reason(error)}") from error

    def _save(self, texts: Mapping[str, str]) -> list[str]:
        target = Path(os.path.realpath(self.path))  # a link stays a link
        changed = self._changed(texts, target)
        if not changed:
            return []
        draft = _copy(target)
        try:
            for name, text in changed.items():
                _write(draft, name, text)
            config.load(self._environment, draft)
            if target.is_file():
                _copy(target).replace(target.with_name(f"{target.name}.bak"))
            _keep(draft, target)
        finally:
            draft.unlink(missing_ok=True)
        return list(changed)

    def _changed(self, texts: Mapping[str, str], target: Path) -> dict[str, str | None]:
        """What the file would have to say; None = a default, which is not written."""
        try:
            before = dotenv_values(target) if target.is_file() else {}
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(f"{self.path} cannot be read: {_reason(error)}") from error
        said = DEFAULTS | {name: text for name, text in before.items() if text is not None}
        return {
            name: text if text != DEFAULTS[name] else None
            for name, text in texts.items()
            if _plain(name, said[name]) != text
        }


def check(name: str, text: str) -> str:
    """What is wrong with the text of one setting, in the words of the start; empty when nothing."""
    try:
        config.parse_setting(name, text)
    except SettingsError as error:
        return str(error).removeprefix(f"{name}=")
    return ""


def _plain(name: str, text: str) -> str:
    """The text, but of a switch 1 or 0: it may be off in several words (no, false, nothing)."""
    if check(name, text):
        return text
    value = config.parse_setting(name, text)
    return f"{value:d}" if isinstance(value, bool) else text


def _write(draft: Path, name: str, text: str | None) -> None:
    if text is None:
        unset_key(draft, name)
    else:
        set_key(draft, name, text, quote_mode="auto")


def _copy(target: Path) -> Path:
    """A new file beside it with the same content; 0600, as tempfile makes them."""
    with NamedTemporaryFile(dir=target.parent, prefix=".env.", delete=False) as file:
        if target.is_file():
            file.write(target.read_bytes())
    return Path(file.name)


def _keep(draft: Path, target: Path) -> None:
    """On disk before it takes the old one's place: a power cut leaves one of the two."""
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else "it is not UTF-8 text"
