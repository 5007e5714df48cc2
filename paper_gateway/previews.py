"""What an order would do to the account: the what-if answer and the margin check.

May not book or refuse anything itself. Both use the same numbers: the order's price where it has
one, otherwise what the market shows now. A combination costs the sum of what its legs cost.
"""

from dataclasses import replace

from paper_gateway.account import Account
from paper_gateway.order_types import Need, Trigger
from paper_gateway.orders import Order, Preview
from paper_gateway.prices import Prices
from paper_gateway.rules import Refusal, rejected
from paper_gateway.timers import Clock

# TWS asks for a second look above its presets; the what-if answer then carries a warning.
WARNING_SIZE = 500
WARNING_VALUE = 100_000

_Numbers = tuple[float, float, float]


class Previews:
    """Looks ahead for one account."""

    def __init__(self, account: Account, prices: Prices, clock: Clock) -> None:
        self._account = account
        self._prices = prices
        self._clock = clock

    def what_if(self, order: Order) -> Preview:
        """Margins and commission, and a warning when TWS would ask for a second look."""
        preview, definition = self._preview(order), order.definition
        quantity = self._size(order)
        value = abs(quantity * self._price(order) * float(definition.multiplier or 1))
        if quantity <= WARNING_SIZE and value <= WARNING_VALUE:
            return preview
        warning = (
            f"The size of this order ({quantity:g}, worth about {value:,.2f} "
            f"{definition.currency}) is above the limits of {WARNING_SIZE} and "
            f"{WARNING_VALUE:,} at which IB asks for a second look."
        )
        return replace(preview, warning=warning)

    def refuse_by_margin(self, order: Order) -> Refusal | None:
        """201 when the trade needs more initial margin than there is equity."""
        preview = self._preview(order)
        initial, _, equity = preview.after
        if initial <= equity or initial <= preview.before[0]:
            return None
        return rejected(
            "YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION YOUR EQUITY WITH "
            f"LOAN VALUE [{equity:.2f} USD] MUST EXCEED THE INITIAL MARGIN [{initial:.2f} USD]"
        )

    def _preview(self, order: Order) -> Preview:
        size = self._size(order) - order.filled
        signed = size if order.is_buy else -size
        if not order.definition.legs:
            price = self._price(order)
            return self._account.preview(order.definition, signed, price, self._clock())
        parts = [
            self._account.preview(
                leg.definition,
                signed * leg.ratio,
                self._prices.mark(leg.definition),
                self._clock(),
            )
            for leg in order.definition.legs
        ]
        before = parts[0].before
        after = before
        for part in parts:
            after = _plus(after, part.after, before)
        fee = round(sum(part.commission for part in parts), 4)
        return Preview(before, after, fee, parts[0].currency, "")

    def _size(self, order: Order) -> float:
        cash = order.ticket.instructions.cash_quantity
        if order.quantity or cash is None:
            return order.quantity
        return cash / self._price(order)

    def _price(self, order: Order) -> float:
        ticket, kind = order.ticket, order.order_type
        if kind.limit is Need.MUST and ticket.limit_price is not None:
            return ticket.limit_price
        if kind.trigger is not Trigger.NONE and kind.aux is Need.MUST and ticket.aux_price:
            return ticket.aux_price
        return self._prices.touch(order.definition, order.is_buy)


def _plus(after: _Numbers, part: _Numbers, before: _Numbers) -> _Numbers:
    """What one more leg changes, on top of what the others have."""
    first, lasting, equity = (a + p - b for a, p, b in zip(after, part, before, strict=True))
    return first, lasting, equity
