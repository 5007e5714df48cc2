"""A short memory of verified secrets, so that a request does not cost a database read.

What another process changes (a key revoked on the command line) is seen when the memory runs out,
so `seconds` bounds how long a revoked secret still works there.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Any, Generic, TypeVar
from weakref import WeakSet

V = TypeVar("V")

SECONDS = 1.0
# Every memory of this process.
_ALL: WeakSet[Recent[Any]] = WeakSet()


def forget_everything() -> None:
    """Drop what every memory of this process holds: a user, and so every secret, has changed."""
    for recent in list(_ALL):
        recent.forget()


class Recent(Generic[V]):
    """key -> value for some seconds; at most `size` keys. Single dict operations: thread-safe."""

    def __init__(
        self, seconds: float = SECONDS, clock: Callable[[], float] = monotonic, size: int = 1000
    ) -> None:
        self._seconds, self._clock, self._size = seconds, clock, size
        self._entries: dict[str, tuple[float, V]] = {}
        self._turns: dict[str, Lock] = {}  # of what is being looked up
        _ALL.add(self)

    def find(self, key: str, look_up: Callable[[], V | None]) -> V | None:
        """The value, looked up once for all who ask at the same moment; None is not remembered."""
        value = self.get(key)
        if value is not None:
            return value
        try:
            with self._turns.setdefault(key, Lock()):
                value = self.get(key)
                if value is None and (value := look_up()) is not None:
                    self.put(key, value)
        finally:
            self._turns.pop(key, None)  # whoever waits at it still has it
        return value

    def get(self, key: str) -> V | None:
        expires_at, value = self._entries.get(key, (0.0, None))
        return value if self._clock() < expires_at else None

    def put(self, key: str, value: V) -> None:
        if len(self._entries) >= self._size:
            self._entries = {}
        self._entries[key] = self._clock() + self._seconds, value

    def forget(self) -> None:
        """Drop everything: something was revoked."""
        self._entries = {}
