"""The book of the day: orders, executions, the numbers ids come from; and who hears of changes.

May not decide anything. ``Reports`` is how clients are told, ``Ledger`` what outlives the process.
"""

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
    def save_cash(self, cash: dict[str, float]) -> None: ...
    def save_next_order_id(self, client_id: int, order_id: int) -> None: ...


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


class Book:
    """Today's orders by permId and by (clientId, orderId), and today's executions."""

    def __init__(self, saved: Saved = Saved()) -> None:
        self.orders = {order.perm_id: order for order in saved.orders}
        self.executions = list(saved.executions)
        self.last_perm_id = saved.last_perm_id
        self.last_execution = saved.last_execution
        self._next_order_ids = dict(saved.next_order_ids)
        self._by_key = {(order.client_id, order.order_id): order for order in saved.orders}
        self._open = {order.perm_id: order for order in saved.orders if not order.is_done}

    def find(self, client_id: int, order_id: int) -> Order | None:
        return self._by_key.get((client_id, order_id))

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
        self._by_key[order.client_id, order.order_id] = order
        self._open[order.perm_id] = order

    def close(self, order: Order) -> None:
        """The order is done: it stays in the book until the day ends."""
        self._open.pop(order.perm_id, None)

    def start_day(self) -> None:
        """Forget the done orders and the executions of the day before."""
        for order in self.completed_orders():
            del self.orders[order.perm_id]
            del self._by_key[order.client_id, order.order_id]
        self.executions.clear()

    def next_order_id(self, client_id: int) -> int:
        return self._next_order_ids.get(client_id, 1)

    def take_order_id(self, client_id: int, order_id: int) -> None:
        """Ids of one client only rise: remember that this one is used."""
        self._next_order_ids[client_id] = max(self.next_order_id(client_id), order_id + 1)

    def new_perm_id(self) -> int:
        self.last_perm_id += 1
        return self.last_perm_id

    def new_execution_number(self) -> int:
        self.last_execution += 1
        return self.last_execution
