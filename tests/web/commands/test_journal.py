"""`flask journal …`."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from store.journal import Batch, Journal
from tests.store.journal_for_tests import order, write
from tests.store.journals import heard
from tests.web.commands.runs import run
from tests.web.visitors import World


def test_a_journal_is_verified_while_an_engine_has_it(world: World) -> None:
    journal = Journal(world.desk.settings.journal_path)
    write(journal, Batch(new=(order(),), lines=(heard(),)))
    result = run(world, "journal", "verify")
    journal.close()
    assert (result.exit_code, "is as it was written" in result.output) == (0, True)


def test_a_broken_journal_is_exit_code_1(world: World) -> None:
    path = world.desk.settings.journal_path
    journal = Journal(path)
    write(journal, Batch(new=(order(),), lines=(heard(),)))
    journal.close()
    with closing(sqlite3.connect(path)) as file:
        file.execute("DROP TRIGGER lines_are_not_deleted")
        file.execute("DELETE FROM lines")
        file.commit()
    result = run(world, "journal", "verify")
    assert (result.exit_code, "Line 1 of the journal is missing" in result.output) == (1, True)


def test_an_orders_timeline_is_printed(world: World) -> None:
    journal = Journal(world.desk.settings.journal_path)
    lines = (heard("P1-1", "PreSubmitted", "Filled"),)
    write(journal, Batch(new=(order(),), lines=lines))
    shown = run(world, "journal", "show", "P1-1").output.splitlines()
    journal.close()
    assert shown[0].startswith("P1-1  live  DU1000001")
    assert [text.rpartition("status=")[2] for text in shown[1:]] == ['"PreSubmitted"', '"Filled"']


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(("verify",), "There is no order journal"), (("show", "x"), "There is no order journal")],
)
def test_a_journal_that_is_not_there_is_one_line(
    world: World, arguments: tuple[str, ...], sentence: str
) -> None:
    result = run(world, "journal", *arguments)
    assert (result.exit_code, f"Error: {sentence}" in result.output) == (1, True)


def test_an_order_that_the_journal_does_not_have_is_one_line(world: World) -> None:
    Journal(world.desk.settings.journal_path).close()
    result = run(world, "journal", "show", "nobody")
    assert (result.exit_code, "There is no order nobody" in result.output) == (1, True)
