"""Rows about people hold no secret and call what is not known by no value."""

from __future__ import annotations

from store.audit import Entry
from tests.web.visitors import World
from web import people_rows


def test_a_moment_is_iso_text_or_nothing() -> None:
    assert people_rows.moment(None) is None
    assert people_rows.moment(1_800_000_000.5) == "2027-01-15T08:00:00.500Z"


def test_a_key_says_whether_it_still_works(world: World) -> None:
    keys = world.people.keys
    secrets = [keys.new(world.alice, "read", name) for name in ("one", "two")]
    keys.new(world.alice, "read", "three", days=1e-9)
    keys.revoke(secrets[0][:12])
    with world.app.app_context():
        rows = people_rows.keys(world.alice)
    assert {row["name"]: row["state"] for row in rows} == {
        "one": "revoked",
        "two": "active",
        "three": "expired",
    }
    assert not any(secret in str(rows) for secret in secrets)


def test_a_session_is_shown_without_its_token(world: World) -> None:
    token = world.people.sessions.open(world.alice, "a browser", "192.0.2.7")
    with world.app.app_context():
        (row,) = people_rows.sessions(world.alice, token)
    assert (row["isThis"], row["userAgent"], row["address"]) == (True, "a browser", "192.0.2.7")
    assert token not in str(row)


def test_a_user_is_found_whatever_the_case_of_the_name(world: World) -> None:
    with world.app.app_context():
        row = people_rows.user("Alice")
    assert row == {
        "name": "alice",
        "role": "admin",
        "state": "active",
        "secondFactor": False,
        "lastSignInAt": None,
    }


def test_an_entry_is_shown_without_the_hashes(world: World) -> None:
    row = people_rows.entry_row(Entry("freeze", "alice"))
    assert row.keys() == {"number", "time", "who", "what", "target", "outcome", "address"}
