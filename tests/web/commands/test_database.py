"""`flask db …`."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from store.database import transaction
from store.schema import NEWEST
from tests.web.commands.runs import run
from tests.web.visitors import World


@pytest.mark.parametrize("command", ["upgrade", "current"])
def test_the_revision_is_shown(world: World, command: str) -> None:
    result = run(world, "db", command)
    assert result.output.endswith(f"desk.db: revision {NEWEST} (newest)\n")


def test_tables_of_a_newer_version_are_one_line(world: World) -> None:
    with transaction(world.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    result = run(world, "db", "upgrade")
    assert result.exit_code == 1
    assert "Error: The database's tables have revision 9999" in result.output
    assert "the newest is" in run(world, "db", "current").output
