"""How much one agent may say: a token bucket, so that a flood ends with its sender."""

from __future__ import annotations

PER_SECOND = 2_000.0
BURST = 5_000.0
# A large frame costs as much as the small ones that would have carried it.
BYTES_PER_TOKEN = 16 * 1024


class Bucket:
    """Full at first; refilled by the clock that the caller hands in (seconds)."""

    __slots__ = ("_tokens", "_at")

    def __init__(self, now: float) -> None:
        self._tokens = BURST
        self._at = now

    def take(self, size: int, now: float) -> bool:
        """Pay for one message of that many bytes; False when there is not enough."""
        refilled = self._tokens + (now - self._at) * PER_SECOND
        self._tokens = min(BURST, refilled) - 1 - size // BYTES_PER_TOKEN
        self._at = now
        return self._tokens >= 0
