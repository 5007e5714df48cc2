"""A gateway whose clock is virtual: stepped by a test or at the control port, or simply fast."""

import asyncio
import json
from pathlib import Path

import pytest
from ib_async import LimitOrder, MarketOrder

from paper_gateway.clock import ClockError, VirtualClock
from paper_gateway.server import SetupError, serve
from paper_gateway.settings import Settings
from paper_gateway.store import StateError
from tests.paper_gateway.raw_client import RawClient
from tests.paper_gateway.test_control import ask
from tests.paper_gateway.wire_client import NOON, FakeClock, names

STOPPED = Settings(latency_seconds=0.0, control_port=0, speed=0.0, start_time=NOON)
DAY = 86_400.0


async def test_nothing_happens_on_a_clock_that_stands_still_until_it_is_moved() -> None:
    async with serve(STOPPED) as gateway:
        client = await RawClient.started(gateway)
        client.send(92, 5, gateway.account, "")
        assert names(await client.heard()) == ["94"]
        await gateway.advance(3.0)
        client.send(49, 1)
        found = [await client.message() for _ in range(4)]
        assert names(found) == ["94", "94", "94", "49"]
        assert found[-1] == ["49", "1", str(int(NOON) + 3)]
        await client.close()


async def test_each_thing_happens_at_its_own_instant() -> None:
    async with serve(Settings(part_gap_seconds=10.0), VirtualClock(NOON)) as gateway:
        client = await RawClient.started(gateway)
        client.place(1, MarketOrder("BUY", 600, tif="DAY"))
        await client.heard()
        await gateway.advance(3600.0)
        times = [execution.time for execution in gateway.hub.book.executions]
        assert times == pytest.approx([NOON + 0.01, NOON + 10.01])
        assert gateway.hub.clock() == NOON + 3600
        await client.close()


async def test_a_day_order_ends_when_the_clock_is_moved_past_midnight() -> None:
    async with serve(STOPPED) as gateway:
        client = await RawClient.started(gateway)
        client.place(1, LimitOrder("BUY", 10, 1.0, tif="DAY"))
        client.place(2, LimitOrder("BUY", 10, 1.0, tif="GTC"))
        await client.heard()
        status, body = await ask(gateway, "POST /clock", b'{"advance": 86400}')
        assert (status, body) == (200, {"time": NOON + DAY})
        assert names(await client.heard()) == ["3 Cancelled", "4 202"]
        assert [order.order_id for order in gateway.hub.book.open_orders()] == [2]
        await client.close()


@pytest.mark.parametrize(
    "body", [b"{}", b'{"advance": "1"}', b'{"advance": true}', b'{"advance": 1, "more": 2}',
             b'{"advance": -1}', b'{"advance": 1e9}', b'{"advance": NaN}'],
)  # fmt: skip
async def test_a_wrong_step_is_refused_and_moves_nothing(body: bytes) -> None:
    async with serve(STOPPED) as gateway:
        status, answer = await ask(gateway, "POST /clock", body)
        assert (status, gateway.hub.clock()) == (400, NOON)
        assert answer["error"]


async def test_a_clock_that_runs_is_not_moved() -> None:
    async with serve(Settings(control_port=0)) as gateway:
        status, answer = await ask(gateway, "POST /clock", b'{"advance": 1}')
        assert (status, "--speed 0" in answer["error"]) == (400, True)
        with pytest.raises(ClockError):
            await gateway.advance(1.0)


async def test_two_who_move_the_clock_at_once_both_do() -> None:
    async with serve(STOPPED) as gateway:
        await asyncio.gather(gateway.advance(100.0), gateway.advance(50.0))
        assert gateway.hub.clock() == NOON + 150.0


async def test_a_frozen_gateway_moves_its_clock_and_does_nothing() -> None:
    async with serve(STOPPED) as gateway:
        gateway.apply({"freeze": True})
        await gateway.advance(DAY)
        assert gateway.hub.clock() == NOON + DAY
        assert gateway.hub.timers.next_due() is not None
        gateway.apply({"freeze": False})


async def test_a_fast_clock_brings_a_day_in_less_than_seconds() -> None:
    """What is planned for tomorrow happens, and every time that is told is the clock's."""
    real = FakeClock(0.0)
    clock = VirtualClock(NOON, DAY, real)
    async with serve(Settings(latency_seconds=0.0), clock) as gateway:
        client = await RawClient.started(gateway)
        client.place(1, LimitOrder("BUY", 10, 1.0, tif="DAY"))
        await client.heard()
        real.now = 1.0
        gateway.run_due()
        assert names(await client.heard()) == ["3 Cancelled", "4 202"]
        client.send(49, 1)
        assert await client.message() == ["49", "1", str(int(NOON + DAY))]
        await client.close()


async def test_pacing_is_counted_in_real_seconds() -> None:
    async with serve(STOPPED) as gateway:
        assert gateway.counters.rate_clock is not gateway.hub.clock
        client = await RawClient.started(gateway)
        for _ in range(3):
            client.send(49, 1)
            await client.message()
        assert gateway.counters.rates[7].total == 3
        await client.close()


async def test_time_goes_on_from_the_last_thing_in_the_folder(tmp_path: Path) -> None:
    settings = Settings(latency_seconds=0.0, state=tmp_path, speed=0.0, start_time=NOON)
    async with serve(settings) as gateway:
        await gateway.advance(3 * DAY)
        client = await RawClient.started(gateway)
        client.place(1, LimitOrder("BUY", 10, 1.0, tif="GTC"))
        await client.heard()
        await client.close()
    async with serve(settings) as gateway:
        assert gateway.hub.clock() == NOON + 3 * DAY


async def test_the_systems_clock_is_used_when_nothing_else_is_asked_for() -> None:
    async with serve(Settings()) as gateway:
        assert not isinstance(gateway.hub.clock, VirtualClock)
    async with serve(Settings(speed=60.0)) as gateway:
        assert isinstance(gateway.hub.clock, VirtualClock)
        assert gateway.hub.clock.speed == 60.0


async def test_the_same_seed_and_steps_give_the_same_book() -> None:
    books = []
    for _ in range(2):
        async with serve(STOPPED) as gateway:
            client = await RawClient.started(gateway)
            client.place(1, MarketOrder("BUY", 600, tif="DAY"))
            await client.heard()
            await gateway.advance(600.0)
            books.append([repr(each) for each in gateway.hub.book.executions])
            await client.close()
    assert books[0] == books[1]
    assert len(books[0]) == 2


# Accounts, as a gateway is started with them


async def test_every_account_is_in_the_state_of_the_control_port() -> None:
    settings = Settings(latency_seconds=0.0, control_port=0, accounts=2, is_advisor=True)
    async with serve(settings) as gateway:
        client = await RawClient.started(gateway)
        client.place(1, MarketOrder("BUY", 10, tif="DAY", account="DU1234568"))
        await client.heard()
        _, state = await ask(gateway, "GET /state")
        assert state["account"] == "DF1234567"
        assert state["accounts"] == ["DF1234567", "DU1234567", "DU1234568"]
        assert state["holdings"]["DU1234568"]["positions"] == {"AAPL": 10.0}
        assert state["holdings"]["DU1234567"] == {"cash": {"USD": 1_000_000.0}, "positions": {}}
        assert json.loads(json.dumps(state)) == state
        await client.close()


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (Settings(accounts=0), "1 to 1000 accounts"),
        (Settings(portfolio=Path("nowhere.csv")), "cannot read nowhere.csv"),
    ],
)
async def test_accounts_that_cannot_be_are_told_in_one_line(
    settings: Settings, reason: str
) -> None:
    with pytest.raises(SetupError, match=reason):
        async with serve(settings):
            pytest.fail("it must not start")


async def test_a_folder_of_other_accounts_is_told(tmp_path: Path) -> None:
    async with serve(Settings(state=tmp_path)):
        pass
    with pytest.raises(StateError, match="--reset begins anew"):
        async with serve(Settings(state=tmp_path, accounts=5)):
            pytest.fail("it must not start")
