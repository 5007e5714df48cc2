"""The gate: keys that end, a database that is away, and too many who knock."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Collection

import pytest

from relay.gate import LOOK_SECONDS, Gate, GateAway, Pass
from tests.relay.agents_for_tests import world
from tests.relay.hubs_for_tests import HubWorld
from tests.relay.keys_for_tests import KnownKeys


async def test_A42_a_revoked_key_closes_its_socket_and_no_other() -> None:
    async with world("alice", "bob") as relay:
        alice, bob = await relay.agent("alice"), await relay.agent("bob")
        relay.keys.revoke("alice")
        assert await alice.close_code() == (4401, "Its key is not valid any more")
        answer = relay.calling("GET", "positions", "bob")
        await bob.reply(await bob.request(), 1)
        assert (await answer).status == 200


def test_the_keys_are_looked_at_twice_a_second() -> None:
    assert LOOK_SECONDS <= 0.5


async def test_a_database_that_is_away_leaves_agents_alone_and_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    hubs, keys = HubWorld(), KnownKeys("alice")
    agent = hubs.join("alice", key="digest of alice")
    gate = Gate(keys)
    keys.is_away = True
    keys.revoke("alice")
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            await gate.look(hubs.hub)
        assert gate.is_away and agent.closed is None
        keys.is_away = False
        await gate.look(hubs.hub)
    assert not gate.is_away and agent.closed is not None
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


async def test_only_so_many_look_ups_wait() -> None:
    keys, go = SlowKeys("alice"), threading.Event()
    keys.go = go
    gate = Gate(keys, max_look_ups=1)
    first = asyncio.create_task(gate.verify(keys.secret("alice")))
    await asyncio.sleep(0)
    with pytest.raises(GateAway):
        await gate.verify(keys.secret("alice"))
    go.set()
    passed = await first
    assert passed is not None and passed.user == "alice"
    assert await gate.verify("nobody's") is None


class SlowKeys(KnownKeys):
    """Keys whose look-up waits until the test lets it go on."""

    go: threading.Event

    def verify(self, secret: str) -> Pass | None:
        assert self.go.wait(5)
        return super().verify(secret)


async def test_a_mistake_does_not_end_the_watch_over_keys(
    caplog: pytest.LogCaptureFixture,
) -> None:
    hubs, keys = HubWorld(), BrokenOnce("alice")
    agent = hubs.join("alice", key="digest of alice")
    keys.revoke("alice")
    watching = asyncio.create_task(Gate(keys).watch(hubs.hub))
    async with asyncio.timeout(5):
        while agent.closed is None:
            await asyncio.sleep(0.01)
    watching.cancel()
    assert "canary" in caplog.text


class BrokenOnce(KnownKeys):
    """Keys whose first look fails in a way that nobody thought of."""

    is_broken = True

    def ended(self, digests: Collection[str]) -> set[str]:
        if self.is_broken:
            self.is_broken = False
            raise LookupError("canary")
        return super().ended(digests)
