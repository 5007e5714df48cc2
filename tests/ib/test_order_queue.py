"""IB's pace makes orders wait; a cancel never does, and nothing is lost in the queue."""

from __future__ import annotations

import pytest

from order_handler import OrderHandler
from tests.conftest import DEADLINE, PaperGateway, Rooms, request, wait_until
from trading.refusals import Busy

RESTING = {"orderType": "LMT", "lmtPrice": 1}


@pytest.fixture
def slow(rooms: Rooms, gateway: PaperGateway) -> OrderHandler:
    """A handler that may send ten messages a second; its start has used them all."""
    handler = rooms.connected_handler(gateway.port, requests_per_second=10)
    for number in range(12):
        handler.submit(request(f"ui-{number}", "none", **RESTING)).result(DEADLINE)
    return handler


def test_an_order_that_is_cancelled_in_the_queue_is_never_sent(
    slow: OrderHandler, gateway: PaperGateway
) -> None:
    result = slow.cancel("ui-11").result(DEADLINE)
    assert (result.state, result.sent) == ("not_sent", "no")
    wait_until(lambda: slow.order("ui-10").state == "live")
    assert gateway.orders_received("ui-11") == 0


def test_a_cancel_goes_ahead_of_waiting_orders(slow: OrderHandler) -> None:
    wait_until(lambda: slow.order("ui-0").state == "live")
    for number in range(20, 60):
        slow.submit(request(f"ui-{number}", "none", **RESTING)).result(DEADLINE)
    assert slow.cancel("ui-0").result(DEADLINE).state == "cancelled"
    assert slow.order("ui-59").state == "intent"


@pytest.mark.failure("F44")
def test_a_queue_that_is_full_refuses_new_orders_with_nothing_sent(
    rooms: Rooms, gateway: PaperGateway
) -> None:
    handler = rooms.connected_handler(gateway.port, requests_per_second=5)
    futures = [handler.submit(request(f"ui-{n}", "none", **RESTING)) for n in range(230)]
    errors = [future.exception(DEADLINE) for future in futures]
    busy = [error for error in errors if error]
    assert busy
    assert all(isinstance(error, Busy) and error.sent == "no" for error in busy)
    assert errors[0] is None


def test_a_long_queue_is_not_taken_for_a_frozen_tws(rooms: Rooms, gateway: PaperGateway) -> None:
    handler = rooms.connected_handler(
        gateway.port, requests_per_second=10, probe_interval=0.1, probe_timeout=0.1
    )
    for number in range(30):
        handler.submit(request(f"ui-{number}", "none", **RESTING)).result(DEADLINE)
    wait_until(lambda: handler.order("ui-29").state == "live")
    assert handler.status().reconnects == 0
