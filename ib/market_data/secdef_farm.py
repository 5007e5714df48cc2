"""IB's security-definition farm: while it is down, every contract seems unknown (error 200).

2157 says that it broke, 2158 that it is back (https://interactivebrokers.github.io/tws-api/
message_codes.html); the mission's live testing, 3.1, says what to do: wait 30 to 60 seconds, or
restart TWS.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from trading.refusals import NoAnswer, NotFound

T = TypeVar("T")

BROKEN, OK = 2157, 2158
MOST_SECONDS = 20.0
IS_BROKEN = "IB's security-definition farm is disconnected (2157): contracts cannot be looked up"
WAITS = f"{IS_BROKEN}. Waiting up to 20 s for it to come back (2158)"
GOES_ON = "IB's security-definition farm is back (2158)"
LASTS = f"{IS_BROKEN}. Try again in a minute; if it lasts, restart TWS or IB Gateway"

Tell = Callable[[str], None]


class SecdefFarm:
    """Whether it is up, as TWS tells. It belongs to the reader's loop."""

    def __init__(self) -> None:
        self.is_broken = False
        self._back: asyncio.Future[None] | None = None

    def hear(self, code: int) -> None:
        """Any code of TWS; only the two about this farm count."""
        if code == BROKEN:
            self.is_broken = True
        elif code == OK:
            self.begin()

    def begin(self) -> None:
        """A new connection, or the farm is back: nothing is known to be wrong."""
        self.is_broken = False
        if self._back and not self._back.done():
            self._back.set_result(None)
        self._back = None

    async def ask(self, question: Callable[[], Awaitable[T]], tell: Tell) -> T:
        """The answer; what is known already needs no farm.

        An error 200, or silence, while the farm is down says nothing about the contract: the farm
        is waited for, which `tell` hears of, and asked once more. NoAnswer says in words what is
        wrong when it does not come back.
        """
        try:
            return await question()
        except (NotFound, NoAnswer):
            if not self.is_broken:
                raise
        await self._wait(tell)
        try:
            return await question()
        except NotFound as error:
            if self.is_broken:
                raise NoAnswer(LASTS, code=BROKEN) from error
            raise

    async def _wait(self, tell: Tell) -> None:
        """Until it is back, for twenty seconds at most."""
        tell(WAITS)
        if self._back is None:
            self._back = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(MOST_SECONDS):
                await asyncio.shield(self._back)
        except TimeoutError:
            raise NoAnswer(LASTS, code=BROKEN) from None
        tell(GOES_ON)
