"""Users, invitations and agents over the API: for admins, and audited or not done."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from store.agents import Presence
from tests.web.visitors import PASSWORD, Browser, Program, World, data
from web.people_api import NO_RESET_BY_KEY

API = "/api/v1"
CALLS = [
    ("GET", "/users"),
    ("PATCH", "/users/bob"),
    ("POST", "/invitations"),
    ("GET", "/agents"),
]


@pytest.fixture
def admin(world: World) -> Program:
    world.users.add("bob", PASSWORD, "trader")
    return world.program("admin")


def patch(caller: Program | Browser, name: str = "bob", **body: Any) -> Any:
    return caller.call("PATCH", f"{API}/users/{name}", json=body)


@pytest.mark.parametrize(("method", "path"), CALLS)
@pytest.mark.parametrize("scope", ["read", "trade", "approve"])
def test_only_an_admin_may(
    world: World, admin: Program, method: str, path: str, scope: str
) -> None:
    answer = world.program(scope).call(method, API + path, json={"role": "admin"})
    assert answer.status_code == 403
    assert world.visitor().open(API + path, method=method).status_code == 401


def test_everybody_is_listed_without_any_secret(world: World, admin: Program) -> None:
    rows = data(admin.get(f"{API}/users"))["users"]
    assert [(row["name"], row["role"], row["state"]) for row in rows] == [
        ("alice", "admin", "active"),
        ("bob", "trader", "active"),
    ]
    assert "argon2" not in admin.get(f"{API}/users").text


def test_role_and_state_change_together(world: World, admin: Program) -> None:
    answer = patch(admin, role="viewer", active=False)
    assert (data(answer)["role"], data(answer)["state"]) == ("viewer", "deactivated")
    done = [(what, outcome) for _, what, target, outcome in world.audited() if target == "bob"]
    assert done == [("role changed", "trader to viewer"), ("user deactivated", "ok")]


def test_what_stays_as_it_is_is_not_audited(world: World, admin: Program) -> None:
    assert patch(admin, role="trader", active=True).status_code == 200
    assert world.audited() == []


@pytest.mark.parametrize(
    "body",
    [{}, {"role": "king"}, {"role": 1}, {"active": "no"}, {"active": None}, {"name": "eve"}],
)
def test_a_change_that_cannot_be_meant_is_refused(
    world: World, admin: Program, body: dict[str, Any]
) -> None:
    assert patch(admin, **body).status_code == 422
    assert world.users.by_name("bob").role == "trader"


def test_half_a_change_is_not_kept(world: World, admin: Program) -> None:
    world.users.set_role("bob", "admin")
    world.users.set_role("alice", "trader")  # bob is the last admin
    bob = Program(world.visitor(), world.people.keys.new(world.users.by_name("bob"), "admin"))
    answer = patch(bob, "bob", role="admin", active=False)
    assert (answer.status_code, "last active admin" in data(answer)["error"]) == (422, True)
    assert patch(bob, "alice", role="viewer", active=False).status_code == 200
    assert patch(bob, "nobody", active=False).status_code == 404


def test_a_change_that_cannot_be_audited_is_not_done(world: World, admin: Program) -> None:
    with world.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_end"))
    answer = patch(admin, role="admin")
    assert (answer.status_code, data(answer)["sent"]) == (503, "no")
    assert "nothing was changed" in data(answer)["detail"]
    assert world.users.by_name("bob").role == "trader"
    assert admin.post(f"{API}/invitations", {"name": "carol"}).status_code == 503
    assert [user.name for user in world.users.all()] == ["alice", "bob"]


def test_an_order_and_a_cancel_pass_while_nothing_can_be_audited(world: World) -> None:
    world.order_desk.knows("known", "live")
    with world.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_end"))
    program = world.program("trade")
    body = {
        "contract": {"symbol": "AAPL"},
        "order": {"action": "BUY", "totalQuantity": 1, "orderType": "MKT"},
    }
    assert program.post(f"{API}/orders", body).status_code == 201
    assert program.delete(f"{API}/orders/known").status_code == 200
    assert not world.people.audit_writer.flush(0.1)
    metrics = world.program("admin").get("/metrics").text
    assert "ibdesk_audit_failed 1.0" in metrics
    assert "ibdesk_audit_entries_lost_total 0.0" in metrics


def test_somebody_new_is_invited(world: World, admin: Program) -> None:
    answer = admin.post(f"{API}/invitations", {"name": "Carol", "role": "viewer"})
    assert answer.status_code == 201
    assert data(answer)["user"]["state"] == "invited"
    link = data(answer)["link"].removeprefix("http://localhost")
    assert "Welcome, carol" in world.visitor().get(link).text
    again = admin.post(f"{API}/invitations", {"name": "carol"})
    assert again.status_code == 201
    assert "Welcome" not in world.visitor().get(link).text  # the newer one replaces it


def test_no_key_gives_a_new_password(world: World, admin: Program) -> None:
    answer = admin.post(f"{API}/invitations", {"name": "bob"})
    assert (answer.status_code, data(answer)["error"]) == (403, NO_RESET_BY_KEY)
    browser = world.browser()
    assert browser.call("POST", f"{API}/invitations", json={"name": "bob"}).status_code == 201


def test_agents_are_told_as_last_known(world: World, admin: Program) -> None:
    bob = world.users.by_name("bob")
    world.people.agents.claim(bob, Presence("relay-1", "i", "bob-mini", "0.4.0"))
    (row,) = data(admin.get(f"{API}/agents"))["agents"]
    assert (row["user"], row["connected"], row["mode"]) == ("bob", True, None)
    assert (row["latencyMs"], row["lastOrderAt"]) == (None, None)
