"""One paper account: cash, positions, profit and loss.

May not know orders, clients or sockets. Prices come from the market that it is given. Amounts are
in the contract's currency unless the name says otherwise; figures are in the base currency, USD.

What-if answers, the buying power, the margin check and the account values all come from one place,
``figures``: a trade is looked at by booking it in a copy of the account (``after``). Cost and P&L
include commissions, as IB's average cost does. A currency pair moves cash in both currencies; its
position is shown but its value is already in the cash. A future costs no cash but its commission:
it is settled in cash at the price of each fill, and at midnight.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from paper_gateway.commissions import commission_currency
from paper_gateway.contracts import ContractDefinition
from paper_gateway.figures import Figures, total
from paper_gateway.margin import COMMODITIES, NO_MARGIN, OPTIONS, Holding, Margin, margins
from paper_gateway.market import Market

BASE_CURRENCY = "USD"
STARTING_CASH = 1_000_000.0


@dataclass(frozen=True, slots=True)
class Trade:
    """A signed quantity, its price and its fee in commission_currency."""

    definition: ContractDefinition
    quantity: float
    price: float
    fee: float = 0.0


@dataclass(slots=True)
class Position:
    """Signed quantity and cost per share (times multiplier), with today's running numbers.

    ``day_value`` is what the position was worth when the day began and ``day_flow`` the cash that
    today's trades brought in (negative: spent), so today's P&L is value - day_value + day_flow.
    ``settled`` is the value at which a future was last settled in cash; 0 for all others.
    """

    account: str
    definition: ContractDefinition
    quantity: float = 0.0
    average_cost: float = 0.0
    realized: float = 0.0
    day_value: float = 0.0
    day_flow: float = 0.0
    settled: float = 0.0

    @property
    def multiplier(self) -> float:
        return float(self.definition.multiplier or 1)

    @property
    def is_future(self) -> bool:
        return self.definition.sec_type == "FUT"

    def settle(self, price: float) -> float:
        """Settle a future at this price; the cash it brings in."""
        value = self.quantity * price * self.multiplier
        gain, self.settled = value - self.settled, value
        return gain

    def trade(self, quantity: float, price: float, fee: float) -> float | None:
        """Apply a signed fill; the realized P&L, or None when nothing was closed."""
        amount = price * self.multiplier
        self.day_flow -= quantity * amount + fee
        closing = min(abs(quantity), abs(self.quantity)) if quantity * self.quantity < 0 else 0.0
        opening = abs(quantity) - closing
        sign = 1.0 if quantity > 0 else -1.0
        gain = None
        if closing:
            share_of_fee = fee * closing / abs(quantity)
            gain = (self.average_cost - amount) * sign * closing - share_of_fee
            self.realized += gain
        kept = abs(self.quantity) - closing
        self.quantity = round(self.quantity + quantity, 8)
        if opening:
            paid = opening * amount + sign * fee * opening / abs(quantity)
            self.average_cost = (kept * self.average_cost + paid) / (kept + opening)
        elif not self.quantity:
            self.average_cost = 0.0
        return gain


@dataclass(slots=True)
class Account:
    """The book of one account. ``positions`` keeps closed ones for the day: they have P&L."""

    name: str
    market: Market
    cash: dict[str, float] = field(default_factory=lambda: {BASE_CURRENCY: STARTING_CASH})
    positions: dict[int, Position] = field(default_factory=dict)

    def held(self) -> list[Position]:
        """The positions that are not flat, by conId."""
        return [self.positions[con_id] for con_id in sorted(self.positions) if self.is_held(con_id)]

    def is_held(self, con_id: int) -> bool:
        position = self.positions.get(con_id)
        return position is not None and position.quantity != 0

    def apply_fill(
        self, definition: ContractDefinition, quantity: float, price: float, fee: float
    ) -> float | None:
        """Book a signed fill and its fee; the realized P&L, None for a trade that only opens."""
        position = self.positions.setdefault(definition.con_id, Position(self.name, definition))
        is_pair = definition.sec_type == "CASH"
        paid = quantity * price * position.multiplier
        if position.is_future:
            self._add_cash(definition.currency, position.settle(price))
        gain = position.trade(quantity, price, 0.0 if is_pair else fee)
        if position.is_future:
            # What was traded at this price has nothing to settle yet.
            position.settle(price)
        else:
            self._add_cash(definition.currency, -paid)
        self._add_cash(commission_currency(definition), -fee)
        if is_pair:
            self._add_cash(definition.symbol, quantity)
        return gain

    def after(self, trades: Iterable[Trade]) -> Account:
        """What the account would be after these trades; nothing is booked."""
        copy = replace(self, cash=dict(self.cash), positions=dict(self.positions))
        for trade in trades:
            con_id = trade.definition.con_id
            if con_id in copy.positions:
                copy.positions[con_id] = replace(copy.positions[con_id])
            copy.apply_fill(trade.definition, trade.quantity, trade.price, trade.fee)
        return copy

    def value(self, position: Position, at: float) -> float:
        """The position's market value in its own currency."""
        if not position.quantity:
            return 0.0
        mark = self.market.mark(position.definition.con_id, at)
        return position.quantity * mark * position.multiplier

    def daily_pnl(self, position: Position, at: float) -> float:
        return self.value(position, at) - position.day_value + position.day_flow

    def unrealized(self, position: Position, at: float) -> float:
        return self.value(position, at) - position.quantity * position.average_cost

    def ledgers(self, at: float) -> dict[str, Figures]:
        """The figures of each currency with cash or positions, in that currency."""
        found = {currency: [Figures(cash=amount)] for currency, amount in self.cash.items()}
        holdings = self._holdings(at)
        needed = margins(holdings.values())
        for con_id, position in self.positions.items():
            value = holdings[con_id].value if con_id in holdings else 0.0
            rows = found.setdefault(position.definition.currency, [])
            rows.append(_figures_of(position, value, needed.get(con_id, NO_MARGIN)))
        return {currency: total(rows) for currency, rows in found.items()}

    def figures(self, at: float) -> Figures:
        """Everything in the base currency."""
        return total(
            figures.times(self.market.rate(currency, at))
            for currency, figures in self.ledgers(at).items()
        )

    def margins(self, at: float) -> dict[int, Margin]:
        """What each position needs beside the others, by conId, in its own currency."""
        return margins(self._holdings(at).values())

    def start_day(self, at: float) -> list[int]:
        """Begin a new trading day: futures are settled and the day's P&L starts anew; the conIds
        of flat positions that are forgotten."""
        flat = [con_id for con_id, position in self.positions.items() if not position.quantity]
        for con_id in flat:
            del self.positions[con_id]
        for position in self.positions.values():
            position.realized = 0.0
            position.day_value = self.value(position, at)
            position.day_flow = 0.0
            if position.is_future:
                mark = self.market.mark(position.definition.con_id, at)
                self._add_cash(position.definition.currency, position.settle(mark))
        return flat

    def _holdings(self, at: float) -> dict[int, Holding]:
        """The positions that are not flat at their prices, by conId."""
        return {each.definition.con_id: self._holding(each, at) for each in self.held()}

    def _holding(self, position: Position, at: float) -> Holding:
        definition = position.definition
        mark = self.market.mark(definition.con_id, at)
        return Holding(definition, position.quantity, mark, self._under_price(definition, at))

    def _under_price(self, definition: ContractDefinition, at: float) -> float:
        """The price of an option's underlying; its strike where the market has none."""
        if definition.sec_type not in OPTIONS:
            return 0.0
        try:
            return self.market.mark(definition.under_con_id, at)
        except KeyError:
            return definition.strike

    def _add_cash(self, currency: str, amount: float) -> None:
        self.cash[currency] = round(self.cash.get(currency, 0.0) + amount, 8)


def _figures_of(position: Position, value: float, needed: Margin) -> Figures:
    """What one position adds to the figures of its currency."""
    kind = position.definition.sec_type
    is_option, is_commodity = kind in OPTIONS, kind in COMMODITIES
    is_stock = not is_option and kind not in {"FUT", "CASH"}
    return Figures(
        stock_value=value if is_stock else 0.0,
        option_value=value if is_option else 0.0,
        futures_pnl=value - position.settled if position.is_future else 0.0,
        gross_value=abs(value) if is_stock or is_option else 0.0,
        initial_margin=needed.initial,
        maintenance_margin=needed.maintenance,
        commodities_initial=needed.initial if is_commodity else 0.0,
        commodities_maintenance=needed.maintenance if is_commodity else 0.0,
        unrealized=value - position.quantity * position.average_cost,
        realized=position.realized,
        daily=value - position.day_value + position.day_flow,
    )
