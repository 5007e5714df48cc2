"""Flask's command line."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from click.testing import Result

from engine.checks import Finding
from store.journal import Batch, Journal
from tests.store.journal_for_tests import order, write
from tests.store.journals import heard
from tests.web.visitors import Program, World


def run(world: World, *arguments: str, typed: str = "") -> Result:
    return world.app.test_cli_runner().invoke(args=list(arguments), input=typed)


def test_a_new_key_is_the_last_line_alone(world: World) -> None:
    result = run(world, "key", "new", "--user", "alice", "--scope", "trade", "--name", "bot")
    assert result.exit_code == 0
    secret = result.output.splitlines()[-1]
    assert Program(world.visitor(), secret).get("/api/v1/status").status_code == 200


def test_a_key_is_listed_by_prefix_and_revoked(world: World) -> None:
    secret = run(world, "key", "new", "--user", "alice", "--scope", "read").output.split()[-1]
    listed = run(world, "key", "list").output
    assert f"{secret[:12]}  alice  read  never used" in listed
    assert secret not in listed
    assert run(world, "key", "revoke", secret[:12]).exit_code == 0
    assert Program(world.visitor(), secret).get("/api/v1/status").status_code == 401
    assert "revoked" in run(world, "key", "list").output


def test_a_user_is_added_and_may_sign_in(world: World) -> None:
    result = run(world, "user", "add", "bob", "--role", "read", typed="bobs own\nbobs own\n")
    assert "Added bob with the role read" in result.output
    assert "bobs own" not in result.output
    assert world.users.verify("bob", "bobs own") is not None
    assert run(world, "user", "list").output == "alice  admin\nbob  read\n"


def test_a_password_is_changed(world: World) -> None:
    assert run(world, "user", "password", "alice", typed="newer\nnewer\n").exit_code == 0
    assert world.users.verify("alice", "newer") is not None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("key", "new", "--user", "bob", "--scope", "read"), "There is no user bob"),
        (("key", "revoke", "ibk_none"), "There is no key that begins with ibk_none"),
        (("user", "password", "bob"), "There is no user bob"),
        (("user", "add", "alice"), "There is already a user alice"),
        (("user", "add", "a b"), "A user name has 1 to 40 characters"),
    ],
)
def test_a_mistake_is_one_line(world: World, arguments: tuple[str, ...], sentence: str) -> None:
    result = run(world, *arguments, typed="x\nx\n")
    assert result.exit_code == 1
    assert f"Error: {sentence}" in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("scope", ["", "everything", "connect"])
def test_an_unknown_scope_is_refused(world: World, scope: str) -> None:
    assert run(world, "key", "new", "--user", "alice", "--scope", scope).exit_code == 2


def test_the_settings_are_shown_with_their_source(world: World) -> None:
    result = run(world, "config")
    assert result.exit_code == 0
    assert any(line.startswith("IB_CLIENT_ID") for line in result.output.splitlines())
    assert "[default]" in result.output


def test_the_doctor_prints_words_and_fails_on_a_fail(world: World) -> None:
    result = run(world, "doctor")
    words = {line.split()[0] for line in result.output.splitlines()}
    assert words <= {"ok", "warn", "FAIL"}
    assert result.exit_code == int("FAIL" in words)


def test_a_finding_is_a_word_and_a_sentence() -> None:
    assert Finding("ok", "fine") == ("ok", "fine")


@pytest.mark.parametrize("command", ["config", "doctor", "user", "key", "journal"])
def test_every_command_explains_itself(world: World, command: str) -> None:
    assert "Usage:" in run(world, command, "--help").output


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
