"""What an operation answers comes back as it was; what cannot be read is no answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest

from relay import value_forms as forms
from tests.fakes import connected, order_result
from trading.price_rules import PriceRule
from trading.refusals import NoAnswer
from trading.sizing import NO_FACTS, OrderFacts
from trading.snapshots import AccountSummary, Farm, Rows

AT = datetime(2026, 11, 28, 20, 0, 0, 123000, UTC)
FACTS = OrderFacts(
    con_id=265598,
    min_tick_rules=PriceRule(((Decimal(0), Decimal("0.0001")), (Decimal(1), Decimal("0.01")))),
    size_increment=Decimal("0.0001"),
    multiplier=Decimal(1),
    bid=Decimal("228.10"),
    ask=None,
    last=Decimal("228.12"),
    quote_age=0.25,
    position=Decimal(-100),
    net_liquidation=Decimal("1000000.37"),
    daily_pnl=None,
    symbol="AAPL",
)


def over_the_wire(form: Any) -> Any:
    return orjson.loads(orjson.dumps(form))


@pytest.mark.parametrize("facts", [FACTS, NO_FACTS])
def test_facts_come_back_digit_for_digit(facts: OrderFacts) -> None:
    assert forms.facts_of(over_the_wire(forms.facts_form(facts))) == facts


def test_rows_come_back() -> None:
    rows = Rows(AT, ({"account": "DU1", "position": 100},), stale=True)
    assert forms.rows_of(over_the_wire(forms.rows_form(rows))) == rows


def test_account_values_come_back() -> None:
    summary = AccountSummary(AT, "DU1", ({"tag": "Cash", "value": "5", "currency": "USD"},))
    assert forms.account_of(over_the_wire(forms.account_form(summary))) == summary


def test_orders_come_back() -> None:
    orders = [order_result("ui-1", "live"), order_result("ui-2", "unknown")]
    assert forms.orders_of(over_the_wire(forms.orders_form(orders))) == orders


def test_a_connection_comes_back() -> None:
    farm = Farm("usfarm", "market data", "ok", AT)
    status = connected("orders", 1000)
    accounts, farms = ("DU1",), forms.farms_of(over_the_wire([farm.to_payload()]))
    back = forms.connection_of(over_the_wire(status.to_payload()), accounts, farms)
    assert (back.to_payload(), back.accounts, back.farms) == (
        status.to_payload(),
        ("DU1",),
        (farm,),
    )


@pytest.mark.parametrize(
    ("reader", "form"),
    [
        (forms.rows_of, {"asOf": "yesterday", "rows": [], "stale": False}),
        (forms.rows_of, {"asOf": "2026-11-28T20:00:00Z", "rows": {}, "stale": False}),
        (forms.rows_of, {"asOf": "2026-11-28T20:00:00Z", "rows": [1], "stale": False}),
        (forms.rows_of, None),
        (forms.order_of, {}),
        (forms.orders_of, {"a": 1}),
        (forms.facts_of, forms.facts_form(FACTS) | {"bid": "NaN"}),
        (forms.facts_of, forms.facts_form(FACTS) | {"bid": "a lot"}),
        (forms.facts_of, forms.facts_form(FACTS) | {"more": 1}),
    ],
)
def test_what_cannot_be_read_is_no_answer(reader: Callable[[Any], Any], form: Any) -> None:
    with pytest.raises(NoAnswer, match="cannot be read"):
        forms.read(form, reader)
