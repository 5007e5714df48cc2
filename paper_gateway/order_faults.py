"""Orders, changes and cancels on the way to the exchange, and what drills do to them.

May not book or fill anything: the exchange does, and everything that no drill touches goes to it
as it came.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from paper_gateway import order_replies
from paper_gateway.interventions import fill, fill_after_cancel
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
        self._unheard: set[str] = set()
        """execIds that were not told, until their commission would be."""

    # What comes in

    def place(self, session: Session, client_id: int, ticket: OrderTicket) -> None:
        """A placeOrder that was read."""
        drills = self._hub.drills
        if ticket.what_if:
            self._hub.exchange.place(client_id, ticket)
            return
        self._hub.on_event("order")
        if session.is_closing:
            self._hub.counters.count_lost(client_id, ticket.order_ref)
            return
        if drills.drop_before_order:
            drills.drop_before_order -= 1
            self._hub.counters.count_lost(client_id, ticket.order_ref)
            session.drop()
            return
        self._when_linked(partial(self._place, client_id, ticket))
        if drills.drop_after_order:
            drills.drop_after_order -= 1
            session.drop()

    def cancel(self, session: Session, request: Request, handle: Action) -> None:
        """A cancelOrder or reqGlobalCancel that was read; ``handle`` does it."""
        drills = self._hub.drills
        if request.message_id == _CANCEL_ORDER:
            self._hub.on_event("cancel")
            if self._answer_cancel(session, request["order_id"]):
                return
        self._when_linked(handle)
        if drills.drop_after_cancel:
            drills.drop_after_cancel -= 1
            session.drop()

    def _answer_cancel(self, session: Session, order_id: int) -> bool:
        """Whether a drill has done with this cancelOrder."""
        drills = self._hub.drills
        order = self._hub.book.find(session.client_id or 0, order_id)
        if drills.cancel_answers:
            code = drills.cancel_answers.pop(0)
            text = text_of(code, order_id, 0 if order is None else order.perm_id)
            session.send_error(order_id, code, text)
            return True
        if drills.swallow_cancels:
            drills.swallow_cancels -= 1
            return True
        return order is not None and not order.is_done and self._overtake_cancel(order)

    def _overtake_cancel(self, order: Order) -> bool:
        """A fill that comes before or after the cancel of a working order."""
        drills = self._hub.drills
        if drills.fill_before_cancel:
            drills.fill_before_cancel -= 1
            fill(self._hub, order)
        elif drills.fill_after_cancel:
            drills.fill_after_cancel -= 1
            fill_after_cancel(self._hub, order)
            return True
        return False

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
        if not self._answer_order(client_id, ticket):
            self._hub.exchange.place(client_id, ticket)

    def _answer_order(self, client_id: int, ticket: OrderTicket) -> bool:
        """Whether a drill has done with this placeOrder."""
        drills = self._hub.drills
        known = self._hub.book.find(client_id, ticket.order_id)
        if drills.swallow_orders:
            drills.swallow_orders -= 1
            self._hub.counters.count_lost(client_id, ticket.order_ref)
            return True
        if drills.read_only:
            return False
        if known is not None:
            return not known.is_done and self._answer_change(client_id, ticket)
        if drills.refuse_orders:
            drills.refuse_orders -= 1
            text = text_of(drills.refuse_code, ticket.order_id)
            self._hub.order_error(client_id, ticket.order_id, Refusal(drills.refuse_code, text))
            return True
        if drills.silent_orders:
            self._silence(client_id, ticket.order_id)
        return False

    def _answer_change(self, client_id: int, ticket: OrderTicket) -> bool:
        """Whether a drill has done with this change of a working order."""
        drills = self._hub.drills
        if drills.reject_modifies:
            drills.reject_modifies -= 1
            refusal = Refusal(drills.reject_code, drills.reject_text)
            self._hub.order_error(client_id, ticket.order_id, refusal)
            return True
        if drills.duplicate_incarnation:
            drills.duplicate_incarnation -= 1
            with self._hub.book.free_again(client_id, ticket.order_id):
                self._hub.exchange.place(client_id, ticket)
            return True
        return False

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
            if not order.is_done:
                self._hub.on_event("accepted")

    def hides_status(self) -> bool:
        """Whether this orderStatus is one that a drill drops."""
        drills = self._hub.drills
        is_hidden = drills.drop_statuses > 0
        drills.drop_statuses -= is_hidden
        return is_hidden

    def hides_fill(self, execution: Execution) -> bool:
        """Whether a drill drops what is told about this execution."""
        drills = self._hub.drills
        if not drills.drop_fills:
            return False
        drills.drop_fills -= 1
        self._unheard.add(execution.exec_id)
        return True

    def tell_commission(self, execution: Execution, tell: Action) -> None:
        """Tell a commission report now, later or never."""
        drills = self._hub.drills
        if execution.exec_id in self._unheard:
            self._unheard.discard(execution.exec_id)
        elif drills.drop_commissions:
            drills.drop_commissions -= 1
        elif drills.commission_delay_ms:
            self._hub.timers.after(drills.commission_delay_ms / 1000, tell)
        else:
            tell()

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
