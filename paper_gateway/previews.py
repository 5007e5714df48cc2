"""What an order would do to its account: the what-if answer and the margin check.

May not book or refuse anything itself. Both ask the account what it would be after the order's
trade at what the market gives now, so they, the buying power and the account values after the fill
agree. Each order is looked at alone: other working orders are not counted. A combination is the
trades of its legs.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from paper_gateway.account import Trade
from paper_gateway.accounts import Accounts
from paper_gateway.commissions import commission, commission_currency
from paper_gateway.contracts import ContractDefinition
from paper_gateway.figures import Figures
from paper_gateway.order_types import Need, Trigger
from paper_gateway.orders import Order, Preview
from paper_gateway.prices import Prices
from paper_gateway.rules import Refusal, rejected
from paper_gateway.timers import Clock

# TWS asks for a second look above its presets; the what-if answer then carries a warning.
WARNING_SIZE = 500
WARNING_VALUE = 100_000


class Previews:
    """Looks ahead for the accounts."""

    def __init__(self, accounts: Accounts, prices: Prices, clock: Clock) -> None:
        self._accounts = accounts
        self._prices = prices
        self._clock = clock

    def what_if(self, order: Order) -> Preview:
        """Margins and commission, and a warning when TWS would ask for a second look."""
        trades = list(self._trades(order))
        before, after = self._before(order), self._after(order, trades)
        preview = Preview(
            before=_margins(before),
            after=_margins(after),
            commission=round(sum(trade.fee for trade in trades), 4),
            currency=commission_currency(trades[0].definition),
            warning="",
        )
        quantity, definition = self._size(order), order.definition
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
        """201 when the trade needs more initial margin than there is equity.

        What needs no more margin than before is never refused: it is the way out.
        """
        after = self._after(order, self._trades(order))
        initial, equity = after.initial_margin, after.equity_with_loan
        if after.available_funds >= 0 or initial <= self._before(order).initial_margin:
            return None
        return rejected(
            "YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION YOUR EQUITY WITH "
            f"LOAN VALUE [{equity:.2f} USD] MUST EXCEED THE INITIAL MARGIN [{initial:.2f} USD]"
        )

    def _before(self, order: Order) -> Figures:
        return self._accounts[order.account].figures(self._clock())

    def _after(self, order: Order, trades: Iterable[Trade]) -> Figures:
        return self._accounts[order.account].after(trades).figures(self._clock())

    def _trades(self, order: Order) -> Iterator[Trade]:
        """What is left of the order, as if it traded now."""
        size = self._size(order) - order.filled
        signed = size if order.is_buy else -size
        if not order.definition.legs:
            yield _trade(order.definition, signed, self._fair_price(order))
        for leg in order.definition.legs:
            quantity = signed * leg.ratio
            yield _trade(leg.definition, quantity, self._prices.touch(leg.definition, quantity > 0))

    def _fair_price(self, order: Order) -> float:
        """What the order would trade at now; one that rests, at no better than the last price:
        what the market gives away later is no equity yet."""
        touch = self._prices.touch(order.definition, order.is_buy)
        limit = order.ticket.limit_price if order.order_type.limit is Need.MUST else None
        if limit is None:
            return touch
        return sorted((limit, touch, self._prices.mark(order.definition)))[1]

    def _size(self, order: Order) -> float:
        cash = order.ticket.instructions.cash_quantity
        if order.quantity or cash is None:
            return order.quantity
        return cash / self._price(order)

    def _price(self, order: Order) -> float:
        """The price that the order names, or what it would trade at now."""
        ticket, kind = order.ticket, order.order_type
        if kind.limit is Need.MUST and ticket.limit_price is not None:
            return ticket.limit_price
        if kind.trigger is not Trigger.NONE and kind.aux is Need.MUST and ticket.aux_price:
            return ticket.aux_price
        return self._prices.touch(order.definition, order.is_buy)


def _trade(definition: ContractDefinition, quantity: float, price: float) -> Trade:
    return Trade(definition, quantity, price, commission(definition, abs(quantity), price))


def _margins(figures: Figures) -> tuple[float, float, float]:
    """Initial margin, maintenance margin, equity with loan value: the order of the what-if."""
    return figures.initial_margin, figures.maintenance_margin, figures.equity_with_loan
