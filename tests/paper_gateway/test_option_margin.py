"""Options that cover one another need no more than they can lose."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paper_gateway.contracts import Catalogue, ContractDefinition, ContractQuery
from paper_gateway.option_margin import Option, needs

CATALOGUE = Catalogue.default()
CALL = next(CATALOGUE.find(ContractQuery(symbol="AAPL", sec_type="OPT", strike=230.0, right="C")))
ALONE = 2500.0
"""What one short option needs by itself."""


def contract(leg: str, under_con_id: int = 1) -> ContractDefinition:
    """`C100` or `P90 Feb`: without a month it is January's."""
    name, _, month = leg.partition(" ")
    return replace(
        CALL,
        con_id=hash((leg, under_con_id)),
        under_con_id=under_con_id,
        right=name[0],
        strike=float(name[1:]),
        last_trade_date={"": "20300118", "Feb": "20300215", "Mar": "20300315"}[month],
    )


def option(quantity: float, leg: str, under_con_id: int = 1) -> Option:
    return Option(contract(leg, under_con_id), quantity, ALONE * max(0.0, -quantity))


def need(*legs: tuple[float, str]) -> float:
    return sum(needs(option(*leg) for leg in legs).values())


@pytest.mark.parametrize(
    ("legs", "expected"),
    [
        ([(1, "C100"), (-1, "C105")], 0.0),  # a debit vertical has been paid for
        ([(-1, "C100"), (1, "C105")], 500.0),  # a credit vertical: the strikes' difference
        ([(3, "P100"), (-3, "P90")], 0.0),
        ([(-3, "P100"), (3, "P90")], 3000.0),
        ([(1, "P90"), (-1, "P95"), (-1, "C105"), (1, "C115")], 1000.0),  # the wider wing
        ([(1, "C95"), (-2, "C100"), (1, "C105")], 0.0),  # a butterfly
        ([(1, "C100"), (-1, "P100"), (-1, "C110"), (1, "P110")], 0.0),  # a box
        ([(-1, "C100"), (1, "C100 Feb")], 0.0),  # a calendar
        ([(-1, "C100"), (1, "C105 Feb")], 500.0),  # a diagonal
    ],
)
def test_a_limited_loss_is_all_that_is_needed(
    legs: list[tuple[float, str]], expected: float
) -> None:
    assert need(*legs) == pytest.approx(expected)


@pytest.mark.parametrize(
    "legs",
    [
        [(-1, "C100")],
        [(1, "P100"), (-1, "C100")],  # the other right covers nothing
        [(1, "C100"), (-1, "C105 Feb")],  # nor does what expires before
        [(1, "C500"), (-1, "C100")],  # nor what is so far away
    ],
)
def test_what_is_not_covered_needs_its_own_margin(legs: list[tuple[float, str]]) -> None:
    assert need(*legs) == ALONE


def test_more_shorts_than_longs_need_the_margin_of_those_that_are_more() -> None:
    assert need((1, "C100"), (-3, "C105")) == pytest.approx(2 * ALONE)


def test_a_naked_short_beside_a_spread_costs_the_spread_nothing() -> None:
    assert need((1, "C100"), (-1, "C105"), (-1, "P90")) == pytest.approx(ALONE)


def test_each_long_covers_once() -> None:
    later = [(-1.0, "C100"), (1.0, "C100 Feb")]
    assert need(*later, (-1, "C100 Feb")) == pytest.approx(ALONE)
    assert need(*later, (1, "C100 Mar"), (-1, "C110 Mar")) == 0.0


def test_options_on_another_underlying_cover_nothing() -> None:
    assert sum(needs([option(-1, "C105"), option(1, "C100", 2)]).values()) == ALONE


def test_the_shorts_share_what_their_group_needs() -> None:
    shorts = [option(-1, "P95"), option(-1, "C105")]
    found = needs([option(1, "P90"), *shorts, option(1, "C110")])
    assert [found[each.definition.con_id] for each in shorts] == pytest.approx([250.0, 250.0])


legs = st.tuples(
    st.integers(-5, 5).filter(bool),
    st.sampled_from([f"{right}{strike}" for right in "CP" for strike in (90, 95, 100, 110)]),
)


@given(st.lists(legs, unique_by=lambda leg: leg[1]))
def test_together_they_never_need_more_than_alone(chosen: list[tuple[float, str]]) -> None:
    alone = sum(option(*leg).alone for leg in chosen)
    assert 0.0 <= need(*chosen) <= alone + 1e-6
