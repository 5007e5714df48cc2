"""Historical bars, read from the same path as the quotes.

A bar is a stretch of the market's path on a UTC grid (weeks begin on Monday), so it is built from
the path's own hours, minutes and seconds: bars nest exactly, and the last, unfinished bar ends
with the quote in force. Like the quotes they are synthetic. A contract that keeps hours has bars
only of them: a bar on the grid is cut to what is open of it, and a daily bar is a trading day.
Nothing here knows sockets; instants are epoch seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from paper_gateway.contracts import ContractDefinition
from paper_gateway.market import STEPS_PER_SECOND, Market, Node, PricePath, step_at
from paper_gateway.market_data.durations import BAR_SIZES as BAR_SIZES
from paper_gateway.market_data.durations import DAY as _DAY
from paper_gateway.market_data.durations import MAX_BARS as MAX_BARS
from paper_gateway.market_data.durations import WEEK as _WEEK
from paper_gateway.market_data.durations import Duration as Duration
from paper_gateway.market_data.durations import check_count
from paper_gateway.market_data.durations import edges as _edges
from paper_gateway.market_data.durations import parse_duration as parse_duration
from paper_gateway.market_data.hours import Span
from paper_gateway.market_data.volatility import VOLATILITIES

PRICES = ("TRADES", "MIDPOINT", "BID", "ASK", "BID_ASK")
WHAT_TO_SHOW = (*PRICES, *VOLATILITIES)

# Shares per reported trade, for the number of trades in a bar.
_SHARES_PER_TRADE = 100


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


Builder = Callable[[PricePath, list[Node], float], Bar]
"""Makes a bar of the nodes of a path and the epoch second at which it starts."""


@dataclass(frozen=True, slots=True)
class Series:
    """What a history shows of one contract: which of WHAT_TO_SHOW, and of which hours."""

    market: Market
    con_id: int
    what: str
    regular: bool = False

    @property
    def definition(self) -> ContractDefinition:
        return self.market.path(self.con_id).definition

    @property
    def history_start(self) -> float:
        return self.market.history_start(self.con_id)

    def spans(self, start: float, end: float) -> list[Span]:
        return self.market.hours.spans(self.definition, start, end, self.regular)


def bars(
    market: Market, con_id: int, end: float, duration: str, bar_size: str, what: str
) -> list[Bar]:
    """The bars of all trading hours; see ``series_bars``."""
    return series_bars(Series(market, con_id, what), end, duration, bar_size)


def series_bars(series: Series, end: float, duration: str, bar_size: str) -> list[Bar]:
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
    if series.what not in WHAT_TO_SHOW:
        raise ValueError(f"{series.what!r} is invalid. Legal ones are: {', '.join(WHAT_TO_SHOW)}")
    span = parse_duration(duration)
    if series.what == "TRADES" and series.definition.sec_type == "CASH":
        return []
    if series.market.hours.never_close(series.definition):
        edges = _edges(max(span.before(end), series.history_start), end, bar_size)
        return _built(series, [[each] for each in pairwise(edges)], end)
    return _built(series, _open_stretches(series, span, end, bar_size), end)


def _open_stretches(
    series: Series, duration: Duration, end: float, bar_size: str
) -> list[list[Span]]:
    """The open parts of every bar of a contract that keeps hours.

    A duration of days means so many trading days, as at IB; a shorter one reaches back from the
    last instant that was open.
    """
    hours, definition = series.market.hours, series.definition
    last_day = hours.latest_day(definition, end)
    spans = series.spans(last_day.open[0], end) or series.spans(last_day.open[0] - _WEEK, end)
    latest = spans[-1][1]
    start = max(duration.before(latest), series.history_start)
    if duration.trading_days:
        start = _days_before(series, latest, duration.trading_days)
    size = BAR_SIZES[bar_size]
    if size < _DAY:
        return _cut_at_grid(series.spans(start - size, latest), start, size)
    if size == _DAY:
        days = hours.days(definition, start, latest)
        return [found for day in days if (found := series.spans(*_until(day.open, latest)))]
    edges = _edges(start, latest, bar_size)
    stretches = (series.spans(first, min(last, latest)) for first, last in pairwise(edges))
    return [found for found in stretches if found]


def _cut_at_grid(spans: list[Span], start: float, size: int) -> list[list[Span]]:
    """The spans in pieces of the grid; of those that begin before `start` the last one at most."""
    check_count(sum(math.ceil((last - max(first, start)) / size) for first, last in spans))
    pieces: dict[int, list[Span]] = {}
    for first, last in spans:
        for number in range(math.floor(first / size), math.ceil(last / size)):
            piece = max(first, number * size), min(last, (number + 1) * size)
            pieces.setdefault(number, []).append(piece)
    found = list(pieces.values())
    return [piece for piece in found if piece[0][0] >= start] or found[-1:]


def _days_before(series: Series, latest: float, count: int) -> float:
    """Where the last `count` trading days begin."""
    # Of seven days at least four trade, and a fortnight bridges every holiday.
    start = latest - (2 * count + 14) * _DAY
    days = series.market.hours.days(series.definition, start, latest)
    return days[-count:][0].open[0]


def _until(span: Span, end: float) -> Span:
    return span[0], min(span[1], end)


def _built(series: Series, stretches: list[list[Span]], end: float) -> list[Bar]:
    """A bar of each stretch of time, which is one or several spans."""
    if series.what in VOLATILITIES:
        return [_volatility_bar(series, spans, end) for spans in stretches]
    path = series.market.path(series.con_id)
    found = []
    for spans in stretches:
        steps = [(step_of(first), min(step_of(last), step_at(end) + 1)) for first, last in spans]
        nodes = [node for first, last in steps for _, _, node in path.pieces(first, last)]
        found.append(_BUILDERS[series.what](path, nodes, spans[0][0]))
    return found


def step_of(instant: float) -> int:
    """The first step at or after an instant."""
    return math.ceil(instant * STEPS_PER_SECOND)


def _quote_bar(read: Callable[[PricePath], Callable[[int], float]]) -> Builder:
    def build(path: PricePath, nodes: list[Node], start: float) -> Bar:
        return Bar(start, *_range_prices(nodes, read(path)), -1, -1.0, -1)

    return build


def _both_bar(path: PricePath, nodes: list[Node], start: float) -> Bar:
    """Average bid, highest ask, lowest bid, average ask, as IB defines BID_ASK bars.

    The path does not say how long it stayed where: the average of a bar's four prices stands for
    the time average.
    """
    bids, asks = _range_prices(nodes, path.bid), _range_prices(nodes, path.ask)
    return Bar(
        start, round(sum(bids) / 4, 4), asks[1], bids[2], round(sum(asks) / 4, 4), -1, -1, -1
    )


def _trade_bar(path: PricePath, nodes: list[Node], start: float) -> Bar:
    first, high, low, last = _range_prices(nodes, path.last)
    volume = sum([node[5] - node[4] for node in nodes])
    count = sum([node[5] // _SHARES_PER_TRADE - node[4] // _SHARES_PER_TRADE for node in nodes])
    # The path does not say how much traded at each price: the middle of the bar's four prices is
    # a fair average and always within its range.
    wap = round((first + high + low + last) / 4, 4)
    return Bar(start, first, high, low, last, volume, wap, count)


def _volatility_bar(series: Series, spans: list[Span], end: float) -> Bar:
    path, read = series.market.path(series.con_id), VOLATILITIES[series.what]
    start, stop = spans[0][0], min(spans[-1][1], end)
    # Between two midnights they move straight: the extremes are at the ends of days.
    midnights = range(math.floor(start / _DAY + 1) * _DAY, math.ceil(stop), _DAY)
    values = [read(path, at) for at in (start, *midnights, stop)]
    return Bar(start, values[0], max(values), min(values), values[-1], -1, -1.0, -1)


_BUILDERS: dict[str, Builder] = {
    "TRADES": _trade_bar,
    "MIDPOINT": _quote_bar(lambda path: path.midpoint),
    "BID": _quote_bar(lambda path: path.bid),
    "ASK": _quote_bar(lambda path: path.ask),
    "BID_ASK": _both_bar,
}


def _range_prices(
    nodes: list[Node], price: Callable[[int], float]
) -> tuple[float, float, float, float]:
    """Open, high, low and close of adjoining nodes."""
    high = max([node[2] for node in nodes])
    low = min([node[3] for node in nodes])
    return price(nodes[0][0]), price(high), price(low), price(nodes[-1][1])
