"""The exchange's door: takes placeOrder and cancelOrder, accepts, previews, changes or refuses.

May not know sockets or clients' subscriptions, and fills nothing itself: accepted orders go to the
matching. Every answer goes through ``Reports``, in the order in which clients must see it.
"""

from dataclasses import replace

from paper_gateway.account import Account
from paper_gateway.book import Book, Ledger, Reports
from paper_gateway.contracts import Catalogue, ContractDefinition
from paper_gateway.drills import Drills
from paper_gateway.matching import CANCELLED_NOTICE, Matching
from paper_gateway.orders import Order, Preview, Status
from paper_gateway.rules import (
    LIMIT_TYPES,
    READ_ONLY,
    STOP_TYPES,
    Refusal,
    refuse_contract,
    refuse_terms,
    reject_unmodelled,
    rejected,
)
from paper_gateway.tickets import OrderTicket

TIF_NOTICE = Refusal(10349, "Order TIF was set to DAY based on order preset.")
OUTSIDE_RTH_NOTICE = Refusal(
    2109,
    "Order Event Warning:Attribute 'Outside Regular Trading Hours' is ignored based on the order "
    "type and destination. PlaceOrder is now being processed.",
)
LOCATE_NOTICE = Refusal(404, "Order held while securities are located.")
DUPLICATE_ID = Refusal(103, "Duplicate order id")
UNTRANSMITTED_WHAT_IF = Refusal(413, "The what-if order must have its transmit flag set.")
# TWS asks for a second look above its presets; the what-if answer then carries a warning.
WARNING_SIZE = 500
WARNING_VALUE = 100_000


class Exchange:
    """One account's orders. Every public method may be called at any time from one thread."""

    def __init__(
        self,
        account: Account,
        catalogue: Catalogue,
        matching: Matching,
        book: Book,
        ledger: Ledger,
        drills: Drills,
    ) -> None:
        self.account = account
        self.catalogue = catalogue
        self.book = book
        self._matching = matching
        self._ledger = ledger
        self._drills = drills
        self._clock = matching.clock
        self._reports: Reports | None = None
        self._untransmitted: dict[tuple[int, int], OrderTicket] = {}

    def report_to(self, reports: Reports) -> None:
        """Who hears everything from now on."""
        self._reports = reports
        self._matching.reports = reports

    def place(self, client_id: int, ticket: OrderTicket) -> None:
        """A placeOrder: a new order, a change of one, or a what-if."""
        if self._drills.swallow_orders and not ticket.what_if:
            self._drills.swallow_orders -= 1
            return
        found = self.catalogue.resolve(ticket.contract)
        refusal = READ_ONLY if self._drills.read_only else refuse_contract(ticket, found)
        if refusal is None and isinstance(found, ContractDefinition):
            refusal = refuse_terms(ticket, found, self.account.name)
            if refusal is None:
                self._place(client_id, ticket, found)
        if refusal is not None:
            self._error(client_id, ticket.order_id, refusal)

    def cancel(self, client_id: int, order_id: int) -> None:
        """A cancelOrder: only the placing client finds its order."""
        order = self.book.find(client_id, order_id)
        if self._untransmitted.pop((client_id, order_id), None) is not None:
            self._error(client_id, order_id, CANCELLED_NOTICE)
        elif order is None or (order.is_done and order.cancel_was_refused):
            text = f"OrderId {order_id} that needs to be cancelled is not found."
            self._error(client_id, order_id, Refusal(10147, text))
        elif order.is_done:
            # Real gateways answer 10148 once and 10147 to later tries.
            order.cancel_was_refused = True
            text = (
                f"OrderId {order_id} that needs to be cancelled cannot be cancelled, "
                f"state: {order.status.value}."
            )
            self._error(client_id, order_id, Refusal(10148, text))
        else:
            self._matching.cancel(order)

    def cancel_all(self) -> None:
        """reqGlobalCancel: every working order of every client."""
        for order in self.book.open_orders():
            self._matching.cancel(order)

    def release_held(self) -> None:
        """Let go on what waits for a locate."""
        for order in self.book.open_orders():
            if order.why_held:
                order.why_held = ""
                self._matching.report(order)
                self._matching.work(order)

    def resume(self) -> None:
        """Take up the working orders of a restored book; what was held is held no more."""
        for order in self.book.open_orders():
            order.why_held = ""
            self._matching.work(order)

    def start_day(self) -> None:
        """End the day orders, then forget yesterday's done orders and executions."""
        for order in self.book.open_orders():
            if order.tif == "DAY":
                self._matching.cancel(order)
        self.book.start_day()

    # New orders

    def _place(self, client_id: int, ticket: OrderTicket, definition: ContractDefinition) -> None:
        key = (client_id, ticket.order_id)
        known = self.book.find(*key)
        if ticket.what_if:
            self._preview(client_id, ticket, definition)
        elif known is not None:
            self._change(known, ticket, definition)
        elif key not in self._untransmitted and ticket.order_id < self.book.next_order_id(
            client_id
        ):
            self._error(client_id, ticket.order_id, DUPLICATE_ID)
        else:
            self.book.take_order_id(client_id, ticket.order_id)
            self._ledger.save_next_order_id(client_id, self.book.next_order_id(client_id))
            if not ticket.transmit:
                self._untransmitted[key] = ticket
                return
            self._untransmitted.pop(key, None)
            order = self._order(self.book.new_perm_id(), client_id, ticket, definition)
            self.book.add(order)
            self._accept(order)

    def _order(
        self, perm_id: int, client_id: int, ticket: OrderTicket, definition: ContractDefinition
    ) -> Order:
        return Order(
            perm_id=perm_id,
            client_id=client_id,
            ticket=ticket,
            definition=definition,
            account=self.account.name,
            created_at=self._clock(),
            tif=ticket.tif or "DAY",
        )

    def _accept(self, order: Order) -> None:
        refusal = (
            self._refuse_by_drill()
            or reject_unmodelled(order.ticket)
            or self._refuse_by_margin(order)
        )
        if refusal is not None:
            self._error(order.client_id, order.order_id, refusal)
            self._matching.finish(order, Status.INACTIVE, "")
            self._matching.report(order)
            return
        if self._drills.hold_for_locate:
            order.why_held = "locate"
        elif order.ticket.order_type == "LMT":
            order.status = Status.SUBMITTED
        self._tell(order, self._notices_before(order))
        self._matching.report(order)
        self._tell(order, self._notices_after(order))
        if not order.why_held:
            self._matching.work(order)

    def _refuse_by_drill(self) -> Refusal | None:
        if not self._drills.reject_orders:
            return None
        self._drills.reject_orders -= 1
        return Refusal(self._drills.reject_code, self._drills.reject_text)

    def _refuse_by_margin(self, order: Order) -> Refusal | None:
        """201 when the trade needs more initial margin than there is equity."""
        preview = self._preview_of(order)
        initial, _, equity = preview.after
        if initial <= equity or initial <= preview.before[0]:
            return None
        return rejected(
            "YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION YOUR EQUITY WITH "
            f"LOAN VALUE [{equity:.2f} USD] MUST EXCEED THE INITIAL MARGIN [{initial:.2f} USD]"
        )

    def _notices_before(self, order: Order) -> list[Refusal]:
        drills = self._drills
        notices = []
        if drills.tif_notice == "before" or (not order.ticket.tif and not drills.tif_notice):
            notices.append(TIF_NOTICE)
        is_ignored = order.ticket.outside_rth and order.ticket.order_type == "MKT"
        if is_ignored or drills.always_2109:
            notices.append(OUTSIDE_RTH_NOTICE)
        if drills.always_399:
            notices.append(_closed_notice(order))
        return notices

    def _notices_after(self, order: Order) -> list[Refusal]:
        notices = [TIF_NOTICE] if self._drills.tif_notice == "after" else []
        return [*notices, LOCATE_NOTICE] if order.why_held else notices

    # What-if

    def _preview(self, client_id: int, ticket: OrderTicket, definition: ContractDefinition) -> None:
        refusal = reject_unmodelled(ticket) if ticket.transmit else UNTRANSMITTED_WHAT_IF
        if refusal is not None:
            self._error(client_id, ticket.order_id, refusal)
            return
        order = self._order(0, client_id, ticket, definition)
        preview = self._preview_of(order)
        value = ticket.quantity * self._expected_price(order) * float(definition.multiplier or 1)
        if ticket.quantity > WARNING_SIZE or value > WARNING_VALUE:
            warning = (
                f"The size of this order ({ticket.quantity:g}, worth about {value:,.2f} "
                f"{definition.currency}) is above the limits of {WARNING_SIZE} and "
                f"{WARNING_VALUE:,} at which IB asks for a second look."
            )
            preview = replace(preview, warning=warning)
        if self._reports is not None:
            self._reports.previewed(order, preview)

    def _preview_of(self, order: Order) -> Preview:
        signed = order.remaining if order.is_buy else -order.remaining
        price = self._expected_price(order)
        return self.account.preview(order.definition, signed, price, self._clock())

    def _expected_price(self, order: Order) -> float:
        ticket = order.ticket
        if ticket.order_type in LIMIT_TYPES and ticket.limit_price is not None:
            return ticket.limit_price
        if ticket.order_type in STOP_TYPES and ticket.aux_price is not None:
            return ticket.aux_price
        return self._matching.touch_price(order)

    # Changes

    def _change(self, order: Order, ticket: OrderTicket, definition: ContractDefinition) -> None:
        refusal = _refuse_change(order, ticket, definition) or reject_unmodelled(ticket)
        if refusal is None:
            refusal = self._refuse_by_margin(replace(order, ticket=ticket))
        if refusal is not None:
            self._error(order.client_id, order.order_id, refusal)
            return
        order.ticket = ticket
        order.tif = ticket.tif or order.tif
        order.encoded.clear()
        self._matching.report(order)
        if not order.why_held:
            self._matching.work(order)

    def _tell(self, order: Order, notices: list[Refusal]) -> None:
        for notice in notices:
            self._error(order.client_id, order.order_id, notice)

    def _error(self, client_id: int, order_id: int, refusal: Refusal) -> None:
        if self._reports is not None:
            self._reports.order_error(client_id, order_id, refusal)


def _refuse_change(
    order: Order, ticket: OrderTicket, definition: ContractDefinition
) -> Refusal | None:
    if order.status is Status.FILLED:
        return Refusal(104, "Cannot modify a filled order.")
    if order.is_done:
        return DUPLICATE_ID
    if ticket.order_type != order.ticket.order_type:
        return Refusal(329, "Order modify failed. Cannot change to the new order type.")
    if ticket.action != order.ticket.action or definition is not order.definition:
        return Refusal(105, "Order being modified does not match original order.")
    if ticket.quantity <= order.filled:
        return rejected("The new order size is not above the quantity that is already filled.")
    return None


def _closed_notice(order: Order) -> Refusal:
    ticket, definition = order.ticket, order.definition
    return Refusal(
        399,
        f"Order Message:\n{ticket.action} {ticket.quantity:g} {definition.local_symbol} "
        f"{definition.primary_exchange}\nWarning: your order will not be placed at the exchange "
        "until the next opening.",
    )
