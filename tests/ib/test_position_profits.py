"""Each position's day: asked for once, slowly, and anew on the next connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from ib.market_data.pace import Pace, Turn
from ib.position_profits import MOST, Key, PositionProfits
from ib.wire import Wire

AAPL, MSFT = ("DU1", 1), ("DU1", 2)


class FakePace:
    """Gives turns when it is told to."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.unused_turns = 0

    async def turn(self, wire: Wire, *, urgent: bool = False, most: int = 0) -> Turn:
        await self.gate.wait()
        return cast(Turn, self)

    def unused(self) -> None:
        self.unused_turns += 1


class FakeWire:
    def __init__(self) -> None:
        self.sent: list[tuple[str, str, int]] = []
        self.is_gone = False

    def reqPnLSingle(self, account: str, model: str, con_id: int) -> None:
        self._note("ask", account, con_id)

    def cancelPnLSingle(self, account: str, model: str, con_id: int) -> None:
        self._note("end", account, con_id)

    def _note(self, what: str, account: str, con_id: int) -> None:
        if self.is_gone:
            raise ConnectionError("gone")
        self.sent.append((what, account, con_id))


class Desk:
    def __init__(self) -> None:
        self.pace = FakePace()
        self.profits = PositionProfits(cast(Pace, self.pace))
        self.wire = FakeWire()

    def connect(self) -> None:
        self.wire = FakeWire()
        self.profits.on_connected(cast(Wire, self.wire))

    async def want(self, *keys: Key) -> list[tuple[str, str, int]]:
        """What has been sent on this connection once these are held."""
        self.profits.want(keys)
        return await self.settled()

    async def settled(self) -> list[tuple[str, str, int]]:
        for _ in range(4 * MOST):
            await asyncio.sleep(0)
        return self.wire.sent


@asynccontextmanager
async def a_desk() -> AsyncIterator[Desk]:
    desk = Desk()
    living = asyncio.create_task(desk.profits.live())
    desk.connect()
    yield desk
    living.cancel()
    await asyncio.wait([living])


async def test_each_position_is_asked_for_once() -> None:
    async with a_desk() as desk:
        assert await desk.want(AAPL) == [("ask", *AAPL)]
        assert await desk.want(AAPL, MSFT) == [("ask", *AAPL), ("ask", *MSFT)]


async def test_what_is_no_longer_held_is_ended() -> None:
    async with a_desk() as desk:
        await desk.want(AAPL, MSFT)
        assert (await desk.want(MSFT))[2:] == [("end", *AAPL)]


async def test_the_next_connection_asks_for_everything_again() -> None:
    async with a_desk() as desk:
        await desk.want(AAPL)
        desk.profits.on_disconnected()
        await desk.want(AAPL, MSFT)
        desk.connect()
        assert await desk.settled() == [("ask", *AAPL), ("ask", *MSFT)]


async def test_nothing_is_sent_for_what_was_closed_while_it_waited_for_its_turn() -> None:
    async with a_desk() as desk:
        desk.pace.gate.clear()
        await desk.want(AAPL)
        await desk.want()
        desk.pace.gate.set()
        assert await desk.settled() == []
        assert desk.pace.unused_turns == 1


async def test_a_connection_that_goes_in_between_is_no_error() -> None:
    async with a_desk() as desk:
        desk.wire.is_gone = True
        assert await desk.want(AAPL) == []
        desk.connect()
        assert await desk.settled() == [("ask", *AAPL)]


async def test_there_is_a_limit() -> None:
    async with a_desk() as desk:
        assert len(await desk.want(*(("DU1", number) for number in range(1, MOST + 50)))) == MOST
