"""New risk is measured against all that is open, the same order is asked about, changes count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from ib.admission import DUPLICATE_SECONDS
from ib.exposure import MINUTE, Share
from tests.ib.admission_for_tests import LONG, Door, ask, limited, of_a_page, sell
from tests.trading.facts_for_tests import facts
from tests.trading.orders_for_tests import (
    an_order,
)
from trading.records import OrderRecord
from trading.refusals import (
    Halted,
    LimitExceeded,
    PossibleDuplicate,
)
from trading.sizing import OrderFacts


@pytest.fixture
def door() -> Door:
    return Door()


# What is open counts


def test_open_orders_count_until_they_are_over() -> None:
    door = limited(max_open_orders=1)
    record = door.take(ask("one"), LONG)
    assert isinstance(door.refusal(ask("two"), LONG), LimitExceeded)
    door.fill(record)
    assert door.refusal(ask("two"), LONG) is None


def test_orders_of_others_are_not_the_desks_to_count() -> None:
    door = limited(max_open_orders=1)
    door.world.open_order(an_order("", perm_id=9, clientId=7), order_id=9)
    assert door.refusal(ask("one"), LONG) is None


def test_the_orders_of_a_minute_count() -> None:
    door = limited(max_orders_per_minute=2)
    door.take(ask("one"), LONG)
    door.take(ask("two", totalQuantity=2), LONG)
    assert isinstance(door.refusal(ask("three"), LONG), LimitExceeded)
    door.moments.pass_by(MINUTE + 1)
    assert door.refusal(ask("three"), LONG) is None


def equity_door() -> Door:
    """10 % of a million: 100 AAPL at 228.20 are 22 820."""
    return limited(max_equity_percent=Decimal(10))


@pytest.mark.failure("F74")
def test_of_many_orders_at_most_one_passes_the_share_of_the_equity() -> None:
    door, passed = equity_door(), 0
    for number in range(10):
        request = ask(f"ui-{number}", totalQuantity=270)  # 61 614
        if door.refusal(request, facts()) is None:
            door.take(request, facts())
            passed += 1
    assert passed == 1


def test_what_is_over_frees_its_share_of_the_equity() -> None:
    door = equity_door()
    record = door.take(ask("one", totalQuantity=270), facts())
    door.world.book.mark_not_written(record, "lost")
    assert door.refusal(ask("two", totalQuantity=270), facts()) is None


def test_an_open_order_of_unknown_worth_stops_new_risk() -> None:
    door = equity_door()
    record = door.take(ask("one", totalQuantity=1), facts())
    record.value = None
    assert isinstance(door.refusal(ask("two", totalQuantity=1), facts()), LimitExceeded)


def test_an_exit_takes_no_share_of_the_equity() -> None:
    door = equity_door()
    record = door.take(sell("out", 400), facts(position=400))
    assert (record.is_new_risk, record.value) == (False, None)
    assert door.refusal(ask("in", totalQuantity=400), facts()) is None


# The same order twice


@pytest.mark.failure("F56")
def test_the_same_order_of_a_page_must_be_confirmed_for_five_seconds(door: Door) -> None:
    door.take(of_a_page(ask("tab-1")))
    again = of_a_page(ask("tab-2"))
    assert isinstance(door.refusal(again), PossibleDuplicate)
    assert door.refusal(replace(again, confirm_duplicate=True)) is None
    assert door.refusal(replace(again, is_named=True)) is None
    door.moments.pass_by(DUPLICATE_SECONDS + 0.1)
    assert door.refusal(again) is None


@pytest.mark.parametrize("end", ["rejected", "not written", "forgotten", "cancelled"])
def test_an_order_that_came_to_nothing_has_no_twin(door: Door, end: str) -> None:
    record = door.take(of_a_page(ask("tab-1")))
    ends: dict[str, Callable[[], object]] = {
        "rejected": lambda: door.world.book.on_error(record.order_id or 0, 201, "No"),
        "not written": lambda: door.world.book.mark_not_written(record, "lost"),
        "forgotten": lambda: door.world.book.remove(record),
        "cancelled": lambda: record.on_status(
            "Cancelled",
            door.moments(),
            filled=0.0,
            remaining=100.0,
            avgFillPrice=0.0,
            permId=5,
            whyHeld="",
        ),
    }
    ends[end]()
    assert door.refusal(of_a_page(ask("tab-2"))) is None


def test_an_order_that_has_filled_has_a_twin(door: Door) -> None:
    door.fill(door.take(of_a_page(ask("tab-1"))))
    assert isinstance(door.refusal(of_a_page(ask("tab-2"))), PossibleDuplicate)


# Changes


def change(door: Door, record: OrderRecord, known: OrderFacts = LONG, **order: Any) -> None:
    """Ask for other terms of an order, as the engine does."""
    name, action = record.client_order_id, record.order["action"]
    terms = {n: record.body["order"][n] for n in record.body["order"] if n != "action"}
    before = ask(name, action=action, **terms)
    after = ask(name, action=action, **terms | order)
    door.admission.check_change(record, before.order, after, known)


def test_a_smaller_order_and_an_exit_may_change_during_a_freeze(door: Door) -> None:
    record = door.take(ask("in", orderType="LMT", lmtPrice=1))
    out = door.take(sell("out", orderType="LMT", lmtPrice=400), LONG)
    door.admission.is_frozen = True
    change(door, record, totalQuantity=50)
    change(door, out, lmtPrice=399)
    with pytest.raises(Halted):
        change(door, record, lmtPrice=2)
    with pytest.raises(Halted):
        change(door, out, totalQuantity=101)


def test_an_attached_order_may_move_but_not_grow_during_a_freeze(door: Door) -> None:
    stop = door.take(sell("stop", orderType="STP", auxPrice=200))
    stop.parent = "in"
    door.admission.is_frozen = True
    none = facts(position=0)  # its parent has not filled yet
    change(door, stop, none, auxPrice=190)
    change(door, stop, none, totalQuantity=50)
    with pytest.raises(Halted):
        change(door, stop, none, totalQuantity=10_000)


def changed(door: Door, record: OrderRecord, quantity: int) -> Share:
    """Another size for a buy of AAPL at 200, admitted and counted."""
    terms = {"orderType": "LMT", "lmtPrice": 200}
    before = ask(record.client_order_id, **terms)
    after = ask(record.client_order_id, totalQuantity=quantity, **terms)
    is_risk = door.admission.check_change(record, before.order, after, facts())
    return door.admission.count_change(record, after, facts(), is_risk=is_risk)


def test_a_larger_order_takes_a_larger_share_of_the_equity() -> None:
    """Ten small orders must not become ten large ones."""
    door = equity_door()
    record = door.take(ask("one", orderType="LMT", lmtPrice=200), facts())
    share = changed(door, record, 450)
    assert isinstance(door.refusal(ask("two"), facts()), LimitExceeded)
    share.settle()
    assert (record.is_new_risk, record.value) == (True, Decimal(90_000))
    share.take_back()
    assert door.refusal(ask("two"), facts()) is None


def test_a_change_is_held_to_the_share_of_the_equity_too() -> None:
    door = equity_door()
    record = door.take(ask("one", orderType="LMT", lmtPrice=200), facts())
    with pytest.raises(LimitExceeded):
        changed(door, record, 501)


def test_a_smaller_order_keeps_its_share_until_ib_has_confirmed_it() -> None:
    door = equity_door()
    record = door.take(ask("one", orderType="LMT", lmtPrice=200), facts())
    share = changed(door, record, 1)
    assert record.value == Decimal(20_000)
    share.settle()
    assert record.value == Decimal(200)


def test_an_exit_that_grows_beyond_its_position_takes_a_share() -> None:
    door = equity_door()
    out = door.take(sell("out", orderType="LMT", lmtPrice=400), LONG)
    more = sell("out", 150, orderType="LMT", lmtPrice=400)
    is_risk = door.admission.check_change(out, sell("out").order, more, LONG)
    door.admission.count_change(out, more, LONG, is_risk=is_risk)
    assert (is_risk, out.is_new_risk, out.value) == (True, True, Decimal(60_000))


# Clocks


@pytest.mark.failure("F71")
@pytest.mark.parametrize("hours", [1, -1])
def test_a_wall_clock_that_jumps_neither_lengthens_nor_shortens_a_time(hours: int) -> None:
    door = limited(max_orders_per_minute=1)
    door.take(of_a_page(ask("tab-1")), LONG)
    door.moments.jump(hours)
    assert isinstance(door.refusal(of_a_page(ask("tab-2")), LONG), LimitExceeded)
    door.moments.pass_by(MINUTE + 1)
    assert door.refusal(of_a_page(ask("tab-2")), LONG) is None
