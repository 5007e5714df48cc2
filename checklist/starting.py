"""A desk starts a checklist: a process of its own, which ends and cleans up when the desk ends."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from checklist.files import AlreadyRunning, is_running, new_name, read

ROOT = Path(__file__).parent.parent


class Starter:
    """One run at a time, whoever has started it; any thread may ask."""

    def __init__(self, folder: Path, program: tuple[str, ...] = ("-m", "checklist")) -> None:
        self._folder, self._program = folder, program
        self._child: subprocess.Popen[bytes] | None = None
        self._name = ""
        self._starting = threading.Lock()

    def start(self, symbol: str) -> str:
        """The name of the run that begins; AlreadyRunning when one runs."""
        with self._starting:
            if self.is_running():
                raise AlreadyRunning
            self._name = name = new_name()
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._log(name).open("wb") as log:
                options = ("--name", name, "--symbol", symbol, "--until-stdin-closes")
                self._child = subprocess.Popen(
                    [sys.executable, *self._program, *options],
                    cwd=ROOT,
                    stdin=subprocess.PIPE,  # it closes when this process ends, however it ends
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            return name

    def is_running(self) -> bool:
        """Whether a run is under way, of this desk or of the command line."""
        is_ours = self._child is not None and self._child.poll() is None
        return is_ours or is_running(self._folder)

    def last_words(self) -> str:
        """What our own run said last; empty while it runs, and when its report tells its end."""
        if self._child is None or self._child.poll() is None:
            return ""
        report = read(self._folder, self._name)
        if report is not None and report["state"] != "running":
            return ""
        try:
            said = self._log(self._name).read_text(errors="replace").strip()
        except OSError:
            return ""
        return said.splitlines()[-1].strip() if said else ""

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"
