"""Filling: in which parts and at what price an order that may trade now does so.

May not decide when an order may trade. See the matching module for the model.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from paper_gateway.book import Pace
from paper_gateway.commissions import split_into_parts
from paper_gateway.drills import Drills
from paper_gateway.fills import Fill, Fills
from paper_gateway.orders import Order, Status
from paper_gateway.plans import Plan, Plans

if TYPE_CHECKING:
    from paper_gateway.matching import Matching


class Filling:
    """Trades for the matching, which hears of every fill."""

    def __init__(
        self, matching: Matching, fills: Fills, drills: Drills, pace: Pace, plans: Plans
    ) -> None:
        self._matching = matching
        self._fills = fills
        self._drills = drills
        self._pace = pace
        self._plans = plans

    def start(self, order: Order) -> None:
        """Trade now, and go on until the order is filled."""
        self._size_by_cash(order)
        if order.remaining <= 0:
            self._matching.cancel(order, "The cash quantity does not buy one unit.")
        elif order.tif == "FOK" or order.ticket.instructions.is_all_or_none:
            self._part(order, [])
        else:
            self._part(order, list(self._drills.partial_fills or split_into_parts(order.remaining)))

    def in_auction(self, order: Order, price: float) -> None:
        """Trade in one piece at the auction's price."""
        self._size_by_cash(order)
        self._trade(order, order.remaining, price)

    def at_once(self, order: Order, shares: float | None) -> None:
        """Trade so many shares, or all that remains, whatever the market says (a drill)."""
        self._size_by_cash(order)
        self._trade(order, min(shares or order.remaining, order.remaining), self._price(order))

    def slice(self, order: Order) -> bool:
        """Trade what an algorithm's schedule has due; whether there is a later slice."""
        algo, live_since, now = order.algo, order.live_since or 0.0, self._matching.clock()
        assert algo is not None
        due = algo.due(live_since, now, order.quantity) - order.filled
        if due > 0 and self._matching.is_marketable(order):
            self._trade(order, min(due, order.remaining), self._price(order))
        later = None if order.is_done else algo.next_slice(live_since, now)
        if later is None:
            return False
        self._plans.at(order, Plan.STEP, later, lambda: self._matching.work(order))
        return True

    def _part(self, order: Order, parts: list[float]) -> None:
        shares = min(parts.pop(0), order.remaining) if parts else order.remaining
        price = self._price(order)
        rests = order.order_type.rests_after_first_part and order.working_limit is None
        if rests:
            order.working_limit = price
            order.encoded.clear()
        self._trade(order, shares, price)
        if order.is_done:
            return
        if order.tif == "IOC":
            self._matching.cancel(order)
        elif rests:
            self._matching.rest(order)
        else:
            self._plans.after(order, self._pace.part, lambda: self._part(order, parts))

    def _trade(self, order: Order, shares: float, price: float) -> None:
        matching = self._matching
        fills = self._fills.book(order, shares, price, matching.clock())
        if order.remaining <= 0:
            matching.finish(order, Status.FILLED, f"Filled Size: {order.filled:g}")
        else:
            order.status = Status.SUBMITTED
        if matching.reports is not None:
            for fill in fills:
                matching.reports.executed(fill.execution, fill.definition)
        matching.report(order)
        matching.filled(order, shares)
        if order.is_done:
            self._plans.after(order, self._pace.commission, lambda: self._tell_end(order, fills))
        else:
            self._tell_commissions(fills)

    def _price(self, order: Order) -> float:
        """The touch, or the limit where that is worse for the order."""
        price, limit = self._matching.touch_price(order), order.limit
        if limit is None:
            return price
        return min(price, limit) if order.is_buy else max(price, limit)

    def _size_by_cash(self, order: Order) -> None:
        """An order by cashQty gets its size from the price at its first fill, rounded down."""
        cash = order.ticket.instructions.cash_quantity
        if cash is None or order.quantity > 0:
            return
        step = order.definition.whole_step
        units = math.floor(cash / self._price(order) / step + 1e-6)
        order.ticket = order.ticket.with_quantity(round(units * step, 8))
        order.encoded.clear()

    def _tell_end(self, order: Order, fills: list[Fill]) -> None:
        """The Filled pair again, now with the commission, as TWS repeats it."""
        order.commission = order.charged
        self._matching.report(order)
        self._tell_commissions(fills)

    def _tell_commissions(self, fills: list[Fill]) -> None:
        reports = self._matching.reports
        if reports is None:
            return
        for fill in fills:
            if fill.moves_a_position:
                reports.commission(fill.execution)
                reports.position_changed(self._fills.position_of(fill))
