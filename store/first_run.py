"""What a desk remembers of its first run, in `first_run.json` under VAR_DIR.

Whether the password that was made for the admin is still the one, and whether somebody has set the
desk up or does not want to. It holds no secret: of the password only a mark that changes with it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from store.errors import StoreError

Outcome = Literal["", "done", "skipped"]
FILE = "first_run.json"


@dataclass(frozen=True, slots=True)
class _Kept:
    """`password_mark`: of the password that was made; empty when none was, or nobody knows."""

    password_mark: str = ""
    outcome: Outcome = ""


class FirstRun:
    """Every call looks at the file: commands and other processes may have written it."""

    def __init__(self, var_dir: Path) -> None:
        self._path = var_dir / FILE

    def note_made_password(self, mark: str) -> None:
        """The admin's password was made by the desk; `mark` as `Users.password_mark` gives it."""
        self._keep(replace(self._read(), password_mark=mark))

    def is_made_password(self, mark: str) -> bool:
        """Whether that is still the password that the desk made."""
        return bool(mark) and self._read().password_mark == mark

    @property
    def has_made_password(self) -> bool:
        """Whether the desk made one; False too for a desk that is older than this file."""
        return bool(self._read().password_mark)

    @property
    def is_offered(self) -> bool:
        """Whether nobody has set the desk up or declined it."""
        return not self._read().outcome

    def end(self, outcome: Outcome) -> None:
        """Done, or skipped; who is done stays done. Raises StoreError."""
        kept = self._read()
        if kept.outcome != "done":
            self._keep(replace(kept, outcome=outcome))

    def _read(self) -> _Kept:
        """A file that cannot be read is none: the offer is made again, which hurts nobody."""
        try:
            found = json.loads(self._path.read_text())
            return _Kept(str(found["password_mark"]), found["outcome"])
        except (OSError, ValueError, KeyError, TypeError):
            return _Kept()

    def _keep(self, kept: _Kept) -> None:
        draft = self._path.with_suffix(".tmp")
        try:
            draft.write_text(json.dumps(asdict(kept)))
            draft.replace(self._path)
        except OSError as error:
            raise StoreError(f"Cannot write {self._path}: {error.strerror}") from error
