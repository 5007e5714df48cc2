"""A strategy in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.trading.test_strategies import CALENDAR, CONDOR, LONG, SHORT, leg, strategy
from trading.strategies import Strategy
from trading.strategy_words import money, name_of, words_of
from web.strategies import answer

NOW = datetime(2026, 11, 30, tzinfo=UTC)
PUTS = (leg("BUY", "P", 230), leg("SELL", "P", 240))


def said(one: Strategy) -> str:
    return str(answer(one, NOW)["words"])


@pytest.mark.parametrize(
    ("kind", "legs", "action", "name"),
    [
        ("vertical", (LONG, SHORT), "BUY", "Bull call spread"),
        ("vertical", (LONG, SHORT), "SELL", "Bear call spread"),
        ("vertical", PUTS, "BUY", "Bull put spread"),
        ("vertical", PUTS, "SELL", "Bear put spread"),
        ("calendar", CALENDAR, "BUY", "Long call calendar"),
        ("calendar", CALENDAR, "SELL", "Short call calendar"),
        ("straddle", (leg("BUY", "C", 9), leg("BUY", "P", 9)), "BUY", "Long straddle"),
        ("straddle", (leg("BUY", "C", 9), leg("BUY", "P", 9)), "SELL", "Short straddle"),
        ("iron-condor", CONDOR, "BUY", "Iron condor"),
        ("iron-condor", CONDOR, "SELL", "Reverse iron condor"),
        ("custom", (LONG, SHORT), "BUY", "Custom strategy of 2 legs"),
    ],
)
def test_traders_know_the_name(kind: str, legs: Any, action: str, name: str) -> None:
    assert name_of(strategy(kind, *legs, action=action)) == name


def test_a_debit_spread_is_told_with_what_it_pays_gains_and_loses() -> None:
    assert said(strategy("vertical", LONG, SHORT)) == (
        "Buys the 230 call, sells the 240 call of 18 Dec 2026: pays 260.00 USD; gains at most "
        "740.00 USD above 240; loses at most 260.00 USD below 230; breaks even at 232.60."
    )


def test_a_credit_is_received() -> None:
    assert said(strategy("vertical", LONG, SHORT, action="SELL")) == (
        "Sells the 230 call, buys the 240 call of 18 Dec 2026: receives 260.00 USD; gains at most "
        "260.00 USD below 230; loses at most 740.00 USD above 240; breaks even at 232.60."
    )


def test_what_is_unlimited_is_said() -> None:
    straddle = (leg("SELL", "C", 230), leg("SELL", "P", 230))
    words = said(strategy("straddle", *straddle))
    assert "gains at most 210.00 USD at 230; the loss is unlimited" in words
    bought = said(strategy("straddle", *straddle, action="SELL"))
    assert "the gain is unlimited; loses at most 210.00 USD at 230" in bought


def test_two_expiries_are_both_named_and_a_ratio_is_told() -> None:
    words = said(strategy("custom", LONG, leg("SELL", "C", 240, expiry="20270115", ratio=2)))
    assert words.startswith("Buys the 230 call of 18 Dec 2026, sells 2 of the 240 call of 15 Jan")


def test_what_is_not_known_is_said_to_be_unknown() -> None:
    one = strategy("vertical", LONG | {"ask": None}, SHORT)
    assert words_of(one, None).endswith(
        "its price is not known. Its payoff is not known: a price or a volatility is missing."
    )


def test_money_has_thousands_and_its_currency() -> None:
    assert money(1234.5, "EUR") == "1,234.50 EUR"
