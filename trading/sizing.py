"""How large an order is: in money, and in pieces when the user gives money or a percentage.

Pure rules over the facts that are handed in. Pieces are always rounded down: an order is never
larger than what was asked, and a fact that is missing refuses instead of being guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Literal, NoReturn, TypeVar

from trading.fields import parse_number
from trading.orders import OrderRequest
from trading.price_rules import PRICE_FIELDS, PriceRule, is_level, plain_text, price_levels
from trading.refusals import FieldError, Refused

T = TypeVar("T")
SizeKind = Literal["notional", "percentOfNetLiquidation", "closePercent"]

MAX_QUOTE_AGE = 5  # seconds
HUNDRED = Decimal(100)
SIZE = "/size"
SIZE_SENTENCE = (
    'size must be one of {"notional": 10000}, {"percentOfNetLiquidation": 5} '
    'and {"closePercent": 50}'
)
# The most that a size may say; a notional is bounded by what a number may be.
MOST: dict[SizeKind, Decimal | None] = {
    "notional": None,
    "percentOfNetLiquidation": HUNDRED,
    "closePercent": HUNDRED,
}
# An order with a size has no other one.
OTHER_SIZES = ("totalQuantity", "cashQty")


class NotKnown(Exception):
    """A fact that a rule needs is missing; the text says which."""


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What is known about the order's contract and account; None = not known, never zero.

    Money is in the contract's currency: a net liquidation that cannot be converted is None.
    `multiplier`: 1 for a stock. `bid`, `ask`, `last`: the desk's own quote; `quote_age` is how
    many seconds ago that quote was true. `position`: signed, of this contract and account; 0 when
    TWS has listed positions and it is not there. `daily_pnl`: in the account's currency.
    `symbol`: how TWS itself names the contract; a conId or localSymbol is checked by it alone.
    """

    con_id: int | None
    min_tick_rules: PriceRule | None
    size_increment: Decimal | None
    multiplier: Decimal | None
    bid: Decimal | None
    ask: Decimal | None
    last: Decimal | None
    quote_age: float | None
    position: Decimal | None
    net_liquidation: Decimal | None
    daily_pnl: Decimal | None
    symbol: str | None = None


NO_FACTS = OrderFacts(**{field.name: None for field in fields(OrderFacts)})


def known(value: T | None, what: str) -> T:
    """The value, or NotKnown: a rule without its fact decides nothing."""
    if value is None:
        raise NotKnown(f"{what} is not known")
    return value


def fresh_quote(facts: OrderFacts) -> OrderFacts:
    """The facts when their quote is fresh enough to trade on, else NotKnown."""
    if facts.quote_age is None or not 0 <= facts.quote_age <= MAX_QUOTE_AGE:
        raise NotKnown(f"there is no quote of the last {MAX_QUOTE_AGE} seconds")
    return facts


def far_side(is_buy: bool, facts: OrderFacts) -> Decimal:
    """What an order that trades at once pays or gets, by the fresh quote."""
    quote = fresh_quote(facts)
    return known(quote.ask, "the ask") if is_buy else known(quote.bid, "the bid")


def market_price(facts: OrderFacts) -> Decimal:
    """The middle of the fresh quote, else its last price: what a price is compared with."""
    quote = fresh_quote(facts)
    if quote.bid is not None and quote.ask is not None:
        middle = (quote.bid + quote.ask) / 2
    else:
        middle = known(quote.last, "the price of the market")
    if middle <= 0:
        raise NotKnown("a percentage of a price that is not positive means nothing")
    return middle


def worst_price(is_buy: bool, levels: Mapping[str, Decimal], facts: OrderFacts) -> Decimal:
    """The highest price at which the order may trade as things stand; NotKnown without a quote.

    A buyer's limit price is the most he pays. Every other order may trade at the market, also one
    whose own price is worse: a sell limit of 1 sells at the bid.
    """
    if is_buy and "lmtPrice" in levels:
        return levels["lmtPrice"]
    return max(far_side(is_buy, facts), *_quoted(facts), *levels.values())


def notional(request: OrderRequest, facts: OrderFacts) -> Decimal:
    """The order's size in the contract's currency, at its worst price; NotKnown when it is not.

    A combination's price is a difference of prices: it does not tell how much money moves.
    """
    cash = _cash(request)
    if cash is not None:
        return cash
    if is_combination(request):
        raise NotKnown("the notional of a combination is not known")
    multiplier = known(facts.multiplier, "the contract's multiplier")
    price = worst_price(request.is_buy, price_levels(request.order), facts)
    return abs(known(request.quantity, "the quantity") * price * multiplier)


def order_notional(request: OrderRequest, facts: OrderFacts) -> Decimal | None:
    """What the order adds to `Activity.open_notional` while it works; None when not known."""
    try:
        return notional(request, facts)
    except NotKnown:
        return None


def order_quantity(request: OrderRequest, facts: OrderFacts) -> Decimal:
    """A cash order's is the most that its cash can buy by the quote and its own prices."""
    cash = _cash(request)
    if cash is None:
        return known(request.quantity, "the quantity")
    lowest = min([*_quoted(fresh_quote(facts)), *price_levels(request.order).values()], default=0)
    unit = lowest * known(facts.multiplier, "the contract's multiplier")
    if unit <= 0:
        raise NotKnown("what one unit costs is not known")
    return cash / unit


def _quoted(facts: OrderFacts) -> list[Decimal]:
    return [price for price in (facts.bid, facts.ask, facts.last) if price is not None]


def _cash(request: OrderRequest) -> Decimal | None:
    cash: Decimal | None = vars(request.order).get("cash_qty")
    return cash


def is_combination(request: OrderRequest) -> bool:
    return str(request.contract.sec_type) == "BAG"


# Sizes that a person gives.


@dataclass(frozen=True, slots=True)
class Size:
    """`amount`: of the contract's currency for a notional, else percent."""

    kind: SizeKind
    amount: Decimal


def parse_size(raw: object) -> Size:
    """The `size` of a request body, or Refused: exactly one of its three forms."""
    if not isinstance(raw, Mapping) or len(raw) != 1:
        _refuse(SIZE, SIZE_SENTENCE)
    name, value = next(iter(raw.items()))
    if name not in MOST:
        _refuse(SIZE, SIZE_SENTENCE)
    amount, most = _number(f"{SIZE}/{name}", f"size {name}", value), MOST[name]
    if amount <= 0 or (most is not None and amount > most):
        bound = "positive" if most is None else f"above 0 and at most {most}"
        _refuse(f"{SIZE}/{name}", f"size {name} must be {bound}")
    return Size(name, amount)


def shares(size: Size, order: Mapping[str, object], facts: OrderFacts) -> Decimal:
    """The totalQuantity for an order of this size; `order` is the body's order, not yet parsed.

    A whole number of size increments, never above what was asked; 100 % closes the exact position.
    Refused when that is nothing, or when a price, the multiplier or another fact is not known.
    """
    for name in OTHER_SIZES:
        if name in order:
            _refuse(f"/order/{name}", f"Order {name} and size exclude each other; leave one out")
    try:
        if size.kind == "closePercent":
            return _closing_quantity(size, order, facts)
        return _affordable(size, order, facts)
    except NotKnown as gap:
        _refuse(SIZE, f"The order cannot be sized: {gap}")


def closing_order(
    position: Decimal, percent: Decimal, increment: Decimal = Decimal(1)
) -> tuple[Literal["BUY", "SELL"], Decimal]:
    """(action, quantity) that closes so much of a position (signed); Refused when it is nothing."""
    if not position:
        _refuse(SIZE, "There is no position to close")
    action: Literal["BUY", "SELL"] = "SELL" if position > 0 else "BUY"
    if percent == HUNDRED:
        return action, abs(position)
    return action, _whole(abs(position) * percent, HUNDRED, increment)


def _closing_quantity(size: Size, order: Mapping[str, object], facts: OrderFacts) -> Decimal:
    position = known(facts.position, "the position")
    # All of a position is closed as it is, so only a part needs the increment.
    is_part = size.amount != HUNDRED
    step = known(facts.size_increment, "the size increment") if is_part else Decimal(1)
    action, quantity = closing_order(position, size.amount, step)
    if order.get("action") != action:
        held = f"a position of {plain_text(position)}"
        _refuse("/order/action", f"Order action must be {action} to close {held}")
    return quantity


def _affordable(size: Size, order: Mapping[str, object], facts: OrderFacts) -> Decimal:
    money = size.amount
    if size.kind == "percentOfNetLiquidation":
        equity = known(facts.net_liquidation, "the net liquidation value")
        money = equity * size.amount / HUNDRED
    price = worst_price(order.get("action") == "BUY", _levels(order), facts)
    unit = price * known(facts.multiplier, "the contract's multiplier")
    return _whole(money, unit, known(facts.size_increment, "the size increment"))


def _levels(order: Mapping[str, object]) -> dict[str, Decimal]:
    """The prices of an order that is not parsed yet; the parser refuses the rest of it."""
    return {
        name: _number(f"/order/{name}", f"Order {name}", order[name])
        for name in PRICE_FIELDS
        if order.get(name) is not None and is_level(name, order.get("orderType"))
    }


def _whole(total: Decimal, unit: Decimal, increment: Decimal) -> Decimal:
    """As many size increments as the total holds at so much a unit; Refused when it holds none."""
    if unit <= 0 or increment <= 0:
        raise NotKnown("what the smallest quantity costs is not known")
    # An exact division: a quotient that was rounded first could round up.
    count = total // (unit * increment)
    if count <= 0:
        _refuse(
            SIZE,
            f"The size comes to less than {plain_text(increment)}, the smallest quantity of this "
            "contract; ask for more",
        )
    return count * increment


def _number(pointer: str, subject: str, raw: object) -> Decimal:
    try:
        return parse_number(raw)
    except ValueError as error:
        _refuse(pointer, f"{subject} {error}")


def _refuse(pointer: str, sentence: str) -> NoReturn:
    raise Refused(sentence, FieldError(pointer, sentence))
