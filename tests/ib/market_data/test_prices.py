"""Prices of many contracts: what can be had in time, and what became of the rest."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import ib_async
import pytest

from ib.market_data.asking import Asking
from ib.market_data.contracts import Contracts
from ib.market_data.pace import Pace
from ib.market_data.prices import LENT_AT_ONCE, Prices
from ib.market_data.quotes import Quotes
from ib.market_data.snapshots import Snapshots
from ib.wire import Wire
from tests.ib.market_data.quotes_for_tests import begin
from tests.ib.market_data.snapshots_for_tests import SnapshotWire, refusal
from trading.ib_errors import CodeTable
from trading.price_requests import parse_prices

SILENT = 3


def details(con_id: int, symbol: str) -> ib_async.ContractDetails:
    contract = ib_async.Contract(conId=con_id, symbol=symbol, secType="STK", currency="USD")
    return ib_async.ContractDetails(contract=contract)


class Desk:
    """Prices of S1, S2, S3 …"""

    def __init__(self, count: int = 5) -> None:
        self.fake = SnapshotWire(*(details(n, f"S{n}") for n in range(1, count + 1)))
        codes, pace = CodeTable(), Pace()
        self.contracts = Contracts(Asking(codes))
        self.quotes = Quotes(codes)
        snapshots = Snapshots(codes, self.quotes.lines, pace)
        self.prices = Prices(codes, self.contracts, self.quotes, snapshots, pace)

    @property
    def wire(self) -> Wire:
        return cast(Wire, self.fake)

    async def fetch(self, *symbols: str, lent: bool = False) -> dict[str, Any]:
        asked = parse_prices({"symbols": list(symbols)})
        return await self.prices.fetch(self.wire, asked, lent=lent)


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_every_name_is_answered_in_the_order_of_asking(desk: Desk) -> None:
    found = await desk.fetch("S2", "S1")
    assert [quote["symbol"] for quote in found["quotes"]] == ["S2", "S1"]
    assert (found["failed"], found["partial"]) == ([], False)
    assert found["lines"] == {"used": 0, "cap": 100, "held": 0}


async def test_what_fails_says_why_and_spoils_nothing(desk: Desk) -> None:
    desk.fake.prices[1] = [refusal(354)]
    found = await desk.fetch("S1", "NOSUCH", "S2")
    assert ([q["symbol"] for q in found["quotes"]], found["partial"]) == (["S2"], True)
    assert [(one["symbol"], one["errorCode"]) for one in found["failed"]] == [
        ("S1", 354),
        ("NOSUCH", 200),
    ]
    assert all(one["error"] and one["next"] for one in found["failed"])


async def test_what_does_not_come_in_time_is_marked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ib.market_data.prices.PRICES_SECONDS", 0.05)
    desk.fake.prices[SILENT] = [None]
    found = await desk.fetch("S1", f"S{SILENT}")
    assert [quote["symbol"] for quote in found["quotes"]] == ["S1"]
    (failed,) = found["failed"]
    assert (failed["symbol"], failed["errorCode"], found["partial"]) == (f"S{SILENT}", None, True)
    assert "no time left" in failed["error"]
    assert desk.quotes.lines.used == 0


async def test_known_contracts_are_not_asked_for_again(desk: Desk) -> None:
    await desk.fetch("S1", "S2")
    await desk.fetch("S1", "S2")
    assert (desk.fake.asked_details, len(desk.fake.requested)) == (2, 4)


async def test_a_streamed_quote_costs_nothing(desk: Desk) -> None:
    (asked,) = (one for _, one in parse_prices({"symbols": ["S1"]}))
    resolved = await desk.contracts.resolve(desk.wire, asked)  # type: ignore[arg-type]
    stream = asyncio.create_task(desk.quotes.quote(desk.wire, resolved))
    await begin(stream)
    _, ticker = desk.fake.newest(1)
    ticker.last = 9.0
    desk.quotes.on_ticks({ticker})
    await stream
    found = await desk.fetch("S1")
    assert (found["quotes"][0]["last"], len(desk.fake.requested)) == (9.0, 1)


async def test_others_get_few_at_once(desk: Desk) -> None:
    many = Desk(3 * LENT_AT_ONCE)
    many.fake.endless = True
    task = asyncio.create_task(
        many.fetch(*(f"S{n}" for n in range(1, 3 * LENT_AT_ONCE + 1)), lent=True)
    )
    most = 0
    while not task.done():
        most = max(most, many.quotes.lines.used)
        await asyncio.wait({task}, timeout=0.001)
    assert (most, len(task.result()["quotes"])) == (LENT_AT_ONCE, 3 * LENT_AT_ONCE)


async def test_an_isin_is_a_name_too(desk: Desk) -> None:
    found = await desk.fetch("US0378331005")
    assert [one["symbol"] for one in found["failed"]] == ["US0378331005"]
