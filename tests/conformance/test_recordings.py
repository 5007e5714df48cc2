"""Unmodified clients and the desk itself, recorded at our gateway, see the same in a replay."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from order_handler import OrderHandler
from paper_gateway.recording.log import read_log
from paper_gateway.recording.playback import Manner, replay
from paper_gateway.recording.proxy import Upstream, record
from paper_gateway.server import serve
from paper_gateway.settings import Settings
from tests.conformance.test_clients import CLIENTS, HERE
from tests.conftest import PaperGateway, Rooms, place
from tests.processes import Program, program, until
from trading.orders import OrderResult

DEADLINE = 60.0


async def session(client: str, port: int) -> dict[str, Any]:
    """What the client saw: it previewed and bought 10 MSFT."""
    python, script, _ = CLIENTS[client]
    process = await asyncio.create_subprocess_exec(
        python, str(HERE / script), client, str(port),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    answer, error = await asyncio.wait_for(process.communicate(), DEADLINE)
    assert process.returncode == 0, error.decode()
    seen: dict[str, Any] = json.loads(answer)
    return seen


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_client_sees_in_the_replay_what_it_saw_at_the_gateway(
    client: str, tmp_path: Path
) -> None:
    log, settings = tmp_path / "x", Settings(account="DU7654321")
    async with (
        serve(settings) as gateway,
        record(log, Upstream("127.0.0.1", gateway.port)) as proxy,
    ):
        recorded = await session(client, proxy.port)
        await asyncio.wait_for(proxy.quiet(), DEADLINE)
    # With the recorded gaps: waitOnUpdate of ib_async overhears an update that comes at once.
    async with replay(log, manner=Manner(speed=1)) as server:
        replayed = await session(client, server.port)
        await asyncio.wait_for(server.finished(), DEADLINE)
        assert [str(each) for each in server.departures] == []
    assert (recorded["accounts"], recorded["status"]) == (["DU7654321"], "Filled")
    assert replayed == {**recorded, "accounts": ["DU0000001"]}
    assert "DU7654321" not in log.read_text()
    versions = [line.message_id for line in read_log(log).replies("serverVersion")]
    assert versions == [str(CLIENTS[client][2])]


def test_a_fault_that_the_desk_met_is_met_again_in_the_replay(
    rooms: Rooms, gateway: PaperGateway, tmp_path: Path
) -> None:
    """A user's bug report becomes a test: here an order that TWS rejects."""
    gateway.drill(reject_orders=1, reject_text="Order rejected - reason:DU1234567 is too poor")
    log, upstream = tmp_path / "x", f"127.0.0.1:{gateway.port}"
    with record_program(upstream, log) as recorder:
        recorded = placed_at(recorder, rooms, "monday-1")
    with program("-m", "paper_gateway", "replay", "--log", str(log)) as server:
        replayed = placed_at(server, rooms, "tuesday-1")
        until(lambda: "departures: 0" in server.output, "the replay ends as recorded")
    assert told(recorded) == ("rejected", [(201, "Order rejected - reason:DU1234567 is too poor")])
    assert told(replayed) == ("rejected", [(201, "Order rejected - reason:DU0000001 is too poor")])
    assert replayed.payload["permId"] == recorded.payload["permId"]


def record_program(upstream: str, log: Path) -> AbstractContextManager[Program]:
    return program("-m", "paper_gateway", "record", "--upstream", upstream, "--log", str(log))


def placed_at(running: Program, rooms: Rooms, client_order_id: str) -> OrderResult:
    """What an order handler of its own, with an empty journal, says of its order."""
    found = until(lambda: re.search(r"listening on 127\.0\.0\.1:(\d+)", running.output), "a port")
    handler = rooms.connected_handler(int(found[1]))
    try:
        place(handler, client_order_id)
        # A refusal is an answer at once; TWS's openOrder follows it.
        result: OrderResult = until(lambda: with_perm_id(handler, client_order_id), "a permId")
        return result
    finally:
        handler.stop()


def with_perm_id(handler: OrderHandler, client_order_id: str) -> OrderResult | None:
    result = handler.order(client_order_id)
    return result if result.payload["permId"] else None


def told(result: OrderResult) -> tuple[str, list[tuple[int, str]]]:
    messages = result.payload["messages"]
    return result.state, [(message["code"], message["text"]) for message in messages]
