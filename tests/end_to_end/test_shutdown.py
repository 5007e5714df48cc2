"""The end of the process: everybody who waits is answered, and orders stay at IB."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.processes import RunningDesk, desk, end, paper_gateway, until

ORDERS = 10
PLACE_ORDER = "3"


@pytest.mark.failure("F13")
def test_orders_that_wait_are_answered_when_the_desk_ends(tmp_path: Path) -> None:
    with (
        paper_gateway(tmp_path / "gateway") as gateway,
        desk(tmp_path / "desk", IB_PORT=str(gateway.port), PAPER_SLEEP="20,20,20") as running,
        ThreadPoolExecutor(ORDERS) as callers,
    ):
        answers = [callers.submit(_place, running) for _ in range(ORDERS)]
        until(lambda: _orders_of(gateway.state()) == ORDERS, "all orders are at the gateway")
        until(lambda: running.program.said(f"Filled #{ORDERS}"), "the last one is filled")
        assert end(running.program) == 0
        assert {(status, body["sent"]) for status, body in (a.result(30) for a in answers)} == {
            (201, "yes")
        }


def _place(running: RunningDesk) -> tuple[int, Any]:
    order = {"action": "BUY", "totalQuantity": 1, "orderType": "MKT"}
    return running.call("POST", "/api/v1/orders", {"contract": {"symbol": "KO"}, "order": order})


def _orders_of(state: dict[str, Any]) -> int:
    return int(state["received"].get(PLACE_ORDER, 0))
