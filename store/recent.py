"""A short memory of verified secrets, so that a request does not cost a database read.

What another process changes (a key revoked on the command line) is seen when the memory runs out,
so `seconds` bounds how long a revoked secret still works there.

While the database is away nothing can be revoked either, so what it said last holds for some
minutes: whoever traded a moment ago can still cancel.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock
from time import monotonic
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from store.errors import StoreError

logger = logging.getLogger(__name__)

V = TypeVar("V")

SECONDS = 1.0
# How long what was verified holds while nobody can be asked, and how often somebody is asked then.
AWAY_SECONDS = 300.0
ASK_AGAIN_SECONDS = 3.0
# Every memory of this process.
_ALL: WeakSet[Recent[Any]] = WeakSet()


def forget_everything() -> None:
    """Drop what every memory of this process holds: a user, and so every secret, has changed."""
    for recent in list(_ALL):
        recent.forget()


@dataclass(frozen=True, slots=True)
class _Entry(Generic[V]):
    """What was found, how long nobody is asked, and how long it holds when nobody can be asked."""

    value: V
    fresh_until: float
    holds_until: float


class Recent(Generic[V]):
    """key -> value for some seconds; at most `size` keys. Single dict operations: thread-safe."""

    def __init__(
        self, seconds: float = SECONDS, clock: Callable[[], float] = monotonic, size: int = 1000
    ) -> None:
        self._seconds, self._clock, self._size = seconds, clock, size
        self._entries: dict[str, _Entry[V]] = {}
        self._turns: dict[str, Lock] = {}  # of what is being looked up
        _ALL.add(self)

    def find(self, key: str, look_up: Callable[[], V | None]) -> V | None:
        """The value, looked up once for all who ask at the same moment; None is not remembered.

        When the look-up raises StoreError, the value that was found last, while it holds.
        """
        value = self.get(key)
        if value is not None:
            return value
        try:
            with self._turns.setdefault(key, Lock()):
                value = self.get(key)
                if value is None:
                    value = self._ask(key, look_up)
        finally:
            self._turns.pop(key, None)  # whoever waits at it still has it
        return value

    def get(self, key: str) -> V | None:
        entry = self._entries.get(key)
        return entry.value if entry is not None and self._clock() < entry.fresh_until else None

    def put(self, key: str, value: V) -> None:
        if len(self._entries) >= self._size:
            self._entries = {}
        now = self._clock()
        self._entries[key] = _Entry(value, now + self._seconds, now + AWAY_SECONDS)

    def forget(self) -> None:
        """Drop everything: something was revoked."""
        self._entries = {}

    def drop(self, key: str) -> None:
        """Drop one key's value: this secret has ended."""
        self._entries.pop(key, None)

    def _ask(self, key: str, look_up: Callable[[], V | None]) -> V | None:
        known = self._entries.pop(key, None)  # what is not found any more is not remembered
        try:
            value = look_up()
        except StoreError as error:
            if known is None or self._clock() >= known.holds_until:
                raise
            logger.warning("Nobody can be asked, what was known still holds: %s", error)
            fresh_until = min(self._clock() + ASK_AGAIN_SECONDS, known.holds_until)
            self._entries[key] = replace(known, fresh_until=fresh_until)
            return known.value
        if value is not None:
            self.put(key, value)
        return value
