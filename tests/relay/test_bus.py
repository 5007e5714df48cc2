"""Every bus keeps the same promises: the one over NATS and the tests' own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest

from relay.bus import Bus, NotSent, NoWord
from relay.nats_bus import NatsBus
from tests.nats import NatsServer, nats_server
from tests.relay.buses_for_tests import Switchboard
from tests.relay.nodes_for_tests import until


@pytest.fixture(scope="module")
def server() -> Iterator[NatsServer]:
    with nats_server() as running:
        yield running


@pytest.fixture(params=["nats", "fake"])
async def buses(request: pytest.FixtureRequest, server: NatsServer) -> AsyncIterator[list[Bus]]:
    """Two that are up; the second echoes what is asked at `echo` and is silent at `silence`."""
    board = Switchboard()
    is_nats = request.param == "nats"
    made: list[Bus] = [
        NatsBus([server.url], name) if is_nats else board.bus() for name in ("one", "two")
    ]
    asker, echo = made
    echo.listen("test.echo", lambda data, reply: void(echo.tell(reply, data)))
    echo.listen("test.silence", lambda data, reply: None)
    async with AsyncExitStack() as stack:
        for bus in made:
            await stack.enter_async_context(bus.running())
        await until(lambda: asker.is_up and echo.is_up, "both are up")
        yield made


def void(_value: object) -> None: ...


async def test_a_request_is_answered(buses: list[Bus]) -> None:
    assert await buses[0].request("test.echo", b"hello", 5) == b"hello"


async def test_a_subject_without_anybody_is_proven_not_sent(buses: list[Bus]) -> None:
    with pytest.raises(NotSent):
        await buses[0].request("test.nobody", b"hello", 5)


async def test_no_answer_in_time_is_no_word(buses: list[Bus]) -> None:
    with pytest.raises(NoWord) as caught:
        await buses[0].request("test.silence", b"hello", 0.01)
    assert caught.value.is_late


async def test_giving_up_is_no_word_at_once(buses: list[Bus]) -> None:
    asked = asyncio.create_task(buses[0].request("test.silence", b"hello", 60))
    await asyncio.sleep(0)
    buses[0].give_up("test.echo")
    await asyncio.sleep(0)
    assert not asked.done()
    buses[0].give_up("test.silence")
    with pytest.raises(NoWord) as caught:
        await asked
    assert not caught.value.is_late
