"""The margin rules: what a position needs to be opened and to be kept, by secType.

May not know accounts or prices in motion. Amounts are in the contract's currency. Positions do not
offset one another, but for options on the same underlying.

The rules in short (initial, maintenance):

    STK         long 50 %, 25 % of the value (Regulation T, FINRA 4210); short 50 %, 30 %, and at
                least 5 dollars a share, below 5 dollars a share 2.50 or the whole value
    OPT, FOP    long: nothing, its value is no equity with loan; short: the premium and 20 % of the
    WAR         underlying less what it is out of the money, at least 10 % (FINRA 4210); covered by
                a long one: no more than both can lose (`option_margin`)
    FUT         6 % of the contract's value to keep it, 110 % of that to open it (a guess: SPAN
                margins change daily; the 110 % are CME's rule for speculators)
    CASH        3 % of the pair's value (a guess: IB asks 2 to 5 % by currency)
    CRYPTO      the whole value: IB lends nothing on it
    the others  as stocks
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from paper_gateway.contracts import ContractDefinition
from paper_gateway.option_margin import Option, needs

OPTIONS = frozenset({"OPT", "FOP", "WAR"})
COMMODITIES = frozenset({"FUT", "FOP"})
"""What IB books in the commodities segment."""

STOCK_INITIAL = 0.5
_FUTURE_MAINTENANCE = 0.06
_FUTURE_INITIAL = 1.1 * _FUTURE_MAINTENANCE


class Margin(NamedTuple):
    initial: float
    maintenance: float


NO_MARGIN = Margin(0.0, 0.0)


class Holding(NamedTuple):
    """A signed quantity at a price; ``under_price`` is that of an option's underlying."""

    definition: ContractDefinition
    quantity: float
    price: float
    under_price: float

    @property
    def value(self) -> float:
        return self.quantity * self.price * float(self.definition.multiplier or 1)

    @property
    def units(self) -> float:
        """How many units of the price are held, whatever the side."""
        return abs(self.quantity) * float(self.definition.multiplier or 1)


def margins(holdings: Iterable[Holding]) -> dict[int, Margin]:
    """What each holding needs beside the others, by conId."""
    found, options = {}, []
    for each in holdings:
        needed = found[each.definition.con_id] = margin(each)
        if each.definition.sec_type in OPTIONS:
            options.append(Option(each.definition, each.quantity, needed.initial))
    covered = needs(options)
    return found | {con_id: Margin(needed, needed) for con_id, needed in covered.items()}


def margin(holding: Holding) -> Margin:
    """What the holding needs by itself, in its contract's currency."""
    if not holding.quantity:
        return NO_MARGIN
    return _RULES.get(holding.definition.sec_type, _stock)(holding)


def _stock(holding: Holding) -> Margin:
    value = holding.units * holding.price
    if holding.quantity > 0:
        return Margin(STOCK_INITIAL * value, 0.25 * value)
    each_one = max(5.0, 0.3 * holding.price) if holding.price >= 5 else max(2.5, holding.price)
    maintenance = holding.units * each_one
    return Margin(max(STOCK_INITIAL * value, maintenance), maintenance)


def _option(holding: Holding) -> Margin:
    if holding.quantity > 0:
        return NO_MARGIN
    strike, under = holding.definition.strike, holding.under_price
    is_call = holding.definition.right == "C"
    out_of_the_money = max(0.0, strike - under if is_call else under - strike)
    least = 0.1 * (under if is_call else strike)
    each_one = holding.price + max(0.2 * under - out_of_the_money, least)
    return Margin(holding.units * each_one, holding.units * each_one)


def _parts_of_the_value(initial: float, maintenance: float) -> Callable[[Holding], Margin]:
    def rule(holding: Holding) -> Margin:
        value = holding.units * holding.price
        return Margin(initial * value, maintenance * value)

    return rule


_RULES: dict[str, Callable[[Holding], Margin]] = {
    **dict.fromkeys(OPTIONS, _option),
    "FUT": _parts_of_the_value(_FUTURE_INITIAL, _FUTURE_MAINTENANCE),
    "CASH": _parts_of_the_value(0.03, 0.03),
    "CRYPTO": _parts_of_the_value(1.0, 1.0),
}
