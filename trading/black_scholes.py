"""What an option is worth by Black and Scholes, without interest and dividends. Pure.

It draws curves between known prices: today's, and a later option's at the expiry of a nearer one.
Orders are never priced by it. Without interest a value is a little off, most for far expiries; with
the volatility that IB implies from the same price it is close.
"""

from __future__ import annotations

from math import erf, log, sqrt

DAYS_A_YEAR = 365.0


def value(right: str, price: float, strike: float, years: float, volatility: float) -> float:
    """Per share; `right` is C or P. At or after expiry, or without volatility, what it pays."""
    if years <= 0 or volatility <= 0 or price <= 0:
        return intrinsic(right, price, strike)
    spread = volatility * sqrt(years)
    d1 = log(price / strike) / spread + spread / 2
    call = price * _normal(d1) - strike * _normal(d1 - spread)
    return call if right == "C" else call - price + strike


def intrinsic(right: str, price: float, strike: float) -> float:
    """What it pays when it expires at that price of the underlying."""
    return max(0.0, price - strike if right == "C" else strike - price)


def _normal(x: float) -> float:
    return (1 + erf(x / sqrt(2))) / 2
