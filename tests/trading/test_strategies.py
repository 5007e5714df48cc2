"""Strategies: their legs, their prices with the right sign, and the order they become."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.contracts import parse_contract, validate_contract_for_order
from trading.order_rules import validate_order_params
from trading.refusals import Refused
from trading.strategies import Strategy, parse_strategy, years_to

QUOTES = {"bid": Decimal("1.00"), "ask": Decimal("1.10")}


def leg(action: str, right: str, strike: int, **fields: Any) -> dict[str, Any]:
    expiry = fields.get("expiry", "20261218")
    con_id = strike * 1000 + (right == "P") + int(expiry[4:6]) * 10
    usual = {"conId": con_id, "expiry": expiry, "multiplier": "100"} | QUOTES
    return usual | {"action": action, "right": right, "strike": strike} | fields


def strategy(kind: str, *legs: dict[str, Any], **fields: Any) -> Strategy:
    underlying = {"symbol": "AAPL", "price": Decimal("228.4"), "currency": "USD"}
    return parse_strategy({"kind": kind, "underlying": underlying, "legs": list(legs)} | fields)


LONG = leg("BUY", "C", 230, bid=Decimal("4.10"), ask=Decimal("4.20"))
SHORT = leg("SELL", "C", 240, bid=Decimal("1.50"), ask=Decimal("1.60"))
CONDOR = (
    leg("BUY", "P", 210),
    leg("SELL", "P", 220, bid=Decimal("2.40"), ask=Decimal("2.50")),
    leg("SELL", "C", 240, bid=Decimal("1.50"), ask=Decimal("1.60")),
    leg("BUY", "C", 250, bid=Decimal("0.60"), ask=Decimal("0.70")),
)


def test_whoever_buys_a_combo_pays_asks_and_gets_bids() -> None:
    bid, middle, ask = strategy("vertical", LONG, SHORT).net
    assert (bid, middle, ask) == (Decimal("2.50"), Decimal("2.60"), Decimal("2.70"))


def test_a_credit_is_a_price_below_zero() -> None:
    condor = strategy("iron-condor", *CONDOR)
    assert condor.net == (Decimal("-2.50"), Decimal("-2.30"), Decimal("-2.10"))
    assert condor.order()["lmtPrice"] == -2.3


def test_selling_a_combo_has_the_same_prices_and_legs() -> None:
    bought, sold = (strategy("vertical", LONG, SHORT, action=a) for a in ("BUY", "SELL"))
    assert bought.net == sold.net
    assert bought.contract() == sold.contract()
    assert (bought.order()["action"], sold.order()["action"]) == ("BUY", "SELL")


@given(
    st.lists(
        st.tuples(st.sampled_from(["BUY", "SELL"]), st.integers(1, 5), st.integers(0, 500)),
        min_size=2,
        max_size=8,
    )
)
def test_the_net_price_is_the_sum_over_the_legs(parts: list[tuple[str, int, int]]) -> None:
    legs = [
        leg(action, "C", 100 + number, ratio=ratio, bid=Decimal(cents) / 100)
        | {"ask": Decimal(cents + 10) / 100}
        for number, (action, ratio, cents) in enumerate(parts)
    ]
    bid, middle, ask = strategy("custom", *legs).net
    assert bid is not None and middle is not None and ask is not None
    sign = {"BUY": 1, "SELL": -1}
    middles = [sign[a] * ratio * (Decimal(cents) + 5) / 100 for a, ratio, cents in parts]
    assert middle == sum(middles)
    assert ask - bid == sum(Decimal(ratio) for _, ratio, _ in parts) / 10


@pytest.mark.parametrize("missing", ["bid", "ask"])
def test_a_missing_price_is_unknown_and_never_zero(missing: str) -> None:
    one = strategy("vertical", LONG | {missing: None}, SHORT)
    bid, middle, ask = one.net
    assert (bid is None, ask is None) == (missing == "bid", missing == "ask")
    assert middle is None and one.limit is None
    assert one.order()["lmtPrice"] is None


def test_the_limit_is_a_price_in_cents() -> None:
    odd = strategy("vertical", LONG | {"ask": Decimal("4.23")}, SHORT)
    assert odd.net[1] == Decimal("2.615")
    assert odd.limit == Decimal("2.62")
    even = strategy("straddle", leg("BUY", "C", 230), leg("BUY", "P", 230))
    assert even.limit == Decimal("2.10")


def test_the_contract_and_the_order_are_ones_that_an_order_takes() -> None:
    condor = strategy("iron-condor", *CONDOR, quantity=3)
    contract = parse_contract(condor.contract())
    validate_contract_for_order(contract)
    assert [(one.con_id, one.action) for one in contract.combo_legs] == [
        (each["conId"], each["action"]) for each in CONDOR
    ]
    order = validate_order_params(condor.order(), is_combo=True)
    assert order.total_quantity == 3
    assert order.tif == "DAY"


CALENDAR = (leg("SELL", "C", 230), leg("BUY", "C", 230, expiry="20270115"))
RIGHT_ONES = {
    "vertical": (LONG, SHORT),
    "calendar": CALENDAR,
    "straddle": (leg("SELL", "C", 230), leg("SELL", "P", 230)),
    "iron-condor": CONDOR,
    "custom": (LONG, leg("SELL", "C", 240, ratio=2)),
}
WRONG_ONES = [
    ("vertical", (LONG, leg("SELL", "P", 240))),
    ("vertical", (LONG, leg("SELL", "C", 240, ratio=2))),
    ("vertical", CALENDAR),
    ("calendar", (LONG, SHORT)),
    ("straddle", (leg("BUY", "C", 230), leg("SELL", "P", 230))),
    ("straddle", (leg("BUY", "C", 230), leg("BUY", "P", 235))),
    ("iron-condor", CONDOR[:3]),
    ("iron-condor", (*CONDOR[:3], leg("BUY", "C", 230))),
    ("iron-condor", (CONDOR[0], CONDOR[1], leg("BUY", "C", 240), leg("SELL", "C", 250))),
    ("custom", (LONG, LONG)),
    ("custom", (LONG, SHORT | {"multiplier": "10"})),
]


@pytest.mark.parametrize("kind", RIGHT_ONES)
def test_each_kind_takes_its_legs_in_any_order(kind: str) -> None:
    legs = RIGHT_ONES[kind]
    assert strategy(kind, *legs).kind == strategy(kind, *reversed(legs)).kind == kind


@pytest.mark.parametrize(("kind", "legs"), WRONG_ONES)
def test_legs_of_another_kind_are_refused(kind: str, legs: tuple[dict[str, Any], ...]) -> None:
    with pytest.raises(Refused) as caught:
        strategy(kind, *legs)
    assert [field.pointer for field in caught.value.fields] == ["/legs"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"strike": 0}, "/legs/0/strike"),
        ({"bid": -1}, "/legs/0/bid"),
        ({"right": "CALL"}, "/legs/0/right"),
        ({"conId": "1"}, "/legs/0/conId"),
        ({"multiplier": "0"}, "/legs/0/multiplier"),
        ({"expiry": 20261218}, "/legs/0/expiry"),
        ({"delta": 0.5}, "/legs/0/delta"),
    ],
)
def test_a_wrong_field_of_a_leg_is_named(change: dict[str, Any], pointer: str) -> None:
    with pytest.raises(Refused) as caught:
        strategy("vertical", LONG | change, SHORT)
    assert [field.pointer for field in caught.value.fields] == [pointer]


@pytest.mark.parametrize("body", [None, [], "vertical", {}])
def test_what_is_no_strategy_is_refused(body: object) -> None:
    with pytest.raises(Refused):
        parse_strategy(body)


def test_time_runs_to_the_close_in_new_york() -> None:
    assert years_to(date(2026, 12, 18), datetime(2026, 12, 17, 21, tzinfo=UTC)) == 1 / 365
    assert years_to(date(2026, 12, 18), datetime(2026, 12, 19, tzinfo=UTC)) == 0
