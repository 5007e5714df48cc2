"""Held positions have lines: routed as usual, or looked up where there is no usual exchange."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import ib_async
import pytest

from ib.market_data.asking import Asking
from ib.market_data.contracts import Contracts
from ib.market_data.held_lines import HeldLines
from ib.market_data.quotes import Quotes
from ib.wire import Wire
from tests.ib.market_data.snapshots_for_tests import SnapshotWire
from trading.ib_errors import CodeTable
from trading.ib_objects import contract_row

FUTURE = ib_async.Contract(conId=7, symbol="ES", secType="FUT", exchange="CME", currency="USD")


class Desk:
    def __init__(self) -> None:
        self.fake = SnapshotWire(ib_async.ContractDetails(contract=FUTURE))
        self.wire = cast(Wire, self.fake)
        self.quotes = Quotes(CodeTable())
        contracts = Contracts(Asking(CodeTable()))
        self.held = HeldLines(contracts, self.quotes, lambda: self.wire)

    async def watch(self, *rows: dict[str, Any]) -> dict[int, str]:
        """The exchange of each line that is opened for them."""
        self.held.watch(rows)
        while self.held._learning:
            await asyncio.wait(list(self.held._learning.values()))
        for one in self.quotes.sweep(self.wire):
            self.quotes.open_due(self.wire, one)
        return {one.con_id: one.contract.exchange for one in self.quotes._all}


def position(con_id: int, sec_type: str, exchange: str = "") -> dict[str, Any]:
    """A contract as TWS names it with a position: mostly without an exchange."""
    return contract_row(
        ib_async.Contract(conId=con_id, symbol="X", secType=sec_type, exchange=exchange)
    )


async def test_each_kind_is_asked_for_where_it_usually_trades() -> None:
    rows = (position(1, "STK", "NASDAQ"), position(2, "OPT"), position(3, "CASH"))
    assert await Desk().watch(*rows) == {1: "SMART", 2: "SMART", 3: "IDEALPRO"}


async def test_a_future_is_looked_up_once_and_then_held() -> None:
    desk = Desk()
    assert await desk.watch(position(7, "FUT")) == {7: "CME"}
    assert await desk.watch(position(7, "FUT")) == {7: "CME"}
    assert (desk.fake.asked_details, desk.quotes.held) == (1, {7})


@pytest.mark.parametrize("exchange", ["", "CBOT"])
async def test_a_future_that_is_quoted_in_cents_is_valued_in_dollars(exchange: str) -> None:
    """Corn stands at 450 cents, and one contract is 5000 bushels: IB's priceMagnifier."""
    desk = Desk()
    corn = ib_async.Contract(
        conId=9, symbol="ZC", secType="FUT", exchange="CBOT", multiplier="5000"
    )
    desk.fake.details = [ib_async.ContractDetails(contract=corn, priceMagnifier=100)]
    desk.fake.prices[9] = [{"last": 450.0, "bid": 449.5, "ask": 450.5}]
    assert await desk.watch(position(9, "FUT", exchange)) == {9: "CBOT"}
    _, ticker = desk.fake.newest(9)
    desk.quotes.on_ticks({ticker})
    ((one, row),) = desk.quotes.take_changed()
    assert (row["last"], one.price) == (450.0, 4.5)


async def test_what_was_closed_meanwhile_is_not_held() -> None:
    desk = Desk()
    desk.held.watch([position(7, "FUT")])
    await desk.watch()
    assert desk.quotes.held == set()


async def test_what_cannot_be_looked_up_goes_without_a_line() -> None:
    assert await Desk().watch(position(8, "FUT")) == {}
