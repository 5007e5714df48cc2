"""`python -m relay` as a process: its start, its refusals, its end, and a kill -9."""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiohttp import ClientError, ClientSession

from relay.__main__ import is_loopback
from relay.assertions import make
from relay.messages import Ack
from store.agent_keys import AgentKeys
from store.database import open_database
from store.users import Users
from tests.processes import Program, end, free_port, program, until
from tests.relay.agents_for_tests import TOKEN, TestAgent, said_hello

LISTENING = re.compile(r"listening on 127\.0\.0\.1:(\d+)")


@contextmanager
def started(var_dir: Path, port: int = 0) -> Iterator[tuple[Program, int]]:
    settings = {"RELAY_TOKEN": TOKEN, "RELAY_BIND": f"127.0.0.1:{port}", "VAR_DIR": str(var_dir)}
    with program("-m", "relay", **settings) as running:
        found = until(lambda: LISTENING.search(running.output), "the relay listens")
        yield running, int(found[1])


@pytest.mark.parametrize(
    ("token", "said"),
    [("", "RELAY_TOKEN is not set"), ("short", "RELAY_TOKEN=… is not a secret of at least 32")],
)
def test_without_a_good_secret_it_does_not_start(tmp_path: Path, token: str, said: str) -> None:
    with program("-m", "relay", RELAY_TOKEN=token, VAR_DIR=str(tmp_path)) as running:
        assert running.process.wait(20) == 2
        until(lambda: said in running.output, "the reason")
        assert "Traceback" not in running.output


def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    settings = {"RELAY_TOKEN": TOKEN, "VAR_DIR": str(tmp_path)}
    with (
        started(tmp_path) as (_, port),
        program("-m", "relay", RELAY_BIND=f"127.0.0.1:{port}", **settings) as second,
    ):
        assert second.process.wait(20) == 2
        until(lambda: "relay: " in second.output, "the reason")
        assert "Traceback" not in second.output


def test_help_names_the_settings() -> None:
    with program("-m", "relay", "--help") as running:
        assert running.process.wait(20) == 0
        for name in ("RELAY_BIND", "RELAY_TOKEN", "DATABASE_URL", "HEARTBEAT_SECONDS"):
            until(lambda name=name: name in running.output, name)


def test_a_bind_beyond_this_machine_is_warned_about(tmp_path: Path) -> None:
    settings = {"RELAY_TOKEN": TOKEN, "VAR_DIR": str(tmp_path)}
    with program("-m", "relay", RELAY_BIND="0.0.0.0:0", **settings) as running:
        until(lambda: "reverse proxy with TLS" in running.output, "the warning")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_loopback_is_known(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "relay.example.com"])
def test_what_others_can_reach_is_no_loopback(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.failure("F66")
async def test_a_relay_that_is_killed_comes_back_and_sends_nothing_again(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'desk.db'}")
    user = Users(database).add("alice", "correct horse battery staple")
    secret = AgentKeys(database).new(user)
    database.dispose()
    port = free_port()
    async with ClientSession() as client:
        with started(tmp_path, port) as (running, _):
            agent = await connected(client, port, secret)
            body = {"body": {"clientOrderId": "ui-1"}}
            url = f"http://127.0.0.1:{port}/options/relay/place-order"
            headers = {"Authorization": f"Bearer {make(TOKEN, 'alice', 'trade')}"}
            call = asyncio.create_task(posted(client, url, headers, body))
            request = await agent.request()
            running.process.send_signal(signal.SIGKILL)
            running.process.wait(20)
            with pytest.raises(ClientError):
                await call
            await agent.socket.close()
        with started(tmp_path, port) as (running, _):
            again = await connected(client, port, secret)
            assert again.epoch > agent.epoch
            await again.reply(request, {"state": "filled"})
            assert await again.next() == Ack(request.id)
            assert [type(frame) for frame in again.heard[1:]] == [Ack]
            assert end(running) == 0
            assert (await again.close_code())[0] == 1012


async def posted(client: ClientSession, url: str, headers: dict[str, str], body: object) -> int:
    async with client.post(url, json=body, headers=headers) as answer:
        return answer.status


async def connected(client: ClientSession, port: int, secret: str) -> TestAgent:
    """A welcomed agent with that key."""
    headers = {"Authorization": f"Bearer {secret}"}
    agent = TestAgent(
        await client.ws_connect(f"http://127.0.0.1:{port}/agent/connect", headers=headers)
    )
    await agent.say(said_hello())
    await agent.welcomed()
    return agent
