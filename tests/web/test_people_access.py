"""Who gets to one's own account, to users, agents and the audit log: every role, by both ways."""

from __future__ import annotations

import pytest

from store.roles import ROLES
from tests.web.test_access import PEOPLE
from tests.web.visitors import PASSWORD, Browser, Program, World
from web.policies import NEVER, POLICIES, Policy

READS = sorted(path for method, path in PEOPLE if method == "GET")
WRITES = sorted((method, path) for method, path in PEOPLE if method != "GET")
ORDER = ["read", "trade", "approve", "admin"]
# What each role sees in a browser; what is missing here is for everybody.
ONLY = {
    "/users": ["admin"],
    "/agents": ["admin"],
    "/audit": ["approver", "admin"],
    "/api/v1/users": ["admin"],
    "/api/v1/agents": ["admin"],
    "/api/v1/audit": ["approver", "admin"],
    "/api/v1/audit/verify": ["approver", "admin"],
    "/api/v1/audit/export": ["approver", "admin"],
}


def policy_of(world: World, method: str, path: str) -> Policy:
    (rule,) = (
        rule
        for rule in world.app.url_map.iter_rules()
        if rule.rule == path and method in (rule.methods or ())
    )
    return POLICIES[rule.endpoint]


def person(world: World, role: str) -> Browser:
    world.users.add("bob", PASSWORD, role)
    return world.browser("bob")


@pytest.mark.parametrize("role", ROLES)
def test_a_role_reads_what_it_may_in_a_browser(world: World, role: str) -> None:
    browser = person(world, role)
    opened = {path for path in READS if browser.get(path).status_code == 200}
    assert opened == {path for path in READS if role in ONLY.get(path, ROLES)}


@pytest.mark.parametrize("scope", ORDER)
def test_a_key_reads_what_its_scope_allows_and_no_page(world: World, scope: str) -> None:
    program = world.program(scope)
    for path in READS:
        needed = policy_of(world, "GET", path).needed(by_key=True)
        allowed = needed != NEVER and ORDER.index(scope) >= ORDER.index(needed)
        assert (program.get(path).status_code == 200) is allowed
        assert path.startswith("/api/") or not allowed


@pytest.mark.parametrize("scope", ORDER[:3])
def test_no_key_below_admin_changes_anything_of_people(world: World, scope: str) -> None:
    program = world.program(scope)
    for method, path in WRITES:
        assert program.call(method, path.replace("<", "").replace(">", "")).status_code == 403
    assert [key.revoked_at for key in world.people.keys.all()] == [None]
    assert world.audited() == []


@pytest.mark.parametrize("role", ["viewer", "trader", "approver"])
def test_no_role_below_admin_changes_anything_of_others(world: World, role: str) -> None:
    browser = person(world, role)
    token = {"X-CSRFToken": browser.token("/me")}
    for method, path in WRITES:
        if policy_of(world, method, path).needs == "admin":
            asked = path.replace("<name>", "alice")
            body = {"role": "viewer"}
            answer = browser.client.open(asked, method=method, json=body, headers=token)
            assert answer.status_code == 403
    assert world.users.by_name("alice").role == "admin"


def test_a_stranger_is_led_to_the_sign_in_page_or_refused(world: World) -> None:
    stranger = world.visitor()
    for method, path in sorted(PEOPLE):
        answer = stranger.open(path.replace("<", "").replace(">", ""), method=method)
        assert answer.status_code == (401 if path.startswith("/api/") else 302)


def test_a_session_opens_nothing_after_it_was_closed_elsewhere(world: World) -> None:
    browser = person(world, "admin")
    token = browser.token("/me")
    world.people.sessions.close_all(world.users.by_name("bob"))
    form = {"csrf_token": token, "name": "carol", "role": "admin"}
    assert browser.client.post("/users", data=form).status_code == 302
    assert [user.name for user in world.users.all()] == ["alice", "bob"]


def test_a_revoked_key_opens_nothing_of_people(world: World) -> None:
    program: Program = world.program("admin")
    assert program.get("/api/v1/users").status_code == 200
    world.people.keys.revoke(program.key[:12])
    assert program.get("/api/v1/users").status_code == 401
