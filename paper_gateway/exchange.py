"""The exchange's door: takes placeOrder and cancelOrder, accepts, previews, changes or refuses.

May not know sockets or clients' subscriptions, and fills nothing itself: accepted orders go to the
matching. Every answer goes through ``Reports``, in the order in which clients must see it.
"""

from collections.abc import Iterable
from dataclasses import replace

from paper_gateway.account import Account, Trade
from paper_gateway.accounts import Accounts
from paper_gateway.algos import parse_algo
from paper_gateway.book import Book, Ledger, Reports
from paper_gateway.changes import DUPLICATE_ID, apply_change, refuse_change
from paper_gateway.combos import combo_of
from paper_gateway.contracts import Ambiguous, Catalogue, ContractDefinition
from paper_gateway.drafts import Draft, Drafts
from paper_gateway.drills import Drills
from paper_gateway.instruction_rules import has_none, refuse_instructions
from paper_gateway.matching import Matching, cancelled_notice
from paper_gateway.order_notices import notices_after, notices_before
from paper_gateway.orders import Order, Status
from paper_gateway.previews import Previews
from paper_gateway.rules import (
    READ_ONLY,
    Refusal,
    refuse_contract,
    refuse_terms,
    reject_unmodelled,
)
from paper_gateway.session_times import next_auction
from paper_gateway.settlement import Settlements
from paper_gateway.tickets import OrderTicket

UNTRANSMITTED_WHAT_IF = Refusal(413, "The what-if order must have its transmit flag set.")
MISSING_PARENT = Refusal(10006, "Missing parent order.")


class Exchange:
    """The orders of all accounts. Every public method may be called at any time from one thread."""

    def __init__(
        self,
        accounts: Accounts,
        catalogue: Catalogue,
        matching: Matching,
        book: Book,
        ledger: Ledger,
        drills: Drills,
    ) -> None:
        self.accounts = accounts
        self.catalogue = catalogue
        self.book = book
        self._matching = matching
        self._ledger = ledger
        self._drills = drills
        self._clock = matching.clock
        self._previews = Previews(accounts, matching.prices, matching.clock)
        self.settlements = Settlements(catalogue, accounts.first.market)
        self._reports: Reports | None = None
        self._drafts = Drafts()

    def settle(self, account: Account, trades: Iterable[Trade]) -> None:
        """Book trades that no order made."""
        for trade in trades:
            account.apply_fill(trade.definition, trade.quantity, trade.price, trade.fee)
            position = account.positions[trade.definition.con_id]
            self._ledger.save_position(position)
            self._ledger.save_cash(account.name, account.cash)
            if self._reports is not None:
                self._reports.position_changed(position)

    def settle_expired(self) -> None:
        """End every position whose contract has expired."""
        for account in self.accounts:
            for position in account.held():
                self.settle(account, self.settlements.of_expired(position, self._clock()))

    @property
    def matching(self) -> Matching:
        """For what IB does on its own."""
        return self._matching

    def report_to(self, reports: Reports) -> None:
        """Who hears everything from now on."""
        self._reports = reports
        self._matching.reports = reports

    def place(self, client_id: int, ticket: OrderTicket) -> None:
        """A placeOrder: a new order, a change of one, or a what-if."""
        found: ContractDefinition | Ambiguous | None
        if ticket.is_combo:
            found = combo_of(ticket, self.catalogue)
        else:
            found = self.catalogue.resolve(ticket.contract)
        refusal = READ_ONLY if self._drills.read_only else refuse_contract(ticket, found)
        if refusal is None and isinstance(found, ContractDefinition):
            refusal = refuse_terms(ticket, found, [each.name for each in self.accounts])
            if refusal is None:
                self._place(Draft(client_id, ticket, found))
        if refusal is not None:
            self._error(client_id, ticket.order_id, refusal)

    def cancel(self, client_id: int, order_id: int) -> None:
        """A cancelOrder: only the placing client finds its order."""
        order = self.book.find(client_id, order_id)
        if (client_id, order_id) in self._drafts:
            for draft in self._drafts.drop(client_id, order_id):
                self._error(client_id, draft.ticket.order_id, cancelled_notice())
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
            if not order.is_done:
                self._matching.cancel(order)

    def run_auction(self, kind: str) -> None:
        """Hold an auction now, ``open`` or ``close``: MOC, LOC and OPG orders need not wait for
        9:30 or 16:00 in New York."""
        self._matching.run_auction(kind)

    def release_held(self) -> None:
        """Let go on what waits for a locate."""
        for order in self.book.open_orders():
            if order.why_held:
                self._matching.release(order)
                self._matching.report(order)
                self._matching.work(order)

    def resume(self) -> None:
        """Take up the working orders of a restored book; what was held is held no more."""
        for order in self.book.open_orders():
            self._read_algo(order)
            self._matching.groups.join(order)
            self._matching.release(order)
        for order in self.book.open_orders():
            if not order.is_done:
                self._matching.take_up(order)

    def start_day(self) -> None:
        """End the day orders, then forget yesterday's done orders and executions.

        One that waits for its start time or an auction belongs to the day of that.
        """
        for order in self.book.open_orders():
            if order.tif == "DAY" and not order.is_done and not self._matching.is_early(order):
                self._matching.cancel(order)
        self.book.start_day()

    # New orders

    def _place(self, draft: Draft) -> None:
        ticket, client_id = draft.ticket, draft.client_id
        key = (client_id, ticket.order_id)
        known = self.book.find(*key)
        next_id = self.book.next_order_id(client_id)
        refusal = self._refuse_family(client_id, ticket, known)
        if ticket.what_if:
            refusal = self._preview(draft)
        elif refusal is None and known is not None:
            refusal = self._change(known, draft)
        elif refusal is None and key not in self._drafts and ticket.order_id < next_id:
            refusal = DUPLICATE_ID
        elif refusal is None:
            refusal = self._keep_or_transmit(draft)
        if refusal is not None:
            self._error(*key, refusal)

    def _refuse_family(
        self, client_id: int, ticket: OrderTicket, known: Order | None
    ) -> Refusal | None:
        """A child needs a parent that works, or waits to be transmitted with it."""
        parent_id = ticket.parent_id
        if not parent_id or (known is not None and known.is_done):
            return None
        parent = self.book.find(client_id, parent_id)
        if known is not None and (parent is None or parent.is_done):
            return Refusal(135, f"Can't find order with id = {parent_id}")
        works = parent is not None and not parent.is_done
        has_parent = works or (client_id, parent_id) in self._drafts
        # Ids rise, so a parent has the lower one.
        return None if has_parent and parent_id < ticket.order_id else MISSING_PARENT

    def _keep_or_transmit(self, draft: Draft) -> Refusal | None:
        client_id, ticket = draft.client_id, draft.ticket
        refusal = self._refuse_instructions(ticket, draft.definition)
        if refusal is not None:
            return refusal
        self.book.take_order_id(client_id, ticket.order_id)
        self._ledger.save_next_order_id(client_id, self.book.next_order_id(client_id))
        if not ticket.transmit:
            self._drafts.keep(draft)
            return None
        family = self._drafts.transmit(draft)
        admitted = [self._admit(self._order(self.book.new_perm_id(), each)) for each in family]
        for order in admitted:
            if not order.is_done and not order.why_held:
                self._matching.work(order)
        return None

    def _refuse_instructions(
        self, ticket: OrderTicket, definition: ContractDefinition
    ) -> Refusal | None:
        """The unmodelled are not looked at: they are booked and rejected, as by IB."""
        if has_none(ticket) or reject_unmodelled(ticket) is not None:
            return None
        return refuse_instructions(ticket, definition, self.catalogue, self._clock())

    def _order(self, perm_id: int, draft: Draft) -> Order:
        ticket = draft.ticket
        order = Order(
            perm_id=perm_id,
            client_id=draft.client_id,
            ticket=ticket,
            definition=draft.definition,
            account=ticket.account or self.accounts.first.name,
            created_at=self._clock(),
            tif=ticket.tif or "DAY",
            family_id=ticket.parent_id,
        )
        self._read_algo(order)
        return order

    def _read_algo(self, order: Order) -> None:
        name, block = order.ticket.instructions.algo, order.ticket.blocks.get("F", [])
        if name and reject_unmodelled(order.ticket) is None:
            order.algo = parse_algo(name, block, order.asked_at)

    def _admit(self, order: Order) -> Order:
        """Book an order and tell it; it is done already when it is rejected."""
        self.book.add(order)
        ticket = order.ticket
        refusal = self._refuse_by_drill() or reject_unmodelled(ticket)
        parent = self.book.find(order.client_id, ticket.parent_id) if ticket.parent_id else None
        if refusal is None and parent is None:
            # A child is expected to close what its parent opens.
            refusal = self._previews.refuse_by_margin(order)
        if refusal is not None:
            self._error(order.client_id, order.order_id, refusal)
            self._matching.finish(order, Status.INACTIVE, "")
            self._matching.report(order)
            return order
        if parent is not None and parent.is_done:
            self._matching.cancel(order)
            return order
        if self._drills.hold_for_locate:
            order.why_held = "locate"
        self._matching.prepare(order)
        opens_at = self._opens_at(order)
        if opens_at is not None:
            order.status = Status.PRE_SUBMITTED
        self._tell(order, notices_before(order, self._drills, opens_at))
        self._matching.report(order)
        self._tell(order, notices_after(order, self._drills))
        return order

    def _refuse_by_drill(self) -> Refusal | None:
        if not self._drills.reject_orders:
            return None
        self._drills.reject_orders -= 1
        return Refusal(self._drills.reject_code, self._drills.reject_text)

    # What-if and changes

    def _preview(self, draft: Draft) -> Refusal | None:
        ticket = draft.ticket
        if not ticket.transmit:
            return UNTRANSMITTED_WHAT_IF
        refusal = reject_unmodelled(ticket) or self._refuse_instructions(ticket, draft.definition)
        if refusal is None and self._reports is not None:
            order = self._order(0, draft)
            self._reports.previewed(order, self._previews.what_if(order))
        return refusal

    def _change(self, order: Order, draft: Draft) -> Refusal | None:
        ticket, definition = draft.ticket, draft.definition
        refusal = (
            refuse_change(order, ticket, definition)
            or reject_unmodelled(ticket)
            or self._refuse_instructions(ticket, definition)
        )
        if refusal is None and not ticket.parent_id:
            refusal = self._previews.refuse_by_margin(replace(order, ticket=ticket))
        if refusal is not None:
            return refusal
        self._matching.groups.leave(order)
        apply_change(order, ticket, self._clock())
        self._read_algo(order)
        self._matching.groups.join(order)
        self._matching.follow_anew(order)
        self._matching.report(order)
        if not order.why_held:
            self._matching.work(order)
        return None

    def _opens_at(self, order: Order) -> float | None:
        """When a closed exchange takes the order; None when it is open and no drill says so."""
        if self._matching.waits_for_opening(order):
            return self._matching.opens_at(order)
        return next_auction("open", self._clock()) if self._drills.always_399 else None

    def _tell(self, order: Order, notices: list[Refusal]) -> None:
        for notice in notices:
            self._error(order.client_id, order.order_id, notice)

    def _error(self, client_id: int, order_id: int, refusal: Refusal) -> None:
        if self._reports is not None:
            self._reports.order_error(client_id, order_id, refusal)
