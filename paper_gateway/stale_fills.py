"""A fill that is told late: again, under another order id, or of an order of another day.

May not book anything: the book stays as it is.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from paper_gateway.command_values import Action, any_order, named_fields
from paper_gateway.drills import DrillError
from paper_gateway.orders import Execution, Order, Status

if TYPE_CHECKING:
    from paper_gateway.server import Server

_DAY_SECONDS = 86_400.0
# How far the permId of another day's order is below that of the order it is made like.
_OTHER_DAY = 500_000_000


def stale_fill(server: Server, value: object) -> Action:
    given = named_fields(
        "stale_fill", value, permId=(int, str), clientId=int, orderId=int, shares=int, orderRef=str
    )
    if "permId" in given:
        order = any_order(server, "stale_fill", given["permId"])
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
