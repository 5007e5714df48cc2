"""Unmodified foreign clients, recorded at our gateway, live the same session in a replay."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from paper_gateway.recording.log import read_log
from paper_gateway.recording.playback import Manner, replay
from paper_gateway.recording.proxy import Upstream, record
from paper_gateway.server import serve
from paper_gateway.settings import Settings
from tests.conformance.test_clients import CLIENTS, HERE

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
