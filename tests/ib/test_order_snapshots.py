"""Only a complete snapshot proves anything, and snapshots never overlap."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from ib.order_snapshots import OrderSnapshots
from ib.wire import Wire
from tests.trading.orders_for_tests import World, a_moment
from trading.records import Moment
from trading.statuses import OrderState


class FakeWire:
    """Answers each request, or fails at the one that a test names."""

    def __init__(self, fails_at: str = "") -> None:
        self.asked: list[str] = []
        self._fails_at = fails_at

    async def _answer(self, name: str) -> None:
        self.asked.append(name)
        await others_go_on()
        if name == self._fails_at:
            raise ConnectionError("the socket ended")

    async def reqAllOpenOrdersAsync(self) -> None:
        await self._answer("open")

    async def reqCompletedOrdersAsync(self, _api_only: bool) -> None:
        await self._answer("completed")

    async def reqExecutionsAsync(self) -> None:
        await self._answer("executions")


def later() -> Moment:
    return a_moment(3600)


async def others_go_on() -> None:
    """One round of the loop."""
    passed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    passed.get_loop().call_soon(passed.set_result, None)
    await passed


@pytest.fixture
def world() -> World:
    return World()


async def test_an_order_that_tws_does_not_list_becomes_unknown(world: World) -> None:
    record = world.place()
    snapshots = OrderSnapshots(world.book, later)
    await snapshots.take(cast(Wire, FakeWire()))
    assert snapshots.is_complete
    assert record.state is OrderState.UNKNOWN


@pytest.mark.parametrize("fails_at", ["open", "completed", "executions"])
async def test_an_incomplete_snapshot_proves_nothing(world: World, fails_at: str) -> None:
    record = world.place()
    snapshots = OrderSnapshots(world.book, later)
    await snapshots.take(cast(Wire, FakeWire(fails_at)))
    assert not snapshots.is_complete
    assert record.state is OrderState.SENDING


async def test_a_mentioned_order_is_not_absent(world: World) -> None:
    record = world.place()
    snapshots = OrderSnapshots(world.book, later)

    class Mentions(FakeWire):
        async def reqAllOpenOrdersAsync(self) -> None:
            snapshots.mention(record)

    await snapshots.take(cast(Wire, Mentions()))
    assert record.state is OrderState.SENDING


async def test_those_who_ask_together_share_one_snapshot(world: World) -> None:
    wire: Any = FakeWire()
    snapshots = OrderSnapshots(world.book, later)
    await asyncio.gather(*(snapshots.take(wire) for _ in range(5)))
    assert wire.asked.count("open") == 1
