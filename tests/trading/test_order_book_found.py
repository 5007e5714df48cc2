"""Orders that were found at TWS: open ones of anybody, completed ones, and lone executions."""

from __future__ import annotations

import pytest
from ib_async.util import UNSET_DOUBLE

from tests.trading.orders_for_tests import (
    ACCOUNT,
    CLIENT_ID,
    KEY,
    World,
    an_execution,
    an_order,
)
from trading.record_forms import result_of
from trading.statuses import OrderState


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(
    ("client_id", "reference", "name", "origin"),
    [
        (CLIENT_ID, "ui-9", "ui-9", "desk"),
        (CLIENT_ID, "", "perm-900", "desk"),
        (7, "", "perm-900", "client 7"),
        (7, "basket", "basket", "client 7"),
        (7, "not a key of ours!", "perm-900", "client 7"),
        (0, "", "perm-900", "tws"),
        (0, "not a key of ours!", "perm-900", "tws"),
    ],
)
def test_a_found_order_says_where_it_comes_from(
    world: World, client_id: int, reference: str, name: str, origin: str
) -> None:
    record = world.open_order(an_order(reference, 900, clientId=client_id), order_id=3)
    payload = result_of(record).payload
    assert (payload["clientOrderId"], payload["origin"]) == (name, origin)
    assert (payload["state"], payload["sent"], payload["submittedAt"]) == ("live", "yes", None)
    assert (payload["account"], payload["contract"]["symbol"]) == (ACCOUNT, "AAPL")


def test_a_found_order_is_adopted_once(world: World) -> None:
    first = world.open_order(an_order("", 900, clientId=7), order_id=3)
    second = world.open_order(an_order("", 900, clientId=7), order_id=3, status="PreSubmitted")
    assert first is second


def test_a_found_order_is_found_again_in_the_next_connection(world: World) -> None:
    first = world.open_order(an_order("", 900, clientId=7), order_id=3)
    world.book.on_disconnected("gone")
    assert world.open_order(an_order("", 900, clientId=7), order_id=4) is first


@pytest.mark.parametrize("is_acknowledged", [False, True])
def test_a_foreign_order_with_a_reference_of_ours_does_not_take_its_name(
    world: World, is_acknowledged: bool
) -> None:
    ours = world.place()
    if is_acknowledged:
        world.open_order(an_order())
    foreign = world.open_order(an_order(KEY, 900, clientId=7), order_id=3)
    assert world.book.get(KEY) is ours
    assert (ours.client_id, ours.order_id) == (CLIENT_ID, 7)
    assert foreign.client_order_id == "perm-900"


def test_a_fill_of_an_order_that_nobody_knows_is_kept_as_an_order(world: World) -> None:
    """Its size, type and price are not in the execution: they are null, not guessed."""
    world.fill(an_execution(40.0, key="", permId=900, clientId=7, side="SLD"))
    record = world.book.get("perm-900")
    assert record is not None
    assert (record.origin, record.filled, record.remaining) == ("client 7", 40.0, None)
    assert record.order["action"] == "SELL"
    assert [record.order[name] for name in ("totalQuantity", "orderType", "lmtPrice")] == [None] * 3
    assert record.state is OrderState.UNKNOWN


# Completed orders: they carry neither order id nor client id.


@pytest.mark.failure("F34")
def test_a_completed_order_is_matched_by_its_reference(world: World) -> None:
    """F34."""
    record = world.place()
    world.book.on_disconnected("gone")
    assert world.completed(an_order(clientId=0, filledQuantity=100.0)) is record
    assert (record.state, record.status) == (OrderState.FILLED, "Filled")
    assert (record.filled, record.remaining) == (100.0, 0)


@pytest.mark.failure("F34")
def test_a_completed_order_is_matched_by_its_perm_id(world: World) -> None:
    """F34."""
    record = world.place()
    world.status("Submitted")
    world.book.on_disconnected("gone")
    assert world.completed(an_order("", clientId=0), "Cancelled") is record
    assert record.state is OrderState.CANCELLED
    assert (record.origin, record.client_id) == ("desk", CLIENT_ID)


def test_a_completed_order_changes_nothing_that_is_final(world: World) -> None:
    record = world.place()
    world.fill(an_execution())
    world.status("Filled", filled=100.0)
    events = len(record.events)
    world.completed(an_order(clientId=0, filledQuantity=100.0))
    assert len(record.events) == events


@pytest.mark.parametrize(("filled", "state"), [(0.0, "rejected"), (40.0, "cancelled")])
def test_a_completed_order_that_is_inactive_is_over_also_when_its_reject_code_was_lost(
    world: World, filled: float, state: str
) -> None:
    record = world.place()
    world.book.on_disconnected("gone")
    world.completed(an_order(clientId=0, filledQuantity=filled), "Inactive")
    assert (record.state, record.status, record.filled) == (state, "Inactive", filled)


@pytest.mark.parametrize("filled", [0.0, 40.0])
def test_a_completed_order_without_its_size_keeps_the_size_that_is_known(
    world: World, filled: float
) -> None:
    record = world.place()
    world.book.on_disconnected("gone")
    world.completed(an_order(totalQuantity=0.0, filledQuantity=filled), "Cancelled")
    assert record.state is OrderState.CANCELLED
    assert record.order["totalQuantity"] == 100
    assert (record.filled, record.remaining) == (filled, 100 - filled)


def test_a_completed_order_that_nobody_knows_is_adopted_with_its_fills(world: World) -> None:
    record = world.completed(
        an_order("morning", 900, clientId=0, totalQuantity=0.0, filledQuantity=100.0)
    )
    assert (record.state, record.filled, record.order["totalQuantity"]) == ("filled", 100, 100)
    world.fill(an_execution(key="morning", permId=900, clientId=7))
    assert (record.filled, record.avg_fill_price) == (100.0, 228.08)
    assert (record.client_id, record.origin) == (7, "client 7")


def test_a_completed_order_without_a_filled_quantity_has_none_filled(world: World) -> None:
    record = world.completed(an_order("morning", 900, filledQuantity=UNSET_DOUBLE), "Cancelled")
    assert (record.state, record.filled, record.remaining) == ("cancelled", 0, 100)


def test_the_fills_of_today_do_not_shrink_what_is_known_of_yesterday(world: World) -> None:
    """F34: of a completed order of 100, only the 40 of today come as executions."""
    record = world.completed(an_order("gtc", 900, filledQuantity=100.0))
    world.fill(an_execution(40.0, key="gtc", permId=900))
    assert (record.filled, record.remaining, record.avg_fill_price) == (100.0, 0, None)


def test_a_completed_order_of_nobody_we_know_is_from_elsewhere(world: World) -> None:
    """The message names no client: it may be TWS's own or another program's."""
    world.completed(an_order("", 900, clientId=0))
    record = world.book.get("perm-900")
    assert record is not None
    assert record.origin == "elsewhere"
