"""The link to a NATS server: what is said while it is down is never sent later."""

from __future__ import annotations

import pytest

from relay.bus import NotSent, NoWord
from relay.nats_bus import NatsBus
from tests.nats import nats_server
from tests.relay.links_for_tests import link
from tests.relay.nodes_for_tests import until


async def test_nothing_that_was_said_while_it_was_down_is_sent_later() -> None:
    heard: list[bytes] = []
    with nats_server() as server:
        async with link(server.port) as way:
            bus, other = NatsBus([way.url], "one"), NatsBus([server.url], "two")
            other.listen("test", lambda data, reply: heard.append(data))
            async with other.running(), bus.running():
                await until(lambda: bus.is_up and other.is_up, "both are up")
                way.cut()
                await until(lambda: not bus.is_up, "the link is down")
                bus.tell("test", b"while it was down")
                with pytest.raises(NotSent):
                    await bus.request("test", b"while it was down", 5)
                way.heal()
                await until(lambda: bus.is_up, "the link is up")
                bus.tell("test", b"after")
                await until(lambda: heard, "something is heard")
                assert heard == [b"after"]


async def test_it_starts_without_a_server_and_tells_when_it_is_up() -> None:
    with nats_server() as server:
        port = server.port
    bus, told = NatsBus([f"nats://127.0.0.1:{port}"], "one"), list[int]()
    bus.when_up(lambda: told.append(1))
    async with bus.running():
        with pytest.raises(NotSent):
            await bus.request("test", b"", 5)
        assert not bus.is_up
        with nats_server(port=port):
            await until(lambda: told, "it is up")
            assert bus.is_up


async def test_a_link_that_is_stuck_is_given_up_within_seconds() -> None:
    with nats_server() as server:
        async with link(server.port) as way:
            bus = NatsBus([way.url], "one")
            bus.listen("test", lambda data, reply: None)
            async with bus.running():
                await until(lambda: bus.is_up, "it is up")
                way.stop()
                with pytest.raises(NoWord) as caught:
                    await bus.request("test", b"", 60)
                assert not caught.value.is_late
                way.heal()
                await until(lambda: bus.is_up, "it is up again")


async def test_a_message_that_is_too_large_was_not_sent() -> None:
    with nats_server() as server:
        bus = NatsBus([server.url], "one")
        async with bus.running():
            await until(lambda: bus.is_up, "it is up")
            with pytest.raises(NotSent):
                await bus.request("test", b"x" * (2 * 1024 * 1024), 5)


async def test_a_mistake_in_a_listener_does_not_deafen_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    heard: list[bytes] = []

    def hear(data: bytes, _reply: str) -> None:
        heard.append(data)
        if data == b"bad":
            raise LookupError("canary")

    with nats_server() as server:
        bus = NatsBus([server.url], "one")
        bus.listen("test", hear)
        async with bus.running():
            await until(lambda: bus.is_up, "it is up")
            bus.tell("test", b"bad")
            bus.tell("test", b"good")
            await until(lambda: len(heard) == 2, "both are heard")
    assert "canary" in caplog.text


async def test_messages_that_are_said_in_one_go_all_arrive_in_order() -> None:
    """More than the client's own queue of things to do holds."""
    heard: list[int] = []
    with nats_server() as server:
        bus = NatsBus([server.url], "one")
        bus.listen("test", lambda data, reply: heard.append(int(data)))
        async with bus.running():
            await until(lambda: bus.is_up, "it is up")
            for number in range(5_000):
                bus.tell("test", b"%d" % number)
            await until(lambda: len(heard) == 5_000, "all are heard")
    assert heard == list(range(5_000))
