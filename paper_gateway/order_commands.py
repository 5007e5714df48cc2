"""Commands about orders and positions; see the commands module for the list.

May not read other commands.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from paper_gateway import interventions, order_replies
from paper_gateway.command_values import Action, Command, any_order, named_fields, working_order
from paper_gateway.drills import DrillError, is_integer
from paper_gateway.stale_fills import stale_fill

if TYPE_CHECKING:
    from paper_gateway.account import Position
    from paper_gateway.server import Server

AUCTIONS = ("open", "close")
ALL = "all"


def _unsolicited_completed(server: Server, value: object) -> Action:
    order = any_order(server, "unsolicited_completed", value)

    def run() -> None:
        for session in server.hub.sessions.values():
            session.send(order_replies.completed_order(order, session.version))

    return run


def _cancel_by_ib(server: Server, value: object) -> Action:
    given = _about_order("cancel_by_ib", value, reason=str)
    order = working_order(server, "cancel_by_ib", given["permId"])
    reason = given.get("reason", interventions.CANCEL_REASON)
    return partial(interventions.cancel_by_ib, server.hub, order, reason)


def _fill(server: Server, value: object) -> Action:
    given = _about_order("fill", value, shares=(int, float))
    order, shares = working_order(server, "fill", given["permId"]), given.get("shares")
    if shares is not None and not 0 < shares <= order.remaining:
        raise DrillError(f"fill: shares are more than 0 and at most {order.remaining:g}")
    return partial(interventions.fill, server.hub, order, shares)


def _lose_order(server: Server, value: object) -> Action:
    order = working_order(server, "lose_order", value)
    return partial(interventions.lose, server.hub, order)


def _liquidate(server: Server, value: object) -> Action:
    held = [position for account in server.hub.accounts for position in account.held()]
    chosen: list[Position] = [each for each in held if value in {ALL, each.definition.symbol}]
    if not chosen:
        raise DrillError(f"liquidate: no position of {value!r} is held")

    def run() -> None:
        for position in chosen:
            interventions.liquidate(server.hub, position)

    return run


def _auction(server: Server, value: object) -> Action:
    if value not in AUCTIONS:
        raise DrillError(f"auction is one of {', '.join(AUCTIONS)}")
    return partial(server.hub.exchange.run_auction, str(value))


def _roll_back_ids(server: Server, value: Any) -> Action:
    if not is_integer(value, 1):
        raise DrillError("roll_back_ids is the next order id")
    return partial(server.roll_back_ids, value)


def _about_order(name: str, value: object, **more: Any) -> dict[str, Any]:
    """A permId alone, or an object with one."""
    if not isinstance(value, dict):
        return {"permId": value}
    given = named_fields(name, value, permId=(int, str), **more)
    if "permId" not in given:
        raise DrillError(f"{name} needs a permId")
    return given


ORDER_COMMANDS: dict[str, Command] = {
    "stale_fill": stale_fill,
    "unsolicited_completed": _unsolicited_completed,
    "cancel_by_ib": _cancel_by_ib,
    "fill": _fill,
    "lose_order": _lose_order,
    "liquidate": _liquidate,
    "auction": _auction,
    "roll_back_ids": _roll_back_ids,
}
