"""May this order be taken: the way out is open, new risk is measured against all that is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from ib.admission import HIGHEST_ORDER_ID, Admission
from ib.late_fills import FRESH_SECONDS
from ib_session import IBSession
from tests.fakes import away
from tests.ib.admission_for_tests import LONG, Door, FakeMoments, FakeSaved, ask, sell
from tests.trading.facts_for_tests import facts
from tests.trading.orders_for_tests import (
    World,
)
from trading.orders import parse_order_request
from trading.policy import OrderPolicy
from trading.refusals import (
    AccountMismatch,
    Halted,
    NotConnected,
    Refused,
)
from trading.restart_window import RestartWindow
from trading.sizing import NO_FACTS


@pytest.fixture
def door() -> Door:
    return Door()


# What forbids even an exit


def test_without_a_connection_nothing_is_taken(door: Door) -> None:
    door.session.known = away(door.session.known, "TWS is not there")
    assert isinstance(door.refusal(sell(), LONG), NotConnected)
    assert isinstance(door.admission.why_not(), NotConnected)


@pytest.mark.failure("F75")
@pytest.mark.parametrize(("mode", "account"), [("paper", "U1234567"), ("live", "DU1234567")])
def test_the_other_kind_of_account_gets_no_order_and_no_exit(mode: str, account: str) -> None:
    door = Door(OrderPolicy(mode))
    door.session.known = replace(door.session.known, accounts=(account,))
    for request in (ask("in"), sell()):
        assert isinstance(door.refusal(request, LONG), AccountMismatch)


def test_before_tws_has_listed_its_orders_nothing_is_taken(door: Door) -> None:
    door.admission.is_current = False
    assert isinstance(door.refusal(sell(), LONG), NotConnected)


def test_order_ids_that_tws_cannot_count_are_refused(door: Door) -> None:
    door.session.next_valid_id = HIGHEST_ORDER_ID + 1
    error = door.refusal(sell(), LONG)
    assert isinstance(error, NotConnected)
    assert "reset" in (error.text or "")


def test_a_journal_that_failed_is_told_to_whoever_asks(door: Door) -> None:
    assert door.admission.journal_down() is None
    door.saved.failure = "The disk is full"
    error = door.admission.journal_down()
    assert (str(error), error and error.code) == ("The disk is full", "journal_unavailable")


# The freeze and the restart window


def test_an_admission_begins_frozen() -> None:
    """Until the journal has said otherwise: a switch that cannot be read stops new risk."""
    fresh = Admission(
        cast(IBSession, None), World().book, FakeSaved(), OrderPolicy(), FakeMoments()
    )
    assert fresh.is_frozen


@pytest.mark.failure("F73")
def test_a_freeze_stops_new_risk_and_no_exit(door: Door) -> None:
    door.admission.is_frozen = True
    assert isinstance(door.refusal(ask("in"), LONG), Halted)
    assert door.is_exit(sell())


def window(start: str, end: str) -> OrderPolicy:
    times = time.fromisoformat(start), time.fromisoformat(end)
    return OrderPolicy(restart_window=RestartWindow(*times, ZoneInfo("UTC")))


@pytest.mark.failure("F52")
@pytest.mark.parametrize(
    ("start", "is_refused"), [("14:32:02", True), ("14:32:03", False), ("14:20:00", True)]
)
def test_a_minute_before_the_restart_new_risk_is_refused(start: str, is_refused: bool) -> None:
    """The clock of these tests shows 14:31:02."""
    door = Door(window(start, "14:40:00"))
    error = door.refusal(ask("in"), LONG)
    assert (error is not None) is is_refused
    if error:
        assert (error.code, error.sent) == ("restart_window", "no")
    assert door.is_exit(sell())


def test_the_restart_window_also_holds_for_an_order_without_facts() -> None:
    door = Door(window("14:20:00", "14:40:00"))
    assert isinstance(door.refusal(ask("in")), Halted)


# What is an exit


def test_an_exit_never_closes_more_than_there_is(door: Door) -> None:
    assert door.is_exit(sell(quantity=100))
    assert not door.is_exit(sell(quantity=101))
    assert not door.is_exit(sell(), facts(position=-100))
    assert not door.is_exit(sell(), NO_FACTS)


def test_a_market_order_that_closes_already_leaves_nothing_to_close(door: Door) -> None:
    door.take(sell("one", 60), LONG)
    assert door.is_exit(sell("two", 40))
    assert not door.is_exit(sell("two", 41))


def test_an_order_that_rests_holds_nobody_in(door: Door) -> None:
    door.take(sell("stop", orderType="STP", auxPrice=1), LONG)
    door.moments.pass_by(FRESH_SECONDS + 1)
    assert door.is_exit(sell())


@pytest.mark.parametrize("price", [{"orderType": "LMT", "lmtPrice": 1}])
def test_a_limit_order_of_this_moment_may_close_at_once(door: Door, price: dict[str, Any]) -> None:
    """Ten of them in a second would turn the position around."""
    door.take(sell("one", **price), LONG)
    assert not door.is_exit(sell("two", **price))


def test_a_fill_that_the_position_does_not_show_yet_counts(door: Door) -> None:
    """Also one of a bracket's target, and of an order that has worked for days."""
    body: dict[str, Any] = {
        "contract": {"symbol": "AAPL"},
        "order": {"action": "BUY", "totalQuantity": 100, "orderType": "MKT"},
        "bracket": {"targets": [{"lmtPrice": 400}]},
    }
    entry = replace(parse_order_request(body, "in"), is_named=True)
    door.take(entry)
    target = door.world.book.get("in-t1")
    assert target is not None
    door.moments.pass_by(3600)
    door.fill(target)
    assert not door.is_exit(sell())
    door.moments.pass_by(FRESH_SECONDS + 1)
    assert door.is_exit(sell())


def test_an_exit_that_ib_refused_can_be_asked_again_at_once(door: Door) -> None:
    record = door.take(sell("one"), LONG)
    door.world.book.on_error(record.order_id or 0, 201, "Order rejected")
    assert record.is_final
    assert door.is_exit(sell("two"))


def test_an_exit_that_never_left_can_be_asked_again_at_once(door: Door) -> None:
    record = door.take(sell("one"), LONG)
    door.world.book.mark_not_written(record, "The connection was lost")
    assert door.is_exit(sell("two"))


def test_another_accounts_and_another_contracts_orders_close_nothing_here(door: Door) -> None:
    other = ask("msft", contract={"symbol": "MSFT"}, action="SELL")
    door.take(other)
    theirs = door.take(sell("theirs"))
    theirs.account = "DU7"
    assert door.is_exit(sell())


# An order that is meant to close


@pytest.mark.parametrize(
    ("position", "sentence"), [(0, "no position"), (50, "closing 0 of the position of 50")]
)
def test_a_close_that_would_open_is_refused(door: Door, position: int, sentence: str) -> None:
    closing = replace(sell(), is_closing=True)
    error = door.refusal(closing, facts(position=position))
    assert isinstance(error, Refused)
    assert sentence in error.sentence


def test_the_second_close_of_a_position_is_refused_though_nothing_is_frozen(door: Door) -> None:
    door.take(replace(sell("one"), is_closing=True), LONG)
    error = door.refusal(replace(sell("two"), is_closing=True), LONG)
    assert isinstance(error, Refused)
    assert "are closing 100 of the position of 100 already" in error.sentence


def test_a_close_of_an_unknown_position_is_not_held_back(door: Door) -> None:
    assert door.refusal(replace(sell(), is_closing=True), NO_FACTS) is None
