"""Whoever signs in is shown the sign-in before: a stranger's is noticed."""

from __future__ import annotations

from tests.web.visitors import Browser, World
from web import last_sign_in


def test_the_first_sign_in_has_none_before_it(signed_in: Browser) -> None:
    assert "This is the first sign-in" in signed_in.get("/me").text
    assert "Last sign-in" not in signed_in.get("/").text


def test_the_next_one_is_shown_the_one_before_on_every_page(world: World) -> None:
    world.browser()
    assert world.audited() != []
    browser = world.browser()
    assert "from 127.0.0.1" in browser.get("/me").text
    assert "Last sign-in" in browser.get("/").text
    assert "Failed since" not in browser.get("/").text


def test_failed_tries_since_then_are_told(world: World) -> None:
    world.browser()
    for _ in range(2):
        Browser(world.visitor()).sign_in(password="wrong")
    assert len(world.audited()) == 3
    browser = world.browser()
    assert "failed 2 times" in browser.get("/me").text
    assert "Failed since: 2" in browser.get("/").text


def test_tries_with_another_name_are_not_ones_own(world: World) -> None:
    world.users.add("bob", "correct horse")
    Browser(world.visitor()).sign_in("bob", "wrong")
    assert len(world.audited()) == 1
    with world.app.test_request_context("/"):
        assert last_sign_in.of("alice") == {"time": "", "address": "", "failed": 0}
        assert last_sign_in.of("bob")["failed"] == 1
