"""Which agent keys open the gate. The database is asked off the loop, and it may be away.

Connected agents stay when it is: only new ones have to wait. A key that has ended closes its
agent's socket within a second.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol, TypeVar

from relay.hub import Hub
from relay.messages import Hello
from store.users import User

logger = logging.getLogger(__name__)

T = TypeVar("T")

LOOK_SECONDS = 0.5
# Look-ups that may wait at once: somebody who tries keys must not fill the memory.
MAX_LOOK_UPS = 1_000


class GateAway(Exception):
    """The keys cannot be looked up now; the message says why."""


@dataclass(frozen=True, slots=True)
class Pass:
    """A valid key: whose, under which name in the database (`digest`), and how people call it."""

    owner: User
    digest: str
    prefix: str

    @property
    def user(self) -> str:
        return self.owner.name


class Keys(Protocol):
    """The store's keys. What returns something may block, so it runs in a thread; it may raise
    GateAway."""

    def verify(self, secret: str) -> Pass | None: ...

    def claim(self, passed: Pass, hello: Hello) -> int:
        """The epoch of this connection: higher than any that this user's agents ever had."""
        ...

    def turned_away(self, passed: Pass, hello: Hello) -> None:
        """Remember that this agent may not come in beside another. Does not block or raise."""
        ...

    def ended(self, digests: Collection[str]) -> set[str]:
        """Those of the keys that are not valid any more."""
        ...


class Gate:
    """Keys for the loop: each question in a thread, with a bound on how many wait."""

    def __init__(self, keys: Keys, max_look_ups: int = MAX_LOOK_UPS) -> None:
        self.is_away = False
        self._keys, self._max_look_ups = keys, max_look_ups
        self._waiting = 0

    async def verify(self, secret: str) -> Pass | None:
        """Raises GateAway."""
        return await self._ask(lambda: self._keys.verify(secret))

    async def claim(self, passed: Pass, hello: Hello) -> int:
        """Raises GateAway."""
        return await self._ask(lambda: self._keys.claim(passed, hello))

    def turned_away(self, passed: Pass, hello: Hello) -> None:
        self._keys.turned_away(passed, hello)

    async def watch(self, hub: Hub) -> None:
        """Close the agents whose keys have ended; runs until it is cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look(hub)
            except Exception:
                logger.exception("the look at agent keys made a mistake")

    async def look(self, hub: Hub) -> None:
        """One look of `watch`."""
        used = hub.keys()
        try:
            ended = await asyncio.to_thread(self._keys.ended, used)
        except GateAway as error:
            if not self.is_away:
                logger.error("Agent keys cannot be looked up, connected agents stay: %s", error)
            self.is_away = True
            return
        if self.is_away:
            logger.warning("Agent keys can be looked up again")
        self.is_away = False
        hub.close_keys(ended)

    async def _ask(self, question: Callable[[], T]) -> T:
        if self._waiting >= self._max_look_ups:
            raise GateAway("Too many agents connect at once")
        self._waiting += 1
        try:
            return await asyncio.to_thread(question)
        finally:
            self._waiting -= 1
