"""How events get from the engine's threads into the link's outbox, without anybody waiting.

A status is coalesced: rooms only say that theirs has changed, and of many such words within a
moment one status is made, by the link, of what is true then.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from agent.outbox import MOST_FACTS, Outbox
from trading.refusals import NotConnected

STATUS_SECONDS = 0.2  # at most five statuses a second
MOST_HANDED_OVER = 4 * MOST_FACTS

HandOver = Callable[[Callable[[], None]], None]
MayTell = Callable[[str, Mapping[str, Any]], bool]


class Events:
    """`hand_over` calls a function in the link's loop; `status` makes the engine's status."""

    def __init__(
        self,
        outbox: Outbox,
        hand_over: HandOver,
        status: Callable[[], dict[str, Any]],
        may_tell: MayTell,
        on_news: Callable[[], None],
    ) -> None:
        self._outbox = outbox
        self._hand_over = hand_over
        self._status = status
        self._may_tell = may_tell
        self._on_news = on_news
        self._handed_over: deque[tuple[str, dict[str, Any]]] = deque()
        self._missed = 0
        self._is_woken = False
        self._status_is_due = False
        self._status_at = 0.0
        self._status_timer: asyncio.TimerHandle | None = None

    def publish(self, kind: str, payload: dict[str, Any]) -> None:
        """From any thread. What the link cannot follow is missed, and the relay sees a gap in the
        numbers; what comes before it runs waits for it."""
        if len(self._handed_over) >= MOST_HANDED_OVER:
            self._missed += 1
            return
        self._handed_over.append((kind, payload))
        if self._is_woken:
            return
        self._is_woken = True
        try:
            self._hand_over(self.take)
        except (NotConnected, RuntimeError):  # not started yet, or stopped
            self._is_woken = False

    def begin(self) -> None:
        """A new connection: it hears the status first of all."""
        self._status_is_due = True
        self.take()

    def take(self) -> None:
        """Put all that was handed over into the outbox; in the link's loop."""
        self._is_woken = False  # first: what comes from now on wakes again
        while self._handed_over:
            kind, payload = self._handed_over.popleft()
            if kind == "status":
                self._status_is_due = True
            elif self._may_tell(kind, payload):
                self._outbox.add_event(kind, payload)
        if self._missed:
            missed, self._missed = self._missed, 0
            self._outbox.leave_out(missed)
        if self._status_is_due:
            self._tell_status()
        self._on_news()

    def _tell_status(self) -> None:
        """Now, or soon, when the last one was a moment ago."""
        wait = self._status_at + STATUS_SECONDS - time.monotonic()
        if wait <= 0:
            self._status_at, self._status_is_due = time.monotonic(), False
            self._outbox.add_event("status", self._status())
        elif self._status_timer is None:
            self._status_timer = asyncio.get_running_loop().call_later(wait, self._after_a_while)

    def _after_a_while(self) -> None:
        self._status_timer = None
        self.take()
