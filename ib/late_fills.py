"""Which fills the position that TWS has told may not hold yet, for one contract and account.

Fills and positions come over two connections, in either order. Where two positions and the fills
between them add up, that decides; where they do not, a fill is taken to be in the position after
three seconds.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate
from operator import itemgetter

FRESH_SECONDS = 3.0


class LateFills:
    """Sizes are signed: bought is positive. Seconds are monotonic."""

    def __init__(self) -> None:
        self._fills: list[tuple[float, Decimal]] = []  # oldest first
        self._unsure = 0  # so many of them may have been in the position that was told last
        self._told: Decimal | None = None

    def add(self, seconds: float, size: Decimal) -> None:
        self._forget(seconds - FRESH_SECONDS)
        self._fills.append((seconds, size))

    def missing(self, position: Decimal, now: float) -> Decimal:
        """By how much these fills may reduce the position further; never negative."""
        self._forget(now - FRESH_SECONDS)
        if self._told is None:
            self._unsure = len(self._fills)
        elif position != self._told:
            self._match(position - self._told)
        self._told = position
        return sum((abs(size) for _, size in self._fills if size * position < 0), Decimal())

    def _match(self, moved: Decimal) -> None:
        """The position has moved by so much: which fills are in it now?"""
        held = count_held([size for _, size in self._fills], self._unsure, moved)
        if held is None:
            self._unsure = len(self._fills)  # somebody else has traded
        else:
            self._drop(held)

    def _forget(self, before: float) -> None:
        self._drop(bisect_left(self._fills, before, key=itemgetter(0)))

    def _drop(self, count: int) -> None:
        del self._fills[:count]
        self._unsure = max(self._unsure - count, 0)


def count_held(sizes: Sequence[Decimal], unsure: int, moved: Decimal) -> int | None:
    """How many of the fills a position holds that has moved by `moved`; None when it does not say.

    Of the first `unsure` any number may have been in it before.
    """
    sums = list(accumulate(sizes, initial=Decimal()))
    for held in range(len(sizes), 0, -1):
        before = sums[: min(unsure, held - 1) + 1]
        if sums[held] - moved in before:
            return held
    return None
