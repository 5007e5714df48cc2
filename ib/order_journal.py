"""The journal as the order connection's loop uses it: records in, lines and rows out.

Nothing here waits: what must be on disk first comes with a callback, everything else is written
together with what follows it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from store.journal import Batch, Journal, JournalError, Line, OrderRow
from trading.record_forms import restored, saved_form
from trading.records import Moment, OrderRecord
from trading.refusals import JournalDown
from trading.snapshots import iso

Done = Callable[[JournalError | None], None]


class OrderJournal:
    """It belongs to the order connection's loop; the journal's own thread writes.

    `open` and `close` are for whoever starts and stops that loop.
    """

    def __init__(self, path: Path, client_id: int) -> None:
        self._path = path
        self._client_id = client_id
        self._journal: Journal  # since `open`
        self.is_opened = False
        # Being saved for the first time, and whether something has come for them meanwhile: the
        # row that follows must not overtake the one that may only be written once.
        self._first: dict[str, bool] = {}

    def open(self) -> None:
        """Take the journal for this process. Raises JournalError with what to do."""
        self._journal = Journal(self._path)
        self.is_opened = True

    def close(self) -> None:
        if self.is_opened:
            self._journal.close()

    @property
    def file(self) -> Journal:
        """The journal itself, whose reads any thread may call."""
        return self._journal

    @property
    def failure(self) -> str | None:
        """Why the last write failed; None while all is well."""
        return self._journal.failure

    def commit(
        self,
        records: Sequence[OrderRecord],
        done: Done,
        *,
        is_new: bool = False,
        floor: int | None = None,
    ) -> None:
        """Save these records for good, then call `done` in the loop."""
        if is_new:
            self._first |= {record.client_order_id: False for record in records}
            done = self._then_the_rest(records, done)
        rows = tuple(map(_row, records))
        batch = Batch(
            new=rows if is_new else (),
            changed=() if is_new else rows,
            lines=_lines(records),
            floor=None if floor is None else (self._client_id, floor),
        )
        self._journal.commit(batch, _in_this_loop(done))

    def append(
        self,
        records: Iterable[OrderRecord],
        executions: Iterable[tuple[str, str, dict[str, Any]]] = (),
    ) -> None:
        """Save these records soon."""
        known = tuple(record for record in records if not self._is_first(record))
        self._journal.append(
            Batch(
                changed=tuple(map(_row, known)), lines=_lines(known), executions=tuple(executions)
            )
        )

    def _is_first(self, record: OrderRecord) -> bool:
        """Whether it must wait for the row that is being written; then that is remembered."""
        name = record.client_order_id
        if name in self._first:
            self._first[name] = True
        return name in self._first

    def _then_the_rest(self, records: Sequence[OrderRecord], done: Done) -> Done:
        """What has come for the records while they were saved for the first time follows."""

        def on_saved(error: JournalError | None) -> None:
            late = [record for record in records if self._first.pop(record.client_order_id)]
            if late and error is None:
                self.append(late)
            done(error)

        return on_saved

    async def save(self, record: OrderRecord) -> None:
        """Save this record for good. Raises JournalDown."""
        await answered(lambda done: self.commit([record], done))

    async def set_switch(self, name: str, value: str) -> None:
        """Raises JournalDown."""
        batch = Batch(switches=((name, value),))
        await answered(lambda done: self._journal.commit(batch, _in_this_loop(done)))

    def switch(self, name: str) -> str | None:
        return self._journal.switch(name)

    def floor(self, client_id: int) -> int:
        """The first order id of this client that no order of ours has used."""
        return self._journal.floor(client_id)

    def open_orders(self) -> list[OrderRecord]:
        """Orders of this client that were not over when they were saved.

        Where those of others stand now is told by TWS alone.
        """
        rows = self._journal.open_orders()
        return [_record(row) for row in rows if row.client_id == self._client_id]

    def last_finished(self, count: int) -> list[OrderRecord]:
        """The newest finished orders, whoever placed them, oldest first."""
        return [_record(row) for row in self._journal.recent(count, is_final=True)][::-1]

    def find(self, client_order_id: str) -> OrderRecord | None:
        row = self._journal.get(client_order_id)
        return _record(row) if row else None

    def find_order(self, perm_id: int, order_ref: str) -> OrderRecord | None:
        """The order that a message names, when memory has forgotten it."""
        row = self._journal.by_perm_id(perm_id) if perm_id else None
        row = row or (self._journal.get(order_ref) if order_ref else None)
        return _record(row) if row else None


async def answered(ask: Callable[[Done], None]) -> None:
    """Wait for what the journal says; whoever waits may be gone by then. Raises JournalDown."""
    answer: asyncio.Future[JournalError | None] = asyncio.get_running_loop().create_future()

    def hear(error: JournalError | None) -> None:
        if not answer.done():
            answer.set_result(error)

    ask(hear)
    error = await answer
    if error:
        raise JournalDown(str(error), code="journal_unavailable")


def _in_this_loop(done: Done) -> Done:
    """`done` as the journal's thread may call it, also when the loop has ended meanwhile."""
    loop = asyncio.get_running_loop()

    def hand_back(error: JournalError | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(done, error)

    return hand_back


def _record(row: OrderRow) -> OrderRecord:
    record = restored(row.record, Moment.now())
    record.journaled = record.seq
    return record


def _row(record: OrderRecord) -> OrderRow:
    return OrderRow(
        key=record.client_order_id,
        state=record.state.value,
        is_final=record.is_final,
        account=record.account,
        client_id=record.client_id,
        order_id=record.order_id,
        fingerprint=record.fingerprint,
        submitted=iso(record.submitted.time) or "",
        perm_ids=(record.perm_id,) if record.perm_id else (),
        parent=record.parent,
        record=saved_form(record),
    )


def _lines(records: Iterable[OrderRecord]) -> tuple[Line, ...]:
    """The events of these records that the journal has not had yet."""
    return tuple(line for line in map(_new_line, records) if line)


def _new_line(record: OrderRecord) -> Line | None:
    count = record.seq - record.journaled
    record.journaled = record.seq
    if not count:
        return None
    events = record.events[-count:]
    return Line(record.client_order_id, events[0]["seq"], events)
