"""New orders: one key is one order, every limit is asked, and whoever waits is answered."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from ib.placing import MAX_QUEUED
from order_handler import OrderHandler
from store.journal import KeyUsed
from tests.conftest import PaperGateway, Rooms, place
from tests.ib.parts_for_tests import FULL, HOUR, RATE, Parts
from tests.trading.facts_for_tests import facts
from tests.trading.orders_for_tests import a_body, a_request
from trading.contracts import Contract
from trading.orders import OrderResult, parse_order_request
from trading.records import OrderRecord
from trading.refusals import (
    Busy,
    Duplicate,
    Halted,
    JournalDown,
    LimitExceeded,
    TradingError,
)
from trading.risk import CHECKS, Limits
from trading.sizing import OrderFacts
from trading.statuses import OrderState

LONG = facts(position=100)


@pytest.fixture
async def parts() -> Parts:
    return Parts()


def error_of(future: Future[OrderResult]) -> TradingError:
    error = future.exception(0)
    assert isinstance(error, TradingError)
    return error


def bracket(key: str = "ui-1") -> Any:
    body = a_body(orderType="LMT", lmtPrice=1) | {"bracket": {"targets": [{"lmtPrice": 400}]}}
    return parse_order_request(body, key)


# One key


async def test_an_order_is_saved_before_it_is_written(parts: Parts) -> None:
    future = parts.submit(a_request())
    assert (parts.session.placed, future.done()) == ([], False)
    parts.journal.write()
    assert [placed[1] for placed in parts.session.placed] == ["ui-1"]


async def test_the_legs_of_a_bracket_are_of_who_asked_for_it(parts: Parts) -> None:
    parts.submit(replace(bracket(), source="anna via browser"))
    parts.journal.write_all()
    assert [parts.record(name).source for name in ("ui-1", "ui-1-t1")] == ["anna via browser"] * 2


async def test_the_same_request_joins_the_order_that_is_under_way(parts: Parts) -> None:
    first, second = parts.submit(a_request()), parts.submit(a_request())
    parts.journal.write_all()
    parts.status(parts.record("ui-1"), "Filled", 100)
    results = [await asyncio.wrap_future(future) for future in (first, second)]
    assert [bool(result.payload.get("replayed")) for result in results] == [False, True]
    assert len(parts.session.placed) == 1


async def test_another_request_of_the_same_key_is_refused(parts: Parts) -> None:
    parts.submit(a_request())
    error = error_of(parts.submit(a_request(totalQuantity=7)))
    assert isinstance(error, Duplicate)
    assert (error.code, error.sent) == ("idempotency_key_reused", "no")


async def test_a_leg_has_no_name_that_was_used(parts: Parts) -> None:
    parts.submit(a_request("ui-1-t1"))
    assert isinstance(error_of(parts.submit(bracket())), Duplicate)
    assert parts.book.get("ui-1") is None


async def test_a_key_that_only_the_journal_knows_is_answered_from_it(parts: Parts) -> None:
    before = Parts()
    before.submit(a_request())
    before.journal.write_all()
    saved = before.record("ui-1")
    before.status(saved, "Filled", 100)
    parts.journal.saved["ui-1"] = saved
    future = parts.submit(a_request())
    parts.journal.write(KeyUsed("The journal has it"))
    result = await asyncio.wrap_future(future)
    assert (result.state, result.payload["replayed"]) == ("filled", True)
    assert parts.session.placed == []


def saved_bracket() -> OrderRecord:
    """The parent of a bracket, filled, as the journal keeps it."""
    before = Parts()
    before.submit(bracket())
    before.journal.write_all()
    saved = before.record("ui-1")
    before.status(saved, "Filled", 100)
    return saved


async def test_a_parent_that_memory_has_let_go_is_answered_while_its_leg_works(
    parts: Parts,
) -> None:
    parts.journal.saved["ui-1"] = saved_bracket()
    parts.submit(a_request("ui-1-t1"))  # stands for the leg, which is still in memory
    result = await asyncio.wrap_future(parts.submit(bracket()))
    assert (result.state, result.payload["replayed"]) == ("filled", True)


@pytest.mark.parametrize("trouble", ["frozen", "away", "late"])
async def test_an_order_that_was_sent_is_never_called_not_sent(parts: Parts, trouble: str) -> None:
    """Memory has let it go, and a new order could not be taken now: the journal still knows it."""
    parts.journal.saved["ui-1"] = saved_bracket()
    parts.admission.is_frozen = trouble == "frozen"
    if trouble == "away":
        parts.session.known = replace(parts.session.known, state="waiting")
    future = parts.submit(bracket(), seconds=-1 if trouble == "late" else HOUR)
    result = await asyncio.wrap_future(future)
    assert (result.state, result.payload["replayed"]) == ("filled", True)
    assert parts.session.placed == []


async def test_a_journal_that_cannot_be_read_leaves_the_refusal_as_it_is(parts: Parts) -> None:
    parts.admission.is_frozen = True
    parts.journal.broken = FULL
    assert isinstance(error_of(parts.submit(a_request())), Halted)


async def test_a_used_key_of_a_leg_refuses_the_whole_bracket(parts: Parts) -> None:
    future = parts.submit(bracket())
    parts.journal.write(KeyUsed("The journal has ui-1-t1"))
    assert isinstance(error_of(future), Duplicate)
    assert (parts.session.placed, parts.forgotten) == ([], ["ui-1", "ui-1-t1"])


# What keeps it from leaving


async def test_what_cannot_be_saved_is_refused_and_its_key_stays_free(parts: Parts) -> None:
    future = parts.submit(a_request())
    parts.journal.write(FULL)
    error = error_of(future)
    assert isinstance(error, JournalDown)
    assert (error.code, error.sent) == ("journal_unavailable", "no")
    parts.submit(a_request())
    parts.journal.write()
    assert len(parts.session.placed) == 1


async def test_what_is_kept_from_leaving_is_answered_as_not_sent(parts: Parts) -> None:
    future = parts.submit(a_request())
    parts.admission.is_frozen = True
    parts.journal.write_all()
    result = await asyncio.wrap_future(future)
    assert (result.state, result.sent) == ("not_sent", "no")


@pytest.mark.failure("F59")
async def test_an_order_that_the_desk_comes_to_too_late_is_not_taken(parts: Parts) -> None:
    error = error_of(parts.submit(a_request(), seconds=-1))
    assert isinstance(error, Busy)
    assert (error.sent, parts.book.get("ui-1"), parts.journal.commits) == ("no", None, [])


async def test_a_full_queue_refuses_new_risk_and_takes_exits(parts: Parts) -> None:
    futures = [parts.submit(a_request(f"ui-{n}")) for n in range(MAX_QUEUED + RATE - 5)]
    assert [future.done() for future in futures].count(True) == 0
    error = error_of(parts.submit(a_request("one-more")))
    assert isinstance(error, Busy)
    assert (error.sent, error.retry_after_seconds) == ("no", 2)
    out = parts.submit(a_request("out", action="SELL"), LONG)
    assert (out.done(), parts.record("out").state) == (False, OrderState.INTENT)


async def test_a_caller_who_does_not_wait_is_answered_when_it_is_saved(parts: Parts) -> None:
    for number in range(RATE - 5):
        parts.submit(a_request(f"ui-{number}"))
    future = parts.submit(replace(a_request("waits"), wait="none"))
    assert not future.done()
    parts.journal.write_all()
    assert (future.result(0).state, future.result(0).sent) == ("intent", "no")


async def test_a_mistake_of_ours_is_told_to_whoever_waits(
    parts: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    """Here: a request with a leg whose name cannot be read."""
    request = replace(bracket(), legs=(replace(a_request("x"), parent="ui-1"),))
    future = parts.submit(request, facts())
    assert isinstance(future.exception(0), IndexError)
    assert "The order ui-1 could not be placed" in caplog.text


# Through the handler: each limit is asked


class FakeFacts:
    """Knows the same of every contract, a moment after it was asked."""

    def __init__(self, told: OrderFacts) -> None:
        self.told = told

    def known_facts(self, contract: Contract, account: str | None) -> OrderFacts | None:
        return None

    def order_facts(
        self, contract: Contract, account: str | None, *, wants_quote: bool
    ) -> Future[OrderFacts]:
        future: Future[OrderFacts] = Future()
        future.set_result(self.told)
        return future


# A limit, and facts with which it forbids a limit order for 100 AAPL at 228.10.
FORBID: dict[str, tuple[Any, dict[str, Any]]] = {
    "read_only": (True, {}),
    "allowed_symbols": (frozenset({"MSFT"}), {}),
    "denied_symbols": (frozenset({"AAPL"}), {}),
    "max_orders_per_minute": (0, {}),
    "max_open_orders": (0, {}),
    "max_daily_loss": (Decimal(100), {"daily_pnl": -100}),
    "max_order_quantity": (Decimal(99), {}),
    "max_order_notional": (Decimal(22_000), {}),
    "max_equity_percent": (Decimal(2), {}),
    "price_collar_percent": (Decimal(1), {"bid": 200, "ask": 201}),
}
LIMIT_ORDER = {"orderType": "LMT", "lmtPrice": 228.1, "wait": "ack"}


def limited(rooms: Rooms, gateway: PaperGateway, name: str, position: int = 0) -> OrderHandler:
    limit, told = FORBID[name]
    known = FakeFacts(facts(position=position, **told))
    return rooms.connected_handler(gateway.port, limits=Limits(**{name: limit}), facts=known)


def test_every_limit_is_among_them() -> None:
    assert set(FORBID) == set(CHECKS)


@pytest.mark.parametrize("name", FORBID)
def test_the_handler_sends_nothing_that_a_limit_forbids(
    rooms: Rooms, gateway: PaperGateway, name: str
) -> None:
    handler = limited(rooms, gateway, name)
    with pytest.raises((LimitExceeded, Halted)) as refused:
        place(handler, "ui-1", **LIMIT_ORDER)
    assert refused.value.code == ("read_only" if name == "read_only" else f"risk_{name}")
    assert (refused.value.sent, gateway.received(3), handler.orders()) == ("no", 0, [])


@pytest.mark.parametrize("name", FORBID)
def test_the_handler_sends_every_exit_past_every_limit(
    rooms: Rooms, gateway: PaperGateway, name: str
) -> None:
    handler = limited(rooms, gateway, name, position=100)
    assert place(handler, "out", action="SELL", **LIMIT_ORDER).sent == "yes"


@pytest.mark.parametrize("name", sorted(FORBID.keys() - {"max_orders_per_minute"}))
def test_the_handler_lets_no_change_past_a_limit(
    rooms: Rooms, gateway: PaperGateway, name: str
) -> None:
    """An exit that rests is made larger: what it adds is new risk."""
    gateway.drill(fill_delay_ms=60_000)
    handler = limited(rooms, gateway, name, position=100)
    place(handler, "out", action="SELL", **LIMIT_ORDER)
    with pytest.raises((LimitExceeded, Halted)):
        handler.modify("out", {"totalQuantity": 150}).result(10)
    assert gateway.received(3) == 1
    assert "modify" not in [event["kind"] for event in handler.events("out")]
