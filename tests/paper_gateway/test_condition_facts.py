"""Whether conditions hold, and when to look again."""

import pytest
from ib_async import MarketOrder

from paper_gateway.condition_facts import LOOK_SECONDS, Facts, unknown_contract
from paper_gateway.conditions import Condition, Kind
from paper_gateway.settings import Settings
from tests.paper_gateway.wire_client import AAPL, NOON, Desk

ACCOUNT = "DU1234567"


def price(level: float, is_more: bool = True, is_and: bool = True) -> Condition:
    return Condition(Kind.PRICE, is_and, is_more, level, AAPL, "SMART")


def facts(desk: Desk) -> Facts:
    return Facts(desk.hub.accounts, desk.hub.book, desk.clock)


def holds(*conditions: Condition) -> bool:
    return facts(Desk()).are_met(conditions, NOON, ACCOUNT)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (price(100.0), True),
        (price(100.01), False),
        (price(100.0, is_more=False), True),
        (price(99.99, is_more=False), False),
        (Condition(Kind.TIME, True, True, NOON), True),
        (Condition(Kind.TIME, True, True, NOON + 1), False),
        (Condition(Kind.TIME, True, False, NOON - 1), False),
        (Condition(Kind.MARGIN, True, True, 100.0), True),
        (Condition(Kind.MARGIN, True, False, 30.0), False),
        (Condition(Kind.VOLUME, True, True, 5000, AAPL), True),
        (Condition(Kind.VOLUME, True, True, 5001, AAPL), False),
        (Condition(Kind.CHANGE, True, True, 2.5, AAPL), True),
        (Condition(Kind.CHANGE, True, True, 2.6, AAPL), False),
        (Condition(Kind.EXECUTION, True, sec_type="STK", symbol="AAPL"), False),
    ],
)
def test_a_condition_holds_or_does_not(condition: Condition, expected: bool) -> None:
    assert holds(condition) is expected


def test_conjunctions_are_applied_from_left_to_right() -> None:
    true, false = 50.0, 500.0
    assert holds(price(true, is_and=False), price(false))
    assert not holds(price(true, is_and=True), price(false))
    assert holds(price(false, is_and=True), price(true, is_and=False), price(true))
    assert not holds(price(true, is_and=False), price(true, is_and=True), price(false))


def test_the_next_look_is_at_the_first_that_may_begin_to_hold() -> None:
    desk = Desk()
    desk.move(101.0, after=300)
    later = Condition(Kind.TIME, True, True, NOON + 600)
    assert facts(desk).next_look((price(101.0), later), NOON, ACCOUNT) == NOON + 300
    assert facts(desk).next_look((price(50.0), later), NOON, ACCOUNT) == NOON + 600
    volume = Condition(Kind.VOLUME, True, True, 9000, AAPL)
    assert facts(desk).next_look((volume, later), NOON, ACCOUNT) == NOON + LOOK_SECONDS


def test_a_price_that_does_not_come_is_looked_for_again_the_next_day() -> None:
    assert facts(Desk()).next_look((price(200.0),), NOON, ACCOUNT) == NOON + 86_400


def test_margin_and_executions_are_those_of_the_orders_account() -> None:
    desk = Desk(Settings(latency_seconds=0.0, accounts=2))
    desk.connect().place(1, MarketOrder("BUY", 10_000, account=ACCOUNT))
    desk.wait(1.0)
    margin = Condition(Kind.MARGIN, True, False, 80.0)
    execution = Condition(Kind.EXECUTION, True, sec_type="STK", symbol="AAPL")
    for condition in (margin, execution):
        assert facts(desk).are_met((condition,), NOON, ACCOUNT)
        assert not facts(desk).are_met((condition,), NOON, "DU1234568")


def test_a_contract_that_is_not_known_is_named() -> None:
    catalogue = Desk().hub.catalogue
    known, unknown = price(1.0), Condition(Kind.VOLUME, True, True, 1.0, 5)
    assert unknown_contract((known,), catalogue) is None
    assert unknown_contract((known, unknown), catalogue) == 5
