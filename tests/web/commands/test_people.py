"""`flask user …`."""

from __future__ import annotations

import pytest

from tests.web.commands.runs import noted, run
from tests.web.visitors import World, code


def test_a_user_is_added_and_may_sign_in(world: World) -> None:
    result = run(world, "user", "add", "bob", "--role", "viewer", typed="bobs own\nbobs own\n")
    assert "Added bob with the role viewer" in result.output
    assert "bobs own" not in result.output
    assert world.users.verify("bob", "bobs own") is not None
    assert run(world, "user", "list").output == "alice  admin\nbob  viewer\n"
    assert noted(world) == [("user added", "bob", "viewer")]


def test_a_password_is_changed(world: World) -> None:
    assert run(world, "user", "password", "alice", typed="newer\nnewer\n").exit_code == 0
    assert world.users.verify("alice", "newer") is not None
    assert noted(world) == [("password changed", "alice", "ok")]


def test_an_invitation_is_the_last_line_alone(world: World) -> None:
    result = run(world, "user", "invite", "Bob", "--role", "approver")
    token = result.output.splitlines()[-1]
    bob = world.people.invitations.accept(token, "a sentence of bob")
    assert (bob.name, bob.role, bob.is_active) == ("bob", "approver", True)
    assert noted(world) == [("user invited", "bob", "ok")]


def test_somebody_who_forgot_the_password_is_invited_again(world: World) -> None:
    token = run(world, "user", "invite", "alice", "--again").output.splitlines()[-1]
    world.people.invitations.accept(token, "a sentence of alice")
    assert world.users.verify("alice", "a sentence of alice") is not None


def test_a_role_is_changed(world: World) -> None:
    world.users.add("bob", "bobs own")
    assert run(world, "user", "role", "bob", "approver").output == "bob has the role approver\n"
    assert world.users.by_name("bob").role == "approver"
    assert noted(world) == [("role changed", "bob", "approver")]


def test_a_user_is_deactivated_and_activated(world: World) -> None:
    world.users.add("bob", "bobs own")
    assert run(world, "user", "deactivate", "bob").exit_code == 0
    assert run(world, "user", "list").output.splitlines()[1] == "bob  trader  deactivated"
    assert world.users.verify("bob", "bobs own") is None
    assert run(world, "user", "activate", "bob").output == "bob is active\n"
    assert world.users.verify("bob", "bobs own") is not None
    assert [what for what, _, _ in noted(world)] == ["user deactivated", "user activated"]


def test_a_lost_second_factor_is_removed(world: World) -> None:
    factor = world.people.second_factor
    factor.confirm(world.alice, code(factor.enrol(world.alice).secret))
    assert run(world, "user", "list").output == "alice  admin  second factor\n"
    assert run(world, "user", "totp-remove", "alice").exit_code == 0
    assert not factor.is_on(world.alice)
    assert noted(world) == [("second factor off", "alice", "ok")]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("password", "bob"), "There is no user bob"),
        (("add", "alice"), "There is already a user alice"),
        (("add", "a b"), "A user name has 1 to 40 characters"),
        (("invite", "alice"), "There is already a user alice"),
        (("invite", "bob", "--again"), "There is no user bob"),
        (("role", "bob", "viewer"), "There is no user bob"),
        (("role", "alice", "viewer"), "alice is the last active admin"),
        (("deactivate", "alice"), "alice is the last active admin"),
        (("totp-remove", "bob"), "There is no user bob"),
    ],
)
def test_a_mistake_is_one_line_and_changes_nothing(
    world: World, arguments: tuple[str, ...], sentence: str
) -> None:
    result = run(world, "user", *arguments, typed="x\nx\n")
    assert result.exit_code == 1
    assert f"Error: {sentence}" in result.output
    assert "Traceback" not in result.output
    assert noted(world) == []
    assert run(world, "user", "list").output == "alice  admin\n"


@pytest.mark.parametrize("role", ["", "king", "read", "trade"])
def test_an_unknown_or_old_role_is_refused(world: World, role: str) -> None:
    assert run(world, "user", "role", "alice", role).exit_code == 2
