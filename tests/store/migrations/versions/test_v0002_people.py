"""The second revision: what it adds is guarded by the database itself."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from store.audit import SYSTEM, AuditLog, Entry
from store.database import StoreError, transaction
from store.users import Users


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET who = 'eve'", "DELETE FROM audit WHERE number = 1"]
)
def test_the_database_refuses_to_change_the_audit_log(engine: Engine, statement: str) -> None:
    AuditLog(engine).append(Entry("freeze", SYSTEM))
    with pytest.raises(StoreError, match="append-only"), transaction(engine) as connection:
        connection.execute(text(statement))


def test_a_session_of_nobody_is_refused(engine: Engine) -> None:
    statement = "INSERT INTO agents VALUES (77, 1, '', '', '', '', '', '', 0, 0, NULL, NULL)"
    with pytest.raises(StoreError), transaction(engine) as connection:
        connection.execute(text(statement))


def test_a_name_is_never_used_again(engine: Engine, users: Users) -> None:
    users.add("bob", "secret", "viewer")
    users.deactivate("bob")
    with pytest.raises(StoreError, match="There is already a user bob"):
        users.add("bob", "another")
