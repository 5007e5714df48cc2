"""Many who ask the same question at the same time share one request to TWS."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from time import monotonic
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Questions under way, and their answers for `keep_seconds` after they came.

    An error is never kept. It belongs to one loop.
    """

    def __init__(self, keep_seconds: float = 0) -> None:
        self._keep_seconds = keep_seconds
        self._flights: dict[Hashable, tuple[asyncio.Task[T], float]] = {}

    async def ask(self, key: Hashable, question: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The answer to `key`: a fresh enough one, the one under way, or a new one."""
        task, asked = self._flights.get(key, (None, 0.0))
        if task is None or not self._is_good(task, asked):
            task = asyncio.get_running_loop().create_task(question())
            self._flights[key] = task, monotonic()
            if not self._keep_seconds:
                task.add_done_callback(lambda done: self._land(key, done))
        # One caller's cancellation must not take the answer away from the others.
        return await asyncio.shield(task)

    def forget(self) -> None:
        """Drop all kept answers, as after a reconnect."""
        self._flights.clear()

    def _land(self, key: Hashable, task: asyncio.Task[T]) -> None:
        if self._flights.get(key, (None,))[0] is task:
            del self._flights[key]

    def _is_good(self, task: asyncio.Task[T], asked: float) -> bool:
        if not task.done():
            return True
        failed = task.cancelled() or task.exception() is not None
        return not failed and monotonic() - asked < self._keep_seconds
