"""The pace of many messages: never more than TWS may read in a second, and nobody waits behind."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import pairwise

import pytest

from ib.market_data.chain_pace import (
    MOST_A_SECOND,
    MOST_ON_THE_WAY,
    ON_THE_WAY_SECONDS,
    ChainPace,
    Slot,
)
from tests.ib.market_data.timeless import TimelessLoop


@pytest.fixture
def loop() -> Iterator[TimelessLoop]:
    loop = TimelessLoop()
    yield loop
    loop.close()


class Wire:
    """Its own queue is full for `seconds`."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds

    def seconds_until_room(self, limit: int) -> float:
        return max(0.0, self.seconds - asyncio.get_running_loop().time())


async def sent(
    pace: ChainPace, count: int, *, answer: bool = True, most: int = MOST_A_SECOND
) -> list[Slot]:
    slots = []
    for _ in range(count):
        slots.append(await pace.room(Wire(), most))
        if answer:
            slots[-1].answered()
    return slots


def test_as_many_as_may_leave_in_a_second_leave_at_once(loop: TimelessLoop) -> None:
    loop.run_until_complete(sent(ChainPace(), MOST_A_SECOND))
    assert loop.now == 0


def test_the_next_ones_leave_a_second_after_their_forerunners_were_read(
    loop: TimelessLoop,
) -> None:
    slots = loop.run_until_complete(sent(ChainPace(), 3 * MOST_A_SECOND))
    times = [slot.read_by for slot in slots]
    assert times == sorted(times)
    for first, later in zip(times, times[MOST_A_SECOND:], strict=False):
        assert later - first >= 1.0
    assert loop.now == pytest.approx(2.0, abs=0.01)


def test_without_answers_few_are_on_the_way(loop: TimelessLoop) -> None:
    slots = loop.run_until_complete(sent(ChainPace(), 4 * MOST_ON_THE_WAY, answer=False))
    times = [slot.read_by for slot in slots]
    for first, later in zip(times, times[MOST_ON_THE_WAY:], strict=False):
        assert later - first >= ON_THE_WAY_SECONDS - 1e-9


def test_silence_does_not_stop_anybody(loop: TimelessLoop) -> None:
    loop.run_until_complete(sent(ChainPace(), 2 * MOST_A_SECOND, answer=False))
    assert loop.now < 4.0


def test_an_answer_makes_room_at_once(loop: TimelessLoop) -> None:
    async def answered_later() -> float:
        pace = ChainPace()
        slots = await sent(pace, MOST_ON_THE_WAY, answer=False)
        loop.call_later(ON_THE_WAY_SECONDS / 3, slots[0].answered)
        await pace.room(Wire())
        return loop.now

    assert loop.run_until_complete(answered_later()) == pytest.approx(ON_THE_WAY_SECONDS / 3)


def test_a_full_queue_of_the_connection_is_waited_for(loop: TimelessLoop) -> None:
    loop.run_until_complete(ChainPace().room(Wire(0.7)))
    assert loop.now == pytest.approx(0.7, abs=0.001)


def test_whoever_asks_for_fewer_leaves_room_for_others(loop: TimelessLoop) -> None:
    async def both() -> tuple[float, float]:
        pace = ChainPace()
        await sent(pace, 30, most=30)
        patient = asyncio.ensure_future(pace.room(Wire(), 30))
        await pace.room(Wire())
        at_once = loop.now
        await patient
        return at_once, loop.now

    at_once, later = loop.run_until_complete(both())
    assert at_once == 0
    assert later == pytest.approx(1.0, abs=0.01)


def test_turns_are_taken_in_the_order_of_asking(loop: TimelessLoop) -> None:
    async def many() -> list[int]:
        pace, order = ChainPace(), list[int]()

        async def one(number: int) -> None:
            (await pace.room(Wire())).answered()
            order.append(number)

        await asyncio.gather(*(one(number) for number in range(100)))
        return order

    assert all(later > earlier for earlier, later in pairwise(loop.run_until_complete(many())))
