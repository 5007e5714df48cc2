"""A wire that answers the three questions of a snapshot, and a clock that a test moves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tests.trading.orders_for_tests import a_moment
from trading.records import Moment

APART = 10.0  # seconds between two snapshots that prove an absence


class FakeWire:
    """Answers each request, or fails at the one that a test names."""

    def __init__(
        self,
        fails_at: str = "",
        fails_with: type[Exception] = ConnectionError,
        meanwhile: Callable[[str], object] = str,
    ) -> None:
        self.asked: list[str] = []
        self._fails_at, self._fails_with = fails_at, fails_with
        self._meanwhile = meanwhile
        self.is_api_only: bool | None = None  # as asked

    async def _answer(self, name: str) -> None:
        self.asked.append(name)
        await others_go_on()
        self._meanwhile(name)
        if name == self._fails_at:
            raise self._fails_with("the socket ended")

    async def reqAllOpenOrdersAsync(self) -> None:
        await self._answer("open")

    async def reqCompletedOrdersAsync(self, api_only: bool) -> None:
        self.is_api_only = api_only
        await self._answer("completed")

    async def reqExecutionsAsync(self) -> None:
        await self._answer("executions")


class FakeNow:
    """`Moment.now` at a second that a test chooses, far after every order of a World."""

    def __init__(self, seconds: float = 3600.0) -> None:
        self.seconds = seconds

    def __call__(self) -> Moment:
        return a_moment(self.seconds)

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds


async def others_go_on() -> None:
    """One round of the loop."""
    passed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    passed.get_loop().call_soon(passed.set_result, None)
    await passed
