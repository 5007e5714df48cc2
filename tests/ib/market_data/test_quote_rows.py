"""A quote's row: what IB has not sent is None, and it says which data it is."""

from __future__ import annotations

from math import nan
from typing import Any

import ib_async
import pytest

from ib.market_data.quote_rows import has_price, price_of, quote_row
from tests.ib.market_data.quotes_for_tests import NOW, stock


def ticker(**fields: Any) -> ib_async.Ticker:
    """A Ticker that has these fields; its constructor would not take them."""
    made = ib_async.Ticker(contract=stock(1))
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def test_what_ib_has_not_sent_is_none_and_never_zero() -> None:
    row = quote_row(ticker(time=NOW, bid=-1, ask=nan, last=10.0, bidSize=0))
    assert (row["bid"], row["ask"], row["last"], row["volume"]) == (None, None, 10.0, None)
    assert (row["bidSize"], row["time"]) == (0, "2026-11-20T14:31:02.000Z")


@pytest.mark.parametrize(
    ("kind", "word"), [(1, "live"), (2, "frozen"), (3, "delayed"), (4, "delayed-frozen")]
)
def test_a_quote_says_whether_it_is_live_and_what_was_asked_for(kind: int, word: str) -> None:
    row = quote_row(ticker(marketDataType=kind))
    assert (row["marketDataType"], row["requestedType"], row["trouble"]) == (word, "delayed", None)


@pytest.mark.parametrize(
    ("fields", "price"),
    [
        ({"last": 1.6, "bid": 1.0, "ask": 2.0}, 1.6),
        ({"last": 10.0, "bid": -1.0}, 10.0),
        ({"bid": 1.0, "ask": 2.0}, 1.5),
        ({"bid": 1.0, "ask": -1.0}, None),
        ({}, None),
    ],
)
def test_a_position_is_valued_with_the_last_trade_or_the_middle(
    fields: dict[str, float], price: float | None
) -> None:
    assert price_of(ticker(**fields)) == price


@pytest.mark.parametrize(
    ("fields", "price"),
    [
        ({"last": 10.0, "bid": 1.0, "ask": 2.0}, 2.0),
        ({"last": 0.5, "bid": 1.0, "ask": 2.0}, 1.0),
        ({"last": 10.0, "bid": 0.0, "ask": 2.0}, 2.0),
        ({"last": 10.0, "bid": 12.0, "ask": -1.0}, 12.0),
        ({"last": 10.0, "bid": nan, "ask": 2.0}, 2.0),
    ],
)
def test_a_last_trade_that_the_market_has_left_behind_values_no_position(
    fields: dict[str, float], price: float
) -> None:
    """An option that traded at 10 yesterday and stands at 1 to 2 now is not worth 10."""
    assert price_of(ticker(**fields)) == price


@pytest.mark.parametrize(
    ("fields", "known"),
    [
        ({"close": 9.0}, True),
        ({"bid": -1.0, "ask": -1.0}, False),
        ({"volume": 5}, False),
        ({}, False),
    ],
)
def test_a_price_is_a_bid_an_ask_a_trade_or_a_close(fields: dict[str, float], known: bool) -> None:
    assert has_price(ticker(**fields)) is known
