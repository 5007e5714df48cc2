"""The book of the day: orders, executions, the numbers ids come from; and who hears of changes.

May not decide anything. ``Reports`` is how clients are told, ``Ledger`` what outlives the process.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from paper_gateway.account import Position
from paper_gateway.contracts import ContractDefinition
from paper_gateway.orders import Execution, Order, Preview
from paper_gateway.rules import Refusal


class Reports(Protocol):
    """Who hears what happens to orders; called in the order in which clients must see it."""

    def opened(self, order: Order) -> None: ...
    def status(self, order: Order) -> None: ...
    def executed(self, execution: Execution, definition: ContractDefinition) -> None: ...
    def commission(self, execution: Execution) -> None: ...
    def order_error(self, client_id: int, order_id: int, refusal: Refusal) -> None: ...
    def previewed(self, order: Order, preview: Preview) -> None: ...
    def position_changed(self, position: Position) -> None: ...


class Ledger(Protocol):
    """What must outlive the process. Calls are collected until the step is committed."""

    def save_order(self, order: Order) -> None: ...
    def save_execution(self, execution: Execution) -> None: ...
    def save_position(self, position: Position) -> None: ...
    def save_cash(self, account: str, cash: dict[str, float]) -> None: ...
    def save_next_order_id(self, client_id: int, order_id: int) -> None: ...
    def delete_order(self, perm_id: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between acceptance and fill, between the parts of a fill, and to the commission."""

    fill: float = 0.0
    part: float = 0.03
    commission: float = 0.0


@dataclass(frozen=True, slots=True)
class Saved:
    """What the ledger remembers of a book."""

    orders: tuple[Order, ...] = ()
    executions: tuple[Execution, ...] = ()
    next_order_ids: tuple[tuple[int, int], ...] = ()
    last_perm_id: int = 0
    last_execution: int = 0


Key = tuple[int, int]
"""clientId and orderId."""


class Book:
    """Today's orders by permId and by (clientId, orderId), and today's executions.

    Two orders have one key only after a drill: a second incarnation, or ids that were rolled back.
    """

    def __init__(self, saved: Saved = Saved()) -> None:
        self.orders = {order.perm_id: order for order in saved.orders}
        self.executions = list(saved.executions)
        self.last_perm_id = saved.last_perm_id
        self.last_execution = saved.last_execution
        self._next_order_ids = dict(saved.next_order_ids)
        self._offered_ids: dict[int, int] = {}
        self._by_key: dict[Key, Order] = {}
        self._older: dict[Key, list[Order]] = {}
        for order in saved.orders:
            self._index(order)
        self._open = {order.perm_id: order for order in saved.orders if not order.is_done}

    def find(self, client_id: int, order_id: int) -> Order | None:
        """The newest order of that key; of two, one that still works."""
        key = (client_id, order_id)
        found = self._by_key.get(key)
        if found is not None and found.is_done and key in self._older:
            return next((order for order in self._older[key] if not order.is_done), found)
        return found

    def open_orders(self, client_id: int | None = None) -> list[Order]:
        """Working orders, of one client or of all."""
        return [
            order
            for order in self._open.values()
            if client_id is None or order.client_id == client_id
        ]

    def completed_orders(self) -> list[Order]:
        return [order for order in self.orders.values() if order.is_done]

    def add(self, order: Order) -> None:
        self.orders[order.perm_id] = order
        self._index(order)
        self._open[order.perm_id] = order

    def _index(self, order: Order) -> None:
        key = (order.client_id, order.order_id)
        older = self._by_key.get(key)
        if older is not None:
            self._older.setdefault(key, []).append(older)
        self._by_key[key] = order

    def close(self, order: Order) -> None:
        """The order is done: it stays in the book until the day ends."""
        self._open.pop(order.perm_id, None)

    def remove(self, order: Order) -> None:
        """As if the order had never been there (a drill); its id stays used."""
        self.close(order)
        del self.orders[order.perm_id]
        self._forget_keys(lambda each: each is order)

    def start_day(self) -> None:
        """Forget the done orders and the executions of the day before."""
        for order in self.completed_orders():
            del self.orders[order.perm_id]
        self._forget_keys(lambda order: order.is_done)
        self.executions.clear()

    def next_order_id(self, client_id: int) -> int:
        return self._offered_ids.get(client_id, self._next_order_ids.get(client_id, 1))

    def take_order_id(self, client_id: int, order_id: int) -> None:
        """Ids of one client only rise: remember that this one is used."""
        self._offered_ids.pop(client_id, None)
        self._next_order_ids[client_id] = max(self.next_order_id(client_id), order_id + 1)

    @contextmanager
    def free_again(self, client_id: int, order_id: int) -> Iterator[None]:
        """Within it the id of a known order can be taken by a second one (a drill)."""
        key = (client_id, order_id)
        known = self._by_key.pop(key)
        self._offered_ids[client_id] = order_id
        try:
            yield
        finally:
            self._offered_ids.pop(client_id, None)
            if key in self._by_key:
                self._older.setdefault(key, []).append(known)
            else:
                self._by_key[key] = known

    def roll_back_ids(self, next_id: int) -> dict[int, int]:
        """No client's next id is above ``next_id``; the next id of each (a drill).

        Done orders are found by their permId only from then on; a working order keeps its id.
        """
        for client_id, known in self._next_order_ids.items():
            self._next_order_ids[client_id] = min(known, next_id)
        self._forget_keys(lambda order: order.is_done and order.order_id >= next_id)
        return dict(self._next_order_ids)

    def _forget_keys(self, is_forgotten: Callable[[Order], bool]) -> None:
        """Keep the keys of the other orders, in the order in which they were added."""
        kept = [order for order in self._of_all_keys() if not is_forgotten(order)]
        self._by_key.clear()
        self._older.clear()
        for order in kept:
            self._index(order)

    def _of_all_keys(self) -> Iterator[Order]:
        for key, newest in self._by_key.items():
            yield from self._older.get(key, ())
            yield newest

    def new_perm_id(self) -> int:
        self.last_perm_id += 1
        return self.last_perm_id

    def new_execution_number(self) -> int:
        self.last_execution += 1
        return self.last_execution
