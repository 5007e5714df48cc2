"""Saving into an OrderJournal and opening it as the next process does."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from ib.order_journal import OrderJournal
from store.journal import JournalError
from tests.trading.orders_for_tests import CLIENT_ID, KEY
from trading.records import OrderRecord

DEADLINE = 10.0


async def save(journal: OrderJournal, *records: OrderRecord, **options: Any) -> JournalError | None:
    """Commit, and what the journal says to it."""
    saved: asyncio.Future[JournalError | None] = asyncio.get_running_loop().create_future()
    journal.commit(records, saved.set_result, **options)
    async with asyncio.timeout(DEADLINE):
        return await saved


def reopened(journal: OrderJournal, path: Path, client_id: int = CLIENT_ID) -> OrderJournal:
    """The journal as the next process opens it."""
    journal.close()
    later = OrderJournal(path, client_id)
    later.open()
    return later


def saved_state(journal: OrderJournal, key: str = KEY) -> str | None:
    record = journal.find(key)
    return record.state.value if record else None
