"""Every route of the desk, asked by everybody: nobody gets what is not theirs.

The routes come from the url map itself, so that a new one is asked as well. Everything that the
relay tells of a user bears that user's mark, in every field that a text may stand in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from relay import value_forms as forms
from relay.operations import OPERATIONS
from tests.fakes import NOW, bars_answer, order_result
from tests.relay.fake_relay import FakeRelay, status_form
from tests.web.relay_worlds import RelayWorld
from tests.web.visitors import Program
from trading.sizing import NO_FACTS
from trading.snapshots import AccountSummary, Rows, iso
from web.policies import NEVER, POLICIES, Policy

ARGUMENTS = {
    "chain_id": "alices-chain",
    "client_order_id": "alices-order",
    "filename": "desk.css",
    "name": "alice",
    "prefix": "ibk_00000000",
    "session_id": "1",
    "public_id": "1",
    "token": "nobodys",
}
MESSAGE = {
    "time": iso(NOW),
    "code": 399,
    "kind": "info",
    "text": "",
    "meaning": "A message",
    "next": "Nothing",
}
# What the desk asks the relay itself and not an agent.
ONLY_LOOKS = frozenset({"agent", "agents", "events"})
# Endless answers have tests of their own (test_user_streams.py).
STREAMS = frozenset({"stream.stream"})


def mark(user: str) -> str:
    return f"MARK-OF-{user.upper()}"


def told_of(user: str, operation: str) -> Any:
    """What the user's agent would answer, with the mark wherever a text may stand."""
    own = mark(user)
    contract = {"conId": 1, "symbol": own, "secType": "STK", "currency": "USD", "exchange": own}
    row = {"account": own, "contract": contract, "position": 100, "execId": own, "time": iso(NOW)}
    order = order_result(f"{user}s-order", "live")
    order.payload.update(account=own, contract=contract, messages=[MESSAGE | {"text": own}])
    rows = forms.rows_form(Rows(NOW, (row,)))
    results: dict[str, Any] = {
        "status": status_form(account=own, accounts=[own]),
        "accounts": [own],
        "account": forms.account_form(
            AccountSummary(NOW, own, ({"tag": own, "value": "1", "currency": own},))
        ),
        "order-facts": forms.facts_form(NO_FACTS),
        "orders": forms.orders_form([order]),
        "older-orders": forms.orders_form([order]),
        "cancel-all": forms.orders_form([order]),
        "events": [{"seq": 1, "time": iso(NOW), "elapsedMs": 0, "kind": "sent", "text": own}],
        "known-executions": [row],
        "profit": {
            "asOf": iso(NOW),
            "currency": own,
            "days": [{"date": own}],
            "symbols": [{"symbol": own}],
            "equity": [],
            "incomplete": [],
        },
        "bars": bars_answer() | {"note": own},
        "preview": {"warningText": own},
        "stock-quote": {"symbol": own, "time": own},
        "fetch-chain": {"symbol": own, "rows": []},
        "cancel-chain": True,
        "fetch-prices": {"quotes": [{"symbol": own, "time": own}], "failed": []},
        "watching": {"quotes": [{"symbol": own, "time": own}], "failed": []},
        "test-futures": {"symbol": own, "futures": []},
        "contract-details": {"contract": contract, "longName": own},
        "freeze": None,
        "unfreeze": None,
        "agents": [],
    }
    is_order = operation in (
        *("order", "place-order", "modify-order"),
        *("cancel-order", "dismiss-order"),
    )
    return forms.order_form(order) if is_order else results.get(operation, rows)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RelayWorld]:
    folder: Path = tmp_path_factory.mktemp("isolation")
    relay = FakeRelay(answers=told_of)
    world = RelayWorld(folder, relay)
    for name, person in world.users.items():
        world.people.keys.new(person, "read", mark(name))
        world.people.agent_keys.new(person, mark(name))
        world.people.sessions.open(person, mark(name), mark(name))
    yield world
    world.close()


Ask = Callable[[str, str], TestResponse]


def asked(world: RelayWorld, ask: Ask) -> Iterator[tuple[str, Policy, TestResponse]]:
    """Every route with every method, its policy, and what was answered."""
    routes: list[Rule] = list(world.app.url_map.iter_rules())
    for rule in routes:
        if rule.endpoint in STREAMS or rule.endpoint == "auth.logout":
            continue
        values = {name: ARGUMENTS[name] for name in rule.arguments}
        _, path = rule.build(values, append_unknown=False) or ("", "")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            with closing(ask(method, path)) as answer:
                yield f"{method} {rule.rule}", POLICIES[rule.endpoint], answer


def by_key(world: RelayWorld, key: str) -> Ask:
    """A program of its own for each request: it keeps no cookie of the sign-in page."""
    return lambda method, path: Program(world.visitor(), key).call(method, path, json=body(path))


def body(path: str) -> dict[str, Any]:
    """A body that is good enough to be read by the route of that path."""
    if path.endswith(("/orders", "/place-order")):
        order = {"action": "BUY", "totalQuantity": 1, "orderType": "MKT"}
        return {"contract": {"symbol": "AAPL"}, "order": order}
    if path.endswith("/fetch-prices"):
        return {"symbols": ["AAPL"]}
    if path.endswith("/watching"):
        return {"contracts": [{"conId": 265598}]}
    return {"confirm": True} if path.endswith("/flatten") else {}


def is_shut(answer: TestResponse) -> bool:
    """401, or a page's way to the sign-in."""
    is_sent_away = answer.status_code == 302 and answer.location.startswith("/login")
    return is_sent_away or answer.status_code == 401


def strangers(world: RelayWorld) -> dict[str, Ask]:
    """Everybody who is nobody here."""
    alice, keys = world.users["alice"], world.people.keys
    revoked = keys.new(alice, "trade")
    keys.revoke(revoked[:12])
    expired = keys.new(alice, "trade", days=1e-9)
    visitor = world.visitor()
    return {
        "without anything": lambda method, path: visitor.open(path, method=method, json=body(path)),
        "an agent's key": by_key(world, world.people.agent_keys.new(alice)),
        "a revoked key": by_key(world, revoked),
        "an expired key": by_key(world, expired),
        "a made up key": by_key(world, "ibk_" + "x" * 43),
    }


def test_strangers_get_nothing_but_what_is_public(world: RelayWorld) -> None:
    for name, ask in strangers(world).items():
        world.relay.asked.clear()
        # What a machine asks of itself on this machine is no stranger's.
        closed = [
            (route, answer)
            for route, policy, answer in asked(world, ask)
            if policy.needs not in ("public", "local")
        ]
        assert len(closed) > 60
        assert [route for route, answer in closed if not is_shut(answer)] == [], name
        assert {one.operation for one in world.relay.asked} == set(), name


@pytest.mark.attack("A56")
def test_a_viewer_reads_and_changes_nothing(world: RelayWorld) -> None:
    world.relay.asked.clear()
    ask = by_key(world, world.people.keys.new(world.users["charlie"], "read"))
    for route, policy, answer in asked(world, ask):
        needed = policy.needed(by_key=True)
        if needed not in ("public", "local", "read"):
            assert answer.status_code == 403, route
    moved = {one.operation for one in world.relay.asked} - ONLY_LOOKS
    assert {OPERATIONS[name].kind for name in moved} == {"read"}
    assert {one.user for one in world.relay.asked} == {"charlie"}


@pytest.mark.parametrize("user", ["alice", "bob", "dora"])
def test_whoever_asks_meets_the_own_mark_and_nobody_elses(world: RelayWorld, user: str) -> None:
    world.relay.asked.clear()
    person = world.users[user]
    ask = by_key(world, world.people.keys.new(person, person.scope))
    own, foreign = 0, []
    for route, policy, answer in asked(world, ask):
        others = {mark(name) for name in world.users if name != user}
        is_about_everybody = policy.needs in ("admin", "approve") and answer.status_code < 300
        if not is_about_everybody:
            foreign += [route for other in others if other in answer.text]
        own += mark(user) in answer.text
    assert foreign == []
    assert own > 12  # else the marks were not there to be seen
    assert {one.user for one in world.relay.asked} == {user}


def test_a_key_does_what_a_key_may_and_no_page_of_a_browser(world: RelayWorld) -> None:
    person = world.users["dora"]
    ask = by_key(world, world.people.keys.new(person, "admin"))
    for route, policy, answer in asked(world, ask):
        if policy.needed(by_key=True) == NEVER:
            assert answer.status_code == 403, route


def test_a_browser_without_its_token_changes_nothing(world: RelayWorld) -> None:
    client = world.browser("dora").client
    world.relay.asked.clear()
    open_routes = [
        route
        for route, policy, answer in asked(
            world, lambda method, path: client.open(path, method=method, json=body(path))
        )
        if not route.startswith("GET") and policy.needs != "public" and answer.status_code != 403
    ]
    assert open_routes == []
    moved = {one.operation for one in world.relay.asked} - ONLY_LOOKS
    assert {OPERATIONS[name].kind for name in moved} <= {"read"}
