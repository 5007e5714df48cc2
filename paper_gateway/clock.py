"""The virtual clock: seconds since the epoch that pass faster than real ones, slower, or by hand.

May not read the system's clock: it is given one.
"""

from collections.abc import Callable, Iterator


class ClockError(Exception):
    """The clock cannot be moved by hand; the text says why."""


class VirtualClock:
    """Call it for the epoch second. ``speed`` is virtual seconds per real second; a clock of speed
    0 stands still until it is moved.

        clock = VirtualClock(1_767_625_200.0)
        async with serve(settings, clock) as gateway:
            await gateway.advance(3600.0)    # everything of this hour happens, in its order
    """

    def __init__(
        self, start: float, speed: float = 0.0, real: Callable[[], float] = lambda: 0.0
    ) -> None:
        """``real`` are real seconds from anywhere, as ``time.monotonic``."""
        self.speed = speed
        self._start = start
        self._real = real
        self._began = real()

    def __call__(self) -> float:
        return self._start + (self._real() - self._began) * self.speed

    def begin_at(self, instant: float) -> None:
        """Begin anew, before anybody has asked for the time."""
        self._start, self._began = instant, self._real()

    def move_to(self, instant: float) -> None:
        """Move a clock that stands still; never back. Raises ClockError when it runs."""
        if self.speed:
            raise ClockError("the clock runs by itself: start the gateway with --speed 0")
        self._start = max(self._start, instant)

    def real_seconds(self, seconds: float) -> float | None:
        """How long so many virtual seconds really take; None when they never pass by themselves."""
        return seconds / self.speed if self.speed > 0 else None


def steps(
    clock: VirtualClock, next_due: Callable[[], float | None], seconds: float
) -> Iterator[None]:
    """Move a clock that stands still from one planned instant to the next, so many seconds on.

    After each step the caller runs what is due; the last step is the end.
    """
    end = clock() + seconds
    while (due := next_due()) is not None and due <= end:
        clock.move_to(due)
        yield
    clock.move_to(end)
    yield
