"""How many events a second the relay is told: it closes an agent that says too much.

Pictures that wait meanwhile are replaced by newer ones, so a page sees less and nothing wrong.
"""

from __future__ import annotations

import time
from collections.abc import Callable

# Half of what `relay/rates.py` lets pass, and large frames count there for several.
PER_SECOND = 1_000.0
BURST = 2_000.0


class Pace:
    """A token bucket, full at first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at = clock()
        self._left = BURST

    def is_open(self) -> bool:
        now = self._clock()
        self._left = min(BURST, self._left + (now - self._at) * PER_SECOND)
        self._at = now
        return self._left >= 1

    def take(self) -> None:
        self._left -= 1

    def seconds(self) -> float:
        """How long until the next one may go."""
        return max(0.0, (1 - self._left) / PER_SECOND)
