"""Writes the audit log in a thread of its own, so that nobody waits for it.

A cancel may not wait for a database, and may not fail with it. While the database is away entries
wait here and are tried again; beyond a bound the newest are counted, logged and lost. Orders
themselves are in the order journal, which is on disk before they leave.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from itertools import islice

from store.audit import ACTIONS, AuditLog, Entry
from store.database import StoreError

log = logging.getLogger(__name__)

MAX_WAITING = 10_000
BATCH = 200
# A write for each order would take the interpreter from the orders that follow: 0.9 ms each.
GATHER_SECONDS = 0.25
RETRY_SECONDS = 1.0
CLOSE_SECONDS = 3.0


class AuditWriter:
    """Any thread may note; the writing thread starts with the first entry (after any fork)."""

    def __init__(
        self, audit: AuditLog, retry_seconds: float = RETRY_SECONDS, max_waiting: int = MAX_WAITING
    ) -> None:
        self._audit, self._retry_seconds, self._max = audit, retry_seconds, max_waiting
        self._flushing = 0  # how many wait for everything to be written
        self._changed = threading.Condition()
        self._waiting: deque[Entry] = deque()
        self._thread: threading.Thread | None = None  # set with the first entry
        self._is_closed = False
        self.lost = 0  # entries that could not be written
        self.failure: str | None = None  # why the last try failed; None once one succeeds

    def note(self, entry: Entry) -> None:
        """Write the entry soon. Never waits, never raises."""
        timed = self._audit.stamped(entry)
        with self._changed:
            if (
                self._is_closed
                or len(self._waiting) >= self._max
                or entry.what not in ACTIONS  # it could never be written
            ):
                self._lose(timed)
                return
            self._waiting.append(timed)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="Audit", daemon=True)
                self._thread.start()
            elif len(self._waiting) == 1:  # else the thread is awake, or soon will be
                self._changed.notify_all()

    def flush(self, timeout: float) -> bool:
        """Wait until everything noted so far is written; False when time runs out (s)."""
        with self._changed:
            self._flushing += 1
            self._changed.notify_all()
            try:
                return self._changed.wait_for(lambda: not self._waiting, timeout)
            finally:
                self._flushing -= 1

    def close(self) -> None:
        """Write what waits, trying for some seconds at most, and stop."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._is_closed)
                self._changed.wait_for(lambda: self._flushing or self._is_closed, GATHER_SECONDS)
                batch = list(islice(self._waiting, BATCH))
            if not batch:
                return
            if self._write(batch):
                self._drop(len(batch))
            elif self._is_closed:
                self._drop_all()
            else:
                with self._changed:
                    self._changed.wait_for(lambda: self._is_closed, self._retry_seconds)

    def _write(self, batch: list[Entry]) -> bool:
        try:
            self._audit.append(*batch)
        except StoreError as error:
            if self.failure is None:
                log.warning("The audit log cannot be written, entries wait: %s", error)
            self.failure = str(error)
            return False
        self.failure = None
        return True

    def _drop(self, count: int) -> None:
        with self._changed:
            for _ in range(count):
                self._waiting.popleft()
            self._changed.notify_all()

    def _drop_all(self) -> None:
        with self._changed:
            while self._waiting:
                self._lose(self._waiting.popleft())
            self._changed.notify_all()

    def _lose(self, entry: Entry) -> None:
        self.lost += 1
        log.error("An audit entry is lost: %s", entry)
