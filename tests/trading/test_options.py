"""Which chain is meant: expiries, classes and strikes, chosen from what IB lists."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.contracts import parse_contract
from trading.options import (
    ChainQuestion,
    OptionClass,
    around,
    by_distance,
    choose_expiry,
    expiries_of,
    holes_between,
    parse_expiry,
    shown_strikes,
)
from trading.refusals import NotFound, Refused

TODAY = date(2026, 11, 30)
SPX = parse_contract({"symbol": "SPX", "secType": "IND", "exchange": "CBOE"})
MONTHLY = OptionClass("SMART", "SPX", "100", ("20261218", "20270115"), (90.0, 100.0, 110.0))
WEEKLY = OptionClass(
    "SMART", "SPXW", "100", ("20261127", "20261130", "20261201", "20261218"), (95.0, 100.0)
)
ELSEWHERE = OptionClass("CBOE", "SPX", "100", ("20261202",), (100.0,))
ALL = (WEEKLY, ELSEWHERE, MONTHLY)
prices = st.floats(0.5, 1000)
strike_lists = st.lists(st.integers(1, 400).map(lambda n: n / 2), min_size=1, unique=True)


def chosen(**question: str) -> tuple[str, str]:
    expiries = expiries_of(ALL, "SPX", TODAY)
    one = choose_expiry(expiries, ChainQuestion(SPX, **question), TODAY)  # type: ignore[arg-type]
    return one.expiry, one.of.trading_class


def test_expiries_are_those_to_come_at_smart_nearest_first() -> None:
    rows = [(one.expiry, one.days, one.of.trading_class) for one in expiries_of(ALL, "SPX", TODAY)]
    assert rows == [
        ("20261130", 0, "SPXW"),
        ("20261201", 1, "SPXW"),
        ("20261218", 18, "SPX"),  # named like the symbol: first of its day
        ("20261218", 18, "SPXW"),
        ("20270115", 46, "SPX"),
    ]


def test_without_smart_other_exchanges_count() -> None:
    assert [one.expiry for one in expiries_of([ELSEWHERE], "SPX", TODAY)] == ["20261202"]


def test_without_a_class_of_that_name_the_one_with_most_strikes_comes_first() -> None:
    small = OptionClass("SMART", "ONE", "100", ("20261218",), (1.0,))
    large = OptionClass("SMART", "TWO", "100", ("20261218",), (1.0, 2.0))
    first = expiries_of([small, large], "XYZ", TODAY)[0]
    assert first.of.trading_class == "TWO"


def test_the_usual_expiry_has_at_least_a_day_to_go() -> None:
    assert chosen() == ("20261201", "SPXW")
    assert chosen(trading_class="SPX") == ("20261218", "SPX")
    assert chosen(expiry="20261130") == ("20261130", "SPXW")
    assert chosen(expiry="20261218", trading_class="SPXW") == ("20261218", "SPXW")


def test_an_expiry_of_today_is_better_than_none() -> None:
    only = OptionClass("SMART", "SPX", "100", ("20261130",), (100.0,))
    expiries = expiries_of([only], "SPX", TODAY)
    assert choose_expiry(expiries, ChainQuestion(SPX), TODAY).days == 0


@pytest.mark.parametrize(
    ("question", "kind", "said"),
    [
        ({"expiry": "20261127"}, Refused, "The expiry 20261127 has passed"),
        ({"expiry": "20261219"}, NotFound, "expire on 20261219: try 20261218, 20261201"),
        ({"trading_class": "X"}, NotFound, "no options of class X: there is SPX, SPXW"),
    ],
)
def test_what_is_not_listed_is_said_with_what_is(
    question: dict[str, str], kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said):
        chosen(**question)


def test_nothing_listed_at_all_is_said() -> None:
    with pytest.raises(NotFound, match="IB lists no options on SPX"):
        choose_expiry([], ChainQuestion(SPX), TODAY)


@given(strike_lists, prices, st.integers(1, 60))
def test_so_many_neighbouring_strikes_hold_the_price_in_their_middle(
    strikes: list[float], price: float, count: int
) -> None:
    shown = around(strikes, price, count)
    rising = sorted(strikes)
    assert len(shown) == min(count, len(rising))
    first = rising.index(shown[0])
    assert shown == rising[first : first + len(shown)]
    assert min(rising, key=lambda strike: abs(strike - price)) in shown
    below = sum(strike < shown[0] for strike in rising)
    above = sum(strike > shown[-1] for strike in rising)
    lower, upper = price - shown[0], shown[-1] - price
    if below and above and len(shown) > 2:  # neither side is cut off
        assert lower > 0 or upper > 0


@given(strike_lists, prices)
def test_the_money_comes_first(strikes: list[float], price: float) -> None:
    distances = [abs(strike - price) for strike in by_distance(strikes, price)]
    assert distances == sorted(distances)


def test_without_a_price_the_middle_of_the_list_is_shown() -> None:
    assert around([1.0, 2.0, 3.0, 4.0, 5.0], None, 3) == [2.0, 3.0, 4.0]
    assert by_distance([1.0, 2.0, 3.0], None)[0] == 2.0


@given(strike_lists, st.data(), prices, st.integers(1, 30))
def test_holes_are_shown_among_the_strikes_and_never_crowd_them_out(
    listed: list[float], data: st.DataObject, price: float, count: int
) -> None:
    existing = data.draw(st.lists(st.sampled_from(listed), min_size=1, unique=True))
    rows = shown_strikes(listed, existing, price, count)
    there = around(existing, price, count)
    holes = [strike for strike in rows if strike not in existing]
    assert [strike for strike in rows if strike in existing] == there
    assert len(holes) <= count
    assert all(there[0] < hole < there[-1] for hole in holes)
    assert rows == sorted(rows)


def test_without_any_that_exists_the_listed_strikes_are_shown_as_holes() -> None:
    assert shown_strikes([1.0, 2.0, 3.0], [], 2.1, 2) == [2.0, 3.0]


def test_holes_are_the_listed_strikes_between_the_shown_ones() -> None:
    assert holes_between([1.0, 2.0, 3.0, 4.0, 9.0], [2.0, 4.0]) == [3.0]


@pytest.mark.parametrize("text", ["2026121", "20261301", "soon", "", "2026-12-18"])
def test_what_is_no_date_is_no_expiry(text: str) -> None:
    with pytest.raises(ValueError, match=".*"):
        parse_expiry(text)
