"""One option of a chain: what IB did not send is null, never zero."""

from __future__ import annotations

from typing import Any

import ib_async
import pytest

from ib.market_data.chain_cells import cell_of, has_price, is_complete
from ib.market_data.snapshots import Snapshot
from trading.refusals import NoAnswer, RejectedByIB, TradingError

OPTION = ib_async.Contract(conId=7, localSymbol="XYZ   261218C00100000")


def cell(error: TradingError | None = None, **ticks: Any) -> dict[str, Any]:
    snapshot = Snapshot(OPTION)
    snapshot.ticker = ib_async.Ticker(contract=OPTION)
    for name, value in ticks.items():  # its constructor forgets what it is given
        setattr(snapshot.ticker, name, value)
    snapshot.error = error
    return cell_of(OPTION, snapshot, None)


def greeks(**values: Any) -> ib_async.OptionComputation:
    return ib_async.OptionComputation(0, **values)


def test_nothing_is_null() -> None:
    nothing = cell_of(OPTION, None, None)
    assert (nothing.pop("conId"), nothing.pop("localSymbol")) == (7, "XYZ   261218C00100000")
    assert set(nothing.values()) == {None}
    assert not has_price(nothing) and not is_complete(nothing)
    assert {v for k, v in cell().items() if k not in ("conId", "localSymbol")} == {None}


def test_ibs_words_for_nothing_are_null() -> None:
    shown = cell(bid=-1.0, ask=1.5, modelGreeks=greeks(delta=0.5, vega=-2.0, theta=-2.0))
    assert (shown["bid"], shown["ask"], shown["delta"]) == (None, 1.5, 0.5)
    assert (shown["vega"], shown["theta"], shown["gamma"]) == (None, None, None)


def test_a_size_or_a_volume_of_zero_is_zero() -> None:
    assert cell(volume=0.0, bidSize=0.0)["volume"] == 0


def test_greeks_are_those_of_the_model() -> None:
    shown = cell(
        bidGreeks=greeks(delta=0.1),
        modelGreeks=greeks(impliedVol=0.25431987654, delta=0.5, optPrice=1.2),
    )
    assert (shown["impliedVolatility"], shown["delta"]) == (0.25432, 0.5)
    assert shown["modelPrice"] == 1.2


def test_open_interest_is_given() -> None:
    assert cell_of(OPTION, None, 12.0)["openInterest"] == 12.0


@pytest.mark.parametrize("name", ["bid", "ask", "last", "close"])
def test_any_price_is_a_price(name: str) -> None:
    assert has_price(cell(None, **{name: 1.0}))


def test_a_cell_is_complete_with_quote_volume_and_delta() -> None:
    ticks: dict[str, Any] = {"bid": 1.0, "ask": 1.1, "volume": 3.0}
    assert not is_complete(cell(**ticks))
    assert is_complete(cell(**ticks, modelGreeks=greeks(delta=0.5)))


def test_a_refusal_is_said_and_a_late_end_is_none_when_there_is_a_price() -> None:
    assert cell(RejectedByIB("Not subscribed", code=354))["error"] == "Not subscribed"
    assert cell(NoAnswer("late"))["error"] == "late"
    assert cell(NoAnswer("late"), bid=1.0)["error"] is None
