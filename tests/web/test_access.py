"""The door, seen from each route: who gets in with what."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.routing import Rule

from tests.web.visitors import BODY, Browser, Program, World, data
from web.guards import PUBLIC

# What a caller without a key, with a key to read, with a key to trade, and a browser with its token
# gets from each route. A new route fails until it stands here.
API = "/api/v1"
MISSION = "/api/ib-connection"
READS = [
    f"{API}/openapi.json",
    f"{API}/status",
    f"{API}/accounts",
    f"{API}/account",
    f"{API}/positions",
    f"{API}/pnl",
    f"{API}/executions",
    f"{API}/stock-quote?symbol=AAPL",
    f"{API}/contracts?query=app",
    f"{API}/bars?symbol=AAPL",
    f"{API}/orders",
    f"{API}/orders/known",
    f"{API}/orders/known/events",
    f"{MISSION}/status",
    f"{MISSION}/positions",
]
WRITES = [
    ("POST", f"{API}/orders", BODY, 201),
    ("DELETE", f"{API}/orders", None, 200),
    ("DELETE", f"{API}/orders/known", None, 200),
    ("POST", f"{MISSION}/place-order", BODY, 201),
    ("POST", f"{MISSION}/cancel-order", {"clientOrderId": "known"}, 200),
]
ELSEWHERE = {
    ("GET", "/"),
    ("GET", "/docs"),
    ("GET", f"{API}/stream"),
    ("GET", "/login"),
    ("POST", "/login"),
    ("POST", "/logout"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/static/<path:filename>"),
}


@pytest.fixture(autouse=True)
def known_order(world: World) -> None:
    world.order_desk.knows("known", "live")


def methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def test_every_route_is_in_the_table_above(world: World) -> None:
    routes = {(m, r.rule) for r in world.app.url_map.iter_rules() for m in methods(r)}
    reads = {("GET", path.partition("?")[0]) for path in READS}
    written = reads | {(method, path) for method, path, _, _ in WRITES}
    tested = {(m, path.replace("/known", "/<client_order_id>")) for m, path in written}
    assert routes == tested | ELSEWHERE


def test_every_route_but_the_allowed_ones_is_closed_to_a_stranger(world: World) -> None:
    stranger = world.visitor(use_cookies=False)
    opened = set()
    for rule in world.app.url_map.iter_rules():
        path = rule.rule.replace("<client_order_id>", "known").replace(
            "<path:filename>", "desk.css"
        )
        for method in methods(rule):
            answer = stranger.open(
                path, method=method, environ_overrides={"REMOTE_ADDR": "9.9.9.9"}
            )
            answer.close()
            if answer.status_code not in (302, 401):
                opened.add(rule.endpoint)
    assert opened == PUBLIC


@pytest.mark.parametrize("path", READS)
def test_a_read_needs_somebody_signed_in(world: World, signed_in: Browser, path: str) -> None:
    refused = world.visitor().get(path)
    assert refused.status_code == 401
    assert refused.mimetype == "application/problem+json"
    assert refused.headers["WWW-Authenticate"].lower().startswith("bearer")
    for scope in ("read", "trade", "admin"):
        assert world.program(scope).get(path).status_code == 200
    assert signed_in.get(path).status_code == 200


@pytest.mark.parametrize(("method", "path", "body", "status"), WRITES)
def test_a_write_needs_the_scope_trade(
    world: World, method: str, path: str, body: dict[str, Any] | None, status: int
) -> None:
    assert world.visitor().open(path, method=method, json=body).status_code == 401
    reader = world.program("read").call(method, path, json=body)
    assert (reader.status_code, data(reader)["sent"]) == (403, "no")
    assert data(reader)["error"] == "This needs the scope trade; yours is read."
    assert (world.order_desk.submitted, world.order_desk.cancelled) == ([], [])
    assert world.program("trade").call(method, path, json=body).status_code == status


@pytest.mark.parametrize(("method", "path", "body", "status"), WRITES)
def test_a_browser_writes_with_its_token_only(
    world: World,
    signed_in: Browser,
    method: str,
    path: str,
    body: dict[str, Any] | None,
    status: int,
) -> None:
    bare = signed_in.client.open(path, method=method, json=body)
    assert (bare.status_code, data(bare)["sent"]) == (403, "no")
    assert (world.order_desk.submitted, world.order_desk.cancelled) == ([], [])
    assert signed_in.call(method, path, json=body).status_code == status


def test_a_key_does_no_more_than_its_user_may(world: World) -> None:
    bob = world.users.add("bob", "long enough", "read")
    key = world.desk.keys.new(bob, "admin")
    assert Program(world.visitor(), key).post(f"{API}/orders", BODY).status_code == 403


@pytest.mark.parametrize("key", ["", "ibk_wrong", "x" * 5000, "Bearer"])
def test_a_key_that_nobody_has_opens_nothing(world: World, key: str) -> None:
    assert Program(world.visitor(), key).get(f"{API}/positions").status_code == 401


def test_a_password_in_the_header_is_no_key(world: World) -> None:
    answer = world.visitor().get(f"{API}/positions", auth=("alice", "correct horse"))
    assert answer.status_code == 401


def test_a_revoked_key_is_refused_at_once(world: World, program: Program) -> None:
    assert program.get(f"{API}/positions").status_code == 200
    world.desk.keys.revoke(program.key[:12])
    assert program.get(f"{API}/positions").status_code == 401
