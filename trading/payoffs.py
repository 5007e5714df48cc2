"""What a strategy gains or loses at each price of its underlying. Pure.

Everything is in money of the whole position. At the expiry of the nearest leg each leg that expires
then pays its intrinsic value; later ones (a calendar's) are worth what Black and Scholes say with
their own volatility. With one expiry the curve is made of straight lines between the strikes, so
that its corners and its slope at the end tell everything exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isclose

from trading.black_scholes import intrinsic, value

POINTS = 81
FINE_POINTS = 2001  # for curves that are no straight lines
FAR = 4.0  # times the highest strike: beyond it a curve is straight

Curve = Callable[[float], float]
Place = tuple[float, float | None]  # from where to where; None = for ever


@dataclass(frozen=True, slots=True)
class Holding:
    """One leg as held: `size` shares of underlying it stands for, negative when it is sold.

    `years` to its expiry from now; `volatility` None when IB has told none.
    """

    right: str
    strike: float
    size: float
    years: float
    volatility: float | None = None


@dataclass(frozen=True, slots=True)
class Extreme:
    """The most that is gained (or lost, negative), and where; amount None = unlimited."""

    amount: float | None
    place: Place


@dataclass(frozen=True, slots=True)
class Payoff:
    """Points are (price, gain at the first expiry, gain now or None)."""

    points: list[tuple[float, float, float | None]]
    break_evens: list[float]
    best: Extreme
    worst: Extreme


def payoff_of(
    holdings: Sequence[Holding], cost: float, price: float | None, years_now: float = 0.0
) -> Payoff | None:
    """`cost` is what the position costs, negative for a credit; `price` the underlying's.

    `years_now` is by how much later than now the "now" curve is. None when a later leg's value is
    not known.
    """
    at_expiry = expiry_curve(holdings, cost)
    if at_expiry is None:
        return None
    now = now_curve(holdings, cost, years_now)
    corners = sorted({one.strike for one in holdings})
    if is_of_one_expiry(holdings):
        knots = [0.0, *corners]
    else:
        end = corners[-1] * FAR
        knots = [end * number / (FINE_POINTS - 1) for number in range(FINE_POINTS)]
        knots = sorted({*knots, *corners})
    slope = sum(one.size for one in holdings if one.right == "C")
    zeros = break_evens(at_expiry, knots, slope)
    shown = sorted({*_grid(corners, price), *corners, *zeros, *([price] if price else [])})
    return Payoff(
        [(each, at_expiry(each), now(each) if now else None) for each in shown],
        zeros,
        _extreme(at_expiry, knots, slope, best=True),
        _extreme(at_expiry, knots, slope, best=False),
    )


def is_of_one_expiry(holdings: Sequence[Holding]) -> bool:
    return len({one.years for one in holdings}) == 1


def expiry_curve(holdings: Sequence[Holding], cost: float) -> Curve | None:
    """Gain at the first expiry; None when a later leg has no volatility."""
    first = min(one.years for one in holdings)
    if any(one.years > first and not one.volatility for one in holdings):
        return None

    def gain(price: float) -> float:
        total = -cost
        for one in holdings:
            later = one.years - first
            worth = (
                value(one.right, price, one.strike, later, one.volatility or 0)
                if later > 0
                else intrinsic(one.right, price, one.strike)
            )
            total += one.size * worth
        return total

    return gain


def now_curve(holdings: Sequence[Holding], cost: float, years_now: float) -> Curve | None:
    """Gain if the position were sold now; None when a leg has no volatility."""
    if any(not one.volatility for one in holdings):
        return None

    def gain(price: float) -> float:
        return -cost + sum(
            one.size
            * value(one.right, price, one.strike, one.years - years_now, one.volatility or 0)
            for one in holdings
        )

    return gain


def break_evens(curve: Curve, knots: Sequence[float], slope: float) -> list[float]:
    """Where a curve that is straight between its knots, and after them, crosses zero."""
    zeros = []
    values = [(knot, curve(knot)) for knot in knots]
    for (left, low), (right, high) in pairwise(values):
        if low == 0.0 and left > 0:
            zeros.append(left)
        if low * high < 0:
            zeros.append(left + (right - left) * low / (low - high))
    last, end = values[-1]
    if end == 0.0:
        zeros.append(last)
    elif end * slope < 0:
        zeros.append(last - end / slope)
    return [round(zero, 6) for zero in dict.fromkeys(zeros)]


def _extreme(curve: Curve, knots: Sequence[float], slope: float, *, best: bool) -> Extreme:
    sign = 1.0 if best else -1.0
    if slope * sign > 0:
        return Extreme(None, (knots[-1], None))
    values = [(knot, curve(knot)) for knot in knots]
    amount = max(sign * gain for _, gain in values) * sign
    there = [knot for knot, gain in values if isclose(gain, amount, abs_tol=1e-6)]
    end = None if there[-1] == knots[-1] and slope == 0 else there[-1]
    return Extreme(amount, (there[0], end))


def _grid(corners: Sequence[float], price: float | None) -> list[float]:
    """Prices to draw: the strikes and the price, with room at both sides."""
    all_of = [*corners, price or corners[0]]
    low, high = min(all_of), max(all_of)
    room = max(0.6 * (high - low), 0.12 * high)
    start, end = max(0.0, low - room), high + room
    return [round(start + (end - start) * n / (POINTS - 1), 4) for n in range(POINTS)]
