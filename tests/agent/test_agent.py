"""Every operation once, from the relay's request to the paper gateway and back."""

from __future__ import annotations

from typing import Any

import pytest

from agent.agent import Agent
from relay import value_forms
from relay.operations import OPERATIONS
from tests.agent.conftest import KEY, body
from tests.agent.fake_relay import FakeRelay
from tests.conftest import PaperGateway, wait_until

AAPL = {"symbol": "AAPL"}


def result(relay: FakeRelay, op: str, **arguments: Any) -> Any:
    reply = relay.ask(op, **arguments)
    assert reply.error is None, reply.error
    return reply.result


def test_the_first_frame_says_who_the_agent_is(relay: FakeRelay, agent: Agent) -> None:
    visit = relay.visit()
    assert visit.headers["Authorization"] == f"Bearer {KEY}"
    assert "Origin" not in visit.headers
    assert "Sec-WebSocket-Extensions" not in visit.headers
    hello = visit.hello
    assert hello is not None
    assert (hello.mode, hello.shares, hello.user) == ("paper", False, "")
    assert len(hello.instance) == 32


def test_the_status_comes_at_once_and_whenever_it_changes(relay: FakeRelay, agent: Agent) -> None:
    told = wait_until(lambda: relay.visit().events("status"))
    assert told[0].data["mode"] == "paper"
    before = len(relay.visit().events("status"))
    result(relay, "freeze", reason="alice")
    wait_until(lambda: relay.visit().events("status")[before:])
    assert relay.visit().events("status")[-1].data["frozen"] is True


def test_everything_that_is_read(relay: FakeRelay, agent: Agent) -> None:
    account = result(relay, "accounts")[0]
    assert result(relay, "status")["accounts"] == [account]
    assert value_forms.account_of(result(relay, "account")).account == account
    assert value_forms.rows_of(result(relay, "positions", account=account)).rows == ()
    assert value_forms.rows_of(result(relay, "pnl")).rows[0]["account"] == account
    assert value_forms.rows_of(result(relay, "open-orders")).rows == ()
    assert value_forms.rows_of(result(relay, "executions")).rows == ()
    facts = result(relay, "order-facts", contract=AAPL, account=account, wantsQuote=True)
    assert value_forms.facts_of(facts).symbol == "AAPL"
    assert result(relay, "orders") == []
    assert result(relay, "known-executions") == []
    preview = result(relay, "preview", body=body("p-1", whatIf=True))
    assert preview["initMarginChange"] is not None
    assert result(relay, "stock-quote", contract=AAPL)["symbol"] == "AAPL"
    prices = result(relay, "fetch-prices", symbols=["AAPL", "NOSUCHONE", "MSFT"])
    assert [quote["symbol"] for quote in prices["quotes"]] == ["AAPL", "MSFT"]
    assert [failed["symbol"] for failed in prices["failed"]] == ["NOSUCHONE"]
    assert value_forms.rows_of(result(relay, "contracts", query="AAPL")).rows
    bars = result(relay, "bars", contract=AAPL, barSize="1 min", duration="1 D")
    assert value_forms.bars_of(bars)["bars"]


def test_everything_that_is_sent(relay: FakeRelay, agent: Agent, gateway: PaperGateway) -> None:
    first = body("o-1", orderType="LMT", lmtPrice=1)
    placed = result(relay, "place-order", body=first, source="alice via browser")
    order = value_forms.order_of(placed)
    assert (order.state, order.sent) == ("live", "yes")
    assert order.payload["source"] == "alice via browser"
    assert [one["clientOrderId"] for one in result(relay, "orders")] == ["o-1"]
    assert result(relay, "order", clientOrderId="o-1")["state"] == "live"
    assert result(relay, "events", clientOrderId="o-1")
    assert result(relay, "older-orders", before="o-1", limit=5) == []
    changed = result(relay, "modify-order", clientOrderId="o-1", changes={"lmtPrice": 2})
    assert changed["payload"]["order"]["lmtPrice"] == 2
    assert result(relay, "cancel-order", clientOrderId="o-1")["state"] == "cancelled"
    result(relay, "place-order", body=body("o-2", orderType="LMT", lmtPrice=1))
    assert [one["clientOrderId"] for one in result(relay, "cancel-all")] == ["o-2"]
    assert result(relay, "freeze", reason="alice") is None
    refused = relay.ask("place-order", body=body("o-3"))
    assert refused.error is not None
    assert (refused.error["kind"], refused.error["sent"]) == ("Halted", "no")
    assert result(relay, "unfreeze") is None
    assert gateway.orders_received("o-3") == 0


def test_every_operation_of_the_table_is_served(relay: FakeRelay, agent: Agent) -> None:
    for name in OPERATIONS:
        reply = relay.ask(name, nonsense=1)
        assert reply.error is not None
        assert reply.error["sentence"] == f"nonsense is not an argument of {name}"


def test_an_order_of_events_reaches_the_relay(relay: FakeRelay, agent: Agent) -> None:
    result(relay, "place-order", body=body("o-1"))
    told = wait_until(lambda: relay.visit().events("execution"))
    assert told[0].data["account"] == result(relay, "accounts")[0]
    states = [event.data["state"] for event in relay.visit().events("order")]
    assert states[-1] == "filled"
    numbers = [event.seq for event in relay.visit().events()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_an_order_the_parser_refuses_is_refused_with_its_field(
    relay: FakeRelay, agent: Agent
) -> None:
    reply = relay.ask("place-order", body=body("o-1", totalQuantity=0))
    assert reply.error is not None
    assert reply.error["sentence"] == "Order totalQuantity must be positive"
    assert (reply.error["kind"], reply.error["sent"]) == ("Refused", "no")


@pytest.mark.parametrize("op", ["order", "events", "cancel-order", "modify-order"])
def test_an_order_that_nobody_knows_is_not_found(relay: FakeRelay, agent: Agent, op: str) -> None:
    given = {"changes": {"lmtPrice": 1}} if op == "modify-order" else {}
    reply = relay.ask(op, clientOrderId="none", **given)
    assert reply.error is not None
    assert (reply.error["kind"], reply.error["sent"]) == ("NotFound", "no")
