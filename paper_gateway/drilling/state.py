"""The state of a gateway as plain values: what has arrived, what is open, and the whole book.

May not change anything.
"""

from __future__ import annotations

from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from paper_gateway.account import Account
    from paper_gateway.orders import Execution, Order
    from paper_gateway.server import Server
    from paper_gateway.tail import Line

SHOWN_ORDERS = 200


def state(server: Server) -> dict[str, Any]:
    """Everything a test of a client wants to count or to compare with what the client believes.

    ``draining`` are the client ids whose socket is gone and whose messages are not all handled.
    ``rates`` hold, per client id, the messages so far and the most in any one second.
    """
    hub = server.hub
    return {
        "account": server.account,
        "accounts": list(hub.accounts.names),
        "time": hub.clock(),
        "port": server.port,
        "connections": hub.counters.connections,
        "sockets": len(server.sockets),
        "sessions": _sessions(server),
        "draining": sorted(
            client_id for client_id, session in hub.sessions.items() if session.is_gone
        ),
        "received": {str(message_id): count for message_id, count in hub.counters.received.items()},
        "rates": {
            str(client_id): {"received": meter.total, "mostPerSecond": meter.highest}
            for client_id, meter in hub.counters.rates.items()
        },
        "ordersReceived": dict(hub.counters.orders),
        "orders": [_order(order) for order in hub.book.orders.values()],
        "executions": [_execution(execution) for execution in hub.book.executions],
        "positions": _positions(hub.account),
        "holdings": {account.name: _holdings(account) for account in hub.accounts},
        "drills": asdict(server.drills),
        "lost": dict(hub.counters.lost),
        "scripts": server.player.status(),
        "scriptFaults": [asdict(fault) for fault in server.player.faults],
    }


def live(server: Server) -> dict[str, Any]:
    """What changes while somebody looks: the newest orders only, and no counters."""
    hub = server.hub
    newest = list(islice(reversed(hub.book.orders.values()), SHOWN_ORDERS))
    return {
        "account": server.account,
        "port": server.port,
        "sessions": _sessions(server),
        "orders": [_order(order) for order in newest],
        "drills": asdict(server.drills),
        "scripts": server.player.status(),
        "scriptFaults": [asdict(fault) for fault in server.player.faults],
        "messages": [_message(line) for line in reversed(hub.tail.lines())],
    }


def _sessions(server: Server) -> list[dict[str, Any]]:
    return [
        {
            "clientId": client_id,
            "version": session.version,
            "connectedAt": session.connected_at,
        }
        for client_id, session in sorted(server.hub.sessions.items())
        if not session.is_gone
    ]


def _positions(account: Account) -> dict[str, float]:
    return {position.definition.local_symbol: position.quantity for position in account.held()}


def _holdings(account: Account) -> dict[str, Any]:
    """The cash and the positions of one account."""
    return {"cash": account.cash, "positions": _positions(account)}


def _order(order: Order) -> dict[str, Any]:
    ticket, definition = order.ticket, order.definition
    return {
        "permId": order.perm_id,
        "clientId": order.client_id,
        "account": order.account,
        "orderId": ticket.order_id,
        "orderRef": ticket.order_ref,
        "conId": definition.con_id,
        "symbol": definition.symbol,
        "action": ticket.action,
        "quantity": ticket.quantity,
        "orderType": ticket.order_type,
        "status": order.status.value,
        "filled": order.filled,
        "avgFillPrice": order.average_price,
        "whyHeld": order.why_held,
    }


def _execution(execution: Execution) -> dict[str, Any]:
    return {
        "execId": execution.exec_id,
        "permId": execution.perm_id,
        "clientId": execution.client_id,
        "orderId": execution.order_id,
        "orderRef": execution.order_ref,
        "conId": execution.con_id,
        "side": execution.side,
        "shares": execution.shares,
        "price": execution.price,
        "time": execution.time,
    }


def _message(line: Line) -> dict[str, Any]:
    return {
        "time": line.time,
        "clientId": line.client_id,
        "direction": line.direction,
        "name": line.name,
        "fields": line.fields,
    }
