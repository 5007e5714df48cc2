"""What IB said last, over both connections: kept for the page that is opened later."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from trading.ports import Publish
from trading.snapshots import Rows

MOST = 200


class Messages:
    """Publishes like the function it is given, and keeps the last messages. For any thread."""

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self._lock = Lock()  # both connections' threads say something
        self._kept: deque[dict[str, Any]] = deque(maxlen=MOST)

    def publish(self, kind: str, payload: dict[str, Any]) -> None:
        if kind == "message":
            with self._lock:
                self._kept.append(payload)
        self._publish(kind, payload)

    def last(self) -> Rows:
        """Rows as in the event `message`, the oldest first."""
        with self._lock:
            return Rows(datetime.now(UTC), tuple(self._kept))
