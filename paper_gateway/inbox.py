"""A session's messages that were read and are not yet handled.

May not know messages. They are handled strictly one after the other, as TWS does: one that takes a
while holds up those behind it.
"""

import math
from collections import deque
from collections.abc import Callable

from paper_gateway.timers import Timer, Timers

WAIT = math.inf
"""The time of a message that is not handled until the inbox is told to run again."""
# About what Python needs to keep a short message.
_OVERHEAD = 64


def _size(message: bytes) -> int:
    return len(message) + _OVERHEAD


class Inbox:
    """``seconds_for`` says how long a message takes before ``take`` is given it; ``drained`` is
    called whenever nothing is left."""

    def __init__(
        self,
        timers: Timers,
        seconds_for: Callable[[bytes], float],
        take: Callable[[bytes], None],
        drained: Callable[[], None],
    ) -> None:
        self._timers = timers
        self._seconds_for = seconds_for
        self._take = take
        self._drained = drained
        self._messages: deque[bytes] = deque()
        self._timer: Timer | None = None
        self.size = 0
        """The memory that the messages take, in bytes."""

    def __len__(self) -> int:
        return len(self._messages)

    def put(self, messages: list[bytes]) -> None:
        self._messages.extend(messages)
        self.size += sum(map(_size, messages))
        self.run()

    def run(self) -> None:
        """Handle what takes no time, up to the first message that does."""
        while self._messages and self._timer is None:
            seconds = self._seconds_for(self._messages[0])
            if seconds == WAIT:
                return
            if seconds > 0:
                self._timer = self._timers.after(seconds, self._go_on)
                return
            self._take(self._next())
        if not self._messages:
            self._drained()

    def _go_on(self) -> None:
        self._timer = None
        message = self._next()
        try:
            self._take(message)
        finally:
            # What breaks on one message is logged by the timers' owner; the next ones go on.
            self.run()

    def _next(self) -> bytes:
        message = self._messages.popleft()
        self.size -= _size(message)
        return message

    def clear(self) -> None:
        """Forget everything: the session is over."""
        self._messages.clear()
        self.size = 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
