"""Foreign clients live a whole trading day: before the opening, two auctions, past midnight."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.test_clients import CLIENTS, HERE
from tests.processes import paper_gateway

SPEED = 7200  # two hours a second
BEFORE_THE_OPENING = "20260105 03:00:00 US/Eastern"  # seconds before it
EXPECTED = {"market": "09:30", "opening": "09:30", "closing": "16:00"}
SCRIPTS = {"ibapi": "session_day_ibapi.py"}


@pytest.fixture(scope="module", params=CLIENTS)
def day(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What one client saw of the day."""
    script = SCRIPTS.get(request.param, "session_day_ib_async.py")
    folder: Path = tmp_path_factory.mktemp("gateway")
    command = [CLIENTS[request.param][0], str(HERE / script), request.param]
    with loaded(command) as client:
        with paper_gateway(
            folder, latency_ms=0, speed=SPEED, hours="exchange", start_time=BEFORE_THE_OPENING
        ) as gateway:
            answer, complaints = client.communicate(f"{gateway.port}\n", timeout=90)
        assert client.returncode == 0, complaints
    seen: dict[str, Any] = json.loads(answer)
    return seen


@contextmanager
def loaded(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A client that is loaded and waits for a port: a busy machine takes seconds to load it."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as client:
        assert client.stdout is not None
        try:
            assert client.stdout.readline() == "ready\n"
            yield client
        finally:
            client.kill()


def test_what_waits_for_its_hour_works_until_then(day: dict[str, Any]) -> None:
    assert day["early"]["closing"] == "PreSubmitted"
    assert {"opening", "market", "closing", "resting"} == set(day["early"])


def test_orders_fill_at_the_opening_and_at_the_close(day: dict[str, Any]) -> None:
    times = day["times"]
    assert times.keys() == EXPECTED.keys()
    # Half a second of the machine is an hour of this day.
    late = {name: minutes(times[name]) - minutes(at) for name, at in EXPECTED.items()}
    assert {name: 0 <= gone < 60 for name, gone in late.items()} == dict.fromkeys(EXPECTED, True)
    assert day["commissions"] == [1.0, 1.0, pytest.approx(1.0, abs=0.2)]
    assert day["positions"] == {"AAPL": 10}


def test_a_day_order_ends_with_its_day(day: dict[str, Any]) -> None:
    assert day["late"] == {
        "market": "Filled",
        "opening": "Filled",
        "closing": "Filled",
        "resting": "Cancelled",
    }
    assert (day["openOrders"], day["executions"]) == (0, 0)


def minutes(clock: str) -> int:
    """Since midnight, of a time such as 09:30."""
    hours, rest = clock.split(":")
    return int(hours) * 60 + int(rest)
