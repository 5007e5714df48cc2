"""The months of a future: the nearest first, one front month, and never a guess."""

from __future__ import annotations

from typing import Any, cast

import ib_async
import pytest

from ib.market_data.asking import Asking
from ib.market_data.contracts import Contracts
from ib.market_data.futures import Futures
from ib.market_data.lines import Lines
from ib.market_data.pace import Pace
from ib.market_data.snapshots import Snapshots
from ib.wire import Wire
from tests.ib.market_data.snapshots_for_tests import SnapshotWire, refusal
from trading.ib_errors import CodeTable
from trading.refusals import NotFound, Refused


def month(con_id: int, expiry: str, **fields: Any) -> ib_async.ContractDetails:
    usual = {"exchange": "CME", "tradingClass": "ES", "multiplier": "50", "currency": "USD"}
    contract = ib_async.Contract(
        conId=con_id,
        symbol="ES",
        secType="FUT",
        lastTradeDateOrContractMonth=f"{expiry} 08:30 US/Central",
        **(usual | fields),
    )
    return ib_async.ContractDetails(contract=contract, longName="E-mini S&P 500")


def futures(fake: SnapshotWire) -> Futures:
    codes = CodeTable()
    return Futures(Contracts(Asking(codes)), Snapshots(codes, Lines(), Pace()))


async def months(fake: SnapshotWire, exchange: str = "") -> list[dict[str, Any]]:
    found = await futures(fake).months(cast(Wire, fake), "ES", exchange)
    rows: list[dict[str, Any]] = found["futures"]
    return rows


def full(volume: float) -> dict[str, Any]:
    return {"last": 5.0, "volume": volume, "futuresOpenInterest": 100.0}


async def test_the_nearest_come_first_and_what_has_expired_is_left_out() -> None:
    fake = SnapshotWire(
        month(3, "21270618"), month(1, "21261218"), month(9, "20200320"), month(2, "21270319")
    )
    rows = await months(fake)
    assert [row["contract"]["conId"] for row in rows] == [1, 2, 3]
    assert rows[0]["expiry"] == "21261218"
    assert rows[0]["daysToExpiry"] > 36_000


async def test_the_month_that_trades_most_is_the_front() -> None:
    fake = SnapshotWire(month(1, "21261218"), month(2, "21270319"))
    fake.prices[1], fake.prices[2] = [full(10.0)], [full(50.0)]
    assert [row["isFront"] for row in await months(fake)] == [False, True]
    fake.prices[2] = [full(10.0)]  # alike: the nearer one
    assert [row["isFront"] for row in await months(fake)] == [True, False]


async def test_while_no_volume_is_known_the_nearest_is_the_front() -> None:
    fake = SnapshotWire(month(1, "21261218"), month(2, "21270319"))
    fake.prices[1] = fake.prices[2] = [refusal(354)]
    rows = await months(fake)
    assert [row["isFront"] for row in rows] == [True, False]
    assert {row["quote"] for row in rows} == {None}
    assert all("no market-data subscription" in row["error"] for row in rows)
    assert {row["volume"] for row in rows} | {row["openInterest"] for row in rows} == {None}


async def test_open_interest_is_told_where_ib_sends_it() -> None:
    fake = SnapshotWire(month(1, "21261218"))
    fake.prices[1] = [full(10.0)]
    (row,) = await months(fake)
    assert (row["openInterest"], row["volume"], fake.generic) == (100.0, 10.0, ["588"])


async def test_at_most_eight_months() -> None:
    fake = SnapshotWire(*(month(n, f"21{n:02}0318") for n in range(30, 50)))
    assert len(await months(fake)) == 8


async def test_several_products_of_one_symbol_are_a_list_to_pick_from() -> None:
    fake = SnapshotWire(
        month(1, "21261218"),
        month(2, "21270319"),
        month(3, "21261218", exchange="EUREX", currency="EUR"),
    )
    with pytest.raises(Refused, match="names several futures: CME ES 50 USD, EUREX") as refused:
        await months(fake)
    assert [choice["conId"] for choice in refused.value.choices] == [1, 3]
    assert [row["contract"]["conId"] for row in await months(fake, "EUREX")] == [3]


async def test_no_month_at_all_is_not_found() -> None:
    with pytest.raises(NotFound, match="no future of ES"):
        await months(SnapshotWire())
