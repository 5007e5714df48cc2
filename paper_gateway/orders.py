"""Orders and executions as the paper gateway's book keeps them.

May not match, price or send anything.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from paper_gateway.algos import Algo
from paper_gateway.commissions import commission as commission
from paper_gateway.commissions import commission_currency as commission_currency
from paper_gateway.contracts import ContractDefinition
from paper_gateway.order_types import AT_OPEN, ORDER_TYPES, Need, OrderType, Peg, Trigger
from paper_gateway.tickets import OrderTicket


class Status(StrEnum):
    """IB's order status strings, as far as a server sends them."""

    PRE_SUBMITTED = "PreSubmitted"
    SUBMITTED = "Submitted"
    PENDING_CANCEL = "PendingCancel"
    """Only told, never kept: IB is about to cancel the order."""
    FILLED = "Filled"
    CANCELLED = "Cancelled"
    INACTIVE = "Inactive"


# The orderId of what IB did on its own.
NO_ORDER_ID = -1
DONE = frozenset({Status.FILLED, Status.CANCELLED, Status.INACTIVE})


@dataclass(slots=True)
class Order:
    """One order of the book. Times are epoch seconds; ``why_held`` is IB's word, mostly empty."""

    perm_id: int
    client_id: int
    ticket: OrderTicket
    definition: ContractDefinition
    account: str
    created_at: float
    tif: str
    status: Status = Status.PRE_SUBMITTED
    filled: float = 0.0
    average_price: float = 0.0
    last_price: float = 0.0
    charged: float = 0.0
    """Commission booked so far."""
    commission: float = 0.0
    """Commission told so far: openOrder shows it only after the fill has been reported."""
    why_held: str = ""
    is_triggered: bool = False
    waits_for_parent: bool = False
    ticket_at: float | None = None
    """When the ticket came, if it has been changed: times without a date are of that day."""
    family_id: int = 0
    """The parent's orderId: siblings belong together even when a change has cleared parentId."""
    is_released: bool = False
    """Parent, start time and conditions hold it back no more."""
    live_since: float | None = None
    """When it was released."""
    stop_price: float | None = None
    """Where a trailing stop stands."""
    working_limit: float | None = None
    """The limit as the market has made it (TRAIL LIMIT, MTL), shown to clients as lmtPrice."""
    peg: float | None = None
    """The price at which a pegged order rests at the moment."""
    algo: Algo | None = None
    completed_at: float | None = None
    completed_text: str = ""
    cancel_was_refused: bool = False
    encoded: dict[int, tuple[str, str]] = field(default_factory=dict)
    """openOrder's unchanging parts by server version: emptied whenever the ticket changes."""

    @property
    def order_id(self) -> int:
        return self.ticket.order_id

    @property
    def asked_at(self) -> float:
        """When its present terms came."""
        return self.created_at if self.ticket_at is None else self.ticket_at

    @property
    def quantity(self) -> float:
        return self.ticket.quantity

    @property
    def remaining(self) -> float:
        return round(self.ticket.quantity - self.filled, 8)

    @property
    def is_buy(self) -> bool:
        return self.ticket.action == "BUY"

    @property
    def is_done(self) -> bool:
        return self.status in DONE

    @property
    def order_type(self) -> OrderType:
        return ORDER_TYPES[self.ticket.order_type]

    @property
    def limit(self) -> float | None:
        """The price beyond which it does not trade now; None for a market order."""
        kind = self.order_type
        if kind.peg is not Peg.NONE:
            return self.peg
        if self.working_limit is not None:
            return self.working_limit
        return self.ticket.limit_price if kind.limit is Need.MUST else None

    @property
    def shown_limit(self) -> float | None:
        """lmtPrice as clients see it."""
        return self.ticket.limit_price if self.working_limit is None else self.working_limit

    @property
    def auction(self) -> str:
        """The auction that it trades in: ``open``, ``close`` or none."""
        if self.tif == AT_OPEN:
            return "open"
        return "close" if self.order_type.is_at_close else ""

    @property
    def held_words(self) -> str:
        """whyHeld as TWS says it: locate; child, trigger or both of a waiting order."""
        if self.why_held or self.status is not Status.PRE_SUBMITTED:
            return self.why_held
        is_waiting = not self.is_triggered and self.order_type.trigger is not Trigger.NONE
        words = (("child", self.waits_for_parent), ("trigger", is_waiting))
        return ",".join(word for word, holds in words if holds)

    @property
    def exchange(self) -> str:
        return self.ticket.contract.exchange or self.definition.exchange


@dataclass(frozen=True, slots=True)
class Execution:
    """One fill. ``realized_pnl`` is None for a trade that only opens a position."""

    exec_id: str
    time: float
    perm_id: int
    client_id: int
    order_id: int
    con_id: int
    account: str
    exchange: str
    side: str
    shares: float
    price: float
    cumulative: float
    average_price: float
    order_ref: str
    commission: float
    currency: str
    realized_pnl: float | None


@dataclass(frozen=True, slots=True)
class Preview:
    """The what-if answer: margins before, change and after (initial, maintenance, equity)."""

    before: tuple[float, float, float]
    after: tuple[float, float, float]
    commission: float
    currency: str
    warning: str
