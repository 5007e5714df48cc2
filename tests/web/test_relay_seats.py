"""Relay mode over HTTP: each user's own agent, and nothing before anybody is signed in."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from relay.value_forms import order_form, orders_form, rows_form
from store.agents import Presence
from tests.conftest import wait_until
from tests.fakes import NOW, order_result
from tests.relay.fake_relay import AGENT, AWAY, TOKEN
from tests.web.relay_worlds import RelayWorld
from tests.web.visitors import BODY, data
from trading.refusals import AgentNotConnected, Busy, NoAnswer, NotFound
from trading.snapshots import Rows
from web.waiting import RESERVED_THREADS

API = "/api/v1"
ROWS = rows_form(Rows(NOW, ({"account": "DU1", "position": 100},)))
NEXT_STEP = "Start it on the machine of your TWS: .venv/bin/python -m agent"


def agent_away(world: RelayWorld, *operations: str) -> None:
    """As the relay answers while the user has no agent."""
    world.relay.agent = dict(AWAY)
    world.relay.refuses |= {name: AgentNotConnected() for name in ("status", *operations)}


# Who asks decides whose it is.


def test_a_user_reads_the_own_account_and_no_other(relayed: RelayWorld) -> None:
    relayed.relay.results["positions"] = ROWS
    for user in ("alice", "bob", "charlie"):
        assert relayed.program(user).get(f"{API}/positions").status_code == 200
    asked = [(one.user, one.scope) for one in relayed.relay.asked]
    assert asked == [("alice", "trade"), ("bob", "trade"), ("charlie", "read")]


def test_a_key_never_says_more_than_its_scope(relayed: RelayWorld) -> None:
    relayed.relay.results["positions"] = ROWS
    relayed.program("dora", "read").get(f"{API}/positions")
    assert [(one.user, one.scope) for one in relayed.relay.asked] == [("dora", "read")]


@pytest.mark.attack("A35")
@pytest.mark.parametrize("path", ["?user_id=bob", "?user_id=alice&user_id=bob"])
def test_another_users_id_is_refused_before_the_relay(relayed: RelayWorld, path: str) -> None:
    assert relayed.program("alice").get(f"{API}/positions{path}").status_code == 403
    assert relayed.relay.asked == []


@pytest.mark.attack("A36")
@pytest.mark.parametrize("name", ["X-User-Id", "X-Forwarded-User", "Remote-User"])
def test_a_header_names_nobody(relayed: RelayWorld, name: str) -> None:
    relayed.relay.results["positions"] = ROWS
    relayed.program("alice").call("GET", f"{API}/positions", headers={name: "bob"})
    assert {one.user for one in relayed.relay.asked} == {"alice"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/ib-connection/positions"),
        ("GET", "/api/ib-connection/status"),
        ("POST", "/api/ib-connection/place-order"),
        ("POST", "/api/ib-connection/cancel-order"),
        ("GET", f"{API}/orders"),
        ("GET", f"{API}/stream"),
        ("POST", f"{API}/kill"),
    ],
)
def test_without_a_session_nothing_reaches_the_relay(
    relayed: RelayWorld, method: str, path: str
) -> None:
    assert relayed.visitor().open(path, method=method, json={}).status_code == 401
    assert relayed.relay.asked == []


def test_pages_before_the_sign_in_show_nothing_of_anybody(relayed: RelayWorld) -> None:
    page = relayed.visitor().get("/login")
    assert page.status_code == 200
    assert "DU1000001" not in page.text
    assert relayed.relay.asked == []


def test_a_viewer_places_nothing(relayed: RelayWorld) -> None:
    assert relayed.program("charlie").post(f"{API}/orders", BODY).status_code == 403
    assert relayed.relay.asked == []


# The agent is away.


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("GET", "/api/ib-connection/positions", "positions"),
        ("GET", f"{API}/account", "account"),
        ("GET", f"{API}/pnl", "pnl"),
        ("GET", f"{API}/messages", "messages"),
        ("GET", f"{API}/executions", "known-executions"),
        ("GET", f"{API}/orders", "orders"),
        ("GET", f"{API}/orders/ui-1", "order"),
        ("GET", f"{API}/freeze", "freeze"),
        ("POST", "/api/ib-connection/place-order", "place-order"),
        ("POST", f"{API}/positions/close", "positions"),
        ("DELETE", f"{API}/orders", "cancel-all"),
        ("DELETE", f"{API}/orders/ui-1", "cancel-order"),
        ("POST", f"{API}/orders/ui-1/dismiss", "dismiss-order"),
        ("POST", f"{API}/freeze", "freeze"),
    ],
)
def test_without_an_agent_everything_says_what_to_do(
    relayed: RelayWorld, method: str, path: str, operation: str
) -> None:
    agent_away(relayed, operation)
    bodies: dict[str, dict[str, Any]] = {"close": {"conId": 1}, "dismiss": {"confirm": True}}
    body = bodies.get(path.rpartition("/")[2], BODY)
    sent = body if method == "POST" and not path.endswith("freeze") else None
    answer = relayed.program("bob").call(method, path, json=sent)
    assert answer.status_code == 503
    said = data(answer)
    assert (said["error"], said["detail"]) == ("Your agent is not connected", NEXT_STEP)
    assert said["errorCode"] == "agent_not_connected"
    assert said["sent"] == "no"
    assert answer.headers["Retry-After"]


def test_the_status_of_an_agent_that_is_away_is_a_whole_one(relayed: RelayWorld) -> None:
    agent_away(relayed)
    answer = relayed.program("bob").get("/api/ib-connection/status")
    assert answer.status_code == 200
    status = data(answer)
    reason = f"Your agent is not connected. {NEXT_STEP}"
    assert [one["reason"] for one in status["connections"].values()] == [reason, reason]
    assert [one["state"] for one in status["connections"].values()] == ["waiting", "waiting"]
    assert (status["account"], status["openOrders"], status["frozen"]) == (None, None, None)
    assert (status["agent"], status["user"]) == (AWAY, {"name": "bob"})
    assert (status["version"], status["streams"]) == ("0.1.0", {"open": 0, "cap": 8})


def test_the_page_is_there_without_an_agent(relayed: RelayWorld) -> None:
    agent_away(relayed)
    page = relayed.browser("bob").get("/")
    assert page.status_code == 200
    assert "NO AGENT" not in page.text  # its mode was paper when it was last there
    assert 'data-mode="paper"' in page.text


def test_a_page_without_a_relay_says_no_mode(relayed: RelayWorld) -> None:
    browser = relayed.browser("bob")
    relayed.relay.stop()
    page = browser.get("/")
    assert page.status_code == 200
    assert "NO AGENT" in page.text
    relayed.relay.start()


# Orders and ways out.


def test_an_order_goes_to_the_agent_with_who_asked(relayed: RelayWorld) -> None:
    relayed.relay.results["place-order"] = order_form(order_result("mine-1"))
    answer = relayed.program().post(f"{API}/orders", BODY | {"clientOrderId": "mine-1"})
    assert (answer.status_code, data(answer)["state"]) == (201, "filled")
    (call,) = relayed.relay.asked
    assert call.arguments["source"].startswith("alice via key")
    assert call.arguments["isNamed"] is True
    assert call.arguments["body"]["clientOrderId"] == "mine-1"


def test_an_order_whose_answer_is_lost_is_unknown(relayed: RelayWorld) -> None:
    relayed.relay.drops = ["place-order"]
    answer = relayed.program().post(f"{API}/orders", BODY | {"clientOrderId": "mine-1"})
    assert answer.status_code == 202
    shown = data(answer)
    assert (shown["state"], shown["sent"], shown["clientOrderId"]) == (
        "unknown",
        "unknown",
        "mine-1",
    )
    assert shown["order"]["totalQuantity"] == 100
    assert relayed.asked_by("alice") == ["place-order"]


def test_an_order_without_a_relay_was_not_sent(relayed: RelayWorld) -> None:
    program = relayed.program()
    relayed.relay.stop()
    answer = program.post(f"{API}/orders", BODY)
    assert (answer.status_code, data(answer)["sent"]) == (503, "no")
    assert "relay does not answer" in data(answer)["detail"]
    relayed.relay.start()


@pytest.mark.parametrize(
    ("method", "operation", "body"),
    [("DELETE", "cancel-order", None), ("PATCH", "modify-order", {"order": {"lmtPrice": 101}})],
)
def test_a_lost_exit_is_unconfirmed_also_when_nobody_knows_the_order(
    relayed: RelayWorld, method: str, operation: str, body: object
) -> None:
    relayed.relay.drops = [operation]
    relayed.relay.refuses["order"] = AgentNotConnected()
    answer = relayed.program().call(method, f"{API}/orders/ui-1", json=body)
    assert answer.status_code == 202
    assert data(answer)["sent"] == "unknown"
    assert "not confirmed yet" in data(answer)["error"]
    assert relayed.asked_by("alice").count(operation) == 1


@pytest.mark.attack("A55")
def test_an_order_of_another_user_is_not_found(relayed: RelayWorld) -> None:
    relayed.relay.refuses |= {
        "cancel-order": NotFound("There is no order of that clientOrderId"),
        "order": NotFound("There is no order of that clientOrderId"),
    }
    assert relayed.program("bob").delete(f"{API}/orders/ui-alice").status_code == 404
    assert relayed.asked_by("alice") == []


def test_a_trader_freezes_the_own_agent(relayed: RelayWorld) -> None:
    relayed.relay.results |= {"freeze": None, "unfreeze": None, "cancel-all": []}
    relayed.relay.results["status"] |= {"frozen": True}
    program = relayed.program("alice")
    assert data(program.post(f"{API}/freeze", {})) == {"frozen": True}
    assert data(program.post(f"{API}/kill", {})) == {"frozen": True, "cancels": []}
    assert program.delete(f"{API}/freeze").status_code == 200
    assert relayed.program("charlie").post(f"{API}/freeze", {}).status_code == 403
    assert {one.user for one in relayed.relay.asked} == {"alice"}


def test_the_ways_out_are_on_a_traders_page(relayed: RelayWorld) -> None:
    assert 'id="kill-switch"' in relayed.browser("alice").get("/").text
    assert 'id="kill-switch"' not in relayed.browser("charlie").get("/").text


def test_why_an_order_is_what_it_is_is_told_by_the_agent(relayed: RelayWorld) -> None:
    relayed.relay.results["order"] = order_form(order_result("ui-1", "live"))
    relayed.relay.results["events"] = []
    answer = relayed.program().get(f"{API}/orders/ui-1/why")
    assert answer.status_code == 200
    assert data(answer)["checks"]


# Quotes.


def test_a_quote_says_whose_it_is(relayed: RelayWorld) -> None:
    relayed.relay.results["stock-quote"] = {"symbol": "AAPL", "bid": 1.0}
    relayed.relay.source = {"own": False, "feed": "lab"}
    quote = data(relayed.program("charlie").get(f"{API}/stock-quote?symbol=AAPL"))
    assert quote == {"symbol": "AAPL", "bid": 1.0, "source": {"own": False, "feed": "lab"}}


@pytest.mark.attack("A54")
@pytest.mark.parametrize("size", [{"notional": 1000}, {"closePercent": 50}])
def test_a_size_is_never_made_from_somebody_elses_quote(
    relayed: RelayWorld, size: dict[str, Any]
) -> None:
    agent_away(relayed, "order-facts", "order")
    order = {"action": "BUY", "orderType": "MKT"}
    body = {"contract": {"symbol": "AAPL"}, "order": order, "size": size}
    assert relayed.program().post(f"{API}/orders", body).status_code == 503
    assert not {"stock-quote", "fetch-prices"} & set(relayed.asked_by("alice"))


# The desk itself.


def test_the_desk_is_ready_while_the_relay_answers(relayed: RelayWorld) -> None:
    agent_away(relayed)
    answer = relayed.visitor().get("/readyz")
    assert (answer.status_code, data(answer)) == (200, {"ready": True, "reasons": []})
    assert relayed.visitor().get("/healthz").status_code == 200
    relayed.relay.stop()
    answer = relayed.visitor().get("/readyz")
    assert answer.status_code == 503
    assert "relay does not answer" in data(answer)["reasons"][0]
    assert "ibdesk_relay_ready 0.0" in relayed.visitor().get("/metrics").text
    relayed.relay.start()


def test_a_database_that_is_away_is_a_reason(relayed: RelayWorld) -> None:
    for path in relayed.folder.glob("desk.db*"):
        path.unlink()
    relayed.people.engine.dispose()
    relayed.folder.joinpath("desk.db").mkdir()
    answer = relayed.visitor().get("/readyz")
    assert answer.status_code == 503
    assert "cannot be used" in data(answer)["reasons"][0]


def test_the_numbers_tell_nothing_of_any_user(relayed: RelayWorld) -> None:
    text = relayed.visitor().get("/metrics").text
    assert "ibdesk_relay_ready 1.0" in text
    assert "ibdesk_open_orders" not in text
    assert relayed.relay.asked == []


def test_no_answer_shows_the_token(relayed: RelayWorld) -> None:
    program = relayed.program()
    pages = [program.get(path).text for path in ("/", "/metrics", f"{API}/status", "/health")]
    assert not any(TOKEN in page for page in pages)


# The stream.


def test_a_stream_greets_with_the_users_own_account(relayed: RelayWorld) -> None:
    relayed.relay.greets = "boot-5"
    answer = relayed.program("alice").call("GET", f"{API}/stream", buffered=False)
    text = next(answer.iter_encoded()).decode()
    assert text.startswith("id: boot-5\nevent: hello\n")
    assert '"mode":"paper","account":"DU1000001","reset":true' in text
    answer.close()
    assert ("alice", "read") in [
        (one.user, one.scope) for one in relayed.relay.asked if one.operation == "events"
    ]


def test_an_ended_session_ends_its_stream_and_the_listening(relayed: RelayWorld) -> None:
    relayed.relay.greets = "boot-5"
    program = relayed.program("alice")
    answer = program.call("GET", f"{API}/stream", buffered=False)
    next(answer.iter_encoded())
    relayed.people.keys.revoke(program.key[:12])
    assert list(answer.response) == []
    wait_until(lambda: not relayed.relay.listeners())


def test_one_page_too_many_is_told_when_to_come_back(tmp_path: Path) -> None:
    world = RelayWorld(tmp_path / "small", settings={"MAX_STREAMS": "1"})
    world.relay.greets = "boot-5"
    first = world.program("alice").call("GET", f"{API}/stream", buffered=False)
    refused = world.program("bob").get(f"{API}/stream")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "3")
    assert data(refused)["error"] == "All 1 live streams are in use."
    first.close()
    world.close()


# One's own account.


def test_the_account_page_shows_ones_own_agent_as_it_is_now(relayed: RelayWorld) -> None:
    alice = relayed.browser("alice")
    page = alice.get("/me").text
    assert "Connected since" in page
    assert "home, version 0.1.0, paper" in page
    made = alice.send("/me/agent-keys", days="90").text
    assert f"RELAY_URL={relayed.relay.url} AGENT_KEY=iba_" in made
    relayed.relay.agent = AWAY | {"reason": "<b>It & its laptop sleep</b>"}
    page = alice.get("/me").text
    assert "Not connected since" in page
    assert "&lt;b&gt;It &amp; its laptop sleep&lt;/b&gt;. Start it beside your TWS." in page
    assert "Move the agent" not in page


# Another machine.


def test_the_user_lets_another_machine_take_over(relayed: RelayWorld) -> None:
    relayed.relay.results["take-over"] = None
    alice = relayed.browser("alice")
    relayed.relay.agent = AGENT | {"reason": "Another machine (attic) was refused"}
    assert "Another machine (attic) was refused." in alice.get("/me").text
    answer = alice.send("/me/agent/take-over")
    assert (answer.status_code, answer.location) == (303, "/me#agent-keys")
    assert "take-over" in relayed.asked_by("alice")
    assert "within a minute" in alice.get("/me").text
    relayed.people.audit_writer.flush(5)
    newest = relayed.people.audit.newest(5)
    assert ("takeover", "alice", "ok") in [(one.what, one.who, one.outcome) for one in newest]


def test_a_viewer_moves_no_agent(relayed: RelayWorld) -> None:
    assert relayed.browser("charlie").send("/me/agent/take-over").status_code == 403
    assert "take-over" not in relayed.asked_by("charlie")


# The admin's list of agents.

LIVE = {
    "user": "alice",
    "connected": True,
    "since": "2026-11-28T20:00:00.000Z",
    "label": "attic",
    "version": "0.4.0",
    "mode": "paper",
    "latencyMs": 12.4,
    "reason": None,
    "lastOrderAt": None,
    "instance": "i",
    "epoch": 7,
    "node": "relay-1",
}


def test_an_admin_sees_the_agents_as_the_relay_knows_them(relayed: RelayWorld) -> None:
    bob = relayed.users["bob"]
    relayed.people.agents.claim(bob, Presence("relay-0", "i", "mini", "0.3.0", "paper"))
    relayed.relay.results["agents"] = [LIVE]
    alice, known = data(relayed.program("dora").get(f"{API}/agents"))["agents"]
    assert (alice["user"], alice["connected"], alice["latencyMs"]) == ("alice", True, 12.4)
    assert (alice["connectedAt"], alice["node"]) == (LIVE["since"], "relay-1")
    # Bob's was there before this relay was started.
    assert (known["user"], known["connected"], known["label"]) == ("bob", False, "mini")
    page = relayed.browser("dora").get("/agents").text
    assert ("12 ms" in page, "not connected" in page) == (True, True)


def test_while_the_relay_is_away_nobody_knows_who_is_connected(relayed: RelayWorld) -> None:
    bob = relayed.users["bob"]
    relayed.people.agents.claim(bob, Presence("relay-0", "i", "mini", "0.3.0", "paper"))
    relayed.relay.refuses["agents"] = NoAnswer("The relay does not answer")
    (row,) = data(relayed.program("dora").get(f"{API}/agents"))["agents"]
    assert (row["user"], row["connected"], row["state"]) == ("bob", None, "unknown")
    assert "unknown" in relayed.browser("dora").get("/agents").text


# Nothing holds up a way out.


def crowd(relayed: RelayWorld) -> ExitStack:
    """So many reads wait that only the threads of exits are left."""
    stack, waiting = ExitStack(), relayed.desk.waiting
    for _ in range(relayed.desk.settings.threads - RESERVED_THREADS):
        stack.enter_context(waiting.read())
    return stack


def test_a_crowd_of_reads_holds_up_no_cancel_by_order_id(relayed: RelayWorld) -> None:
    order = order_result("ui-1", "live")
    relayed.relay.results |= {"orders": orders_form([order]), "cancel-order": order_form(order)}
    program = relayed.program("alice")
    with crowd(relayed):
        assert program.get(f"{API}/orders").status_code == 429
        answer = program.post("/api/ib-connection/cancel-order", {"orderId": order.order_id})
    assert answer.status_code == 202
    assert "cancel-order" in relayed.asked_by("alice")


def test_a_lost_cancel_is_never_called_not_sent_because_nobody_may_look(
    relayed: RelayWorld,
) -> None:
    relayed.relay.says["cancel-order"] = (202, "{}")
    relayed.relay.refuses["order"] = Busy("Too many", 1)
    answer = relayed.program("alice").delete(f"{API}/orders/ui-1")
    assert (answer.status_code, data(answer)["sent"]) == (202, "unknown")


def test_an_order_waits_until_it_is_known_whether_it_needs_a_second_factor(tmp_path: Path) -> None:
    """The agent comes back between the look at its mode and the order."""
    world = RelayWorld(tmp_path, settings={"REQUIRE_TOTP": "live"})
    agent_away(world)
    world.relay.agent["mode"] = None
    world.relay.results["place-order"] = order_form(order_result("ui-1", "live"))
    alice = world.program("alice")
    answer = alice.post(f"{API}/orders", BODY)
    assert (answer.status_code, data(answer)["error"]) == (503, "Your agent is not connected")
    assert alice.call("DELETE", f"{API}/freeze").status_code == 503
    assert not {"place-order", "unfreeze"} & set(world.relay.operations())
    world.relay.results["cancel-all"] = orders_form([])
    assert alice.call("DELETE", f"{API}/orders").status_code == 200  # a way out waits for nothing
    world.close()
