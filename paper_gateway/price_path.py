"""The price path of one contract: seeded, exact on every level, in quarters of a tick.

May not know quotes, orders or other contracts; it is a pure function of (seed, contract, step).

How a path is made. Time has steps of 250 ms. The level at each UTC midnight is a sum of noises
with periods of 1 to 512 days, so it wanders but stays near the contract's reference price. A day
then has a first and last value, a high, a low and a volume, and is cut into 24 hours, an hour into
12 pieces of 5 minutes, those into 5 minutes, those into 12 pieces of 5 seconds, and those into 20
steps. Each cut draws a random walk from a hash keyed by its own place, and bends it so that the
parts reach exactly the high and low of the whole and add up to its volume. So every bar is exact
on every level, a year of daily bars needs no minutes, and one quote needs five cuts (kept in a
cache). Half of every draw of a stock comes from one market-wide noise: stocks move together.

The path itself counts quarters of a tick. Bid, ask and last are rising functions of it, so their
own highs and lows follow from the path's: the spread is 1 to 3 ticks and last lies in it.

A recording of bars, if there is one, takes the place of the nodes down to its own level; below
that the path is cut as ever.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from statistics import NormalDist

from paper_gateway.definitions import ContractDefinition
from paper_gateway.market_data.activity import Activity
from paper_gateway.market_data.recordings import SPANS as _SPANS
from paper_gateway.market_data.recordings import STEPS_PER_SECOND as STEPS_PER_SECOND
from paper_gateway.market_data.recordings import Node as Node
from paper_gateway.market_data.recordings import Recording
from paper_gateway.noise import (
    NORMAL,
    bend,
    extremes,
    lattice,
    market_draws,
    noise_bytes,
    share_out,
)
from paper_gateway.ticks import tick_at, tick_decimals

# Into how many parts a day, an hour, 5 minutes and a minute are cut.
_CUTS = (24, 12, 5, 12)
_LEAF = len(_CUTS)
LEAF_STEPS = _SPANS[_LEAF]
_OCTAVES = 10
_TRADING_DAYS_PER_YEAR = 252
# Below this many shares a day the spread is 2 to 3 ticks instead of 1 to 2.
_LIQUID_VOLUME = 5_000_000
# These are liquid whatever their volume in units is.
_LIQUID_TYPES = frozenset({"CASH", "FUT", "CRYPTO"})
# Sizes on bid and ask are multiples of these; of 1 for every other kind of contract.
_LOTS = {"STK": 100, "CASH": 250_000}
# The lowest level a path may reach, in quarters of a tick: the bid stays positive.
_FLOOR = 40.0

# Half a byte as the distance by which a part reaches beyond its own ends, in standard deviations
# of its change.
_REACH = tuple(0.5 * NormalDist().inv_cdf(0.5 + (half + 0.5) / 32) for half in range(16))


@dataclass(frozen=True, slots=True)
class Leaf:
    """Twenty steps: the path, the day's running high and low, volumes, noise for the sizes."""

    path: list[int]
    highs: list[int]
    lows: list[int]
    volumes: list[int]
    noise: bytes
    volume_before: int
    day_first: int
    previous_last: int


class PricePath:
    """The path of one contract, in quarters of the tick at its reference price, by 250 ms steps."""

    def __init__(
        self,
        definition: ContractDefinition,
        seed: int,
        recording: Recording | None = None,
        activity: Activity | None = None,
    ) -> None:
        self.definition = definition
        self.recording = recording
        self._activity = activity
        self._seed = seed
        self._tick = tick_at(definition, definition.reference_price)
        self._unit = self._tick / 4
        self._decimals = tick_decimals(self._tick)
        self._daily = definition.volatility / math.sqrt(_TRADING_DAYS_PER_YEAR)
        day = definition.reference_price * self._daily / self._unit
        self._scales = [max(day * math.sqrt(span / _SPANS[0]), 0.75) for span in _SPANS]
        self._step_scale = max(day / math.sqrt(_SPANS[0]), 1.0)
        self._shared = definition.market_share
        self._own = math.sqrt(1 - self._shared**2)
        is_liquid = (
            definition.sec_type in _LIQUID_TYPES or definition.average_volume >= _LIQUID_VOLUME
        )
        self.lot = _LOTS.get(definition.sec_type, 1)
        self._half_spread = 1 if is_liquid else 3
        # These only remember pure results: about what a day of one-minute bars needs.
        self._day = lru_cache(maxsize=512)(self._make_day)
        self._parts = lru_cache(maxsize=512)(self._cut)
        self.leaf = lru_cache(maxsize=64)(self._make_leaf)

    # Prices of a point of the path. All three rise with it, and bid <= last <= ask.

    def price(self, point: int) -> float:
        """The price between the ticks."""
        return point * self._unit

    def last(self, point: int) -> float:
        return round((point + 2) // 4 * self._tick, self._decimals)

    def bid(self, point: int) -> float:
        return round((point - self._half_spread) // 4 * self._tick, self._decimals)

    def ask(self, point: int) -> float:
        return round(-(-(point + self._half_spread) // 4) * self._tick, self._decimals)

    def midpoint(self, point: int) -> float:
        return round((self.bid(point) + self.ask(point)) / 2, self._decimals + 1)

    def sizes(self, leaf: Leaf, offset: int) -> tuple[int, int]:
        """The sizes on bid and ask in a step of a leaf."""
        bid, ask = leaf.noise[offset], leaf.noise[offset + LEAF_STEPS]
        return self.lot * (1 + bid % 24), self.lot * (1 + ask % 24)

    def point_at_least(self, price: float) -> int:
        """The lowest point whose last price is `price` or more."""
        return 4 * math.ceil(price / self._tick - 1e-6) - 2

    def point_at_most(self, price: float) -> int:
        """The highest point whose last price is `price` or less."""
        return 4 * math.floor(price / self._tick + 1e-6) + 1

    # The path itself.

    def node(self, level: int, index: int) -> Node:
        """The `index`-th day, hour, 5 minutes, minute or 5 seconds (levels 0 to 4) since 1970."""
        if self.recording is not None and level <= self.recording.level:
            return self.recording.node(level, index)
        if level == 0:
            return self._day(index)
        parent, part = divmod(index, _CUTS[level - 1])
        return self._parts(level - 1, parent)[part]

    def pieces(self, start: int, end: int) -> Iterator[tuple[int, int, Node]]:
        """The steps [start, end) as the fewest (level, index, node); level 5 is within a leaf."""
        position = start
        while position < end:
            for level, span in enumerate(_SPANS):
                if position % span == 0 and position + span <= end:
                    yield level, position // span, self.node(level, position // span)
                    position += span
                    break
            else:
                stop = min(end, (position // LEAF_STEPS + 1) * LEAF_STEPS)
                yield _LEAF + 1, position, self._part_of_leaf(position, stop)
                position = stop

    def first_reaching(self, start: int, end: int, point: int, above: bool) -> int | None:
        """The first step in [start, end) at which the path is at `point` or beyond."""
        for level, index, node in self.pieces(start, end):
            if _reaches(node[2], node[3], point, above):
                return self._descend(level, index, point, above)
        return None

    def _descend(self, level: int, index: int, point: int, above: bool) -> int:
        """The first step of a node that is known to reach `point`."""
        while level < _LEAF:
            parts = range(index * _CUTS[level], (index + 1) * _CUTS[level])
            level += 1
            nodes = ((part, self.node(level, part)) for part in parts)
            index = next(part for part, node in nodes if _reaches(node[2], node[3], point, above))
        start = index * LEAF_STEPS if level == _LEAF else index
        leaf, offset = divmod(start, LEAF_STEPS)
        rest = enumerate(self.leaf(leaf).path[offset:])
        return start + next(n for n, value in rest if _reaches(value, value, point, above))

    def _part_of_leaf(self, start: int, end: int) -> Node:
        leaf = self.leaf(start // LEAF_STEPS)
        first = start % LEAF_STEPS
        last = first + end - start - 1
        path = leaf.path[first : last + 1]
        before = leaf.volumes[first - 1] if first else leaf.volume_before
        return path[0], path[-1], max(path), min(path), before, leaf.volumes[last]

    def _level(self, day: int) -> float:
        """The path at the midnight that begins `day`, in quarter ticks."""
        total = 0.0
        for octave in range(_OCTAVES):
            place, rest = divmod(day, 1 << octave)
            share = rest / (1 << octave)
            here, there = self._lattice(octave, place), 0.0
            if rest:
                there = self._lattice(octave, place + 1)
            # Daily changes of all octaves together then have the variance of `_daily`.
            total += 0.5 * math.sqrt(1 << octave) * (here * (1 - share) + there * share)
        price = self.definition.reference_price * math.exp(self._daily * total)
        return max(price / self._unit, _FLOOR + 40)

    def _lattice(self, octave: int, place: int) -> float:
        return self._own * lattice(
            self._seed, self.definition.con_id, octave, place
        ) + self._shared * lattice(self._seed, 0, octave, place)

    def _make_day(self, day: int) -> Node:
        noise = noise_bytes(self._seed, self.definition.con_id, "day", day, 4)
        opening, up, down, busy = (NORMAL[byte] for byte in noise)
        # A small jump at midnight keeps the open apart from the previous close.
        first = self._level(day) * math.exp(0.15 * self._daily * opening)
        last = self._level(day + 1)
        high = max(first, last) * math.exp(0.5 * self._daily * abs(up))
        low = min(first, last) * math.exp(-0.5 * self._daily * abs(down))
        volume = int(self.definition.average_volume * math.exp(0.3 * busy))
        first, last, high, low = (max(each, _FLOOR) for each in (first, last, high, low))
        return round(first), round(last), round(high), round(low), 0, volume

    def _cut(self, level: int, index: int) -> list[Node]:
        """The parts of a node, which together have exactly its ends, extremes and volume."""
        count = _CUTS[level]
        first, last, high, low, before, after = self.node(level, index)
        noise = noise_bytes(self._seed, self.definition.con_id, level, index, 3 * count)
        scale = self._scales[level + 1]
        walk = self._bridge(first, last, noise[:count], scale, (level, index))
        middles = [(a + b) / 2 for a, b in pairwise(walk)]
        top, bottom = extremes(middles)
        reach = 0.4 * scale
        bends = (
            (top + 0.5, high - reach - middles[top]),
            (bottom + 0.5, low + reach - middles[bottom]),
        )
        ends = bend(walk, bends, high, low)
        highs, lows = [], []
        for a, b, byte in zip(ends, ends[1:], noise[count : 2 * count], strict=False):
            highs.append(min(max(a, b) + int(scale * _REACH[byte >> 4]), high))
            lows.append(max(min(a, b) - int(scale * _REACH[byte & 15]), low))
        highs[top] = high
        lows[bottom] = low
        volumes = share_out(before, after, noise[2 * count :], self._weights(level, index))
        return list(zip(ends, ends[1:], highs, lows, [before, *volumes], volumes, strict=False))

    def _weights(self, level: int, index: int) -> list[int] | None:
        """How busy the parts of a node are; below five minutes all are alike."""
        if self._activity is None or level > 1:
            return None
        count, seconds = _CUTS[level], _SPANS[level + 1] / STEPS_PER_SECOND
        return [round(each) for each in self._activity.of(index * count * seconds, seconds, count)]

    def _make_leaf(self, index: int) -> Leaf:
        first, last, high, low, before, after = self.node(_LEAF, index)
        # 19 moves, 20 shares of the volume, 20 sizes on the bid and 20 on the ask.
        noise = noise_bytes(self._seed, self.definition.con_id, _LEAF, index, 79)
        walk = self._bridge(first, last, noise[:19], self._step_scale, (_LEAF, index))
        top, bottom = (1 + inner for inner in extremes(walk[1:-1]))
        bends = ((top, high - walk[top]), (bottom, low - walk[bottom]))
        path = bend(walk, bends, high, low)
        highest, lowest = self._day_range_before(index)
        return Leaf(
            path=path,
            highs=list(accumulate(path, max, initial=highest))[1:],
            lows=list(accumulate(path, min, initial=lowest))[1:],
            volumes=share_out(before, after, noise[19:39]),
            noise=noise[39:],
            volume_before=before,
            day_first=self.node(0, index * LEAF_STEPS // _SPANS[0])[0],
            previous_last=self.node(0, index * LEAF_STEPS // _SPANS[0] - 1)[1],
        )

    def _day_range_before(self, leaf_index: int) -> tuple[int, int]:
        """The high and low of the day's steps before a leaf, from whole nodes only."""
        start = leaf_index * LEAF_STEPS
        day = start // _SPANS[0]
        first = self.node(0, day)[0]
        highest = lowest = first
        for _, _, node in self.pieces(day * _SPANS[0], start):
            highest = max(highest, node[2])
            lowest = min(lowest, node[3])
        return highest, lowest

    def _bridge(
        self, first: int, last: int, noise: bytes, scale: float, place: tuple[int, int]
    ) -> list[float]:
        """A random walk from `first` to `last` with one move per byte of noise."""
        own, shared = self._own * scale, self._shared * scale
        if shared:
            common = market_draws(self._seed, *place)
            moves = [
                own * NORMAL[byte] + shared * m for byte, m in zip(noise, common, strict=False)
            ]
        else:
            moves = [own * NORMAL[byte] for byte in noise]
        drift = (last - first - sum(moves)) / len(moves)
        walk = list(accumulate((move + drift for move in moves), initial=float(first)))
        walk[-1] = float(last)
        return walk


def step_at(at: float) -> int:
    """The number of the step in force at epoch second `at`."""
    return math.floor(at * STEPS_PER_SECOND)


def _reaches(high: int, low: int, point: int, above: bool) -> bool:
    return high >= point if above else low <= point
