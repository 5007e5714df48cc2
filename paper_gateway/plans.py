"""What is planned for each order: its next step, its end, its next report.

May not know what the actions do. An order has at most one plan of each kind.
"""

from collections.abc import Callable
from enum import Enum, auto

from paper_gateway.orders import Order
from paper_gateway.timers import Timer, Timers

Action = Callable[[], None]


class Plan(Enum):
    STEP = auto()
    """The next thing that the market, a parent or a condition brings."""
    EXPIRY = auto()
    """goodTillDate."""
    CANCEL = auto()
    """Conditions that cancel."""
    REPORT = auto()
    """Telling where a trailing stop stands."""


class Plans:
    """The timers of all working orders."""

    def __init__(self, timers: Timers) -> None:
        self._timers = timers
        self._plans: dict[int, dict[Plan, Timer]] = {}

    def has(self, order: Order, kind: Plan) -> bool:
        return kind in self._plans.get(order.perm_id, {})

    def after(self, order: Order, seconds: float, action: Action) -> None:
        """The order's next step, at once when there is nothing to wait for."""
        if seconds <= 0:
            action()
        else:
            self.at(order, Plan.STEP, self._timers.clock() + seconds, action)

    def at(self, order: Order, kind: Plan, when: float, action: Action) -> None:
        """Replaces an earlier plan of that kind."""

        def run() -> None:
            self._drop(order, kind)
            action()

        self.forget(order, kind)
        self._plans.setdefault(order.perm_id, {})[kind] = self._timers.at(when, run)

    def forget(self, order: Order, kind: Plan) -> None:
        timer = self._drop(order, kind)
        if timer is not None:
            timer.cancel()

    def _drop(self, order: Order, kind: Plan) -> Timer | None:
        planned = self._plans.get(order.perm_id)
        if planned is None:
            return None
        timer = planned.pop(kind, None)
        if not planned:
            del self._plans[order.perm_id]
        return timer

    def forget_all(self, order: Order) -> None:
        for timer in self._plans.pop(order.perm_id, {}).values():
            timer.cancel()
