"""Token buckets: how often something may be tried.

In the memory of one process, which is all a desk has.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from math import ceil
from time import monotonic

MAX_BUCKETS = 10_000


class Buckets:
    """One bucket per name: `capacity` tries at once, then one more every `refill_seconds`."""

    def __init__(
        self, capacity: int, refill_seconds: float, clock: Callable[[], float] = monotonic
    ) -> None:
        self._capacity, self._refill, self._clock = capacity, refill_seconds, clock
        self._lock = threading.Lock()
        self._levels: dict[str, tuple[float, float]] = {}  # name -> (tokens, at this second)

    def take(self, name: str) -> int:
        """Take a token. 0 when there was one, else the whole seconds until there is."""
        with self._lock:
            level = self._level(name)
            if level < 1:
                return max(1, ceil((1 - level) * self._refill))
            self._levels[name] = level - 1, self._clock()
            return 0

    def give_back(self, name: str) -> None:
        """The try was a success and does not count."""
        with self._lock:
            self._levels[name] = min(self._capacity, self._level(name) + 1), self._clock()

    def _level(self, name: str) -> float:
        if len(self._levels) >= MAX_BUCKETS:
            self._drop_full()
        tokens, at = self._levels.get(name, (float(self._capacity), self._clock()))
        return min(self._capacity, tokens + (self._clock() - at) / self._refill)

    def _drop_full(self) -> None:
        now = self._clock()
        self._levels = {
            name: (tokens, at)
            for name, (tokens, at) in self._levels.items()
            if tokens + (now - at) / self._refill < self._capacity
        }


class SignInLimits:
    """Failed sign-ins: 5 per account and 20 per address, then one every 12 and 3 seconds.

    Guessing gets slow, and the account is never locked: its owner waits seconds at most.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._accounts = Buckets(5, 12.0, clock)
        self._addresses = Buckets(20, 3.0, clock)

    def take(self, account: str, address: str) -> int:
        """0 when a try is allowed, else the seconds to wait."""
        return self._addresses.take(address) or self._accounts.take(account.lower()[:40])

    def give_back(self, account: str, address: str) -> None:
        self._addresses.give_back(address)
        self._accounts.give_back(account.lower()[:40])
