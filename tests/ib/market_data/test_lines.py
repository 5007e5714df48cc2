"""The budget of lines: never exceeded, and whoever waits gets the next one."""

from __future__ import annotations

import asyncio

from ib.market_data.lines import Lines


def test_streams_leave_a_tenth_to_snapshots() -> None:
    lines = Lines(cap=20)
    assert [lines.take() for _ in range(19)] == [True] * 18 + [False]
    lines.give_back()
    assert (lines.has_room, lines.used, lines.streams) == (True, 17, 17)


async def test_snapshots_count_for_streams_too() -> None:
    lines = Lines(cap=1)
    async with lines.borrowed():
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
        async with lines.borrowed():
            most = max(most, lines.used)
            await asyncio.wait({asyncio.create_task(nothing())})

    await asyncio.gather(*(snapshot() for _ in range(20)))
    assert (most, lines.used) == (2, 0)


async def test_one_that_gave_up_does_not_keep_the_others_waiting() -> None:
    lines = Lines(cap=1)
    lines.take()
    done: list[str] = []

    async def wait_as(name: str) -> None:
        async with lines.borrowed():
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


async def borrow(lines: Lines) -> None:
    async with lines.borrowed():
        return


async def nothing() -> None:
    return
