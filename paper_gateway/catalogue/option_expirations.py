"""Which expirations an option class has on a day: rules in the spirit of OCC's listing cycles.

May not know contracts. Exactly which months an exchange has opened is its own business, so this is
a plausible set: the next standard months and quarters, January and June up to 27 months ahead, and
for the livelier classes the next weeks or days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import lru_cache

from paper_gateway.catalogue.expiries import (
    business_days_before,
    is_business_day,
    months_from,
    third_friday,
    volatility_expiry,
)

FRIDAY = 4
_WEEKS = 5
_DAYS = 10
_MONTHS = 3
_QUARTER_MONTHS = 9
_LEAP_MONTHS = 27
_LEAPS = frozenset({1, 6})
_QUARTERS = frozenset({3, 6, 9, 12})
_VOLATILITY_MONTHS = 6


def friday_of(day: date) -> date:
    """The Friday of the week of a day."""
    return day + timedelta(days=FRIDAY - day.weekday())


@lru_cache(maxsize=1024)
def is_standard(day: date) -> bool:
    """Whether the month's standard options expire on this day, moved for a holiday or not."""
    return business_days_before(third_friday(day.year, day.month), 0) == day


def _standard(today: date) -> Iterator[date]:
    for ahead in range(_LEAP_MONTHS + 1):
        year, month = months_from(today.year, today.month, ahead)
        is_near = ahead <= _MONTHS or (ahead <= _QUARTER_MONTHS and month in _QUARTERS)
        if is_near or month in _LEAPS:
            yield business_days_before(third_friday(year, month), 0)


def _weekly(today: date) -> Iterator[date]:
    yield from _standard(today)
    for weeks in range(_WEEKS + 1):
        yield business_days_before(friday_of(today) + timedelta(weeks=weeks), 0)


def _daily(today: date) -> Iterator[date]:
    yield from _weekly(today)
    yield from filter(is_business_day, (today + timedelta(days=ahead) for ahead in range(_DAYS)))


def _volatility(today: date) -> Iterator[date]:
    for ahead in range(_VOLATILITY_MONTHS + 1):
        yield volatility_expiry(*months_from(today.year, today.month, ahead))


# The words of option_classes.tsv's column expirations.
EXPIRATION_RULES: dict[str, Callable[[date], Iterator[date]]] = {
    "monthly": _standard,
    "weekly": _weekly,
    "daily": _daily,
    "volatility": _volatility,
}


def expirations(rule: str, today: date) -> list[date]:
    """The expirations that trade on a day, nearest first; the day itself counts."""
    return sorted({day for day in EXPIRATION_RULES[rule](today) if day >= today})
