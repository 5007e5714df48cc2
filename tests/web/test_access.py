"""The door, seen from each route: who gets in with what."""

from __future__ import annotations

import re
from typing import Any

import pytest
from werkzeug.routing import Rule

from tests.web.visitors import BODY, PASSWORD, Browser, Program, World, data
from web.openapi import read_examples as readings
from web.policies import FOR_ADMINS, FOR_APPROVERS, POLICIES, PUBLIC

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
    f"{API}/messages",
    f"{API}/portfolio",
    f"{API}/portfolio.csv",
    f"{API}/protection",
    f"{API}/executions",
    f"{API}/stock-quote?symbol=AAPL",
    f"{API}/contracts?query=app",
    f"{API}/bars?symbol=AAPL",
    f"{API}/contracts/resolve?symbol=AAPL",
    f"{API}/test-futures?symbol=ES",
    f"{API}/fetch-chain?symbol=AAPL",
    f"{API}/executions.csv",
    f"{API}/order-history",
    f"{API}/order-history.csv",
    f"{API}/profit",
    f"{API}/profit.csv",
    f"{API}/watchlist",
    f"{API}/presets",
    f"{API}/trading-sessions?symbol=AAPL",
    f"{API}/orders",
    f"{API}/orders/known",
    f"{API}/orders/known/events",
    f"{API}/orders/known/why",
    f"{API}/freeze",
    f"{MISSION}/status",
    f"{MISSION}/positions",
]
CHAIN = f"{API}/fetch-chain/known"
STRATEGY = {"kind": "straddle", "action": "BUY", "quantity": 1}
# Questions with a body, and the end of one: they change nothing at IB.
QUESTIONS: list[tuple[str, str, dict[str, Any] | None, int]] = [
    ("POST", f"{API}/fetch-prices", {"symbols": ["AAPL"]}, 200),
    ("POST", f"{API}/watching", {"contracts": [{"symbol": "AAPL"}]}, 200),
    ("POST", f"{API}/strategies", STRATEGY, 422),
    ("DELETE", CHAIN, None, 202),
]
WATCHLIST = f"{API}/watchlist"
WRITES = [
    ("POST", f"{API}/orders", BODY, 201),
    ("DELETE", f"{API}/orders", None, 200),
    ("PATCH", f"{API}/orders/known", {"order": {"lmtPrice": 101}}, 200),
    ("DELETE", f"{API}/orders/known", None, 200),
    ("POST", f"{API}/orders/known/dismiss", {"confirm": True}, 200),
    ("POST", f"{API}/positions/close", {"conId": 265598, "percent": 100}, 201),
    ("POST", f"{API}/positions/flatten", {"confirm": True}, 200),
    ("POST", f"{MISSION}/place-order", BODY, 201),
    ("POST", f"{MISSION}/cancel-order", {"clientOrderId": "known"}, 200),
]
# What admins alone may do.
KILL = f"{API}/kill"
ADMIN_WRITES = [
    ("POST", f"{API}/freeze"),
    ("DELETE", f"{API}/freeze"),
    ("POST", KILL),
]
# One's own, and what admins and approvers have: tests/web/test_people_access.py tries each.
PEOPLE = {
    ("GET", "/me"),
    ("POST", "/me/password"),
    ("POST", "/me/sessions/close"),
    ("POST", "/me/sessions/close-others"),
    ("POST", "/me/second-factor"),
    ("POST", "/me/second-factor/confirm"),
    ("POST", "/me/second-factor/remove"),
    ("POST", "/me/keys"),
    ("POST", "/me/keys/revoke"),
    ("POST", "/me/agent-keys"),
    ("POST", "/me/agent-keys/revoke"),
    ("POST", "/me/agent/take-over"),
    ("GET", "/users"),
    ("POST", "/users"),
    ("POST", "/users/<name>"),
    ("GET", "/agents"),
    ("GET", "/audit"),
    ("GET", f"{API}/sessions"),
    ("DELETE", f"{API}/sessions"),
    ("DELETE", f"{API}/sessions/<session_id>"),
    ("GET", f"{API}/keys"),
    ("POST", f"{API}/keys"),
    ("DELETE", f"{API}/keys/<prefix>"),
    ("GET", f"{API}/agent-keys"),
    ("POST", f"{API}/agent-keys"),
    ("DELETE", f"{API}/agent-keys/<prefix>"),
    ("GET", f"{API}/users"),
    ("PATCH", f"{API}/users/<name>"),
    ("POST", f"{API}/invitations"),
    ("GET", f"{API}/agents"),
    ("PUT", WATCHLIST),
    ("PUT", f"{API}/presets"),
    ("GET", f"{API}/audit"),
    ("GET", f"{API}/audit/verify"),
    ("GET", f"{API}/audit/export"),
}
ELSEWHERE = {
    ("GET", "/login/code"),
    ("POST", "/login/code"),
    ("GET", "/invitation/<token>"),
    ("POST", "/invitation/<token>"),
    ("GET", "/"),
    ("GET", "/docs"),
    ("GET", "/options"),
    ("GET", "/orders"),
    ("GET", "/executions"),
    ("GET", "/account"),
    ("GET", "/profit"),
    ("GET", "/settings"),
    ("GET", "/setup"),
    ("POST", "/setup"),
    ("POST", "/setup/password"),
    ("POST", "/setup/test"),
    ("POST", "/setup/skip"),
    ("GET", "/orders/<client_order_id>"),
    ("GET", "/health"),
    ("GET", "/checklist"),
    ("GET", "/checklist/<name>"),
    ("GET", f"{API}/checklist"),
    ("POST", f"{API}/checklist"),
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
    world.reader.position_rows = (readings.POSITION,)


def refusal_of(path: str) -> str:
    """What a trader hears there."""
    return FOR_ADMINS if path == KILL else FOR_APPROVERS


def is_untouched(world: World) -> bool:
    """Nothing was placed, changed, cancelled, frozen or asked of the order desk at all."""
    desk = world.order_desk
    return (desk.submitted, desk.modified, desk.cancelled, desk.asked) == ([], [], [], [])


def in_the_map(path: str) -> str:
    """The path as the url map has it."""
    name = "chain_id" if path == CHAIN else "client_order_id"
    return path.replace("/known", f"/<{name}>")


def methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def test_every_route_is_in_the_table_above(world: World) -> None:
    routes = {(m, r.rule) for r in world.app.url_map.iter_rules() for m in methods(r)}
    reads = {("GET", path.partition("?")[0]) for path in READS}
    bodies = {(method, path) for method, path, _, _ in [*QUESTIONS, *WRITES]}
    tested = {(m, in_the_map(path)) for m, path in reads | bodies | {*ADMIN_WRITES}}
    assert routes == tested | PEOPLE | ELSEWHERE


def test_every_route_but_the_allowed_ones_is_closed_to_a_stranger(world: World) -> None:
    stranger = world.visitor(use_cookies=False)
    opened = set()
    for rule in world.app.url_map.iter_rules():
        path = re.sub(r"<\w+>", "known", rule.rule.replace("<path:filename>", "desk.css"))
        for method in methods(rule):
            answer = stranger.open(
                path, method=method, environ_overrides={"REMOTE_ADDR": "9.9.9.9"}
            )
            answer.close()
            if answer.status_code not in (302, 401):
                opened.add(rule.endpoint)
    public = {endpoint for endpoint, policy in POLICIES.items() if policy == PUBLIC}
    assert opened == public - {"auth.code"}  # which says: sign in


@pytest.mark.parametrize("path", READS)
def test_a_read_needs_somebody_signed_in(world: World, signed_in: Browser, path: str) -> None:
    refused = world.visitor().get(path)
    assert refused.status_code == 401
    assert refused.mimetype == "application/problem+json"
    assert refused.headers["WWW-Authenticate"].lower().startswith("bearer")
    for scope in ("read", "trade", "admin"):
        assert world.program(scope).get(path).status_code == 200
    assert signed_in.get(path).status_code == 200


@pytest.mark.parametrize(("method", "path", "body", "status"), QUESTIONS)
def test_a_question_with_a_body_needs_the_scope_read(
    world: World,
    signed_in: Browser,
    method: str,
    path: str,
    body: dict[str, Any] | None,
    status: int,
) -> None:
    world.reader.chains.add("known")
    assert world.visitor().open(path, method=method, json=body).status_code == 401
    assert world.program("read").call(method, path, json=body).status_code == status
    assert signed_in.client.open(path, method=method, json=body).status_code == 403  # no token
    assert signed_in.call(method, path, json=body).status_code == status
    assert is_untouched(world)


def test_a_watchlist_is_changed_in_a_browser_or_by_an_admins_key(
    world: World, signed_in: Browser
) -> None:
    for scope in ("read", "trade", "approve"):
        answer = world.program(scope).call("PUT", WATCHLIST, json={"contracts": []})
        assert answer.status_code == 403
    assert signed_in.call("PUT", WATCHLIST, json={"contracts": []}).status_code == 200


@pytest.mark.parametrize(("method", "path", "body", "status"), WRITES)
def test_a_write_needs_the_scope_trade(
    world: World, method: str, path: str, body: dict[str, Any] | None, status: int
) -> None:
    assert world.visitor().open(path, method=method, json=body).status_code == 401
    reader = world.program("read").call(method, path, json=body)
    assert (reader.status_code, data(reader)["sent"]) == (403, "no")
    assert data(reader)["error"] == "This needs the scope trade; yours is read."
    assert is_untouched(world)
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
    assert is_untouched(world)
    assert signed_in.call(method, path, json=body).status_code == status


@pytest.mark.parametrize(("method", "path"), ADMIN_WRITES)
@pytest.mark.parametrize("scope", ["read", "trade"])
def test_a_freeze_or_its_end_needs_the_scope_approve_and_a_kill_admin(
    world: World, method: str, path: str, scope: str
) -> None:
    world.order_desk.frozen = "alice" if method == "DELETE" else ""
    answer = world.program(scope).call(method, path)
    said = refusal_of(path)
    assert (answer.status_code, data(answer)["error"], data(answer)["sent"]) == (403, said, "no")
    assert is_untouched(world)
    assert world.order_desk.is_frozen() is (method == "DELETE")
    assert world.visitor().open(path, method=method).status_code == 401
    approved = 403 if path == KILL else 200
    assert world.program("approve").call(method, path).status_code == approved
    assert world.program("admin").call(method, path).status_code == 200
    assert world.order_desk.is_frozen() is (method == "POST")


@pytest.mark.parametrize(("method", "path"), ADMIN_WRITES)
def test_a_browser_of_an_admin_freezes_with_its_token_only(
    world: World, signed_in: Browser, method: str, path: str
) -> None:
    bare = signed_in.client.open(path, method=method)
    assert (bare.status_code, data(bare)["sent"]) == (403, "no")
    assert is_untouched(world)
    assert signed_in.call(method, path).status_code == 200


@pytest.mark.parametrize(("method", "path"), ADMIN_WRITES)
def test_somebody_who_may_trade_freezes_nothing_from_a_browser_either(
    world: World, method: str, path: str
) -> None:
    world.users.add("bob", PASSWORD, "trader")
    answer = world.browser("bob").call(method, path)
    assert (answer.status_code, data(answer)["error"]) == (403, refusal_of(path))
    assert is_untouched(world)


def test_an_admins_key_of_a_trader_freezes_nothing(world: World) -> None:
    bob = world.users.add("bob", PASSWORD, "admin")
    program = Program(world.visitor(), world.desk.keys.new(bob, "admin"))
    world.users.set_role("bob", "trader")
    assert program.post(f"{API}/kill", {}).status_code == 403
    assert is_untouched(world)


def test_a_key_does_no_more_than_its_user_may(world: World) -> None:
    bob = world.users.add("bob", "long enough", "admin")
    key = world.desk.keys.new(bob, "admin")
    world.users.set_role("bob", "viewer")
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
