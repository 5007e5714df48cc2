"""Percentages become prices."""

from __future__ import annotations

from datetime import datetime

import pytest

from checklist.prices import in_cents, with_prices


def at_200() -> float:
    return 200.0


@pytest.mark.parametrize(
    ("given", "price"),
    [("-20%", 160.0), ("+1%", 202.0), ("-99.9%", 0.2), ("20% wide", 40.0), ("DAY", "DAY"), (3, 3)],
)
def test_a_percentage_is_of_the_market(given: object, price: object) -> None:
    assert with_prices({"order": [{"lmtPrice": given}]}, at_200) == {"order": [{"lmtPrice": price}]}


def test_prices_are_whole_cents_and_never_zero() -> None:
    assert (in_cents(1.2349), in_cents(0.0001)) == (1.23, 0.01)


def test_tomorrow_is_an_instant_with_its_zone() -> None:
    tomorrow = datetime.fromisoformat(with_prices("{tomorrow}", at_200))
    assert 86_000 < (tomorrow - datetime.now(tomorrow.tzinfo)).total_seconds() <= 86_400


def test_the_price_is_asked_only_where_it_is_needed() -> None:
    def no_price() -> float:
        raise AssertionError("asked")

    assert with_prices({"orderType": "MKT", "totalQuantity": 1}, no_price)["orderType"] == "MKT"
