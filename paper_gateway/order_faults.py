"""Orders, changes and cancels on the way to the exchange, and what drills do to them.

May not book or fill anything: the exchange does, and everything that no drill touches goes to it
as it came.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from paper_gateway import order_replies
from paper_gateway.notices import text_of
from paper_gateway.orders import Execution, Order, Preview
from paper_gateway.requests import Request
from paper_gateway.rules import Refusal
from paper_gateway.tickets import OrderTicket

if TYPE_CHECKING:
    from paper_gateway.hub import Hub
    from paper_gateway.session import Session

Action = Callable[[], None]

_CANCEL_ORDER = 4


class OrderFaults:
    """The drills about orders of one hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._waiting: list[Action] = []
        # permIds only rise: an order with a higher one has not been told yet.
        self._last_told = hub.book.last_perm_id
        self._to_note: int | None = None

    # What comes in

    def place(self, session: Session, client_id: int, ticket: OrderTicket) -> None:
        """A placeOrder that was read."""
        drills = self._hub.drills
        if ticket.what_if:
            self._hub.exchange.place(client_id, ticket)
            return
        if drills.drop_before_order:
            drills.drop_before_order -= 1
            session.drop()
            return
        self._when_linked(partial(self._place, client_id, ticket))
        if drills.drop_after_order:
            drills.drop_after_order -= 1
            session.drop()

    def cancel(self, session: Session, request: Request, handle: Action) -> None:
        """A cancelOrder or reqGlobalCancel that was read; ``handle`` does it."""
        drills = self._hub.drills
        if drills.cancel_answers and request.message_id == _CANCEL_ORDER:
            code, order_id = drills.cancel_answers.pop(0), request["order_id"]
            order = self._hub.book.find(session.client_id or 0, order_id)
            text = text_of(code, order_id, 0 if order is None else order.perm_id)
            session.send_error(order_id, code, text)
            return
        self._when_linked(handle)
        if drills.drop_after_cancel:
            drills.drop_after_cancel -= 1
            session.drop()

    def link_restored(self) -> None:
        """Do what has waited for the link, in its order."""
        waiting, self._waiting = self._waiting, []
        for action in waiting:
            action()

    def _when_linked(self, action: Action) -> None:
        if self._hub.drills.link_down:
            self._waiting.append(action)
        else:
            action()

    def _place(self, client_id: int, ticket: OrderTicket) -> None:
        drills, exchange = self._hub.drills, self._hub.exchange
        known = self._hub.book.find(client_id, ticket.order_id)
        is_change = known is not None and not known.is_done
        if not drills.swallow_orders and not drills.read_only:
            if is_change and drills.reject_modifies:
                drills.reject_modifies -= 1
                refusal = Refusal(drills.reject_code, drills.reject_text)
                self._hub.order_error(client_id, ticket.order_id, refusal)
                return
            if is_change and drills.duplicate_incarnation:
                drills.duplicate_incarnation -= 1
                with self._hub.book.free_again(client_id, ticket.order_id):
                    exchange.place(client_id, ticket)
                return
            if known is None and drills.silent_orders:
                self._silence(client_id, ticket.order_id)
        exchange.place(client_id, ticket)

    def _silence(self, client_id: int, order_id: int) -> None:
        self._hub.drills.silent_orders -= 1
        session = self._hub.sessions.get(client_id)
        if session is not None:
            session.silent_orders.add(order_id)

    # What goes out

    def before_opened(self, order: Order) -> None:
        """Before an openOrder is told: the notices of an order's first one."""
        if order.perm_id <= self._last_told:
            return
        self._last_told = self._to_note = order.perm_id
        self._send(order.client_id, order.order_id, self._hub.drills.notices_before)

    def after_status(self, order: Order) -> None:
        """After an orderStatus was told: the notices of an order's first one."""
        if order.perm_id == self._to_note:
            self._to_note = None
            self._send(order.client_id, order.order_id, self._hub.drills.notices_after)

    def after_commission(self, execution: Execution) -> None:
        """After a commission was told: warnings about an order that is filled."""
        codes = self._hub.drills.warning_after_fill
        order = self._hub.book.orders.get(execution.perm_id) if codes else None
        if order is not None and order.remaining <= 0:
            self._send(execution.client_id, execution.order_id, codes)

    def _send(self, client_id: int, order_id: int, codes: list[int]) -> None:
        for code in codes:
            self._hub.order_error(client_id, order_id, Refusal(code, text_of(code, order_id)))

    def preview(self, session: Session, order: Order, preview: Preview) -> None:
        """Tell the answer to a what-if order: twice when there is a warning, as TWS does."""
        kind = self._hub.drills.what_if
        version = session.version
        if kind == "only_10349":
            session.send_error(order.order_id, 10349, text_of(10349))
        elif kind == "empty_margins":
            session.send(order_replies.what_if(order, None, "", version))
        elif kind != "silent":
            warning = preview.warning or ("Drill" if kind == "warning_first" else "")
            if warning:
                session.send(order_replies.what_if(order, None, warning, version))
            session.send(order_replies.what_if(order, preview, "", version))
