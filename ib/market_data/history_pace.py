"""IB's pacing of historical data: when the next request may leave.

The rules are IB's (https://interactivebrokers.github.io/tws-api/historical_limitations.html): no
identical request within 15 seconds, fewer than six for one contract and kind of price within two
seconds, at most 60 in ten minutes, where BID_ASK counts twice. IB says that they are hard for bars
of 30 seconds or less and that it slows larger ones down; here they hold for all. How IB counts was
not seen on a real TWS.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from math import ceil
from time import monotonic

from trading.refusals import Busy

IDENTICAL_SECONDS = 15.0
CONTRACT_SECONDS, CONTRACT_LIMIT = 2.0, 6
TOTAL_SECONDS, TOTAL_LIMIT = 600.0, 60
# Two requests may travel unequally long: what left 15 seconds apart may arrive closer together.
MARGIN_SECONDS = 0.5
PATIENCE_SECONDS = 10.0  # longer than that nobody is kept waiting
VIOLATION_SECONDS = 15.0  # after IB has said that it was too fast: others may share its count
HEAVY = "BID_ASK"
SENTENCES = {
    "identical": "IB takes the same request for history again in {seconds} s",
    "contract": "IB takes no more history of this contract for {seconds} s",
    "total": "The {cap} requests for history that IB allows in ten minutes are used up; "
    "there is room in {seconds} s",
    "violation": "IB says that history was asked for too fast; asked again in {seconds} s at most",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What makes a request identical to another (`all`), and what it is about."""

    all: Hashable
    con_id: int
    what: str

    @property
    def weight(self) -> int:
        return 2 if self.what == HEAVY else 1


class HistoryPace:
    """Counts what has left, in seconds of `clock`. It belongs to the reader's loop."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._left: deque[tuple[float, Terms]] = deque()
        self._closed_until = 0.0

    def budget(self) -> dict[str, int]:
        """How many of the ten minutes' requests are used; `seconds` is that span."""
        self._forget_old()
        return {"used": self._used(), "cap": TOTAL_LIMIT, "seconds": int(TOTAL_SECONDS)}

    async def turn(self, terms: Terms, patience: float = PATIENCE_SECONDS) -> None:
        """Wait until the request may leave, and count it. Busy when that takes too long (s)."""
        until = self._clock() + patience
        while (wait := self.wait(terms))[0] > 0:
            seconds, rule = wait
            if self._clock() + seconds > until:
                whole = ceil(seconds)
                raise Busy(SENTENCES[rule].format(seconds=whole, cap=TOTAL_LIMIT), whole)
            await asyncio.sleep(seconds)
        self._left.append((self._clock(), terms))

    def wait(self, terms: Terms) -> tuple[float, str]:
        """For how many seconds the request must wait, and which rule says so."""
        self._forget_old()
        waits = {
            "identical": self._identical(terms),
            "contract": self._contract(terms),
            "total": self._total(terms),
            "violation": self._closed_until - self._clock(),
        }
        rule = max(waits, key=waits.__getitem__)
        return waits[rule], rule

    def on_violation(self) -> None:
        """IB said that requests came too fast."""
        self._closed_until = self._clock() + VIOLATION_SECONDS

    def _identical(self, terms: Terms) -> float:
        asked = [at for at, each in self._left if each.all == terms.all]
        return self._rest(asked[-1], IDENTICAL_SECONDS) if asked else 0.0

    def _contract(self, terms: Terms) -> float:
        """Which earlier ones must be two seconds old, so that less than six are within them."""
        about = (terms.con_id, terms.what)
        asked = [at for at, each in self._left if (each.con_id, each.what) == about]
        room = (CONTRACT_LIMIT - 1) // terms.weight
        return self._rest(asked[-room], CONTRACT_SECONDS) if len(asked) >= room else 0.0

    def _total(self, terms: Terms) -> float:
        over = self._used() + terms.weight - TOTAL_LIMIT
        for at, each in self._left:
            if over <= 0:
                break
            over -= each.weight
            if over <= 0:
                return self._rest(at, TOTAL_SECONDS)
        return 0.0

    def _used(self) -> int:
        return sum(each.weight for _, each in self._left)

    def _rest(self, at: float, seconds: float) -> float:
        return at + seconds + MARGIN_SECONDS - self._clock()

    def _forget_old(self) -> None:
        now = self._clock()
        while self._left and self._left[0][0] + TOTAL_SECONDS + MARGIN_SECONDS <= now:
            self._left.popleft()
