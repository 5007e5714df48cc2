"""A strategy in words: what it is called, what it does, what it may gain and lose. Pure."""

from __future__ import annotations

from datetime import date

from trading.payoffs import Extreme, Payoff
from trading.strategies import Leg, Strategy

RIGHTS = {"C": "call", "P": "put"}


def name_of(strategy: Strategy) -> str:
    """What traders call it, as it is when the order fills."""
    legs = sorted(strategy.legs, key=lambda leg: (leg.expiry, leg.strike))
    first, last = legs[0], legs[-1]
    side, right = strategy.side, RIGHTS[first.right]
    if strategy.kind == "vertical":
        rises = first.signed * side > 0  # the lower strike is bought, calls and puts alike
        return f"{'Bull' if rises else 'Bear'} {right} spread"
    if strategy.kind == "calendar":
        return f"{_long(last.signed * side)} {right} calendar"
    if strategy.kind == "straddle":
        return f"{_long(first.signed * side)} straddle"
    if strategy.kind == "iron-condor":
        return "Iron condor" if first.signed * side > 0 else "Reverse iron condor"
    return f"Custom strategy of {len(legs)} legs"


def words_of(strategy: Strategy, payoff: Payoff | None) -> str:
    """One or two sentences; what is not known is said to be unknown."""
    said = f"{_legs(strategy)}: {_cost(strategy)}"
    if payoff is None:
        return f"{said}. Its payoff is not known: a price or a volatility is missing."
    currency = strategy.underlying.currency
    best, worst = payoff.best, payoff.worst
    gains = (
        "the gain is unlimited"
        if best.amount is None
        else f"gains at most {money(best.amount, currency)}{_where(best)}"
        if best.amount > 0
        else "cannot gain"
    )
    loses = (
        "the loss is unlimited"
        if worst.amount is None
        else f"loses at most {money(-worst.amount, currency)}{_where(worst)}"
        if worst.amount < 0
        else "cannot lose"
    )
    evens = " and ".join(f"{each:.2f}" for each in payoff.break_evens)
    even = f"; breaks even at {evens}" if evens else ""
    return f"{said}; {gains}; {loses}{even}."


def money(amount: float, currency: str) -> str:
    return f"{amount:,.2f} {currency}"


def _legs(strategy: Strategy) -> str:
    """Buys the 230 call, sells the 240 call of 18 Dec 2026."""
    one_expiry = len({leg.expiry for leg in strategy.legs}) == 1
    parts = [_leg(leg, strategy.side, with_day=not one_expiry) for leg in strategy.legs]
    text = ", ".join(parts)
    text = text[0].upper() + text[1:]
    return f"{text} of {_day(strategy.legs[0].expiry)}" if one_expiry else text


def _leg(leg: Leg, side: int, *, with_day: bool) -> str:
    does = "buys" if leg.signed * side > 0 else "sells"
    times = f"{leg.ratio} of " if leg.ratio > 1 else ""
    day = f" of {_day(leg.expiry)}" if with_day else ""
    return f"{does} {times}the {float(leg.strike):g} {RIGHTS[leg.right]}{day}"


def _cost(strategy: Strategy) -> str:
    limit = strategy.limit
    if limit is None:
        return "its price is not known"
    amount = float(limit * strategy.side * strategy.quantity * strategy.legs[0].multiplier)
    shown = money(abs(amount), strategy.underlying.currency)
    return f"pays {shown}" if amount >= 0 else f"receives {shown}"


def _where(extreme: Extreme) -> str:
    start, end = extreme.place
    if end is None:
        return f" above {start:g}" if start > 0 else ""
    if start <= 0:
        return f" below {end:g}" if end > 0 else " at 0"
    return f" at {start:g}" if end - start < 1e-9 else f" between {start:g} and {end:g}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _long(signed: int) -> str:
    return "Long" if signed > 0 else "Short"
