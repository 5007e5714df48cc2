"""`flask audit …`."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from sqlalchemy import text

from store.database import transaction
from tests.web.commands.runs import run
from tests.web.visitors import World


def test_an_intact_log_is_verified(world: World) -> None:
    run(world, "user", "invite", "bob")
    result = run(world, "audit", "verify")
    assert (result.exit_code, "is as it was written" in result.output) == (0, True)


def test_a_changed_log_is_exit_code_1(world: World) -> None:
    run(world, "user", "invite", "bob")
    with transaction(world.engine) as connection:
        connection.execute(text("DROP TRIGGER audit_is_not_changed"))
        connection.execute(text("UPDATE audit SET target = 'eve'"))
    result = run(world, "audit", "verify")
    assert (result.exit_code, "Error: Line 1 of the audit log" in result.output) == (1, True)


def test_the_log_is_exported_as_json_lines(world: World) -> None:
    run(world, "user", "invite", "bob")
    lines = run(world, "audit", "export").output.splitlines()
    assert [json.loads(line)["what"] for line in lines] == ["user invited", "audit exported"]


def test_the_log_is_exported_into_a_csv_file(world: World, tmp_path: Path) -> None:
    run(world, "user", "invite", "bob")
    file = tmp_path / "audit.csv"
    assert run(world, "audit", "export", "--format", "csv", "--output", str(file)).output == ""
    with file.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["target"] for row in rows] == ["bob", "csv"]
