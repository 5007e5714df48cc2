"""The audit log: it only grows, nothing in it can be changed unseen, and it holds no secret."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, insert, text

from store.audit import COMMAND_LINE, SYSTEM, AuditLog, Entry
from store.audit_chain import entry_hash
from store.database import StoreError, transaction
from store.tables import AUDIT
from store.tokens import new_token
from store.users import Users
from tests.fakes import FakeClock

ROOT = Path(__file__).parents[2]
APPEND = """
import sys
from store.audit import SYSTEM, AuditLog, Entry
from store.database import open_database
audit = AuditLog(open_database(sys.argv[1]))
for number in range(25):
    audit.append(Entry("freeze", SYSTEM, f"{sys.argv[2]}-{number}"))
"""


@pytest.fixture
def audit(engine: Engine, clock: FakeClock) -> AuditLog:
    return AuditLog(engine, clock)


def unlock(engine: Engine) -> None:
    """Do what somebody with the database's password can do."""
    names = ("audit_is_not_changed", "audit_is_not_deleted")
    with transaction(engine) as connection:
        for name in names if engine.dialect.name == "sqlite" else names[:1]:
            where = "" if engine.dialect.name == "sqlite" else " ON audit"
            connection.execute(text(f"DROP TRIGGER {name}{where}"))


def change(engine: Engine, statement: str) -> None:
    with transaction(engine) as connection:
        connection.execute(text(statement))


def fill(audit: AuditLog, count: int) -> None:
    audit.append(*(Entry("order sent", SYSTEM, f"ui-{number}") for number in range(count)))


def test_entries_are_kept_in_their_order(audit: AuditLog, users: Users, clock: FakeClock) -> None:
    users.add("bob", "secret")
    audit.append(Entry("sign-in", "BOB", outcome="ok", address="192.0.2.7"))
    clock.pass_by(1.5)
    audit.append(Entry("order sent", "bob", "ui-1", "live"))
    last, first = audit.newest()
    assert first == Entry("sign-in", "bob", "", "ok", "192.0.2.7", "1970-01-01T00:16:40.000Z", 1)
    assert last == Entry("order sent", "bob", "ui-1", "live", "", "1970-01-01T00:16:41.500Z", 2)
    assert audit.verify() is None


def test_an_empty_log_is_intact(audit: AuditLog) -> None:
    assert audit.verify() is None
    assert audit.newest() == []


def test_pages_and_questions(audit: AuditLog, users: Users) -> None:
    users.add("bob", "secret")
    fill(audit, 5)
    audit.append(Entry("freeze", "bob"), Entry("unfreeze", SYSTEM))
    assert [entry.number for entry in audit.newest(3)] == [7, 6, 5]
    assert [entry.number for entry in audit.newest(3, before=5)] == [4, 3, 2]
    assert [entry.what for entry in audit.newest(who="bob")] == ["freeze"]
    assert [entry.number for entry in audit.newest(what="unfreeze")] == [7]


def test_one_day_is_asked_for_in_utc(audit: AuditLog, clock: FakeClock) -> None:
    for second in (86_399, 86_400, 2 * 86_400 - 1, 2 * 86_400):
        clock.seconds = second
        audit.append(Entry("freeze", SYSTEM, str(second)))
    found = audit.newest(day=date(1970, 1, 2))
    assert [entry.target for entry in found] == ["172799", "86400"]


def test_the_last_sign_in_of_each_is_known(audit: AuditLog, users: Users, clock: FakeClock) -> None:
    for name in ("ann", "bob", "cid"):
        users.add(name, "secret")
    audit.append(Entry("sign-in", "bob"), Entry("sign-in", "cid", outcome="failed"))
    clock.pass_by(60)
    audit.append(Entry("sign-in", "ann"), Entry("sign-in", "bob"))
    clock.pass_by(60)
    audit.append(Entry("sign-in", "bob", outcome="failed"), Entry("sign-out", "ann"))
    minute = "1970-01-01T00:17:40.000Z"
    assert audit.last_sign_ins() == {"ann": minute, "bob": minute}


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        ("UPDATE audit SET target = 'ui-9' WHERE number = 3", "Line 3 .*not as it was written"),
        ("UPDATE audit SET who = 'eve' WHERE number = 1", "Line 1 .*not as it was written"),
        ("UPDATE audit SET time = '' WHERE number = 5", "Line 5 .*not as it was written"),
        ("UPDATE audit SET hash = previous_hash WHERE number = 2", "Line 2 .*not as it was"),
        ("DELETE FROM audit WHERE number = 3", "Line 3 of the audit log is missing"),
        ("DELETE FROM audit WHERE number = 1", "Line 1 of the audit log is missing"),
        ("DELETE FROM audit WHERE number >= 4", "Line 4 of the audit log is missing"),
        ("DELETE FROM audit", "Line 1 of the audit log is missing"),
        ("DELETE FROM audit_end", "The end of the audit log is missing"),
        ("UPDATE audit_end SET hash = 'x'", "Line 5 .*not the end that was written"),
        ("UPDATE audit_end SET number = 4", "Line 5 .*was added by somebody else"),
    ],
)
def test_whatever_is_changed_shows(
    audit: AuditLog, engine: Engine, statement: str, line: str
) -> None:
    fill(audit, 5)
    unlock(engine)
    change(engine, statement)
    found = audit.verify()
    assert found is not None
    assert re.search(line, found), found


def test_an_added_line_shows(audit: AuditLog, engine: Engine) -> None:
    fill(audit, 2)
    row = "3, time, who, what, target, outcome, address, hash, previous_hash"
    change(engine, f"INSERT INTO audit SELECT {row} FROM audit WHERE number = 2")
    found = audit.verify()
    assert found is not None
    assert found.startswith("Line 3 of the audit log (order sent,")


def test_a_line_that_was_added_with_the_right_hash_shows_too(
    audit: AuditLog, engine: Engine
) -> None:
    fill(audit, 2)
    *_, last = audit.walk()
    forged = replace(last.entry, number=3, target="forged")
    hashes = {"previous_hash": last.hash, "hash": entry_hash(last.hash, forged)}
    with transaction(engine) as connection:
        connection.execute(insert(AUDIT).values(**asdict(forged), **hashes))
    assert audit.verify() == "Line 3 of the audit log was added by somebody else"


def test_what_is_written_meanwhile_is_no_fault(audit: AuditLog, engine: Engine) -> None:
    fill(audit, 2)
    left = [3, 2, 1]

    def write(_c: object, _k: object, sql: str, *_: object) -> None:
        if "FROM audit " in sql.replace("\n", " ") and sql.startswith("SELECT") and left:
            left.pop()
            audit.append(Entry("freeze", SYSTEM))

    event.listen(engine, "before_cursor_execute", write)
    event.listen(engine, "after_cursor_execute", write)
    assert audit.verify() is None
    assert left == []
    assert len(audit.newest()) == 5


def test_an_end_that_is_gone_is_not_begun_anew(audit: AuditLog, engine: Engine) -> None:
    fill(audit, 2)
    change(engine, "DELETE FROM audit_end")
    with pytest.raises(StoreError, match="The end of the audit log is missing"):
        fill(audit, 1)


def test_many_processes_write_one_chain(audit: AuditLog, database_url: str) -> None:
    writing = [
        subprocess.Popen([sys.executable, "-c", APPEND, database_url, name], cwd=ROOT)
        for name in ("one", "two", "three")
    ]
    assert [process.wait(60) for process in writing] == [0, 0, 0]
    entries = [written.entry for written in audit.walk()]
    assert [entry.number for entry in entries] == list(range(1, 76))
    assert len({entry.target for entry in entries}) == 75
    assert audit.verify() is None


def test_of_several_entries_all_are_written_or_none(audit: AuditLog) -> None:
    with pytest.raises(StoreError, match="no entry 'party'"):
        audit.append(Entry("freeze", SYSTEM), Entry("party", SYSTEM))
    assert audit.newest() == []


def test_a_name_that_is_nobodys_is_not_kept(audit: AuditLog, engine: Engine) -> None:
    """People type their password into the field of the name."""
    audit.append(Entry("sign-in", "correct horse battery", outcome="failed"))
    assert audit.newest()[0].who == "(unknown)"
    assert "horse" not in dump(engine)


@pytest.mark.parametrize("who", ["a\0b", "\ud800", "x" * 500, ""])
def test_a_name_that_no_database_takes_stops_nothing(audit: AuditLog, who: str) -> None:
    audit.append(Entry("sign-in", who, "\ud800", "failed"))
    assert audit.newest()[0].who == "(unknown)"
    assert audit.verify() is None


@pytest.mark.parametrize("mark", ["ibk_", "iba_", "ibi_"])
def test_a_key_is_cut_to_its_prefix(audit: AuditLog, engine: Engine, mark: str) -> None:
    secret = new_token(mark)
    audit.append(Entry("key made", COMMAND_LINE, f"the key {secret}", f"made {secret}", secret))
    assert secret[12:] not in dump(engine)
    assert audit.newest()[0].target == f"the key {secret[:12]}…"
    assert audit.verify() is None


def test_no_line_breaks_and_no_endless_text(audit: AuditLog) -> None:
    audit.append(Entry("order sent", SYSTEM, "a\r\nb\x1b[31m\x00" + "x" * 999, "y" * 999, "z" * 99))
    (entry,) = audit.newest()
    assert entry.target.startswith("a  b [31m x")
    assert (len(entry.target), len(entry.outcome), len(entry.address)) == (120, 120, 45)


def test_a_long_log_is_walked_page_by_page(
    audit: AuditLog, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.audit.PAGE", 4)
    fill(audit, 12)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _k, sql, *_: asked.append(sql))
    assert [written.entry.number for written in audit.walk()] == list(range(1, 13))
    assert len(asked) == 4


def dump(engine: Engine) -> str:
    with transaction(engine) as connection:
        return str(connection.execute(text("SELECT * FROM audit")).all())
