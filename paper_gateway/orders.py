"""Orders and executions as the paper gateway's book keeps them, and IB's fixed commission.

May not match, price or send anything.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from paper_gateway.contracts import ContractDefinition
from paper_gateway.tickets import OrderTicket

# IB's fixed schedule for US stocks: per share, at least, and at most as part of the trade value.
STOCK_FEE_PER_SHARE = 0.005
STOCK_FEE_MINIMUM = 1.0
STOCK_FEE_CAP = 0.01
# IB's fixed schedule for currency pairs: part of the trade value, at least (both as USD amounts).
CURRENCY_FEE_RATE = 0.00002
CURRENCY_FEE_MINIMUM = 2.0


class Status(StrEnum):
    """IB's order status strings, as far as a server sends them."""

    PRE_SUBMITTED = "PreSubmitted"
    SUBMITTED = "Submitted"
    FILLED = "Filled"
    CANCELLED = "Cancelled"
    INACTIVE = "Inactive"


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
    completed_at: float | None = None
    completed_text: str = ""
    cancel_was_refused: bool = False
    encoded: dict[int, tuple[str, str]] = field(default_factory=dict)
    """openOrder's unchanging parts by server version: emptied whenever the ticket changes."""

    @property
    def order_id(self) -> int:
        return self.ticket.order_id

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


def commission(definition: ContractDefinition, shares: float, price: float) -> float:
    """IB's fixed commission of a whole order, in commission_currency."""
    if shares <= 0:
        return 0.0
    if definition.sec_type == "CASH":
        dollars = shares if definition.symbol == "USD" else shares * price
        return round(max(CURRENCY_FEE_MINIMUM, CURRENCY_FEE_RATE * dollars), 4)
    value = shares * price * float(definition.multiplier or 1)
    fee = max(STOCK_FEE_MINIMUM, STOCK_FEE_PER_SHARE * shares)
    return round(min(fee, STOCK_FEE_CAP * value), 4)


def commission_currency(definition: ContractDefinition) -> str:
    """Stocks are charged in their own currency, currency pairs in dollars."""
    return "USD" if definition.sec_type == "CASH" else definition.currency


def split_into_parts(quantity: float) -> list[float]:
    """How an order of this size fills: whole, or above 500 in two to four parts."""
    if quantity <= 500:
        return [quantity]
    count = 2 if quantity <= 1_000 else 3 if quantity <= 5_000 else 4
    part = float(int(quantity / count / 100) * 100 or int(quantity / count))
    return [*[part] * (count - 1), round(quantity - part * (count - 1), 8)]
