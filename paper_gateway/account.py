"""One paper account: cash, positions, profit and loss, and a simple margin model.

May not know orders, clients or sockets. Prices come from the market that it is given. Amounts are
in the contract's currency unless the name says ``base`` (USD).

The margin model is a plain Reg-T one: stocks need 50 % to open and 25 % to keep, currency pairs
3 %. The what-if answer, the buying power and the margin check all use the same numbers. Cost and
P&L include commissions, as IB's average cost does. A currency pair moves cash in both currencies;
its position is shown but its value is already in the cash.
"""

from dataclasses import dataclass, field

from paper_gateway.contracts import ContractDefinition
from paper_gateway.market import Market
from paper_gateway.orders import Preview, commission, commission_currency

BASE_CURRENCY = "USD"
STARTING_CASH = 1_000_000.0
# Initial and maintenance margin as parts of the position's value, by secType.
MARGIN_RATES = {"STK": (0.5, 0.25), "CASH": (0.03, 0.03)}
_OTHER_RATES = (0.5, 0.25)
BUYING_POWER_FACTOR = 1 / MARGIN_RATES["STK"][0]


@dataclass(slots=True)
class Position:
    """Signed quantity and cost per share (times multiplier), with today's running numbers.

    ``day_value`` is what the position was worth when the day began and ``day_flow`` the cash that
    today's trades brought in (negative: spent), so today's P&L is value - day_value + day_flow.
    """

    definition: ContractDefinition
    quantity: float = 0.0
    average_cost: float = 0.0
    realized: float = 0.0
    day_value: float = 0.0
    day_flow: float = 0.0

    @property
    def multiplier(self) -> float:
        return float(self.definition.multiplier or 1)

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


@dataclass(frozen=True, slots=True)
class Figures:
    """The account at one instant, in the base currency."""

    cash: float
    stock_value: float
    gross_value: float
    initial_margin: float
    maintenance_margin: float
    unrealized: float
    realized: float
    daily: float

    @property
    def net_liquidation(self) -> float:
        return self.cash + self.stock_value

    @property
    def available_funds(self) -> float:
        return self.net_liquidation - self.initial_margin

    @property
    def excess_liquidity(self) -> float:
        return self.net_liquidation - self.maintenance_margin

    @property
    def buying_power(self) -> float:
        return max(0.0, self.available_funds * BUYING_POWER_FACTOR)


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
        position = self.positions.setdefault(definition.con_id, Position(definition))
        is_pair = definition.sec_type == "CASH"
        gain = position.trade(quantity, price, 0.0 if is_pair else fee)
        self._add_cash(definition.currency, -quantity * price * position.multiplier)
        self._add_cash(commission_currency(definition), -fee)
        if is_pair:
            self._add_cash(definition.symbol, quantity)
        return gain

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

    def figures(self, at: float) -> Figures:
        """Everything in the base currency."""
        rates = {currency: self.market.rate(currency, at) for currency in self._currencies()}
        stock = gross = initial = maintenance = unrealized = realized = daily = 0.0
        for position in self.positions.values():
            rate = rates[position.definition.currency]
            value = self.value(position, at) * rate
            first, lasting = MARGIN_RATES.get(position.definition.sec_type, _OTHER_RATES)
            initial += abs(value) * first
            maintenance += abs(value) * lasting
            unrealized += value - position.quantity * position.average_cost * rate
            realized += position.realized * rate
            daily += (value / rate - position.day_value + position.day_flow) * rate
            if position.definition.sec_type != "CASH":
                stock += value
                gross += abs(value)
        cash = sum(amount * rates[currency] for currency, amount in self.cash.items())
        return Figures(cash, stock, gross, initial, maintenance, unrealized, realized, daily)

    def preview(
        self, definition: ContractDefinition, quantity: float, price: float, at: float
    ) -> Preview:
        """Margins before and after a signed trade at this price."""
        now = self.figures(at)
        rate = self.market.rate(definition.currency, at)
        fee = commission(definition, abs(quantity), price)
        fee_base = fee * self.market.rate(commission_currency(definition), at)
        unit = price * float(definition.multiplier or 1) * rate
        held = self.positions.get(definition.con_id)
        old = 0.0 if held is None else abs(self.value(held, at)) * rate
        new = abs((0.0 if held is None else held.quantity) + quantity) * unit
        first, lasting = MARGIN_RATES.get(definition.sec_type, _OTHER_RATES)
        equity = now.net_liquidation
        return Preview(
            before=(now.initial_margin, now.maintenance_margin, equity),
            after=(
                now.initial_margin + (new - old) * first,
                now.maintenance_margin + (new - old) * lasting,
                equity - fee_base,
            ),
            commission=fee,
            currency=commission_currency(definition),
            warning="",
        )

    def start_day(self, at: float) -> list[int]:
        """Begin a new trading day; the conIds of flat positions that are forgotten."""
        flat = [con_id for con_id, position in self.positions.items() if not position.quantity]
        for con_id in flat:
            del self.positions[con_id]
        for position in self.positions.values():
            position.realized = 0.0
            position.day_value = self.value(position, at)
            position.day_flow = 0.0
        return flat

    def _currencies(self) -> set[str]:
        return {*self.cash, *(position.definition.currency for position in self.positions.values())}

    def _add_cash(self, currency: str, amount: float) -> None:
        self.cash[currency] = round(self.cash.get(currency, 0.0) + amount, 8)
