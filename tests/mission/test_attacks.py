"""Attacks on the running world: another user's orders, keys in the wrong place, forged requests.

`docs/attacks.md` says what each number is.
"""

from __future__ import annotations

import time
from typing import Any

import pytest

from paper_gateway.contracts import Catalogue
from relay.assertions import make
from tests.mission.browsers import Browser
from tests.mission.world import Answer, MissionWorld, order_body, resting
from tests.processes import request

POSITIONS = "/api/ib-connection/positions"
PLACE = "/api/ib-connection/place-order"
CANCEL = "/api/ib-connection/cancel-order"
RELAYED = "/options/relay/positions"
KIB = 1024


def as_bearer(port: int, path: str, secret: str) -> Answer:
    return request(port, "GET", path, None, {"Authorization": f"Bearer {secret}"})


@pytest.fixture(scope="module")
def alices(world: MissionWorld) -> str:
    """The name of an order of Alice's that rests."""
    assert world.place("alice", "attacked", **resting())[0] == 201
    return "attacked"


@pytest.mark.attack("A55")
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/v1/orders/attacked", None),
        ("GET", "/api/v1/orders/attacked/events", None),
        ("GET", "/api/v1/orders/attacked/why", None),
        ("PATCH", "/api/v1/orders/attacked", {"order": {"lmtPrice": 2}}),
        ("DELETE", "/api/v1/orders/attacked", None),
        ("POST", CANCEL, {"clientOrderId": "attacked"}),
    ],
)
def test_another_users_order_is_not_there(
    dora: MissionWorld, alices: str, method: str, path: str, body: Any
) -> None:
    status, answer = dora.call("dora", method, path, body)
    assert (status, answer["sent"]) == (404, "no")
    order = dora.call("alice", "GET", f"/api/v1/orders/{alices}")[1]
    assert (order["state"], order["order"]["lmtPrice"]) == ("live", 1)


@pytest.mark.attack("A55")
def test_cancelling_everything_leaves_other_users_orders(dora: MissionWorld, alices: str) -> None:
    dora.place("dora", "hers", **resting())
    for path, method in (("orders", "DELETE"), ("kill", "POST")):
        assert dora.call("dora", method, f"/api/v1/{path}", {})[0] == 200
    assert dora.call("dora", "GET", "/api/v1/orders/hers")[1]["state"] == "cancelled"
    assert dora.call("alice", "GET", f"/api/v1/orders/{alices}")[1]["state"] == "live"
    assert dora.call("alice", "GET", "/api/v1/freeze")[1] == {"frozen": False}
    assert dora.call("dora", "DELETE", "/api/v1/freeze")[1] == {"frozen": False}


def test_the_same_key_of_two_users_is_two_orders(dora: MissionWorld, alices: str) -> None:
    status, answer = dora.place("dora", alices, **resting())
    assert (status, answer["account"], "replayed" in answer) == (201, "DU4000001", False)
    assert dora.call("dora", "DELETE", f"/api/v1/orders/{alices}")[1]["state"] == "cancelled"
    assert dora.call("alice", "GET", f"/api/v1/orders/{alices}")[1]["state"] == "live"


@pytest.mark.attack("A16")
def test_an_account_of_another_user_is_refused(dora: MissionWorld) -> None:
    account = "DU4000001"
    for more in ({}, {"whatIf": True}):
        status, answer = dora.place("alice", "not-hers", account=account, **more)
        assert (status, answer["sent"]) == (403, "no")
        assert answer["error"] == f"Account {account} is not one of this TWS"
    for path in (f"positions?account={account}", f"account?account={account}"):
        assert dora.call("alice", "GET", f"/api/v1/{path}")[0] == 404
    closing = {"conId": 265598, "account": account}
    assert dora.call("alice", "POST", "/api/v1/positions/close", closing)[0] == 404
    assert dora.gateways["dora"].orders("not-hers") == []


@pytest.mark.attack("A56")
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "orders"), ("DELETE", "orders"), ("POST", "kill"), ("POST", "freeze")],
)
def test_a_viewers_key_does_nothing(world: MissionWorld, method: str, path: str) -> None:
    status, answer = world.call("victor", method, f"/api/v1/{path}", order_body("viewed"))
    assert (status, answer["sent"]) == (403, "no")


@pytest.mark.attack("A37")
def test_each_key_opens_its_own_door_only(world: MissionWorld) -> None:
    keys, assertion = world.keys["alice"], make(world.token, "alice", "admin")
    assert as_bearer(world.port, POSITIONS, keys.api)[0] == 200
    assert as_bearer(world.relay_port, RELAYED, assertion)[0] == 200
    for wrong in (keys.agent, assertion):
        assert as_bearer(world.port, POSITIONS, wrong)[0] == 401
    for wrong in (keys.agent, keys.api):
        assert as_bearer(world.relay_port, RELAYED, wrong)[0] == 401
    for wrong in (keys.api, assertion):
        assert as_bearer(world.relay_port, "/agent/connect", wrong)[0] == 401


@pytest.mark.attack("A38")
@pytest.mark.parametrize(
    ("token", "made"), [("", -61), ("", 30), ("another secret, as long as the right one", 0)]
)
def test_an_assertion_of_another_time_or_secret_is_refused(
    world: MissionWorld, token: str, made: int
) -> None:
    assertion = make(token or world.token, "alice", "trade", lambda: time.time() + made)
    assert as_bearer(world.relay_port, RELAYED, assertion)[0] == 401


def test_an_assertion_to_read_places_nothing(world: MissionWorld) -> None:
    path, body = "/options/relay/place-order", {"body": order_body("read-only")}
    assert world.relay_call("alice", "POST", path, body, scope="read")[0] == 403
    assert world.gateways["alice"].orders("read-only") == []


def test_another_site_places_nothing_with_alices_cookie(world: MissionWorld) -> None:
    tab, other = Browser(world.port), Browser(world.port)
    tab.sign_in("alice")
    other.sign_in("bob")
    body = order_body("forged")
    for origin in ("http://evil.example", f"http://127.0.0.1:{world.relay_port}", "null"):
        assert tab.call("POST", PLACE, body, {"Origin": origin})[0] == 403
    assert tab.call("POST", PLACE, body, {"Content-Type": "text/plain"})[0] == 415
    for token in ("", other.token):
        tab.token = token
        assert tab.call("POST", PLACE, body)[0] == 403
    assert world.gateways["alice"].orders("forged") == []


def test_a_huge_body_is_refused_at_both_doors(world: MissionWorld) -> None:
    body = {"contract": {"symbol": "A" * 200 * KIB}}
    assert world.call("alice", "POST", PLACE, body)[0] == 413
    assert world.relay_call("alice", "POST", "/options/relay/place-order", body)[0] == 413


@pytest.mark.attack("A54")
def test_however_much_others_ask_alices_own_quotes_go_on(world: MissionWorld) -> None:
    """IB gives her a hundred lines of market data; what others ask for takes some of them."""
    known = Catalogue.default().definitions
    stocks = {one.symbol for one in known if one.sec_type == "STK" and one.symbol.isalpha()}
    names = sorted(stocks - {"MSFT"})[:100]
    path = "/api/v1/stock-quote?symbol="
    answers = [world.call("charlie", "GET", f"{path}{name}")[0] for name in names]
    assert answers == [200] * 100
    tab = Browser(world.port)
    tab.sign_in("alice")
    assert tab.first_event("/api/v1/stream", "quote", symbol="MSFT")["bid"] > 0


def test_a_stranger_hears_nothing_on_a_stream(world: MissionWorld) -> None:
    """What comes after the greeting is in `tests/end_to_end/test_relay.py`."""
    tab = Browser(world.port)
    tab.sign_in("charlie")
    first = tab.first_event("/api/v1/stream")
    assert (first["account"], first["mode"]) == (None, None)
