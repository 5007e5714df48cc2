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
    """key -> value for some seconds; at most `size` keys. For any thread."""

    def __init__(
        self, seconds: float = SECONDS, clock: Callable[[], float] = monotonic, size: int = 1000
    ) -> None:
        self._seconds, self._clock, self._size = seconds, clock, size
        self._entries: dict[str, _Entry[V]] = {}
        self._turns: dict[str, Lock] = {}  # of what is being looked up
        self._writing = Lock()
        self._ends = 0  # how often something has ended: what was looked up before may be over
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

    def renew(self, key: str, value: V) -> None:
        """The newer value of what is known still: what has ended meanwhile stays over."""
        with self._writing:
            ends, is_known = self._ends, key in self._entries
        if is_known:
            self._keep(key, value, ends)

    def forget(self) -> None:
        """Drop everything: something was revoked."""
        with self._writing:
            self._ends += 1
            self._entries = {}

    def drop(self, key: str) -> None:
        """Drop one key's value: this secret has ended."""
        with self._writing:
            self._ends += 1
            self._entries.pop(key, None)

    def _keep(self, key: str, value: V, ends: int) -> None:
        """Unless something has ended since the value was true."""
        now = self._clock()
        entry = _Entry(value, now + self._seconds, now + AWAY_SECONDS)
        with self._writing:
            if ends != self._ends:
                return
            if len(self._entries) >= self._size:
                self._entries = {}
            self._entries[key] = entry

    def _ask(self, key: str, look_up: Callable[[], V | None]) -> V | None:
        with self._writing:
            ends = self._ends
            known = self._entries.pop(key, None)  # what is not found any more is not remembered
        try:
            value = look_up()
        except StoreError as error:
            if known is None or self._clock() >= known.holds_until:
                raise
            logger.warning("Nobody can be asked, what was known still holds: %s", error)
            fresh_until = min(self._clock() + ASK_AGAIN_SECONDS, known.holds_until)
            with self._writing:
                if ends == self._ends:
                    self._entries[key] = replace(known, fresh_until=fresh_until)
            return known.value
        if value is not None:
            self._keep(key, value, ends)
        return value
