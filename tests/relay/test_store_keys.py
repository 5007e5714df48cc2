"""The gate over a real database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from relay.gate import GateAway
from relay.store_keys import StoreKeys
from store.agent_keys import AgentKeys
from store.agents import Agents
from store.audit import AuditLog
from store.database import open_database
from store.users import User, Users
from tests.relay.hubs_for_tests import hello


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path / 'desk.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def alice(database: Engine) -> User:
    return Users(database).add("alice", "correct horse battery staple")


def test_a_key_names_its_user_until_it_is_revoked(database: Engine, alice: User) -> None:
    keys, stored = StoreKeys(database, "node-1"), AgentKeys(database)
    secret = stored.new(alice)
    passed = keys.verify(secret)
    assert passed is not None and passed.user == "alice" and secret.startswith(passed.prefix)
    assert keys.ended({passed.digest}) == set()
    stored.revoke(passed.prefix)
    assert keys.ended({passed.digest, "another"}) == {passed.digest}
    assert keys.verify(secret) is None and keys.verify("iba_nonsense") is None


def test_each_connection_has_a_higher_epoch_and_is_known_to_all(
    database: Engine, alice: User
) -> None:
    keys = StoreKeys(database, "node-1")
    passed = keys.verify(AgentKeys(database).new(alice))
    assert passed is not None
    first, second = keys.claim(passed, hello("one")), keys.claim(passed, hello("two"))
    assert second > first > 0
    owner = Agents(database).owner_of(alice.user_id)
    assert owner is not None and (owner.node, owner.mode) == ("node-1", "paper")


@pytest.mark.failure("F64")
def test_who_connects_and_who_is_refused_is_in_the_audit_log(database: Engine, alice: User) -> None:
    keys = StoreKeys(database, "node-1")
    passed = keys.verify(AgentKeys(database).new(alice))
    assert passed is not None
    keys.claim(passed, hello("one"))
    keys.turned_away(passed, hello("two"))
    keys.close()
    refused, connected = AuditLog(database).newest()
    assert (connected.what, connected.who, connected.target) == (
        "agent connected",
        "alice",
        passed.prefix,
    )
    assert (refused.what, refused.outcome) == ("agent refused", "another agent is active")


def test_a_database_that_fails_is_away(database: Engine) -> None:
    keys = StoreKeys(database, "node-1")
    with database.begin() as connection:
        connection.exec_driver_sql("DROP TABLE agent_keys")
    with pytest.raises(GateAway):
        keys.verify("iba_" + "x" * 43)
    with pytest.raises(GateAway):
        keys.ended({"digest"})
