"""What the relay's clock shows, estimated here. No wall clock is asked: those jump.

Each word of the relay's clock was true a moment before it arrived, so the largest difference to our
own steady clock is the best one, and the estimate never runs ahead of the relay. Two clocks
drift apart by some milliseconds a minute: what was heard more than ten minutes ago is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable

from relay.clock import steady_seconds

KEEP_SECONDS = 300.0


class RelayClock:
    """One connection's estimate, in milliseconds. A new connection needs a new one."""

    def __init__(self, heard: int, own: Callable[[], float] = steady_seconds) -> None:
        self._own = own
        self._since = own()
        self._newer = self._older = heard - self._since * 1000

    def hear(self, relay_ms: int) -> None:
        """The relay has just said what its clock shows."""
        seconds = self._own()
        offset = relay_ms - seconds * 1000
        if seconds - self._since >= KEEP_SECONDS:
            self._since, self._older, self._newer = seconds, self._newer, offset
        self._newer = max(self._newer, offset)

    def now(self) -> float:
        return self._own() * 1000 + max(self._newer, self._older)
