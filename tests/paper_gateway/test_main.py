"""The program: its first line, its ends, its refusals, and what a kill leaves behind."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ib_async import IB, LimitOrder, MarketOrder, Stock

from paper_gateway.__main__ import SUBCOMMANDS, parse_arguments
from tests.processes import request

ROOT = Path(__file__).parents[2]
DEADLINE = 20.0
AAPL = Stock("AAPL", "SMART", "USD")


@asynccontextmanager
async def program(*arguments: str) -> AsyncIterator[Process]:
    """``python -m paper_gateway``; killed at the end if it still runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "paper_gateway", *arguments,
        stdin=PIPE, stdout=PIPE, stderr=PIPE, cwd=ROOT, env={**os.environ},
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def first_line(process: Process) -> str:
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), DEADLINE)).decode()


async def port_of(process: Process) -> int:
    return int((await first_line(process)).split(":")[1].split()[0])


async def exit_code(process: Process) -> int:
    return await asyncio.wait_for(process.wait(), DEADLINE)


async def client_of(port: int) -> IB:
    client = IB()
    await client.connectAsync("127.0.0.1", port, clientId=7, timeout=DEADLINE)
    return client


async def test_the_first_line_names_port_and_account_and_a_signal_ends_it(tmp_path: Path) -> None:
    async with program("--state", str(tmp_path), "--account", "DU777") as process:
        words = (await first_line(process)).split()
        assert words[:4] == ["paper", "gateway", "listening", "on"]
        assert words[5:] == ["account", "DU777"]
        process.send_signal(signal.SIGTERM)
        assert await exit_code(process) == 0


async def test_it_ends_when_its_standard_input_closes(tmp_path: Path) -> None:
    arguments = ("--state", str(tmp_path), "--until-stdin-closes", "--control-port", "0")
    async with program(*arguments) as process:
        await first_line(process)
        assert (await first_line(process)).startswith("control port 127.0.0.1:")
        assert process.stdin is not None
        process.stdin.close()
        assert await exit_code(process) == 0


async def test_what_a_client_was_told_survives_a_kill(tmp_path: Path) -> None:
    async with program("--state", str(tmp_path), "--latency-ms", "0") as process:
        ib = await client_of(await port_of(process))
        bought = ib.placeOrder(AAPL, MarketOrder("BUY", 10, tif="DAY", orderRef="bought"))
        resting = ib.placeOrder(AAPL, LimitOrder("BUY", 10, 1.0, tif="GTC", orderRef="resting"))
        while resting.orderStatus.status != "Submitted" or not bought.isDone():
            await asyncio.wait_for(ib.updateEvent, DEADLINE)
        process.kill()
        await exit_code(process)
    async with program("--state", str(tmp_path), "--latency-ms", "0") as process:
        again = await client_of(await port_of(process))
        (order,) = again.openOrders()
        (position,) = again.positions()
        (fill,) = again.fills()
        assert (order.orderRef, order.permId) == ("resting", resting.order.permId)
        assert (order.orderId, position.position) == (resting.order.orderId, 10.0)
        assert fill.execution.execId == bought.fills[0].execution.execId
        assert again.client.getReqId() > resting.order.orderId
        again.disconnect()


async def test_drills_are_pressed_and_the_book_is_read_at_the_control_port(tmp_path: Path) -> None:
    arguments = ("--state", str(tmp_path), "--latency-ms", "0", "--control-port", "0")
    async with program(*arguments) as process:
        ib = await client_of(await port_of(process))
        control = await port_of(process)
        cut = asyncio.Event()
        ib.disconnectedEvent += cut.set
        drills = {"drop_after_order": 1, "next_valid_id_offset": 2_000_000_000}
        status, _ = await asyncio.to_thread(request, control, "POST", "/drills", drills)
        ib.placeOrder(AAPL, LimitOrder("BUY", 10, 1.0, tif="DAY", orderRef="key"))
        await asyncio.wait_for(cut.wait(), DEADLINE)
        _, state = await asyncio.to_thread(request, control, "GET", "/state")
        assert (status, state["drills"]["drop_after_order"], state["sessions"]) == (200, 0, [])
        assert [(each["orderRef"], each["status"]) for each in state["orders"]] == [
            ("key", "Submitted")
        ]
        again = await client_of(state["port"])
        assert again.client.getReqId() > 2_000_000_000
        again.disconnect()


async def test_accounts_a_portfolio_and_a_stopped_clock_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "start.csv").write_text(
        "account,symbol,currency,quantity,averageCost\nDU778,,USD,5000,\nDU778,MSFT,USD,10,300\n"
    )
    arguments = (
        "--state", str(tmp_path / "state"), "--account", "DU777", "--accounts", "2", "--fa",
        "--portfolio", str(tmp_path / "start.csv"), "--speed", "0",
        "--start-time", "20260105 10:00:00 US/Eastern", "--control-port", "0",
    )  # fmt: skip
    async with program(*arguments) as process:
        ib = await client_of(await port_of(process))
        control = await port_of(process)
        assert ib.managedAccounts() == ["DF777", "DU777", "DU778"]
        (position,) = ib.positions()
        assert (position.account, position.contract.symbol, position.position) == (
            "DU778", "MSFT", 10.0,
        )  # fmt: skip
        before = await ib.reqCurrentTimeAsync()
        status, _ = await asyncio.to_thread(request, control, "POST", "/clock", {"advance": 60})
        after = await ib.reqCurrentTimeAsync()
        assert (status, before.isoformat()) == (200, "2026-01-05T15:00:00+00:00")
        assert (after - before).total_seconds() == 60.0
        ib.disconnect()


async def test_a_script_of_drills_is_played_from_the_start(tmp_path: Path) -> None:
    script = tmp_path / "script.txt"
    script.write_text("on session 1 notice 1100\n")
    arguments = ("--state", str(tmp_path / "state"), "--script", str(script))
    async with program(*arguments, "--latency-ms", "0") as process:
        port = await port_of(process)
        ib, codes = IB(), list[int]()
        ib.errorEvent += lambda _id, code, *_: codes.append(code)
        await ib.connectAsync("127.0.0.1", port, clientId=7, timeout=DEADLINE)
        assert 1100 in codes
        ib.disconnect()


async def test_a_wrong_script_is_named_with_its_line(tmp_path: Path) -> None:
    script = tmp_path / "script.txt"
    script.write_text("# a comment\nat noon clear\n")
    async with program("--state", str(tmp_path), "--script", str(script)) as process:
        _, error = await asyncio.wait_for(process.communicate(), DEADLINE)
    assert process.returncode == 2
    assert "line 2: a time is a number with ms, s or min, not 'noon'" in error.decode()


async def test_drill_is_a_subcommand() -> None:
    async with program("drill", "no-such-drill") as process:
        _, error = await asyncio.wait_for(process.communicate(), DEADLINE)
    assert process.returncode == 2
    assert (
        error.decode() == "paper gateway: there is no drill named no-such-drill; see drill list\n"
    )


async def test_a_port_in_use_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    async with program("--state", str(tmp_path / "a")) as first:
        port = await port_of(first)
        async with program("--state", str(tmp_path / "b"), "--port", str(port)) as second:
            _, error = await asyncio.wait_for(second.communicate(), DEADLINE)
    assert second.returncode == 2
    assert error.decode().startswith(f"paper gateway: cannot listen on 127.0.0.1:{port}")
    assert error.count(b"\n") == 1


async def test_a_file_of_bars_with_a_wrong_line_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    bars = tmp_path / "AAPL.csv"
    bars.write_text("time,open,high,low,close,volume\n20260105 09:30:00,100,101,99,x,5\n")
    async with program("--state", str(tmp_path / "state"), "--bars", str(bars)) as process:
        _, error = await asyncio.wait_for(process.communicate(), DEADLINE)
    assert process.returncode == 2
    assert error.decode() == f"paper gateway: {bars} line 2: close 'x' is not a number\n"


async def test_the_market_may_keep_hours_and_follow_bars(tmp_path: Path) -> None:
    bars = tmp_path / "AAPL.csv"
    rows = "20260105 09:30:00,100,101,99,100.5,5\n20260105 09:35:00,100.5,102,100,101,5\n"
    bars.write_text(f"time,open,high,low,close,volume\n{rows}")
    arguments = ("--hours", "exchange", "--bars", str(bars), "--bars-start", "20260105 09:40:00")
    async with program("--state", str(tmp_path / "state"), *arguments) as process:
        ib = await client_of(await port_of(process))
        now = await ib.reqCurrentTimeAsync()
        assert 0 <= (now - datetime(2026, 1, 5, 14, 40, tzinfo=UTC)).total_seconds() < DEADLINE
        found = await ib.reqHistoricalDataAsync(AAPL, "", "900 S", "5 mins", "TRADES", useRTH=True)
        assert [(bar.open, bar.high, bar.low, bar.close) for bar in found[:2]] == [
            (100.0, 101.0, 99.0, 100.5),
            (100.5, 102.0, 100.0, 101.0),
        ]
        (details,) = await ib.reqContractDetailsAsync(AAPL)
        assert details.liquidHours.startswith("20260105:0930-20260105:1600;")
        ib.disconnect()


async def test_an_unusable_state_folder_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    async with program("--state", str(tmp_path / "file")) as process:
        _, error = await asyncio.wait_for(process.communicate(), DEADLINE)
    assert process.returncode == 2
    assert error.decode().startswith("paper gateway: cannot use the state folder")
    assert error.count(b"\n") == 1


@pytest.mark.parametrize("subcommand", SUBCOMMANDS)
async def test_a_subcommand_is_a_program_of_its_own(subcommand: str) -> None:
    async with program(subcommand, "--help") as process:
        told, _ = await asyncio.wait_for(process.communicate(), DEADLINE)
    assert process.returncode == 0
    assert told.decode().startswith(f"usage: python -m paper_gateway {subcommand} ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--state", "x", "--port", "70000"],
        ["--state", "x", "--port", "http"],
        ["--state", "x", "--latency-ms", "-1"],
        ["--state", "x", "--accounts", "0"],
        ["--state", "x", "--speed", "-1"],
        ["--state", "x", "--speed", "nan"],
        ["--state", "x", "--start-time", "yesterday"],
        ["--state", "x", "--start-time", ""],
        ["--state", "x", "--hours", "mars"],
        ["--port", "0"],
        ["--state", "x", "--script", "/no/such/file"],
    ],
)
def test_wrong_arguments_are_explained(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        parse_arguments(arguments)
    assert caught.value.code == 2
    assert "usage: python -m paper_gateway" in capsys.readouterr().err
