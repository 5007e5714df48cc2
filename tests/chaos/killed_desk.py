"""A desk that is killed and started again: same port, same folder, same key.

Only processes that were started here are ever killed.
"""

from __future__ import annotations

import os
import signal
import threading
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

from store.journal import Journal
from tests.processes import PASSWORD, call_or_none, free_port, new_key, program, request, until

START_SECONDS = 60.0


class KilledDesk:
    """`python app_simple.py` with settings of its own. Any thread may `call` it at any time."""

    def __init__(self, var_dir: Path, gateway_port: int, **settings: str) -> None:
        self.port = free_port()
        self.client_id = 999
        self._var_dir = var_dir
        self._environment = {
            "VAR_DIR": str(var_dir),
            "BIND": f"127.0.0.1:{self.port}",
            "ADMIN_PASSWORD": PASSWORD,
            "IB_PORT": str(gateway_port),
            "LOG_LEVEL": "WARNING",
            **settings,
        }
        self._processes = ExitStack()  # of the running desk
        self._lines: list[str] = []
        self._key = ""

    @property
    def output(self) -> str:
        """What the running desk has said."""
        return "\n".join(self._lines)

    def start(self) -> None:
        """Start it and wait until it answers, which is before it can place orders."""
        running = self._processes.enter_context(
            program("app_simple.py", **self._environment, IB_CLIENT_ID=str(self.client_id))
        )
        self._master, self._lines = running.process, running.lines
        until(self._answers_or_ended, "the desk answers", START_SECONDS)
        assert self._master.poll() is None, self.output
        self._key = self._key or new_key(self._environment)

    def stop(self) -> int:
        """End it as its owner would; returns its exit code."""
        self._master.terminate()
        code = self._master.wait(30)
        self._processes.close()
        return code

    def close(self) -> None:
        """End whatever still runs; a second time does nothing."""
        self._processes.close()

    def kill(self, random: Random) -> str:
        """SIGKILL for one or all of its processes; it comes again. Returns what was killed."""
        dice = random.random()
        if dice < 0.92:
            self.kill_worker()
            return "worker kills"
        if dice < 0.97:
            self.kill_all()
        else:
            self.kill_master()
        self.start()
        return "desk kills" if dice < 0.97 else "master kills"

    def kill_worker(self) -> None:
        """SIGKILL for the process with the order engine; gunicorn starts another one at once."""
        workers = self._workers()
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        until(lambda: set(self._workers()) - set(workers), "gunicorn starts a worker")

    def kill_all(self) -> None:
        """SIGKILL for every process of the desk, as when its machine stops; it is not started."""
        workers = self._workers()
        self._master.kill()
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        self._forget(workers)

    def kill_master(self) -> None:
        """SIGKILL for gunicorn's master alone: its worker finds that out and ends by itself."""
        workers = self._workers()
        self._master.kill()
        self._forget(workers)

    def lose_journal(self) -> None:
        """While it does not run: an empty journal, and another client id at TWS."""
        for path in self._var_dir.glob("journal.db*"):
            path.unlink()
        self.client_id += 2

    def is_ready(self) -> bool:
        return call_or_none(self.port, "/readyz") == 200

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """(status, parsed answer). OSError or HTTPException when the answer is lost."""
        headers = {"Authorization": f"Bearer {self._key}"}
        return request(self.port, method, f"/api/v1{path}", body, headers)

    def journal(self) -> Journal:
        """Its journal, while it does not run."""
        return Journal(self._var_dir / "journal.db")

    def _answers_or_ended(self) -> bool:
        return call_or_none(self.port, "/healthz") == 200 or self._master.poll() is not None

    def _workers(self) -> list[int]:
        return children_of(self._master.pid)

    def _forget(self, workers: list[int]) -> None:
        """Wait until the killed desk is gone: its port and its journal are free."""
        self._master.wait(30)
        until(lambda: not any(map(is_running, workers)), "the worker ends", START_SECONDS)
        self._processes.close()


def children_of(pid: int) -> list[int]:
    """The process ids of a process's children, as Linux shows them."""
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def is_running(pid: int) -> bool:
    """Whether the process is there; one that has ended and waits to be collected is not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def pause(seconds: float) -> None:
    """Let the others go on for so long."""
    threading.Event().wait(seconds)
