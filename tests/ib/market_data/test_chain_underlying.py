"""The underlying's price: which of what TWS sends it is; the steps are in tests/mission."""

from __future__ import annotations

from typing import Any

import ib_async
import pytest

from ib.market_data.chain_underlying import for_data, price_of, underlying_row
from ib.market_data.snapshots import Snapshot
from tests.ib.market_data.chain_wires import STOCK

NAN = float("nan")


def price(**ticks: Any) -> tuple[float | None, str | None, str | None]:
    snapshot = Snapshot(STOCK)
    snapshot.ticker = ib_async.Ticker(contract=STOCK)
    for name, value in ticks.items():
        setattr(snapshot.ticker, name, value)
    found = price_of(snapshot)
    return found.price, found.came_from, found.data_type


@pytest.mark.parametrize(
    ("ticks", "found"),
    [
        ({"last": 10.0, "bid": 1.0, "ask": 2.0, "close": 3.0}, (10.0, "last")),
        ({"last": NAN, "bid": 1.0, "ask": 2.0, "close": 3.0}, (1.5, "mid")),
        ({"bid": -1.0, "ask": -1.0, "close": 3.0}, (3.0, "close")),
        ({"bid": 1.0}, (None, None)),
        ({"last": 0.0}, (None, None)),
        ({}, (None, None)),
    ],
)
def test_last_then_the_middle_then_the_close(
    ticks: dict[str, Any], found: tuple[float | None, str | None]
) -> None:
    assert price(**ticks)[:2] == found


def test_the_type_that_came_is_told() -> None:
    assert price(last=1.0, marketDataType=3)[2] == "delayed"


def test_before_it_was_asked_nothing_is_known() -> None:
    found = price_of(Snapshot(STOCK))
    assert (found.price, found.came_from, found.data_type) == (None, None, None)


def test_the_row_of_nothing_is_all_null() -> None:
    assert set(underlying_row(None, None).values()) == {None}
    assert underlying_row(STOCK, None)["contract"]["conId"] == 1


def test_a_stock_is_asked_for_at_smart_by_its_con_id() -> None:
    stock = ib_async.Contract(conId=1, secType="STK", exchange="NYSE", primaryExchange="NYSE")
    assert (for_data(stock).exchange, for_data(stock).primaryExchange) == ("SMART", "NYSE")
    index = ib_async.Contract(conId=2, secType="IND", exchange="CBOE")
    assert for_data(index).exchange == "CBOE"
