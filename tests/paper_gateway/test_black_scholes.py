"""Option values, greeks and implied volatility, against textbook figures and each other."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paper_gateway.black_scholes import RATE, Terms, greeks, implied_volatility, smile, value

CALL = Terms(strike=100.0, is_call=True, years=1.0)
PUT = Terms(strike=100.0, is_call=False, years=1.0, is_american=False)

unders = st.floats(20.0, 500.0)
strikes = st.floats(20.0, 500.0)
volatilities = st.floats(0.05, 1.5)
terms_of_calls = st.builds(
    Terms,
    strike=strikes,
    is_call=st.just(True),
    years=st.floats(0.001, 3.0),
    carry=st.floats(-0.02, 0.06),
    is_american=st.just(False),
)


def opposite(terms: Terms) -> Terms:
    return Terms(terms.strike, not terms.is_call, terms.years, terms.carry, terms.is_american)


def test_values_agree_with_the_formula_worked_by_hand() -> None:
    # d1 = (0.04 + 0.02) / 0.2 = 0.3, d2 = 0.1; N(0.3) = 0.6179114, N(0.1) = 0.5398278
    assert value(CALL, 100.0, 0.2) == pytest.approx(61.79114 - 96.078944 * 0.5398278, abs=1e-4)
    assert value(PUT, 100.0, 0.2) == pytest.approx(96.078944 * 0.4601722 - 38.20886, abs=1e-4)


@given(terms_of_calls, unders, volatilities)
def test_calls_and_puts_keep_put_call_parity(terms: Terms, under: float, volatility: float) -> None:
    difference = value(terms, under, volatility) - value(opposite(terms), under, volatility)
    parity = terms.discount * (terms.forward(under) - terms.strike)
    assert difference == pytest.approx(parity, abs=1e-6)


@given(terms_of_calls, unders, volatilities)
def test_the_greeks_are_the_slopes_of_the_value(
    terms: Terms, under: float, volatility: float
) -> None:
    found = greeks(terms, under, volatility)
    assert found is not None
    step = 1e-4 * under
    above, below = (value(terms, under + each, volatility) for each in (step, -step))
    assert found.delta == pytest.approx((above - below) / (2 * step), abs=2e-3)
    above, below = (value(terms, under, volatility + each) for each in (1e-5, -1e-5))
    assert found.vega == pytest.approx((above - below) / 2e-5 / 100, abs=1e-3)
    assert found.gamma >= 0


@pytest.mark.parametrize("terms", [CALL, PUT])
def test_theta_is_what_a_day_costs(terms: Terms) -> None:
    found = greeks(terms, 100.0, 0.3)
    assert found is not None
    later = Terms(terms.strike, terms.is_call, 1.0 - 1 / 365, RATE, is_american=False)
    assert found.theta == pytest.approx(value(later, 100.0, 0.3) - value(terms, 100.0, 0.3), 0.01)


@given(terms_of_calls, unders, volatilities, st.booleans())
def test_the_implied_volatility_gives_the_price_back(
    terms: Terms, under: float, volatility: float, is_call: bool
) -> None:
    chosen = terms if is_call else opposite(terms)
    price = value(chosen, under, volatility)
    found = implied_volatility(chosen, under, price)
    if found is not None:
        assert value(chosen, under, found) == pytest.approx(price, abs=1e-6)


@pytest.mark.parametrize("price", [0.0, -1.0, 101.0])
def test_a_price_that_no_volatility_explains_has_none(price: float) -> None:
    assert implied_volatility(CALL, 100.0, price) is None


def test_at_the_expiration_an_option_is_worth_its_exercise() -> None:
    over = Terms(strike=100.0, is_call=False, years=0.0)
    assert (value(over, 90.0, 0.3), value(over, 110.0, 0.3)) == (10.0, 0.0)
    assert greeks(over, 90.0, 0.3) is None
    assert implied_volatility(over, 90.0, 10.0) is None


def test_an_american_put_never_falls_below_its_exercise() -> None:
    american = Terms(strike=100.0, is_call=False, years=1.0)
    assert value(american, 40.0, 0.2) == 60.0
    assert value(PUT, 40.0, 0.2) == pytest.approx(100 * math.exp(-RATE) - 40.0, abs=1e-3)


@given(st.floats(0.1, 0.9), st.floats(0.003, 2.5))
def test_the_smile_leaves_no_free_money_between_strikes(volatility: float, years: float) -> None:
    values = []
    for strike in range(50, 200, 5):
        terms = Terms(strike, True, years, is_american=False)
        values.append(value(terms, 100.0, smile(volatility, terms, 100.0)))
    falls = [before - after for before, after in zip(values, values[1:], strict=False)]
    assert all(-1e-9 <= fall <= 5 + 1e-9 for fall in falls)


def test_the_smile_is_higher_for_low_strikes_than_for_high_ones() -> None:
    low, middle, high = (smile(0.3, Terms(strike, True, 0.1), 100.0) for strike in (80, 100, 120))
    assert low > high
    assert middle == 0.3
