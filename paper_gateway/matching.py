"""Matching: what happens to an accepted order until it is done.

May not refuse orders or know clients. There is no polling: the market's path is known, so the
instant at which a resting order is touched is planned in the timers.

The order of the reports is that of recorded traffic: per execution execDetails, openOrder,
orderStatus; the Filled pair a second time with the commission; then the commission report.
"""

from collections.abc import Callable
from dataclasses import dataclass

from paper_gateway.account import Account
from paper_gateway.book import Book, Ledger, Reports
from paper_gateway.contracts import ContractDefinition
from paper_gateway.drills import Drills
from paper_gateway.orders import (
    Execution,
    Order,
    Status,
    commission,
    commission_currency,
    split_into_parts,
)
from paper_gateway.rules import LIMIT_TYPES, STOP_TYPES, Refusal
from paper_gateway.timers import Clock, Timer, Timers

CANCELLED_NOTICE = Refusal(202, "Order Canceled - reason:")
# How far ahead a resting order's touch is searched at a time.
_SEARCH_SECONDS = 86_400.0
_EXEC_ID_PREFIX = "0000e0d5"


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between acceptance and fill, between the parts of a fill, and to the commission."""

    fill: float = 0.0
    part: float = 0.03
    commission: float = 0.0


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
        self._account = account
        self._market = account.market
        self._book = book
        self._timers = timers
        self._ledger = ledger
        self._drills = drills
        self._pace = pace
        self._plans: dict[int, Timer] = {}

    @property
    def clock(self) -> Clock:
        return self._timers.clock

    def work(self, order: Order) -> None:
        """Plan what happens next to a working order; replaces an earlier plan."""
        self._forget_plan(order)
        ticket = order.ticket
        if ticket.order_type in STOP_TYPES and not order.is_triggered:
            self._watch_stop(order)
        elif ticket.order_type in LIMIT_TYPES and not self._is_marketable(order):
            if order.tif == "IOC":
                self.cancel(order)
            else:
                limit = ticket.limit_price or 0.0
                self._watch(order, limit, not order.is_buy, lambda: self._start_fill(order))
        else:
            delay = self._drills.fill_delay_ms
            seconds = self._pace.fill if delay is None else delay / 1000
            self._plan(order, seconds, lambda: self._start_fill(order))

    def cancel(self, order: Order) -> None:
        """Status first, then the notice, as recorded."""
        self.finish(order, Status.CANCELLED, "Cancelled by Trader")
        if self.reports is not None:
            self.reports.status(order)
            self.reports.order_error(order.client_id, order.order_id, CANCELLED_NOTICE)

    def finish(self, order: Order, status: Status, text: str) -> None:
        """Nothing more happens to this order."""
        order.status = status
        order.completed_at = self._timers.clock()
        order.completed_text = text
        order.why_held = ""
        self._book.close(order)
        self._forget_plan(order)
        self._ledger.save_order(order)

    def report(self, order: Order) -> None:
        """The pair of openOrder and orderStatus that follows every change."""
        self._ledger.save_order(order)
        if self.reports is not None:
            self.reports.opened(order)
            self.reports.status(order)

    def touch_price(self, order: Order) -> float:
        """What the order would pay or get now: the ask or the bid."""
        quote = self._market.quote(order.definition.con_id, self._timers.clock())
        return quote.ask if order.is_buy else quote.bid

    # Waiting

    def _watch_stop(self, order: Order) -> None:
        stop = order.ticket.aux_price or 0.0
        mark = self._market.mark(order.definition.con_id, self._timers.clock())
        if (mark >= stop) if order.is_buy else (mark <= stop):
            self._trigger(order)
        else:
            self._watch(order, stop, order.is_buy, lambda: self._trigger(order))

    def _watch(self, order: Order, price: float, above: bool, action: Callable[[], None]) -> None:
        """Do ``action`` when the market next trades at ``price`` or beyond."""
        now = self._timers.clock()
        until = now + _SEARCH_SECONDS
        touch = self._market.first_touch(order.definition.con_id, now, until, price, above)
        if touch is None:
            self._plan_at(order, until, lambda: self._watch(order, price, above, action))
        else:
            self._plan_at(order, touch, action)

    def _trigger(self, order: Order) -> None:
        order.is_triggered = True
        order.status = Status.SUBMITTED
        self.report(order)
        self.work(order)

    def _is_marketable(self, order: Order) -> bool:
        limit = order.ticket.limit_price
        price = self.touch_price(order)
        return limit is not None and (price <= limit if order.is_buy else price >= limit)

    def _plan(self, order: Order, seconds: float, action: Callable[[], None]) -> None:
        if seconds <= 0:
            action()
        else:
            self._plan_at(order, self._timers.clock() + seconds, action)

    def _plan_at(self, order: Order, when: float, action: Callable[[], None]) -> None:
        def run() -> None:
            self._plans.pop(order.perm_id, None)
            action()

        self._plans[order.perm_id] = self._timers.at(when, run)

    def _forget_plan(self, order: Order) -> None:
        timer = self._plans.pop(order.perm_id, None)
        if timer is not None:
            timer.cancel()

    # Fills

    def _start_fill(self, order: Order) -> None:
        parts = self._drills.partial_fills or split_into_parts(order.remaining)
        self._fill_part(order, list(parts))

    def _fill_part(self, order: Order, parts: list[float]) -> None:
        shares = min(parts.pop(0), order.remaining) if parts else order.remaining
        execution = self._book_fill(order, shares, self._fill_price(order))
        if self.reports is not None:
            self.reports.executed(execution, order.definition)
        self.report(order)
        if order.is_done:
            self._plan(order, self._pace.commission, lambda: self._tell_end(order, execution))
            return
        self._tell_commission(order, execution)
        self._plan(order, self._pace.part, lambda: self._fill_part(order, parts))

    def _fill_price(self, order: Order) -> float:
        price = self.touch_price(order)
        limit = order.ticket.limit_price if order.ticket.order_type in LIMIT_TYPES else None
        if limit is None:
            return price
        return min(price, limit) if order.is_buy else max(price, limit)

    def _book_fill(self, order: Order, shares: float, price: float) -> Execution:
        definition, filled = order.definition, round(order.filled + shares, 8)
        average = (order.filled * order.average_price + shares * price) / filled
        fee = round(max(0.0, commission(definition, filled, average) - order.charged), 4)
        order.filled, order.average_price, order.last_price = filled, average, price
        order.charged = round(order.charged + fee, 4)
        gain = self._account.apply_fill(definition, shares if order.is_buy else -shares, price, fee)
        execution = Execution(
            exec_id=f"{_EXEC_ID_PREFIX}.{self._book.new_execution_number():08x}.01.01",
            time=self._timers.clock(),
            perm_id=order.perm_id,
            client_id=order.client_id,
            order_id=order.order_id,
            con_id=definition.con_id,
            account=order.account,
            exchange=_venue(definition),
            side="BOT" if order.is_buy else "SLD",
            shares=shares,
            price=price,
            cumulative=filled,
            average_price=average,
            order_ref=order.ticket.order_ref,
            commission=fee,
            currency=commission_currency(definition),
            realized_pnl=gain,
        )
        self._save_fill(order, execution)
        return execution

    def _save_fill(self, order: Order, execution: Execution) -> None:
        self._book.executions.append(execution)
        self._ledger.save_execution(execution)
        self._ledger.save_position(self._account.positions[execution.con_id])
        self._ledger.save_cash(self._account.cash)
        if order.remaining <= 0:
            self.finish(order, Status.FILLED, f"Filled Size: {order.filled:g}")
        else:
            order.status = Status.SUBMITTED
            self._ledger.save_order(order)

    def _tell_end(self, order: Order, execution: Execution) -> None:
        """The Filled pair again, now with the commission, as TWS repeats it."""
        order.commission = order.charged
        self.report(order)
        self._tell_commission(order, execution)

    def _tell_commission(self, order: Order, execution: Execution) -> None:
        if self.reports is not None:
            self.reports.commission(execution)
            self.reports.position_changed(self._account.positions[order.definition.con_id])


def _venue(definition: ContractDefinition) -> str:
    """Where a fill happens: never SMART."""
    return definition.primary_exchange or definition.exchange
