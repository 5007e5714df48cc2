"""Live quotes: one line per contract, a budget of lines, and no price that nobody sent."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import UTC, datetime
from math import nan
from typing import Any, cast

import ib_async
import pytest

from ib.market_data.quotes import MAX_LENT, MAX_LINES, Quotes, price_of, quote_row
from ib.wire import Wire
from trading.refusals import Busy, NotConnected, RejectedByIB

NOW = datetime(2026, 11, 20, 14, 31, 2, tzinfo=UTC)


class FakeWrapper:
    def __init__(self) -> None:
        self.ticker2ReqId: dict[str, dict[ib_async.Ticker, int]] = defaultdict(dict)


class FakeWire:
    """Subscriptions by conId. Like ib_async it gives the same Ticker, old prices and all, again."""

    def __init__(self) -> None:
        self.wrapper = FakeWrapper()
        self.requested: list[int] = []
        self.cancelled: list[int] = []
        self._tickers: dict[int, ib_async.Ticker] = {}

    def reqMktData(self, contract: ib_async.Contract) -> ib_async.Ticker:
        self.requested.append(contract.conId)
        ticker = self._tickers.setdefault(contract.conId, ib_async.Ticker(contract=contract))
        self.wrapper.ticker2ReqId["mktData"][ticker] = len(self.requested)
        return ticker

    def cancelMktData(self, contract: ib_async.Contract) -> None:
        self.cancelled.append(contract.conId)


class Desk:
    """Quotes over a fake wire, and ticks when a test says so."""

    def __init__(self) -> None:
        self.fake = FakeWire()
        self.wire = cast(Wire, self.fake)
        self.quotes = Quotes()

    def ask(self, con_id: int, *, lent: bool = False) -> asyncio.Task[dict[str, Any]]:
        return asyncio.create_task(self.quotes.quote(self.wire, stock(con_id), lent=lent))

    async def lend(self, con_id: int) -> None:
        """Another user asks and is answered."""
        asked = self.ask(con_id, lent=True)
        await begin(asked)
        self.tick(con_id, last=5.0)
        await asked

    def tick(self, con_id: int, **fields: Any) -> None:
        ticker = self.fake._tickers[con_id]
        for name, value in ({"time": NOW} | fields).items():
            setattr(ticker, name, value)
        self.quotes.on_ticks({ticker})


@pytest.fixture
def desk() -> Desk:
    return Desk()


def stock(con_id: int) -> ib_async.Contract:
    return ib_async.Contract(conId=con_id, symbol=f"S{con_id}", secType="STK", exchange="SMART")


def ticker(**fields: Any) -> ib_async.Ticker:
    """A Ticker that has these fields; its constructor would not take them."""
    made = ib_async.Ticker(contract=stock(1))
    for name, value in fields.items():
        setattr(made, name, value)
    return made


async def begin(*tasks: asyncio.Task[Any]) -> None:
    """Let the tasks run until they wait."""
    await asyncio.wait(tasks, timeout=0)


async def test_the_first_tick_answers_all_who_wait(desk: Desk) -> None:
    asks = [desk.ask(1) for _ in range(3)]
    await begin(*asks)
    desk.tick(1, bid=9.5, ask=10.0)
    rows = await asyncio.gather(*asks)
    assert [(row["bid"], row["ask"]) for row in rows] == [(9.5, 10.0)] * 3
    assert desk.fake.requested == [1]


async def test_a_watched_quote_is_given_at_once(desk: Desk) -> None:
    first = desk.ask(1)
    await begin(first)
    desk.tick(1, last=10.0)
    desk.tick(1, last=11.0)
    assert (await desk.ask(1))["last"] == 11.0


async def test_a_subscription_that_is_made_again_waits_for_its_own_price(desk: Desk) -> None:
    first = desk.ask(1)
    await begin(first)
    desk.tick(1, last=10.0)
    for con_id in range(2, MAX_LINES + 2):
        desk.quotes.watch(desk.wire, stock(con_id))
    again = desk.ask(1)
    await begin(again)
    assert not again.done()
    desk.tick(1, last=20.0)
    assert (await again)["last"] == 20.0


async def test_the_line_that_was_wanted_least_recently_is_given_up(desk: Desk) -> None:
    for con_id in range(1, MAX_LINES + 1):
        desk.quotes.watch(desk.wire, stock(con_id))
    desk.quotes.watch(desk.wire, stock(1))
    desk.quotes.watch(desk.wire, stock(1000))
    assert desk.fake.cancelled == [2]
    assert len(desk.quotes.watched()) == MAX_LINES


# Lines that others take


async def test_others_never_take_the_place_of_an_own_line(desk: Desk) -> None:
    for con_id in range(1, MAX_LINES + 1):
        desk.quotes.watch(desk.wire, stock(con_id))
    with pytest.raises(Busy):
        await desk.ask(1000, lent=True)
    assert desk.fake.cancelled == []
    desk.tick(1, last=7.0)
    assert (await desk.ask(1, lent=True))["last"] == 7.0


async def test_others_take_so_many_lines_and_then_their_own_oldest(desk: Desk) -> None:
    desk.quotes.watch(desk.wire, stock(1))
    for con_id in range(100, 100 + MAX_LENT + 1):
        await desk.lend(con_id)
    assert desk.fake.cancelled == [100]
    assert [contract.conId for contract in desk.quotes.watched()] == [1]


async def test_a_lent_line_gives_way_to_an_own_one(desk: Desk) -> None:
    for con_id in range(1, MAX_LINES):
        desk.quotes.watch(desk.wire, stock(con_id))
    waiting = desk.ask(1000, lent=True)
    await begin(waiting)
    desk.quotes.watch(desk.wire, stock(2000))
    assert desk.fake.cancelled == [1000]
    with pytest.raises(Busy):
        await waiting


async def test_who_waits_for_a_first_price_keeps_a_lent_line(desk: Desk) -> None:
    asked = [desk.ask(con_id, lent=True) for con_id in range(100, 100 + MAX_LENT)]
    await begin(*asked)
    with pytest.raises(Busy):
        await desk.ask(1000, lent=True)
    for con_id in range(100, 100 + MAX_LENT):
        desk.tick(con_id, last=5.0)
    assert len(await asyncio.gather(*asked)) == MAX_LENT
    await desk.lend(1000)
    assert desk.fake.cancelled == [100]


async def test_what_others_ask_for_is_not_told_here_until_it_is_wanted_here(desk: Desk) -> None:
    await desk.lend(1)
    assert (1 in desk.quotes, desk.quotes.take_changed()) == (False, [])
    desk.quotes.watch(desk.wire, stock(1))
    desk.tick(1, last=6.0)
    assert (1 in desk.quotes, len(desk.quotes.take_changed())) == (True, 1)
    assert desk.fake.requested == [1]


async def test_a_refused_subscription_tells_why_and_may_be_tried_again(desk: Desk) -> None:
    ask = desk.ask(1)
    await begin(ask)
    assert desk.quotes.is_subscription(1)
    desk.quotes.on_refused(1, 354, "No subscription: text", "text")
    with pytest.raises(RejectedByIB, match="No subscription") as refused:
        await ask
    assert (refused.value.code, desk.quotes.is_subscription(1)) == (354, False)
    await begin(again := desk.ask(1))
    desk.tick(1, last=10.0)
    assert (await again)["last"] == 10.0


async def test_the_end_of_the_connection_ends_the_wait(desk: Desk) -> None:
    ask = desk.ask(1)
    await begin(ask)
    desk.quotes.clear("TWS closed the connection")
    with pytest.raises(NotConnected) as refused:
        await ask
    assert refused.value.text == "TWS closed the connection"
    assert desk.quotes.watched() == []


async def test_what_has_moved_is_taken_once(desk: Desk) -> None:
    desk.quotes.watch(desk.wire, stock(1))
    desk.tick(1, last=10.0)
    assert [ticker.last for ticker in desk.quotes.take_changed()] == [10.0]
    assert desk.quotes.take_changed() == []


def test_what_ib_has_not_sent_is_none_and_never_zero() -> None:
    row = quote_row(ticker(time=NOW, bid=-1, ask=nan, last=10.0, bidSize=0))
    assert (row["bid"], row["ask"], row["last"], row["volume"]) == (None, None, 10.0, None)
    assert (row["bidSize"], row["time"]) == (0, "2026-11-20T14:31:02.000Z")


@pytest.mark.parametrize(
    ("kind", "word"), [(1, "live"), (2, "frozen"), (3, "delayed"), (4, "delayed-frozen")]
)
def test_a_quote_says_whether_it_is_live(kind: int, word: str) -> None:
    assert quote_row(ticker(marketDataType=kind))["marketDataType"] == word


@pytest.mark.parametrize(
    ("fields", "price"),
    [
        ({"last": 10.0, "bid": 1.0, "ask": 2.0}, 10.0),
        ({"bid": 1.0, "ask": 2.0}, 1.5),
        ({"bid": 1.0, "ask": -1.0}, None),
        ({}, None),
    ],
)
def test_a_position_is_valued_with_the_last_trade_or_the_middle(
    fields: dict[str, float], price: float | None
) -> None:
    assert price_of(ticker(**fields)) == price
