"""Snapshots: a line each, in order, and what was sent keeps its line until TWS ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import ib_async
import pytest

from ib.market_data.lines import Lines
from ib.market_data.pace import Pace
from ib.market_data.snapshots import MOST_LENT, SNAPSHOT_SECONDS, Snapshot, Snapshots
from tests.ib.market_data.chain_wires import ChainWire
from tests.ib.market_data.timeless import TimelessLoop
from trading.ib_errors import CodeTable
from trading.refusals import NoAnswer, RejectedByIB

OPTION = ib_async.Contract(conId=1001, symbol="XYZ", secType="OPT")


@pytest.fixture
def loop() -> Iterator[TimelessLoop]:
    loop = TimelessLoop()
    yield loop
    while tasks := asyncio.all_tasks(loop):
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.wait(tasks))
    loop.close()


class Asking:
    def __init__(self, loop: TimelessLoop, lines: int = 100, **answers: Any) -> None:
        self.loop = loop
        self.wire = ChainWire(**answers)
        self.lines = Lines(lines)
        self.snapshots = Snapshots(CodeTable(), self.lines, Pace())

    def start(self, count: int, *, lent: bool = False) -> list[Snapshot]:
        async def begin() -> list[Snapshot]:
            wire: Any = self.wire
            return [self.snapshots.start(wire, OPTION, lent=lent) for _ in range(count)]

        return self.loop.run_until_complete(begin())

    def wait(self, *snapshots: Snapshot) -> None:
        self.loop.run_until_complete(asyncio.wait({one.task for one in snapshots}))


def test_a_snapshot_holds_what_came(loop: TimelessLoop) -> None:
    asking = Asking(loop)
    (snapshot,) = asking.start(1)
    asking.wait(snapshot)
    assert snapshot.ticker is not None
    assert (snapshot.ticker.bid, snapshot.error, snapshot.is_over) == (1.0, None, True)
    assert (asking.lines.used, asking.wire.open) == (0, 0)


def test_no_more_are_under_way_than_there_are_lines(loop: TimelessLoop) -> None:
    asking = Asking(loop, lines=2)
    asking.wait(*asking.start(30))
    assert asking.wire.most_open == 2


def test_few_of_them_are_for_others(loop: TimelessLoop) -> None:
    asking = Asking(loop, quote=None)
    snapshots = asking.start(MOST_LENT + 10, lent=True)
    loop.run_until_complete(asyncio.sleep(5))
    assert asking.lines.used == MOST_LENT
    for one in snapshots:
        one.give_up()


def test_silence_ends_it_and_gives_its_line_back(loop: TimelessLoop) -> None:
    asking = Asking(loop, quote=None)
    (snapshot,) = asking.start(1)
    asking.wait(snapshot)
    assert isinstance(snapshot.error, NoAnswer)
    assert loop.now == pytest.approx(SNAPSHOT_SECONDS, abs=0.1)
    assert asking.lines.used == 0


def test_a_refusal_is_its_error(loop: TimelessLoop) -> None:
    asking = Asking(loop, quote=354)
    (snapshot,) = asking.start(1)
    asking.wait(snapshot)
    assert isinstance(snapshot.error, RejectedByIB)
    assert snapshot.error.code == 354


def test_what_was_not_sent_is_given_up_and_what_was_sent_runs_on(loop: TimelessLoop) -> None:
    asking = Asking(loop, lines=1, quote=None)
    first, second = asking.start(2)
    loop.run_until_complete(asyncio.sleep(1))
    for one in (first, second):
        one.give_up()
    asking.wait(second)
    assert (second.ticker, first.is_over, asking.lines.used) == (None, False, 1)
    asking.wait(first)
    assert asking.wire.count("quote") == 1


def test_a_notice_is_told_by_its_owner_and_by_nobody_else(loop: TimelessLoop) -> None:
    asking = Asking(loop, quote=None)
    (snapshot,) = asking.start(1)
    loop.run_until_complete(asyncio.sleep(1))
    assert asking.snapshots.on_error(1, 10167, "delayed")
    assert not asking.snapshots.on_error(2, 10167, "delayed")
    assert snapshot.notices == {10167: "delayed"}
