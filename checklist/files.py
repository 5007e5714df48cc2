"""Where reports live: `VAR_DIR/checklists/<time>.json` and `.html`; one run at a time."""

from __future__ import annotations

import fcntl
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

NAME = re.compile(r"\d{8}-\d{6}")
LOCK = "running.lock"
TRIES, PAUSE_SECONDS = 10, 0.05  # somebody may just be looking whether it is free


class AlreadyRunning(Exception):
    """Another run has the lock."""


def new_name() -> str:
    """The time in UTC: also the order of the reports."""
    return datetime.now(UTC).strftime("%Y%m%d-%H%M%S")


@contextmanager
def only_run(folder: Path) -> Iterator[None]:
    """Be the only run over this folder, or AlreadyRunning."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / LOCK).open("w") as lock:
        for _ in range(TRIES):
            if _locked(lock):
                break
            time.sleep(PAUSE_SECONDS)
        else:
            raise AlreadyRunning
        yield


def is_running(folder: Path) -> bool:
    """Whether some process runs a checklist over this folder now."""
    try:
        with (folder / LOCK).open("r") as lock:
            return not _locked(lock)
    except FileNotFoundError:
        return False


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def save(path: Path, text: str) -> None:
    """All of it or what was there before: somebody may be reading."""
    beside = path.with_suffix(f"{path.suffix}.new")
    beside.write_text(text)
    beside.replace(path)


def names(folder: Path) -> list[str]:
    """The reports, newest first."""
    return sorted((p.stem for p in folder.glob("*.json") if NAME.fullmatch(p.stem)), reverse=True)


def read(folder: Path, name: str) -> dict[str, Any] | None:
    """One report, or None when there is none of that name that can be read."""
    if not NAME.fullmatch(name):
        return None
    try:
        found = json.loads((folder / f"{name}.json").read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
