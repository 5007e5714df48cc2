"""What one relay node keeps in the agents' table so that the others know what it has.

Nodes tell each other by message; this is what counts when messages do not arrive.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from sqlalchemy import Engine, bindparam, select, update

from store.agents import GONE, Agent, Agents
from store.database import transaction
from store.tables import AGENTS, USERS

ENDED = {"node": GONE, "state": "gone"}


class NodeAgents:
    """The rows of one node. Every method raises StoreError when the database is away."""

    def __init__(self, engine: Engine, node: str, clock: Callable[[], float] = time.time) -> None:
        self._engine, self._node, self._clock = engine, node[:80], clock
        self._agents = Agents(engine, clock)

    def release(self) -> None:
        """The node has no agent: it starts, and an earlier run of it left some, or it ends."""
        self._update({**ENDED, "seen_at": self._clock()})

    def keep(self) -> None:
        """The node lives, and with it the agents that it has."""
        self._update({"seen_at": self._clock()})

    def gone(self, ended: Mapping[str, int]) -> None:
        """The connections of these users and epochs have ended; where a later one took over,
        nothing changes."""
        owner = select(USERS.c.user_id).where(USERS.c.name == bindparam("user"))
        mine = AGENTS.c.user_id == owner.scalar_subquery(), AGENTS.c.epoch == bindparam("of")
        change = update(AGENTS).where(*mine).values(**ENDED, seen_at=self._clock())
        rows = [{"user": user, "of": epoch} for user, epoch in ended.items()]
        with transaction(self._engine) as connection:
            connection.execute(change, rows)

    def taken(self, seconds: float) -> list[tuple[str, int]]:
        """User and epoch of the agents that came to other nodes in the last so many seconds."""
        wanted = (
            select(USERS.c.name, AGENTS.c.epoch)
            .join(USERS, USERS.c.user_id == AGENTS.c.user_id)
            .where(AGENTS.c.connected_at >= self._clock() - seconds, AGENTS.c.node != self._node)
        )
        with transaction(self._engine) as connection:
            return [(name, epoch) for name, epoch in connection.execute(wanted)]

    def holder(self, user_id: int) -> Agent | None:
        """The user's agent as it was last known; None if there never was one."""
        return self._agents.owner_of(user_id)

    def age(self, agent: Agent) -> float:
        """For how many seconds nobody has said that this agent is there."""
        return self._clock() - agent.seen_at

    def _update(self, values: dict[str, object]) -> None:
        with transaction(self._engine) as connection:
            connection.execute(update(AGENTS).where(AGENTS.c.node == self._node).values(**values))
