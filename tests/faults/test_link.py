"""The socket to TWS fails: drops around an order, silence, reads that break off, order ids."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from ib_connector import IBConnector
from order_handler import OrderHandler
from tests.conftest import (
    DEADLINE,
    ORDERS,
    READER,
    PaperGateway,
    Publications,
    Rooms,
    endpoint,
    place,
    request,
    wait_until,
)
from tests.faults.invariants import check_finality, hold, row
from trading.ib_errors import CodeTable
from trading.orders import OrderResult
from trading.policy import OrderPolicy
from trading.refusals import NotConnected

RESTING: dict[str, Any] = {"orderType": "LMT", "lmtPrice": 1, "wait": "ack"}
SHORT = 0.3  # an order timeout that a test can wait for
# Two lists that are so far apart prove an absence; the product's own pause is 10 s.
APART = 0.2
QUICK: dict[str, Any] = {"order_timeout": SHORT, "absence_seconds": APART}
PLACE_ORDER, REQ_POSITIONS = 3, 61
JOURNAL = "one"


@pytest.fixture
def handler(rooms: Rooms, gateway: PaperGateway) -> OrderHandler:
    """Connected, with a journal of its own and deadlines that a test can wait for."""
    return rooms.connected_handler(gateway.port, journal=JOURNAL, **QUICK)


@pytest.fixture
def journal(rooms: Rooms) -> Path:
    return rooms.journal(JOURNAL)


def is_back(handler: OrderHandler) -> bool:
    """The connection was lost and is there again."""
    return handler.status().reconnects > 0 and handler.blockers() == []


def until_state(handler: OrderHandler, client_order_id: str, state: str) -> OrderResult:
    wait_until(lambda: handler.order(client_order_id).state == state)
    return handler.order(client_order_id)


# F16–F18: the order and the socket


@pytest.mark.failure("F16")
def test_a_drop_after_the_bytes_is_unknown_and_then_found(
    handler: OrderHandler, gateway: PaperGateway, published: Publications, journal: Path
) -> None:
    gateway.drill(drop_after_order=1, hold_client_id_seconds=3 * SHORT)
    result = place(handler, "ui-1")
    assert (result.state, result.sent, result.is_final) == ("unknown", "unknown", False)
    until_state(handler, "ui-1", "filled")
    assert gateway.clients() == [ORDERS]
    assert (len(gateway.orders("ui-1")), gateway.orders_received("ui-1")) == (1, 1)
    wait_until(lambda: published.states("ui-1")[-1] == "filled")
    assert set(published.states("ui-1")) <= {"sending", "unknown", "filled"}
    again = place(handler, "ui-1")
    assert (again.state, again.payload["replayed"]) == ("filled", True)
    hold(handler, gateway, journal)


@pytest.mark.failure("F16")
def test_a_drop_that_heals_within_the_wait_is_answered_with_the_outcome(
    rooms: Rooms, gateway: PaperGateway, journal: Path
) -> None:
    handler = rooms.connected_handler(gateway.port, journal=JOURNAL)
    gateway.drill(drop_after_order=1)
    result = place(handler, "ui-1")
    assert (result.state, result.sent, result.payload["filled"]) == ("filled", "yes", 100)
    assert handler.status().reconnects == 1
    hold(handler, gateway, journal)


@pytest.mark.failure("F17")
def test_a_drop_before_the_bytes_were_read_ends_as_not_placed(
    handler: OrderHandler, gateway: PaperGateway, published: Publications, journal: Path
) -> None:
    gateway.drill(drop_before_order=1)
    assert place(handler, "ui-1").state == "unknown"
    result = until_state(handler, "ui-1", "not_placed")
    assert result.is_final
    at = {event["kind"]: event["elapsedMs"] for event in handler.events("ui-1")[::-1]}
    assert at["notPlaced"] - at["absent"] >= APART * 1000
    again = place(handler, "ui-1")
    assert (again.state, again.payload["replayed"]) == ("not_placed", True)
    assert (gateway.orders_received("ui-1"), gateway.orders("ui-1")) == (1, [])
    wait_until(lambda: published.states("ui-1")[-1] == "not_placed")
    check_finality(published.states("ui-1"))
    hold(handler, gateway, journal)


@pytest.mark.failure("F17")
def test_the_products_own_two_lists_are_ten_seconds_apart() -> None:
    assert OrderPolicy().absence_seconds >= 10


@pytest.mark.failure("F18")
def test_a_swallowed_order_is_unknown_and_then_not_placed(
    handler: OrderHandler, gateway: PaperGateway, journal: Path
) -> None:
    """The snapshot itself is the fence: TWS reads a connection's bytes in their order, so a list
    that was asked for after the order was sent has seen it. The socket need not be renewed.
    """
    gateway.drill(swallow_orders=1)
    result = place(handler, "ui-1")
    assert (result.state, result.sent) == ("unknown", "unknown")
    until_state(handler, "ui-1", "not_placed")
    assert handler.status().reconnects == 0
    assert gateway.orders_received("ui-1") == 1
    hold(handler, gateway, journal)


@pytest.mark.failure("F18")
@pytest.mark.failure("F26")
def test_an_order_that_tws_holds_while_the_link_is_down_is_not_called_absent(
    rooms: Rooms, gateway: PaperGateway, journal: Path
) -> None:
    """TWS lost IB before it said so: it has the order and lists nothing of it."""
    cable = rooms.cable(gateway)
    handler = rooms.connected_handler(cable.port, journal=JOURNAL, **QUICK)
    cable.hold()
    gateway.drill(link_down=True)
    future = handler.submit(request("ui-1"))
    wait_until(lambda: gateway.orders_received("ui-1"))
    cable.release()
    assert future.result(DEADLINE).state == "unknown"
    asked = gateway.received(16)
    wait_until(lambda: gateway.received(16) > asked + 3)
    assert handler.order("ui-1").state == "unknown"
    gateway.drill(link_down=False)
    until_state(handler, "ui-1", "filled")
    hold(handler, gateway, journal)


# F19–F23: reads


def all_are_told(reader: IBConnector) -> bool:
    """Twenty callers at once have an answer or a reason; whether it was an answer."""
    errors = [future.exception(1) for future in [reader.positions() for _ in range(20)]]
    assert all(error is None or isinstance(error, NotConnected) for error in errors)
    return not any(errors)


def sizes(future: Future[Any]) -> list[float]:
    return [row["position"] for row in future.result(DEADLINE).rows]


@pytest.mark.failure("F19")
def test_a_drop_in_the_middle_of_positions_is_told_to_everybody(
    rooms: Rooms, handler: OrderHandler, gateway: PaperGateway
) -> None:
    """The list is asked for at the start of a connection, so it breaks off there."""
    for name, symbol in (("ui-1", "AAPL"), ("ui-2", "MSFT")):
        place(handler, name, symbol=symbol)
    reader = rooms.reader(gateway.port)
    gateway.drill(drop_mid_positions=3, drop_client=READER)
    wait_until(lambda: not all_are_told(reader))
    wait_until(lambda: all_are_told(reader))
    assert gateway.received(REQ_POSITIONS) == 5
    assert sizes(reader.positions()) == [100, 100]


@pytest.mark.failure("F22")
def test_positions_without_an_end_are_an_error_and_the_next_list_works(
    rooms: Rooms, handler: OrderHandler, gateway: PaperGateway, published: Publications
) -> None:
    """Nobody waits for the list: until it is whole each caller is told 503 at once."""
    place(handler, "ui-1")
    gateway.drill(omit_ends=["positions"])
    there = endpoint(gateway.port, READER, sync_timeout=SHORT)
    reader = IBConnector(there, CodeTable(), published)
    reader.start()
    try:
        expected = "TWS did not answer what the desk asked at the start"
        wait_until(lambda: expected in (reader.status().reason or ""))
        with pytest.raises(NotConnected):
            reader.positions().result(DEADLINE)
        gateway.drill(omit_ends=[])
        wait_until(lambda: reader.status().is_connected)
        assert sizes(reader.positions()) == [100]
    finally:
        reader.stop()


@pytest.mark.failure("F23")
def test_a_position_that_changes_inside_the_list_has_its_newest_size_once(
    rooms: Rooms, handler: OrderHandler, gateway: PaperGateway
) -> None:
    for name, symbol in (("ui-1", "AAPL"), ("ui-2", "MSFT")):
        place(handler, name, symbol=symbol)
    gateway.drill(position_update_mid_snapshot=True)
    reader = rooms.reader(gateway.port)
    rows = reader.positions().result(DEADLINE).rows
    assert {row["contract"]["symbol"]: row["position"] for row in rows} == gateway.state()[
        "positions"
    ]
    assert len(rows) == 2


# F24, F25: order ids


@pytest.mark.failure("F24")
def test_ids_go_on_when_tws_comes_back_with_lower_ones(
    rooms: Rooms, handler: OrderHandler, gateway: PaperGateway, journal: Path
) -> None:
    used = [place(handler, f"ui-{number}").order_id for number in range(3)]
    gateway.drill(roll_back_ids=1, drop_client=ORDERS)
    wait_until(lambda: is_back(handler))
    result = place(handler, "ui-3")
    assert (used, result.order_id, result.state) == ([1, 2, 3], 4, "filled")
    assert [message["code"] for message in result.payload["messages"]] == []
    assert all(handler.order(f"ui-{n}").payload["filled"] == 100 for n in range(3))
    hold(handler, gateway, journal)


@pytest.mark.failure("F24")
def test_ids_go_on_after_a_restart_that_finds_no_order_at_tws(
    rooms: Rooms, handler: OrderHandler, gateway: PaperGateway, journal: Path
) -> None:
    """The journal alone knows which ids were used: TWS has forgotten yesterday's orders."""
    used = [place(handler, f"ui-{number}").order_id for number in range(3)]
    handler.stop()
    gateway.call(lambda server: server.hub.book.start_day())
    gateway.drill(roll_back_ids=1)
    after = rooms.connected_handler(gateway.port, journal=JOURNAL)
    result = place(after, "ui-3")
    assert (used, result.order_id, result.state) == ([1, 2, 3], 4, "filled")
    saved = row(journal, "ui-3")
    assert saved
    assert saved.order_id == 4


@pytest.mark.failure("F25")
def test_ids_follow_tws_far_up(handler: OrderHandler, gateway: PaperGateway) -> None:
    place(handler, "ui-1")
    gateway.drill(next_valid_id_offset=1_000_000, drop_client=ORDERS)
    wait_until(lambda: is_back(handler))
    assert place(handler, "ui-2").order_id == 1_000_002


@pytest.mark.failure("F25")
def test_ids_above_two_thousand_million_are_refused_with_what_to_do(
    handler: OrderHandler, gateway: PaperGateway, journal: Path
) -> None:
    gateway.drill(next_valid_id_offset=2_000_000_001, drop_client=ORDERS)
    reason = wait_until(lambda: next((r for r in handler.blockers() if "2,000,000,000" in r), ""))
    assert "reset the API order ids in TWS" in reason
    with pytest.raises(NotConnected) as refused:
        place(handler, "ui-1")
    assert (refused.value.sent, gateway.received(PLACE_ORDER)) == ("no", 0)
    assert row(journal, "ui-1") is None
