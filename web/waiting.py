"""How many request threads wait for TWS, so that some are always left for a cancel.

An open page, a POST that waits for its order and a read that waits for TWS hold a thread each.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from trading.refusals import Busy

# Threads that only cancels and requests which do not wait may use.
RESERVED_THREADS = 8
# A chain waits longest of all; TWS's pace lets only a few get on at the same time.
MOST_CHAINS = 12


class Waiting:
    """Counts waiting threads. `open_pages` tells how many hold an open stream."""

    def __init__(self, threads: int, max_orders: int, open_pages: Callable[[], int]) -> None:
        self._threads, self._max_orders, self._open_pages = threads, max_orders, open_pages
        self._lock = threading.Lock()
        self._orders = 0
        self._reads = 0
        self._chains = 0

    @contextmanager
    def order(self) -> Iterator[bool]:
        """Yields whether this order may wait for its outcome; it is placed either way."""
        with self._lock:
            may_wait = self._orders < self._max_orders and self._is_thread_free()
            self._orders += may_wait
        try:
            yield may_wait
        finally:
            with self._lock:
                self._orders -= may_wait

    @contextmanager
    def read(self) -> Iterator[None]:
        """Around a read or a preview that waits for TWS; Busy when too many do."""
        with self._lock:
            if not self._is_thread_free():
                raise Busy("Too many requests wait for TWS. Try again in a moment.", 1)
            self._reads += 1
        try:
            yield
        finally:
            with self._lock:
                self._reads -= 1

    @contextmanager
    def chain(self) -> Iterator[None]:
        """Around a chain, beside its `read`; Busy when too many wait for theirs."""
        with self._lock:
            if self._chains >= MOST_CHAINS:
                raise Busy("Too many chains are being fetched. Try again in a moment.", 5)
            self._chains += 1
        try:
            yield
        finally:
            with self._lock:
                self._chains -= 1

    def _is_thread_free(self) -> bool:
        taken = self._open_pages() + self._orders + self._reads
        return taken < self._threads - RESERVED_THREADS
