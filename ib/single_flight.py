"""Many who ask the same question at the same time share one request to TWS."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from time import monotonic
from typing import Any, Generic, TypeVar

T = TypeVar("T")

MANY = 64  # beyond so many, answers that are too old are dropped with each new question


class SingleFlight(Generic[T]):
    """Questions under way, and their answers for `keep_seconds` after they came.

    An error is never kept. It belongs to one loop.
    """

    def __init__(self, keep_seconds: float = 0) -> None:
        self._keep_seconds = keep_seconds
        self._flights: dict[Hashable, tuple[asyncio.Future[T], float]] = {}  # until when

    async def ask(
        self,
        key: Hashable,
        question: Callable[[], Coroutine[Any, Any, T]],
        keep_seconds: float | None = None,
    ) -> T:
        """The answer to `key`: a fresh enough one, the one under way, or a new one."""
        task, until = self._flights.get(key, (None, 0.0))
        if task is None or not self._is_good(task, until):
            self._tidy_up()
            task = asyncio.get_running_loop().create_task(question())
            self._flights[key] = task, self._until(keep_seconds)
            if not (keep_seconds or self._keep_seconds):
                task.add_done_callback(lambda done: self._land(key, done))
        # One caller's cancellation must not take the answer away from the others.
        return await asyncio.shield(task)

    def put(self, key: Hashable, answer: T, keep_seconds: float | None = None) -> None:
        """An answer that came in another way."""
        self._tidy_up()
        known: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        known.set_result(answer)
        self._flights[key] = known, self._until(keep_seconds)

    def forget(self) -> None:
        """Drop all kept answers, as after a reconnect."""
        self._flights.clear()

    def _land(self, key: Hashable, task: asyncio.Future[T]) -> None:
        if self._flights.get(key, (None,))[0] is task:
            del self._flights[key]

    def _until(self, keep_seconds: float | None) -> float:
        return monotonic() + (self._keep_seconds if keep_seconds is None else keep_seconds)

    def _is_good(self, task: asyncio.Future[T], until: float) -> bool:
        if not task.done():
            return True
        failed = task.cancelled() or task.exception() is not None
        return not failed and monotonic() < until

    def _tidy_up(self) -> None:
        if len(self._flights) > MANY:
            good = {key: one for key, one in self._flights.items() if self._is_good(*one)}
            self._flights = good
