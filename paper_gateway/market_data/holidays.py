"""The days on which the US stock exchanges stay closed or close early, by rule.

May not know contracts or hours. The rules are those of NYSE's holiday calendar (rule 7.2): a
holiday on a Sunday is kept on Monday and one on a Saturday on the Friday before, except New Year's
Day, which is then not kept at all. Closings for mourning or storms are not by rule: there are none.
"""

from datetime import date, timedelta
from functools import lru_cache

_MONDAY, _THURSDAY, _FRIDAY, _SATURDAY, _SUNDAY = 0, 3, 4, 5, 6
# Juneteenth is a holiday of the exchanges since 2022.
_FIRST_JUNETEENTH = 2022


def is_holiday(day: date) -> bool:
    """Whether the exchanges are closed on a day that is no Saturday or Sunday."""
    return day in _holidays(day.year)


def closes_early(day: date) -> bool:
    """Whether they close at 13:00: the day after Thanksgiving, and the eves of 4 July and
    Christmas when both the eve and the holiday itself are working days."""
    if day.weekday() > _FRIDAY or is_holiday(day):
        return False
    if day == _nth(day.year, 11, _THURSDAY, 4) + timedelta(days=1):
        return True
    is_eve = (day.month, day.day) in {(7, 3), (12, 24)}
    return is_eve and day.weekday() < _FRIDAY


@lru_cache(maxsize=256)
def _holidays(year: int) -> frozenset[date]:
    new_year = date(year, 1, 1)
    days = [
        _nth(year, 1, _MONDAY, 3),  # Martin Luther King, Jr. Day
        _nth(year, 2, _MONDAY, 3),  # Washington's Birthday
        _easter(year) - timedelta(days=2),  # Good Friday
        _last_monday_of_may(year),  # Memorial Day
        _observed(date(year, 7, 4)),
        _nth(year, 9, _MONDAY, 1),  # Labor Day
        _nth(year, 11, _THURSDAY, 4),  # Thanksgiving
        _observed(date(year, 12, 25)),
    ]
    if new_year.weekday() != _SATURDAY:
        days.append(_observed(new_year))
    if year >= _FIRST_JUNETEENTH:
        days.append(_observed(date(year, 6, 19)))
    return frozenset(days)


def _observed(day: date) -> date:
    shift = {_SATURDAY: -1, _SUNDAY: 1}.get(day.weekday(), 0)
    return day + timedelta(days=shift)


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _last_monday_of_may(year: int) -> date:
    last = date(year, 5, 31)
    return last - timedelta(days=last.weekday())


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm, Nature 1876)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (a + 11 * h) // 319
    shift = (2 * e + 2 * i - k - h + m + 32) % 7
    month = (h - m + shift + 90) // 25
    return date(year, month, (h - m + shift + month + 19) % 32)
