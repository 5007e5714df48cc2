"""Which option chain is meant: class, expiry and strikes, chosen from what IB lists. Pure.

IB lists all expiries of a class and all its strikes, which is more than exists: not every strike
has every expiry (https://interactivebrokers.github.io/tws-api/options.html).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from trading.contracts import Contract
from trading.refusals import FieldError, NotFound, Refused

SMART = "SMART"
# How a client may call its chain, and what it is told otherwise.
CHAIN_ID = re.compile(r"[A-Za-z0-9._-]{1,36}")
WRONG_CHAIN_ID = "id must be 1 to 36 letters, digits, dots, dashes or underscores"
USUAL_STRIKES = 20
MOST_STRIKES = 200
MOST_NAMED = 6  # expiries that a refusal names
RIGHTS = ("C", "P")
DATE_LENGTH = 8


@dataclass(frozen=True, slots=True)
class ChainQuestion:
    """What is asked: the options on `underlying`; nothing given = the usual choice.

    `expiry` is YYYYMMDD, `strikes` how many of them around the money.
    """

    underlying: Contract
    expiry: str = ""
    strikes: int = USUAL_STRIKES
    trading_class: str = ""


@dataclass(frozen=True, slots=True)
class OptionClass:
    """What IB lists of one class at one exchange."""

    exchange: str
    trading_class: str
    multiplier: str
    expiries: tuple[str, ...]
    strikes: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Expiry:
    """One expiry of one class; `days` to go, 0 on the day itself."""

    expiry: str
    days: int
    of: OptionClass

    def to_payload(self) -> dict[str, object]:
        return {
            "expiry": self.expiry,
            "daysToExpiry": self.days,
            "tradingClass": self.of.trading_class,
            "multiplier": self.of.multiplier,
        }


def expiries_of(classes: Iterable[OptionClass], symbol: str, today: date) -> list[Expiry]:
    """Every expiry that has not passed, nearest first; of one day the usual class comes first.

    Usual is the class that is named like the symbol, then the one with most strikes. Classes at
    SMART count; only where there is none, those of other exchanges do.
    """
    classes = list(classes)
    routed = [each for each in classes if each.exchange == SMART] or classes
    usual = sorted(routed, key=lambda each: (each.trading_class != symbol, -len(each.strikes)))
    found = [
        Expiry(expiry, (parse_expiry(expiry) - today).days, each)
        for each in usual
        for expiry in each.expiries
    ]
    # sorted() keeps the order of classes within a day
    return sorted((one for one in found if one.days >= 0), key=lambda one: one.expiry)


def choose_expiry(expiries: Sequence[Expiry], question: ChainQuestion, today: date) -> Expiry:
    """The expiry that is asked for; without one the nearest with at least a day to go.

    Raises NotFound when IB lists none like that, Refused for one that has passed.
    """
    symbol = question.underlying.symbol
    if question.expiry and parse_expiry(question.expiry) < today:
        sentence = f"The expiry {question.expiry} has passed"
        raise Refused(sentence, FieldError("/expiry", sentence))
    fitting = [one for one in expiries if question.trading_class in ("", one.of.trading_class)]
    if not fitting and expiries:
        names = ", ".join(sorted({one.of.trading_class for one in expiries}))
        raise NotFound(f"IB lists no options of class {question.trading_class}: there is {names}")
    if not question.expiry:
        later = (one for one in fitting if one.days >= 1)
        chosen = next(later, None) or next(iter(fitting), None)
        if chosen is None:
            raise NotFound(f"IB lists no options on {symbol}")
        return chosen
    for one in fitting:
        if one.expiry == question.expiry:
            return one
    near = sorted(fitting, key=lambda one: abs(int(one.expiry) - int(question.expiry)))
    names = ", ".join(dict.fromkeys(one.expiry for one in near[:MOST_NAMED]))
    raise NotFound(f"IB lists no options on {symbol} that expire on {question.expiry}: try {names}")


def around(strikes: Iterable[float], price: float | None, count: int) -> list[float]:
    """So many neighbouring strikes with the price in their middle, lowest first.

    Without a price the middle of the list.
    """
    rising = sorted(set(strikes))
    middle = len(rising) // 2 if price is None else _nearest(rising, price)
    first = max(0, min(middle - (count - 1) // 2, len(rising) - count))
    return rising[first : first + count]


def by_distance(strikes: Iterable[float], price: float | None) -> list[float]:
    """The strikes from the money outwards."""
    rising = sorted(set(strikes))
    centre = price if price is not None else (rising[len(rising) // 2] if rising else 0.0)
    return sorted(rising, key=lambda strike: abs(strike - centre))


def shown_strikes(
    listed: Iterable[float], existing: Iterable[float], price: float | None, count: int
) -> list[float]:
    """The rows of a chain: `count` existing strikes around the money, and the holes among them.

    A hole is a strike of the class that this expiry does not have. Of many holes only the `count`
    that are nearest to the money are shown: a class with weekly options lists five times as many
    strikes as a far expiry has.
    """
    shown = around(existing, price, count)
    if not shown:
        return around(listed, price, count)
    between = holes_between(listed, shown)
    return sorted({*shown, *by_distance(between, price)[:count]})


def holes_between(listed: Iterable[float], shown: Sequence[float]) -> list[float]:
    """The listed strikes between the first and the last one shown that are not among them."""
    there = set(shown)
    return sorted(strike for strike in set(listed) - there if shown[0] < strike < shown[-1])


def parse_expiry(text: str) -> date:
    """YYYYMMDD as a date. Raises ValueError."""
    if len(text) != DATE_LENGTH:
        raise ValueError(f"{text!r} is not a date")
    return datetime.strptime(text, "%Y%m%d").date()


def _nearest(rising: Sequence[float], price: float) -> int:
    at = bisect_left(rising, price)
    if at == len(rising) or (at and price - rising[at - 1] <= rising[at] - price):
        return max(0, at - 1)
    return at
