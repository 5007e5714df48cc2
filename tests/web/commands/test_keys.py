"""`flask key …` and `flask agent-key …`."""

from __future__ import annotations

import time

import pytest

from tests.web.commands.runs import noted, run
from tests.web.visitors import Program, World


def test_a_new_key_is_the_last_line_alone(world: World) -> None:
    result = run(world, "key", "new", "--user", "alice", "--scope", "trade", "--name", "bot")
    assert result.exit_code == 0
    secret = result.output.splitlines()[-1]
    assert Program(world.visitor(), secret).get("/api/v1/status").status_code == 200
    assert noted(world) == [("key made", f"{secret[:12]} of alice", "trade")]


def test_a_key_is_listed_by_prefix_and_revoked(world: World) -> None:
    secret = run(world, "key", "new", "--user", "alice", "--scope", "read").output.split()[-1]
    listed = run(world, "key", "list").output
    assert f"{secret[:12]}  alice  read  never used, until 20" in listed
    assert secret not in listed
    assert run(world, "key", "revoke", secret[:12]).exit_code == 0
    assert Program(world.visitor(), secret).get("/api/v1/status").status_code == 401
    assert "revoked" in run(world, "key", "list").output
    assert noted(world)[1] == ("key revoked", f"{secret[:12]} of alice", "ok")


@pytest.mark.parametrize(("given", "days"), [((), 90.0), (("--expires-days", "7"), 7.0)])
def test_a_key_expires(world: World, given: tuple[str, ...], days: float) -> None:
    run(world, "key", "new", "--user", "alice", "--scope", "read", *given)
    (key,) = world.desk.keys.all()
    assert key.expires_at == key.created_at + days * 86_400


def test_a_key_that_never_expires_must_be_asked_for(world: World) -> None:
    run(world, "key", "new", "--user", "alice", "--scope", "read", "--expires-days", "0")
    assert world.desk.keys.all()[0].expires_at is None
    assert "until" not in run(world, "key", "list").output


@pytest.mark.parametrize("scope", ["", "everything", "connect"])
def test_an_unknown_scope_is_refused(world: World, scope: str) -> None:
    assert run(world, "key", "new", "--user", "alice", "--scope", scope).exit_code == 2


def test_a_new_agent_key_is_the_last_line_alone(world: World) -> None:
    result = run(world, "agent-key", "new", "--user", "alice", "--name", "home")
    secret = result.output.splitlines()[-1]
    key = world.people.agent_keys.verify(secret)
    assert key is not None
    assert (key.user, key.name, key.expires_at) == (world.alice, "home", None)
    assert noted(world) == [("agent key made", f"{secret[:12]} of alice", "ok")]


def test_an_agent_key_is_listed_by_prefix_and_revoked(world: World) -> None:
    secret = run(world, "agent-key", "new", "--user", "alice", "--expires-days", "1").output
    secret = secret.splitlines()[-1]
    listed = run(world, "agent-key", "list").output
    assert listed.startswith(f"{secret[:12]}  alice  never used, until {time.gmtime().tm_year}")
    assert secret not in listed
    assert run(world, "agent-key", "revoke", secret[:12]).exit_code == 0
    assert world.people.agent_keys.verify(secret) is None
    assert "revoked" in run(world, "agent-key", "list").output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("key", "new", "--user", "bob", "--scope", "read"), "There is no user bob"),
        (("key", "new", "--user", "carol", "--scope", "trade"), "carol is viewer: a key may have"),
        (("key", "new", "--user", "alice", "--scope", "read", "--expires-days", "-1"), "A key"),
        (("key", "revoke", "ibk_none"), "There is no key that begins with ibk_none"),
        (("agent-key", "new", "--user", "bob"), "There is no user bob"),
        (("agent-key", "revoke", "iba_none"), "There is no agent key that begins with iba_none"),
    ],
)
def test_a_mistake_is_one_line(world: World, arguments: tuple[str, ...], sentence: str) -> None:
    world.users.add("carol", "carols own", "viewer")
    result = run(world, *arguments)
    assert result.exit_code == 1
    assert f"Error: {sentence}" in result.output
    assert noted(world) == []
