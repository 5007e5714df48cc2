"""The path of an option: Black and Scholes over the path of its underlying.

May not know orders or quotes. The volatility of a strike is that of a smile around the price with
which the underlying began the UTC day, so within an hour the option's price rises or falls with
nothing but the underlying's. Interest and dividends are in the forward: calls and puts of a strike
keep put-call parity.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from paper_gateway.black_scholes import Terms, smile, value
from paper_gateway.definitions import ContractDefinition
from paper_gateway.following_path import HOUR, HOURS, FollowingPath, Valuation
from paper_gateway.price_path import LEAF_STEPS, PricePath, step_at
from paper_gateway.ticks import smallest_tick, tick_at, tick_decimals

# Bid and ask are this far from the value, in smallest ticks and as a part of the price.
_HALF_TICKS = 0.5
_HALF_SPREAD = 0.005
_NOISE = 1e-6


@dataclass(frozen=True, slots=True)
class Model:
    """What an option's price is made of at one instant."""

    terms: Terms
    volatility: float
    under_price: float


class OptionPath(FollowingPath):
    """Its points are quarters of the smallest tick that the contract has at any price."""

    def __init__(self, definition: ContractDefinition, seed: int, base: PricePath) -> None:
        super().__init__(definition, seed, base)
        self._unit = smallest_tick(definition) / 4
        self._least = smallest_tick(definition)

    def model(self, at: float) -> Model:
        """The terms, the smile's volatility and the underlying's price at an epoch second."""
        hour = int(at // HOUR)
        leaf, offset = divmod(step_at(at), LEAF_STEPS)
        under = self.base.price(self.base.leaf(leaf).path[offset])
        terms = self._terms(hour)
        return Model(terms, self._volatility(terms, hour), under)

    def _terms(self, hour: int) -> Terms:
        return Terms(
            strike=self.definition.strike,
            is_call=self.definition.right == "C",
            years=self.years_left(hour),
            carry=self._following.carry,
            # Options on stocks may be exercised early, those on indices may not.
            is_american=self.definition.under_sec_type == "STK",
        )

    def _volatility(self, terms: Terms, hour: int) -> float:
        center = self.base.price(self.base.node(0, hour // HOURS)[0])
        return smile(self.definition.volatility, terms, center)

    def _make_valuation(self, hour: int) -> Valuation:
        terms = self._terms(hour)
        if not terms.years:
            return terms.intrinsic
        volatility = self._volatility(terms, hour)
        # There is always a bid, however far the strike is.
        return lambda price: max(value(terms, price, volatility), self._least)

    # Prices of a point of the path: all rise with it, also where the tick changes.

    def last(self, point: int) -> float:
        price = self.price(point)
        tick = tick_at(self.definition, price)
        return round(math.floor(price / tick + 0.5 + _NOISE) * tick, tick_decimals(tick))

    def bid(self, point: int) -> float:
        price = self.price(point)
        lower = price - self._half_width(price)
        tick = tick_at(self.definition, lower)
        below = round(math.floor(lower / tick + _NOISE) * tick, tick_decimals(tick))
        return max(below, min(self._least, self.last(point)))

    def ask(self, point: int) -> float:
        price = self.price(point)
        upper = price + self._half_width(price)
        tick = tick_at(self.definition, upper)
        return round(math.ceil(upper / tick - _NOISE) * tick, tick_decimals(tick))

    def _half_width(self, price: float) -> float:
        return _HALF_TICKS * self._least + _HALF_SPREAD * price

    def midpoint(self, point: int) -> float:
        return round((self.bid(point) + self.ask(point)) / 2, 4)

    def point_at_least(self, price: float) -> int:
        """The lowest point whose last price is ``price`` or more."""
        point = math.ceil(price / self._unit)
        while self.last(point - 1) >= price - _NOISE:
            point -= 1
        return point

    def point_at_most(self, price: float) -> int:
        """The highest point whose last price is ``price`` or less."""
        point = math.floor(price / self._unit)
        while self.last(point + 1) <= price + _NOISE:
            point += 1
        return point
