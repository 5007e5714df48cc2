"""Orders through an agent when things go wrong: once at most, and never called otherwise."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent.agent import Agent
from relay.messages import Reply
from tests.agent.conftest import body
from tests.agent.fake_relay import FakeRelay
from tests.conftest import PaperGateway, Rooms, wait_until

MakeAgent = Callable[..., Agent]
PLACE_ORDER = 3  # message ids of the TWS protocol
LIMIT = {"orderType": "LMT", "lmtPrice": 1}


def place(relay: FakeRelay, name: str, /, **order: Any) -> Reply:
    return relay.ask("place-order", body=body(name, **order))


def error(reply: Reply) -> tuple[Any, ...]:
    assert reply.error is not None, reply.result
    return reply.error["kind"], reply.error["code"], reply.error["sent"]


def state(reply: Reply) -> Any:
    assert reply.error is None, reply.error
    return reply.result["state"]


@pytest.mark.failure("F59")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ttl": 0, "issued": 1}, "expired"),
        ({"epoch": 99}, "stale_epoch"),
        ({"epoch": 0}, "stale_epoch"),
        ({"user": "bob"}, "wrong_user"),
        ({"user": ""}, "wrong_user"),
    ],
)
def test_an_order_that_may_not_begin_never_reaches_tws(
    relay: FakeRelay, agent: Agent, gateway: PaperGateway, changes: dict[str, Any], code: str
) -> None:
    reply = relay.ask("place-order", body=body("o-1"), **changes)
    assert error(reply) == ("Undelivered", code, "no")
    assert error(relay.ask("order", clientOrderId="o-1"))[0] == "NotFound"
    assert gateway.received(PLACE_ORDER) == 0


@pytest.mark.failure("F59")
def test_an_order_from_before_the_break_is_not_placed_after_it(
    relay: FakeRelay, agent: Agent, gateway: PaperGateway
) -> None:
    old = relay.request("place-order", body=body("o-1"))
    relay.cut()
    wait_until(lambda: len(relay.visits) == 2 and agent.link.reason is None)
    relay.visit(2)
    assert error(relay.answered(relay.send(old))) == ("Undelivered", "stale_epoch", "no")
    assert gateway.received(PLACE_ORDER) == 0


@pytest.mark.failure("F60")
def test_the_same_order_twice_is_one_order(
    relay: FakeRelay, agent: Agent, gateway: PaperGateway
) -> None:
    once = relay.send(relay.request("place-order", body=body("o-1", **LIMIT)))
    relay.send(once)
    again = relay.send(relay.request("place-order", body=body("o-1", **LIMIT)))
    first, second = relay.answered(once), relay.answered(again)
    assert state(first) == state(second) == "live"
    assert first.result["orderId"] == second.result["orderId"]
    assert gateway.orders_received("o-1") == 1


@pytest.mark.failure("F57")
def test_the_same_key_for_another_order_is_refused(
    relay: FakeRelay, agent: Agent, gateway: PaperGateway
) -> None:
    place(relay, "o-1", **LIMIT)
    assert error(place(relay, "o-1", symbol="MSFT", **LIMIT))[0] == "Duplicate"
    assert gateway.orders_received("o-1") == 1


@pytest.mark.failure("F60")
def test_a_late_copy_of_an_order_says_where_the_order_stands(
    relay: FakeRelay, agent: Agent, gateway: PaperGateway
) -> None:
    place(relay, "o-1", **LIMIT)
    late = relay.ask("place-order", body=body("o-1", **LIMIT), issued=1, ttl=0)
    assert state(late) == "live"
    assert gateway.orders_received("o-1") == 1


@pytest.mark.failure("F62")
def test_an_order_goes_on_while_the_relay_is_away(
    relay: FakeRelay, make_agent: MakeAgent, gateway: PaperGateway, rooms: Rooms
) -> None:
    cable = rooms.cable(gateway)
    agent = make_agent(IB_PORT=str(cable.port))
    place(relay, "o-1", **LIMIT)  # the contract is known from now on
    cable.hold()
    asked = relay.send(relay.request("place-order", body=body("o-2")))
    wait_until(lambda: gateway.orders_received("o-2") == 1)
    relay.cut()
    wait_until(lambda: agent.link.reason is not None)
    cable.release()
    [reply] = wait_until(lambda: relay.visit(2).replies(asked.id))
    assert (reply.epoch, state(reply)) == (2, "filled")
    wait_until(
        lambda: [
            event
            for event in relay.visit(2).events("order")
            if (event.data["clientOrderId"], event.data["state"]) == ("o-2", "filled")
        ]
    )
    assert gateway.orders_received("o-2") == 1


def test_while_tws_is_away_an_order_is_refused_as_not_sent(
    relay: FakeRelay, agent: Agent, gateway: PaperGateway
) -> None:
    gateway.stop()
    wait_until(lambda: agent.engine.order_desk.blockers())
    assert error(place(relay, "o-1")) == ("NotConnected", "ib_disconnected", "no")
    assert error(relay.ask("positions"))[0] == "NotConnected"
    gateway.start()


@pytest.mark.failure("F71")
@pytest.mark.parametrize("hours", [-1, 1])
def test_a_wall_clock_that_jumps_makes_no_order_too_old(
    relay: FakeRelay, agent: Agent, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    wall = time.time
    monkeypatch.setattr(time, "time", lambda: wall() + hours * 3600)
    assert state(place(relay, "o-1")) == "filled"
    late = relay.ask("place-order", body=body("o-2"), issued=relay.now() - 20_000)
    assert error(late) == ("Undelivered", "expired", "no")


def test_an_agent_that_ends_answers_who_waits_and_takes_nothing_new(
    relay: FakeRelay, make_agent: MakeAgent, gateway: PaperGateway, rooms: Rooms
) -> None:
    cable = rooms.cable(gateway)
    agent = make_agent(IB_PORT=str(cable.port))
    place(relay, "o-1", **LIMIT)  # the contract is known from now on
    cable.hold()
    asked = relay.send(relay.request("place-order", body=body("o-2")))
    wait_until(lambda: gateway.orders_received("o-2") == 1)
    agent.engine.order_desk.drain()
    assert error(place(relay, "o-3")) == ("NotConnected", "draining", "no")
    agent.stop()
    [reply] = wait_until(lambda: relay.visit(1).replies(asked.id))
    assert (state(reply), reply.result["sent"]) == ("unknown", "unknown")
    assert gateway.orders_received("o-3") == 0


def test_the_policys_limits_hold_whatever_settings_and_relay_say(
    relay: FakeRelay, make_agent: MakeAgent, gateway: PaperGateway
) -> None:
    limits = '[limits]\nmax_order_quantity = 10\nallowed_symbols = ["AAPL"]'
    make_agent(limits, MAX_ORDER_QUANTITY="1000", ALLOWED_SYMBOLS="MSFT")
    assert error(place(relay, "o-1", totalQuantity=11)) == (
        "LimitExceeded",
        "risk_max_order_quantity",
        "no",
    )
    assert error(place(relay, "o-2", symbol="MSFT", totalQuantity=1)) == (
        "LimitExceeded",
        "risk_allowed_symbols",
        "no",
    )
    for more in ({"isClosing": True}, {"isNamed": False}, {"source": "admin"}):
        asked = relay.ask("place-order", body=body("o-3", totalQuantity=11), **more)
        assert asked.error is not None
    override = relay.ask("place-order", body=body("o-4", totalQuantity=11), limits={})
    assert error(override)[0] == "Refused"
    assert gateway.received(PLACE_ORDER) == 0
    assert state(place(relay, "o-5", totalQuantity=10, **LIMIT)) == "live"
    bigger = relay.ask("modify-order", clientOrderId="o-5", changes={"totalQuantity": 11})
    assert error(bigger)[1] == "risk_max_order_quantity"


def test_exits_and_cancels_pass_the_policys_limits(
    relay: FakeRelay, make_agent: MakeAgent, gateway: PaperGateway
) -> None:
    first = make_agent(name="one")
    assert state(place(relay, "o-1", totalQuantity=100)) == "filled"
    assert state(place(relay, "o-2", **LIMIT)) == "live"
    first.stop()
    agent = make_agent("[limits]\nread_only = true\nmax_order_quantity = 1", name="one")
    wait_until(lambda: agent.engine.reader.status().is_connected)
    wait_until(lambda: relay.ask("positions").result["rows"])
    assert error(place(relay, "o-3"))[0] == "Halted"
    assert state(relay.ask("cancel-order", clientOrderId="o-2")) == "cancelled"
    closing = relay.ask(
        "place-order", body=body("o-4", action="SELL", totalQuantity=100), isClosing=True
    )
    assert state(closing) == "filled"


def test_paper_only_refuses_a_live_account_even_if_the_settings_say_live(
    relay: FakeRelay, make_agent: MakeAgent, gateway: PaperGateway, rooms: Rooms, tmp_path: Path
) -> None:
    live = rooms.gateway(tmp_path / "live", account="U1234567")
    agent = make_agent(waits=False, IB_PORT=str(live.port), TRADING_MODE="live")
    wait_until(lambda: agent.engine.order_desk.has_read_orders() and agent.link.reason is None)
    hello = relay.visit().hello
    assert hello is not None
    assert hello.mode == "paper"
    assert error(place(relay, "o-1"))[0] == "AccountMismatch"
    assert live.received(PLACE_ORDER) == 0


def test_accounts_that_the_policy_does_not_name_are_refused_and_unseen(
    relay: FakeRelay, make_agent: MakeAgent, rooms: Rooms, tmp_path: Path
) -> None:
    several = rooms.gateway(tmp_path / "several", accounts=2, account="DU1234567")
    own, other = several.state()["accounts"]
    make_agent(f'accounts = ["{own}"]', IB_PORT=str(several.port))
    assert relay.ask("accounts").result == [own]
    for op in ("positions", "account"):
        assert error(relay.ask(op, account=other))[0] == "AccountMismatch"
    assert error(place(relay, "o-1", account=other))[0] == "AccountMismatch"
    preview = relay.ask("preview", body=body("p-1", account=other, whatIf=True))
    assert error(preview)[0] == "AccountMismatch"
    placed = place(relay, "o-2")
    assert placed.result["payload"]["account"] == own
    told = [event.data for event in relay.visit().events() if "account" in event.data]
    assert other not in str(told)
    assert several.received(PLACE_ORDER) == 1
