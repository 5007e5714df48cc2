"""The admins' pages: users and agents."""

from __future__ import annotations

import re

import pytest

from store.agents import Presence
from tests.web.visitors import PASSWORD, Browser, Program, World

STATUS = "/api/v1/status"
ACTS = ["role", "deactivate", "activate", "remove-factor", "invite"]


@pytest.fixture
def bob(world: World) -> Browser:
    world.users.add("bob", PASSWORD, "trader")
    return world.browser("bob")


def link_of(page: str) -> str:
    found = re.search(r'<pre id="invitation-link">http://localhost([^<]+)<', page)
    assert found is not None
    return found[1]


def change(browser: Browser, name: str, act: str, **fields: str) -> int:
    return browser.send(f"/users/{name}", act=act, **fields).status_code


def test_an_invited_user_gets_a_link_that_is_shown_once(world: World, signed_in: Browser) -> None:
    page = signed_in.send("/users", name="Carol", role="viewer")
    assert page.status_code == 200
    assert "Welcome, carol" in world.visitor().get(link_of(page.text)).text
    assert "invitation-link" not in signed_in.get("/users").text
    assert world.users.by_name("carol").role == "viewer"
    assert ("alice", "user invited", "carol", "viewer") in world.audited()


@pytest.mark.parametrize(
    ("name", "role", "said"),
    [
        ("alice", "trader", "There is already a user alice"),
        ("no name", "trader", "1 to 40 characters"),
        ("carol", "king", "A role is one of"),
    ],
)
def test_who_cannot_be_invited_is_told_why(
    world: World, signed_in: Browser, name: str, role: str, said: str
) -> None:
    answer = signed_in.send("/users", name=name, role=role)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert [user.name for user in world.users.all()] == ["alice"]
    assert world.audited("user invited") == []


def test_a_role_counts_at_once_for_sessions_and_keys(
    world: World, signed_in: Browser, bob: Browser
) -> None:
    program = Program(world.visitor(), world.people.keys.new(world.users.by_name("bob"), "trade"))
    assert change(signed_in, "bob", "role", role="viewer") == 303
    assert program.delete("/api/v1/orders").status_code == 403
    assert bob.call("DELETE", "/api/v1/orders").status_code == 403
    assert ("alice", "role changed", "bob", "trader to viewer") in world.audited()


def test_a_deactivated_user_is_out_at_once_and_comes_back(
    world: World, signed_in: Browser, bob: Browser
) -> None:
    assert change(signed_in, "bob", "deactivate") == 303
    assert bob.get(STATUS).status_code == 401
    assert Browser(world.visitor()).sign_in("bob").status_code == 401
    assert change(signed_in, "bob", "activate") == 303
    assert Browser(world.visitor()).sign_in("bob").status_code == 303
    done = [what for _, what, target, _ in world.audited() if target == "bob"]
    assert done == ["user deactivated", "user activated"]


def test_the_last_admin_stays_one(world: World, signed_in: Browser) -> None:
    for act, role in (("role", "viewer"), ("deactivate", "")):
        answer = signed_in.send("/users/alice", act=act, role=role)
        assert (answer.status_code, "last active admin" in answer.text) == (422, True)
    assert world.users.by_name("alice").role == "admin"
    assert world.audited("role changed") == []


def test_a_forgotten_password_is_renewed_by_a_link(
    world: World, signed_in: Browser, bob: Browser
) -> None:
    page = signed_in.send("/users/bob", act="invite").text
    assert "Welcome, bob" in world.visitor().get(link_of(page)).text
    assert bob.get(STATUS).status_code == 200  # nothing has changed yet
    assert ("alice", "user invited", "bob", "again") in world.audited()


def test_a_lost_second_factor_is_removed(world: World, signed_in: Browser, bob: Browser) -> None:
    bob.enrol()
    row = re.search(r'data-user="bob".*?</tr>', signed_in.get("/users").text, re.DOTALL)
    assert row is not None
    assert "<td>on</td>" in row[0]
    assert change(signed_in, "bob", "remove-factor") == 303
    assert not world.people.second_factor.is_on(world.users.by_name("bob"))
    assert ("alice", "second factor off", "bob", "ok") in world.audited()


@pytest.mark.parametrize("act", ACTS)
def test_nobody_is_not_there(signed_in: Browser, act: str) -> None:
    assert change(signed_in, "nobody", act, role="viewer") == 404


def test_a_change_that_is_none_is_refused(signed_in: Browser) -> None:
    assert change(signed_in, "alice", "delete") == 422


@pytest.mark.parametrize("act", ACTS)
def test_only_an_admins_browser_changes_users(world: World, bob: Browser, act: str) -> None:
    form = {"act": act, "role": "admin"}
    assert bob.send("/users/bob", **form).status_code == 403
    assert world.program("admin").call("POST", "/users/bob", data=form).status_code == 403
    admin = world.browser()
    assert admin.client.post("/users/bob", data=form).status_code == 403  # without its token
    assert world.users.by_name("bob").role == "trader"


def test_the_page_tells_when_somebody_last_signed_in(world: World, bob: Browser) -> None:
    admin = world.browser()
    world.users.add_invited("carol")
    assert len(world.audited("sign-in")) == 2
    page = admin.get("/users").text
    assert len(re.findall(r"<td><time datetime=", page)) == 2
    assert "never" in page


def test_agents_are_shown_as_they_were_last_known(
    world: World, signed_in: Browser, bob: Browser
) -> None:
    assert "No agent was ever connected" in signed_in.get("/agents").text
    user = world.users.by_name("bob")
    epoch = world.people.agents.claim(user, Presence("relay-1", "i", "bob-mini", "0.4.0", "paper"))
    assert epoch is not None
    world.people.agents.seen(user.user_id, epoch, latency_ms=38.4, last_order_at=1_800_000_000.0)
    page = signed_in.get("/agents").text
    for part in ("bob-mini", "paper", "38 ms", "0.4.0", "relay-1", "2027-01-15 08:00 UTC"):
        assert part in page
    world.people.agents.gone(user.user_id, epoch)
    assert "not connected" in signed_in.get("/agents").text
    assert bob.get("/agents").status_code == 403
