"""Cancels and changes: a cancel gets through, a change takes no more than was allowed."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from tests.ib.following_for_tests import DEADLINE, rounds
from tests.ib.parts_for_tests import FULL, RATE, Parts
from tests.trading.facts_for_tests import facts
from tests.trading.orders_for_tests import a_body, a_request, an_order
from trading.orders import OrderResult, parse_order_request
from trading.records import OrderRecord
from trading.refusals import Halted, JournalDown, NotConnected, NotFound, Refused
from trading.statuses import OrderState

T = TypeVar("T")
LIMIT: dict[str, Any] = {"orderType": "LMT", "lmtPrice": 100}


@pytest.fixture
async def parts() -> Parts:
    return Parts()


def begin(coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    return asyncio.get_running_loop().create_task(coroutine)


async def done(task: asyncio.Task[T]) -> T:
    async with asyncio.timeout(DEADLINE):
        return await task


async def cancel(parts: Parts, name: str) -> asyncio.Task[OrderResult]:
    """A cancel that has been asked and not yet answered."""
    task = begin(parts.exits.cancel(name))
    await rounds()
    return task


# Cancels


async def test_a_cancel_is_a_wish_until_ib_confirms_it(parts: Parts) -> None:
    record = parts.live(a_request(**LIMIT))
    task = await cancel(parts, "ui-1")
    assert parts.session.cancelled == [record.order_id]
    assert (record.state, task.done()) == (OrderState.LIVE, False)
    parts.status(record, "Cancelled")
    assert (await done(task)).state == "cancelled"


async def test_a_cancel_that_ib_refuses_is_answered_and_looked_into(parts: Parts) -> None:
    record = parts.live(a_request(**LIMIT))
    task = await cancel(parts, "ui-1")
    parts.book.on_error(record.order_id or 0, 10148, "cannot be cancelled, state: Filled")
    result = await done(task)
    assert (result.state, result.payload["cancelRefused"]["code"]) == ("live", 10148)
    assert parts.reconciles == 1


async def test_an_order_that_waits_is_cancelled_without_tws(parts: Parts) -> None:
    for number in range(RATE - 5):
        parts.submit(a_request(f"ui-{number}"))
    parts.submit(a_request("waits"))
    parts.journal.write_all()
    result = await done(begin(parts.exits.cancel("waits")))
    assert (result.state, result.sent, parts.session.cancelled) == ("not_sent", "no", [])


async def test_a_second_cancel_of_what_is_being_given_up_asks_nothing_of_tws(parts: Parts) -> None:
    """It has no order id yet: a cancel would name no order, or another one."""
    for number in range(RATE - 5):
        parts.submit(a_request(f"ui-{number}"))
    parts.submit(a_request("waits"))
    first, second = await cancel(parts, "waits"), await cancel(parts, "waits")
    parts.journal.write_all()
    states = {(await done(task)).state for task in (first, second)}
    assert (states, parts.session.cancelled) == ({"not_sent"}, [])


async def test_a_cancel_does_not_overtake_an_order_that_is_being_saved(parts: Parts) -> None:
    """TWS would refuse it, and the order would work."""
    parts.submit(a_request())
    task = await cancel(parts, "ui-1")
    parts.journal.write_all()
    result = await done(task)
    assert (result.state, result.sent) == ("not_sent", "no")
    assert (parts.session.placed, parts.session.cancelled) == ([], [])


async def test_an_order_that_waits_in_the_socket_is_taken_back(parts: Parts) -> None:
    parts.session.room = 0
    parts.submit(a_request())
    parts.journal.write_all()
    result = await done(begin(parts.exits.cancel("ui-1")))
    assert (result.state, parts.session.waiting, parts.session.cancelled) == ("not_sent", [], [])


async def test_a_cancel_of_an_order_that_is_over_asks_nothing(parts: Parts) -> None:
    parts.status(parts.live(a_request()), "Filled", 100)
    assert (await done(begin(parts.exits.cancel("ui-1")))).state == "filled"
    assert parts.session.cancelled == []


async def test_a_cancel_gets_through_a_freeze_and_a_lost_link(parts: Parts) -> None:
    record = parts.live(a_request(**LIMIT))
    parts.admission.is_frozen = True
    parts.session.known = replace(parts.session.known, broker_link="down")
    task = await cancel(parts, "ui-1")
    assert parts.session.cancelled == [record.order_id]
    parts.status(record, "Cancelled")
    await done(task)


async def test_without_a_socket_a_cancel_says_so(parts: Parts) -> None:
    record = parts.live(a_request(**LIMIT))
    parts.session.is_open = False
    with pytest.raises(NotConnected):
        await parts.exits.cancel("ui-1")
    assert not record.cancel_requested


async def test_an_order_of_others_is_theirs_to_cancel(parts: Parts) -> None:
    parts.world.open_order(an_order("", perm_id=9, clientId=7), order_id=9)
    with pytest.raises(Refused, match="Only the program that placed this order"):
        await parts.exits.cancel("perm-9")
    assert await parts.exits.cancel_all() == []


async def test_a_cancel_of_an_order_that_ib_has_twice_ends_both(parts: Parts) -> None:
    record = parts.live(a_request(**LIMIT))
    parts.world.open_order(an_order("ui-1", perm_id=999), order_id=77)
    (twin,) = record.duplicates
    task = await cancel(parts, "ui-1")
    assert parts.session.cancelled == [record.order_id, 77]
    assert parts.record(twin).cancel_requested
    parts.status(record, "Cancelled")
    await done(task)


@pytest.mark.parametrize("ask", ["cancel", "cancel_all"])
async def test_before_tws_has_listed_its_orders_nothing_is_denied(parts: Parts, ask: str) -> None:
    parts.admission.has_read_orders = False
    with pytest.raises(NotConnected):
        await (parts.exits.cancel("ui-1") if ask == "cancel" else parts.exits.cancel_all())
    parts.admission.has_read_orders = True
    with pytest.raises(NotFound):
        await parts.exits.cancel("ui-1")


async def test_a_cancel_that_was_never_answered_is_asked_again(parts: Parts) -> None:
    record, other = parts.live(a_request(**LIMIT)), parts.live(a_request("ui-2", **LIMIT))
    task = await cancel(parts, "ui-1")
    parts.exits.ask_again()
    assert parts.session.cancelled == [record.order_id, record.order_id]
    parts.book.on_error(record.order_id or 0, 10147, "not found")
    parts.exits.ask_again()
    assert (len(parts.session.cancelled), other.cancel_requested) == (2, False)
    await done(task)


async def test_cancel_all_takes_orders_that_wait_and_orders_that_work(parts: Parts) -> None:
    record = parts.live(a_request(**LIMIT))
    for number in range(RATE - 5):
        parts.submit(a_request(f"w-{number}"))
    parts.journal.write_all()
    task = begin(parts.exits.cancel_all())
    await rounds()
    for each in parts.book.open_records():
        parts.status(each, "Cancelled")
    results = await done(task)
    assert len(results) == 1 + RATE - 5
    assert record.order_id in parts.session.cancelled
    assert {result.state for result in results} == {"cancelled", "not_sent"}


# Changes


async def change(
    parts: Parts, record: OrderRecord, known: Any = None, **terms: Any
) -> asyncio.Task[OrderResult]:
    """A change that was saved and written, and is not yet answered."""
    task = begin(parts.exits.modify(record.client_order_id, terms, known))
    await rounds()
    parts.journal.write_all()
    await rounds()
    return task


async def test_a_change_is_saved_written_and_done_when_ib_shows_it(parts: Parts) -> None:
    record = parts.live(a_request(**LIMIT))
    task = begin(parts.exits.modify("ui-1", {"lmtPrice": 101}, None))
    await rounds()
    assert len(parts.session.placed) == 1
    parts.journal.write_all()
    await rounds()
    assert parts.session.placed[1][:2] == (record.order_id, "ui-1")
    parts.open_order(record, lmtPrice=101.0)
    result = await done(task)
    assert (result.payload["modification"]["state"], result.payload["order"]["lmtPrice"]) == (
        "done",
        101,
    )


async def test_a_refused_change_leaves_the_old_terms(parts: Parts) -> None:
    record = parts.live(a_request(**LIMIT))
    task = await change(parts, record, lmtPrice=101)
    parts.book.on_error(record.order_id or 0, 201, "Order rejected")
    result = await done(task)
    assert (result.state, result.payload["modification"]["state"]) == ("live", "refused")
    assert result.payload["order"]["lmtPrice"] == 100


async def test_a_leg_keeps_its_parent_while_that_is_open(parts: Parts) -> None:
    body = a_body(**LIMIT) | {"bracket": {"targets": [{"lmtPrice": 400}]}}
    parent = parts.live(parse_order_request(body, "ui-1"))
    leg = parts.record("ui-1-t1")
    parts.open_order(leg)
    await change(parts, leg, lmtPrice=401)
    assert parts.session.placed[-1][2] == parent.order_id
    parts.open_order(leg, lmtPrice=401.0)
    parts.status(parent, "Filled", 100)
    await change(parts, leg, lmtPrice=402)
    assert parts.session.placed[-1][2] == 0


async def test_one_change_at_a_time(parts: Parts) -> None:
    record = parts.live(a_request(**LIMIT))
    await change(parts, record, lmtPrice=101)
    with pytest.raises(Refused, match="The last change of this order is not answered yet"):
        await parts.exits.modify("ui-1", {"lmtPrice": 102}, None)


async def test_an_order_that_is_being_cancelled_is_not_changed(parts: Parts) -> None:
    """A change may bring back to life what somebody wants to be gone."""
    record = parts.live(a_request(**LIMIT))
    task = await cancel(parts, "ui-1")
    with pytest.raises(Refused, match="A cancel of this order is under way"):
        await parts.exits.modify("ui-1", {"lmtPrice": 102}, None)
    parts.book.on_error(record.order_id or 0, 10148, "cannot be cancelled")
    await done(task)
    await change(parts, record, lmtPrice=102)
    assert len(parts.session.placed) == 2


@pytest.mark.parametrize("word", ["Filled", "Cancelled"])
async def test_an_order_that_is_over_is_not_changed(parts: Parts, word: str) -> None:
    record = parts.live(a_request(**LIMIT))
    parts.status(record, word, 100 if word == "Filled" else 0)
    with pytest.raises(Refused, match="there is nothing to change"):
        await parts.exits.modify("ui-1", {"lmtPrice": 101}, None)


async def test_an_order_that_ends_while_its_change_is_saved_is_not_written(parts: Parts) -> None:
    """TWS might take the change of a filled order for a new one."""
    record = parts.live(a_request(**LIMIT))
    task = begin(parts.exits.modify("ui-1", {"lmtPrice": 101}, None))
    await rounds()
    parts.status(record, "Filled", 100)
    parts.journal.write_all()
    with pytest.raises(Refused, match="The order is filled"):
        await done(task)
    assert (len(parts.session.placed), record.modification) == (1, None)


@pytest.mark.failure("F73")
async def test_a_freeze_while_a_change_is_saved_keeps_it_from_leaving(parts: Parts) -> None:
    record = parts.live(a_request(**LIMIT))
    task = begin(parts.exits.modify("ui-1", {"totalQuantity": 200}, facts()))
    await rounds()
    parts.admission.is_frozen = True
    parts.journal.write_all()
    with pytest.raises(Halted):
        await done(task)
    assert (len(parts.session.placed), record.modification) == (1, None)


async def test_a_change_that_cannot_be_saved_is_not_written(parts: Parts) -> None:
    record = parts.live(a_request(**LIMIT))
    task = begin(parts.exits.modify("ui-1", {"lmtPrice": 101}, None))
    await rounds()
    parts.journal.write(FULL)
    with pytest.raises(JournalDown) as refused:
        await done(task)
    assert (refused.value.sent, len(parts.session.placed), record.modification) == ("no", 1, None)


async def test_without_a_socket_nothing_is_changed(parts: Parts) -> None:
    parts.live(a_request(**LIMIT))
    parts.session.is_open = False
    with pytest.raises(NotConnected):
        await parts.exits.modify("ui-1", {"lmtPrice": 101}, None)


async def test_an_order_that_this_desk_has_not_placed_is_not_changed_here(parts: Parts) -> None:
    parts.world.open_order(an_order("", perm_id=9, clientId=7), order_id=9)
    parts.world.open_order(an_order("adopted", perm_id=10), order_id=10)
    for name in ("perm-9", "adopted"):
        with pytest.raises(Refused, match="Only an order that this desk has placed"):
            await parts.exits.modify(name, {"lmtPrice": 101}, None)
