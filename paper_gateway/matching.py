"""Matching: what happens to an accepted order until it is done.

May not refuse orders or know clients. There is no polling of prices: the market's path is known, so
the instant at which a waiting or resting order is touched is planned in the timers.

How orders fill. A market order trades at the ask (a sale at the bid), whatever its size, above 500
units in parts. A limit order that is better than that price trades at it; otherwise it rests until
the last price comes to its limit, and then fills at its limit. IOC takes the first part and cancels
the rest; FOK and all-or-none fill in one piece. MTL rests, after its first part, at the price of
that. Orders for an auction fill in one piece at the auction's price, which is the last price.

The order of the reports is that of recorded traffic: per execution execDetails, openOrder,
orderStatus; the Filled pair a second time with the commission; then the commission report.
"""

from collections.abc import Callable

from paper_gateway.account import Account
from paper_gateway.book import Book, Ledger, Reports
from paper_gateway.book import Pace as Pace
from paper_gateway.condition_facts import Facts
from paper_gateway.drills import Drills
from paper_gateway.filling import Filling
from paper_gateway.fills import Fills
from paper_gateway.gates import FOREVER, Gates
from paper_gateway.groups import Groups, cancels_rivals, reduced_size
from paper_gateway.instructions import PLAIN
from paper_gateway.order_types import AT_ONCE, Peg, Trigger
from paper_gateway.orders import Order, Status
from paper_gateway.pegs import PEG_SECONDS, peg_price
from paper_gateway.plans import Plan, Plans
from paper_gateway.prices import Prices
from paper_gateway.rules import Refusal
from paper_gateway.timers import Clock, Timers
from paper_gateway.triggers import follow, is_reached, next_best, trigger_price, triggers_above

# A moving trailing stop is told at most this often.
TRAIL_REPORT_SECONDS = 1.0


def cancelled_notice(reason: str = "") -> Refusal:
    return Refusal(202, f"Order Canceled - reason:{reason}")


class Matching:
    """Works the orders of one account against its market."""

    def __init__(
        self,
        account: Account,
        book: Book,
        timers: Timers,
        ledger: Ledger,
        drills: Drills,
        pace: Pace,
    ) -> None:
        self.reports: Reports | None = None
        self.prices = Prices(account.market, timers.clock)
        self.groups = Groups()
        self._book = book
        self._timers = timers
        self._ledger = ledger
        self._drills = drills
        self._pace = pace
        self._plans = Plans(timers)
        self._gates = Gates(book, Facts(account, book, timers.clock), timers.clock)
        fills = Fills(account, book, ledger, self.prices)
        self._filling = Filling(self, fills, drills, pace, self._plans)

    @property
    def clock(self) -> Clock:
        return self._timers.clock

    # The life of an order

    def prepare(self, order: Order) -> None:
        """Before an order is told for the first time: what holds it, and its first status."""
        self.groups.join(order)
        if self._gates.waits_until(order) is None:
            self._let_go(order, is_told=False)
        if order.why_held:
            order.status = Status.PRE_SUBMITTED

    def release(self, order: Order) -> None:
        """The shares that the order was held for are there."""
        if order.why_held and order.is_released and order.order_type.rests_at_once:
            order.status = Status.SUBMITTED
        order.why_held = ""

    def work(self, order: Order) -> None:
        """Plan what happens next to a working order; replaces an earlier plan."""
        self._plans.forget(order, Plan.STEP)
        if order.ticket.instructions is not PLAIN:
            self._plan_ends(order)
        if order.is_done or order.why_held:
            return
        until = self._gates.waits_until(order)
        if until is None:
            if not order.is_released:
                self._let_go(order, is_told=True)
                self.report(order)
            self._step(order)
        elif until != FOREVER:
            self._plans.at(order, Plan.STEP, until, lambda: self.work(order))

    def follow_anew(self, order: Order) -> None:
        """Place the trailing stop of an order whose trailing terms are new."""
        is_trail = order.order_type.trigger is Trigger.TRAIL
        if is_trail and order.is_released and order.stop_price is None:
            follow(order, self.prices.mark(order.definition))

    def is_early(self, order: Order) -> bool:
        """Whether the order's own time is still to come: it came after the last closing, too."""
        if order.auction or self._gates.starts_at(order) > self._timers.clock():
            return True
        return not self.prices.has_traded_since(order.definition, order.asked_at)

    def waits_for_opening(self, order: Order) -> bool:
        """Whether the exchange is closed for this order now; never in the always-open mode."""
        return not order.auction and self._opens_at(order) > self._timers.clock()

    def _opens_at(self, order: Order) -> float:
        # IB ignores outsideRth for market orders (2109).
        regular = not (order.ticket.outside_rth and order.ticket.order_type != "MKT")
        return self.prices.opens_at(order.definition, regular)

    def cancel(self, order: Order, reason: str = "") -> None:
        """Status first, then the notice, as recorded; its children go with it."""
        self.finish(order, Status.CANCELLED, "Cancelled by Trader")
        if self.reports is not None:
            self.reports.status(order)
            notice = cancelled_notice(reason)
            self.reports.order_error(order.client_id, order.order_id, notice)
        for child in self.groups.children(order):
            self.cancel(child)

    def finish(self, order: Order, status: Status, text: str) -> None:
        """Nothing more happens to this order."""
        order.status = status
        order.completed_at = self._timers.clock()
        order.completed_text = text
        order.why_held = ""
        self._book.close(order)
        self._plans.forget_all(order)
        self.groups.leave(order)
        self._ledger.save_order(order)

    def report(self, order: Order) -> None:
        """The pair of openOrder and orderStatus that follows every change."""
        self._ledger.save_order(order)
        if self.reports is not None:
            self.reports.opened(order)
            self.reports.status(order)

    def filled(self, order: Order, shares: float) -> None:
        """Orders that depend on this one: rivals are cancelled or reduced, children let go."""
        for rival in self.groups.rivals(order):
            size = 0.0 if cancels_rivals(order) else reduced_size(rival, order, shares)
            if size <= rival.filled:
                self.cancel(rival)
                continue
            rival.ticket = rival.ticket.with_quantity(size)
            rival.encoded.clear()
            self.report(rival)
        if order.is_done:
            for child in self.groups.children(order):
                self.work(child)

    def run_auction(self, kind: str) -> None:
        """Hold the ``open`` or the ``close`` auction now, for all orders that wait for it."""
        for order in self._book.open_orders():
            if order.is_done or order.why_held:
                continue
            if order.auction == kind and order.is_released:
                self._plans.forget(order, Plan.STEP)
                self._trade_in_auction(order)

    # Prices

    def touch_price(self, order: Order) -> float:
        """What the order would pay or get now: the ask or the bid."""
        return self.prices.touch(order.definition, order.is_buy)

    def is_marketable(self, order: Order) -> bool:
        limit = order.limit
        if limit is None:
            return True
        price = self.touch_price(order)
        return price <= limit if order.is_buy else price >= limit

    # The steps

    def _let_go(self, order: Order, is_told: bool) -> None:
        """Nothing holds the order any more; one that clients know as waiting goes on visibly."""
        order.is_released, order.live_since = True, self._timers.clock()
        kind = order.order_type
        if kind.trigger is Trigger.TRAIL:
            follow(order, self.prices.mark(order.definition))
        works = kind.trigger is Trigger.NONE and not order.auction
        if works and (is_told or kind.rests_at_once or order.algo is not None):
            order.status = Status.SUBMITTED

    def _plan_ends(self, order: Order) -> None:
        """The end of a good-till-date order, and conditions that cancel."""
        end = self._gates.expires_at(order)
        if end is not None:
            self._plans.at(order, Plan.EXPIRY, end, lambda: self.cancel(order))
        look = self._gates.cancels_at(order)
        if look is None:
            self._plans.forget(order, Plan.CANCEL)
        elif look <= self._timers.clock():
            self.cancel(order)
        else:
            self._plans.at(order, Plan.CANCEL, look, lambda: self._plan_ends(order))

    def _step(self, order: Order) -> None:
        kind = order.order_type
        if order.auction:
            when = self.prices.next_auction(order.definition, order.auction)
            self._plans.at(order, Plan.STEP, when, lambda: self._trade_in_auction(order))
        elif self.waits_for_opening(order):
            when = self._opens_at(order)
            self._plans.at(order, Plan.STEP, when, lambda: self.work(order))
        elif kind.trigger is not Trigger.NONE and not order.is_triggered:
            self._watch_trigger(order)
        elif order.algo is not None and order.algo.is_sliced:
            self._work_slices(order)
        elif kind.peg is not Peg.NONE:
            self._work_pegged(order)
        else:
            self._trade_or_rest(order)

    def _trade_or_rest(self, order: Order) -> None:
        if not self.is_marketable(order):
            self.rest(order)
            return
        delay = self._drills.fill_delay_ms
        seconds = self._pace.fill if delay is None else delay / 1000
        if order.algo is not None:
            seconds += order.algo.delay
        self._plans.after(order, seconds, lambda: self._filling.start(order))

    def rest(self, order: Order) -> None:
        """Wait until the market comes to the limit."""
        if order.tif in AT_ONCE:
            self.cancel(order)
            return
        seconds = self.prices.search_seconds(order.definition)
        self._watch(order, order.limit or 0.0, seconds, lambda: self._filling.start(order))

    def _work_pegged(self, order: Order) -> None:
        quote = self.prices.market.quote(order.definition.con_id, self._timers.clock())
        order.peg = peg_price(order, quote)
        if self.is_marketable(order) or order.tif in AT_ONCE:
            self._trade_or_rest(order)
        else:
            self._watch(order, order.peg, PEG_SECONDS, lambda: self._filling.start(order))

    def _work_slices(self, order: Order) -> None:
        if self._filling.slice(order) or order.is_done:
            return
        if order.algo is not None and order.algo.may_go_on:
            self._trade_or_rest(order)
        else:
            self.cancel(order)

    def _watch(
        self, order: Order, limit: float, seconds: float, action: Callable[[], None]
    ) -> None:
        """Do ``action`` when the market comes to a limit within so many seconds; then look anew."""
        above = not order.is_buy
        touch = self.prices.next_touch(order.definition, limit, above, seconds)
        if touch is None:
            end = self._timers.clock() + seconds
            self._plans.at(order, Plan.STEP, end, lambda: self.work(order))
        else:
            self._plans.at(order, Plan.STEP, touch, action)

    def _watch_trigger(self, order: Order) -> None:
        is_trail = order.order_type.trigger is Trigger.TRAIL
        mark = self.prices.mark(order.definition)
        if is_reached(order, mark):
            self._trigger(order)
            return
        if is_trail and follow(order, mark) and not self._plans.has(order, Plan.REPORT):
            when = self._timers.clock() + TRAIL_REPORT_SECONDS
            self._plans.at(order, Plan.REPORT, when, lambda: self.report(order))
        seconds, above = self.prices.search_seconds(order.definition), triggers_above(order)
        levels = [(trigger_price(order), above)]
        if is_trail:
            levels.append((next_best(order), not above))
        touches = (
            self.prices.next_touch(order.definition, level, side, seconds) for level, side in levels
        )
        end = self._timers.clock() + seconds
        when = min((touch for touch in touches if touch is not None), default=end)
        self._plans.at(order, Plan.STEP, when, lambda: self.work(order))

    def _trigger(self, order: Order) -> None:
        order.is_triggered = True
        order.status = Status.SUBMITTED
        self._plans.forget(order, Plan.REPORT)
        self.report(order)
        self._step(order)

    def _trade_in_auction(self, order: Order) -> None:
        price, limit = self.prices.mark(order.definition), order.limit
        is_fair = limit is None or (price <= limit if order.is_buy else price >= limit)
        if is_fair:
            self._filling.in_auction(order, price)
        else:
            self.cancel(order, f"At the {order.auction} order can not be executed")
