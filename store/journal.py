"""The order journal: what happens to orders, on disk before it matters.

One thread writes, in one SQLite file. An urgent batch (`commit`) is on disk before its caller goes
on; those that wait together share one transaction. A lazy batch (`append`) follows within some
50 ms. Nothing here knows IB, HTTP or what a state means, and nothing is ever deleted.

Order: of two rows about one order the newer one stays (`OrderRow.seq`), whichever is written last.
If an urgent batch is about something that a lazy one still waits to say, the lazy ones go first.

A batch belongs to the journal once it is handed over: its dicts are encoded by the writing thread,
so whoever goes on changing them changes what is written.
"""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from store.journal_chain import verify
from store.journal_reader import Reader

# Others take these from here.
from store.journal_rows import Batch as Batch
from store.journal_rows import JournalError as JournalError
from store.journal_rows import JournalLocked as JournalLocked
from store.journal_rows import JournalUnavailable as JournalUnavailable
from store.journal_rows import KeyUsed as KeyUsed
from store.journal_rows import Line as Line
from store.journal_rows import OrderRow as OrderRow
from store.journal_schema import open_for_writing, take_lock
from store.journal_thread import Done, WritingThread
from store.journal_writer import Writer

RETRY_SECONDS = 1.0


class Journal:
    """The journal in one file. `max_pages` (of 4 KiB) caps its size, as a full disk would.

    Raises JournalLocked when another engine has it, JournalUnavailable when it cannot be used; both
    say what to do. Opening reads the whole file once to check it.
    """

    def __init__(
        self, path: Path, *, max_pages: int | None = None, retry_seconds: float = RETRY_SECONDS
    ) -> None:
        self.path = path
        with ExitStack() as opened:
            opened.enter_context(take_lock(path))
            connection = opened.enter_context(closing(open_for_writing(path, max_pages)))
            self._writer = Writer(connection, path)
            # Two, so that a long list never holds up the read of one row.
            self._rows = opened.enter_context(closing(Reader(path)))
            self._lists = opened.enter_context(closing(Reader(path)))
            self._files = opened.pop_all()
        self._thread = WritingThread(self._writer, retry_seconds)
        self._waiting = self._thread.waiting

    def commit(self, batch: Batch, done: Done) -> None:
        """Write the batch now: `done(None)` once it is on disk, `done(error)` if it will not be.

        Does not wait. `done` runs in the writing thread (here when the journal is closed), must be
        quick and may not call `flush` or `close`. The error is KeyUsed when a new order's key is
        taken, JournalUnavailable when the file is in trouble; each call tries the file anew.
        """
        if not self._thread.commit(batch, done):
            done(self._closed())

    def append(self, batch: Batch) -> None:
        """Write the batch soon, and try again as long as the file is in trouble. Does not wait.

        Nobody hears about a key that is taken, so a new order is handled as a changed one.
        Raises JournalUnavailable after close().
        """
        if batch.new:
            batch = replace(batch, new=(), changed=batch.new + batch.changed)
        if not self._thread.append(batch):
            raise self._closed()

    @property
    def failure(self) -> str | None:
        """Why the last write failed, None again once one succeeds. Any thread may ask.

        The file is tried every second meanwhile. A lazy batch that can never be written (it holds
        what JSON cannot) goes into the log, and its failure stays until the next start.
        """
        return self._thread.failure

    def flush(self, timeout: float) -> bool:
        """Wait until everything handed over so far is written; False when time runs out (s)."""
        return self._thread.flush(timeout)

    def close(self) -> None:
        """Write what waits, trying once, and let go of the file. Later calls do nothing."""
        if self._thread.stop():
            self._writer.checkpoint("TRUNCATE")
            self._files.close()

    # Reads. Any thread may call them; none waits for the writer. They raise JournalUnavailable.

    def get(self, key: str) -> OrderRow | None:
        """The order, including what still waits to be written. One row: fit for a loop."""
        # First what waits, then the file: a batch is in the file before it stops waiting.
        return self._waiting.order(key) or self._rows.order(key)

    def by_perm_id(self, perm_id: int) -> OrderRow | None:
        """As `get`, by one of the order's permIds. Fit for a loop."""
        key = self._waiting.key_of_perm_id(perm_id) or self._rows.key_of_perm_id(perm_id)
        return self.get(key) if key else None

    def by_execution(self, exec_id: str) -> OrderRow | None:
        """As `get`, by one of the order's executions. Fit for a loop."""
        key = self._waiting.key_of_execution(exec_id) or self._rows.key_of_execution(exec_id)
        return self.get(key) if key else None

    def switch(self, name: str) -> str | None:
        """The switch's value, including one that still waits to be written. Fit for a loop."""
        waiting = self._waiting.switch(name)
        return self._rows.switch(name) if waiting is None else waiting

    def floor(self, client_id: int) -> int:
        """The first order id that is free, as on disk; 0 when nobody said. Fit for a loop."""
        return self._writer.known.floor(client_id)

    def lines(self, key: str) -> list[dict[str, Any]]:
        """The order's events, each seq once and in their order, also what waits to be written.

        Dicts as in `Line`, with their time as text (2026-11-20T14:31:02.118Z).
        """
        waiting = self._waiting.events(key)
        known = {event["seq"]: event for event in [*waiting, *self._lists.events(key)]}
        return [known[seq] for seq in sorted(known)]

    # The lists below show what is on disk: some 50 ms behind.

    def open_orders(self) -> list[OrderRow]:
        """Orders that are not final, oldest first."""
        return self._lists.open_orders(self._writer.known.open_keys())

    def recent(
        self, limit: int, *, before: str | None = None, is_final: bool | None = None
    ) -> list[OrderRow]:
        """Newest first. The next page is `before` the key of the last row; [] if there is no such.

        New orders do not move the pages that follow.
        """
        return self._lists.recent(limit, before, is_final)

    def since(self, time: str) -> list[OrderRow]:
        """Orders submitted at that ISO time or later, oldest first."""
        return self._lists.since(time)

    def executions(self, since: str | None) -> list[dict[str, Any]]:
        """Rows of executions whose `time` is that ISO time or later, oldest first; None: all."""
        return self._lists.executions(since or "")

    def equity(self, since: str | None) -> list[dict[str, Any]]:
        """Samples {time, account, netLiquidation, currency} of that ISO time or later, oldest
        first; None: all."""
        return self._lists.equity(since or "")

    def last_equity(self) -> dict[str, str]:
        """Of each account the ISO time of its newest sample."""
        return self._lists.last_equity()

    def count(self) -> int:
        """How many orders there are."""
        return self._lists.count()

    def verify(self) -> str | None:
        """Walk the chain of lines on disk: None, or a sentence with the first broken one.

        Takes some seconds for a million lines; others read and write meanwhile.
        """
        return verify(self.path)

    def _closed(self) -> JournalUnavailable:
        return JournalUnavailable(f"The order journal {self.path} is closed")
