"""The pace of many messages: never more than TWS may read in a second, behind whoever asks one."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from itertools import pairwise
from typing import Any, cast

import pytest

from ib.market_data.pace import (
    MOST_A_SECOND,
    MOST_ON_THE_WAY,
    ON_THE_WAY_SECONDS,
    READ_SECONDS,
    Pace,
    Turn,
)
from ib.wire import Wire
from tests.ib.market_data.timeless import TimelessLoop


class PacedWire:
    """Its own queue is full for `seconds`; `allowed` messages may leave in a second."""

    def __init__(self, seconds: float = 0.0, allowed: int = 45) -> None:
        self.client = self
        self.MaxRequests = allowed
        self.seconds = seconds
        self.sent = 0

    def messages_sent(self) -> int:
        return self.sent

    def seconds_until_room(self, limit: int) -> float:
        return max(0.0, self.seconds - asyncio.get_running_loop().time())


def wire(seconds: float = 0.0, allowed: int = 45) -> Wire:
    return cast(Wire, PacedWire(seconds, allowed))


@pytest.fixture
def loop() -> Iterator[TimelessLoop]:
    loop = TimelessLoop()
    yield loop
    loop.close()


async def sent(
    pace: Pace, count: int, *, answer: bool = True, most: int = MOST_A_SECOND, allowed: int = 45
) -> list[Turn]:
    turns = []
    for _ in range(count):
        turns.append(await pace.turn(wire(allowed=allowed), most=most))
        if answer:
            turns[-1].answered()
    return turns


def seconds(loop: TimelessLoop, work: Coroutine[Any, Any, Any]) -> float:
    loop.run_until_complete(work)
    return loop.now


def test_as_many_as_may_leave_in_a_second_leave_at_once(loop: TimelessLoop) -> None:
    assert seconds(loop, sent(Pace(), MOST_A_SECOND)) == 0


def test_the_next_ones_leave_a_second_after_their_forerunners_were_read(
    loop: TimelessLoop,
) -> None:
    turns = loop.run_until_complete(sent(Pace(), 3 * MOST_A_SECOND))
    times = [turn.read_by for turn in turns]
    assert times == sorted(times)
    for first, later in zip(times, times[MOST_A_SECOND:], strict=False):
        assert later - first >= 1.0
    assert loop.now == pytest.approx(2.0, abs=0.01)


def test_a_chain_of_two_hundred_options_leaves_in_four_seconds(loop: TimelessLoop) -> None:
    assert seconds(loop, sent(Pace(), 204)) == pytest.approx(4.0, rel=0.05)


def test_a_lower_pace_of_the_connection_is_kept(loop: TimelessLoop) -> None:
    assert seconds(loop, sent(Pace(), 10, allowed=6)) == pytest.approx(1.0, abs=0.01)


def test_without_a_limit_nobody_waits(loop: TimelessLoop) -> None:
    assert seconds(loop, sent(Pace(), 1000, answer=False, allowed=0)) == 0


def test_without_answers_few_are_on_the_way(loop: TimelessLoop) -> None:
    turns = loop.run_until_complete(sent(Pace(), 4 * MOST_ON_THE_WAY, answer=False))
    times = [turn.read_by for turn in turns]
    for first, later in zip(times, times[MOST_ON_THE_WAY:], strict=False):
        assert later - first >= ON_THE_WAY_SECONDS - 1e-9


def test_silence_does_not_stop_anybody(loop: TimelessLoop) -> None:
    assert seconds(loop, sent(Pace(), 2 * MOST_A_SECOND, answer=False)) < 4.0


def test_an_answer_makes_room_at_once(loop: TimelessLoop) -> None:
    async def answered_later() -> None:
        pace = Pace()
        turns = await sent(pace, MOST_ON_THE_WAY, answer=False)
        loop.call_later(ON_THE_WAY_SECONDS / 3, turns[0].answered)
        await pace.turn(wire())

    assert seconds(loop, answered_later()) == pytest.approx(ON_THE_WAY_SECONDS / 3)


def test_an_answer_says_that_all_before_it_was_read_too(loop: TimelessLoop) -> None:
    async def last_answered() -> list[Turn]:
        turns = await sent(Pace(), 3, answer=False)
        turns[1].answered()
        return turns

    first, second, third = loop.run_until_complete(last_answered())
    assert (first.read_by, second.read_by, third.read_by) == (0.0, 0.0, READ_SECONDS)
    assert not third.is_answered


def test_a_turn_that_is_not_used_is_anothers(loop: TimelessLoop) -> None:
    async def unused() -> None:
        pace = Pace()
        turns = await sent(pace, MOST_A_SECOND)
        turns[0].unused()
        turns[0].unused()
        await pace.turn(wire())

    assert seconds(loop, unused()) == 0


def test_what_leaves_without_a_turn_is_counted(loop: TimelessLoop) -> None:
    async def others_too() -> None:
        pace, busy = Pace(), PacedWire()
        for _ in range(MOST_A_SECOND // 2):
            (await pace.turn(cast(Wire, busy))).answered()
            busy.sent += 2  # one of them is somebody else's
        assert loop.now < 1.0
        await pace.turn(cast(Wire, busy))

    assert seconds(loop, others_too()) >= 1.0


def test_a_message_that_leaves_a_moment_after_its_turn_counts_once(loop: TimelessLoop) -> None:
    async def later() -> None:
        pace, slow = Pace(), PacedWire()
        for _ in range(MOST_A_SECOND // 2):
            turns = [await pace.turn(cast(Wire, slow)) for _ in range(2)]
            slow.sent += 2
            turns[-1].answered()

    assert seconds(loop, later()) == 0


def test_room_is_told_without_waiting(loop: TimelessLoop) -> None:
    async def told() -> list[bool]:
        pace = Pace()
        before = pace.has_room(wire())
        await sent(pace, MOST_A_SECOND)
        return [before, pace.has_room(wire())]

    assert loop.run_until_complete(told()) == [True, False]


def test_a_full_queue_of_the_connection_is_waited_for(loop: TimelessLoop) -> None:
    assert seconds(loop, Pace().turn(wire(0.7))) == pytest.approx(0.7, abs=0.001)


def test_whoever_asks_for_fewer_leaves_room_for_others(loop: TimelessLoop) -> None:
    async def both() -> tuple[float, float]:
        pace = Pace()
        await sent(pace, 30, most=30)
        patient = asyncio.ensure_future(pace.turn(wire(), most=30))
        await pace.turn(wire())
        at_once = loop.now
        await patient
        return at_once, loop.now

    at_once, later = loop.run_until_complete(both())
    assert at_once == 0
    assert later == pytest.approx(1.0, abs=0.01)


def test_turns_are_taken_in_the_order_of_asking(loop: TimelessLoop) -> None:
    async def many() -> list[int]:
        pace, order = Pace(), list[int]()

        async def one(number: int) -> None:
            (await pace.turn(wire())).answered()
            order.append(number)

        await asyncio.gather(*(one(number) for number in range(100)))
        return order

    assert all(later > earlier for earlier, later in pairwise(loop.run_until_complete(many())))


def test_who_asks_one_thing_goes_before_a_list(loop: TimelessLoop) -> None:
    async def both() -> list[str]:
        pace, left = Pace(), list[str]()

        async def ask(name: str, *, urgent: bool = False) -> None:
            (await pace.turn(wire(), urgent=urgent)).answered()
            left.append(name)

        many = [asyncio.ensure_future(ask("list")) for _ in range(2 * MOST_A_SECOND)]
        await asyncio.sleep(0.5)
        await ask("one", urgent=True)
        await asyncio.gather(*many)
        return left

    left = loop.run_until_complete(both())
    assert (left.index("one"), len(left)) == (MOST_A_SECOND, 2 * MOST_A_SECOND + 1)


def test_one_that_is_given_up_keeps_nobody_waiting(loop: TimelessLoop) -> None:
    async def given_up() -> None:
        pace = Pace()
        await sent(pace, MOST_A_SECOND)
        urgent = asyncio.ensure_future(pace.turn(wire(), urgent=True))
        usual = asyncio.ensure_future(pace.turn(wire()))
        await asyncio.sleep(0.5)
        urgent.cancel()
        await usual

    assert seconds(loop, given_up()) == pytest.approx(1.0, abs=0.01)
