"""The budget of lines: never exceeded, and whoever waits gets the next one."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from ib.market_data.lines import FOR_SNAPSHOTS, Lines
from ib.wire import Wire

WIRE = cast(Wire, None)


def test_streams_may_have_all_lines() -> None:
    lines = Lines(cap=20)
    assert [lines.take() for _ in range(21)] == [True] * 20 + [False]
    lines.give_back()
    assert (lines.has_room, lines.used, lines.streams) == (True, 19, 19)


async def test_snapshots_count_for_streams_too() -> None:
    lines = Lines(cap=1)
    async with lines.borrowed(WIRE):
        assert not lines.take()
    assert lines.take()


def test_what_tws_refuses_shrinks_the_budget_until_the_next_connection() -> None:
    lines = Lines(cap=50)
    for _ in range(11):
        lines.take()
    lines.on_full()  # the eleventh was refused
    assert lines.cap == 10
    lines.reset()
    assert lines.cap == 50


async def test_whoever_waits_gets_a_line_when_the_budget_grows_again() -> None:
    lines = Lines(cap=2)
    lines.take()
    lines.on_full()
    waiting = asyncio.create_task(borrow(lines))
    await asyncio.wait({asyncio.create_task(nothing())})
    lines.reset()
    await waiting


def test_no_line_is_given_beyond_the_cap() -> None:
    lines = Lines(cap=2)
    assert [lines.take() for _ in range(3)] == [True, True, False]
    lines.give_back()
    assert lines.take()


async def test_a_snapshot_waits_for_a_free_line() -> None:
    lines = Lines(cap=2)
    most = 0

    async def snapshot() -> None:
        nonlocal most
        async with lines.borrowed(WIRE):
            most = max(most, lines.used)
            await asyncio.wait({asyncio.create_task(nothing())})

    await asyncio.gather(*(snapshot() for _ in range(20)))
    assert (most, lines.used) == (2, 0)


async def test_one_that_gave_up_does_not_keep_the_others_waiting() -> None:
    lines = Lines(cap=1)
    lines.take()
    done: list[str] = []

    async def wait_as(name: str) -> None:
        async with lines.borrowed(WIRE):
            done.append(name)

    first, second = (asyncio.create_task(wait_as(name)) for name in ("first", "second"))
    await asyncio.wait({asyncio.create_task(nothing())})
    first.cancel()
    await asyncio.wait({first})
    lines.give_back()
    await second
    assert done == ["second"]


async def test_one_that_goes_away_when_it_is_called_calls_the_next() -> None:
    lines = Lines(cap=1)
    lines.take()
    first, second = (asyncio.create_task(borrow(lines)) for _ in range(2))
    await asyncio.wait({asyncio.create_task(nothing())})
    lines.give_back()
    first.cancel()
    await asyncio.wait({first, second}, timeout=5)
    assert (first.cancelled(), second.done()) == (True, True)


# Streams give way


class Streams:
    """All lines are streams; each gives way when it is asked."""

    def __init__(self, cap: int = 100) -> None:
        self.lines = Lines(cap)
        while self.lines.take():
            pass
        self.asked: list[bool] = []  # whether for a lent snapshot
        self.may = True
        self.lines.give_way = self.give_way
        self.end = asyncio.Event()

    def give_way(self, _wire: Wire, lent: bool) -> bool:
        self.asked.append(lent)
        return self.may

    async def snapshot(self, lent: bool = False) -> None:
        async with self.lines.borrowed(WIRE, lent=lent):
            await self.end.wait()

    def begin(self, count: int, *, lent: bool = False) -> set[asyncio.Task[None]]:
        return {asyncio.create_task(self.snapshot(lent)) for _ in range(count)}


@pytest.mark.parametrize(("cap", "most"), [(100, 20), (10, 2), (1, 1)])
async def test_streams_give_way_to_a_few_snapshots_at_a_time(cap: int, most: int) -> None:
    streams = Streams(cap)
    tasks = streams.begin(2 * cap)
    await asyncio.wait(tasks, timeout=0)
    assert (streams.lines.used, streams.lines.streams) == (cap, cap - most)
    streams.end.set()
    await asyncio.wait(tasks)
    assert len(streams.asked) == most  # the line of a snapshot goes to the next one
    assert streams.lines.used == cap - most


async def test_a_stream_that_may_give_way_later_is_asked_again() -> None:
    streams = Streams(5)
    streams.may = False
    (task,) = streams.begin(1)
    await asyncio.wait({task}, timeout=0)
    assert (streams.lines.streams, task.done()) == (5, False)
    streams.may = True
    streams.lines.stream_waits(0)
    streams.end.set()
    await task
    assert streams.lines.streams == 4


async def test_no_stream_gives_way_while_its_cancel_could_not_leave() -> None:
    streams = Streams(5)
    streams.lines.may_cancel = lambda _wire: False
    (task,) = streams.begin(1)
    await asyncio.wait({task}, timeout=0)
    assert (streams.lines.streams, streams.asked) == (5, [])
    streams.lines.may_cancel = lambda _wire: True
    streams.lines.stream_waits(0)
    streams.end.set()
    await task
    assert streams.lines.streams == 4


async def test_free_lines_are_for_snapshots_until_many_run_and_streams_wait() -> None:
    streams = Streams(100)
    for _ in range(100):
        streams.lines.give_back()
    streams.lines.stream_waits(70)
    tasks = streams.begin(100)
    await asyncio.wait(tasks, timeout=0)
    assert (streams.lines.used, streams.asked) == (30, [])
    assert [streams.lines.take() for _ in range(71)] == [True] * 70 + [False]
    streams.end.set()
    await asyncio.wait(tasks)
    assert streams.lines.used == 70


async def test_own_snapshots_go_before_those_of_others() -> None:
    streams = Streams(FOR_SNAPSHOTS)
    lent, own = streams.begin(3, lent=True), streams.begin(3)
    streams.may = False
    await asyncio.wait(lent | own, timeout=0)
    streams.may = True
    streams.asked.clear()
    streams.lines.stream_waits(0)
    assert streams.asked == [False]
    streams.end.set()
    await asyncio.wait(lent | own)


async def borrow(lines: Lines) -> None:
    async with lines.borrowed(WIRE):
        return


async def nothing() -> None:
    return
