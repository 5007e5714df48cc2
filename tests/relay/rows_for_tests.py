"""The node's rows of the agents' table without a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from store.agents import Agent
from store.database import StoreError


@dataclass
class KnownRows:
    """What `relay.owners.Rows` asks, answered from memory; notes what it was told."""

    held: Agent | None = None
    seconds: float = 0.0  # how long ago that agent was seen
    elsewhere: list[tuple[str, int]] = field(default_factory=list)
    is_away: bool = False
    kept: int = 0
    ended: list[Mapping[str, int]] = field(default_factory=list)
    released: int = 0
    windows: list[float] = field(default_factory=list)

    def keep(self) -> None:
        self._look()
        self.kept += 1

    def gone(self, ended: Mapping[str, int]) -> None:
        self._look()
        self.ended.append(ended)

    def release(self) -> None:
        self._look()
        self.released += 1

    def taken(self, seconds: float) -> list[tuple[str, int]]:
        self._look()
        self.windows.append(seconds)
        return self.elsewhere

    def holder(self, user_id: int) -> Agent | None:
        self._look()
        return self.held

    def age(self, agent: Agent) -> float:
        return self.seconds

    def _look(self) -> None:
        if self.is_away:
            raise StoreError("the database is away")
