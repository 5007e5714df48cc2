"""How many messages a client sends per second. May not read the system's clock."""

from collections import deque


class RateMeter:
    """Arrivals of one client: all of them, and the most in any one second.

    It counts when the gateway reads a message: a gateway that was busy for a while sees what
    arrived meanwhile as one burst.
    """

    def __init__(self) -> None:
        self.total = 0
        self.highest = 0
        self._instants: deque[float] = deque()

    def count(self, now: float) -> int:
        """One more message; how many came in the second that ends now (epoch seconds)."""
        self._instants.append(now)
        while now - self._instants[0] >= 1.0:
            self._instants.popleft()
        self.total += 1
        self.highest = max(self.highest, len(self._instants))
        return len(self._instants)
