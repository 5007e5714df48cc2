"""Nodes as processes, `python -m relay` with NATS_URL; one of them is killed."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import orjson
import pytest
from aiohttp import ClientSession

from relay.assertions import make
from relay.messages import Welcome
from tests.nats import nats_server
from tests.processes import ROOT, Program, program, until
from tests.relay.agents_for_tests import TOKEN, TestAgent, said_hello
from tests.relay.nodes_for_tests import database

LISTENING = re.compile(r"listening on 127\.0\.0\.1:(\d+)")
PATH = "/options/relay/"


class Process:
    """A node, its port, and a client of its own."""

    def __init__(self, running: Program, port: int, client: ClientSession) -> None:
        self.program, self._client = running, client
        self._url = f"http://127.0.0.1:{port}"

    async def call(self, path: str, user: str = "alice") -> tuple[int, object]:
        headers = {"Authorization": f"Bearer {make(TOKEN, user, 'admin')}"}
        url = f"{self._url}{PATH}{path}"
        async with self._client.post(url, headers=headers, json={}) as answer:
            return answer.status, orjson.loads(await answer.read())

    async def agent(self, key: str) -> TestAgent:
        headers = {"Authorization": f"Bearer {key}"}
        agent = TestAgent(
            await self._client.ws_connect(f"{self._url}/agent/connect", headers=headers)
        )
        await agent.say(said_hello("box"))
        welcome = await agent.next()
        assert isinstance(welcome, Welcome)
        agent.welcome = welcome
        return agent


@contextmanager
def started(name: str, url: str, folder: Path) -> Iterator[tuple[Program, int]]:
    settings = {
        "NATS_URL": url,
        "NODE_NAME": name,
        "RELAY_BIND": "127.0.0.1:0",
        "RELAY_TOKEN": TOKEN,
        "VAR_DIR": str(folder),
    }
    with program("-m", "relay", **settings) as running:
        found = until(lambda: LISTENING.search(running.output), f"{name} listens")
        yield running, int(found[1])


@asynccontextmanager
async def nodes(url: str, folder: Path) -> AsyncIterator[list[Process]]:
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(ClientSession())
        yield [
            Process(*stack.enter_context(started(name, url, folder)), client)
            for name in ("one", "two")
        ]


async def reaches(node: Process, agent: TestAgent) -> None:
    """Ask until the node has heard of the agent."""
    async with asyncio.timeout(5):
        while True:
            asked = asyncio.create_task(node.call("status"))
            hearing = asyncio.create_task(agent.request())
            await asyncio.wait([asked, hearing], return_when=asyncio.FIRST_COMPLETED)
            if hearing.done():
                await agent.reply(hearing.result(), {})
                assert (await asked)[0] == 200
                return
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)


@pytest.mark.failure("F67")
async def test_F67_a_node_is_killed_and_its_agent_comes_to_another(tmp_path: Path) -> None:
    secrets = database(tmp_path / "desk.db")
    with nats_server() as server:
        async with nodes(server.url, tmp_path) as (one, two):
            first = await one.agent(secrets["alice"])
            await reaches(two, first)
            order = asyncio.create_task(two.call("place-order"))
            await first.request()
            one.program.process.kill()
            one.program.process.wait()
            began = time.monotonic()
            status, _ = await two.call("place-order")
            assert status == 503 and time.monotonic() - began < 1
            second = await two.agent(secrets["alice"])
            assert second.epoch > first.epoch
            await reaches(two, second)
            status, answer = await order
            assert status == 202 and "unknown" in repr(answer)
            assert two.program.process.poll() is None


def test_a_relay_that_is_alone_loads_nothing_of_nats() -> None:
    code = "import relay.__main__, sys; print('nats' in sys.modules, 'relay.nodes' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout.split() == [b"False", b"False"]
