"""The third revision: one bucket per name, and a way to find audit entries."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, inspect, text

from store.database import StoreError, transaction


def test_a_name_has_one_bucket(engine: Engine) -> None:
    statement = text("INSERT INTO attempts VALUES ('account:alice', 1, 0)")
    with transaction(engine) as connection:
        connection.execute(statement)
    with pytest.raises(StoreError), transaction(engine) as connection:
        connection.execute(statement)


def test_the_last_sign_in_is_found_by_an_index(engine: Engine) -> None:
    names = {index["name"] for index in inspect(engine).get_indexes("audit")}
    assert "ix_audit_what_who_number" in names
