"""An order, its timeline and what stands around it, for the tests of the question "why"."""

from __future__ import annotations

from typing import Any

from trading.why_parts import Case, Surroundings

AT = "2026-11-20T14:31:02.118Z"


def an_order(state: str = "live", status: str | None = "PendingSubmit", **fields: Any) -> Any:
    """100 AAPL at the market, as the API shows it."""
    return {
        "clientOrderId": "ui-1",
        "order": {"action": "BUY", "totalQuantity": 100, "orderType": "MKT", "tif": "DAY"},
        "state": state,
        "status": status,
        "sent": "yes",
        "orderId": 7,
        "permId": 187326,
        "clientId": 1000,
        "origin": "desk",
        "adopted": False,
        "parent": None,
        "modification": None,
        "differences": [],
        "duplicates": [],
        "filled": 0,
        "avgFillPrice": None,
        "commission": None,
        "commissionCurrency": None,
        "whyHeld": "",
        "cancelRefused": None,
        "messages": [],
    } | fields


def an_event(kind: str, elapsed_ms: float = 0.0, **fields: Any) -> dict[str, Any]:
    return {"seq": 1, "time": AT, "elapsedMs": elapsed_ms, "kind": kind} | fields


def a_message(code: int = 201, kind: str = "reject", **fields: Any) -> dict[str, Any]:
    said = {"meaning": "IB rejected the order", "text": "Order rejected", "next": "Correct it"}
    return {"code": code, "kind": kind} | said | fields


def around(**fields: Any) -> Surroundings:
    """A desk on a paper account where all is well and the sleep workaround is over."""
    well: dict[str, Any] = {
        "client_id": 1000,
        "read_client_id": 999,
        "state": "connected",
        "reason": None,
        "broker_link": "up",
        "is_paper": True,
        "sleep_seconds": 4.0,
        "is_thread_alive": True,
        "seconds_since_tick": 0.1,
        "seconds_since_message": 1.0,
        "seconds_since_sent": 60.0,
    }
    return Surroundings(**(well | fields))


def a_case(order: Any = None, events: Any = (), **fields: Any) -> Case:
    return Case(order or an_order(), tuple(events), around(**fields))
