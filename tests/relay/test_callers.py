"""Who asks: the assertion alone says it."""

from __future__ import annotations

import time
from http import HTTPStatus

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from relay.assertions import Assertion, make
from relay.callers import Callers, bearer
from relay.problems import Denied

TOKEN = "one secret that only desk and relay know"
CALLERS = Callers(TOKEN, time.time)


def called(
    query: str = "", scope: str = "read", needed: str = "read", **headers: str
) -> Assertion | HTTPStatus:
    """Who asks, or with which status it is denied."""
    sent = {"Authorization": f"Bearer {make(TOKEN, 'alice', scope)}"} | headers
    request = make_mocked_request("GET", f"/options/relay/positions{query}", headers=sent)
    try:
        return CALLERS.caller(request, needed)
    except Denied as error:
        return error.status


def test_the_assertion_says_who_asks() -> None:
    assert called() == Assertion("alice", "read")


@pytest.mark.parametrize("query", ["?user_id=alice", "?user_id=alice&user_id=alice", "?account=1"])
def test_user_id_may_repeat_the_assertion(query: str) -> None:
    assert called(query) == Assertion("alice", "read")


@pytest.mark.attack("A35")
@pytest.mark.parametrize(
    "query", ["?user_id=bob", "?user_id=", "?user_id=alice&user_id=bob", "?user_id=ALICE"]
)
def test_A35_another_user_id_is_403_each_time_it_occurs(query: str) -> None:
    assert called(query) == HTTPStatus.FORBIDDEN


@pytest.mark.attack("A36")
def test_A36_headers_that_name_a_user_are_ignored() -> None:
    headers = {"X-User-Id": "bob", "X-Forwarded-User": "bob", "Cookie": "user_id=bob"}
    assert called(**headers) == Assertion("alice", "read")


@pytest.mark.attack("A37")
@pytest.mark.parametrize("authorization", ["", "Bearer ", "Bearer x", "Basic YTpi", "alice"])
def test_A37_without_an_assertion_it_is_401(authorization: str) -> None:
    assert called(Authorization=authorization) == HTTPStatus.UNAUTHORIZED


@pytest.mark.attack("A38")
def test_A38_an_assertion_of_a_minute_ago_is_401() -> None:
    old = make(TOKEN, "alice", "admin", lambda: time.time() - 120)
    assert called(Authorization=f"Bearer {old}") == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize(
    ("scope", "needed"), [("read", "trade"), ("trade", "admin"), ("approve", "admin")]
)
def test_a_scope_that_is_too_small_is_403(scope: str, needed: str) -> None:
    assert called(scope=scope, needed=needed) == HTTPStatus.FORBIDDEN


@pytest.mark.attack("A43")
@pytest.mark.parametrize(
    "query", ["?key=iba_abc", "?x=IBK_abc", "?api_key=1", "?access_token=1", "?x=%69ba_abc"]
)
def test_A43_a_secret_in_the_address_is_400(query: str) -> None:
    assert called(query) == HTTPStatus.BAD_REQUEST


def test_two_authorization_headers_are_none() -> None:
    twice = CIMultiDict([("Authorization", "Bearer a"), ("Authorization", "Bearer b")])
    assert bearer(make_mocked_request("GET", "/", headers=twice)) == ""
