"""Only a complete snapshot proves anything, and snapshots never overlap."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from ib.order_snapshots import SNAPSHOT_SECONDS, OrderSnapshots
from ib.wire import Wire
from tests.ib.snapshots_for_tests import APART, FakeNow, FakeWire
from tests.trading.orders_for_tests import World, a_change, a_moment, an_order
from trading.records import Moment, OrderRecord
from trading.statuses import OrderState


def later() -> Moment:
    return a_moment(3600)


@pytest.fixture
def world() -> World:
    return World()


async def test_an_order_that_tws_does_not_list_becomes_unknown(world: World) -> None:
    record = world.place()
    snapshots = OrderSnapshots(world.book, APART, later)
    await snapshots.take(cast(Wire, FakeWire()))
    assert snapshots.is_complete
    assert record.state is OrderState.UNKNOWN


@pytest.mark.parametrize("fails_at", ["open", "completed", "executions"])
async def test_an_incomplete_snapshot_proves_nothing(world: World, fails_at: str) -> None:
    record = world.place()
    snapshots = OrderSnapshots(world.book, APART, later)
    await snapshots.take(cast(Wire, FakeWire(fails_at)))
    assert not snapshots.is_complete
    assert record.state is OrderState.SENDING


async def test_a_mentioned_order_is_not_absent(world: World) -> None:
    record = world.place()
    snapshots = OrderSnapshots(world.book, APART, later)

    class Mentions(FakeWire):
        async def reqAllOpenOrdersAsync(self) -> None:
            snapshots.mention(record)

    await snapshots.take(cast(Wire, Mentions()))
    assert record.state is OrderState.SENDING


async def test_a_change_that_a_complete_snapshot_does_not_show_is_unconfirmed(
    world: World,
) -> None:
    record = world.place()
    world.open_order(an_order())
    change = a_change(record, totalQuantity=99.6)
    world.book.mark_modify_requested(record, change)
    world.book.mark_change_written(record)
    assert await change_after_a_snapshot(world, record, fails_at="completed") == "pending"
    assert await change_after_a_snapshot(world, record) == "unconfirmed"


async def change_after_a_snapshot(world: World, record: OrderRecord, fails_at: str = "") -> str:
    snapshots = OrderSnapshots(world.book, APART, later)
    wire = FakeWire(fails_at, meanwhile=lambda _: snapshots.mention(record))
    await snapshots.take(cast(Wire, wire))
    assert record.modification
    return record.modification.state


async def test_those_who_ask_together_share_one_snapshot(world: World) -> None:
    wire: Any = FakeWire()
    snapshots = OrderSnapshots(world.book, APART, later)
    await asyncio.gather(*(snapshots.take(wire) for _ in range(5)))
    assert wire.asked.count("open") == 1


# What a snapshot may say.


async def take(snapshots: OrderSnapshots, wire: FakeWire | None = None) -> FakeWire:
    wire = wire or FakeWire()
    await snapshots.take(cast(Wire, wire))
    return wire


async def test_a_complete_snapshot_asks_all_three_questions(world: World) -> None:
    wire = await take(OrderSnapshots(world.book, APART, later))
    assert wire.asked == ["open", "executions", "completed"]
    assert wire.is_api_only is False  # also what was typed into TWS


async def test_a_snapshot_that_is_never_taken_has_listed_nothing(world: World) -> None:
    snapshots = OrderSnapshots(world.book, APART, later)
    assert not (snapshots.is_complete or snapshots.has_read_orders or snapshots.is_current)
    assert snapshots.seconds_since() == float("inf")


@pytest.mark.parametrize(
    ("fails_at", "is_read"), [("open", False), ("executions", False), ("completed", True)]
)
async def test_orders_are_read_once_the_open_ones_and_their_fills_are_listed(
    world: World, fails_at: str, is_read: bool
) -> None:
    """TWS is known to leave the completed orders unanswered at times."""
    snapshots = OrderSnapshots(world.book, APART, later)
    await take(snapshots, FakeWire(fails_at))
    assert (snapshots.has_read_orders, snapshots.is_current) == (is_read, is_read)


async def test_an_answer_that_never_comes_leaves_the_snapshot_incomplete(world: World) -> None:
    record = world.place()
    snapshots = OrderSnapshots(world.book, APART, later)
    await take(snapshots, FakeWire("completed", TimeoutError))
    assert not snapshots.is_complete
    assert record.state is OrderState.SENDING


async def test_an_answer_is_not_waited_for_for_ever(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()

    class Silent(FakeWire):
        async def reqAllOpenOrdersAsync(self) -> None:
            loop.time = lambda: began + SNAPSHOT_SECONDS + 1  # type: ignore[method-assign]
            await loop.create_future()

    snapshots = OrderSnapshots(world.book, APART, later)
    await take(snapshots, Silent())
    assert not snapshots.is_complete
    assert caplog.messages == ["The order snapshot from TWS is incomplete: TimeoutError()"]


async def test_a_failed_snapshot_after_a_complete_one_is_incomplete(world: World) -> None:
    now = FakeNow()
    snapshots = OrderSnapshots(world.book, APART, now)
    await take(snapshots)
    now.pass_by(1)
    await take(snapshots, FakeWire("open"))
    assert (snapshots.is_complete, snapshots.has_read_orders) == (False, True)


async def test_two_snapshots_far_enough_apart_prove_that_an_order_was_not_placed(
    world: World,
) -> None:
    record, now = world.place(), FakeNow()
    snapshots = OrderSnapshots(world.book, 0.05, now)  # the world's own clock passes by 0.1 s
    await take(snapshots)
    assert record.state == "unknown"
    now.pass_by(1)
    await take(snapshots)
    assert record.state == "not_placed"


async def test_a_mention_in_an_earlier_snapshot_does_not_count_in_the_next(world: World) -> None:
    record, now = world.place(), FakeNow()
    snapshots = OrderSnapshots(world.book, APART, now)
    await take(snapshots, FakeWire(meanwhile=lambda _: snapshots.mention(record)))
    assert record.state == "sending"
    now.pass_by(1)
    await take(snapshots)
    assert record.state == "unknown"


async def test_an_order_that_leaves_during_a_snapshot_is_not_absent(world: World) -> None:
    """Its bytes may stand behind the question."""
    world.moments.looks = 36_000
    snapshots = OrderSnapshots(world.book, APART, world.moments)
    placed: list[Any] = []
    await take(snapshots, FakeWire(meanwhile=lambda name: placed.append(world.place(name))))
    assert [record.state for record in placed] == [OrderState.SENDING] * 3


# The link to IB.


@pytest.mark.failure("F18")
async def test_without_a_link_to_ib_no_list_proves_an_absence(world: World) -> None:
    record = world.place()
    snapshots = OrderSnapshots(world.book, APART, later, is_linked=lambda: False)
    await take(snapshots)
    assert snapshots.is_complete
    assert record.state is OrderState.SENDING


async def test_a_link_that_was_lost_while_tws_listed_proves_no_absence(world: World) -> None:
    """Also when it is back before the list ends: TWS may have listed without it."""
    record, now = world.place(), FakeNow()
    snapshots = OrderSnapshots(world.book, APART, now)

    def lose(name: str) -> None:
        now.pass_by(1)
        if name == "open":
            snapshots.lose_sight()

    await take(snapshots, FakeWire(meanwhile=lose))
    assert (snapshots.is_complete, snapshots.is_current) == (True, False)
    assert record.state == "sending"
    await take(snapshots)
    assert snapshots.is_current
    assert record.state == "unknown"


@pytest.mark.failure("F26")
async def test_what_was_listed_before_a_loss_is_not_current(world: World) -> None:
    now = FakeNow()
    snapshots = OrderSnapshots(world.book, APART, now)
    await take(snapshots)
    assert snapshots.is_current
    snapshots.lose_sight()
    assert (snapshots.is_current, snapshots.has_read_orders) == (False, True)


async def test_what_is_asked_at_the_moment_of_the_return_is_current(world: World) -> None:
    record = world.place()
    snapshots = OrderSnapshots(world.book, APART, later)
    snapshots.lose_sight()
    await take(snapshots)
    assert (snapshots.is_current, record.state) == (True, OrderState.UNKNOWN)


# What the last one lacks.


async def test_only_a_complete_list_with_a_link_lacks_an_order(world: World) -> None:
    record, now = world.place(), FakeNow()
    linked = [True]
    snapshots = OrderSnapshots(world.book, APART, now, is_linked=lambda: linked[0])
    assert not snapshots.lacks(record)  # nothing was asked yet
    await take(snapshots)
    assert snapshots.lacks(record)
    snapshots.mention(record)
    assert not snapshots.lacks(record)
    now.pass_by(1)
    await take(snapshots, FakeWire("completed"))
    assert not snapshots.lacks(record)
    linked[0] = False
    now.pass_by(1)
    await take(snapshots)
    assert not snapshots.lacks(record)
    linked[0] = True
    now.pass_by(1)
    await take(snapshots)
    assert snapshots.lacks(record)
    snapshots.lose_sight()
    assert not snapshots.lacks(record)


# One at a time.


async def test_who_asks_during_a_snapshot_gets_one_of_their_own(world: World) -> None:
    """What happened since the first question may be missing in its answer."""
    now = FakeNow()
    snapshots = OrderSnapshots(world.book, APART, now)
    asked: list[asyncio.Task[FakeWire]] = []

    def ask_again(name: str) -> None:
        now.pass_by(1)
        if not asked:
            asked.append(asyncio.get_running_loop().create_task(take(snapshots)))

    await take(snapshots, FakeWire(meanwhile=ask_again))
    assert (await asked[0]).asked == ["open", "executions", "completed"]


async def test_a_snapshot_that_fails_lets_the_next_one_begin(world: World) -> None:
    now = FakeNow()
    snapshots = OrderSnapshots(world.book, APART, now)
    with pytest.raises(ZeroDivisionError):
        await take(snapshots, FakeWire(meanwhile=lambda _: 1 // 0))
    now.pass_by(1)
    await take(snapshots)
    assert snapshots.is_complete
