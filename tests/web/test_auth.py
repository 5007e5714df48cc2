"""Signing in and out: sessions that begin and end, and guesses that get slow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from itsdangerous import TimestampSigner

from store.people import People
from tests.web.visitors import PASSWORD, Browser, World
from web import build_web
from web.auth import find_caller, is_still_signed_in
from web.sign_in import TOO_OFTEN, WRONG, safe_next
from web.stream import Stream

API = "/api/v1/status"


def cookie_of(world: World, browser: Browser) -> str:
    cookie = browser.client.get_cookie(world.app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    return cookie.value


def with_cookie(world: World, value: str) -> Browser:
    """Another browser of the same kind that has stolen, or made up, a cookie."""
    browser = Browser(world.visitor())
    browser.client.set_cookie(world.app.config["SESSION_COOKIE_NAME"], value)
    return browser


def test_the_right_password_opens_the_desk(world: World) -> None:
    browser = Browser(world.visitor())
    answer = browser.sign_in()
    assert (answer.status_code, answer.location) == (303, "/")
    assert browser.get("/").status_code == 200


def test_the_name_is_read_without_regard_to_case(world: World) -> None:
    assert Browser(world.visitor()).sign_in("Alice").status_code == 303


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("alice", "wrong"),
        ("alice", ""),
        ("mallory", PASSWORD),
        ("", ""),
        ("alice", "x" * 10_000),
        ("alice", f"{PASSWORD}\0"),
        ("alice\0", PASSWORD),
        ("' OR 1=1--", "x"),
    ],
)
def test_a_wrong_name_and_a_wrong_password_look_alike(
    world: World, name: str, password: str
) -> None:  # A13, A32
    browser = Browser(world.visitor())
    answer = browser.sign_in(name, password)
    assert answer.status_code == 401
    assert WRONG in answer.text
    assert browser.get(API).status_code == 401


def test_the_sign_in_form_needs_its_token(world: World) -> None:
    visitor = world.visitor()
    form = {"username": "alice", "password": PASSWORD}
    assert visitor.post("/login", data=form).status_code == 403
    assert visitor.get(API).status_code == 401


def test_a_sign_in_from_another_site_is_refused(world: World) -> None:
    browser = Browser(world.visitor())
    form = {"username": "alice", "password": PASSWORD, "csrf_token": browser.token()}
    headers = {"Origin": "https://evil.example"}
    assert browser.client.post("/login", data=form, headers=headers).status_code == 403


def test_signing_in_gives_a_new_session(world: World) -> None:  # A29
    browser = Browser(world.visitor())
    browser.token()
    planted = cookie_of(world, browser)
    browser.sign_in()
    assert cookie_of(world, browser) != planted
    assert with_cookie(world, planted).get(API).status_code == 401


def test_signing_in_again_ends_the_session_before(world: World, signed_in: Browser) -> None:
    first = cookie_of(world, signed_in)
    signed_in.sign_in()
    assert with_cookie(world, first).get(API).status_code == 401
    assert signed_in.get(API).status_code == 200


def test_a_cookie_is_worth_nothing_after_signing_out(
    world: World, signed_in: Browser
) -> None:  # A28
    stolen = cookie_of(world, signed_in)
    answer = signed_in.client.post("/logout", data={"csrf_token": signed_in.token("/")})
    assert (answer.status_code, answer.location) == (303, "/login")
    assert signed_in.get(API).status_code == 401
    assert with_cookie(world, stolen).get(API).status_code == 401


def test_signing_out_is_not_done_by_reading_or_by_another_site(signed_in: Browser) -> None:
    assert signed_in.get("/logout").status_code == 405
    assert signed_in.client.post("/logout").status_code == 403
    assert signed_in.get(API).status_code == 200


def test_a_new_password_ends_every_session(world: World, signed_in: Browser) -> None:
    world.users.set_password("alice", "another one")
    world.desk.sessions.close("forgets what was remembered of others too")
    assert signed_in.get(API).status_code == 401


def test_a_cookie_of_another_machine_is_refused(world: World, signed_in: Browser) -> None:
    stolen = with_cookie(world, cookie_of(world, signed_in))
    headers = {"User-Agent": "another browser"}
    assert stolen.client.get(API, headers=headers).status_code == 401


def test_a_cookie_signed_with_another_key_is_refused(
    world: World, signed_in: Browser
) -> None:  # A30
    payload = cookie_of(world, signed_in).rsplit(".", 2)[0]
    signer = TimestampSigner("an old key", salt="cookie-session", key_derivation="hmac")
    assert with_cookie(world, signer.sign(payload).decode()).get(API).status_code == 401


def test_a_forged_remember_cookie_is_ignored(world: World) -> None:  # A31
    browser = Browser(world.visitor())
    for name in ("remember_token", world.app.config["REMEMBER_COOKIE_NAME"]):
        browser.client.set_cookie(name, "1|0123456789abcdef")
    assert browser.get(API).status_code == 401


def test_sessions_survive_a_restart_of_the_desk(world: World, signed_in: Browser) -> None:
    restarted = replace(world.desk, people=People(world.engine), stream=Stream())
    client = build_web(restarted).test_client()
    client.set_cookie(world.app.config["SESSION_COOKIE_NAME"], cookie_of(world, signed_in))
    assert client.get(API).status_code == 200


def test_the_cookie_is_kept_from_scripts_and_other_sites(world: World) -> None:
    answer = world.visitor().get("/login")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    secure = world.visitor().get("/login", base_url="https://localhost")
    assert "Secure" in secure.headers["Set-Cookie"]


def test_two_desks_on_one_machine_have_cookies_of_their_own(world: World, tmp_path: Path) -> None:
    other = World(tmp_path / "other", {"BIND": "127.0.0.1:5001"})
    names = {w.app.config["SESSION_COOKIE_NAME"] for w in (world, other)}
    assert len(names) == 2
    other.close()


def test_guesses_get_slow_and_the_right_password_works_after_the_wait(world: World) -> None:  # A33
    browser = Browser(world.visitor())
    for _ in range(5):
        assert browser.sign_in(password="wrong").status_code == 401
    refused = browser.sign_in()
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "12")
    assert TOO_OFTEN.format(seconds=12) in refused.text
    world.clock.pass_by(12)
    assert browser.sign_in().status_code == 303


def test_an_address_that_guesses_names_gets_slow_whatever_it_claims_to_be(world: World) -> None:
    browser = Browser(world.visitor())  # A49
    token = browser.token()
    statuses = []
    for number in range(21):
        form = {"username": f"user{number}", "password": "x", "csrf_token": token}
        headers = {"X-Forwarded-For": f"10.0.0.{number}"}
        statuses.append(browser.client.post("/login", data=form, headers=headers).status_code)
    assert statuses == [401] * 20 + [429]


def test_signing_in_rightly_never_gets_slow(world: World) -> None:
    assert all(Browser(world.visitor()).sign_in().status_code == 303 for _ in range(8))


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "https:evil.example",
        "https://evil.example",
        "\r\nSet-Cookie: x=1",
        "/\r\nSet-Cookie: x=1",
        "/\tevil",
        "javascript:alert(1)",
        "evil",
        "",
        "/a\\b",
        " /",
    ],
)
def test_a_next_that_leads_away_leads_home(world: World, target: str) -> None:  # A34
    answer = Browser(world.visitor()).sign_in(next=target)
    assert answer.location == "/"
    assert safe_next(target) == "/"


@pytest.mark.parametrize("target", ["/", "/orders", "/?symbol=AAPL&x=%2F%2Fevil"])
def test_a_next_on_this_desk_is_followed(world: World, target: str) -> None:
    assert Browser(world.visitor()).sign_in(next=target).location == target


def test_the_sign_in_page_keeps_where_to_go_and_escapes_it(world: World) -> None:
    page = world.visitor().get('/login?next=/?q="><script>').text
    assert 'value="/?q=&#34;&gt;&lt;script&gt;"' in page


def test_what_lasts_longer_than_a_request_can_see_its_caller_go(world: World) -> None:
    program = world.program()
    with world.app.test_request_context("/", headers={"Authorization": f"bearer {program.key}"}):
        caller = find_caller()
    assert caller is not None
    assert is_still_signed_in(world.desk, caller)
    world.desk.keys.revoke(program.key[:12])
    assert not is_still_signed_in(world.desk, caller)
