"""The second step of signing in, invitations, and what the audit log keeps of both."""

from __future__ import annotations

import pytest

from store.audit import NOBODY
from store.invitations import NOT_VALID
from store.second_factor import WRONG as WRONG_CODE
from tests.web.visitors import PASSWORD, Browser, World, code, data
from web.sign_in import HALF, NOT_ALIKE, TOO_LATE, WRONG

STATUS = "/api/v1/status"
NEW = "a sentence that nobody guesses"


@pytest.fixture
def secret(world: World) -> str:
    """alice has a second factor; nobody is signed in with it yet."""
    return world.browser().enrol()


def half_in(world: World, **options: str) -> Browser:
    """A browser in which the password was right."""
    browser = Browser(world.visitor())
    answer = browser.sign_in(**options)
    assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/login/code")
    return browser


def send_code(browser: Browser, text: str, **fields: str) -> tuple[int, str]:
    form = {"csrf_token": browser.token("/login/code"), "code": text} | fields
    answer = browser.client.post("/login/code", data=form)
    return answer.status_code, answer.text


def invited(world: World, name: str = "bob") -> str:
    return f"/invitation/{world.people.invitations.invite(name)}"


def choose(browser: Browser, link: str, password: str, again: str | None = None) -> int:
    form = {"csrf_token": browser.token("/login"), "password": password}
    return browser.client.post(link, data=form | {"again": again or password}).status_code


def test_a_password_alone_opens_nothing_for_who_has_a_second_factor(
    world: World, secret: str
) -> None:
    browser = half_in(world)
    assert browser.get(STATUS).status_code == 401
    assert browser.get("/me").status_code == 302
    assert "six digits" in browser.get("/login/code").text
    assert world.desk.sessions.of_user(world.alice)[1:] == []  # the one that enrolled


def test_the_code_opens_the_desk_where_one_wanted_to_go(world: World, secret: str) -> None:
    browser = half_in(world, next="/health")
    form = {"csrf_token": browser.token("/login/code"), "code": code(secret), "next": "/health"}
    answer = browser.client.post("/login/code", data=form)
    assert (answer.status_code, answer.location) == (303, "/health")
    assert browser.get(STATUS).status_code == 200


def test_a_next_that_leads_away_is_not_followed_after_the_code(world: World, secret: str) -> None:
    browser = half_in(world, next="//evil.example")
    form = {"csrf_token": browser.token("/login/code"), "code": code(secret)}
    answer = browser.client.post("/login/code", data=form | {"next": "//evil.example"})
    assert answer.location == "/"


def test_a_code_counts_once(world: World, secret: str) -> None:
    text = code(secret)
    assert send_code(half_in(world), text)[0] == 303
    status, page = send_code(half_in(world), text)
    assert (status, WRONG_CODE in page) == (401, True)


def test_a_recovery_code_opens_the_desk_once(world: World) -> None:
    browser = world.browser()
    enrolled = world.people.second_factor.enrol(world.alice)
    codes = world.people.second_factor.confirm(world.alice, code(enrolled.secret))
    assert send_code(half_in(world), codes[0].upper())[0] == 303
    assert send_code(half_in(world), codes[0])[0] == 401
    assert "Recovery codes left: <b>9</b>" in browser.get("/me").text


def test_guessing_codes_gets_slow_whatever_the_code(world: World, secret: str) -> None:
    for _ in range(5):
        assert send_code(half_in(world), "000000")[0] == 401
    browser = half_in(world)
    form = {"csrf_token": browser.token("/login/code"), "code": code(secret)}
    answer = browser.client.post("/login/code", data=form)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 300
    assert browser.get(STATUS).status_code == 401


def test_the_code_needs_the_password_before_it(world: World, secret: str) -> None:
    browser = Browser(world.visitor())
    assert browser.get("/login/code").status_code == 401
    form = {"csrf_token": browser.token(), "code": code(secret)}
    answer = browser.client.post("/login/code", data=form)
    assert (answer.status_code, TOO_LATE in answer.text) == (401, True)


def test_the_code_needs_its_token(world: World, secret: str) -> None:
    browser = half_in(world)
    assert browser.client.post("/login/code", data={"code": code(secret)}).status_code == 403


def test_the_mark_between_password_and_code_lasts_minutes(world: World, secret: str) -> None:
    browser = half_in(world)
    token = browser.token("/login/code")
    with browser.client.session_transaction() as session:
        session[HALF] = session[HALF] | {"until": 0}
    form = {"csrf_token": token, "code": code(secret)}
    assert browser.client.post("/login/code", data=form).status_code == 401
    assert browser.get(STATUS).status_code == 401


def test_the_mark_counts_in_its_own_browser_only(world: World, secret: str) -> None:
    browser = half_in(world)
    form = {"csrf_token": browser.token("/login/code"), "code": code(secret)}
    headers = {"User-Agent": "another browser"}
    answer = browser.client.post("/login/code", data=form, headers=headers)
    assert (answer.status_code, TOO_LATE in answer.text) == (401, True)


def test_whoever_is_deactivated_between_password_and_code_stays_out(
    world: World, secret: str
) -> None:
    world.users.add("bob", PASSWORD, "admin")
    browser = half_in(world)
    token = browser.token("/login/code")
    world.users.deactivate("alice")
    form = {"csrf_token": token, "code": code(secret)}
    assert browser.client.post("/login/code", data=form).status_code == 401


def test_the_session_after_the_code_is_a_new_one(world: World, secret: str) -> None:
    browser = half_in(world)
    name = world.app.config["SESSION_COOKIE_NAME"]
    before = browser.client.get_cookie(name)
    send_code(browser, code(secret))
    assert before is not None
    planted = Browser(world.visitor())
    planted.client.set_cookie(name, before.value)
    assert planted.get(STATUS).status_code == 401


def test_signing_in_and_out_is_audited(world: World) -> None:
    browser = Browser(world.visitor())
    browser.sign_in(password="wrong")
    browser.sign_in("mallory", "her own password")
    browser.sign_in()
    browser.send("/logout")
    wrong = "wrong name or password"
    assert world.audited() == [
        ("alice", "sign-in", "", wrong),
        (NOBODY, "sign-in", "", wrong),  # people type passwords into the field of the name
        ("alice", "sign-in", "", "ok"),
        ("alice", "sign-out", "", "ok"),
    ]


def test_a_wrong_code_is_audited(world: World, secret: str) -> None:
    send_code(half_in(world), "000000")
    assert world.audited("sign-in")[-1] == ("alice", "sign-in", "", "wrong code")


def test_an_invitation_lets_one_choose_a_password_once(world: World) -> None:
    link, browser = invited(world), Browser(world.visitor())
    assert "Welcome, bob" in browser.get(link).text
    assert browser.sign_in("bob", NEW).status_code == 401
    assert choose(browser, link, NEW) == 303
    assert browser.sign_in("bob", NEW).status_code == 303
    assert data(browser.get(STATUS))["user"] == {"name": "bob"}
    assert choose(Browser(world.visitor()), link, "another one that is long") == 404
    assert ("bob", "invitation accepted", "bob", "ok") in world.audited()


@pytest.mark.parametrize("path", ["/invitation/ibi_nobody", "/invitation/x"])
def test_an_invitation_that_is_none_says_what_to_do(world: World, path: str) -> None:
    answer = world.visitor().get(path)
    assert (answer.status_code, NOT_VALID in answer.text) == (404, True)


def test_a_weak_or_mistyped_password_leaves_the_invitation_valid(world: World) -> None:
    link, browser = invited(world), Browser(world.visitor())
    assert choose(browser, link, "short") == 422
    assert choose(browser, link, NEW, "another sentence") == 422
    form = {"csrf_token": browser.token(), "password": NEW, "again": "x"}
    assert NOT_ALIKE in browser.client.post(link, data=form).text
    assert choose(browser, link, NEW) == 303


def test_an_invitation_needs_the_token_of_its_page(world: World) -> None:
    link = invited(world)
    form = {"password": NEW, "again": NEW}
    assert world.visitor().post(link, data=form).status_code == 403
    assert world.people.invitations.user_of(link.rpartition("/")[2]) is not None


def test_accepting_an_invitation_ends_the_session_of_whoever_was_signed_in_here(
    world: World, signed_in: Browser
) -> None:
    choose(signed_in, invited(world), NEW)
    assert signed_in.get(STATUS).status_code == 401


def test_the_sentence_for_a_wrong_password_does_not_tell_who_has_a_second_factor(
    world: World, secret: str
) -> None:
    answer = Browser(world.visitor()).sign_in(password="wrong")
    assert (answer.status_code, WRONG in answer.text) == (401, True)
