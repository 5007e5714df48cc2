"""The process dies, or its disk does: what is on disk decides, and nothing is sent twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from order_handler import OrderHandler
from paper_gateway.server import Server
from tests.conftest import DEADLINE, ORDERS, PaperGateway, Publications, Rooms, place, wait_until
from tests.faults.invariants import hold, row
from tests.processes import Program, program, until
from trading.refusals import NotConnected
from web.health import TICK_SECONDS

JOURNAL = "one"
PLACE_ORDER, CANCEL_ORDER, REQ_OPEN_ORDERS = 3, 4, 16
RESTING: dict[str, Any] = {"orderType": "LMT", "lmtPrice": 1, "wait": "ack"}


class Death:
    """An engine in another process that runs until `kill`, and the journal that it leaves."""

    def __init__(self, running: Program, journal: Path, gateway: PaperGateway) -> None:
        self._running = running
        self.journal = journal
        self._gateway = gateway

    def until_saved(self, name: str, state: str) -> None:
        """Wait until the order is on disk in this state."""
        wait_until(lambda: self.state(name) == state or self._running.process.poll())
        assert self.state(name) == state, self._running.output

    def state(self, name: str) -> str | None:
        saved = row(self.journal, name)
        return saved.state if saved else None

    def kill(self) -> None:
        """SIGKILL; returns when TWS has noticed that the socket is gone."""
        self._running.process.kill()
        self._running.process.wait()
        wait_until(lambda: ORDERS not in self._gateway.clients())


@contextmanager
def engine(deed: str, gateway: PaperGateway, journal: Path, *names: str) -> Iterator[Death]:
    arguments = ("-m", "tests.faults.engine_child", deed, str(gateway.port), str(journal), *names)
    with program(*arguments) as running:
        until(lambda: running.said("connected"), f"the engine is connected\n{running.output}")
        yield Death(running, journal, gateway)


@pytest.fixture
def journal(rooms: Rooms) -> Path:
    return rooms.journal(JOURNAL)


def restart(rooms: Rooms, gateway: PaperGateway) -> OrderHandler:
    """The next engine on that journal, with the same client id."""
    return rooms.connected_handler(gateway.port, journal=JOURNAL, absence_seconds=0.2)


# SIGKILL


@pytest.mark.failure("F01")
def test_an_order_that_only_waited_was_not_sent_and_is_not_sent_later(
    rooms: Rooms, gateway: PaperGateway, journal: Path
) -> None:
    names = [f"ui-{number}" for number in range(8)]  # one leaves each second
    with engine("place_slowly", gateway, journal, *names) as before:
        before.until_saved("ui-7", "intent")
        before.kill()
        assert before.state("ui-7") == "intent"
    handler = restart(rooms, gateway)
    result = handler.order("ui-7")
    assert (result.state, result.sent, result.is_final) == ("not_sent", "no", True)
    again = place(handler, "ui-7")
    assert (again.state, again.sent, again.payload["replayed"]) == ("not_sent", "no", True)
    assert (gateway.orders("ui-7"), gateway.orders_received("ui-7")) == ([], 0)
    assert place(handler, "ui-8").state == "filled"
    hold(handler, gateway, journal)


@pytest.mark.failure("F02")
def test_an_order_that_was_about_to_leave_is_looked_for_and_not_placed(
    rooms: Rooms, gateway: PaperGateway, journal: Path
) -> None:
    with engine("stand_still_before_the_bytes", gateway, journal, "ui-1") as before:
        before.until_saved("ui-1", "sending")
        before.kill()
    assert gateway.received(PLACE_ORDER) == 0
    handler = restart(rooms, gateway)
    wait_until(lambda: handler.order("ui-1").state == "not_placed")
    kinds = [event["kind"] for event in handler.events("ui-1")]
    assert kinds == ["request", "sending", "silence", "absent", "notPlaced"]
    again = place(handler, "ui-1")
    assert (again.state, again.payload["replayed"]) == ("not_placed", True)
    assert gateway.received(PLACE_ORDER) == 0
    hold(handler, gateway, journal)


@pytest.mark.failure("F03")
def test_an_order_that_had_just_left_is_found_by_its_reference(
    rooms: Rooms, gateway: PaperGateway, journal: Path
) -> None:
    gateway.drill(silent_orders=1, hold_for_locate=True)
    with engine("place", gateway, journal, "ui-1") as before:
        wait_until(lambda: gateway.orders("ui-1"))
        before.kill()
        assert before.state("ui-1") == "sending"
    handler = restart(rooms, gateway)
    found = handler.order("ui-1")
    assert (found.state, found.sent, found.payload["adopted"]) == ("live", "yes", False)
    gateway.drill(hold_for_locate=False)
    again = place(handler, "ui-1")
    assert (again.state, again.payload["replayed"]) == ("filled", True)
    assert (len(gateway.orders("ui-1")), gateway.orders_received("ui-1")) == (1, 1)
    hold(handler, gateway, journal)


@pytest.mark.failure("F05")
def test_a_part_of_a_fill_is_counted_once_after_a_restart(
    rooms: Rooms, tmp_path: Path, journal: Path
) -> None:
    """An order that is filled in part is live with a filled quantity."""
    gateway = rooms.gateway(tmp_path / "slow fills", part_gap_seconds=60)
    gateway.drill(partial_fills=[30])
    with engine("place", gateway, journal, "ui-1") as before:
        before.until_saved("ui-1", "live")
        before.kill()
    handler = restart(rooms, gateway)
    shown = handler.order("ui-1").payload
    assert (shown["state"], shown["filled"], shown["remaining"]) == ("live", 30, 70)
    assert [fill["shares"] for fill in handler.executions()] == [30]
    hold(handler, gateway, journal)


# An old copy of the journal


@pytest.mark.failure("F10")
def test_orders_that_an_old_copy_of_the_journal_does_not_know_are_adopted_with_an_alert(
    rooms: Rooms, gateway: PaperGateway, journal: Path, published: Publications
) -> None:
    before = rooms.connected_handler(gateway.port, journal=JOURNAL)
    place(before, "ui-1")
    before.stop()
    copy(journal, rooms.journal("backup"))
    before = rooms.connected_handler(gateway.port, journal=JOURNAL)
    place(before, "ui-2")
    place(before, "ui-3", **RESTING)
    before.stop()
    copy(rooms.journal("backup"), journal)

    handler = restart(rooms, gateway)
    found = {r.client_order_id: (r.state, r.payload["adopted"]) for r in handler.orders()}
    assert found == {"ui-1": ("filled", False), "ui-2": ("filled", True), "ui-3": ("live", True)}
    wait_until(lambda: {"ui-2", "ui-3"} <= {m["clientOrderId"] for m in alerts(published)})
    assert {m["meaning"] for m in alerts(published)} == {
        "IB has an order of this desk that its journal does not know"
    }
    assert place(handler, "ui-4").order_id == 4
    again = place(handler, "ui-2")
    assert (again.state, again.payload["replayed"]) == ("filled", True)
    assert handler.cancel("ui-3").result(DEADLINE).state == "cancelled"
    assert [gateway.orders_received(f"ui-{number}") for number in (1, 2, 3, 4)] == [1, 1, 1, 1]
    hold(handler, gateway, journal)


def alerts(published: Publications) -> list[dict[str, Any]]:
    """What the desk itself has to say, without a code of IB."""
    return [message for message in published.of("message") if message["code"] is None]


# The order thread


class Faulty(Publications):
    """Fails once for a publication of the kind that a test arms."""

    def __init__(self) -> None:
        super().__init__()
        self.fails_at = ""

    def __call__(self, kind: str, payload: dict[str, Any]) -> None:
        if kind == self.fails_at:
            self.fails_at = ""
            raise RuntimeError(f"a fault in whoever hears {kind}")
        super().__call__(kind, payload)


@pytest.fixture
def faulty() -> Faulty:
    return Faulty()


@pytest.fixture
def loud_rooms(faulty: Faulty, tmp_path: Path) -> Iterator[Rooms]:
    """Rooms in which errors are expected in the log."""
    rooms = Rooms(faulty, tmp_path)
    yield rooms
    rooms.close()


@pytest.mark.failure("F14")
def test_an_order_thread_that_fails_is_started_again_with_its_orders(
    loud_rooms: Rooms, faulty: Faulty, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    gateway = loud_rooms.gateway(tmp_path / "gateway")
    handler = restart(loud_rooms, gateway)
    place(handler, "ui-1", **RESTING)
    faulty.fails_at = "status"
    gateway.drop_connections()
    wait_until(lambda: handler.thread.restarts == 1)
    with pytest.raises(NotConnected) as refused:  # it begins again half a second later
        place(handler, "ui-2")
    assert (refused.value.sent, gateway.orders_received("ui-2")) == ("no", 0)
    assert handler.thread.seconds_since_tick() < TICK_SECONDS
    wait_until(lambda: handler.blockers() == [])
    assert "OrderHandler: main failed and is started again" in caplog.text
    assert place(handler, "ui-2").state == "filled"
    assert handler.cancel("ui-1").result(DEADLINE).state == "cancelled"
    hold(handler, gateway, loud_rooms.journal(JOURNAL))


@pytest.mark.failure("F14")
def test_a_drop_inside_a_list_does_not_end_the_order_thread(
    rooms: Rooms, gateway: PaperGateway, journal: Path
) -> None:
    """A cancel that is asked again after each list finds no socket to leave through."""
    handler = restart(rooms, gateway)
    place(handler, "ui-1", **RESTING)
    gateway.drill(cancel_answers=[399])  # which is no answer
    cancel = handler.cancel("ui-1")
    wait_until(lambda: gateway.received(CANCEL_ORDER))
    gateway.call(ask_for_a_list_and_freeze)
    wait_until(handler.blockers)
    gateway.drop_connections()
    gateway.drill(freeze=False)
    assert cancel.result(DEADLINE).state in {"live", "cancelled"}
    wait_until(lambda: handler.order("ui-1").state == "cancelled")
    assert (handler.thread.restarts, handler.status().reconnects) == (0, 1)
    hold(handler, gateway, journal)


def ask_for_a_list_and_freeze(server: Server) -> None:
    """1102 leaves, and what is asked then stays unanswered."""
    server.broadcast(1102)
    server.apply({"freeze": True})


@pytest.mark.failure("F15")
def test_an_error_while_a_message_is_heard_is_logged_and_orders_are_read_again(
    loud_rooms: Rooms, faulty: Faulty, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """There is no degraded state: what may have been missed is asked for at once."""
    gateway = loud_rooms.gateway(tmp_path / "gateway")
    handler = restart(loud_rooms, gateway)
    gateway.drill(always_399=True)
    asked = gateway.received(REQ_OPEN_ORDERS)
    faulty.fails_at = "message"
    assert place(handler, "ui-1").state == "filled"
    wait_until(lambda: gateway.received(REQ_OPEN_ORDERS) > asked)
    assert "a fault in whoever hears message" in caplog.text
    assert (handler.thread.restarts, handler.status().reconnects) == (0, 0)
    assert place(handler, "ui-2").state == "filled"
    hold(handler, gateway, loud_rooms.journal(JOURNAL))
