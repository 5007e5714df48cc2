"""Price steps: market rules, which tick holds at a price, and rounding to it.

May not refuse anything. A market rule is IB's list of (low edge, increment): from a low edge on,
prices are whole multiples of its increment. For negative prices, which only combinations have, the
size of the price counts.
"""

from decimal import Decimal
from functools import lru_cache

from paper_gateway.catalogue.market_rules import MARKET_RULES
from paper_gateway.definitions import ContractDefinition

Bands = tuple[tuple[float, float], ...]


def market_rule(rule_id: int) -> list[tuple[float, float]] | None:
    """The (low edge, price increment) steps of a market rule; None when there is no such rule."""
    steps = MARKET_RULES.get(rule_id)
    return None if steps is None else list(steps)


def tick_at(definition: ContractDefinition, price: float) -> float:
    """The price increment that holds at a price: reqMarketRule tells the same one."""
    bands = _bands(definition.market_rule_ids, definition.min_tick)
    size = abs(price)
    return next(increment for low_edge, increment in reversed(bands) if size >= low_edge)


def smallest_tick(definition: ContractDefinition) -> float:
    """The smallest price increment that the contract has at any price."""
    bands = _bands(definition.market_rule_ids, definition.min_tick)
    return min(increment for _, increment in bands)


def on_tick(definition: ContractDefinition, price: float) -> bool:
    """True when `price` is a whole number of increments (to within float noise)."""
    ticks = price / tick_at(definition, price)
    return abs(ticks - round(ticks)) < 1e-6


def round_to_tick(definition: ContractDefinition, price: float) -> float:
    """The nearest price on the tick, as the shortest decimal that names it."""
    tick = tick_at(definition, price)
    return round(round(price / tick) * tick, tick_decimals(tick))


@lru_cache(maxsize=64)
def tick_decimals(min_tick: float) -> int:
    """How many decimals a price on this tick has: 0.01 -> 2, 0.00005 -> 5."""
    exponent = Decimal(str(min_tick)).normalize().as_tuple().exponent
    return max(0, -int(exponent))


@lru_cache(maxsize=1024)
def _bands(rule_ids: str, min_tick: float) -> Bands:
    """The bands of a contract: it has one rule, whatever the exchange."""
    first = rule_ids.partition(",")[0]
    return MARKET_RULES[int(first)] if first else ((0.0, min_tick),)
