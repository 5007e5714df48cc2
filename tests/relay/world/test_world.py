"""What the small world's programs share is made once and kept to its owner."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from relay.world.world import PEOPLE, World
from store.database import open_database
from store.people import People


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path / "world", 5000, 8800)
    world.prepare()
    return world


def test_everybody_can_sign_in_with_the_password_that_is_printed(world: World) -> None:
    passwords = world.prepare()
    people = People(open_database(world.desk()["DATABASE_URL"]))
    found = {name: people.users.verify(name, passwords[name]) for name in PEOPLE}
    people.close()
    assert {name: user and user.role for name, user in found.items()} == {
        "admin": "admin",
        "alice": "trader",
        "bob": "trader",
        "charlie": "trader",
    }


def test_a_second_start_changes_nothing(world: World) -> None:
    again = World(world.folder, 5000, 8800)
    assert again.prepare() == world.prepare()
    assert again.agent("bob") == world.agent("bob")


def test_each_agents_key_is_its_owners(world: World) -> None:
    people = People(open_database(world.relay()["DATABASE_URL"]))
    found = {
        name: people.agent_keys.verify(world.agent(name)["AGENT_KEY"]) for name in ("alice", "bob")
    }
    people.close()
    assert {name: key and key.user.name for name, key in found.items()} == {
        "alice": "alice",
        "bob": "bob",
    }


def test_the_secrets_are_for_their_owner_only(world: World) -> None:
    assert stat.S_IMODE((world.folder / "world.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(world.folder.stat().st_mode) == 0o700


def test_desk_and_relay_share_a_token_that_no_agent_has(world: World) -> None:
    token = world.desk()["RELAY_TOKEN"]
    assert (world.relay()["RELAY_TOKEN"], len(token) >= 32) == (token, True)
    assert token not in world.agent("alice").values()


def test_only_alice_shares_her_quotes(world: World) -> None:
    shares = {
        name: "share_quotes = true"
        in (Path(world.agent(name)["VAR_DIR"]) / "agent.toml").read_text()
        for name in ("alice", "bob")
    }
    assert shares == {"alice": True, "bob": False}
