"""One look at prices: within the lines, ended by TWS or by us, asked once more when delayed."""

from __future__ import annotations

import asyncio
from typing import cast

import ib_async
import pytest

from ib.market_data.lines import Lines
from ib.market_data.pace import Pace
from ib.market_data.quote_rows import has_price
from ib.market_data.snapshots import Snapshots, price_terms
from ib.wire import Wire
from tests.ib.market_data.quotes_for_tests import stock
from tests.ib.market_data.snapshots_for_tests import SnapshotWire, refusal
from trading.ib_errors import CodeTable
from trading.refusals import Busy, NoAnswer, NotConnected, NotFound, RejectedByIB


class Desk:
    def __init__(self, cap: int = 100) -> None:
        self.fake = SnapshotWire()
        self.lines = Lines(cap)
        self.snapshots = Snapshots(CodeTable(), self.lines, Pace())

    async def take(self, con_id: int = 1, generic_ticks: str = "") -> ib_async.Ticker:
        wire = cast(Wire, self.fake)
        is_enough = has_price if generic_ticks else None
        return await self.snapshots.take(wire, stock(con_id), price_terms(generic_ticks, is_enough))


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    for name in ("PRICE_SECONDS", "ENOUGH_SECONDS", "PAUSE_SECONDS"):
        monkeypatch.setattr(f"ib.market_data.snapshots.{name}", 0.01)
    return Desk()


async def test_a_snapshot_that_tws_has_ended_is_not_cancelled(desk: Desk) -> None:
    assert (await desk.take()).last == 5.0
    assert (desk.fake.cancelled, desk.lines.used) == ([], 0)


async def test_a_price_without_an_end_is_enough_and_frees_its_line(desk: Desk) -> None:
    desk.fake.endless = True
    assert (await desk.take()).last == 5.0
    assert (desk.fake.cancelled, desk.lines.used) == ([1], 0)


async def test_silence_is_no_price(desk: Desk) -> None:
    desk.fake.prices[1] = [None]
    with pytest.raises(NoAnswer):
        await desk.take()
    assert (desk.fake.cancelled, desk.lines.used) == ([1], 0)


async def test_what_is_not_subscribed_is_asked_for_once_more_delayed(desk: Desk) -> None:
    desk.fake.prices[1] = [refusal(354), {"last": 4.0}]
    assert (await desk.take()).last == 4.0
    assert (desk.fake.types, desk.fake.requested) == ([3], [1, 1])


@pytest.mark.parametrize(("code", "asked"), [(354, 2), (200, 2), (10197, 1), (321, 1)])
async def test_a_refusal_says_why(desk: Desk, code: int, asked: int) -> None:
    desk.fake.prices[1] = [refusal(code)]
    with pytest.raises((RejectedByIB, NotFound)) as refused:
        await desk.take()
    assert (refused.value.code, len(desk.fake.requested)) == (code, asked)
    assert desk.fake.cancelled == []


async def test_when_tws_has_no_line_the_budget_shrinks(desk: Desk) -> None:
    desk.fake.prices[1] = [refusal(101)]
    with pytest.raises(Busy):
        await desk.take()
    assert desk.lines.cap == 1


async def test_no_more_snapshots_run_than_there_are_lines(desk: Desk) -> None:
    desk.fake.endless = True
    desk.lines.cap = 3
    tasks = [asyncio.create_task(desk.take(con_id)) for con_id in range(1, 10)]
    await asyncio.wait(tasks, timeout=0)
    assert desk.lines.used == 3
    assert [ticker.last for ticker in await asyncio.gather(*tasks)] == [5.0] * 9


async def test_one_that_is_given_up_is_cancelled(desk: Desk) -> None:
    desk.fake.prices[1] = [None]
    task = asyncio.create_task(desk.take())
    await asyncio.wait({task}, timeout=0.001)
    task.cancel()
    await asyncio.wait({task})
    assert (desk.fake.cancelled, desk.lines.used) == ([1], 0)


async def test_generic_ticks_come_as_a_stream_that_ends_when_it_is_enough(desk: Desk) -> None:
    desk.fake.endless = True
    assert (await desk.take(1, "588")).last == 5.0
    assert (desk.fake.generic, desk.fake.cancelled) == (["588"], [1])


async def test_a_wire_that_is_gone_is_not_connected(desk: Desk) -> None:
    desk.fake.is_gone = True
    with pytest.raises(NotConnected):
        await desk.take()
    desk.fake.is_gone = False
    desk.fake.prices[1] = [ConnectionError("Socket disconnect")]
    with pytest.raises(NotConnected):
        await desk.take()
    assert desk.lines.used == 0
