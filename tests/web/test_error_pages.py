"""Errors as pages: plain headings that say what happened and what to do."""

from __future__ import annotations

import pytest
from werkzeug.exceptions import ServiceUnavailable, TooManyRequests

from tests.web.visitors import PASSWORD, Browser, World
from trading.refusals import NotConnected


def heading(text: str) -> str:
    return text.partition("<h1>")[2].partition("</h1>")[0]


def test_a_page_that_is_not_there_says_so_in_our_words(signed_in: Browser) -> None:
    answer = signed_in.get("/nowhere")
    assert answer.status_code == 404
    assert heading(answer.text) == "There is no such page"
    assert "not found on the server" not in answer.text
    assert "Try again" not in answer.text


def test_a_page_of_admins_says_who_can_help(world: World) -> None:
    world.users.add("vera", PASSWORD, "viewer")
    browser = world.browser("vera")
    answer = browser.get("/users")
    assert answer.status_code == 403
    assert heading(answer.text) == "You may not see this page"
    assert "Only an admin sees this page.<" in answer.text
    assert "ask an admin" in answer.text
    refused = browser.send("/users")
    assert (refused.status_code, heading(refused.text)) == (403, "You may not do that")


@pytest.mark.parametrize(
    ("error", "status", "said", "retry_after"),
    [
        (ZeroDivisionError("a secret"), 500, "Something went wrong here", None),
        (NotConnected("TWS is away"), 503, "The desk cannot answer now", "2"),
        (ServiceUnavailable("No place.", retry_after=7), 503, "Try again in 7 s.", "7"),
        (TooManyRequests("Slowly.", retry_after=9), 429, "Wait 9 s, then try again.", "9"),
    ],
)
def test_what_may_go_well_later_offers_another_try(
    world: World,
    signed_in: Browser,
    error: Exception,
    status: int,
    said: str,
    retry_after: str | None,
) -> None:
    def fail() -> str:
        raise error

    world.app.view_functions["pages.settings"] = fail
    answer = signed_in.get("/settings")
    assert answer.status_code == status
    assert said in answer.text
    assert ">Try again</a>" in answer.text
    assert answer.headers.get("Retry-After") == retry_after
    assert "secret" not in answer.text
