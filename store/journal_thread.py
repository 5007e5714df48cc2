"""The thread that writes the journal: urgent batches at once, lazy ones soon and together.

It alone uses the `Writer`. It decides what goes first and what is tried again; it knows no file.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from time import monotonic
from typing import NamedTuple

from store.journal_rows import Batch, JournalError, JournalUnavailable
from store.journal_waiting import Fact, Waiting, words
from store.journal_writer import Writer, is_about_the_file

log = logging.getLogger(__name__)

Done = Callable[[JournalError | None], None]

LAZY_SECONDS = 0.05
# Urgent batches that never end may hold lazy ones up for this long.
OVERDUE_SECONDS = 0.1
URGENT_AT_ONCE = 256


class _Urgent(NamedTuple):
    batch: Batch
    facts: list[Fact]  # what it is about
    done: Done


class WritingThread:
    """Runs from the start until `stop`. `retry_seconds` apart it tries a file that is in trouble.

    `waiting` is what was appended and is not written yet; only this thread takes from it.
    """

    def __init__(self, writer: Writer, retry_seconds: float) -> None:
        self.waiting = Waiting()
        self.failure: str | None = None
        self._refusal: str | None = None  # a lazy batch that can never be written
        self._retry_at: float | None = None  # set while the file is in trouble
        self._retry_seconds = retry_seconds
        self._writer = writer
        # None wakes the thread up for a lazy batch or for the end.
        self._inbox: SimpleQueue[_Urgent | Event | None] = SimpleQueue()
        self._flushes: list[Event] = []
        self._door = Lock()  # nothing comes in after stop()
        self._is_stopped = False
        self._thread = Thread(target=self._run, name="Journal", daemon=True)
        self._thread.start()

    def commit(self, batch: Batch, done: Done) -> bool:
        """False when the thread is stopped: then `done` is never called."""
        # Found out here, so that a batch that is none fails its caller and not this thread.
        facts = [fact for fact, _ in words(batch)]
        with self._door:
            if not self._is_stopped:
                self._inbox.put(_Urgent(batch, facts, done))
            return not self._is_stopped

    def append(self, batch: Batch) -> bool:
        """False when the thread is stopped."""
        with self._door:
            if not self._is_stopped and self.waiting.add(batch, monotonic()):
                self._inbox.put(None)
            return not self._is_stopped

    def flush(self, timeout: float) -> bool:
        """Whether everything handed over before was written in time (s)."""
        written = Event()
        with self._door:
            if self._is_stopped:
                return not len(self.waiting)
            self._inbox.put(written)
        return written.wait(timeout)

    def stop(self) -> bool:
        """Write what is there, trying once, and end. False when it was stopped before."""
        with self._door:
            if self._is_stopped:
                return False
            self._is_stopped = True
            self._inbox.put(None)
        self._thread.join()
        if len(self.waiting):
            log.error("%d changes of orders are lost: %s", len(self.waiting), self.failure)
        return True

    def _run(self) -> None:
        while not (self._is_stopped and self._inbox.empty()):
            group = self._take()
            if group:
                self._write_urgent(group)
            if self._is_time_for_lazy(after_urgent=bool(group)):
                self._write_waiting()
            self._end_flushes()
            if self._writer.wants_checkpoint and self._inbox.empty():
                self._note(self._writer.checkpoint())
        while len(self.waiting) and self._write_waiting():
            pass
        self._end_flushes()

    def _take(self) -> list[_Urgent]:
        """Urgent batches, once there are some; none when it is time for something else."""
        due = self._due()
        wait = None if due is None else max(0.0, due - monotonic())
        group: list[_Urgent] = []
        with suppress(Empty):
            self._sort_in(self._inbox.get(timeout=wait), group)
            while len(group) < URGENT_AT_ONCE:
                self._sort_in(self._inbox.get_nowait(), group)
        return group

    def _sort_in(self, item: _Urgent | Event | None, group: list[_Urgent]) -> None:
        if isinstance(item, Event):
            self._flushes.append(item)
        elif item is not None:
            group.append(item)

    def _due(self) -> float | None:
        """When lazy batches are to be written, or the file tried again; None: nothing waits."""
        if self._retry_at is not None:
            return self._retry_at
        oldest = self.waiting.oldest()
        if oldest is None or self._flushes:
            return oldest
        return oldest + LAZY_SECONDS

    def _is_time_for_lazy(self, *, after_urgent: bool) -> bool:
        due = self._due()
        grace = OVERDUE_SECONDS - LAZY_SECONDS if after_urgent else 0.0
        return due is not None and monotonic() >= due + grace

    def _write_urgent(self, group: list[_Urgent]) -> None:
        error = self._write(group)
        is_one_bad = error is not None and not is_about_the_file(error) and len(group) > 1
        for urgent in group:
            self._answer(urgent, self._write([urgent]) if is_one_bad else error)

    def _write(self, group: list[_Urgent]) -> JournalError | None:
        """What waits and is about the same orders goes first, so that the last word wins."""
        while self.waiting.concerns(fact for urgent in group for fact in urgent.facts):
            if not self._write_waiting():
                return JournalUnavailable(self.failure)
        return self._note(self._writer.write([urgent.batch for urgent in group]))

    def _answer(self, urgent: _Urgent, error: JournalError | None) -> None:
        try:
            urgent.done(error)
        except Exception:  # the outermost: other callers wait for this thread
            log.exception("An answer of the journal did not reach its caller")

    def _write_waiting(self) -> bool:
        """Write some of what waits, or see if the file can be written; False when it cannot."""
        chunk = self.waiting.chunk()
        error = self._writer.write(chunk) if chunk else self._writer.probe()
        if error is None or is_about_the_file(error) or len(chunk) == 1:
            return self._settle(chunk, error)
        return all(self._settle([batch], self._writer.write([batch])) for batch in chunk)

    def _settle(self, chunk: list[Batch], error: JournalError | None) -> bool:
        if is_about_the_file(error):
            self._note(error)
            return False
        if error:
            log.error("%s: %r", error, chunk)
            self._refusal = str(error)
        self.waiting.remove(len(chunk))
        self._note(None)
        return True

    def _note(self, error: JournalError | None) -> JournalError | None:
        """Remember how the last write went."""
        if is_about_the_file(error):
            if self._retry_at is None:
                log.error("%s", error)
            self._retry_at = monotonic() + self._retry_seconds
            self.failure = str(error)
        elif error is None:
            if self._retry_at is not None:
                log.warning("The order journal can be written again")
            self._retry_at = None
            self.failure = self._refusal
        return error

    def _end_flushes(self) -> None:
        if not len(self.waiting):
            for written in self._flushes:
                written.set()
            self._flushes.clear()
