"""Writing the audit log without waiting for it."""

from __future__ import annotations

import logging
import threading

import pytest
from sqlalchemy import Engine

from store.audit import SYSTEM, AuditLog, Entry
from store.audit_writer import AuditWriter
from store.database import StoreError
from tests.fakes import FakeClock


class FailingLog(AuditLog):
    """An audit log whose database is away until `mend`."""

    def __init__(self, engine: Engine, clock: FakeClock) -> None:
        super().__init__(engine, clock)
        self.is_away = True
        self.tried = threading.Semaphore(0)

    def append(self, *entries: Entry) -> None:
        self.tried.release()
        if self.is_away:
            raise StoreError("The database is away")
        super().append(*entries)


@pytest.fixture
def audit(engine: Engine, clock: FakeClock) -> FailingLog:
    return FailingLog(engine, clock)


def test_what_is_noted_is_written_in_its_order(audit: FailingLog) -> None:
    audit.is_away = False
    writer = AuditWriter(audit)
    for number in range(450):
        writer.note(Entry("order sent", SYSTEM, str(number)))
    assert writer.flush(30)
    assert [written.entry.target for written in audit.walk()] == [str(n) for n in range(450)]
    assert (writer.lost, writer.failure) == (0, None)
    writer.close()


def test_nobody_waits_for_a_database_that_is_away(
    audit: FailingLog, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    writer = AuditWriter(audit, retry_seconds=0.001)
    writer.note(Entry("order cancelled", SYSTEM, "ui-1"))
    for _ in range(3):
        assert audit.tried.acquire(timeout=10)
    failed: str | None = writer.failure
    assert failed == "The database is away"
    clock.pass_by(60)
    audit.is_away = False
    assert writer.flush(10)
    (entry,) = audit.newest()
    assert (entry.target, entry.time) == ("ui-1", "1970-01-01T00:16:40.000Z")  # when it happened
    assert (writer.lost, writer.failure) == (0, None)
    assert caplog.text.count("The database is away") == 1  # not once a try
    writer.close()


def test_beyond_the_bound_entries_are_counted_and_logged(
    audit: FailingLog, caplog: pytest.LogCaptureFixture
) -> None:
    writer = AuditWriter(audit, retry_seconds=0.001, max_waiting=3)
    for number in range(5):
        writer.note(Entry("order cancelled", SYSTEM, f"ui-{number}"))
    assert writer.lost == 2
    assert "ui-3" in caplog.text
    assert "ui-4" in caplog.text
    audit.is_away = False
    assert writer.flush(10)
    assert [written.entry.target for written in audit.walk()] == ["ui-0", "ui-1", "ui-2"]
    writer.close()


def test_an_entry_that_can_never_be_written_holds_up_no_other(audit: FailingLog) -> None:
    audit.is_away = False
    writer = AuditWriter(audit)
    writer.note(Entry("party", SYSTEM))
    writer.note(Entry("freeze", SYSTEM))
    assert writer.flush(10)
    assert [entry.what for entry in audit.newest()] == ["freeze"]
    assert writer.lost == 1
    writer.close()


def test_the_end_writes_what_waits(audit: FailingLog) -> None:
    audit.is_away = False
    writer = AuditWriter(audit)
    writer.note(Entry("freeze", SYSTEM))
    writer.close()
    assert len(audit.newest()) == 1


def test_the_end_does_not_wait_for_a_database_that_is_away(
    audit: FailingLog, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    writer = AuditWriter(audit, retry_seconds=60)
    writer.note(Entry("freeze", SYSTEM))
    assert audit.tried.acquire(timeout=10)
    writer.close()
    writer.note(Entry("kill", SYSTEM))
    assert writer.lost == 2
    assert "freeze" in caplog.text
    assert "kill" in caplog.text


def test_an_end_without_a_beginning_is_nothing(audit: FailingLog) -> None:
    AuditWriter(audit).close()
