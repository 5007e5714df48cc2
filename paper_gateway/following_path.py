"""The path of a contract whose price is made from another one's: a future, or its underlying.

May not know orders or quotes. It is as exact on every level as the path that it follows, because
within an hour its price is a rising (or falling) function of the other's: the time that is left
until the last trading instant counts in whole hours. After that instant the price stands still.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from itertools import accumulate

from paper_gateway.black_scholes import DAYS_PER_YEAR
from paper_gateway.definitions import ContractDefinition, Following
from paper_gateway.noise import NORMAL, noise_bytes
from paper_gateway.price_path import LEAF_STEPS, STEPS_PER_SECOND, Leaf, Node, PricePath, step_at

Valuation = Callable[[float], float]
"""The price of the follower by the price of the followed."""

HOUR = 3600
_DAY = 86_400
_DAY_STEPS = _DAY * STEPS_PER_SECOND
_HOUR_STEPS = HOUR * STEPS_PER_SECOND
YEAR = DAYS_PER_YEAR * _DAY
# Steps in the nodes of each level: days, hours, 5 minutes, minutes, 5 seconds.
_STEPS = (_DAY_STEPS, _HOUR_STEPS, 1_200, 240, LEAF_STEPS)
_LEAF_LEVEL = len(_STEPS) - 1
HOURS = 24
# A day's volume comes in waves, so many a day and so high: it still grows at every step.
_WAVES, _HEIGHT = 3, 0.04
# The further away the end of trading, the less is traded: the volume fades by this rate a year,
# down to this part of the full one.
_FADING, _LEAST_VOLUME = 4.0, 0.01


class FollowingPath(PricePath):
    """``base`` is the path that the definition's ``following`` names."""

    def __init__(self, definition: ContractDefinition, seed: int, base: PricePath) -> None:
        super().__init__(definition, seed)
        self.base = base
        self.expires_at = definition.expires_at
        self._following = definition.following or Following(base.definition.con_id)
        self._is_falling = self._following.is_inverse != (definition.right == "P")
        self.valuation = lru_cache(maxsize=64)(self._make_valuation)
        self._settled = lru_cache(maxsize=1)(self._settle)

    def years_left(self, hour: int) -> float:
        """From the beginning of an hour (since 1970) to the last trading instant; 0 without one."""
        left = max(self.expires_at - hour * HOUR, 0.0)
        return 0.0 if math.isinf(left) else left / YEAR

    def _make_valuation(self, hour: int) -> Valuation:
        following = self._following
        growth = math.exp(following.carry * self.years_left(hour))
        if following.is_inverse:
            return lambda price: growth / price
        return lambda price: growth * price

    def _point(self, base_point: int, hour: int) -> int:
        price = self.valuation(hour)(self.base.price(base_point))
        return max(round(price / self._unit), 4)

    def _settle(self) -> int:
        """Where the price stands after the last trading instant."""
        leaf, offset = divmod(step_at(self.expires_at), LEAF_STEPS)
        price = self.base.price(self.base.leaf(leaf).path[offset])
        hour = math.ceil(self.expires_at / HOUR)
        return round(self.valuation(hour)(price) / self._unit)

    def _follow(self, node: Node, first_step: int, last_step: int) -> Node:
        """A node within one hour, from that of the base; steps are [first, last)."""
        hour = first_step // _HOUR_STEPS
        volumes = self._volume(first_step), self._volume(last_step, is_end=True)
        if hour * HOUR >= self.expires_at:
            point = self._settled()
            return (point, point, point, point, *volumes)
        first, last, high, low = (self._point(point, hour) for point in node[:4])
        if self._is_falling:
            high, low = low, high
        return (first, last, high, low, *volumes)

    def _volume(self, step: int, is_end: bool = False) -> int:
        """What has traded on the day before a step; an end of a day still belongs to it."""
        day, rest = divmod(step - is_end, _DAY_STEPS)
        if day * _DAY >= self.expires_at:
            return 0
        part = (rest + is_end) / _DAY_STEPS
        far = max(math.exp(-_FADING * self.years_left(day * HOURS)), _LEAST_VOLUME)
        busy, phase = noise_bytes(self._seed, self.definition.con_id, "day", day, 2)
        turn = math.tau * phase / 256
        wave = math.sin(math.tau * _WAVES * part + turn) - math.sin(turn)
        total = self.definition.average_volume * far * math.exp(0.3 * NORMAL[busy])
        return int(total * (part + _HEIGHT * wave))

    # What a price path is made of

    def _make_day(self, day: int) -> Node:
        hours = range(day * HOURS, (day + 1) * HOURS)
        ends = [self._range(hour) for hour in hours]
        first = self.node(1, hours[0])
        last = self.node(1, hours[-1])
        high, low = max(high for high, _ in ends), min(low for _, low in ends)
        return (first[0], last[1], high, low, first[4], last[5])

    def _range(self, hour: int) -> tuple[int, int]:
        """The high and the low of an hour: half of what its whole node would cost."""
        if hour * HOUR >= self.expires_at:
            return self._settled(), self._settled()
        _, _, high, low, _, _ = self.base.node(1, hour)
        ends = self._point(high, hour), self._point(low, hour)
        return ends[::-1] if self._is_falling else ends

    def node(self, level: int, index: int) -> Node:
        if level == 0:
            return self._day(index)
        steps = _STEPS[level]
        return self._follow(self.base.node(level, index), index * steps, (index + 1) * steps)

    def _make_leaf(self, index: int) -> Leaf:
        start = index * LEAF_STEPS
        hour, day = start // _HOUR_STEPS, start // _DAY_STEPS
        if hour * HOUR >= self.expires_at:
            path = [self._settled()] * LEAF_STEPS
        else:
            path = [self._point(point, hour) for point in self.base.leaf(index).path]
        highest, lowest = self._day_range_before(index)
        return Leaf(
            path=path,
            highs=list(accumulate(path, max, initial=highest))[1:],
            lows=list(accumulate(path, min, initial=lowest))[1:],
            volumes=[self._volume(start + n + 1, is_end=True) for n in range(LEAF_STEPS)],
            noise=noise_bytes(
                self._seed, self.definition.con_id, _LEAF_LEVEL, index, 2 * LEAF_STEPS
            ),
            volume_before=self._volume(start),
            day_first=self.node(0, day)[0],
            previous_last=self.node(0, day - 1)[1],
        )
