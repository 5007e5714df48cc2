"""Flask's command line."""

from __future__ import annotations

import pytest
from click.testing import Result

from tests.web.visitors import Program, World
from web.doctor import Finding


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


@pytest.mark.parametrize("command", ["config", "doctor", "user", "key"])
def test_every_command_explains_itself(world: World, command: str) -> None:
    assert "Usage:" in run(world, command, "--help").output
