"""A thread that owns an event loop: the only bridge between threads and loops.

A connection to TWS lives and dies in one such thread. Other threads hand work over and get a
concurrent Future; nothing ever runs a loop from outside, and nothing inside it blocks.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from trading.refusals import NotConnected

log = logging.getLogger(__name__)

T = TypeVar("T")
Main = Callable[[], Coroutine[Any, Any, None]]

TICK_SECONDS = 0.25
RESTART_SECONDS = 0.5


class LoopThread:
    """A daemon thread whose loop runs from `start()` to `stop()`.

    `main` is the coroutine that lives there; if it fails it is logged and started again, so that
    the thread is never alive but deaf.
    """

    def __init__(self, name: str, main: Main) -> None:
        self.name = name
        self.restarts = 0
        self._main = main
        self._loop: asyncio.AbstractEventLoop  # made by `start()`, closed where the thread ends
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._running = threading.Event()
        self._stopping = False
        self._last_tick = time.monotonic()
        self._main_task: asyncio.Task[None] | None = None  # set once the loop runs

    def start(self) -> None:
        """Start the thread; returns when its loop runs."""
        self._loop = asyncio.new_event_loop()
        self._thread.start()
        self._running.wait()

    def stop(self, timeout_seconds: float = 5) -> None:
        """Cancel `main`, let it clean up, end the thread. Call it once, from another thread."""
        if not self._thread.is_alive():
            return
        self._loop.call_soon_threadsafe(self._begin_stop)
        self._thread.join(timeout_seconds)
        if self._thread.is_alive():
            log.error("%s: the loop did not end within %s s", self.name, timeout_seconds)

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Run the coroutine in the loop; the Future carries its result or its exception.

        Raises NotConnected when the thread does not run, RuntimeError if it would wait for itself.
        """
        try:
            self._refuse_own_thread()
            return asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        except (NotConnected, RuntimeError):
            coroutine.close()
            raise

    def hand_over(self, function: Callable[..., object], *arguments: object) -> None:
        """Call the function soon in the loop: cheaper than `submit` when no coroutine is needed."""
        if not self._thread.is_alive():
            raise NotConnected(f"{self.name} is not running")
        self._loop.call_soon_threadsafe(function, *arguments)

    def seconds_since_tick(self) -> float:
        """How long ago the loop last came round; a healthy loop answers below one second."""
        return time.monotonic() - self._last_tick

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def _refuse_own_thread(self) -> None:
        if threading.current_thread() is self._thread:
            raise RuntimeError(f"{self.name} would wait for itself")
        if not self._thread.is_alive():
            raise NotConnected(f"{self.name} is not running")

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)  # ib_async looks the loop up by thread
        try:
            self._loop.run_until_complete(self._live())
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        finally:
            self._running.set()
            self._loop.close()

    async def _live(self) -> None:
        self._tick()
        self._running.set()
        while not self._stopping:
            self._main_task = asyncio.create_task(self._main(), name=f"{self.name} main")
            try:
                await self._main_task
                break
            except asyncio.CancelledError:
                log.debug("%s: main was cancelled", self.name)
            except Exception:  # the outermost loop: the thread must not die
                log.exception("%s: main failed and is started again", self.name)
                self.restarts += 1
                await asyncio.sleep(RESTART_SECONDS)
        await self._cancel_leftovers()

    async def _cancel_leftovers(self) -> None:
        leftovers = asyncio.all_tasks() - {asyncio.current_task()}
        for task in leftovers:
            task.cancel()
        await asyncio.gather(*leftovers, return_exceptions=True)

    def _begin_stop(self) -> None:
        self._stopping = True
        if self._main_task:
            self._main_task.cancel()

    def _tick(self) -> None:
        self._last_tick = time.monotonic()
        self._loop.call_later(TICK_SECONDS, self._tick)
