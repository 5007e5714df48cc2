"""What a command was given, read at the door: flags, fields, the clients and orders that it names.

May not do anything. Every function raises DrillError for what it cannot take.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from paper_gateway.drills import DrillError, is_integer
from paper_gateway.orders import Order

if TYPE_CHECKING:
    from paper_gateway.server import Server
    from paper_gateway.session import Session

Action = Callable[[], None]
Command = Callable[["Server", Any], Action]
"""Reads what it was given; what it returns does it."""

LAST = "last"


def flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise DrillError(f"{name} is true or false")
    return value


def named_fields(name: str, value: object, **types: Any) -> dict[str, Any]:
    """The fields of a command that was given as an object; every name and type is known."""
    if not isinstance(value, dict) or not value.keys() <= types.keys():
        raise DrillError(f"{name} takes {', '.join(types)}")
    for field, given in value.items():
        fits = is_integer(given) if types[field] is int else isinstance(given, types[field])
        if not fits:
            raise DrillError(f"{name}: {field} cannot be {given!r}")
    return value


def sessions_of(server: Server, given: dict[str, Any]) -> list[Session]:
    """The session of the named client; every client's when none is named."""
    sessions = server.hub.sessions
    if "clientId" not in given:
        return list(sessions.values())
    session = sessions.get(given["clientId"])
    if session is None:
        raise DrillError(f"client {given['clientId']} is not connected")
    return [session]


def any_order(server: Server, name: str, perm_id: object) -> Order:
    """The order of a permId; ``last`` is the newest one that is done."""
    if perm_id == LAST:
        done = server.hub.book.completed_orders()
        if not done:
            raise DrillError(f"{name}: no order is done")
        return done[-1]
    order = server.hub.book.orders.get(perm_id) if isinstance(perm_id, int) else None
    if order is None:
        raise DrillError(f"{name}: no order has permId {perm_id!r}")
    return order


def working_order(server: Server, name: str, perm_id: object) -> Order:
    """The working order of a permId; ``last`` is the newest one."""
    if perm_id == LAST:
        working = server.hub.book.open_orders()
        if not working:
            raise DrillError(f"{name}: no order works")
        return working[-1]
    order = any_order(server, name, perm_id)
    if order.is_done:
        raise DrillError(f"{name}: the order is {order.status.value}")
    return order
