"""How the doors of a relay reach agents: `Routes`, and a relay that has no other nodes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol

from relay.answers import Answer
from relay.feed import Feed
from relay.gate import Pass
from relay.hub import Hub
from relay.messages import Hello
from relay.operations import Operation


class Routes(Protocol):
    """Every user's agent, wherever its socket is."""

    async def ask(self, user: str, operation: Operation, args: Mapping[str, Any]) -> Answer:
        """The agent's answer. Raises a TradingError when nothing was sent."""
        ...

    async def agent(self, user: str) -> dict[str, Any]:
        """The user's agent as pages show it, as it is now."""
        ...

    def picture(self, user: str) -> dict[str, Any]:
        """The same as far as it is known here."""
        ...

    async def agents(self) -> list[dict[str, Any]]:
        """Every agent, for an admin."""
        ...

    async def take_over(self, user: str) -> None:
        """Let another instance take the place of the user's agent within the next minute."""
        ...

    async def may_enter(self, passed: Pass, hello: Hello) -> bool:
        """Whether no other node has an agent of the user that must stay. Raises GateAway."""
        ...

    async def feed(self, user: str) -> Feed:
        """The user's events."""
        ...

    def stop(self) -> None:
        """The relay stops: whoever waits for another node is answered now."""
        ...


class Alone:
    """`Routes` of a single node."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def ask(self, user: str, operation: Operation, args: Mapping[str, Any]) -> Answer:
        return await ask_here(self._hub, user, operation, args)

    async def agent(self, user: str) -> dict[str, Any]:
        return self._hub.agent(user)

    def picture(self, user: str) -> dict[str, Any]:
        return self._hub.agent(user)

    async def agents(self) -> list[dict[str, Any]]:
        return self._hub.agents()

    async def take_over(self, user: str) -> None:
        self._hub.take_over(user)

    async def may_enter(self, passed: Pass, hello: Hello) -> bool:
        return True

    async def feed(self, user: str) -> Feed:
        return self._hub.feed(user)

    def stop(self) -> None:
        """The hub has answered everybody."""


@asynccontextmanager
async def alone(hub: Hub) -> AsyncIterator[Routes]:
    yield Alone(hub)


async def ask_here(hub: Hub, user: str, operation: Operation, args: Mapping[str, Any]) -> Answer:
    """The answer of an agent whose socket is here. Raises a TradingError when nothing was sent."""
    waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

    def told(answer: Answer) -> None:
        if not waiting.done():
            waiting.set_result(answer)

    hub.ask(user, operation, args, told)
    return await waiting
