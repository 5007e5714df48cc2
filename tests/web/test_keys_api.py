"""One's own sessions and keys over the API."""

from __future__ import annotations

from typing import Any

import pytest

from store.tokens import API_KEY_MARK
from tests.web.visitors import PASSWORD, Browser, Program, World, data
from web.keys_api import WRONG_DAYS

API = "/api/v1"


def make(caller: Browser | Program, kind: str = "keys", **body: Any) -> Any:
    answer = caller.call("POST", f"{API}/{kind}", json=body)
    assert answer.status_code == 201
    return data(answer)


def names(caller: Browser | Program, kind: str = "keys") -> list[str]:
    return [row["name"] for row in data(caller.get(f"{API}/{kind}"))["keys"]]


def test_a_key_is_made_listed_used_and_revoked(world: World, signed_in: Browser) -> None:
    made = make(signed_in, scope="read", name="reports", days=30)
    program = Program(world.visitor(), made["key"])
    assert made["key"].startswith(API_KEY_MARK)
    (row,) = data(program.get(f"{API}/keys"))["keys"]
    assert (row["name"], row["state"], row["scope"]) == ("reports", "active", "read")
    assert "key" not in row
    revoked = data(signed_in.call("DELETE", f"{API}/keys/{made['prefix']}"))["keys"]
    assert [row["state"] for row in revoked] == ["revoked"]
    assert program.get(f"{API}/keys").status_code == 401


def test_a_key_ends_after_ninety_days_unless_it_says_otherwise(
    world: World, signed_in: Browser
) -> None:
    make(signed_in, scope="read")
    make(signed_in, scope="read", days=None)
    lasting = [key.expires_at for key in world.people.keys.of_user(world.alice)]
    assert sum(end is None for end in lasting) == 1


def test_an_agent_key_opens_nothing_of_the_api(world: World, signed_in: Browser) -> None:
    made = make(signed_in, "agent-keys", name="laptop")
    assert world.people.agent_keys.verify(made["key"]) is not None
    assert Program(world.visitor(), made["key"]).get(f"{API}/status").status_code == 401
    assert names(signed_in, "agent-keys") == ["laptop"]
    signed_in.call("DELETE", f"{API}/agent-keys/{made['prefix']}")
    assert world.people.agent_keys.verify(made["key"]) is None


@pytest.mark.parametrize("kind", ["keys", "agent-keys"])
def test_a_key_makes_and_ends_keys_with_the_scope_admin_only(world: World, kind: str) -> None:
    for scope in ("read", "trade", "approve"):
        program = world.program(scope)
        body = {"scope": "read"} if kind == "keys" else {}
        assert program.post(f"{API}/{kind}", body).status_code == 403
        assert program.delete(f"{API}/{kind}/{program.key[:12]}").status_code == 403
        assert program.get(f"{API}/{kind}").status_code == 200
    assert make(world.program("admin"), kind, **body)["state"] == "active"


def test_an_admins_key_of_somebody_who_is_none_any_more_makes_none(world: World) -> None:
    bob = world.users.add("bob", PASSWORD, "admin")
    program = Program(world.visitor(), world.people.keys.new(bob, "admin"))
    world.users.set_role("bob", "trader")
    assert program.post(f"{API}/keys", {"scope": "read"}).status_code == 403


@pytest.mark.parametrize("scope", ["approve", "admin"])
def test_nobody_makes_a_key_that_may_more(world: World, scope: str) -> None:
    world.users.add("bob", PASSWORD, "trader")
    answer = world.browser("bob").call("POST", f"{API}/keys", json={"scope": scope})
    assert (answer.status_code, data(answer)["sent"]) == (422, "no")
    assert world.people.keys.all() == []


@pytest.mark.parametrize("days", [0, -1, 3651, "30", True, []])
def test_days_that_cannot_be_meant_are_refused(signed_in: Browser, days: object) -> None:
    answer = signed_in.call("POST", f"{API}/keys", json={"scope": "read", "days": days})
    assert (answer.status_code, data(answer)["error"]) == (422, WRONG_DAYS)


@pytest.mark.parametrize("kind", ["keys", "agent-keys", "sessions"])
def test_what_is_somebody_elses_is_not_there(world: World, signed_in: Browser, kind: str) -> None:
    bob = world.users.add("bob", PASSWORD)
    world.people.sessions.open(bob)
    named = {
        "keys": world.people.keys.new(bob, "trade")[:12],
        "agent-keys": world.people.agent_keys.new(bob)[:12],
        "sessions": world.people.sessions.of_user(bob)[0].public_id,
    }
    for name in (named[kind], "nothing"):
        assert signed_in.call("DELETE", f"{API}/{kind}/{name}").status_code == 404
    assert world.people.keys.of_user(bob)[0].revoked_at is None
    assert world.people.agent_keys.of_user(bob)[0].revoked_at is None
    assert len(world.people.sessions.of_user(bob)) == 1
    assert names(signed_in) == []


def test_sessions_are_listed_and_ended(world: World, signed_in: Browser) -> None:
    other = world.browser()
    rows = data(signed_in.get(f"{API}/sessions"))["sessions"]
    assert sorted(row["isThis"] for row in rows) == [False, True]
    (public_id,) = (row["id"] for row in rows if not row["isThis"])
    assert data(signed_in.call("DELETE", f"{API}/sessions/{public_id}")) == {"closed": 1}
    assert other.get(f"{API}/status").status_code == 401
    world.browser()
    assert data(signed_in.call("DELETE", f"{API}/sessions")) == {"closed": 1}
    assert signed_in.get(f"{API}/status").status_code == 200


def test_an_admins_key_ends_every_browser_of_its_user(world: World, signed_in: Browser) -> None:
    assert data(world.program("admin").delete(f"{API}/sessions")) == {"closed": 1}
    assert signed_in.get(f"{API}/status").status_code == 401
