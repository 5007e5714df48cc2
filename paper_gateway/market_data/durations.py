"""Durations and bar sizes as IB writes them, and the grid of instants that they mean.

May not know prices, contracts or their hours. The grid is UTC's: weeks begin on Monday, months on
the first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MAX_BARS = 20_000

DAY = 86_400
WEEK = 7 * DAY
# 1970-01-05, the first Monday.
_FIRST_MONDAY = 4 * DAY
# Months differ in length: this one stands for "1 month" in the table and is never used as a span.
_MONTH = 30 * DAY
# IB's bar sizes in seconds.
BAR_SIZES = {
    "1 secs": 1,
    "5 secs": 5,
    "10 secs": 10,
    "15 secs": 15,
    "30 secs": 30,
    "1 min": 60,
    "2 mins": 120,
    "3 mins": 180,
    "5 mins": 300,
    "10 mins": 600,
    "15 mins": 900,
    "20 mins": 1200,
    "30 mins": 1800,
    "1 hour": 3600,
    "2 hours": 7200,
    "3 hours": 10_800,
    "4 hours": 14_400,
    "8 hours": 28_800,
    "1 day": DAY,
    "1 week": WEEK,
    "1 month": _MONTH,
}

# Longer ones are refused: 321 texts of real gateways.
_LONGEST = {
    "S": (DAY, "Historical data request for greater than 86400 seconds rejected."),
    "D": (
        365,
        "Historical data requests for durations longer than 365 days must be made in years.",
    ),
    "W": (52, "Historical data request for durations longer than 52 weeks must be made in years."),
    "M": (
        12,
        "Historical data request for durations longer than 12 months must be made in years.",
    ),
}
# Days, and trading days among them.
_DURATION_DAYS = {"D": (1, 1), "W": (7, 5)}
_DURATION_MONTHS = {"M": 1, "Y": 12}


@dataclass(frozen=True, slots=True)
class Duration:
    """A span of time before an end: whole seconds and whole calendar months (one of them is 0)."""

    seconds: int
    months: int
    trading_days: int = 0
    """What days and weeks mean of a contract that keeps hours; 0 for every other unit."""

    def before(self, end: float) -> float:
        """The epoch second at which the span begins that ends at `end`.

        A month back keeps the day of the month, or takes the last one of a shorter month. History
        begins in 1970.
        """
        if not self.months:
            return max(end - self.seconds, 0.0)
        moment = datetime.fromtimestamp(end, UTC)
        year, month = divmod(moment.year * 12 + moment.month - 1 - self.months, 12)
        if year < 1970:
            return 0.0
        first = moment.replace(year=year, month=month + 1, day=1)
        following = _month_after(first)
        day = min(moment.day, (following - first).days)
        return first.replace(day=day).timestamp()


def parse_duration(text: str) -> Duration:
    """IB's duration text, such as "1800 S", "1 D", "2 W", "6 M" or "1 Y".

    Raises ValueError with IB's own explanation when it is anything else.
    """
    number, _, unit = text.strip().partition(" ")
    if not (number.isascii() and number.isdigit() and len(number) < 9 and int(number) > 0):
        raise ValueError(_DURATION_HELP.format(text=text))
    count = int(number)
    longest, too_long = _LONGEST.get(unit, (count, ""))
    if count > longest:
        raise ValueError(too_long)
    if unit == "S":
        return Duration(seconds=count, months=0)
    if unit in _DURATION_DAYS:
        days, trading_days = _DURATION_DAYS[unit]
        return Duration(count * days * DAY, 0, count * trading_days)
    if unit in _DURATION_MONTHS:
        return Duration(seconds=0, months=count * _DURATION_MONTHS[unit])
    raise ValueError(_DURATION_HELP.format(text=text))


_DURATION_HELP = (
    "Historical data query duration string {text!r} is invalid: it must be a whole number, "
    "a space and one of S, D, W, M or Y, for example '1 D'"
)


def edges(window_start: float, end: float, bar_size: str) -> list[int]:
    """The starts of all bars from `window_start` on, and the regular end of the last of them.

    Raises ValueError for more than 20,000 bars.
    """
    if bar_size == "1 month":
        return _month_edges(window_start, end)
    size = BAR_SIZES[bar_size]
    origin = _FIRST_MONDAY if size == WEEK else 0
    following = math.ceil((end - origin) / size)
    first = min(math.ceil((window_start - origin) / size), following - 1)
    check_count(following - first)
    return [origin + number * size for number in range(first, following + 1)]


def check_count(count: int) -> None:
    """Raises ValueError for more bars than are served at once."""
    if count > MAX_BARS:
        raise ValueError(
            f"The query asks for {count} bars; at most {MAX_BARS} are served at once: "
            "use a shorter duration or a larger bar size"
        )


def _month_edges(window_start: float, end: float) -> list[int]:
    start = datetime.fromtimestamp(math.ceil(end) - 1, UTC)
    start = start.replace(day=1, hour=0, minute=0, second=0)
    found = [int(_month_after(start).timestamp()), int(start.timestamp())]
    while (start := _month_before(start)).timestamp() >= window_start:
        found.append(int(start.timestamp()))
    return found[::-1]


def _month_after(first: datetime) -> datetime:
    return (first + timedelta(days=31)).replace(day=1)


def _month_before(first: datetime) -> datetime:
    return (first - timedelta(days=1)).replace(day=1)
