"""What gives more is audited or not done; what only takes away is always done."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import g
from sqlalchemy import text

from store.database import DatabaseAway, StoreError
from tests.web.visitors import World
from trading.refusals import NotFound
from web import people_acts
from web.auth import Caller


@pytest.fixture
def asked(world: World) -> Iterator[World]:
    """A request of alice."""
    with world.app.test_request_context("/"):
        g.caller = Caller(world.alice, "admin", "a token")
        yield world


@pytest.fixture
def unaudited(asked: World) -> World:
    with asked.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_end"))
    return asked


def test_a_key_that_cannot_be_audited_is_not_made(unaudited: World) -> None:
    with pytest.raises(DatabaseAway):
        people_acts.make_key("read", "", None)
    with pytest.raises(DatabaseAway):
        people_acts.make_agent_key("", None)
    assert unaudited.people.keys.all() == []
    assert unaudited.people.agent_keys.all() == []


def test_a_key_and_a_session_end_whether_or_not_it_can_be_audited(unaudited: World) -> None:
    people = unaudited.people
    secret, agent_secret = (
        people.keys.new(unaudited.alice, "read"),
        people.agent_keys.new(unaudited.alice),
    )
    token = people.sessions.open(unaudited.alice)
    people_acts.revoke_key(secret[:12])
    people_acts.revoke_agent_key(agent_secret[:12])
    assert people.keys.verify(secret) is None
    assert people.agent_keys.verify(agent_secret) is None
    people_acts.close_session(people.sessions.of_user(unaudited.alice)[0].public_id)
    assert people.sessions.user_of(token) is None
    assert people_acts.close_other_sessions() == 0


def test_a_second_factor_is_removed_with_its_entry_only(unaudited: World) -> None:
    with pytest.raises(DatabaseAway):
        people_acts.remove_factor_of("alice")
    with pytest.raises(NotFound):
        people_acts.remove_factor_of("nobody")


def test_a_user_who_is_deactivated_is_not_invited_again(asked: World) -> None:
    asked.users.add_invited("bob")
    people_acts.change_user("bob", active=False)
    with pytest.raises(StoreError, match="activate bob first"):
        people_acts.invite_again("bob")
    people_acts.change_user("bob", active=True)
    assert asked.users.by_name("bob").state == "invited"
