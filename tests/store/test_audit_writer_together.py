"""Entries that come one after the other are written together: orders need the interpreter more."""

from __future__ import annotations

from sqlalchemy import Engine

from store.audit import SYSTEM, AuditLog, Entry
from store.audit_writer import AuditWriter


class CountingLog(AuditLog):
    """An audit log that counts how often it is written."""

    writes = 0

    def append(self, *entries: Entry) -> None:
        self.writes += 1
        super().append(*entries)


def test_entries_of_a_moment_are_one_write(sqlite_engine: Engine) -> None:
    audit = CountingLog(sqlite_engine)
    writer = AuditWriter(audit)
    for number in range(100):
        writer.note(Entry("order sent", SYSTEM, str(number)))
    assert writer.flush(30)
    assert audit.writes <= 2  # one, and what a slow machine was too late for
    assert len(audit.newest(200)) == 100
    writer.close()


def test_what_waits_is_written_at_the_end(sqlite_engine: Engine) -> None:
    audit = AuditLog(sqlite_engine)
    writer = AuditWriter(audit)
    writer.note(Entry("freeze", SYSTEM))
    writer.close()
    assert len(audit.newest()) == 1
