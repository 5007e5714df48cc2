"""May this order be taken: the way out is open, new risk is measured against all that is open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from ib.admission import DUPLICATE_SECONDS, HIGHEST_ORDER_ID, Admission
from ib.exposure import MINUTE, Share
from ib.late_fills import FRESH_SECONDS
from ib_session import IBSession
from tests.fakes import away, connected
from tests.trading.facts_for_tests import facts
from tests.trading.orders_for_tests import (
    ACCOUNT,
    World,
    a_moment,
    a_request,
    an_execution,
    an_order,
)
from trading.orders import OrderRequest, parse_order_request
from trading.policy import OrderPolicy
from trading.records import Moment, OrderRecord
from trading.refusals import (
    AccountMismatch,
    Halted,
    LimitExceeded,
    NotConnected,
    PossibleDuplicate,
    Refused,
    TradingError,
)
from trading.restart_window import RestartWindow
from trading.risk import Limits
from trading.sizing import NO_FACTS, OrderFacts

LONG = facts(position=100)
FROZEN = {"is_frozen": True}


class FakeMoments:
    """Both clocks, which stand still until a test moves them."""

    def __init__(self) -> None:
        self.at = a_moment()

    def __call__(self) -> Moment:
        return self.at

    def pass_by(self, seconds: float) -> None:
        self.at = Moment(self.at.time + timedelta(seconds=seconds), self.at.seconds + seconds)

    def jump(self, hours: float) -> None:
        """The wall clock alone is set to another time."""
        self.at = Moment(self.at.time + timedelta(hours=hours), self.at.seconds)


class FakeSaved:
    failure: str | None = None


@dataclass
class Door:
    """An admission with a book of its own."""

    policy: OrderPolicy = field(default_factory=OrderPolicy)
    moments: FakeMoments = field(default_factory=FakeMoments)
    status: Any = field(default_factory=lambda: replace(connected("orders", 1000), accounts=()))

    def __post_init__(self) -> None:
        self.world = World(moments=cast(Any, self.moments))
        self.session = SimpleNamespace(
            known=replace(self.status, accounts=(ACCOUNT,)), next_valid_id=1
        )
        self.saved = FakeSaved()
        self.admission = Admission(
            cast(IBSession, self.session), self.world.book, self.saved, self.policy, self.moments
        )
        self.admission.is_frozen = False
        self.admission.has_read_orders = self.admission.is_current = True

    def take(self, request: OrderRequest, known: OrderFacts | None = None) -> OrderRecord:
        """As the engine takes an order: asked, booked, counted, and on its way."""
        is_exit = self.admission.check(request, ACCOUNT, known)
        requests = [request, *request.legs]
        records = [self.world.book.add(one, ACCOUNT) for one in requests]
        self.admission.count(records, request, known, is_exit=is_exit)
        for number, record in enumerate(records):
            self.world.book.mark_sending(record, 100 + len(self.world.book) + number)
        return records[0]

    def refusal(
        self, request: OrderRequest, known: OrderFacts | None = None
    ) -> TradingError | None:
        try:
            self.admission.check(request, ACCOUNT, known)
        except TradingError as error:
            return error
        return None

    def is_exit(self, request: OrderRequest, known: OrderFacts = LONG) -> bool:
        return self.admission.check(request, ACCOUNT, known)

    def fill(self, record: OrderRecord, shares: float = 100) -> None:
        """IB tells an execution."""
        name, order_id = record.client_order_id, record.order_id or 0
        side = "BOT" if record.order["action"] == "BUY" else "SLD"
        ids: dict[str, Any] = {
            "exec_id": f"{name}.{shares}.01",
            "permId": order_id,
            "orderId": order_id,
        }
        self.world.fill(an_execution(shares, key=name, side=side, **ids))
        self.admission.exposure.note_fill(self.world.fills[-1])


@pytest.fixture
def door() -> Door:
    return Door()


def limited(**limits: Any) -> Door:
    return Door(OrderPolicy(limits=Limits(**limits)))


def ask(key: str, **order: Any) -> OrderRequest:
    """What a program asks, which names its orders."""
    return replace(a_request(key, **order), is_named=True)


def sell(key: str = "out", quantity: int = 100, **order: Any) -> OrderRequest:
    return ask(key, action="SELL", totalQuantity=quantity, **order)


def of_a_page(request: OrderRequest) -> OrderRequest:
    return replace(request, is_named=False)


# What forbids even an exit


def test_without_a_connection_nothing_is_taken(door: Door) -> None:
    door.session.known = away(door.session.known, "TWS is not there")
    assert isinstance(door.refusal(sell(), LONG), NotConnected)
    assert isinstance(door.admission.why_not(), NotConnected)


@pytest.mark.failure("F75")
@pytest.mark.parametrize(("mode", "account"), [("paper", "U1234567"), ("live", "DU1234567")])
def test_the_other_kind_of_account_gets_no_order_and_no_exit(mode: str, account: str) -> None:
    door = Door(OrderPolicy(mode))
    door.session.known = replace(door.session.known, accounts=(account,))
    for request in (ask("in"), sell()):
        assert isinstance(door.refusal(request, LONG), AccountMismatch)


def test_before_tws_has_listed_its_orders_nothing_is_taken(door: Door) -> None:
    door.admission.is_current = False
    assert isinstance(door.refusal(sell(), LONG), NotConnected)


def test_order_ids_that_tws_cannot_count_are_refused(door: Door) -> None:
    door.session.next_valid_id = HIGHEST_ORDER_ID + 1
    error = door.refusal(sell(), LONG)
    assert isinstance(error, NotConnected)
    assert "reset" in (error.text or "")


def test_a_journal_that_failed_is_told_to_whoever_asks(door: Door) -> None:
    assert door.admission.journal_down() is None
    door.saved.failure = "The disk is full"
    error = door.admission.journal_down()
    assert (str(error), error and error.code) == ("The disk is full", "journal_unavailable")


# The freeze and the restart window


def test_an_admission_begins_frozen() -> None:
    """Until the journal has said otherwise: a switch that cannot be read stops new risk."""
    fresh = Admission(
        cast(IBSession, None), World().book, FakeSaved(), OrderPolicy(), FakeMoments()
    )
    assert fresh.is_frozen


@pytest.mark.failure("F73")
def test_a_freeze_stops_new_risk_and_no_exit(door: Door) -> None:
    door.admission.is_frozen = True
    assert isinstance(door.refusal(ask("in"), LONG), Halted)
    assert door.is_exit(sell())


def window(start: str, end: str) -> OrderPolicy:
    times = time.fromisoformat(start), time.fromisoformat(end)
    return OrderPolicy(restart_window=RestartWindow(*times, ZoneInfo("UTC")))


@pytest.mark.failure("F52")
@pytest.mark.parametrize(
    ("start", "is_refused"), [("14:32:02", True), ("14:32:03", False), ("14:20:00", True)]
)
def test_a_minute_before_the_restart_new_risk_is_refused(start: str, is_refused: bool) -> None:
    """The clock of these tests shows 14:31:02."""
    door = Door(window(start, "14:40:00"))
    error = door.refusal(ask("in"), LONG)
    assert (error is not None) is is_refused
    if error:
        assert (error.code, error.sent) == ("restart_window", "no")
    assert door.is_exit(sell())


def test_the_restart_window_also_holds_for_an_order_without_facts() -> None:
    door = Door(window("14:20:00", "14:40:00"))
    assert isinstance(door.refusal(ask("in")), Halted)


# What is an exit


def test_an_exit_never_closes_more_than_there_is(door: Door) -> None:
    assert door.is_exit(sell(quantity=100))
    assert not door.is_exit(sell(quantity=101))
    assert not door.is_exit(sell(), facts(position=-100))
    assert not door.is_exit(sell(), NO_FACTS)


def test_a_market_order_that_closes_already_leaves_nothing_to_close(door: Door) -> None:
    door.take(sell("one", 60), LONG)
    assert door.is_exit(sell("two", 40))
    assert not door.is_exit(sell("two", 41))


def test_an_order_that_rests_holds_nobody_in(door: Door) -> None:
    door.take(sell("stop", orderType="STP", auxPrice=1), LONG)
    door.moments.pass_by(FRESH_SECONDS + 1)
    assert door.is_exit(sell())


@pytest.mark.parametrize("price", [{"orderType": "LMT", "lmtPrice": 1}])
def test_a_limit_order_of_this_moment_may_close_at_once(door: Door, price: dict[str, Any]) -> None:
    """Ten of them in a second would turn the position around."""
    door.take(sell("one", **price), LONG)
    assert not door.is_exit(sell("two", **price))


def test_a_fill_that_the_position_does_not_show_yet_counts(door: Door) -> None:
    """Also one of a bracket's target, and of an order that has worked for days."""
    body: dict[str, Any] = {
        "contract": {"symbol": "AAPL"},
        "order": {"action": "BUY", "totalQuantity": 100, "orderType": "MKT"},
        "bracket": {"targets": [{"lmtPrice": 400}]},
    }
    entry = replace(parse_order_request(body, "in"), is_named=True)
    door.take(entry)
    target = door.world.book.get("in-t1")
    assert target is not None
    door.moments.pass_by(3600)
    door.fill(target)
    assert not door.is_exit(sell())
    door.moments.pass_by(FRESH_SECONDS + 1)
    assert door.is_exit(sell())


def test_an_exit_that_ib_refused_can_be_asked_again_at_once(door: Door) -> None:
    record = door.take(sell("one"), LONG)
    door.world.book.on_error(record.order_id or 0, 201, "Order rejected")
    assert record.is_final
    assert door.is_exit(sell("two"))


def test_an_exit_that_never_left_can_be_asked_again_at_once(door: Door) -> None:
    record = door.take(sell("one"), LONG)
    door.world.book.mark_not_written(record, "The connection was lost")
    assert door.is_exit(sell("two"))


def test_another_accounts_and_another_contracts_orders_close_nothing_here(door: Door) -> None:
    other = ask("msft", contract={"symbol": "MSFT"}, action="SELL")
    door.take(other)
    theirs = door.take(sell("theirs"))
    theirs.account = "DU7"
    assert door.is_exit(sell())


# An order that is meant to close


@pytest.mark.parametrize(
    ("position", "sentence"), [(0, "no position"), (50, "closing 0 of the position of 50")]
)
def test_a_close_that_would_open_is_refused(door: Door, position: int, sentence: str) -> None:
    closing = replace(sell(), is_closing=True)
    error = door.refusal(closing, facts(position=position))
    assert isinstance(error, Refused)
    assert sentence in error.sentence


def test_the_second_close_of_a_position_is_refused_though_nothing_is_frozen(door: Door) -> None:
    door.take(replace(sell("one"), is_closing=True), LONG)
    error = door.refusal(replace(sell("two"), is_closing=True), LONG)
    assert isinstance(error, Refused)
    assert "are closing 100 of the position of 100 already" in error.sentence


def test_a_close_of_an_unknown_position_is_not_held_back(door: Door) -> None:
    assert door.refusal(replace(sell(), is_closing=True), NO_FACTS) is None


# What is open counts


def test_open_orders_count_until_they_are_over() -> None:
    door = limited(max_open_orders=1)
    record = door.take(ask("one"), LONG)
    assert isinstance(door.refusal(ask("two"), LONG), LimitExceeded)
    door.fill(record)
    assert door.refusal(ask("two"), LONG) is None


def test_orders_of_others_are_not_the_desks_to_count() -> None:
    door = limited(max_open_orders=1)
    door.world.open_order(an_order("", perm_id=9, clientId=7), order_id=9)
    assert door.refusal(ask("one"), LONG) is None


def test_the_orders_of_a_minute_count() -> None:
    door = limited(max_orders_per_minute=2)
    door.take(ask("one"), LONG)
    door.take(ask("two", totalQuantity=2), LONG)
    assert isinstance(door.refusal(ask("three"), LONG), LimitExceeded)
    door.moments.pass_by(MINUTE + 1)
    assert door.refusal(ask("three"), LONG) is None


def equity_door() -> Door:
    """10 % of a million: 100 AAPL at 228.20 are 22 820."""
    return limited(max_equity_percent=Decimal(10))


@pytest.mark.failure("F74")
def test_of_many_orders_at_most_one_passes_the_share_of_the_equity() -> None:
    door, passed = equity_door(), 0
    for number in range(10):
        request = ask(f"ui-{number}", totalQuantity=270)  # 61 614
        if door.refusal(request, facts()) is None:
            door.take(request, facts())
            passed += 1
    assert passed == 1


def test_what_is_over_frees_its_share_of_the_equity() -> None:
    door = equity_door()
    record = door.take(ask("one", totalQuantity=270), facts())
    door.world.book.mark_not_written(record, "lost")
    assert door.refusal(ask("two", totalQuantity=270), facts()) is None


def test_an_open_order_of_unknown_worth_stops_new_risk() -> None:
    door = equity_door()
    record = door.take(ask("one", totalQuantity=1), facts())
    record.value = None
    assert isinstance(door.refusal(ask("two", totalQuantity=1), facts()), LimitExceeded)


def test_an_exit_takes_no_share_of_the_equity() -> None:
    door = equity_door()
    record = door.take(sell("out", 400), facts(position=400))
    assert (record.is_new_risk, record.value) == (False, None)
    assert door.refusal(ask("in", totalQuantity=400), facts()) is None


# The same order twice


@pytest.mark.failure("F56")
def test_the_same_order_of_a_page_must_be_confirmed_for_five_seconds(door: Door) -> None:
    door.take(of_a_page(ask("tab-1")))
    again = of_a_page(ask("tab-2"))
    assert isinstance(door.refusal(again), PossibleDuplicate)
    assert door.refusal(replace(again, confirm_duplicate=True)) is None
    assert door.refusal(replace(again, is_named=True)) is None
    door.moments.pass_by(DUPLICATE_SECONDS + 0.1)
    assert door.refusal(again) is None


@pytest.mark.parametrize("end", ["rejected", "not written", "forgotten", "cancelled"])
def test_an_order_that_came_to_nothing_has_no_twin(door: Door, end: str) -> None:
    record = door.take(of_a_page(ask("tab-1")))
    ends: dict[str, Callable[[], object]] = {
        "rejected": lambda: door.world.book.on_error(record.order_id or 0, 201, "No"),
        "not written": lambda: door.world.book.mark_not_written(record, "lost"),
        "forgotten": lambda: door.world.book.remove(record),
        "cancelled": lambda: record.on_status(
            "Cancelled",
            door.moments(),
            filled=0.0,
            remaining=100.0,
            avgFillPrice=0.0,
            permId=5,
            whyHeld="",
        ),
    }
    ends[end]()
    assert door.refusal(of_a_page(ask("tab-2"))) is None


def test_an_order_that_has_filled_has_a_twin(door: Door) -> None:
    door.fill(door.take(of_a_page(ask("tab-1"))))
    assert isinstance(door.refusal(of_a_page(ask("tab-2"))), PossibleDuplicate)


# Changes


def change(door: Door, record: OrderRecord, known: OrderFacts = LONG, **order: Any) -> None:
    """Ask for other terms of an order, as the engine does."""
    name, action = record.client_order_id, record.order["action"]
    terms = {n: record.body["order"][n] for n in record.body["order"] if n != "action"}
    before = ask(name, action=action, **terms)
    after = ask(name, action=action, **terms | order)
    door.admission.check_change(record, before.order, after, known)


def test_a_smaller_order_and_an_exit_may_change_during_a_freeze(door: Door) -> None:
    record = door.take(ask("in", orderType="LMT", lmtPrice=1))
    out = door.take(sell("out", orderType="LMT", lmtPrice=400), LONG)
    door.admission.is_frozen = True
    change(door, record, totalQuantity=50)
    change(door, out, lmtPrice=399)
    with pytest.raises(Halted):
        change(door, record, lmtPrice=2)
    with pytest.raises(Halted):
        change(door, out, totalQuantity=101)


def test_an_attached_order_may_move_but_not_grow_during_a_freeze(door: Door) -> None:
    stop = door.take(sell("stop", orderType="STP", auxPrice=200))
    stop.parent = "in"
    door.admission.is_frozen = True
    none = facts(position=0)  # its parent has not filled yet
    change(door, stop, none, auxPrice=190)
    change(door, stop, none, totalQuantity=50)
    with pytest.raises(Halted):
        change(door, stop, none, totalQuantity=10_000)


def changed(door: Door, record: OrderRecord, quantity: int) -> Share:
    """Another size for a buy of AAPL at 200, admitted and counted."""
    terms = {"orderType": "LMT", "lmtPrice": 200}
    before = ask(record.client_order_id, **terms)
    after = ask(record.client_order_id, totalQuantity=quantity, **terms)
    is_risk = door.admission.check_change(record, before.order, after, facts())
    return door.admission.count_change(record, after, facts(), is_risk=is_risk)


def test_a_larger_order_takes_a_larger_share_of_the_equity() -> None:
    """Ten small orders must not become ten large ones."""
    door = equity_door()
    record = door.take(ask("one", orderType="LMT", lmtPrice=200), facts())
    share = changed(door, record, 450)
    assert isinstance(door.refusal(ask("two"), facts()), LimitExceeded)
    share.settle()
    assert (record.is_new_risk, record.value) == (True, Decimal(90_000))
    share.take_back()
    assert door.refusal(ask("two"), facts()) is None


def test_a_change_is_held_to_the_share_of_the_equity_too() -> None:
    door = equity_door()
    record = door.take(ask("one", orderType="LMT", lmtPrice=200), facts())
    with pytest.raises(LimitExceeded):
        changed(door, record, 501)


def test_a_smaller_order_keeps_its_share_until_ib_has_confirmed_it() -> None:
    door = equity_door()
    record = door.take(ask("one", orderType="LMT", lmtPrice=200), facts())
    share = changed(door, record, 1)
    assert record.value == Decimal(20_000)
    share.settle()
    assert record.value == Decimal(200)


def test_an_exit_that_grows_beyond_its_position_takes_a_share() -> None:
    door = equity_door()
    out = door.take(sell("out", orderType="LMT", lmtPrice=400), LONG)
    more = sell("out", 150, orderType="LMT", lmtPrice=400)
    is_risk = door.admission.check_change(out, sell("out").order, more, LONG)
    door.admission.count_change(out, more, LONG, is_risk=is_risk)
    assert (is_risk, out.is_new_risk, out.value) == (True, True, Decimal(60_000))


# Clocks


@pytest.mark.failure("F71")
@pytest.mark.parametrize("hours", [1, -1])
def test_a_wall_clock_that_jumps_neither_lengthens_nor_shortens_a_time(hours: int) -> None:
    door = limited(max_orders_per_minute=1)
    door.take(of_a_page(ask("tab-1")), LONG)
    door.moments.jump(hours)
    assert isinstance(door.refusal(of_a_page(ask("tab-2")), LONG), LimitExceeded)
    door.moments.pass_by(MINUTE + 1)
    assert door.refusal(of_a_page(ask("tab-2")), LONG) is None
