"""Waiting for something about an order, and what counts as an answer to a cancel or a change."""

from __future__ import annotations

import asyncio

import pytest

from ib.following import is_cancel_answered, is_final, is_heard, is_modify_answered
from tests.ib.following_for_tests import HOUR, Room, rounds
from tests.trading.orders_for_tests import World, a_change, a_moment, hear_code
from trading.statuses import OrderState


@pytest.fixture
def room() -> Room:
    return Room()


# Waiting.


async def test_what_is_so_already_is_not_waited_for(room: Room) -> None:
    record = room.world.place()
    assert await room.following.until(record, lambda _: True, float("-inf"))


async def test_a_deadline_ends_the_wait(room: Room) -> None:
    record = room.world.place()
    assert not await room.following.until(record, is_heard, float("-inf"))


async def test_each_waits_for_its_own_condition(room: Room) -> None:
    record, never = room.world.place(), float("inf")
    loop = asyncio.get_running_loop()
    waiting = {
        name: loop.create_task(room.following.until(record, condition, loop.time() + HOUR))
        for name, condition in {"heard": is_heard, "final": is_final}.items()
    }
    await rounds()
    room.hear(record, "Submitted")
    room.hear(record, "Submitted")
    assert await waiting["heard"]
    assert not waiting["final"].done()
    room.hear(record, "Cancelled")
    assert await waiting["final"]
    assert await room.following.until(record, is_final, never)


async def test_a_wait_that_is_cancelled_leaves_nothing_behind(room: Room) -> None:
    record = room.world.place()
    loop = asyncio.get_running_loop()
    waiting = loop.create_task(room.following.until(record, is_final, loop.time() + HOUR))
    await rounds()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    room.hear(record, "Filled")
    assert await room.following.until(record, is_final, loop.time())


async def test_news_that_nobody_waits_for_is_no_trouble(room: Room) -> None:
    room.hear(room.world.place(), "Submitted")


# What counts as an answer.


@pytest.mark.parametrize("state", list(OrderState))
def test_what_is_acknowledged_or_over_was_heard(state: OrderState) -> None:
    record = World().place()
    record.state = state
    silent = {OrderState.INTENT, OrderState.SENDING, OrderState.UNKNOWN}
    assert is_heard(record) is (state not in silent)
    assert is_final(record) is (state not in silent | {OrderState.LIVE})


def test_a_cancel_is_answered_by_an_end_or_a_refusal() -> None:
    world = World()
    record = world.place()
    world.status("Submitted")
    record.on_cancel_requested(a_moment(1))
    assert not is_cancel_answered(record)
    hear_code(record, 10148)
    assert is_cancel_answered(record)
    record.cancel_refused = None
    world.status("Cancelled")
    assert is_cancel_answered(record)


def test_a_change_is_answered_when_it_is_pending_no_more() -> None:
    world = World()
    record = world.place()
    world.status("Submitted")
    assert is_modify_answered(record)
    record.on_modify_requested(a_change(record, tif="GTC"), a_moment(1))
    assert not is_modify_answered(record)
    world.status("Cancelled")
    assert is_modify_answered(record)
    record.state = OrderState.LIVE
    hear_code(record, 104)
    assert is_modify_answered(record)
