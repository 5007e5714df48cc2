from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import config
from tests.trading.facts_for_tests import a_cash_order, a_combo, a_limit_order, activity, facts
from tests.trading.orders_for_tests import PATIENT, a_request
from trading.orders import OrderRequest
from trading.refusals import Halted, LimitExceeded, TradingError
from trading.risk import (
    CHECKS,
    NO_FACTS,
    Activity,
    Limits,
    OrderFacts,
    RiskGate,
    adds_risk,
)

QUIET = activity()
FACTS = facts()
# Of each limit: its value, and an order that it forbids (what differs from a limit order of 100
# at 228.10 that nothing forbids).
FORBIDDEN: dict[str, tuple[Any, dict[str, Any]]] = {
    "read_only": (True, {}),
    "allowed_symbols": (frozenset({"MSFT"}), {}),
    "denied_symbols": (frozenset({"AAPL"}), {}),
    "max_orders_per_minute": (5, {"activity": activity(orders_last_minute=5)}),
    "max_open_orders": (3, {"activity": activity(open_orders=3)}),
    "max_daily_loss": (Decimal(500), {"facts": facts(daily_pnl=-500)}),
    "max_order_quantity": (Decimal(99), {}),
    "max_order_notional": (Decimal(22809), {}),
    "max_equity_percent": (Decimal("2.28"), {}),
    "price_collar_percent": (Decimal(5), {"request": a_limit_order(240)}),
}
ALL_LIMITS = Limits(
    read_only=False,
    allowed_symbols=frozenset({"AAPL"}),
    denied_symbols=frozenset({"GME"}),
    max_orders_per_minute=1,
    max_open_orders=1,
    max_daily_loss=Decimal(1000),
    max_order_quantity=Decimal(100),
    max_order_notional=Decimal(22810),
    max_equity_percent=Decimal("2.281"),
    price_collar_percent=Decimal(1),
)


def limits(name: str, limit: Any) -> Limits:
    """This limit alone."""
    return replace(Limits(), **{name: limit})


def check(
    limits: Limits,
    request: OrderRequest | None = None,
    facts: OrderFacts = FACTS,
    activity: Activity = QUIET,
    is_frozen: bool = False,
) -> TradingError | None:
    """What the gate says about a limit order for 100 AAPL at 228.10, or another one."""
    try:
        RiskGate(limits).check(request or a_limit_order(), facts, activity, is_frozen=is_frozen)
    except TradingError as error:
        return error
    return None


def sentence(limits: Limits, **order: Any) -> str:
    error = check(limits, **order)
    assert error is not None
    return error.sentence


def test_the_table_of_checks_holds_every_limit_and_no_other() -> None:
    assert set(CHECKS) == {field.name for field in fields(Limits)} == set(FORBIDDEN)


def test_every_limit_is_a_setting() -> None:
    names = {field.name for field in fields(config.Settings)}
    assert {field.name for field in fields(Limits)} <= names


def test_the_settings_defaults_are_no_limits() -> None:
    settings = config.load({}, Path("none.env"))
    values = {field.name: getattr(settings, field.name) for field in fields(Limits)}
    assert Limits(**values) == Limits()


@pytest.mark.parametrize("name", FORBIDDEN)
def test_each_limit_forbids_its_order(name: str) -> None:
    limit, order = FORBIDDEN[name]
    error = check(limits(name, limit), **order)
    assert error is not None
    assert error.sent == "no"
    assert error.code == ("read_only" if name == "read_only" else f"risk_{name}")
    assert isinstance(error, Halted if name == "read_only" else LimitExceeded)
    assert name.upper() in error.sentence


@pytest.mark.parametrize("name", FORBIDDEN)
def test_without_its_limit_the_order_passes(name: str) -> None:
    assert check(Limits(), **FORBIDDEN[name][1]) is None


@pytest.mark.parametrize("name", FORBIDDEN)
def test_no_limit_holds_back_an_exit(name: str) -> None:
    limit, order = FORBIDDEN[name]
    long = replace(order.get("facts", FACTS), position=Decimal(100))
    request = a_limit_order(order["request"].order.lmt_price if "request" in order else 228.1)
    sell = replace(request, order=request.order.model_copy(update={"action": "SELL"}))
    exit_ = order | {"facts": long, "request": sell}
    assert check(limits(name, limit), **exit_, is_frozen=True) is None


def test_an_order_at_every_boundary_passes() -> None:
    at_the_edge = facts(daily_pnl="-999.99", bid="228.1", ask="228.1")
    assert check(ALL_LIMITS, facts=at_the_edge) is None


@pytest.mark.parametrize(
    "name", ["max_order_quantity", "max_order_notional", "max_equity_percent", "max_daily_loss"]
)
def test_a_limit_of_zero_lets_nothing_pass(name: str) -> None:
    assert check(limits(name, Decimal(0))) is not None


# Facts that are not known.


@pytest.mark.parametrize(
    ("name", "gap", "words"),
    [
        ("max_daily_loss", {"daily_pnl": None}, "today's profit and loss is not known"),
        ("max_order_notional", {"multiplier": None}, "the contract's multiplier is not known"),
        ("max_equity_percent", {"net_liquidation": None}, "the net liquidation value is not"),
        ("max_equity_percent", {"multiplier": None}, "the contract's multiplier is not known"),
        ("price_collar_percent", {"quote_age": None}, "there is no quote of the last 5 seconds"),
        ("price_collar_percent", {"quote_age": 5.01}, "there is no quote of the last 5 seconds"),
        ("price_collar_percent", {"quote_age": -1.0}, "there is no quote of the last 5 seconds"),
        ("price_collar_percent", {"quote_age": float("nan")}, "there is no quote of the last 5"),
        ("price_collar_percent", {"bid": None, "last": None}, "the price of the market is not"),
        ("price_collar_percent", {"bid": -1, "ask": 1}, "a price that is not positive"),
    ],
)
def test_a_limit_whose_fact_is_not_known_refuses(
    name: str, gap: dict[str, Any], words: str
) -> None:
    told = sentence(limits(name, Decimal(10**9)), facts=facts(**gap))
    assert told.startswith(f"{name.upper()} cannot be checked: ")
    assert words in told


def test_without_the_notional_of_open_orders_their_share_is_not_known() -> None:
    busy = activity(open_notional=None)
    told = sentence(Limits(max_equity_percent=Decimal(100)), activity=busy)
    assert "the notional of the open orders is not known" in told


@pytest.mark.parametrize("name", sorted(set(FORBIDDEN) - {"read_only"}))
def test_an_order_about_which_nothing_is_known_passes_only_limits_that_need_no_fact(
    name: str,
) -> None:
    generous = {"allowed_symbols": frozenset({"AAPL"}), "denied_symbols": frozenset({"GME"})}
    limit = generous.get(name, 10**9)
    free = {"allowed_symbols", "denied_symbols", "max_orders_per_minute", "max_open_orders"}
    market_order = a_request()
    error = check(limits(name, limit), market_order, NO_FACTS)
    assert (error is None) == (name in free | {"max_order_quantity"})


def test_a_quote_of_five_seconds_is_fresh_enough() -> None:
    assert check(Limits(price_collar_percent=Decimal(1)), facts=facts(quote_age=5)) is None


# Exits, the freeze and the read-only desk.


@pytest.mark.parametrize(
    ("action", "quantity", "position", "reducing", "is_exit"),
    [
        ("SELL", 100, 100, 0, True),
        ("SELL", 101, 100, 0, False),
        ("SELL", 60, 100, 40, True),
        ("SELL", 60, 100, 41, False),
        ("BUY", 100, -100, 0, True),
        ("BUY", 101, -100, 0, False),
        ("BUY", 100, 100, 0, False),
        ("SELL", 100, -100, 0, False),
        ("SELL", 100, 0, 0, False),
        ("SELL", 100, None, 0, False),
        ("SSHORT", 100, 100, 0, False),
    ],
)
def test_an_exit_reduces_what_no_other_order_reduces(
    action: str, quantity: int, position: int | None, reducing: int, is_exit: bool
) -> None:
    request = a_request(action=action, totalQuantity=quantity)
    known, busy = facts(position=position), activity(reducing=reducing)
    assert RiskGate(Limits()).is_exit(request, known, busy) is is_exit
    assert (check(Limits(read_only=True), request, known, busy) is None) is is_exit


@PATIENT
@given(st.integers(-300, 300), st.integers(1, 300), st.integers(0, 300), st.booleans())
def test_an_exit_never_leaves_a_position_on_the_other_side(
    position: int, quantity: int, reducing: int, is_buy: bool
) -> None:
    request = a_request(action="BUY" if is_buy else "SELL", totalQuantity=quantity)
    gate, busy = RiskGate(Limits()), activity(reducing=reducing)
    if gate.is_exit(request, facts(position=position), busy):
        sign = 1 if is_buy else -1
        assert abs(position + sign * (quantity + reducing)) <= abs(position)
        assert (position + sign * (quantity + reducing)) * position >= 0


def test_an_order_with_attached_orders_is_no_exit() -> None:
    """Its legs would open again what it closes."""
    bracket = replace(a_request(action="SELL"), legs=(a_request(action="BUY"),))
    assert not RiskGate(Limits()).is_exit(bracket, facts(position=100), QUIET)


def test_an_order_of_cash_is_no_exit() -> None:
    request = a_cash_order(100, "SELL")
    assert not RiskGate(Limits()).is_exit(request, facts(position=100), QUIET)


def test_a_freeze_refuses_new_risk_and_says_how_to_go_on() -> None:
    error = check(Limits(), is_frozen=True)
    assert isinstance(error, Halted)
    assert (error.code, error.sent) == ("trading_halted", "no")
    assert error.sentence.endswith("End the freeze to place this order")


def test_whoever_wants_to_close_an_unknown_position_is_told_so() -> None:
    told = sentence(Limits(), facts=facts(position=None), is_frozen=True)
    assert told.endswith("The position is not known, so this order counts as new risk")


def test_a_limit_too_tells_that_the_position_is_not_known() -> None:
    told = sentence(Limits(read_only=True), facts=facts(position=None))
    assert told.endswith("The position is not known, so this order counts as new risk")


def test_whoever_closes_what_open_orders_already_close_is_told_so() -> None:
    request, known = a_request(action="SELL"), facts(position=100)
    busy = activity(reducing=100)
    told = sentence(Limits(), request=request, facts=known, activity=busy, is_frozen=True)
    assert "Open orders already close 100 of the position: cancel them first" in told


def test_a_read_only_desk_says_what_still_passes() -> None:
    told = sentence(Limits(read_only=True))
    assert "cancels and orders that reduce a position pass" in told


# Which facts are wanted.


@pytest.mark.parametrize(
    ("limits", "request_", "is_frozen", "wanted"),
    [
        (Limits(), a_request(), False, False),
        (Limits(), a_request(), True, True),
        (Limits(), a_limit_order(), False, True),
        (Limits(), replace(a_request(), legs=(a_limit_order(),)), False, True),
        (Limits(max_open_orders=1), a_request(), False, True),
        (Limits(max_order_quantity=Decimal(0)), a_request(), False, True),
    ],
)
def test_facts_are_wanted_for_prices_limits_and_a_freeze(
    limits: Limits, request_: OrderRequest, is_frozen: bool, wanted: bool
) -> None:
    assert RiskGate(limits).needs(request_, is_frozen) is wanted


@pytest.mark.parametrize(
    ("limits", "request_", "wanted"),
    [
        (Limits(), a_limit_order(), False),
        (Limits(max_order_quantity=Decimal(1)), a_request(), False),
        (Limits(max_order_quantity=Decimal(1)), a_cash_order(), True),
        (Limits(max_order_notional=Decimal(1)), a_request(), True),
        (Limits(max_equity_percent=Decimal(1)), a_request(), True),
        (Limits(price_collar_percent=Decimal(1)), a_request(), True),
    ],
)
def test_a_quote_is_wanted_only_by_limits_that_compare_with_it(
    limits: Limits, request_: OrderRequest, wanted: bool
) -> None:
    assert RiskGate(limits).needs_quote(request_) is wanted


# A changed order.


@pytest.mark.parametrize(
    ("changed", "is_more"),
    [
        ({"quantity": 50}, False),
        ({}, False),
        ({"quantity": 101}, True),
        ({"price": 1}, True),
        ({"quantity": 50, "tif": "GTC"}, True),
    ],
)
def test_only_a_smaller_size_alone_adds_no_risk(changed: dict[str, Any], is_more: bool) -> None:
    before = a_limit_order()
    after = a_limit_order(**changed)
    assert adds_risk(before.order, after.order) is is_more


# Symbols.


@pytest.mark.parametrize("symbol", ["AAPL", "aapl"])
def test_a_denied_symbol_is_denied_however_it_is_written(symbol: str) -> None:
    request = a_request(contract={"symbol": symbol})
    limits = Limits(denied_symbols=frozenset({"AAPL"}))
    error = check(limits, request, facts(symbol=None))
    assert error is not None
    assert error.sentence.startswith("AAPL is among DENIED_SYMBOLS")


def test_what_is_in_both_lists_is_denied() -> None:
    both = frozenset({"AAPL"})
    error = check(Limits(allowed_symbols=both, denied_symbols=both))
    assert error is not None
    assert error.code == "risk_denied_symbols"


@pytest.mark.parametrize("other", [{"conId": 272093}, {"localSymbol": "MSFT"}])
def test_a_contract_that_another_field_names_is_known_by_tws_word_alone(
    other: dict[str, object],
) -> None:
    """Whoever writes an allowed symbol beside a foreign conId must not pass."""
    request = a_request(contract={"symbol": "AAPL"} | other)
    limits = Limits(allowed_symbols=frozenset({"AAPL"}))
    assert "symbol is not known" in sentence(limits, request=request, facts=facts(symbol=None))
    told = sentence(limits, request=request, facts=facts(symbol="MSFT"))
    assert told.startswith("MSFT is not among ALLOWED_SYMBOLS (AAPL)")
    assert check(limits, request, facts(symbol="AAPL")) is None


def test_a_combination_without_a_symbol_of_tws_is_not_known() -> None:
    request = a_combo()
    limits = Limits(allowed_symbols=frozenset({"AAPL"}))
    assert "symbol is not known" in sentence(limits, request=request, facts=facts(symbol=None))
