"""The journal as the order engine uses it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from store.journal import Batch, Journal, JournalLocked, JournalUnavailable, KeyUsed
from tests.store.journal_for_tests import (
    DEADLINE,
    TIME,
    answer_to,
    busy_writer,
    execution,
    line,
    numbers,
    order,
    shown,
    write,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    with closing(Journal(path)) as journal:
        yield journal


def test_what_was_committed_is_there_after_a_restart(path: Path) -> None:
    with closing(Journal(path)) as journal:
        write(journal, Batch(new=(order(),), lines=(line(x=1, count=2),), floor=(1000, 8)))
    with closing(Journal(path)) as journal:
        assert journal.get("P1-1") == order()
        assert journal.lines("P1-1") == shown(line(x=1, count=2))
        assert journal.floor(1000) == 8
        assert journal.count() == len(journal.open_orders()) == 1


def test_what_was_appended_is_there_after_a_restart(path: Path) -> None:
    with closing(Journal(path)) as journal:
        journal.append(Batch(changed=(order(),), lines=(line(),)))
    with closing(Journal(path)) as journal:
        assert journal.get("P1-1") == order()
        assert journal.verify() is None


def test_a_second_engine_is_refused_and_the_first_goes_on(journal: Journal, path: Path) -> None:
    with pytest.raises(JournalLocked, match="order engine already running"):
        Journal(path)
    write(journal, Batch(new=(order(),)))


def test_a_journal_that_cannot_be_opened_lets_go_of_its_lock(path: Path) -> None:
    path.mkdir()
    with pytest.raises(JournalUnavailable):
        Journal(path)
    path.rmdir()
    Journal(path).close()


def test_a_key_is_used_once(journal: Journal) -> None:
    write(journal, Batch(new=(order(),)))
    assert isinstance(answer_to(journal, Batch(new=(order(state="x"),))), KeyUsed)
    assert journal.get("P1-1") == order()
    assert journal.failure is None


def test_an_appended_order_may_be_new_or_known(journal: Journal) -> None:
    journal.append(Batch(new=(order(),)))
    journal.append(Batch(new=(order(state="filled"),)))
    assert journal.flush(DEADLINE)
    assert journal.get("P1-1") == order(state="filled")


def test_reads_see_what_still_waits(journal: Journal) -> None:
    write(journal, Batch(new=(order(),), lines=(line(seq=1),)))
    filled = order(state="filled", perm_ids=(5,))
    with busy_writer(journal):
        journal.append(Batch(changed=(filled,), lines=(line(seq=2),), switches=(("halt", "on"),)))
        journal.append(Batch(executions=(execution("e1"),)))
        assert journal.get("P1-1") == journal.by_perm_id(5) == filled
        assert journal.by_execution("e1") == filled
        assert numbers(journal.lines("P1-1")) == [1, 2]
        assert journal.switch("halt") == "on"
        assert journal.recent(1) == [order()]


def test_reads_see_what_was_written(journal: Journal) -> None:
    write(
        journal,
        Batch(
            new=(order(perm_ids=(5, 6)),),
            lines=(line(),),
            executions=(execution("e1"),),
            switches=(("halt", "on"),),
        ),
    )
    assert journal.get("P1-1") == journal.by_perm_id(6) == journal.by_execution("e1")
    assert journal.switch("halt") == "on"
    assert journal.since("2026-01-01") == journal.recent(9, is_final=False) == journal.open_orders()
    assert journal.recent(9, before="P1-1") == []
    assert journal.executions(None) == [execution("e1")[2]]
    assert journal.executions("2027-01-01") == []


def test_what_nobody_wrote_is_none(journal: Journal) -> None:
    assert journal.get("P1-1") is journal.by_perm_id(1) is journal.by_execution("e1") is None
    assert journal.switch("halt") is None


def test_a_line_is_shown_once_while_it_is_written(journal: Journal) -> None:
    with busy_writer(journal):
        journal.append(Batch(lines=(line(seq=1),)))
        assert journal.lines("P1-1") == shown(line(seq=1))
    assert journal.flush(DEADLINE)
    assert journal.lines("P1-1") == shown(line(seq=1))


def test_each_event_is_shown_once_and_in_order_however_it_was_written(journal: Journal) -> None:
    write(journal, Batch(lines=(line(seq=3, count=3), line(seq=1, count=4))))
    with busy_writer(journal):
        journal.append(Batch(lines=(line(seq=5, count=2),)))
        assert numbers(journal.lines("P1-1")) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("microsecond", "fraction"), [(0, "000"), (999, "000"), (118_765, "118"), (999_999, "999")]
)
def test_a_time_is_shown_with_milliseconds_also_before_it_is_written(
    journal: Journal, microsecond: int, fraction: str
) -> None:
    told = line(time=TIME.replace(microsecond=microsecond))
    with busy_writer(journal):
        journal.append(Batch(lines=(told,)))
        waiting = journal.lines("P1-1")
    assert journal.flush(DEADLINE)
    assert waiting == journal.lines("P1-1")
    assert waiting[0]["time"] == f"2026-11-20T14:31:02.{fraction}Z"


def test_open_orders_are_known_after_a_restart_and_leave_when_they_are_final(path: Path) -> None:
    with closing(Journal(path)) as journal:
        write(journal, Batch(new=(order("P1"), order("P2"), order("P3", is_final=True))))
        assert [row.key for row in journal.open_orders()] == ["P1", "P2"]
    with closing(Journal(path)) as journal:
        write(journal, Batch(changed=(order("P1", is_final=True), order("P3"))))
        assert [row.key for row in journal.open_orders()] == ["P2", "P3"]


def test_a_closed_journal_refuses_everything(journal: Journal) -> None:
    journal.close()
    journal.close()
    error = answer_to(journal, Batch(new=(order(),)))
    assert isinstance(error, JournalUnavailable) and "is closed" in str(error)
    with pytest.raises(JournalUnavailable, match="is closed"):
        journal.append(Batch(changed=(order(),)))
    with pytest.raises(JournalUnavailable, match="cannot be read"):
        journal.get("P1-1")
    assert journal.flush(0)


def test_closing_leaves_one_file_and_the_lock(journal: Journal, tmp_path: Path) -> None:
    write(journal, Batch(new=(order(),)))
    journal.close()
    assert {found.name for found in tmp_path.iterdir()} == {"orders.db", "orders.db.lock"}


def test_a_long_run_copies_its_log_into_the_file(journal: Journal, path: Path) -> None:
    before = path.stat().st_size
    for number in range(300):
        write(journal, Batch(new=(order(str(number)),)))
    assert journal.flush(DEADLINE)
    assert path.stat().st_size > before


# What accounts are worth


def test_samples_come_back_oldest_first_and_a_known_one_stays(path: Path) -> None:
    samples = [
        ("DU2", "2026-11-20T14:35:00.000Z", 2.5, "EUR"),
        ("DU1", "2026-11-20T14:35:00.000Z", 1.5, "USD"),
        ("DU1", "2026-11-20T14:30:00.000Z", 1.0, "USD"),
        ("DU1", "2026-11-20T14:30:00.000Z", 9.0, "USD"),
    ]
    with closing(Journal(path)) as journal:
        for sample in samples:
            journal.append(Batch(equity=(sample,)))
    with closing(Journal(path)) as journal:
        rows = journal.equity(None)
        assert [(row["account"], row["netLiquidation"]) for row in rows] == [
            ("DU1", 1.0),
            ("DU1", 1.5),
            ("DU2", 2.5),
        ]
        assert journal.equity("2026-11-20T14:31") == rows[1:]
        assert journal.last_equity() == dict.fromkeys(("DU1", "DU2"), "2026-11-20T14:35:00.000Z")
        assert journal.verify() is None
