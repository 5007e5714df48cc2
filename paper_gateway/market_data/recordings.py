"""A user's bars in the place of the synthetic path: the nodes of a price path that they give.

May not read files. A bar becomes the largest nodes that fit it whole: one of five minutes stays
one, one of a quarter of an hour becomes three, on a straight way from its open to its close that
touches its high and low. Where there is no bar the price stands still and nothing trades: before
the first one at its open, between two at the earlier one's close.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

STEPS_PER_SECOND = 4
# Steps in a day, an hour, 5 minutes, a minute and 5 seconds: the levels of a price path.
SPANS = (345_600, 14_400, 1_200, 240, 20)
DAY = 0

# first, last, high, low (quarter ticks); the day's volume before and after.
Node = tuple[int, int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class RecordedBar:
    """One bar on the time axis: epoch seconds from ``start`` up to ``end``, both whole multiples of
    5 seconds; prices in quarter ticks, the volume in shares."""

    start: int
    end: int
    open: int
    high: int
    low: int
    close: int
    volume: int


class Recording:
    """Bars of one contract, oldest first and without overlap, as nodes of all levels up to
    ``level`` (0 days to 4 five seconds)."""

    def __init__(self, bars: list[RecordedBar]) -> None:
        self.start = bars[0].start
        self.end = bars[-1].end
        self.level = max(_level_of(bar) for bar in bars)
        self._starts = [bar.start for bar in bars]
        self._closes = [bar.close for bar in bars]
        self._open = bars[0].open
        self._nodes: list[dict[int, Node]] = [{} for _ in range(self.level + 1)]
        self._nodes[self.level] = _with_day_volumes(self.level, bars)
        for level in range(self.level, DAY, -1):
            self._nodes[level - 1] = _joined(level, self._nodes[level], self)

    def node(self, level: int, index: int) -> Node:
        """The node that the bars give, or a still one where there is no bar."""
        found = self._nodes[level].get(index)
        if found is not None:
            return found
        price = self.price_before(index * SPANS[level] // STEPS_PER_SECOND)
        volume = self._volume_before(level, index)
        return price, price, price, price, volume, volume

    def price_before(self, at: float) -> int:
        """The price in force at an instant at which no bar goes on."""
        place = bisect_right(self._starts, at)
        return self._closes[place - 1] if place else self._open

    def _volume_before(self, level: int, index: int) -> int:
        """What has traded on the day before a node without bars."""
        per_day = SPANS[DAY] // SPANS[level]
        nodes, first = self._nodes[level], index // per_day * per_day
        if index // per_day not in self._nodes[DAY]:
            return 0
        earlier = (nodes[each][5] for each in range(index - 1, first - 1, -1) if each in nodes)
        return next(earlier, 0)


def _level_of(bar: RecordedBar) -> int:
    """The coarsest level on whose grid the bar begins and ends."""
    edges = (bar.start * STEPS_PER_SECOND, bar.end * STEPS_PER_SECOND)
    return next(
        level for level, span in enumerate(SPANS) if all(edge % span == 0 for edge in edges)
    )


def _with_day_volumes(level: int, bars: Iterable[RecordedBar]) -> dict[int, Node]:
    """The nodes of the bars, with their volumes added up over each day."""
    nodes: dict[int, Node] = {}
    per_day = SPANS[DAY] // SPANS[level]
    day, traded = None, 0
    for bar in bars:
        for index, (first, last, high, low, volume) in _parts(level, bar):
            if index // per_day != day:
                day, traded = index // per_day, 0
            nodes[index] = first, last, high, low, traded, traded + volume
            traded += volume
    return nodes


def _parts(level: int, bar: RecordedBar) -> Iterable[tuple[int, tuple[int, int, int, int, int]]]:
    """The bar cut into nodes of a level: index and first, last, high, low, volume of each.

    A rising bar has its low in the first part and its high in the last, a falling one the other way
    round.
    """
    span = SPANS[level] // STEPS_PER_SECOND
    count = (bar.end - bar.start) // span
    move = bar.close - bar.open
    top, bottom = (count - 1, 0) if move >= 0 else (0, count - 1)
    for part in range(count):
        first = bar.open + move * part // count
        last = bar.open + move * (part + 1) // count
        high = bar.high if part == top else max(first, last)
        low = bar.low if part == bottom else min(first, last)
        before, after = bar.volume * part // count, bar.volume * (part + 1) // count
        yield bar.start // span + part, (first, last, high, low, after - before)


def _joined(level: int, nodes: dict[int, Node], recording: Recording) -> dict[int, Node]:
    """The nodes one level up; a gap at either end of one is filled with the price that stands."""
    cut = SPANS[level - 1] // SPANS[level]
    parts: dict[int, list[int]] = {}
    for index in nodes:
        parts.setdefault(index // cut, []).append(index)
    joined = {}
    for parent, indices in parts.items():
        found = [nodes[index] for index in indices]
        first, last = found[0][0], found[-1][1]
        high, low = max(node[2] for node in found), min(node[3] for node in found)
        if indices[0] != parent * cut:
            first = recording.price_before(parent * SPANS[level - 1] // STEPS_PER_SECOND)
            high, low = max(high, first), min(low, first)
        joined[parent] = first, last, high, low, found[0][4], found[-1][5]
    return joined
