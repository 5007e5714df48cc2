"""Alembic's entry runs in the connection that it is given."""

from __future__ import annotations

from alembic import command
from alembic.config import Config

from store.database import connect, transaction
from store.schema import MIGRATIONS, current_revision


def test_a_revision_runs_in_the_callers_transaction(empty_url: str) -> None:
    engine = connect(empty_url)
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        settings.attributes["connection"] = connection
        command.upgrade(settings, "0001")
        connection.rollback()
    assert current_revision(engine) is None
    with transaction(engine) as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "0001")
    assert current_revision(engine) == "0001"
    engine.dispose()
