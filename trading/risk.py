"""The last questions before an order leaves: freeze, read-only and the configured limits.

New risk fails closed: a limit whose fact is not known refuses. Exits fail open: an order that can
only reduce a known position passes everything, for a limit must never hold somebody in a position.
Pure rules: facts, activity and the freeze are handed in; nothing is fetched, counted or kept here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any

from trading.orders import OrderRequest
from trading.price_rules import plain_text, price_levels
from trading.refusals import Halted, LimitExceeded
from trading.sizing import NO_FACTS as NO_FACTS
from trading.sizing import NotKnown as NotKnown
from trading.sizing import OrderFacts as OrderFacts
from trading.sizing import far_side, is_combination, known, market_price, notional, order_quantity
from trading.sizing import order_notional as order_notional

HUNDRED = Decimal(100)
FROZEN = (
    "New orders are frozen; cancels and orders that reduce a position pass. "
    "End the freeze to place this order"
)
# The limits that compare the order with a quote. A cash order's quantity needs one too.
SIZES = ("total_quantity", "cash_qty")
QUOTED = frozenset({"max_order_notional", "max_equity_percent", "price_collar_percent"})


@dataclass(frozen=True, slots=True)
class Limits:
    """One field per setting, named like it. None, empty or False = there is no such limit."""

    read_only: bool = False
    allowed_symbols: frozenset[str] = frozenset()
    denied_symbols: frozenset[str] = frozenset()
    max_orders_per_minute: int | None = None
    max_open_orders: int | None = None
    max_daily_loss: Decimal | None = None
    max_order_quantity: Decimal | None = None
    max_order_notional: Decimal | None = None
    max_equity_percent: Decimal | None = None
    price_collar_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """What the desk's own orders already use, without the order in question (nor its old form).

    `open_orders`: orders of this account that may still fill. `orders_last_minute`: orders sent.
    `working`: signed sum of what remains of them in this contract. `reducing`: how much of the
    position they already close: count one OCA group or one bracket's legs once (they cannot all
    fill), and fills that the position does not show yet. `open_notional`: of working new risk in
    all contracts, in the currency of the net liquidation.
    """

    open_orders: int
    orders_last_minute: int
    working: Decimal
    reducing: Decimal
    open_notional: Decimal | None


@dataclass(frozen=True, slots=True)
class Asked:
    """One order with everything a check may look at."""

    request: OrderRequest
    facts: OrderFacts
    activity: Activity


def _symbol(asked: Asked) -> str:
    """TWS's own word for the contract; the request's only where nothing else names a contract."""
    contract = asked.request.contract
    if asked.facts.symbol:
        return asked.facts.symbol.upper()
    if is_combination(asked.request) or contract.con_id or contract.local_symbol:
        raise NotKnown("the contract's symbol is not known")
    return contract.symbol.upper()


# The checks: None when the order is within the limit, else a sentence.


def _read_only(limit: bool, asked: Asked) -> str | None:
    return (
        "The desk is read-only (READ_ONLY); cancels and orders that reduce a position pass. "
        "Switch it off to place this order"
    )


def _allowed_symbols(limit: frozenset[str], asked: Asked) -> str | None:
    symbol = _symbol(asked)
    if symbol in limit:
        return None
    allowed = ", ".join(sorted(limit))
    return f"{symbol} is not among ALLOWED_SYMBOLS ({allowed}); order one of them or add it"


def _denied_symbols(limit: frozenset[str], asked: Asked) -> str | None:
    symbol = _symbol(asked)
    if symbol not in limit:
        return None
    return f"{symbol} is among DENIED_SYMBOLS; order something else or take it off that list"


def _max_orders_per_minute(limit: int, asked: Asked) -> str | None:
    sent = asked.activity.orders_last_minute
    if sent < limit:
        return None
    return f"{sent} orders were sent in the last minute, MAX_ORDERS_PER_MINUTE is {limit}; wait"


def _max_open_orders(limit: int, asked: Asked) -> str | None:
    count = asked.activity.open_orders
    if count < limit:
        return None
    return f"{count} orders are open, MAX_OPEN_ORDERS is {limit}; wait or cancel one of them"


def _max_daily_loss(limit: Decimal, asked: Asked) -> str | None:
    result = known(asked.facts.daily_pnl, "today's profit and loss")
    if result > -limit:
        return None
    return (
        f"Today's loss {_shown(-result)} has reached MAX_DAILY_LOSS {plain_text(limit)}; "
        "only orders that reduce a position pass today"
    )


def _max_order_quantity(limit: Decimal, asked: Asked) -> str | None:
    quantity = order_quantity(asked.request, asked.facts)
    if quantity <= limit:
        return None
    return (
        f"The order's quantity {_shown(quantity)} is above MAX_ORDER_QUANTITY "
        f"{plain_text(limit)}; order less"
    )


def _max_order_notional(limit: Decimal, asked: Asked) -> str | None:
    value = notional(asked.request, asked.facts)
    if value <= limit:
        return None
    return (
        f"The order's notional {_shown(value)} is above MAX_ORDER_NOTIONAL {plain_text(limit)}; "
        "order less"
    )


def _max_equity_percent(limit: Decimal, asked: Asked) -> str | None:
    equity = known(asked.facts.net_liquidation, "the net liquidation value")
    open_value = known(asked.activity.open_notional, "the notional of the open orders")
    value = open_value + notional(asked.request, asked.facts)
    if value * HUNDRED <= limit * equity:
        return None
    return (
        f"This order and the open ones are {_shown(value)} together, MAX_EQUITY_PERCENT allows "
        f"{plain_text(limit)} % of the net liquidation value {_shown(equity)}; "
        "order less or cancel an open order"
    )


def _price_collar_percent(limit: Decimal, asked: Asked) -> str | None:
    request, market = asked.request, market_price(asked.facts)
    levels = price_levels(request.order)
    prices = levels or {"market price": far_side(request.is_buy, asked.facts)}
    for name, price in prices.items():
        distance = abs(price - market) * HUNDRED
        if distance > limit * market:
            return (
                f"Order {name} {plain_text(price)} is {_shown(distance / market)} % away from the "
                f"market {plain_text(market)}, PRICE_COLLAR_PERCENT is {plain_text(limit)}; "
                "check the price"
            )
    return None


def _shown(number: Decimal) -> str:
    """With at most two decimals, rounded up: a number above its limit must not look equal."""
    return plain_text(number.quantize(Decimal("0.01"), ROUND_CEILING))


# name of the limit -> whether it forbids the order; cheap ones first.
CHECKS: dict[str, Callable[[Any, Asked], str | None]] = {
    "read_only": _read_only,
    "allowed_symbols": _allowed_symbols,
    "denied_symbols": _denied_symbols,
    "max_orders_per_minute": _max_orders_per_minute,
    "max_open_orders": _max_open_orders,
    "max_daily_loss": _max_daily_loss,
    "max_order_quantity": _max_order_quantity,
    "max_order_notional": _max_order_notional,
    "max_equity_percent": _max_equity_percent,
    "price_collar_percent": _price_collar_percent,
}


class RiskGate:
    """Decides about one order at a time. A preview places nothing: it need not be asked about."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._checks = [
            (name, check, limit)
            for name, check in CHECKS.items()
            if _is_set(limit := getattr(limits, name))
        ]

    def needs(self, request: OrderRequest, is_frozen: bool) -> bool:
        """Are facts wanted: for a price step, for a limit, or to know an exit during a freeze?"""
        has_prices = any(price_levels(one.order) for one in (request, *request.legs))
        return is_frozen or has_prices or bool(self._checks)

    def needs_quote(self, request: OrderRequest) -> bool:
        """Must the facts hold a fresh quote?"""
        names = {name for name, _, _ in self._checks}
        is_counted = "max_order_quantity" in names and request.quantity is None
        return is_counted or not names.isdisjoint(QUOTED)

    def is_exit(self, request: OrderRequest, facts: OrderFacts, activity: Activity) -> bool:
        """Can the order do nothing but reduce a known position?

        Not one with attached orders (they would open again what it closes), and not one without a
        quantity (a cash order may close more than there is).
        """
        left = abs(facts.position or Decimal()) - activity.reducing
        return _closes(request, facts) and (request.quantity or 0) <= left

    def check(
        self, request: OrderRequest, facts: OrderFacts, activity: Activity, *, is_frozen: bool
    ) -> None:
        """Halted or LimitExceeded when this new risk may not be taken; nothing for an exit.

        Legs of a bracket are exits of their parent: only the parent is looked at.
        """
        if self.is_exit(request, facts, activity):
            return
        doubt = _why_no_exit(request, facts, activity)
        if is_frozen:
            raise Halted(FROZEN + doubt, code="trading_halted")
        asked = Asked(request, facts, activity)
        for name, check, limit in self._checks:
            try:
                sentence = check(limit, asked)
            except NotKnown as gap:
                sentence = f"{name.upper()} cannot be checked: {gap}; nothing is sent until it can"
            if sentence:
                raise _refusal(name, sentence + doubt)


def adds_risk(before: Any, after: Any) -> bool:
    """Does a changed order risk more than the one it replaces? Only a smaller size does not."""
    others = [order.model_dump(exclude=set(SIZES)) for order in (before, after)]
    return grows(before, after) or others[0] != others[1]


def grows(before: Any, after: Any) -> bool:
    """Is a changed order larger than the one it replaces?"""
    old, new = vars(before), vars(after)
    return any((new.get(size) or 0) > (old.get(size) or 0) for size in SIZES)


def _refusal(name: str, sentence: str) -> Halted | LimitExceeded:
    if name == "read_only":
        return Halted(sentence, code=name)
    return LimitExceeded(sentence, code=f"risk_{name}")


def _is_set(limit: object) -> bool:
    """0 is a limit: it lets nothing pass."""
    return limit is not None and limit is not False and limit != frozenset()


def _closes(request: OrderRequest, facts: OrderFacts) -> bool:
    """Is it against a known position, and can it open nothing by its form?"""
    if request.quantity is None or request.legs or request.order.action == "SSHORT":
        return False
    position = facts.position or Decimal()
    return position < 0 if request.is_buy else position > 0


def _why_no_exit(request: OrderRequest, facts: OrderFacts, activity: Activity) -> str:
    """What a person who wants to close a position has to know."""
    if facts.position is None:
        return ". The position is not known, so this order counts as new risk"
    if activity.reducing and _closes(request, facts):
        return (
            f". Open orders already close {plain_text(activity.reducing)} of the position: "
            "cancel them first to close it with this order"
        )
    return ""
