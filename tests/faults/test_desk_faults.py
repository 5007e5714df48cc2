"""F70 to F75 but F73: a slow page, clocks that jump, times of other zones, limits, accounts."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ib.order_snapshots import ALERT_SECONDS, OrderSnapshots
from ib.wire import Wire
from order_handler import OrderHandler
from tests.conftest import (
    DEADLINE,
    PaperGateway,
    Rooms,
    place,
    wait_until,
)
from tests.faults.desks import JOURNAL
from tests.faults.invariants import hold, stop_and_verify
from tests.ib.wires import FakeListener, hear
from tests.trading.facts_for_tests import facts
from tests.trading.orders_for_tests import (
    START,
    World,
    a_commission,
    a_moment,
    a_record,
    an_execution,
)
from trading.contracts import Contract
from trading.ib_objects import execution_row
from trading.record_forms import restored, saved_form
from trading.records import Moment
from trading.refusals import AccountMismatch, LimitExceeded
from trading.risk import Limits
from trading.sizing import OrderFacts
from trading.statuses import OrderState
from web.stream import RING_SIZE, Stream

RESTS: dict[str, Any] = {"orderType": "LMT", "lmtPrice": 1}
RESTING = RESTS | {"wait": "ack"}
PLACE_ORDER = 3


class FakeFacts:
    """Knows the same of every contract."""

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


def close(rooms: Rooms, handler: OrderHandler, gateway: PaperGateway) -> None:
    hold(handler, gateway, rooms.journal(JOURNAL))
    stop_and_verify(rooms, handler, JOURNAL)


# F70: a page that does not read


@pytest.mark.failure("F70")
def test_a_page_that_reads_nothing_costs_no_memory_and_is_told_to_begin_anew() -> None:
    stream = Stream(1)
    page = stream.open("", lambda reset: {"reset": reset})
    assert page is not None
    assert b'"reset":true' in next(page)
    for number in range(3 * RING_SIZE):
        stream.publish("order", {"n": number})
    assert len(stream._ring) == RING_SIZE
    assert b'event: hello\ndata: {"reset":true}' in next(page)
    stream.publish("order", {"n": "next"})
    assert b'"next"' in next(page)
    stream.close()


# F71: clocks


@pytest.mark.failure("F71")
@pytest.mark.parametrize("hours", [1, -1])
def test_the_times_of_a_timeline_are_measured_whatever_the_wall_clock_does(hours: int) -> None:
    record = a_record()
    jumped = Moment(START + timedelta(hours=hours, seconds=2), a_moment(2).seconds)
    record.note("orderStatus", jumped)
    assert (record.events[-1]["elapsedMs"], record.events[-1]["time"]) == (2000, jumped.time)


@pytest.mark.failure("F71")
@pytest.mark.parametrize("hours", [1, -1])
def test_a_wall_clock_that_jumps_makes_no_order_absent_sooner(hours: int) -> None:
    """Not placed needs ten seconds between two lists, by a clock that only goes on."""
    record, jumped = a_record(), START + timedelta(hours=hours)
    states = []
    for wall, seconds in ((START, 510.0), (jumped, 511.0), (jumped, 520.0)):
        record.on_absent(Moment(wall, seconds), 10)
        states.append(record.state)
    assert states == [OrderState.UNKNOWN, OrderState.UNKNOWN, OrderState.NOT_PLACED]


@pytest.mark.failure("F71")
async def test_an_unknown_order_is_alerted_after_a_minute_of_the_steady_clock() -> None:
    world, seconds = World(), 500.0
    record = world.place()
    record.on_silence("nothing", Moment(START, seconds))

    def look(at: float) -> list[str]:
        wall = START - timedelta(hours=1)
        snapshots = OrderSnapshots(world.book, 10, lambda: Moment(wall, at))
        return [each.client_order_id for each in snapshots.to_alert()]

    assert look(seconds + ALERT_SECONDS - 1) == []
    assert look(seconds + ALERT_SECONDS) == ["ui-1"]


@pytest.mark.failure("F71")
def test_a_clock_that_was_set_back_before_a_restart_leaves_no_order_undecided() -> None:
    """An order from the future would be younger than every list of TWS for an hour."""
    form = saved_form(a_record())
    now = Moment(START - timedelta(hours=1), 7.0)
    assert restored(form, now).submitted.seconds == 7.0


# F72: zones

EXEC_DETAILS = (
    *(11, -1, 7, 265598, "AAPL", "STK", "", 0, "", "", "SMART", "USD", "AAPL", "NMS"),
    *("0000e0d5.67fe667b.01.01", "TIME", "DU1000001", "ISLAND", "BOT", 100, 228.08, 500, 1000),
    *(0, 100, 228.08, "ui-1", "", "", "", 1, 0),
)


def told_time(text: str) -> str | None:
    """The time of a fill in the API, when TWS writes it like this."""
    listener = FakeListener()
    wire = Wire(listener, listener)
    hear(wire, *(text if field == "TIME" else field for field in EXEC_DETAILS))
    assert (wire.faults, [name for name, _ in listener.told]) == (0, ["execution"])
    _, contract, execution = listener.told[0][1]
    time: str | None = execution_row(contract, execution)["time"]
    return time


@pytest.mark.failure("F72")
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("20261120 09:31:02 US/Eastern", "2026-11-20T14:31:02.000Z"),
        ("20261120 15:31:02 Europe/Berlin", "2026-11-20T14:31:02.000Z"),
        ("20261120 14:31:02 UTC", "2026-11-20T14:31:02.000Z"),
        ("20261120-14:31:02", "2026-11-20T14:31:02.000Z"),
        ("1795185062", "2026-11-20T14:31:02.000Z"),
        ("20261101 01:30:00 US/Eastern", "2026-11-01T05:30:00.000Z"),  # twice that night
        ("20270314 02:30:00 US/Eastern", "2027-03-14T07:30:00.000Z"),  # never that night
        ("20261101 02:00:00 US/Eastern", "2026-11-01T07:00:00.000Z"),
    ],
)
async def test_the_time_of_a_fill_is_utc_whatever_zone_tws_writes(text: str, shown: str) -> None:
    assert told_time(text) == shown


@pytest.mark.failure("F72")
@pytest.mark.parametrize(
    "text",
    ["", "soon", "20261120", "20261399 09:31:02 US/Eastern", "20261120 09:31:02 Pacific Standard",
     "9" * 30, "20261120 09:31:02 ../etc/passwd"],
)  # fmt: skip
async def test_a_fill_counts_though_nobody_can_read_its_time(text: str) -> None:
    assert told_time(text) is None


@pytest.mark.failure("F72")
def test_a_fill_that_is_told_again_in_another_zone_is_the_same_fill() -> None:
    world = World()
    record = world.place()
    for zone in ("US/Eastern", "Europe/Berlin", "UTC"):
        text = START.astimezone(ZoneInfo(zone))
        world.fill(an_execution(100, time=text))
    world.book.on_commission(a_commission())
    assert (len(record.executions), record.filled, len(world.fills)) == (1, 100, 2)
    assert {row["time"] for row in world.fills} == {"2026-11-20T14:31:02.118Z"}


@pytest.mark.failure("F72")
def test_fills_around_the_change_of_clocks_are_found_once_each_after_a_restart(
    rooms: Rooms, gateway: PaperGateway
) -> None:
    """The gateway writes US/Eastern; whatever this host's zone is, the executions are in UTC."""
    gateway.drill(partial_fills=[30, 30])
    before = rooms.connected_handler(gateway.port, journal=JOURNAL)
    place(before, "ui-1")
    wait_until(lambda: len(before.executions()) == 3)
    rows = before.executions()
    before.stop()
    wait_until(lambda: gateway.clients() == [])
    after = rooms.connected_handler(gateway.port, journal=JOURNAL)
    again = after.executions()
    assert [r["execId"] for r in again] == [r["execId"] for r in rows]
    assert [r["time"] for r in again] == [r["time"] for r in rows]
    now = datetime.now(UTC)
    told = [datetime.fromisoformat(row["time"]) for row in again]
    assert all(abs(now - each) < timedelta(minutes=5) for each in told)
    close(rooms, after, gateway)


# F74: limits


@pytest.mark.failure("F74")
def test_of_ten_orders_at_the_same_moment_one_passes_the_share_of_the_equity(
    rooms: Rooms, gateway: PaperGateway
) -> None:
    """10 % of a million; each order is worth 60 000, which is 60 % of that."""
    limits = Limits(max_equity_percent=Decimal(10))
    handler = rooms.connected_handler(
        gateway.port, journal=JOURNAL, limits=limits, facts=FakeFacts(facts(ask=200, bid=199))
    )
    order = {"orderType": "LMT", "lmtPrice": 200, "totalQuantity": 300, "wait": "ack"}
    gateway.drill(fill_delay_ms=60_000)

    def try_one(number: int) -> str:
        try:
            return place(handler, f"ui-{number}", **order).state
        except LimitExceeded as refusal:
            assert (refusal.code, refusal.sent) == ("risk_max_equity_percent", "no")
            return "refused"

    with ThreadPoolExecutor(10) as threads:
        outcomes = sorted(threads.map(try_one, range(10)))
    assert outcomes == ["live", *["refused"] * 9]
    assert gateway.received(PLACE_ORDER) == 1
    close(rooms, handler, gateway)


@pytest.mark.failure("F74")
def test_an_open_order_keeps_its_share_of_the_equity_through_a_restart(
    rooms: Rooms, gateway: PaperGateway
) -> None:
    def start() -> OrderHandler:
        limits = Limits(max_equity_percent=Decimal(10))
        known = FakeFacts(facts(ask=200, bid=199))
        return rooms.connected_handler(gateway.port, journal=JOURNAL, limits=limits, facts=known)

    order = {"orderType": "LMT", "lmtPrice": 200, "totalQuantity": 300, "wait": "ack"}
    gateway.drill(fill_delay_ms=60_000)
    before = start()
    assert place(before, "one", **order).state == "live"
    before.stop()
    wait_until(lambda: gateway.clients() == [])
    after = start()
    with pytest.raises(LimitExceeded):
        place(after, "two", **order)
    assert after.cancel("one").result(DEADLINE).state == "cancelled"
    assert place(after, "two", **order).state == "live"
    close(rooms, after, gateway)


@pytest.mark.failure("F74")
def test_the_orders_of_the_last_minute_count_through_a_restart(
    rooms: Rooms, gateway: PaperGateway
) -> None:
    def start() -> OrderHandler:
        limits = Limits(max_orders_per_minute=2)
        return rooms.connected_handler(gateway.port, journal=JOURNAL, limits=limits)

    before = start()
    for number in range(2):
        assert place(before, f"ui-{number}").state == "filled"
    before.stop()
    wait_until(lambda: gateway.clients() == [])
    after = start()
    with pytest.raises(LimitExceeded) as refused:
        place(after, "one-more")
    assert refused.value.code == "risk_max_orders_per_minute"
    close(rooms, after, gateway)


@pytest.mark.failure("F74")
def test_orders_that_grow_do_not_pass_the_limit_that_they_passed_when_small(
    rooms: Rooms, gateway: PaperGateway
) -> None:
    limits = Limits(max_equity_percent=Decimal(10))
    handler = rooms.connected_handler(
        gateway.port, journal=JOURNAL, limits=limits, facts=FakeFacts(facts(ask=200, bid=199))
    )
    order = {"orderType": "LMT", "lmtPrice": 200, "wait": "ack", "totalQuantity": 1}
    gateway.drill(fill_delay_ms=60_000)
    for name in ("one", "two"):
        place(handler, name, **order)
    assert handler.modify("one", {"totalQuantity": 300}).result(DEADLINE).state == "live"
    with pytest.raises(LimitExceeded):
        handler.modify("two", {"totalQuantity": 300}).result(DEADLINE)
    with pytest.raises(LimitExceeded):
        place(handler, "three", **order | {"totalQuantity": 300})
    close(rooms, handler, gateway)


# F75: accounts


@pytest.mark.failure("F75")
@pytest.mark.parametrize(("mode", "account"), [("paper", "U1234567"), ("live", "DU1234567")])
def test_the_other_kind_of_account_is_refused(
    rooms: Rooms, tmp_path: Path, mode: str, account: str
) -> None:
    """Also for an exit: it would close somebody else's position."""
    gateway = rooms.gateway(tmp_path / "other", account=account)
    known = FakeFacts(facts(position=100))
    handler = rooms.connected_handler(gateway.port, journal=JOURNAL, trading_mode=mode, facts=known)
    for fields in ({}, {"action": "SELL", **RESTS}):
        with pytest.raises(AccountMismatch) as refused:
            place(handler, f"ui-{len(fields)}", **fields)
        assert refused.value.sent == "no"
    assert handler.blockers()[0].startswith(f"TRADING_MODE is {mode}")
    assert gateway.received(PLACE_ORDER) == 0
    close(rooms, handler, gateway)


@pytest.mark.failure("F75")
def test_an_account_that_settings_name_must_be_there(rooms: Rooms, gateway: PaperGateway) -> None:
    handler = rooms.connected_handler(gateway.port, account="DU7654321")
    with pytest.raises(AccountMismatch, match="DU7654321"):
        place(handler, "ui-1")
    assert gateway.received(PLACE_ORDER) == 0


@pytest.mark.failure("F75")
def test_a_tws_that_comes_back_with_a_live_account_gets_no_order(
    rooms: Rooms, gateway: PaperGateway, tmp_path: Path
) -> None:
    handler = rooms.connected_handler(gateway.port, journal=JOURNAL)
    assert place(handler, "ui-1").state == "filled"
    gateway.stop()
    wait_until(lambda: not handler.status().is_connected)
    live = PaperGateway(tmp_path / "live", account="U1234567")
    live.port = gateway.port
    live.start()
    wait_until(lambda: handler.status().accounts == ("U1234567",) and handler.status().is_connected)
    with pytest.raises(AccountMismatch):
        place(handler, "ui-2")
    assert live.received(PLACE_ORDER) == 0
    handler.stop()
    live.stop()
