"""The running programs of the small world, each with a log of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from relay.world.world import Environment

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0
END_SECONDS = 20.0
LOOK_SECONDS = 0.1


class WorldFailed(Exception):
    """A program did not start or has ended; the message says which and where its log is."""


class Programs:
    """The running programs; `close` ends them, the last one first.

    `shields`: a Ctrl-C in the terminal reaches only us, who then end the programs in our own order.
    """

    def __init__(self, folder: Path, *, shields: bool = False) -> None:
        self._folder = folder
        self._shields = shields
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, environment: Environment, *arguments: str) -> None:
        """Start `python arguments…`, which writes into its log."""
        with self._log(name).open("wb") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env={"PATH": os.defpath, "PYTHONUNBUFFERED": "1", **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=self._shields,
            )

    def wait_for(self, name: str, is_there: Callable[[], bool]) -> None:
        """Until it is there, or WorldFailed."""
        until = time.monotonic() + START_SECONDS
        while not is_there():
            self.look()
            if time.monotonic() > until:
                raise WorldFailed(
                    f"{name} is not there after {START_SECONDS:g} s: {self._log(name)}"
                )
            time.sleep(0.1)

    def look(self) -> None:
        """Raises WorldFailed when one has ended."""
        for name, process in self._running.items():
            if process.poll() is not None:
                raise WorldFailed(f"{name} has ended ({process.returncode}): {self._last(name)}")

    def stop(self, name: str) -> None:
        """End one of them; it may be started again. Nothing when it does not run."""
        process = self._running.pop(name, None)
        if process:
            process.terminate()
            _wait(process)

    def close(self) -> None:
        for process in reversed(self._running.values()):
            process.terminate()
        for process in self._running.values():
            _wait(process)

    def said(self, name: str, words: str) -> bool:
        """Whether the program has written these words."""
        return words in self._log(name).read_text(errors="replace")

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"

    def _last(self, name: str) -> str:
        path = self._log(name)
        last = path.read_text(errors="replace").strip().splitlines()[-1:]
        return " ".join([*last, f"(its log: {path})"])


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
