"""The lane: saved before it leaves, at IB's pace, and not at all if something came between."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from ib.order_journal import OrderJournal
from ib.order_lane import LOST, TOO_LATE, OrderLane, Parcel
from ib_session import IBSession
from store.journal import KeyUsed
from tests.ib.parts_for_tests import FULL, RATE, FakeJournal, FakeSession
from tests.trading.orders_for_tests import ACCOUNT, World, a_request
from trading.orders import OrderRequest
from trading.records import OrderRecord
from trading.statuses import OrderState

HOUR = 3600.0


@dataclass
class Yard:
    """A lane and all that is around it."""

    world: World = field(default_factory=World)
    journal: FakeJournal = field(default_factory=FakeJournal)
    session: FakeSession = field(default_factory=FakeSession)
    why_not: str | None = None
    told: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lane = OrderLane(
            cast(IBSession, self.session),
            self.world.book,
            cast(OrderJournal, self.journal),
            lambda _: self.why_not,
        )

    def put(self, *names: str, is_exit: bool = False, seconds: float = HOUR) -> OrderRecord:
        """An order, with the others attached to it."""
        requests: list[OrderRequest] = [a_request(name) for name in names]
        records = [self.world.book.add(request, ACCOUNT) for request in requests]
        name, deadline = names[0], asyncio.get_running_loop().time() + seconds
        parcel = Parcel(
            records,
            requests,
            ACCOUNT,
            on_saved=lambda: self.told.append((name, "saved")),
            on_left=lambda: self.told.append((name, "left")),
            on_failed=lambda error: self.told.append((name, f"failed {error or ''}".strip())),
            deadline=deadline,
            is_exit=is_exit,
        )
        self.lane.put(parcel)
        return records[0]

    def fill(self) -> None:
        """Use up what may leave within a second."""
        for number in range(RATE - 5):
            self.put(f"first-{number}")
        self.journal.write_all()
        self.told.clear()

    def names(self) -> list[str]:
        return [placed[1] for placed in self.session.placed]

    def said(self, record: OrderRecord) -> list[Any]:
        return [event.get("reason") for event in record.events if event["kind"] == "notSent"]


@pytest.fixture
async def yard() -> Yard:
    return Yard()


# Saved, then sent


async def test_nothing_is_written_before_it_is_saved_with_its_order_id(yard: Yard) -> None:
    record = yard.put("ui-1")
    (names, options, _) = yard.journal.commits[0]
    assert (names, options) == (["ui-1"], {"is_new": True, "floor": 101})
    assert (yard.session.placed, record.state, record.order_id) == ([], OrderState.SENDING, 100)
    yard.journal.write()
    assert yard.session.placed == [(100, "ui-1", 0, True)]
    assert yard.told == [("ui-1", "left")]


async def test_what_cannot_be_saved_is_not_written(yard: Yard) -> None:
    yard.put("ui-1")
    yard.journal.write(FULL)
    assert (yard.session.placed, yard.told) == ([], [("ui-1", "failed The disk is full")])


async def test_attached_orders_leave_together_and_the_last_one_transmits(yard: Yard) -> None:
    yard.put("ui-1", "ui-1-t1", "ui-1-s1")
    yard.journal.write()
    assert yard.session.placed == [
        (100, "ui-1", 0, False),
        (101, "ui-1-t1", 100, False),
        (102, "ui-1-s1", 100, True),
    ]


async def test_an_order_that_may_not_be_written_as_it_is_never_left(yard: Yard) -> None:
    yard.session.refuses = "ui-1"
    record = yard.put("ui-1")
    yard.journal.write()
    assert (record.state, record.sent) == (OrderState.NOT_SENT, "no")


async def test_order_ids_are_above_all_that_were_ever_used(yard: Yard) -> None:
    yard.journal.floors = 500
    yard.lane.raise_floor()
    assert (yard.lane.take_order_id(), yard.lane.next_order_id) == (500, 501)
    yard.session.next_valid_id = 700
    assert yard.lane.take_order_id() == 700


# What comes between


async def test_what_forbids_it_while_it_is_saved_keeps_it_from_leaving(yard: Yard) -> None:
    record = yard.put("ui-1")
    yard.why_not = "Frozen"
    yard.journal.write()
    assert (yard.session.placed, yard.said(record)) == ([], ["Frozen"])
    assert (record.state, record.sent) == (OrderState.NOT_SENT, "no")


async def test_not_sent_is_answered_when_that_is_on_disk_too(yard: Yard) -> None:
    """Its row says `sending`: a crash would make `unknown` of what somebody was told for good."""
    yard.put("ui-1", "ui-1-t1")
    yard.why_not = "Frozen"
    yard.journal.write()
    assert (yard.journal.commits[0][:2], yard.told) == ((["ui-1", "ui-1-t1"], {}), [])
    yard.journal.write(FULL)
    assert yard.told == [("ui-1", "failed")]


async def test_a_new_connection_while_it_is_saved_keeps_it_from_leaving(yard: Yard) -> None:
    record = yard.put("ui-1")
    yard.session.reconnect()
    yard.journal.write()
    assert (yard.session.placed, yard.said(record)) == ([], [LOST])


async def test_a_drop_while_it_is_saved_does_not_leave_it_unknown(yard: Yard) -> None:
    """The end of the connection makes it unknown first; then it is certain that nothing left."""
    record = yard.put("ui-1")
    yard.world.book.on_disconnected("TWS closed the connection")
    assert record.state is OrderState.UNKNOWN
    yard.session.reconnect()
    yard.journal.write()
    assert (record.state, record.sent, yard.session.placed) == (OrderState.NOT_SENT, "no", [])


@pytest.mark.failure("F59")
async def test_an_order_that_was_saved_too_late_is_not_written(yard: Yard) -> None:
    """A disk may stand still for longer than the caller waits."""
    record = yard.put("ui-1", seconds=-1)
    yard.journal.write()
    assert (yard.session.placed, yard.said(record)) == ([], [TOO_LATE])


async def test_a_cancel_while_it_is_saved_keeps_it_from_leaving(yard: Yard) -> None:
    """A cancel that overtook its order would be refused, and the order would work."""
    record = yard.put("ui-1", "ui-1-t1")
    assert yard.lane.take_back(record)
    yard.journal.write()
    assert (yard.session.placed, record.state) == ([], OrderState.NOT_SENT)
    assert not yard.lane.take_back(record)


# IB's pace


async def test_more_than_may_leave_in_a_second_is_saved_and_waits(yard: Yard) -> None:
    yard.fill()
    record = yard.put("ui-1")
    assert (len(yard.lane), record.state, record.order_id) == (1, OrderState.INTENT, None)
    assert yard.journal.commits[0][:2] == (["ui-1"], {"is_new": True})
    yard.journal.write()
    assert yard.told == [("ui-1", "saved")]
    assert "ui-1" not in yard.names()


async def test_orders_that_are_being_saved_have_a_place_in_their_second(yard: Yard) -> None:
    """A slow disk must not let two seconds' orders leave in one."""
    for number in range(RATE):
        yard.put(f"ui-{number}")
    assert len(yard.lane) == RATE - (RATE - 5)
    yard.journal.write_all()
    assert len(yard.names()) == RATE - 5


async def test_what_was_given_up_takes_no_place(yard: Yard) -> None:
    yard.why_not = "Frozen"
    yard.fill()
    yard.why_not = None
    yard.put("ui-1")
    yard.journal.write()
    assert yard.names() == ["ui-1"]


async def test_a_waiting_order_that_cannot_be_saved_does_not_hold_up_the_next(yard: Yard) -> None:
    yard.fill()
    yard.put("ui-1")
    yard.put("ui-2")
    yard.journal.commits.reverse()
    yard.journal.write()  # ui-2, which waits behind ui-1
    yard.journal.write(FULL)
    assert yard.told == [("ui-2", "saved"), ("ui-1", "failed The disk is full")]
    assert yard.lane._timer is not None


async def test_a_waiting_order_is_taken_back_with_those_attached_to_it(yard: Yard) -> None:
    yard.fill()
    record = yard.put("ui-1", "ui-1-t1")
    leg = yard.world.book.get("ui-1-t1")
    assert leg is not None
    assert yard.lane.take_back(leg)
    yard.journal.write_all()
    assert {record.state, leg.state} == {OrderState.NOT_SENT}
    assert (len(yard.lane), yard.told) == (0, [("ui-1", "failed")])


async def test_what_is_given_up_before_it_is_saved_is_answered_after_that(yard: Yard) -> None:
    """The journal may know another order of that key: then this one was never asked."""
    yard.fill()
    new, known = yard.put("new"), yard.put("known")
    yard.lane.give_up_waiting("The connection is gone")
    assert (yard.told, len(yard.lane)) == ([], 0)
    yard.journal.write()
    yard.journal.write(KeyUsed("used"))
    assert yard.told == [("new", "failed"), ("known", "failed used")]
    assert (new.state, known.state) == (OrderState.NOT_SENT, OrderState.INTENT)


@pytest.mark.failure("F59")
async def test_an_order_that_waited_beyond_its_deadline_is_never_sent(yard: Yard) -> None:
    yard.fill()
    late, next_ = yard.put("late", seconds=-1), yard.put("next")
    yard.journal.write_all()
    yard.lane._let_leave()
    assert yard.said(late) == [TOO_LATE]
    assert (late.state, next_.state) == (OrderState.NOT_SENT, OrderState.INTENT)


@pytest.mark.failure("F73")
async def test_a_freeze_gives_up_new_risk_and_lets_exits_wait(yard: Yard) -> None:
    yard.fill()
    risk, out = yard.put("risk"), yard.put("out", is_exit=True)
    yard.journal.write_all()
    yard.lane.give_up_waiting("Frozen", also_exits=False)
    assert (yard.said(risk), out.state, len(yard.lane)) == (["Frozen"], OrderState.INTENT, 1)
    yard.lane.give_up_waiting("TWS closed the connection")
    assert (yard.said(out), len(yard.lane)) == (["TWS closed the connection"], 0)


@pytest.mark.failure("F73")
async def test_a_freeze_takes_back_what_waits_in_the_socket(yard: Yard) -> None:
    yard.session.room = 1
    left, risk, out = yard.put("left"), yard.put("risk"), yard.put("out", is_exit=True)
    yard.journal.write_all()
    yard.lane.take_back_unwritten("Frozen")
    assert (yard.names(), yard.session.waiting) == (["left"], [out.order_id])
    assert (risk.state, yard.said(risk), yard.said(left)) == (OrderState.NOT_SENT, ["Frozen"], [])
    assert yard.session.cancelled == []


@pytest.mark.failure("F73")
async def test_a_bracket_of_which_a_part_has_left_is_cancelled_at_a_freeze(yard: Yard) -> None:
    """Its parent waits at TWS for the last leg, and would wait for ever."""
    yard.session.room = 1
    parent = yard.put("ui-1", "ui-1-t1", "ui-1-s1")
    yard.journal.write()
    yard.lane.take_back_unwritten("Frozen")
    assert (yard.names(), yard.session.waiting) == (["ui-1"], [])
    assert yard.session.cancelled == [parent.order_id]
    assert parent.cancel_requested


async def test_what_the_socket_has_written_meanwhile_is_not_taken_back(yard: Yard) -> None:
    yard.session.room = 0
    record = yard.put("ui-1")
    yard.journal.write()
    yard.session.waiting.clear()
    yard.lane.take_back_unwritten("Frozen")
    assert record.state is OrderState.SENDING


async def test_an_order_leaves_when_there_is_room_again(yard: Yard) -> None:
    yard.fill()
    yard.put("ui-1")
    yard.journal.write()
    assert yard.lane._timer is not None
    yard.lane._left_at.clear()  # a second has gone by
    yard.lane._let_leave()
    yard.journal.write()
    assert (yard.names()[-1], yard.told[-1]) == ("ui-1", ("ui-1", "left"))


async def test_an_order_that_waited_and_cannot_be_saved_as_sending_is_not_sent(yard: Yard) -> None:
    """The journal has it as one that waits, so that it is not forgotten either."""
    yard.fill()
    record = yard.put("ui-1")
    yard.journal.write()
    yard.lane._left_at.clear()  # a second has gone by
    yard.lane._let_leave()
    yard.journal.write(FULL)
    assert (record.state, record.sent) == (OrderState.NOT_SENT, "no")
    assert yard.told[-1] == ("ui-1", "failed")
