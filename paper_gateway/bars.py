"""Historical bars, read from the same path as the quotes.

A bar is a stretch of the market's path on a UTC grid (weeks begin on Monday), so it is built from
the path's own hours, minutes and seconds: bars nest exactly, and the last, unfinished bar ends
with the quote in force. Like the quotes they are synthetic. Nothing here knows sockets or time
zones; instants are epoch seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from paper_gateway.market import STEPS_PER_SECOND, Market, Node, PricePath, step_at

MAX_BARS = 20_000
WHAT_TO_SHOW = ("TRADES", "MIDPOINT", "BID", "ASK")

_DAY = 86_400
_WEEK = 7 * _DAY
# 1970-01-05, the first Monday.
_FIRST_MONDAY = 4 * _DAY
# Months differ in length: this one stands for "1 month" in the table and is never used as a span.
_MONTH = 30 * _DAY
# Shares per reported trade, for the number of trades in a bar.
_SHARES_PER_TRADE = 100

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
    "1 day": _DAY,
    "1 week": _WEEK,
    "1 month": _MONTH,
}

_DURATION_DAYS = {"D": 1, "W": 7}
_DURATION_MONTHS = {"M": 1, "Y": 12}


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; `start` is an epoch second. Volume, wap and count are -1 unless it shows trades."""

    start: float
    open: float
    high: float
    low: float
    close: float
    volume: int
    wap: float
    count: int


@dataclass(frozen=True, slots=True)
class Duration:
    """A span of time before an end: whole seconds and whole calendar months (one of them is 0)."""

    seconds: int
    months: int

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
    if unit == "S":
        return Duration(seconds=count, months=0)
    if unit in _DURATION_DAYS:
        return Duration(seconds=count * _DURATION_DAYS[unit] * _DAY, months=0)
    if unit in _DURATION_MONTHS:
        return Duration(seconds=0, months=count * _DURATION_MONTHS[unit])
    raise ValueError(_DURATION_HELP.format(text=text))


_DURATION_HELP = (
    "Historical data query duration string {text!r} is invalid: it must be a whole number, "
    "a space and one of S, D, W, M or Y, for example '1 D'"
)


def bars(
    market: Market, con_id: int, end: float, duration: str, bar_size: str, what: str
) -> list[Bar]:
    """The bars that begin within `duration` before `end`, oldest first, at least one.

    The last one is cut off at `end` and closes with the price in force then; when `end` is the
    very first instant of a bar, the bar before it is the last. TRADES of a currency pair do not
    exist: the answer is an empty list, as IB has no data for them. Raises ValueError for a bad
    duration, bar size or kind, or for more than 20,000 bars; KeyError for an unknown conId.
    """
    if bar_size not in BAR_SIZES:
        raise ValueError(
            f"Bar size {bar_size!r} is invalid. Legal ones are: {', '.join(BAR_SIZES)}"
        )
    if what not in WHAT_TO_SHOW:
        raise ValueError(f"{what!r} is invalid. Legal ones are: {', '.join(WHAT_TO_SHOW)}")
    path = market.path(con_id)
    edges = _edges(parse_duration(duration).before(end), end, bar_size)
    if what == "TRADES" and path.definition.sec_type == "CASH":
        return []
    build = _trade_bar if what == "TRADES" else _quote_bar
    price = _prices(path)[what]
    steps = [edge * STEPS_PER_SECOND for edge in edges]
    steps[-1] = min(steps[-1], step_at(end) + 1)
    return [
        build([node for _, _, node in path.pieces(first, stop)], first / STEPS_PER_SECOND, price)
        for first, stop in pairwise(steps)
    ]


def _edges(window_start: float, end: float, bar_size: str) -> list[int]:
    """The starts of all bars from `window_start` on, and the regular end of the last of them."""
    if bar_size == "1 month":
        return _month_edges(window_start, end)
    size = BAR_SIZES[bar_size]
    origin = _FIRST_MONDAY if size == _WEEK else 0
    following = math.ceil((end - origin) / size)
    first = min(math.ceil((window_start - origin) / size), following - 1)
    if following - first > MAX_BARS:
        raise ValueError(
            f"The query asks for {following - first} bars; at most {MAX_BARS} are served at once: "
            "use a shorter duration or a larger bar size"
        )
    return [origin + number * size for number in range(first, following + 1)]


def _month_edges(window_start: float, end: float) -> list[int]:
    start = datetime.fromtimestamp(math.ceil(end) - 1, UTC)
    start = start.replace(day=1, hour=0, minute=0, second=0)
    edges = [int(_month_after(start).timestamp()), int(start.timestamp())]
    while (start := _month_before(start)).timestamp() >= window_start:
        edges.append(int(start.timestamp()))
    return edges[::-1]


def _month_after(first: datetime) -> datetime:
    return (first + timedelta(days=31)).replace(day=1)


def _month_before(first: datetime) -> datetime:
    return (first - timedelta(days=1)).replace(day=1)


def _prices(path: PricePath) -> dict[str, Callable[[int], float]]:
    return {
        "TRADES": path.last,
        "MIDPOINT": path.midpoint,
        "BID": path.bid,
        "ASK": path.ask,
    }


def _quote_bar(nodes: list[Node], start: float, price: Callable[[int], float]) -> Bar:
    return Bar(start, *_range_prices(nodes, price), -1, -1.0, -1)


def _trade_bar(nodes: list[Node], start: float, price: Callable[[int], float]) -> Bar:
    first, high, low, last = _range_prices(nodes, price)
    volume = sum([node[5] - node[4] for node in nodes])
    count = sum([node[5] // _SHARES_PER_TRADE - node[4] // _SHARES_PER_TRADE for node in nodes])
    # The path does not say how much traded at each price: the middle of the bar's four prices is
    # a fair average and always within its range.
    wap = round((first + high + low + last) / 4, 4)
    return Bar(start, first, high, low, last, volume, wap, count)


def _range_prices(
    nodes: list[Node], price: Callable[[int], float]
) -> tuple[float, float, float, float]:
    """Open, high, low and close of adjoining nodes."""
    high = max([node[2] for node in nodes])
    low = min([node[3] for node in nodes])
    return price(nodes[0][0]), price(high), price(low), price(nodes[-1][1])
