"""One user's events, numbered: a bounded ring, and subscribers that are only cursors into it.

Sans-I/O. Events are kept as the bytes of server-sent events, encoded once for all who read them. A
subscriber that falls behind the ring is told to fetch everything again (`reset`): nothing is lost
silently, and no slow reader costs memory.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable
from typing import Any

from relay.messages import json_text

MAX_EVENTS = 2_000
MAX_BYTES = 256 * 1024
RESET = "reset"

Wake = Callable[[], None]


class Feed:
    """The last events of one user. `boot` is new with every feed, so that numbers never mix."""

    def __init__(
        self, boot: str = "", max_events: int = MAX_EVENTS, max_bytes: int = MAX_BYTES
    ) -> None:
        self.boot = boot or _new_boot()
        self.last = 0  # number of the newest event
        self.is_mirror = False  # of a feed at another node
        self._ring: deque[bytes] = deque()
        self._bytes = 0
        self._max_events, self._max_bytes = max_events, max_bytes
        self._wakes: set[Wake] = set()

    @property
    def subscribers(self) -> int:
        return len(self._wakes)

    def publish(self, kind: str, data: Any) -> None:
        """Number the event, keep it and wake whoever subscribes. Too big to keep: a reset."""
        self.publish_json(kind, json_text(data))

    def publish_json(self, kind: str, data: str) -> None:
        """As `publish`, for data that is JSON already."""
        if self.is_mirror:
            self.begin_again()
        if len(data) > self._max_bytes // 2:
            self.reset()
            return
        self.last += 1
        self._keep(frame(self.event_id(self.last), kind, data))
        self._wake()

    def reset(self) -> None:
        """Forget what is kept: every subscriber, now or later, fetches everything again."""
        self._clear()
        self.publish_json(RESET, "{}")

    def begin_again(self) -> None:
        """An own feed from here on, under a new name: whoever reads it fetches everything again."""
        self.boot, self.last, self.is_mirror = _new_boot(), 0, False
        self._clear()
        self._wake()

    def mirror(self, boot: str, last: int, events: list[bytes]) -> None:
        """Be as the feed `boot` of another node, whose newest events up to `last` these are.

        What is known already changes nothing: an event may overtake an answer from before it.
        """
        is_known = boot == self.boot and self.is_mirror
        if is_known and last <= self.last:
            return
        first = last - len(events)
        if not is_known or first > self.last:
            self.boot, self.last, self.is_mirror = boot, first, True
            self._clear()
        for event in events[self.last - first :]:
            self._keep(event)
        self.last = last
        self._wake()

    def cursor_of(self, last_event_id: str) -> int | None:
        """The number that the reader saw last; None when it cannot go on from there."""
        boot, _, digits = last_event_id.rpartition("-")
        if boot != self.boot or not (digits.isascii() and digits.isdigit()) or len(digits) > 15:
            return None
        number = int(digits)
        return number if self.last - len(self._ring) <= number <= self.last else None

    def after(self, cursor: int) -> list[bytes] | None:
        """The events after the cursor; None when some of them are not (or no longer) here."""
        missing = self.last - cursor
        if not 0 <= missing <= len(self._ring):
            return None
        return [self._ring[index] for index in range(-missing, 0)]

    def event_id(self, number: int) -> str:
        return f"{self.boot}-{number}"

    def subscribe(self, wake: Wake) -> None:
        """Call `wake` after each event, until `unsubscribe`. It must not publish."""
        self._wakes.add(wake)

    def unsubscribe(self, wake: Wake) -> None:
        self._wakes.discard(wake)

    def kept(self) -> list[bytes]:
        """Every event that is kept."""
        return list(self._ring)

    def _wake(self) -> None:
        for wake in self._wakes:
            wake()

    def _clear(self) -> None:
        self._ring.clear()
        self._bytes = 0

    def _keep(self, event: bytes) -> None:
        self._ring.append(event)
        self._bytes += len(event)
        while len(self._ring) > self._max_events or self._bytes > self._max_bytes:
            self._bytes -= len(self._ring.popleft())


def _new_boot() -> str:
    return secrets.token_hex(6)


def frame(event_id: str, kind: str, data: str) -> bytes:
    """A server-sent event. JSON has no line break of its own, so one `data:` line holds it."""
    return f"id: {event_id}\nevent: {kind}\ndata: {data}\n\n".encode()
