"""What IB does to orders and positions on its own; drills ask for it.

May not read what a client asks. Sequences: a cancel by IB shows PendingCancel first (Lean issue
249), a liquidation is announced with 2148 and its execution belongs to no order (Lean issue 156).
That every client hears of that execution is a guess: the log shows one client only.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from paper_gateway.notices import text_of
from paper_gateway.orders import NO_ORDER_ID, Order, Status
from paper_gateway.tickets import OrderTicket, ticket_from_json
from paper_gateway.wire import number

if TYPE_CHECKING:
    from paper_gateway.account import Position
    from paper_gateway.hub import Hub

# From PendingCancel to Cancelled, and from a told cancel to the fill that overtakes it.
PENDING_CANCEL_SECONDS = 0.1
LATE_FILL_SECONDS = 0.5
CANCEL_REASON = "At the open order can not be executed"
LIQUIDATION_NOTICE = 2148
_IB = 0


def cancel_by_ib(hub: Hub, order: Order, reason: str = CANCEL_REASON) -> None:
    """Tell PendingCancel now and, unless it is done by then, cancel it a moment later."""
    hub.opened(replace(order, status=Status.PENDING_CANCEL, encoded={}))

    def cancel() -> None:
        if not order.is_done:
            hub.exchange.matching.cancel(order, reason)

    hub.timers.after(PENDING_CANCEL_SECONDS, cancel)


def fill(hub: Hub, order: Order, shares: float | None = None) -> None:
    """A working order trades now: so many shares, or all that remains. Nothing when it is done."""
    if not order.is_done:
        hub.exchange.matching.fill_now(order, shares)


def fill_after_cancel(hub: Hub, order: Order) -> None:
    """Tell that the order is cancelled, and fill it half a second later."""
    hub.status(replace(order, status=Status.CANCELLED, encoded={}))
    hub.order_notice(order, 202)
    hub.timers.after(LATE_FILL_SECONDS, partial(fill, hub, order))


def lose(hub: Hub, order: Order) -> None:
    """A working order is gone from the book, and nobody is told."""
    hub.exchange.matching.lose(order)
    hub.counters.count_lost(order.client_id, order.ticket.order_ref)


def liquidate(hub: Hub, position: Position) -> None:
    """Close a position at the market. Nothing when it is flat."""
    if not position.quantity:
        return
    hub.broadcast(LIQUIDATION_NOTICE, text_of(LIQUIDATION_NOTICE))
    now = hub.clock()
    order = Order(
        perm_id=hub.book.new_perm_id(),
        client_id=_IB,
        ticket=_closing_ticket(position),
        definition=position.definition,
        account=position.account,
        created_at=now,
        tif="DAY",
        is_released=True,
        live_since=now,
    )
    hub.book.add(order)
    fill(hub, order)


def _closing_ticket(position: Position) -> OrderTicket:
    d = position.definition
    fields = {
        "action": "SELL" if position.quantity > 0 else "BUY",
        "totalQuantity": number(abs(position.quantity)),
        "orderType": "MKT",
        "tif": "DAY",
        "transmit": "1",
    }
    contract = [
        d.con_id, d.symbol, d.sec_type, d.last_trade_date, d.strike, d.right, d.multiplier,
        d.exchange, d.primary_exchange, d.currency, d.local_symbol, d.trading_class,
    ]  # fmt: skip
    return ticket_from_json(
        {"order_id": NO_ORDER_ID, "contract": contract, "fields": fields, "blocks": {}}
    )
