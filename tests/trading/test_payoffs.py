"""Payoffs against a brute-force sum over the legs."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.payoffs import Holding, Payoff, payoff_of

YEARS = 0.1
legs = st.builds(
    Holding,
    right=st.sampled_from("CP"),
    strike=st.integers(50, 150).map(float),
    size=st.integers(-3, 3).filter(bool).map(lambda n: n * 100.0),
    years=st.just(YEARS),
    volatility=st.just(0.3),
)
positions = st.lists(legs, min_size=1, max_size=6)
costs = st.integers(-2000, 2000).map(float)


def brute(holdings: list[Holding], cost: float, price: float) -> float:
    total = -cost
    for one in holdings:
        paid = price - one.strike if one.right == "C" else one.strike - price
        total += one.size * max(0.0, paid)
    return total


def known(holdings: list[Holding], cost: float, price: float | None = 100.0) -> Payoff:
    payoff = payoff_of(holdings, cost, price)
    assert payoff is not None
    return payoff


@given(positions, costs)
def test_every_point_is_the_sum_over_the_legs(holdings: list[Holding], cost: float) -> None:
    for price, at_expiry, _ in known(holdings, cost).points:
        assert at_expiry == pytest.approx(brute(holdings, cost, price), abs=1e-6)


@given(positions, costs)
def test_nothing_is_gained_or_lost_at_a_break_even(holdings: list[Holding], cost: float) -> None:
    for price in known(holdings, cost).break_evens:
        assert price >= 0
        # Rounded to six decimals, times at most 1800 shares.
        assert brute(holdings, cost, price) == pytest.approx(0, abs=1e-2)


@given(positions, costs)
def test_between_break_evens_the_sign_does_not_change(holdings: list[Holding], cost: float) -> None:
    zeros = [0.0, *sorted(known(holdings, cost).break_evens), 1e4]
    for left, right in pairwise(zeros):
        step = (right - left) / 40
        inner = [brute(holdings, cost, left + step * n) for n in range(1, 40)]
        assert not (min(inner) < -1 and max(inner) > 1)


@given(positions, costs)
def test_the_extremes_are_those_of_a_search(holdings: list[Holding], cost: float) -> None:
    payoff = known(holdings, cost)
    searched = [brute(holdings, cost, price) for price in range(1001)]
    slope = sum(one.size for one in holdings if one.right == "C")
    if slope > 0:
        assert payoff.best.amount is None
    else:
        assert payoff.best.amount == pytest.approx(max(searched))
    if slope < 0:
        assert payoff.worst.amount is None
    else:
        assert payoff.worst.amount == pytest.approx(min(searched))


@given(positions, costs)
def test_an_extreme_is_reached_where_it_says(holdings: list[Holding], cost: float) -> None:
    payoff = known(holdings, cost)
    for extreme in (payoff.best, payoff.worst):
        if extreme.amount is not None:
            start, end = extreme.place
            for price in (start, end if end is not None else start + 1000):
                gained = brute(holdings, cost, price)
                assert gained == pytest.approx(extreme.amount, abs=1e-6)


@given(positions)
def test_sold_is_bought_turned_round(holdings: list[Holding]) -> None:
    turned = [Holding(h.right, h.strike, -h.size, h.years, h.volatility) for h in holdings]
    one, other = known(holdings, 100.0), known(turned, -100.0)
    assert [p[1] for p in one.points] == pytest.approx([-p[1] for p in other.points])
    assert one.best.amount is None or other.worst.amount == pytest.approx(-one.best.amount)


def test_a_calendar_is_worth_most_at_its_strike() -> None:
    near = Holding("C", 100.0, -100.0, 0.05, 0.3)
    far = Holding("C", 100.0, 100.0, 0.15, 0.3)
    payoff = known([near, far], 160.0)
    assert payoff.best.amount is not None and payoff.best.amount > 100
    assert payoff.best.place[0] == pytest.approx(100, abs=1)
    assert payoff.worst.amount == pytest.approx(-160, abs=0.1)  # never more than it cost
    low, high = payoff.break_evens
    assert low < 100 < high


def test_a_calendar_without_the_later_volatility_is_not_known() -> None:
    near = Holding("C", 100.0, -100.0, 0.05, 0.3)
    assert payoff_of([near, Holding("C", 100.0, 100.0, 0.15)], 160.0, 100.0) is None


def test_without_a_volatility_now_is_not_known_but_the_expiry_is() -> None:
    payoff = known([Holding("C", 100.0, 100.0, 0.1)], 200.0)
    assert {now for _, _, now in payoff.points} == {None}
    assert payoff.break_evens == [102.0]


def test_the_strikes_and_the_price_are_among_the_points() -> None:
    holdings = [Holding("C", 93.0, 100.0, 0.1, 0.2), Holding("C", 107.0, -100.0, 0.1, 0.2)]
    shown = {price for price, _, _ in known(holdings, 500.0, 101.37).points}
    assert {93.0, 107.0, 101.37, 98.0} <= shown
    assert min(known(holdings, 500.0, None).points)[0] >= 0
