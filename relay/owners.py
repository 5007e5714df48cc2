"""Who owns each user, by SQL: what decides when the nodes cannot hear each other.

A node asks once a second which agents came elsewhere, so that it stops serving a user within two
seconds of losing it, whatever the network between the nodes does. While the database is away it
goes on with what it has: the agents that are connected, and what the other nodes say.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Protocol

from relay.clock import steady_seconds
from relay.gate import GateAway
from relay.heartbeats import GRACE_SECONDS
from relay.hub import Hub
from relay.messages import Hello
from store.agents import Agent
from store.database import StoreError

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
# Looks overlap by so much: the clocks of nodes differ, and a claim takes a moment to be written.
OVERLAP_SECONDS = 10.0


class Rows(Protocol):
    """The node's rows in the store. Every method may block and may raise StoreError."""

    def keep(self) -> None: ...

    def gone(self, ended: Mapping[str, int]) -> None: ...

    def release(self) -> None: ...

    def taken(self, seconds: float) -> list[tuple[str, int]]: ...

    def holder(self, user_id: int) -> Agent | None: ...

    def age(self, agent: Agent) -> float: ...


class Owners:
    """Of one node. `heartbeat` in seconds, as the agents have it."""

    def __init__(
        self,
        rows: Rows,
        node: str,
        heartbeat: float,
        clock: Callable[[], float] = steady_seconds,
    ) -> None:
        self._rows, self._node, self._heartbeat, self._clock = rows, node, heartbeat, clock
        self._looked = self._kept = clock()
        self._ended: dict[str, int] = {}
        self._is_away = False

    def gone(self, user: str, epoch: int) -> None:
        """The agent's connection has ended: the next look writes it down."""
        self._ended[user] = epoch

    async def may_enter(self, user_id: int, hello: Hello, alive: set[str]) -> bool:
        """Whether SQL knows of no other instance that must stay.

        `alive`: the nodes that are heard, and say that they do not have the user's agent.
        Raises GateAway.
        """
        try:
            holder = await asyncio.to_thread(self._rows.holder, user_id)
        except StoreError as error:
            raise GateAway(str(error)) from error
        if holder is None or not holder.is_connected or holder.instance == hello.instance:
            return True
        if holder.node == self._node or holder.node in alive:
            return True
        return self._rows.age(holder) > 2 * self._heartbeat + GRACE_SECONDS

    async def watch(self, hub: Hub) -> None:
        """Look again and again; runs until it is cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.look(hub)

    async def look(self, hub: Hub) -> None:
        """Write what has ended and what lives, and close the agents that are elsewhere by now."""
        now, ended = self._clock(), dict(self._ended)
        try:
            taken = await asyncio.to_thread(self._turn, now, ended)
        except StoreError as error:
            if not self._is_away:
                logger.error("It cannot be looked up who owns which agent: %s", error)
            self._is_away = True
            return
        self._is_away, self._looked = False, now
        for user, epoch in ended.items():
            if self._ended.get(user) == epoch:
                del self._ended[user]
        for user, epoch in taken:
            hub.moved(user, epoch)

    async def end(self) -> None:
        """The node has no agent any more."""
        try:
            await asyncio.to_thread(self._rows.release)
        except StoreError as error:
            logger.error("It could not be written that this node's agents have gone: %s", error)

    def _turn(self, now: float, ended: dict[str, int]) -> list[tuple[str, int]]:
        if ended:
            self._rows.gone(ended)
        if now - self._kept >= self._heartbeat:
            self._rows.keep()
            self._kept = now
        return self._rows.taken(now - self._looked + OVERLAP_SECONDS)
