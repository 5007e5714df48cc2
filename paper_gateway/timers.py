"""Things to do at an instant, in the order of their instants: the gateway's only sense of time.

May not sleep, start threads or read the system's clock: it is given one. Tests move that clock and
call ``run_due``; the server does the same from its event loop.
"""

import heapq
from collections.abc import Callable

Clock = Callable[[], float]
"""Seconds since the epoch."""

# The queue is swept when cancelled timers are most of it and at least so many.
_SWEEP_SIZE = 64


class Timer:
    """One planned action; ``cancel`` forgets it."""

    __slots__ = ("_cancelled", "action", "when")

    def __init__(
        self, when: float, action: Callable[[], None], cancelled: Callable[[], None]
    ) -> None:
        self.when = when
        self.action: Callable[[], None] | None = action
        self._cancelled = cancelled

    def cancel(self) -> None:
        if self.action is not None:
            self.action = None
            self._cancelled()


class Timers:
    """A queue of planned actions. Equal instants keep the order in which they were planned."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._queue: list[tuple[float, int, Timer]] = []
        self._count = 0
        self._cancelled = 0

    def __len__(self) -> int:
        """How many entries the queue holds, cancelled ones among them."""
        return len(self._queue)

    def at(self, when: float, action: Callable[[], None]) -> Timer:
        """Plan an action for an instant (epoch seconds); one in the past is due at once."""
        timer = Timer(when, action, self._note_cancelled)
        self._count += 1
        heapq.heappush(self._queue, (when, self._count, timer))
        return timer

    def after(self, seconds: float, action: Callable[[], None]) -> Timer:
        return self.at(self.clock() + seconds, action)

    def next_due(self) -> float | None:
        """The instant of the next action, None when nothing is planned."""
        while self._queue and self._queue[0][2].action is None:
            self._take_first()
        return self._queue[0][0] if self._queue else None

    def run_due(self) -> None:
        """Run what is due now, including what that plans for now or earlier."""
        now = self.clock()
        while self._queue and self._queue[0][0] <= now:
            timer = self._take_first()
            if timer.action is not None:
                action, timer.action = timer.action, None
                action()

    def _take_first(self) -> Timer:
        timer = heapq.heappop(self._queue)[2]
        if timer.action is None:
            self._cancelled -= 1
        return timer

    def _note_cancelled(self) -> None:
        """Cancelled entries may lie far ahead: they are taken out before they are too many."""
        self._cancelled += 1
        if self._cancelled >= _SWEEP_SIZE and self._cancelled > len(self._queue) / 2:
            self._queue = [entry for entry in self._queue if entry[2].action is not None]
            heapq.heapify(self._queue)
            self._cancelled = 0
