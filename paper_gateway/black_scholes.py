"""Option values by Black and Scholes on the forward price, their greeks, and implied volatility.

May not know contracts, quotes or time: everything here is a pure function of its arguments. Years
are of 365 days, volatilities and rates are fractions a year (0.25 = 25 %).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

# Interest, a year: the same for every contract and maturity.
RATE = 0.04
CALL, PUT = "C", "P"
DAYS_PER_YEAR = 365
# Implied volatilities are looked for in this range, to this precision.
_LOWEST, _HIGHEST = 0.001, 5.0
_HALVINGS = 40
_SQRT_2PI = math.sqrt(2 * math.pi)


@dataclass(frozen=True, slots=True)
class Terms:
    """An option at one instant: ``carry`` turns the underlying's price into its forward, and an
    American one may be exercised at any time."""

    strike: float
    is_call: bool
    years: float
    carry: float = RATE
    is_american: bool = True

    @property
    def discount(self) -> float:
        """What a dollar at the expiration is worth now."""
        return math.exp(-RATE * self.years)

    def forward(self, under_price: float) -> float:
        return under_price * math.exp(self.carry * self.years)

    def intrinsic(self, under_price: float) -> float:
        """What exercising at once would bring."""
        gain = under_price - self.strike
        return max(gain if self.is_call else -gain, 0.0)


class Greeks(NamedTuple):
    """Per share of the underlying: delta and gamma by its price, vega for one point of volatility
    (1 %), theta for one day, as TWS shows them."""

    delta: float
    gamma: float
    vega: float
    theta: float


def value(terms: Terms, under_price: float, volatility: float) -> float:
    """What the option is worth; at its expiration what exercising brings.

    An American option never falls below what exercising at once would bring; apart from that the
    right to do so is worth nothing here.
    """
    now = terms.intrinsic(under_price)
    spread = volatility * math.sqrt(max(terms.years, 0.0))
    if spread <= 0 or under_price <= 0:
        return now
    forward = terms.forward(under_price)
    first = math.log(forward / terms.strike) / spread + spread / 2
    sign = 1 if terms.is_call else -1
    expected = forward * _normal(sign * first) - terms.strike * _normal(sign * (first - spread))
    return max(terms.discount * sign * expected, now if terms.is_american else 0.0)


def greeks(terms: Terms, under_price: float, volatility: float) -> Greeks | None:
    """The sensitivities; None at the expiration, when there are none."""
    spread = volatility * math.sqrt(max(terms.years, 0.0))
    if spread <= 0 or under_price <= 0:
        return None
    forward, sign = terms.forward(under_price), 1 if terms.is_call else -1
    first = math.log(forward / terms.strike) / spread + spread / 2
    second = first - spread
    growth = terms.discount * math.exp(terms.carry * terms.years)
    density = math.exp(-first * first / 2) / _SQRT_2PI
    moving = terms.discount * forward * density
    european = (
        terms.discount
        * sign
        * (forward * _normal(sign * first) - terms.strike * _normal(sign * second))
    )
    drift = sign * terms.carry * under_price * growth * _normal(sign * first)
    decay = RATE * european - drift - moving * volatility / (2 * math.sqrt(terms.years))
    return Greeks(
        delta=sign * growth * _normal(sign * first),
        gamma=growth * density / (under_price * spread),
        vega=moving * math.sqrt(terms.years) / 100,
        theta=decay / DAYS_PER_YEAR,
    )


def implied_volatility(terms: Terms, under_price: float, price: float) -> float | None:
    """The volatility at which the option is worth ``price``; None when none of 0.1 to 500 % is."""
    if terms.years <= 0 or under_price <= 0:
        return None
    low, high = _LOWEST, _HIGHEST
    if not value(terms, under_price, low) < price <= value(terms, under_price, high):
        return None
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if value(terms, under_price, middle) < price:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def smile(volatility: float, terms: Terms, center: float) -> float:
    """The volatility of a strike: lowest a little above the ``center`` and higher below it.

    A guess of the usual shape: a parabola in the distance from the center, which is counted in
    standard deviations of the time that is left.
    """
    width = volatility * math.sqrt(terms.years + 0.02)
    distance = math.log(terms.strike / center) / width
    distance = min(max(distance, -3.0), 3.0)
    return volatility * (1 - 0.08 * distance + 0.02 * distance * distance)


def _normal(x: float) -> float:
    """The standard normal distribution function."""
    return 0.5 * math.erfc(-x / math.sqrt(2))
