"""Batches that wait to be written, and what they say: reads see it before it is on disk.

Any thread may call it; each call holds its lock for microseconds. It writes nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple

from store.journal_rows import Batch, OrderRow

# Rows and events per transaction, so that other threads and urgent batches never wait long for it.
CHUNK = 200

Fact = tuple[str, str]


class _Entry(NamedTuple):
    number: int
    arrived: float
    batch: Batch
    facts: list[Fact]


class Waiting:
    """A line of batches in the order of their arrival."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._batches: deque[_Entry] = deque()
        self._arrived = 0
        # The newest word on each thing, with the number of the batch that brought it.
        self._newest: dict[Fact, tuple[int, Any]] = {}

    def __len__(self) -> int:
        return len(self._batches)

    def add(self, batch: Batch, now: float) -> bool:
        """True when it is the only one."""
        told = words(batch)
        with self._lock:
            self._arrived += 1
            for fact, word in told:
                self._newest[fact] = self._arrived, word
            self._batches.append(_Entry(self._arrived, now, batch, [fact for fact, _ in told]))
            return len(self._batches) == 1

    def oldest(self) -> float | None:
        """When the one that waits longest arrived."""
        with self._lock:
            return self._batches[0].arrived if self._batches else None

    def chunk(self) -> list[Batch]:
        """The first ones, of about that weight together; they go on waiting."""
        chosen: list[Batch] = []
        room = CHUNK
        with self._lock:
            for entry in self._batches:
                room -= entry.batch.weight
                if chosen and room < 0:
                    break
                chosen.append(entry.batch)
        return chosen

    def remove(self, count: int) -> None:
        """The first `count` are on disk."""
        with self._lock:
            for _ in range(count):
                entry = self._batches.popleft()
                for fact in entry.facts:
                    if fact in self._newest and self._newest[fact][0] == entry.number:
                        del self._newest[fact]

    def concerns(self, facts: Iterable[Fact]) -> bool:
        """Whether something here is about one of these things, so that it must be written first."""
        with self._lock:
            return bool(self._newest) and any(fact in self._newest for fact in facts)

    def order(self, key: str) -> OrderRow | None:
        row: OrderRow | None = self._word("order", key)
        return row

    def key_of_execution(self, exec_id: str) -> str | None:
        key: str | None = self._word("execution", exec_id)
        return key

    def switch(self, name: str) -> str | None:
        value: str | None = self._word("switch", name)
        return value

    def key_of_perm_id(self, perm_id: int) -> str | None:
        with self._lock:
            for (kind, key), (_, word) in self._newest.items():
                if kind == "order" and perm_id in word.perm_ids:
                    return key
        return None

    def events(self, key: str) -> list[dict[str, Any]]:
        """The order's events, with their times as the journal shows them."""
        with self._lock:
            batches = [entry.batch for entry in self._batches]
        lines = [line for batch in batches for line in batch.lines if line.key == key]
        return [event | {"time": _shown(event["time"])} for line in lines for event in line.events]

    def _word(self, kind: str, name: str) -> Any:
        with self._lock:
            return self._newest.get((kind, name), (0, None))[1]


def _shown(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def words(batch: Batch) -> list[tuple[Fact, Any]]:
    """What the batch says of which things, where a later word replaces an earlier one."""
    orders = [(("order", row.key), row) for row in (*batch.new, *batch.changed)]
    executions = [(("execution", exec_id), key) for exec_id, key, _ in batch.executions]
    return [*orders, *executions, *((("switch", name), value) for name, value in batch.switches)]
