"""What holds an accepted order back before it works: its parent, its start time, its conditions.

May not start, report or cancel anything. A child waits until its parent is filled completely; a
partly filled parent holds its children back.
"""

from collections.abc import Callable

from paper_gateway.book import Book
from paper_gateway.condition_facts import Facts
from paper_gateway.orders import Order
from paper_gateway.session_times import end_instant, start_instant

FOREVER = float("inf")


class Gates:
    """Looks at the gates of orders; the clock gives epoch seconds."""

    def __init__(self, book: Book, facts: Facts, clock: Callable[[], float]) -> None:
        self._book = book
        self._facts = facts
        self._clock = clock

    def waits_until(self, order: Order) -> float | None:
        """When to look again, FOREVER for a child (its parent wakes it), None when it may go."""
        if order.is_released:
            return None
        order.waits_for_parent = self._has_working_parent(order)
        if order.waits_for_parent:
            return FOREVER
        start = self.starts_at(order)
        if start > self._clock():
            return start
        instructions = order.ticket.instructions
        if not instructions.conditions or instructions.cancels_on_conditions:
            return None
        if self._facts.are_met(instructions.conditions, order.created_at, order.account):
            return None
        return self._facts.next_look(instructions.conditions, order.created_at, order.account)

    def cancels_at(self, order: Order) -> float | None:
        """When conditions that cancel the order are to be looked at; now or before: they hold."""
        instructions = order.ticket.instructions
        if not instructions.cancels_on_conditions:
            return None
        if self._facts.are_met(instructions.conditions, order.created_at, order.account):
            return self._clock()
        return self._facts.next_look(instructions.conditions, order.created_at, order.account)

    def expires_at(self, order: Order) -> float | None:
        """The end of a good-till-date order."""
        text = order.ticket.instructions.good_till
        if order.tif != "GTD" or not text:
            return None
        return end_instant(text, order.asked_at)

    def _has_working_parent(self, order: Order) -> bool:
        parent_id = order.ticket.parent_id
        if not parent_id:
            return False
        parent = self._book.find(order.client_id, parent_id)
        return parent is not None and not parent.is_done

    def starts_at(self, order: Order) -> float:
        """The instant of goodAfterTime; 0 without one."""
        text = order.ticket.instructions.good_after
        return start_instant(text, order.asked_at) if text else 0.0
