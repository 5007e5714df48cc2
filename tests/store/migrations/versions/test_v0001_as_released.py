"""The first revision is what the first release made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import inspect

from store.database import connect, transaction
from store.schema import MIGRATIONS
from tests.store.released import make_released_database

OF_RELEASE = ("users", "sessions", "api_keys")


def test_its_tables_are_those_of_the_release(tmp_path: Path) -> None:
    released = shape(tmp_path / "released.db", make_released_database)
    assert shape(tmp_path / "first.db", upgrade_to_first) == released
    assert len(released) == len(OF_RELEASE)


def upgrade_to_first(url: str) -> None:
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    engine = connect(url)
    with transaction(engine) as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "0001")
    engine.dispose()


def shape(path: Path, make: Callable[[str], None]) -> dict[str, list[Any]]:
    """Each table's columns and indexes."""
    make(f"sqlite:///{path}")
    engine = connect(f"sqlite:///{path}")
    tables = inspect(engine)
    shapes = {
        name: [
            [(c["name"], str(c["type"]), c["nullable"]) for c in tables.get_columns(name)],
            [index["name"] for index in tables.get_indexes(name)],
            [unique["column_names"] for unique in tables.get_unique_constraints(name)],
        ]
        for name in OF_RELEASE
    }
    engine.dispose()
    return shapes
