"""Relay, agent and desk, each killed and started again: same ports, same folders, same keys.

Only processes that were started here are ever killed.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import Any

from store.database import open_database
from store.journal import Journal
from store.people import People
from tests.chaos.killed_desk import START_SECONDS, children_of, is_running
from tests.processes import PASSWORD, Program, call_or_none, free_port, program, request, until

# What is killed, and how often of a hundred times.
VICTIMS = {"relay": 35, "agent": 45, "desk": 20}


class KilledWorld:
    """Alice's world. Any thread may `call` the desk at any time; her agent has the journal."""

    def __init__(self, folder: Path, gateway_port: int, **settings: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.port, relay_port = free_port(), free_port()
        token = secrets.token_urlsafe(32)
        database = f"sqlite:///{(folder / 'people.db').resolve()}"
        self._key, agent_key = _keys(database)
        url = f"http://127.0.0.1:{relay_port}"
        shared = {"DATABASE_URL": database, "RELAY_TOKEN": token, "LOG_LEVEL": "WARNING"}
        self._programs: dict[str, tuple[list[str], dict[str, str]]] = {
            "relay": (
                ["-m", "relay"],
                {"RELAY_BIND": f"127.0.0.1:{relay_port}", "VAR_DIR": str(folder / "relay")}
                | shared,
            ),
            "agent": (
                ["-m", "agent"],
                {
                    "VAR_DIR": str(folder / "agent"),
                    "RELAY_URL": url,
                    "AGENT_KEY": agent_key,
                    "IB_PORT": str(gateway_port),
                    "LOG_LEVEL": "WARNING",
                    **settings,
                },
            ),
            "desk": (
                ["app_simple.py"],
                {
                    "VAR_DIR": str(folder / "desk"),
                    "BIND": f"127.0.0.1:{self.port}",
                    "RELAY_URL": url,
                    "WORKERS": "2",
                    "ADMIN_PASSWORD": PASSWORD,
                    **shared,
                },
            ),
        }
        self._running: dict[str, tuple[Program, ExitStack]] = {}

    @property
    def output(self) -> str:
        """What the running programs have said."""
        return "\n".join(f"{name}: {one.output}" for name, (one, _) in self._running.items())

    def start(self) -> None:
        for name in self._programs:
            self._start(name)
        until(lambda: call_or_none(self.port, "/healthz") == 200, "the desk answers", START_SECONDS)

    def stop(self) -> int:
        """End them as their owner would, the agent first; 0 when all of them ended well."""
        codes = [self._stop(name) for name in ("agent", "desk", "relay")]
        return next((code for code in codes if code), 0)

    def close(self) -> None:
        """End whatever still runs; a second time does nothing."""
        for _, processes in self._running.values():
            processes.close()
        self._running.clear()

    def kill(self, random: Random) -> str:
        """SIGKILL for one of the three, which is started again at once; returns its name."""
        name = random.choices(list(VICTIMS), weights=list(VICTIMS.values()))[0]
        one, processes = self._running.pop(name)
        children = children_of(one.process.pid)
        one.process.kill()
        one.process.wait(30)
        # A worker that has lost its master finds that out and ends by itself.
        until(lambda: not any(map(is_running, children)), f"the {name} is gone", START_SECONDS)
        processes.close()
        self._start(name)
        return f"{name} kills"

    def is_ready(self) -> bool:
        """Whether an order would reach TWS now."""
        try:
            status, answer = self.call("GET", "/status")
            is_up = status == 200 and answer["connections"]["orders"]["state"] == "connected"
            return is_up and self.call("GET", "/orders?status=open&limit=1")[0] == 200
        except OSError:
            return False

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """(status, parsed answer). OSError or HTTPException when the answer is lost."""
        headers = {"Authorization": f"Bearer {self._key}"}
        return request(self.port, method, f"/api/v1{path}", body, headers)

    def journal(self) -> Journal:
        """The agent's, while it does not run."""
        return Journal(self._folder / "agent" / "journal.db")

    def _start(self, name: str) -> None:
        arguments, environment = self._programs[name]
        processes = ExitStack()
        one = processes.enter_context(program(*arguments, **environment))
        self._running[name] = one, processes

    def _stop(self, name: str) -> int:
        one, processes = self._running.pop(name)
        one.process.terminate()
        code = one.process.wait(30)
        processes.close()
        return code


def _keys(database: str) -> tuple[str, str]:
    """Alice with an API key of hers and a key of her agent."""
    with _people(database) as people:
        alice = people.users.add("alice", PASSWORD, "trader")
        return people.keys.new(alice, "trade"), people.agent_keys.new(alice)


@contextmanager
def _people(database: str) -> Iterator[People]:
    people = People(open_database(database))
    try:
        yield people
    finally:
        people.close()
