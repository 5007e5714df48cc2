"""How much one agent may say: a token bucket, so that a flood ends with its sender."""

from __future__ import annotations

from math import ceil

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


# Of what IB itself paces, others may have this much at once, and then one more every so many
# seconds; the rest is the owner's. IB takes 60 requests for bars in ten minutes and one search for
# contracts a second: https://interactivebrokers.github.io/tws-api/historical_limitations.html and
# https://interactivebrokers.github.io/tws-api/matching_symbols.html
# A chain may need four hundred messages of IB's 50 a second.
LOANS = {
    "bars": (20, 30.0),
    "contracts": (5, 2.0),
    "contract-details": (20, 1.0),
    "fetch-prices": (5, 5.0),
    "test-futures": (5, 5.0),
    "watching": (20, 1.0),
    "fetch-chain": (3, 20.0),
}


class Loans:
    """What one agent is asked by others, in seconds of the hub's clock."""

    __slots__ = ("_levels",)

    def __init__(self) -> None:
        self._levels: dict[str, tuple[float, float]] = {}  # operation -> (tokens, at)

    def take(self, operation: str, now: float) -> int:
        """0 when it may be asked now, else the whole seconds until it may."""
        if operation not in LOANS:
            return 0
        most, refill = LOANS[operation]
        tokens, at = self._levels.get(operation, (float(most), now))
        level = min(most, tokens + (now - at) / refill)
        if level < 1:
            return max(1, ceil(round((1 - level) * refill, 6)))
        self._levels[operation] = level - 1, now
        return 0
