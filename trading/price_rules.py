"""Price steps: which prices and sizes a contract may be ordered at, and the nearest ones.

A market rule of IB is a list of bands (lowEdge, increment): from that price on, prices move in
steps of the increment (https://interactivebrokers.github.io/tws-api/minimum_increment.html).
This module asks nobody: the rule comes with the order's facts; without one TWS decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise
from typing import Any, Self

from trading.orders import OrderRequest
from trading.refusals import FieldError, Refused

NO_EDGE = Decimal("Infinity")
# JSON name -> name on our order. A field that an order type does not have is None.
PRICE_FIELDS = {
    "lmtPrice": "lmt_price",
    "auxPrice": "aux_price",
    "trailStopPrice": "trail_stop_price",
}
# With every other type auxPrice is a trailing amount or an offset: IB states no step for those.
AUX_PRICE_TYPES = ("STP", "STP LMT", "MIT", "LIT")


@dataclass(frozen=True, slots=True)
class PriceRule:
    """`bands`: (low edge, increment), increments positive, lowest edge first, at least one.

    A negative price (a combination's credit) has the steps of the same price without its sign,
    and a price under the lowest edge those of the lowest band.
    """

    bands: tuple[tuple[Decimal, Decimal], ...]

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[Any, Any]]) -> Self | None:
        """From the (lowEdge, increment) numbers of TWS; None when no row has an increment."""
        bands = sorted((Decimal(str(edge)), Decimal(str(step))) for edge, step in rows)
        stepped = tuple((edge, step) for edge, step in bands if step > 0)
        return cls(stepped) if stepped else None

    def increment_at(self, price: Decimal) -> Decimal:
        size = abs(price)
        return next(step for low, high, step in self._ranges() if low <= size < high)

    def conforms(self, price: Decimal) -> bool:
        return not price % self.increment_at(price)

    def nearest(self, price: Decimal) -> tuple[Decimal, Decimal]:
        """The nearest prices that conform, at or below and at or above; equal when it conforms."""
        below, above = self._below(abs(price)), self._above(abs(price))
        return (below, above) if price >= 0 else (-above, -below)

    def _ranges(self) -> Iterator[tuple[Decimal, Decimal, Decimal]]:
        """(from, below, increment) of each band; together they cover every size of a price."""
        edges = [Decimal(0), *(edge for edge, _ in self.bands[1:]), NO_EDGE]
        for (low, high), (_, step) in zip(pairwise(edges), self.bands, strict=True):
            yield low, high, step

    # The nearest price may lie in the next band: a band's edge need not be one of its steps.

    def _below(self, size: Decimal) -> Decimal:
        tops = ((low, _last_step(size, high, step)) for low, high, step in self._ranges())
        return max(top for low, top in tops if low <= top)

    def _above(self, size: Decimal) -> Decimal:
        firsts = ((high, _up(max(size, low), step)) for low, high, step in self._ranges())
        return min(first for high, first in firsts if first < high)


def price_levels(order: Any) -> dict[str, Decimal]:
    """The order's prices that are levels of the market, by their JSON names.

    Amounts, offsets and percentages are not among them.
    """
    values = vars(order)  # a type without the field has no such attribute, and asking is slow
    levels = {name: values.get(attribute) for name, attribute in PRICE_FIELDS.items()}
    return {
        name: price
        for name, price in levels.items()
        if price is not None and is_level(name, order.order_type)
    }


def is_level(name: str, order_type: object) -> bool:
    """Is this price field a level of the market with this order type, and no distance?"""
    return name != "auxPrice" or order_type in AUX_PRICE_TYPES


def refuse_off_tick(request: OrderRequest, rule: PriceRule | None, pointer: str = "/order") -> None:
    """Refused when a price of this order is between two steps; `pointer` is where it stands.

    Attached orders are requests of their own: ask for each of them with its own pointer.
    """
    if rule is None:
        return
    wrong = [
        FieldError(f"{pointer}/{name}", _off_tick(name, price, rule))
        for name, price in price_levels(request.order).items()
        if not rule.conforms(price)
    ]
    if wrong:
        raise Refused(wrong[0].detail, *wrong)


def refuse_off_size(
    request: OrderRequest, increment: Decimal | None, pointer: str = "/order"
) -> None:
    """Refused when the quantity is no multiple of the contract's size increment."""
    quantity = request.quantity
    if not increment or quantity is None or not quantity % increment:
        return
    below, above = _last_step(quantity, NO_EDGE, increment), _up(quantity, increment)
    sentence = (
        f"Order totalQuantity {plain_text(quantity)} is not a multiple of {plain_text(increment)}; "
        f"{_nearest_are((below, above), increment)}"
    )
    raise Refused(sentence, FieldError(f"{pointer}/totalQuantity", sentence))


def plain_text(number: Decimal) -> str:
    """A number without an exponent and without zeros at its end: 0.01, 100, 1.5."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _off_tick(name: str, price: Decimal, rule: PriceRule) -> str:
    step = rule.increment_at(price)
    return (
        f"Order {name} {plain_text(price)} is not a multiple of {plain_text(step)} at that price; "
        f"{_nearest_are(rule.nearest(price), step)}"
    )


def _nearest_are(both: tuple[Decimal, Decimal], step: Decimal) -> str:
    """0 is left out: nothing is ordered at it."""
    places = max(_places(number) for number in (*both, step))
    shown = [f"{number:.{places}f}" for number in both if number]
    return f"the nearest {'is' if len(shown) == 1 else 'are'} {' and '.join(shown)}"


def _places(number: Decimal) -> int:
    return len(plain_text(number).partition(".")[2])


def _last_step(size: Decimal, high: Decimal, step: Decimal) -> Decimal:
    """The highest multiple of the step that is at most the size and below `high`."""
    top = min(size, high) // step * step
    return top if top < high else top - step


def _up(size: Decimal, step: Decimal) -> Decimal:
    return (size / step).to_integral_value(ROUND_CEILING) * step
