"""Bars: asked for once, within IB's pacing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import cast

import pytest

from ib.market_data.asking import Asking
from ib.market_data.contracts import Contracts
from ib.market_data.history import History
from ib.wire import Wire
from tests.ib.market_data.wires_for_tests import AAPL, FakeWire, bar, details
from trading.ib_errors import CodeTable


def ask(wire: FakeWire) -> tuple[History, Wire]:
    asking = Asking(CodeTable())
    return History(asking, Contracts(asking)), cast(Wire, wire)


async def test_the_same_bars_are_not_asked_for_twice() -> None:
    fake = FakeWire(bars=[bar(datetime(2026, 11, 20, 14, 0, tzinfo=UTC))])
    history, wire = ask(fake)
    first = await history.bars(wire, AAPL, "1 hour", "1 D")
    assert await history.bars(wire, AAPL, "1 hour", "1 D") == first
    assert fake.count("bars") == 1
    await history.bars(wire, AAPL, "1 day", "1 M")
    history.forget()
    await history.bars(wire, AAPL, "1 hour", "1 D")
    assert (fake.count("bars"), fake.count("details")) == (3, 1)


async def test_bars_have_epoch_seconds_also_for_days() -> None:
    moments = [date(2026, 11, 20), datetime(2026, 11, 20, 14, 0, tzinfo=UTC)]
    history, wire = ask(FakeWire(bars=[bar(moment) for moment in moments]))
    rows = await history.bars(wire, AAPL, "1 hour", "1 D")
    assert [row["time"] for row in rows] == [1_795_132_800, 1_795_183_200]
    assert rows[0] | {"time": 0} == {
        "time": 0,
        "open": 1,
        "high": 3,
        "low": 0.5,
        "close": 2,
        "volume": 9,
    }


@pytest.mark.parametrize(("sec_type", "what"), [("STK", "TRADES"), ("CASH", "MIDPOINT")])
async def test_a_currency_pair_has_no_trades(sec_type: str, what: str) -> None:
    found = details(7)
    assert found.contract
    found.contract.secType = sec_type
    fake = FakeWire(details=[found])
    history, wire = ask(fake)
    await history.bars(wire, AAPL, "1 hour", "1 D")
    assert fake.asked[-1][1][4] == what
