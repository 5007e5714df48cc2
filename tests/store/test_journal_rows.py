"""What the journal says when something is wrong with its file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from store.journal_rows import Batch, unavailable
from tests.store.journal_for_tests import execution, line, order


def test_a_full_disk_comes_with_what_to_do(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "a.db")
    connection.execute("PRAGMA max_page_count = 1")
    with pytest.raises(sqlite3.OperationalError) as caught:
        connection.execute("CREATE TABLE a (b)")
    connection.close()
    sentence = str(unavailable(Path("orders.db"), "written", caught.value))
    assert sentence.startswith("The order journal orders.db cannot be written: database or disk")
    assert sentence.endswith("Free some space on its disk.")


def test_what_is_not_in_the_table_still_has_an_advice() -> None:
    sentence = str(unavailable(Path("orders.db"), "read", MemoryError("no memory")))
    assert sentence == "The order journal orders.db cannot be read: no memory. Check its disk."


def test_a_batch_weighs_as_many_rows_and_events_as_it_writes() -> None:
    batch = Batch(new=(order(),), lines=(line(), line(count=9)), executions=(execution("e"),))
    assert batch.weight == 12
