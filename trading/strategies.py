"""Strategies of options as one order: vertical, calendar, straddle, iron condor, custom. Pure.

Legs are told as they are when the strategy is bought, as in IB's combos: a leg with SELL is sold
when the combo is bought. The combo's price is the sum of its legs' prices times their ratios,
negative for legs that are sold; so whoever buys it pays its ask, and below zero is a credit:
https://interactivebrokers.github.io/tws-api/spread_contracts.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError

from trading.contracts import MAX_LEGS
from trading.fields import (
    MAX_INT,
    FieldSet,
    Name,
    NotNegative,
    Positive,
    Size,
    Text,
    plain,
    refuse,
    refused,
)
from trading.options import parse_expiry
from trading.refusals import FieldError, Refused

Action = Literal["BUY", "SELL"]
Kind = Literal["vertical", "calendar", "straddle", "iron-condor", "custom"]

# Combos at SMART trade in cents, whatever the steps of their legs are.
TICK = Decimal("0.01")
LEGS = f"legs must be a list of 2 to {MAX_LEGS} options"
NO_OBJECT = "The body must be a JSON object"


def parse_date(text: object) -> date:
    if not isinstance(text, str):
        raise ValueError("must be a date such as 20261218")
    try:
        return parse_expiry(text)
    except ValueError:
        raise ValueError("must be a date such as 20261218") from None


def parse_multiplier(given: object) -> Decimal:
    """IB tells it as a text."""
    text = str(given) if isinstance(given, str | int) and not isinstance(given, bool) else ""
    if not text.isdecimal() or not 0 < int(text[:9]) <= 10_000 or len(text) > 5:
        raise ValueError("must be a whole number such as 100")
    return Decimal(text)


class Leg(FieldSet):
    """One option: what is done with it when the strategy is bought."""

    con_id: Annotated[int, Field(gt=0, le=MAX_INT)]
    action: Action
    ratio: Annotated[Size, Field(le=1000)] = 1
    right: Literal["C", "P"]
    strike: Positive
    expiry: Annotated[date, BeforeValidator(parse_date)]
    multiplier: Annotated[Decimal, BeforeValidator(parse_multiplier)] = Decimal(100)
    bid: NotNegative | None = None
    ask: NotNegative | None = None
    implied_volatility: NotNegative | None = None

    @property
    def signed(self) -> int:
        return self.ratio if self.action == "BUY" else -self.ratio


class Underlying(FieldSet):
    symbol: Name
    price: Positive | None = None
    currency: Text = "USD"
    exchange: Text = "SMART"


class Strategy(FieldSet):
    """A strategy that is asked for, parsed."""

    kind: Kind
    action: Action = "BUY"
    quantity: Size = 1
    underlying: Underlying
    legs: Annotated[tuple[Leg, ...], BeforeValidator(lambda legs: _listed(legs))]

    @property
    def side(self) -> int:
        """1 when it is bought, -1 when it is sold."""
        return 1 if self.action == "BUY" else -1

    @property
    def net(self) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
        """Bid, mid and ask of one combo; None where a leg has no such price."""
        bid = _sum((leg.signed, leg.bid if leg.signed > 0 else leg.ask) for leg in self.legs)
        ask = _sum((leg.signed, leg.ask if leg.signed > 0 else leg.bid) for leg in self.legs)
        middle = None if bid is None or ask is None else (bid + ask) / 2
        return bid, middle, ask

    @property
    def limit(self) -> Decimal | None:
        """The middle, rounded to a price that can be ordered."""
        middle = self.net[1]
        # + 0 makes a plain zero of -0.00
        return None if middle is None else middle.quantize(TICK, ROUND_HALF_EVEN) + 0

    def contract(self) -> dict[str, Any]:
        """The BAG contract for an order."""
        return {
            "symbol": self.underlying.symbol,
            "secType": "BAG",
            "currency": self.underlying.currency,
            "exchange": "SMART",
            "comboLegs": [
                {"conId": leg.con_id, "ratio": leg.ratio, "action": leg.action, "exchange": "SMART"}
                for leg in self.legs
            ],
        }

    def order(self) -> dict[str, Any]:
        """The draft of an order at the middle; its price is None while that is unknown."""
        return {
            "action": self.action,
            "orderType": "LMT",
            "lmtPrice": None if self.limit is None else plain(self.limit),
            "totalQuantity": self.quantity,
            "tif": "DAY",
        }


def parse_strategy(raw: object) -> Strategy:
    """The strategy of a request body; Refused when it is none, or its legs are of another kind."""
    if not isinstance(raw, Mapping):
        raise Refused(NO_OBJECT, FieldError("", NO_OBJECT))
    try:
        strategy = Strategy.model_validate(dict(raw), strict=True)
    except ValidationError as error:
        refuse(error, "", {"legs": LEGS})
    wrong = shape_fault(strategy)
    if wrong:
        raise refused("/legs", wrong)
    return strategy


def shape_fault(strategy: Strategy) -> str | None:
    """Why the legs do not make a strategy of that kind; None when they do."""
    legs = strategy.legs
    if len({leg.con_id for leg in legs}) < len(legs):
        return "Each leg must be another option"
    if len({leg.multiplier for leg in legs}) > 1:
        return "The legs must have the same multiplier"
    fits, sentence = SHAPES[strategy.kind]
    return None if fits(sorted(legs, key=lambda leg: (leg.expiry, leg.strike))) else sentence


def _listed(legs: object) -> tuple[Any, ...]:
    if not isinstance(legs, list | tuple) or not 2 <= len(legs) <= MAX_LEGS:
        raise ValueError(LEGS)
    return tuple(legs)


def _sum(parts: Any) -> Decimal | None:
    total = Decimal(0)
    for times, price in parts:
        if price is None:
            return None
        total += times * price
    return total


# Each gets its legs by expiry and strike.


def _is_vertical(legs: list[Leg]) -> bool:
    return _has(legs, 2, rights=1, expiries=1, strikes=2) and _net(legs) == 0


def _is_calendar(legs: list[Leg]) -> bool:
    return _has(legs, 2, rights=1, expiries=2, strikes=1) and _net(legs) == 0


def _is_straddle(legs: list[Leg]) -> bool:
    return (
        _has(legs, 2, rights=2, expiries=1, strikes=1)
        and legs[0].action == legs[1].action
        and legs[0].ratio == legs[1].ratio
    )


def _is_iron_condor(legs: list[Leg]) -> bool:
    if len(legs) != 4 or len({leg.expiry for leg in legs}) != 1:
        return False
    puts = [leg for leg in legs if leg.right == "P"]
    calls = [leg for leg in legs if leg.right == "C"]
    if not (_is_vertical(puts) and _is_vertical(calls)):
        return False
    inner, outer = (puts[1], calls[0]), (puts[0], calls[1])
    is_mirrored = inner[0].action == inner[1].action and outer[0].action == outer[1].action
    return is_mirrored and puts[1].strike <= calls[0].strike and len({x.ratio for x in legs}) == 1


def _has(legs: list[Leg], count: int, *, rights: int, expiries: int, strikes: int) -> bool:
    return (
        len(legs) == count
        and len({leg.right for leg in legs}) == rights
        and len({leg.expiry for leg in legs}) == expiries
        and len({leg.strike for leg in legs}) == strikes
    )


def _net(legs: list[Leg]) -> int:
    return sum(leg.signed for leg in legs)


SHAPES: dict[str, tuple[Any, str]] = {
    "vertical": (
        _is_vertical,
        "A vertical buys one and sells one option of the same right and expiry at two strikes",
    ),
    "calendar": (
        _is_calendar,
        "A calendar buys one and sells one option of the same right and strike at two expiries",
    ),
    "straddle": (
        _is_straddle,
        "A straddle buys or sells a call and a put of the same strike and expiry",
    ),
    "iron-condor": (
        _is_iron_condor,
        "An iron condor sells a put and a call and buys a lower put and a higher call, or the "
        "other way round, all of one expiry",
    ),
    "custom": (lambda legs: True, ""),
}


def years_to(expiry: date, now: datetime) -> float:
    """From now to the close of that day in New York, about 21:00 UTC, in years of 365 days."""
    close = datetime(expiry.year, expiry.month, expiry.day, 21, tzinfo=now.tzinfo)
    return max(0.0, (close - now).total_seconds() / (365 * 86_400))
