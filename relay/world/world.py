"""What the programs of the small world share: people, passwords, keys and addresses."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

from store.database import open_database
from store.people import People

HOST = "127.0.0.1"
# name -> (role, whether an agent belongs to it)
PEOPLE = {
    "admin": ("admin", False),
    "alice": ("trader", True),
    "bob": ("trader", True),
    "charlie": ("trader", False),
}
WITH_AGENT = tuple(name for name, (_, has_agent) in PEOPLE.items() if has_agent)
KEEPS = 'owner = "{name}"\nlabel = "{name}\'s laptop"\n'
POLICIES = {"alice": KEEPS + 'share_quotes = true\nfeed = "paper feed"\n', "bob": KEEPS}

Environment = Mapping[str, str]


class Notes(TypedDict):
    """`world.json`: passwords by name, agent keys by name, and what desk and relay share."""

    passwords: dict[str, str]
    agentKeys: dict[str, str]
    relayToken: str


class World:
    """The folder with everything that the programs share; made on the first start."""

    def __init__(self, folder: Path, desk_port: int, relay_port: int) -> None:
        self.folder = folder
        self.desk_port, self.relay_port = desk_port, relay_port
        self._notes = folder / "world.json"

    def prepare(self) -> dict[str, str]:
        """Make what is missing; returns the passwords by name."""
        if not self._notes.exists():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._notes.touch(mode=0o600)
            self._notes.write_text(json.dumps(self._made()))
        return self._read()["passwords"]

    def desk(self) -> Environment:
        return {
            "VAR_DIR": str(self.folder / "desk"),
            "BIND": f"{HOST}:{self.desk_port}",
            "RELAY_URL": self.relay_url,
            **self._shared(),
        }

    def relay(self) -> Environment:
        return {
            "VAR_DIR": str(self.folder / "relay"),
            "RELAY_BIND": f"{HOST}:{self.relay_port}",
            **self._shared(),
        }

    def agent(self, name: str) -> Environment:
        keys = self._read()["agentKeys"]
        folder = self.folder / f"agent-{name}"
        folder.mkdir(exist_ok=True, mode=0o700)
        (folder / "agent.toml").write_text(POLICIES[name].format(name=name))
        return {"VAR_DIR": str(folder), "RELAY_URL": self.relay_url, "AGENT_KEY": keys[name]}

    @property
    def relay_url(self) -> str:
        return f"http://{HOST}:{self.relay_port}"

    @property
    def desk_url(self) -> str:
        return f"http://{HOST}:{self.desk_port}"

    def _shared(self) -> dict[str, str]:
        return {"RELAY_TOKEN": self._read()["relayToken"], "DATABASE_URL": self._database}

    @property
    def _database(self) -> str:
        return f"sqlite:///{(self.folder / 'people.db').resolve()}"

    def _made(self) -> Notes:
        passwords = {name: secrets.token_urlsafe(12) for name in PEOPLE}
        people = People(open_database(self._database))
        try:
            made = {
                name: people.users.add(name, passwords[name], role)
                for name, (role, _) in PEOPLE.items()
            }
            keys = {name: people.agent_keys.new(made[name], "laptop") for name in WITH_AGENT}
        finally:
            people.close()
        token = secrets.token_urlsafe(48)
        return {"passwords": passwords, "agentKeys": keys, "relayToken": token}

    def _read(self) -> Notes:
        notes: Notes = json.loads(self._notes.read_text())
        return notes
