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
    cancel_by_ib: 9              the working order of this permId is cancelled by IB: PendingCancel,
                                 then Cancelled; or {"permId": 9, "reason": "..."}
    fill: 9                      the working order of this permId fills now, whatever the market
                                 says; or {"permId": 9, "shares": 5}
    lose_order: 9                the working order of this permId is gone, and nobody is told
    liquidate: "AAPL"            IB closes the positions of this symbol, or ("all") every position
    auction: "close"             the "open" or the "close" auction is held now
    reset_depth: true            every market depth is emptied and told anew (317)
    roll_back_ids: 5             order ids from 5 on are free again, for every client
    half_open: 7                 nothing of client 7 arrives or leaves any more and its socket stays
                                 open; true for every client
    reset_rates: true            forget how many messages came per second

Where a permId stands, "last" means the newest order that works (of a completed order or a stale
fill: the newest that is done).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from paper_gateway.bad_frames import GARBAGE
from paper_gateway.command_values import Action, Command, flag, named_fields, sessions_of
from paper_gateway.drills import DrillError, check, defaults, is_integer
from paper_gateway.notices import NOTICES, text_of
from paper_gateway.order_commands import ORDER_COMMANDS

if TYPE_CHECKING:
    from paper_gateway.server import Server
    from paper_gateway.session import Session


def prepare(server: Server, changes: dict[str, Any]) -> tuple[dict[str, Any], Action]:
    """The switches to set, and what to run after that. Changes nothing; raises DrillError."""
    switches = {name: value for name, value in changes.items() if name not in COMMANDS}
    check(switches)
    if changes.get("clear"):
        switches = defaults() | switches
    actions = [
        action(server, changes[name]) for name, action in COMMANDS.items() if name in changes
    ]

    def run() -> None:
        for action in actions:
            action()

    return switches, run


def _clear(_server: Server, value: object) -> Action:
    flag("clear", value)
    return lambda: None


def _notice(server: Server, value: object) -> Action:
    if not isinstance(value, dict):
        if not is_integer(value) or value not in NOTICES:
            raise DrillError(f"notice is one of {', '.join(map(str, NOTICES))}")
        return partial(server.broadcast, value)
    given = named_fields("notice", value, code=int, text=str, id=int, clientId=int)
    if "code" not in given:
        raise DrillError("notice needs a code")
    code, about = given["code"], given.get("id", -1)
    text = given.get("text", text_of(code, about))
    sessions = sessions_of(server, given)

    def run() -> None:
        for session in sessions:
            session.send_error(about, code, text)

    return run


def _drop_connections(server: Server, value: object) -> Action:
    return server.drop_connections if flag("drop_connections", value) else lambda: None


def _drop_client(server: Server, value: object) -> Action:
    (session,) = sessions_of(server, named_fields("drop_client", {"clientId": value}, clientId=int))
    return session.drop


def _send_bytes(server: Server, value: object) -> Action:
    named = value if isinstance(value, dict) else {"hex": value}
    given = named_fields("send_bytes", named, hex=str, clientId=int)
    try:
        data = bytes.fromhex(given.get("hex", ""))
    except ValueError as error:
        raise DrillError(f"send_bytes: {error}") from error
    return partial(_send, sessions_of(server, given), data)


def _garbage(server: Server, value: object) -> Action:
    named = value if isinstance(value, dict) else {"kind": value}
    given = named_fields("garbage", named, kind=str, clientId=int)
    data = GARBAGE.get(given.get("kind", ""))
    if data is None:
        raise DrillError(f"garbage is one of {', '.join(GARBAGE)}")
    return partial(_send, sessions_of(server, given), data)


def _reset_depth(server: Server, value: object) -> Action:
    is_asked = flag("reset_depth", value)

    def run() -> None:
        server.hub.depth_resets += is_asked

    return run


def _reset_rates(server: Server, value: object) -> Action:
    return server.counters.rates.clear if flag("reset_rates", value) else lambda: None


def _half_open(server: Server, value: object) -> Action:
    if value is True:
        chosen = sessions_of(server, {})
    else:
        chosen = sessions_of(server, named_fields("half_open", {"clientId": value}, clientId=int))

    def run() -> None:
        for session in chosen:
            session.cut_off()

    return run


def _send(sessions: list[Session], data: bytes) -> None:
    for session in sessions:
        session.send(data)


COMMANDS: dict[str, Command] = {
    "clear": _clear,
    "notice": _notice,
    "send_bytes": _send_bytes,
    "garbage": _garbage,
    **ORDER_COMMANDS,
    "reset_depth": _reset_depth,
    "reset_rates": _reset_rates,
    "half_open": _half_open,
    "drop_client": _drop_client,
    "drop_connections": _drop_connections,
}
