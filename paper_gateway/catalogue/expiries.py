"""On which days futures and options trade last, by the exchanges' rules.

May not know contracts or prices. A month is given by its year and number. Business days are those
of the US stock exchanges; the futures exchanges keep nearly the same.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from paper_gateway.market_data.holidays import is_holiday

MONTH_CODES = "FGHJKMNQUVXZ"
_WEDNESDAY, _FRIDAY = 2, 4
_ONE_DAY = timedelta(days=1)


def is_business_day(day: date) -> bool:
    return day.weekday() <= _FRIDAY and not is_holiday(day)


def business_days_before(day: date, count: int) -> date:
    """The ``count``-th business day before ``day``; 0 is the day itself or the one before it."""
    while not is_business_day(day):
        day -= _ONE_DAY
    for _ in range(count):
        day -= _ONE_DAY
        while not is_business_day(day):
            day -= _ONE_DAY
    return day


def nth_weekday(year: int, month: int, weekday: int, number: int) -> date:
    """The ``number``-th Monday (0) to Sunday (6) of a month, business day or not."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def third_friday(year: int, month: int) -> date:
    """The expiration of the month's standard options, before it is moved for a holiday."""
    return nth_weekday(year, month, _FRIDAY, 3)


def months_from(year: int, month: int, count: int) -> tuple[int, int]:
    """The month ``count`` months later (or earlier, when it is negative)."""
    years, rest = divmod(month - 1 + count, 12)
    return year + years, rest + 1


def _last_business_day(year: int, month: int) -> date:
    return business_days_before(date(*months_from(year, month, 1), 1) - _ONE_DAY, 0)


def _equity_index(year: int, month: int) -> date:
    """CME's E-minis: the third Friday, or the business day before it."""
    return business_days_before(third_friday(year, month), 0)


def _crude_oil(year: int, month: int) -> date:
    """CL (NYMEX rulebook, chapter 200): three business days before the 25th of the month before the
    contract's; when the 25th is none, before the last business day that precedes it."""
    before = date(*months_from(year, month, -1), 25)
    return business_days_before(before, 3)


def _micro_crude_oil(year: int, month: int) -> date:
    """MCL: one business day before CL."""
    return business_days_before(_crude_oil(year, month), 1)


def _natural_gas(year: int, month: int) -> date:
    """NG (NYMEX rulebook, chapter 220): three business days before the month's first day."""
    return business_days_before(date(year, month, 1) - _ONE_DAY, 2)


def _last_day_before(year: int, month: int) -> date:
    """RB and HO: the last business day of the month before the contract's."""
    return _last_business_day(*months_from(year, month, -1))


def _third_last_day(year: int, month: int) -> date:
    """COMEX metals: the third last business day of the month."""
    return business_days_before(_last_business_day(year, month), 2)


def _seventh_day_before_last(year: int, month: int) -> date:
    """CBOT's ZN, ZB and UB: the seventh business day before the month's last."""
    return business_days_before(_last_business_day(year, month), 7)


def _currency(year: int, month: int) -> date:
    """CME's currencies: the second business day before the third Wednesday."""
    return business_days_before(nth_weekday(year, month, _WEDNESDAY, 3), 2)


def _canadian_dollar(year: int, month: int) -> date:
    """CME's 6C: the business day before the third Wednesday."""
    return business_days_before(nth_weekday(year, month, _WEDNESDAY, 3), 1)


def _last_friday(year: int, month: int) -> date:
    """CME's bitcoin futures: the last Friday of the month."""
    last = date(*months_from(year, month, 1), 1) - _ONE_DAY
    return business_days_before(last - timedelta(days=(last.weekday() - _FRIDAY) % 7), 0)


def volatility_expiry(year: int, month: int) -> date:
    """Cboe's VIX: 30 days before the next month's standard options expire, usually a Wednesday."""
    following = _equity_index(*months_from(year, month, 1))
    return business_days_before(following - timedelta(days=30), 0)


# The words of futures.tsv's column lastTrade.
LAST_TRADE_RULES: dict[str, Callable[[int, int], date]] = {
    "third friday": _equity_index,
    "crude oil": _crude_oil,
    "micro crude oil": _micro_crude_oil,
    "natural gas": _natural_gas,
    "last day before": _last_day_before,
    "third last day": _third_last_day,
    "last day": _last_business_day,
    "seventh day before last": _seventh_day_before_last,
    "currency": _currency,
    "canadian dollar": _canadian_dollar,
    "last friday": _last_friday,
    "volatility": volatility_expiry,
}
