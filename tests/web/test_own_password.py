"""The password once more: right, wrong, and too often. Its pages have tests of their own."""

from __future__ import annotations

from flask import g

from tests.web.visitors import PASSWORD, World
from web.auth import Caller
from web.own_password import WRONG_PASSWORD, Denied, denied


def asked(world: World, *passwords: str) -> list[Denied | None]:
    with world.app.test_request_context("/setup", environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        g.caller = Caller(world.alice, "admin")
        return [denied(world.alice, password) for password in passwords]


def test_the_right_password_is_not_denied(world: World) -> None:
    assert asked(world, PASSWORD) == [None]


def test_a_wrong_one_is_and_costs_nothing_once_the_right_one_came(world: World) -> None:
    tries = ["wrong", PASSWORD] * 4
    assert asked(world, *tries) == [Denied(WRONG_PASSWORD), None] * 4


def test_too_many_wrong_ones_must_wait(world: World) -> None:
    last = asked(world, *["wrong"] * 6)[-1]
    assert last is not None
    assert last.seconds > 0
    assert "Too many" in last.sentence
