"""The whole desk as a process: killed, told to end, without a disk, started twice."""

from __future__ import annotations

import os
import resource
import signal
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from store.journal import Journal
from tests.conftest import Rooms, place
from tests.faults.invariants import hold, hold_at, journal_of, row
from tests.processes import (
    START_SECONDS,
    Gateway,
    Program,
    RunningDesk,
    desk,
    end,
    free_port,
    paper_gateway,
    program,
    until,
)
from tests.store.journal_child import NOBODY

PLACE_ORDER = "3"
CANNOT_START = 3
MARKET = {"action": "BUY", "totalQuantity": 100, "orderType": "MKT"}
RESTING = {"action": "BUY", "totalQuantity": 5, "orderType": "LMT", "lmtPrice": 1}

Answer = tuple[int, Any]


def post(running: RunningDesk, name: str, order: dict[str, Any], wait: str = "outcome") -> Answer:
    body = {"contract": {"symbol": "AAPL"}, "order": order, "clientOrderId": name, "wait": wait}
    return running.call("POST", "/api/v1/orders", body)


def shown(running: RunningDesk, name: str) -> dict[str, Any]:
    status, order = running.call("GET", f"/api/v1/orders/{name}")
    assert status == 200, order
    found: dict[str, Any] = order
    return found


def booked(gateway: Gateway, name: str) -> list[dict[str, Any]]:
    return [order for order in gateway.state()["orders"] if order["orderRef"] == name]


def engine_pid(running: RunningDesk) -> int:
    """The process that holds the journal: gunicorn's worker."""
    return int(journal_of(running).with_name("journal.db.lock").read_text())


@contextmanager
def without_disk(running: RunningDesk) -> Iterator[None]:
    """No file of the desk can grow or be written, as on a full or failing disk."""
    pid = engine_pid(running)
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with paper_gateway(tmp_path_factory.mktemp("gateway")) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def running(gateway: Gateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """A desk that several tests break and leave whole."""
    settings: dict[str, Any] = {"IB_PORT": str(gateway.port), "PAPER_SLEEP": "2,0,0"}
    with desk(tmp_path_factory.mktemp("desk"), **settings) as running:
        yield running


@pytest.fixture
def callers() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as callers:
        yield callers


# SIGKILL and the disk


@pytest.mark.failure("F04")
def test_a_fill_whose_answer_was_lost_is_there_after_a_kill(
    running: RunningDesk, gateway: Gateway, callers: ThreadPoolExecutor
) -> None:
    """gunicorn starts the next worker by itself, on the same journal and with the same key."""
    answer = callers.submit(post, running, "killed", MARKET)
    until(lambda: [o for o in booked(gateway, "killed") if o["status"] == "Filled"], "it fills")
    os.kill(engine_pid(running), signal.SIGKILL)
    with pytest.raises(OSError):
        answer.result(30)
    until(running.is_ready, "the next worker is ready")
    order = shown(running, "killed")
    assert (order["state"], order["filled"], order["adopted"]) == ("filled", 100, False)
    (fill,) = [f for f in gateway.state()["executions"] if f["orderRef"] == "killed"]
    assert order["avgFillPrice"] == pytest.approx(fill["price"])
    status, again = post(running, "killed", MARKET)
    assert (status, again["state"], again["replayed"]) == (200, "filled", True)
    assert gateway.state()["ordersReceived"]["1000/killed"] == 1
    hold_at(running, gateway)


@pytest.mark.failure("F07")
def test_with_a_full_disk_nothing_is_sent_and_the_desk_says_so(
    running: RunningDesk, gateway: Gateway
) -> None:
    sent = gateway.state()["received"].get(PLACE_ORDER, 0)
    with without_disk(running):
        status, answer = post(running, "full-disk", MARKET)
        assert (status, answer["errorCode"], answer["sent"]) == (503, "journal_unavailable", "no")
        status, ready = running.call("GET", "/readyz")
        assert status == 503
        assert "The order journal" in ready["reasons"][0]
        assert running.call("GET", "/api/v1/orders/full-disk")[0] == 404
    assert gateway.state()["received"].get(PLACE_ORDER, 0) == sent
    until(running.is_ready, "the disk is there again")
    assert post(running, "full-disk", MARKET, "ack")[0] == 201
    hold_at(running, gateway)


@pytest.mark.failure("F08")
def test_a_disk_that_fails_after_the_order_left_fails_no_order(
    running: RunningDesk, gateway: Gateway, callers: ThreadPoolExecutor
) -> None:
    """What IB says is known although it cannot be written: an order that is proven live is told
    as live. Only without any word of IB it would be unknown.
    """
    gateway.drill(delay_orders_ms=1000)
    answer = callers.submit(post, running, "no-disk", RESTING, "ack")
    until(lambda: _saved_as(running, "no-disk", "sending"), "it is on disk as sending")
    with without_disk(running):
        gateway.drill(delay_orders_ms=0)
        status, order = answer.result(30)
        assert (status, order["state"], order["sent"]) == (201, "live", "yes")
        until(lambda: not running.is_ready(), "the desk notices")
        status, refused = post(running, "meanwhile", MARKET)
        assert (status, refused["errorCode"], refused["sent"]) == (503, "journal_unavailable", "no")
        assert shown(running, "no-disk")["state"] == "live"
        assert _saved_as(running, "no-disk", "sending")
    until(running.is_ready, "the disk is there again")
    until(lambda: _saved_as(running, "no-disk", "live"), "the row is complete")
    assert booked(gateway, "meanwhile") == []
    hold_at(running, gateway)


def _saved_as(running: RunningDesk, name: str, state: str) -> bool:
    saved = row(journal_of(running), name)
    return saved is not None and saved.state == state


# The end and the next start


@pytest.mark.failure("F13")
def test_a_desk_that_is_told_to_end_answers_all_and_the_next_one_finds_all(
    tmp_path: Path, callers: ThreadPoolExecutor
) -> None:
    with paper_gateway(tmp_path / "gateway") as gateway:
        settings: dict[str, Any] = {"IB_PORT": str(gateway.port), "PAPER_SLEEP": "0"}
        with desk(tmp_path / "desk", **settings) as running:
            assert post(running, "resting", RESTING, "ack")[0] == 201
            gateway.drill(silent_orders=1)
            silent: Future[Answer] = callers.submit(post, running, "silent", MARKET)
            until(lambda: booked(gateway, "silent"), "the order is at the gateway")
            assert end(running.program) == 0
            status, answer = silent.result(30)
            assert (status, answer["state"], answer["sent"]) == (202, "unknown", "unknown")
        assert booked(gateway, "resting")[0]["status"] == "Submitted"
        with desk(tmp_path / "desk", **settings) as running:
            states = [(o := shown(running, n))["state"] for n in ("resting", "silent")]
            assert (states, o["adopted"]) == (["live", "filled"], False)
            assert running.call("DELETE", "/api/v1/orders/resting")[0] == 200
            hold_at(running, gateway)


@pytest.mark.failure("F11")
def test_a_second_engine_on_one_journal_ends_at_once_and_the_first_goes_on(
    rooms: Rooms, tmp_path: Path
) -> None:
    at = rooms.gateway(tmp_path / "gateway")
    handler = rooms.connected_handler(at.port, journal="journal")
    code, second = start(IB_PORT=str(at.port), VAR_DIR=str(tmp_path))
    assert (code, second.said(f"order engine already running (pid {os.getpid()})")) == (3, True)
    assert "Traceback" not in second.output
    assert (handler.status().reconnects, place(handler, "ui-1").state) == (0, "filled")
    assert at.state()["ordersReceived"] == {"1000/ui-1": 1}
    hold(handler, at, rooms.journal("journal"))


def start(**settings: str) -> tuple[int, Program]:
    """The exit code and the words of a desk that cannot start."""
    bind = f"127.0.0.1:{free_port()}"
    with program("app_simple.py", **{"BIND": bind, "IB_PORT": str(free_port())} | settings) as it:
        return it.process.wait(START_SECONDS), it


@pytest.mark.failure("F09")
def test_a_journal_that_cannot_be_opened_ends_the_start_with_what_to_do(tmp_path: Path) -> None:
    code, running = start(VAR_DIR=str(tmp_path / "var"), JOURNAL_PATH=str(tmp_path))
    assert (code, "Traceback" in running.output) == (CANNOT_START, False), running.output
    assert running.said(f"The order journal {tmp_path} cannot be opened")


# The desk's modules are read before root steps down: they may be root's alone.
AS_NOBODY = f"""
import os, app_simple, alembic.command, logging.config
if os.getuid() == 0:
    os.setuid({NOBODY})
app_simple.create_app()
"""


@pytest.mark.failure("F09")
def test_a_journal_of_another_user_ends_the_start_with_what_to_do() -> None:
    """Root may write everything, so root steps down to somebody who may only read it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "journals").mkdir()
        with closing(Journal(folder / "journals" / "journal.db")) as journal:
            path = journal.path
        give_away(folder, folder / "journals", path.with_name("journal.db.lock"), path)
        path.chmod(0o444)
        settings = {"VAR_DIR": name, "JOURNAL_PATH": str(path), "IB_PORT": str(free_port())}
        with program("-c", AS_NOBODY, **settings) as running:
            code = running.process.wait(START_SECONDS)
    assert (code, "Traceback" in running.output) == (CANNOT_START, False), running.output
    assert running.said("readonly database. Make the file and its folder writable")


def give_away(*paths: Path) -> None:
    for path in paths:
        os.chown(path, NOBODY if os.getuid() == 0 else os.getuid(), -1)
