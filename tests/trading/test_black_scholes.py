"""Black and Scholes against known values and against what must hold for any option."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.black_scholes import intrinsic, value

money = st.floats(1, 1000)
years = st.floats(0.001, 3)
volatilities = st.floats(0.01, 2)


def test_a_known_value() -> None:
    # Without interest an at-the-money call is worth about 0.4 S sigma sqrt(T); exactly 7.9656.
    assert value("C", 100, 100, 1, 0.2) == pytest.approx(7.965567, abs=1e-6)


@given(money, money, years, volatilities)
def test_a_call_less_a_put_is_the_price_less_the_strike(
    price: float, strike: float, time: float, volatility: float
) -> None:
    call, put = (value(right, price, strike, time, volatility) for right in "CP")
    assert call - put == pytest.approx(price - strike, abs=1e-6)


@given(st.sampled_from("CP"), money, money, years, volatilities)
def test_an_option_is_never_worth_less_than_it_pays_now(
    right: str, price: float, strike: float, time: float, volatility: float
) -> None:
    assert value(right, price, strike, time, volatility) >= intrinsic(right, price, strike) - 1e-6


@given(st.sampled_from("CP"), money, money, years, volatilities)
def test_more_time_is_worth_more(
    right: str, price: float, strike: float, time: float, volatility: float
) -> None:
    sooner = value(right, price, strike, time, volatility)
    assert value(right, price, strike, time * 2, volatility) >= sooner - 1e-6


@pytest.mark.parametrize(("right", "paid"), [("C", 20.0), ("P", 0.0)])
@pytest.mark.parametrize(("time", "volatility"), [(0.0, 0.2), (-1.0, 0.2), (1.0, 0.0)])
def test_at_expiry_it_is_what_it_pays(
    right: str, paid: float, time: float, volatility: float
) -> None:
    assert value(right, 120, 100, time, volatility) == paid


def test_of_a_worthless_underlying_only_a_put_is_worth_something() -> None:
    assert (value("C", 0, 100, 1, 0.2), value("P", 0, 100, 1, 0.2)) == (0, 100)
