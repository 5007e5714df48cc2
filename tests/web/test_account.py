"""One's own account in a browser: password, second factor, sessions, keys."""

from __future__ import annotations

import re

import pytest

from tests.web.visitors import PASSWORD, Browser, Program, World, code, data
from web.account import WRONG_DAYS
from web.own_password import WRONG_PASSWORD
from web.sign_in import NOT_ALIKE

STATUS = "/api/v1/status"
NEW = "a sentence that nobody guesses"
FORMS = [
    "/me/password",
    "/me/sessions/close",
    "/me/sessions/close-others",
    "/me/second-factor",
    "/me/second-factor/confirm",
    "/me/second-factor/remove",
    "/me/keys",
    "/me/keys/revoke",
    "/me/agent-keys",
    "/me/agent-keys/revoke",
]


def shown_key(page: str, name: str = "new-key") -> str:
    found = re.search(rf'<pre id="{name}">[^<]*?(ib[ka]_[\w-]+)', page)
    assert found is not None
    return found[1]


def other_session(world: World, name: str = "alice") -> tuple[Browser, str]:
    """Another browser, and the public id of its session."""
    other = world.browser(name)
    known = world.people.sessions.of_user(world.users.by_name(name))
    return other, max(known, key=lambda session: session.created_at).public_id


@pytest.mark.parametrize("path", FORMS)
def test_a_form_needs_the_token_of_its_page(world: World, signed_in: Browser, path: str) -> None:
    assert signed_in.client.post(path, data={"name": "x"}).status_code == 403
    assert world.people.keys.of_user(world.alice) == []


@pytest.mark.parametrize("path", FORMS)
def test_no_key_does_what_a_form_does(world: World, path: str) -> None:
    answer = world.program("admin").call("POST", path, data={"old": PASSWORD})
    assert answer.status_code == 403
    assert world.program("admin").get("/me").status_code == 403


def test_the_page_is_not_inline(signed_in: Browser) -> None:
    page = signed_in.send("/me/second-factor").text
    assert "<svg" in page
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|style=", page)


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(
    world: World, signed_in: Browser
) -> None:
    other = world.browser()
    answer = signed_in.send("/me/password", old=PASSWORD, password=NEW, again=NEW)
    assert (answer.status_code, answer.location) == (303, "/me#password")
    assert "your other sessions have ended" in signed_in.get("/me").text
    assert other.get(STATUS).status_code == 401
    assert Browser(world.visitor()).sign_in(password=PASSWORD).status_code == 401
    assert Browser(world.visitor()).sign_in(password=NEW).status_code == 303
    assert ("alice", "password changed", "alice", "ok") in world.audited()


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("wrong", NEW, NEW, WRONG_PASSWORD),
        (PASSWORD, NEW, "another", NOT_ALIKE),
        (PASSWORD, "short", "short", "at least 12 characters"),
    ],
)
def test_a_password_that_cannot_be_meant_changes_nothing(
    world: World, signed_in: Browser, old: str, new: str, again: str, said: str
) -> None:
    answer = signed_in.send("/me/password", old=old, password=new, again=again)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert world.users.verify("alice", PASSWORD) is not None


@pytest.mark.attack("A33")
def test_guessing_the_present_password_gets_slow(world: World, signed_in: Browser) -> None:
    for _ in range(5):
        assert signed_in.send("/me/password", old="x", password=NEW, again=NEW).status_code == 422
    answer = signed_in.send("/me/password", old=PASSWORD, password=NEW, again=NEW)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "12")
    assert world.users.verify("alice", NEW) is None


def test_a_second_factor_is_on_once_a_code_is_confirmed(world: World, signed_in: Browser) -> None:
    secret = signed_in.enrol()
    assert world.people.second_factor.is_on(world.alice)
    assert "Recovery codes left: <b>10</b>" in signed_in.get("/me").text
    assert secret not in signed_in.get("/me").text.replace(" ", "")
    assert ("alice", "second factor on", "alice", "ok") in world.audited()


def test_recovery_codes_are_shown_once(signed_in: Browser, world: World) -> None:
    signed_in.send("/me/second-factor")
    factor = world.people.second_factor
    assert not factor.is_on(world.alice)
    secret = factor.enrol(world.alice).secret
    page = signed_in.send("/me/second-factor/confirm", code=code(secret)).text
    found = re.search(r'<pre id="recovery-codes">([^<]+)<', page)
    assert found is not None
    assert len(found[1].split()) == 10
    assert "recovery-codes" not in signed_in.get("/me").text


def test_a_wrong_first_code_leaves_it_off(world: World, signed_in: Browser) -> None:
    signed_in.send("/me/second-factor")
    answer = signed_in.send("/me/second-factor/confirm", code="000000")
    assert (answer.status_code, "The code is wrong" in answer.text) == (422, True)
    assert not world.people.second_factor.is_on(world.alice)


def test_a_second_one_needs_the_removal_of_the_first(world: World, signed_in: Browser) -> None:
    secret = signed_in.enrol()
    assert signed_in.send("/me/second-factor").status_code == 422
    assert signed_in.send("/me/second-factor/remove", code="000000").status_code == 422
    assert world.people.second_factor.is_on(world.alice)
    assert signed_in.send("/me/second-factor/remove", code=code(secret)).status_code == 303
    assert not world.people.second_factor.is_on(world.alice)
    assert world.audited("second factor off") == [
        ("alice", "second factor off", "alice", "wrong code"),
        ("alice", "second factor off", "alice", "ok"),
    ]


def test_guesses_of_the_code_that_removes_it_are_counted(world: World, signed_in: Browser) -> None:
    secret = signed_in.enrol()
    for _ in range(5):
        signed_in.send("/me/second-factor/remove", code="000000")
    answer = signed_in.send("/me/second-factor/remove", code=code(secret))
    assert (answer.status_code, "Too many wrong codes" in answer.text) == (422, True)
    assert world.people.second_factor.is_on(world.alice)


def test_one_session_is_ended_elsewhere(world: World, signed_in: Browser) -> None:
    other, public_id = other_session(world)
    assert public_id in signed_in.get("/me").text
    assert signed_in.send("/me/sessions/close", id=public_id).status_code == 303
    assert other.get(STATUS).status_code == 401
    assert signed_in.get(STATUS).status_code == 200
    assert ("alice", "session closed", public_id, "ok") in world.audited()


def test_all_others_are_ended_at_once(world: World, signed_in: Browser) -> None:
    others = [world.browser(), world.browser()]
    signed_in.send("/me/sessions/close-others")
    assert [other.get(STATUS).status_code for other in others] == [401, 401]
    assert "Sessions ended: 2" in signed_in.get("/me").text


def test_somebody_elses_session_is_not_there(world: World, signed_in: Browser) -> None:
    world.users.add("bob", PASSWORD)
    bob, public_id = other_session(world, "bob")
    assert signed_in.send("/me/sessions/close", id=public_id).status_code == 404
    assert bob.get(STATUS).status_code == 200


def test_a_key_is_shown_once_and_works(world: World, signed_in: Browser) -> None:
    page = signed_in.send("/me/keys", name="reports", scope="read", days="30")
    key = shown_key(page.text)
    assert key not in signed_in.get("/me").text
    assert Program(world.visitor(), key).get(STATUS).status_code == 200
    (row,) = world.people.keys.of_user(world.alice)
    assert (row.name, row.scope) == ("reports", "read")
    assert row.expires_at is not None
    assert round((row.expires_at - row.created_at) / 86_400) == 30
    assert ("alice", "key made", key[:12], "read") in world.audited()


def test_a_revoked_key_opens_nothing(world: World, signed_in: Browser) -> None:
    key = shown_key(signed_in.send("/me/keys", scope="trade", days="never").text)
    assert signed_in.send("/me/keys/revoke", prefix=key[:12]).status_code == 303
    assert Program(world.visitor(), key).get(STATUS).status_code == 401
    assert "revoked" in signed_in.get("/me").text
    assert ("alice", "key revoked", key[:12], "ok") in world.audited()


@pytest.mark.parametrize("kind", ["keys", "agent-keys"])
def test_somebody_elses_key_is_not_there(world: World, signed_in: Browser, kind: str) -> None:
    bob = world.users.add("bob", PASSWORD)
    keys, agent_keys = world.people.keys, world.people.agent_keys
    secret = keys.new(bob, "trade") if kind == "keys" else agent_keys.new(bob)
    assert signed_in.send(f"/me/{kind}/revoke", prefix=secret[:12]).status_code == 404
    assert (keys if kind == "keys" else agent_keys).verify(secret) is not None


@pytest.mark.parametrize("scope", ["approve", "admin", "everything", ""])
def test_nobody_makes_a_key_that_may_more(world: World, scope: str) -> None:
    world.users.add("bob", PASSWORD, "trader")
    answer = world.browser("bob").send("/me/keys", scope=scope, days="30")
    assert answer.status_code == 422
    assert world.people.keys.all() == []


@pytest.mark.parametrize("days", ["", "0", "-1", "31", "1e9", "nan"])
@pytest.mark.parametrize("path", ["/me/keys", "/me/agent-keys"])
def test_a_key_lasts_as_long_as_the_form_offers(
    world: World, signed_in: Browser, path: str, days: str
) -> None:
    answer = signed_in.send(path, scope="read", days=days)
    assert (answer.status_code, WRONG_DAYS in answer.text) == (422, True)
    assert world.people.keys.all() == []


def test_an_agent_key_comes_with_the_command_that_starts_the_agent(
    world: World, signed_in: Browser
) -> None:
    page = signed_in.send("/me/agent-keys", name="laptop", days="never").text
    key = shown_key(page, "new-agent-key")
    assert f"AGENT_KEY={key} .venv/bin/python -m agent" in page
    assert world.people.agent_keys.verify(key) is not None
    assert key not in signed_in.get("/me").text
    assert ("alice", "agent key made", key[:12], "ok") in world.audited()
    assert signed_in.send("/me/agent-keys/revoke", prefix=key[:12]).status_code == 303
    assert world.people.agent_keys.verify(key) is None


def test_without_a_relay_the_page_says_what_agent_keys_are_for(signed_in: Browser) -> None:
    assert "only for a desk in relay mode" in signed_in.get("/me").text


def test_a_name_is_shown_as_it_is_and_never_as_markup(signed_in: Browser) -> None:
    signed_in.send("/me/keys", name="<b>&\x00\nx", scope="read", days="7")
    assert "&lt;b&gt;&amp;x" in signed_in.get("/me").text


def test_a_viewer_has_the_page_and_makes_keys_to_read(world: World) -> None:
    world.users.add("eve", PASSWORD, "viewer")
    browser = world.browser("eve")
    key = shown_key(browser.send("/me/keys", scope="read", days="7").text)
    answer = Program(world.visitor(), key).get(STATUS)
    assert data(answer)["user"] == {"name": "eve"}
    for path in ("/users", "/agents", "/audit"):
        assert f'href="{path}"' not in browser.get("/me").text
        assert browser.get(path).status_code == 403


def test_a_desk_without_a_relay_has_no_agent_to_move(signed_in: Browser) -> None:
    answer = signed_in.send("/me/agent/take-over")
    assert answer.status_code == 422
    assert "This desk connects to TWS itself" in answer.text
