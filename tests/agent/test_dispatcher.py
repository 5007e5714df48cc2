"""From a request to its reply: what may begin begins once, and every request is answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from agent.dispatcher import Dispatcher
from agent.policy import AgentPolicy
from relay.messages import Reply, Request
from relay.operations import OPERATIONS
from store.journal import JournalUnavailable
from tests.agent.conftest import body
from tests.agent.parts import EPOCH, NOW, Clock, FakeParts, request, session
from tests.fakes import FakeOrderDesk, FakeReader
from trading.orders import OrderRequest, OrderResult

SHARES = AgentPolicy(share_quotes=True, feed="desk feed")


@pytest.fixture
def parts() -> FakeParts:
    return FakeParts()


@pytest.fixture
def dispatcher(parts: FakeParts) -> Iterator[Dispatcher]:
    dispatcher = Dispatcher(parts, SHARES)
    yield dispatcher
    dispatcher.close()


async def error(dispatcher: Dispatcher, asked: Request) -> Any:
    reply = await dispatcher.answer(asked, session())
    assert reply.error is not None
    return reply.error


async def test_a_result_comes_with_id_and_epoch(dispatcher: Dispatcher) -> None:
    reply = await dispatcher.answer(request("freeze", reason="alice"), session())
    assert reply == Reply("r-1", EPOCH, None)


@pytest.mark.failure("F59")
async def test_an_expired_order_never_reaches_the_order_desk(
    dispatcher: Dispatcher, parts: FakeParts
) -> None:
    late = replace(request("place-order", body=body("o-1")), issued=NOW - 10_001)
    refused = await error(dispatcher, late)
    assert (refused["kind"], refused["code"], refused["sent"]) == ("Undelivered", "expired", "no")
    assert parts.order_desk.submitted == []


@pytest.mark.failure("F60")
@pytest.mark.parametrize("late", [{"issued": 1}, {"epoch": EPOCH - 1}])
async def test_a_late_copy_of_a_known_order_is_answered_with_that_order(
    dispatcher: Dispatcher, parts: FakeParts, late: dict[str, int]
) -> None:
    parts.order_desk.knows("o-1", "live")
    parts.order_desk.state = "live"
    copy = replace(request("place-order", body=body("o-1")), **late)  # type: ignore[arg-type]
    reply = await dispatcher.answer(copy, session())
    assert reply.result["state"] == "live"


@pytest.mark.parametrize("op", [name for name, one in OPERATIONS.items() if one.is_order])
async def test_what_is_sent_is_never_done_for_another_user(
    dispatcher: Dispatcher, parts: FakeParts, op: str
) -> None:
    parts.order_desk.knows("o-1", "live")
    for user in ("bob", ""):
        names = OPERATIONS[op].arguments & {"clientOrderId"}
        given: dict[str, Any] = dict.fromkeys(names, "o-1")
        if op == "place-order":
            given = {"body": body("o-1")}  # a key that is known changes nothing here
        refused = await error(dispatcher, replace(request(op, **given), user=user))
        assert refused["code"] == "wrong_user"
    assert (parts.order_desk.submitted, parts.order_desk.asked) == ([], [])


async def test_a_strangers_quote_is_answered_and_nothing_else(dispatcher: Dispatcher) -> None:
    quote = replace(request("stock-quote", contract={"symbol": "AAPL"}), user="")
    assert (await dispatcher.answer(quote, session())).result["symbol"] == "AAPL"
    positions = await error(dispatcher, replace(request("positions"), user=""))
    assert positions["code"] == "wrong_user"


@pytest.mark.parametrize(
    ("op", "asked"),
    [("stock-quote", {"contract": {"symbol": "AAPL"}}), ("fetch-prices", {"symbols": ["AAPL"]})],
)
async def test_a_strangers_quote_takes_a_lent_line_and_an_own_one_does_not(
    dispatcher: Dispatcher, parts: FakeParts, op: str, asked: dict[str, Any]
) -> None:
    assert (await dispatcher.answer(request(op, **asked), session())).error is None
    assert parts.reader.lent == []
    strangers = replace(request(op, **asked), user="")
    assert (await dispatcher.answer(strangers, session())).error is None
    assert parts.reader.lent == ["AAPL"]


async def test_without_sharing_no_stranger_gets_a_quote(parts: FakeParts) -> None:
    dispatcher = Dispatcher(parts, AgentPolicy())
    quote = replace(request("stock-quote", contract={"symbol": "AAPL"}), user="")
    assert (await error(dispatcher, quote))["code"] == "wrong_user"
    assert parts.reader.asked == []
    dispatcher.close()


class Broken(FakeOrderDesk):
    """A desk with a mistake in it."""

    def submit(self, request: OrderRequest) -> Any:
        raise ZeroDivisionError

    def orders(self) -> list[OrderResult]:
        raise ZeroDivisionError

    def older_orders(self, before: str | None, limit: int) -> list[OrderResult]:
        raise JournalUnavailable("The order journal cannot be read; restore a backup")


@pytest.mark.parametrize(
    ("op", "arguments", "sent"),
    [("orders", {}, "no"), ("place-order", {"body": body("o-1")}, "unknown")],
)
async def test_a_mistake_of_ours_is_answered_and_logged(
    op: str, arguments: dict[str, Any], sent: str, caplog: pytest.LogCaptureFixture
) -> None:
    dispatcher = Dispatcher(FakeParts(order_desk=Broken()), SHARES)
    refused = await error(dispatcher, request(op, **arguments))
    assert (refused["kind"], refused["sent"]) == ("TradingError", sent)
    assert "its log has the details" in refused["sentence"].lower()
    assert "ZeroDivisionError" in caplog.text
    dispatcher.close()


async def test_a_journal_that_cannot_be_read_says_so() -> None:
    dispatcher = Dispatcher(FakeParts(order_desk=Broken()), SHARES)
    refused = await error(dispatcher, request("older-orders", before="o-1"))
    assert (refused["kind"], refused["code"]) == ("JournalDown", "journal_unavailable")
    dispatcher.close()


class SlowFiles(FakeOrderDesk):
    """While its file is read, the relay's clock goes on."""

    clock: Clock

    def order(self, client_order_id: str) -> OrderResult:
        self.clock.ms += 60_000
        return super().order(client_order_id)


async def test_a_change_that_waited_too_long_for_a_file_is_not_made() -> None:
    desk = SlowFiles()
    desk.knows("o-1", "live")
    now = session()
    assert isinstance(now.clock, Clock)
    desk.clock = now.clock
    dispatcher = Dispatcher(FakeParts(FakeParts().settings, FakeReader(), desk), SHARES)
    asked = request("modify-order", clientOrderId="o-1", changes={"lmtPrice": 1})
    reply = await dispatcher.answer(asked, now)
    assert reply.error is not None
    assert (reply.error["code"], reply.error["sent"]) == ("expired", "no")
    assert desk.modified == []
    dispatcher.close()
