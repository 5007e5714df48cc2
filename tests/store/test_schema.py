"""The way to the newest tables: from nothing, from the release, and when many start at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, text

from store.database import StoreError, connect, open_database, transaction
from store.roles import ROLES
from store.schema import MIGRATIONS, NEWEST, bring_up_to_date, current_revision
from store.tables import TABLES
from tests.store.released import make_released_database

ROOT = Path(__file__).parents[2]


def test_the_newest_revision_is_the_newest_file() -> None:
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(settings).get_heads() == [NEWEST]


def test_the_revisions_end_at_the_tables_of_today(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), TABLES) == []


def test_an_empty_database_gets_every_table(empty_url: str) -> None:
    empty = connect(empty_url)
    assert current_revision(empty) is None
    bring_up_to_date(empty)
    assert current_revision(empty) == NEWEST
    empty.dispose()


def test_a_released_database_keeps_its_people_and_keys(empty_url: str) -> None:
    make_released_database(empty_url)
    engine = open_database(empty_url)
    with transaction(engine) as connection:
        people = connection.execute(text("SELECT name, role, state FROM users ORDER BY name")).all()
        keys = connection.execute(text("SELECT prefix, scope, expires_at FROM api_keys")).all()
        sessions = connection.execute(text("SELECT count(*) FROM sessions")).scalar()
    engine.dispose()
    assert [tuple(row) for row in people] == [
        ("ann", "admin", "active"),
        ("bob", "trader", "active"),
        ("cid", "viewer", "active"),
    ]
    assert {role for _, role, _ in people} <= set(ROLES)
    assert [tuple(row) for row in keys] == [("ibk_12345678", "trade", None)]
    assert sessions == 0  # everybody signs in again


def test_nothing_to_do_costs_a_look_and_no_alembic(engine: Engine) -> None:
    said: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _k, sql, *_: said.append(sql))
    bring_up_to_date(engine)
    assert not any(word in sql.upper() for sql in said for word in ("CREATE", "LOCK", "IMMEDIATE"))
    loaded = "import sys, store.schema; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, check=False).returncode == 0


def test_processes_that_start_together_make_the_tables_once(empty_url: str) -> None:
    opening = "import sys; from store.database import open_database; open_database(sys.argv[1])"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", opening, empty_url],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    assert [(process.communicate()[1], process.returncode) for process in started] == [("", 0)] * 3


def test_a_step_that_fails_leaves_the_database_as_it_was(empty_url: str) -> None:
    make_released_database(empty_url)
    engine = connect(empty_url)
    with transaction(engine) as connection:  # in the way of the last step
        connection.execute(text("CREATE TABLE audit_end (what INTEGER)"))
    with pytest.raises(StoreError, match="audit_end"):
        bring_up_to_date(engine)
    with transaction(engine) as connection:
        roles = connection.execute(text("SELECT role FROM users ORDER BY role")).scalars().all()
    assert roles == ["admin", "read", "trade"]
    assert current_revision(engine) == "0001"
    engine.dispose()


def test_a_database_of_a_newer_version_is_refused(engine: Engine) -> None:
    with transaction(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="revision 9999, which this version does not know"):
        bring_up_to_date(engine)
