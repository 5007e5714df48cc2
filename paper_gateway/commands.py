"""Commands: faults that happen once, at the moment they are asked for.

May not keep anything. They are pressed together with the switches of the drills module, by name:

    clear: true                  every switch as in a fresh gateway (before the other changes)
    notice: 1100                 a system message to every client; or {"code": 10167, "text": "...",
                                 "id": 5, "clientId": 7} for any code, one order or request id (-1
                                 unless given), and one client
    drop_connections: true       every socket is cut
    drop_client: 7               the socket of one client is cut
    send_bytes: "00000000"       these bytes (hex) as they are, to every client; or
                                 {"hex": "00000000", "clientId": 7}
    garbage: "oversized"         a broken frame of bad_frames.GARBAGE; or {"kind": ..., "clientId":
                                 7}
    stale_fill: {"permId": 9}    the last execution and the status of a known order are told again,
                                 with "orderId" under another order id; or {"clientId": 7,
                                 "orderId": 5, "shares": 500, "orderRef": ""}: a fill of an order of
                                 another day, not in the book, that had this order id
    unsolicited_completed: 9     completedOrder of this permId to every client, unasked
    cancel_by_ib: 9              the working order of this permId is cancelled by IB
    auction: "close"             the "open" or the "close" auction is held now
    reset_depth: true            every market depth is emptied and told anew (317)
    roll_back_ids: 5             order ids from 5 on are free again, for every client
    reset_rates: true            forget how many messages came per second
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from paper_gateway import order_replies
from paper_gateway.bad_frames import GARBAGE
from paper_gateway.drills import DrillError, check, defaults, is_integer
from paper_gateway.notices import NOTICES, text_of
from paper_gateway.orders import Execution, Order, Status

if TYPE_CHECKING:
    from paper_gateway.server import Server
    from paper_gateway.session import Session

Action = Callable[[], None]

AUCTIONS = ("open", "close")
_DAY_SECONDS = 86_400.0
# How far the permId of another day's order is below that of the order it is made like.
_OTHER_DAY = 500_000_000


def prepare(server: Server, changes: dict[str, Any]) -> tuple[dict[str, Any], Action]:
    """The switches to set, and what to run after that. Changes nothing; raises DrillError."""
    switches = {name: value for name, value in changes.items() if name not in _COMMANDS}
    check(switches)
    if changes.get("clear"):
        switches = defaults() | switches
    actions = [
        action(server, changes[name]) for name, action in _COMMANDS.items() if name in changes
    ]

    def run() -> None:
        for action in actions:
            action()

    return switches, run


def _clear(_server: Server, value: object) -> Action:
    _flag("clear", value)
    return lambda: None


def _notice(server: Server, value: object) -> Action:
    if not isinstance(value, dict):
        if not is_integer(value) or value not in NOTICES:
            raise DrillError(f"notice is one of {', '.join(map(str, NOTICES))}")
        return partial(server.broadcast, value)
    given = _fields("notice", value, code=int, text=str, id=int, clientId=int)
    if "code" not in given:
        raise DrillError("notice needs a code")
    code, about = given["code"], given.get("id", -1)
    text = given.get("text", text_of(code, about))
    sessions = _sessions(server, given)

    def run() -> None:
        for session in sessions:
            session.send_error(about, code, text)

    return run


def _drop_connections(server: Server, value: object) -> Action:
    return server.drop_connections if _flag("drop_connections", value) else lambda: None


def _drop_client(server: Server, value: object) -> Action:
    (session,) = _sessions(server, _fields("drop_client", {"clientId": value}, clientId=int))
    return session.drop


def _send_bytes(server: Server, value: object) -> Action:
    named = value if isinstance(value, dict) else {"hex": value}
    given = _fields("send_bytes", named, hex=str, clientId=int)
    try:
        data = bytes.fromhex(given.get("hex", ""))
    except ValueError as error:
        raise DrillError(f"send_bytes: {error}") from error
    return partial(_send, _sessions(server, given), data)


def _garbage(server: Server, value: object) -> Action:
    named = value if isinstance(value, dict) else {"kind": value}
    given = _fields("garbage", named, kind=str, clientId=int)
    data = GARBAGE.get(given.get("kind", ""))
    if data is None:
        raise DrillError(f"garbage is one of {', '.join(GARBAGE)}")
    return partial(_send, _sessions(server, given), data)


def _unsolicited_completed(server: Server, value: object) -> Action:
    order = _order(server, "unsolicited_completed", value)

    def run() -> None:
        for session in server.hub.sessions.values():
            session.send(order_replies.completed_order(order, session.version))

    return run


def _cancel_by_ib(server: Server, value: object) -> Action:
    order = _order(server, "cancel_by_ib", value)
    if order.is_done:
        raise DrillError(f"cancel_by_ib: the order is {order.status.value}")
    return partial(server.hub.exchange.cancel, order.client_id, order.order_id)


def _auction(server: Server, value: object) -> Action:
    if value not in AUCTIONS:
        raise DrillError(f"auction is one of {', '.join(AUCTIONS)}")
    return partial(server.hub.exchange.run_auction, str(value))


def _roll_back_ids(server: Server, value: Any) -> Action:
    if not is_integer(value, 1):
        raise DrillError("roll_back_ids is the next order id")
    return partial(server.roll_back_ids, value)


def _reset_depth(server: Server, value: object) -> Action:
    is_asked = _flag("reset_depth", value)

    def run() -> None:
        server.hub.depth_resets += is_asked

    return run


def _reset_rates(server: Server, value: object) -> Action:
    return server.counters.rates.clear if _flag("reset_rates", value) else lambda: None


# The late fill


def _stale_fill(server: Server, value: object) -> Action:
    given = _fields(
        "stale_fill", value, permId=int, clientId=int, orderId=int, shares=int, orderRef=str
    )
    if "permId" in given:
        order = _order(server, "stale_fill", given["permId"])
        found = [each for each in server.hub.book.executions if each.perm_id == order.perm_id]
        if not found:
            raise DrillError("stale_fill: this order has no execution")
        order_id = given.get("orderId", order.order_id)
        return partial(_tell_fill, server, *_renamed(order, found[-1], order_id))
    if not {"clientId", "orderId"} <= given.keys():
        raise DrillError("stale_fill needs a permId, or a clientId and an orderId")
    like = server.hub.book.find(given["clientId"], given["orderId"])
    if like is None:
        raise DrillError("stale_fill: no order has this clientId and orderId")
    return partial(_tell_other_days_fill, server, like, given)


def _renamed(order: Order, execution: Execution, order_id: int) -> tuple[Order, Execution]:
    ticket = replace(order.ticket, order_id=order_id)
    return replace(order, ticket=ticket, encoded={}), replace(execution, order_id=order_id)


def _tell_other_days_fill(server: Server, like: Order, given: dict[str, Any]) -> None:
    """A fill of an order that the book does not hold: same client, contract and order id.

    Its permId is below all of this account's, and the same whenever the command is given again.
    """
    shares, price = float(given.get("shares", 500)), 100.0
    reference = given.get("orderRef", "")
    order = replace(
        like,
        perm_id=like.perm_id - _OTHER_DAY,
        ticket=replace(like.ticket, quantity=shares, order_ref=reference),
        status=Status.FILLED,
        filled=shares,
        average_price=price,
        last_price=price,
        encoded={},
    )
    execution = Execution(
        exec_id=f"0000e0d4.{order.perm_id:08x}.01.01",
        time=server.hub.clock() - _DAY_SECONDS,
        perm_id=order.perm_id,
        client_id=order.client_id,
        order_id=order.order_id,
        con_id=order.definition.con_id,
        account=order.account,
        exchange=order.definition.primary_exchange or order.definition.exchange,
        side="BOT" if order.is_buy else "SLD",
        shares=shares,
        price=price,
        cumulative=shares,
        average_price=price,
        order_ref=reference,
        commission=1.0,
        currency="USD",
        realized_pnl=None,
    )
    _tell_fill(server, order, execution)


def _tell_fill(server: Server, order: Order, execution: Execution) -> None:
    server.hub.executed(execution, order.definition)
    server.hub.status(order)


# Reading what was asked for


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise DrillError(f"{name} is true or false")
    return value


def _fields(name: str, value: object, **types: type) -> dict[str, Any]:
    """The fields of a command that was given as an object; every name and type is known."""
    if not isinstance(value, dict) or not value.keys() <= types.keys():
        raise DrillError(f"{name} takes {', '.join(types)}")
    for field, given in value.items():
        fits = is_integer(given) if types[field] is int else isinstance(given, types[field])
        if not fits:
            raise DrillError(f"{name}: {field} cannot be {given!r}")
    return value


def _sessions(server: Server, given: dict[str, Any]) -> list[Session]:
    """The session of the named client; every client's when none is named."""
    sessions = server.hub.sessions
    if "clientId" not in given:
        return list(sessions.values())
    session = sessions.get(given["clientId"])
    if session is None:
        raise DrillError(f"client {given['clientId']} is not connected")
    return [session]


def _order(server: Server, name: str, perm_id: object) -> Order:
    order = server.hub.book.orders.get(perm_id) if isinstance(perm_id, int) else None
    if order is None:
        raise DrillError(f"{name}: no order has permId {perm_id!r}")
    return order


def _send(sessions: list[Session], data: bytes) -> None:
    for session in sessions:
        session.send(data)


_COMMANDS: dict[str, Callable[[Server, Any], Action]] = {
    "clear": _clear,
    "notice": _notice,
    "send_bytes": _send_bytes,
    "garbage": _garbage,
    "stale_fill": _stale_fill,
    "unsolicited_completed": _unsolicited_completed,
    "cancel_by_ib": _cancel_by_ib,
    "auction": _auction,
    "reset_depth": _reset_depth,
    "roll_back_ids": _roll_back_ids,
    "reset_rates": _reset_rates,
    "drop_client": _drop_client,
    "drop_connections": _drop_connections,
}
