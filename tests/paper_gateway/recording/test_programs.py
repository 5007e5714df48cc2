"""The programs as processes: what they print, how they end, what they refuse."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from ib_async import IB

from paper_gateway.recording.log import FORMAT, read_log
from paper_gateway.recording.programs import record_program, replay_program
from paper_gateway.server import Server, serve
from paper_gateway.settings import Settings
from paper_gateway.wire import frame
from tests.paper_gateway.wire_client import HELLO
from tests.processes import ROOT

DEADLINE = 20.0
LOG = f"""{FORMAT}
1.0 1 > hello v157..178
2.0 1 < serverVersion 178|20260105 10:00:00 EST|
3.0 1 > reqPositions 61|1|
4.0 1 < positionEnd 62|1|
"""
VERSION = frame(178, "20260105 10:00:00 EST")
ANSWERS = VERSION + frame(62, 1)


@asynccontextmanager
async def program(*arguments: object) -> AsyncIterator[Process]:
    """``python -m paper_gateway``; killed at the end if it still runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "paper_gateway", *map(str, arguments),
        stdin=PIPE, stdout=PIPE, stderr=PIPE, cwd=ROOT,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.fixture
async def gateway() -> AsyncIterator[Server]:
    async with serve(Settings(latency_seconds=0.0)) as server:
        yield server


async def line_of(process: Process) -> str:
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), DEADLINE)).decode().strip()


async def port_of(process: Process) -> int:
    return int((await line_of(process)).split(":")[1].split()[0])


async def code_of(process: Process) -> int:
    return await asyncio.wait_for(process.wait(), DEADLINE)


async def say(port: int, data: bytes, expected: bytes) -> None:
    """Connect, send, wait for what must come, leave."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    assert await asyncio.wait_for(reader.readexactly(len(expected)), DEADLINE) == expected
    writer.close()
    await writer.wait_closed()


async def test_record_names_its_port_and_writes_until_it_is_told_to_stop(
    gateway: Server, tmp_path: Path
) -> None:
    log = tmp_path / "x"
    upstream = f"127.0.0.1:{gateway.port}"
    async with program("record", "--upstream", upstream, "--log", log) as process:
        words = (await line_of(process)).split()
        assert words[:3] == ["recorder", "listening", "on"]
        assert words[4:] == ["upstream", upstream, "log", str(log)]
        ib = IB()
        await ib.connectAsync("127.0.0.1", int(words[3].split(":")[1]), clientId=7)
        ib.disconnect()
        process.send_signal(signal.SIGTERM)
        assert await code_of(process) == 0
    assert [line.fields[2] for line in read_log(log).replies("managedAccounts")] == ["DU0000001"]


async def test_what_was_said_before_a_kill_is_in_the_log(gateway: Server, tmp_path: Path) -> None:
    log = tmp_path / "x"
    arguments = ("--upstream", f"127.0.0.1:{gateway.port}", "--log", log)
    options = ("--keep-accounts", "--keep-references", "--hide", "usfarm")
    async with program("record", *arguments, *options) as process:
        ib = IB()
        await ib.connectAsync("127.0.0.1", await port_of(process), clientId=7)
        process.kill()
        await code_of(process)
        ib.disconnect()
    found = read_log(log)
    assert [line.fields[2] for line in found.replies("managedAccounts")] == [gateway.account]
    assert found.head[2:4] == [
        "replaced: users, hosts, hidden",
        "kept as they were: accounts, references",
    ]
    notices = [line.fields[4] for line in found.replies("error")]
    assert notices[0] == "Market data farm connection is OK:hidden1.nj"


async def test_replay_of_a_client_that_does_as_recorded_ends_with_0(tmp_path: Path) -> None:
    (tmp_path / "x").write_text(LOG)
    async with program("replay", "--log", tmp_path / "x") as process:
        await say(await port_of(process), HELLO + frame(61, 1), ANSWERS)
        assert await line_of(process) == "4 of 4 lines played, departures: 0"
        assert await code_of(process) == 0


async def test_replay_of_a_client_that_departs_says_where_and_ends_with_1(tmp_path: Path) -> None:
    (tmp_path / "x").write_text(LOG)
    async with program("replay", "--log", tmp_path / "x", "--connection", 1) as process:
        data = HELLO + frame(49, 1) + frame(61, 1)
        await say(await port_of(process), data, ANSWERS)
        assert await line_of(process) == (
            "line 4: expected reqPositions '61|1|'; seen reqCurrentTime '49|1|'"
        )
        assert await line_of(process) == "4 of 4 lines played, departures: 1"
        assert await code_of(process) == 1


async def test_a_strict_replay_ends_where_the_client_departs(tmp_path: Path) -> None:
    (tmp_path / "x").write_text(LOG)
    options = ("--strict", "--speed", 1000, "--patience", 5)
    async with program("replay", "--log", tmp_path / "x", *options) as process:
        await say(await port_of(process), HELLO + frame(49, 1) + frame(61, 1), VERSION)
        await line_of(process)
        assert await line_of(process) == "2 of 4 lines played, departures: 1"
        assert await code_of(process) == 1


async def test_a_replay_that_is_stopped_before_a_client_came_ends_with_1(tmp_path: Path) -> None:
    (tmp_path / "x").write_text(LOG)
    async with program("replay", "--log", tmp_path / "x") as process:
        await line_of(process)
        process.send_signal(signal.SIGINT)
        assert await line_of(process) == "0 of 4 lines played, departures: 0"
        assert await code_of(process) == 1


def test_what_cannot_start_is_one_line_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x").write_text("not a log\n")
    assert record_program(["--upstream", "127.0.0.1:1", "--log", str(tmp_path / "x")]) == 2
    assert replay_program(["--log", str(tmp_path / "x")]) == 2
    (tmp_path / "y").write_text(LOG)
    assert replay_program(["--log", str(tmp_path / "y"), "--connection", "2"]) == 2
    first, second, third = capsys.readouterr().err.splitlines()
    assert first.startswith("recorder: cannot write a new log to")
    assert second.endswith("x is not a wire log: it does not begin with '# TWS wire log, format 1'")
    assert third == "replay: connection 2 of this log has no server that told its version"


@pytest.mark.parametrize(
    ("run", "arguments"),
    [
        (record_program, ["--log", "x"]),
        (record_program, ["--log", "x", "--upstream", "nowhere"]),
        (record_program, ["--log", "x", "--upstream", "host:0"]),
        (record_program, ["--log", "x", "--upstream", ":7496"]),
        (record_program, ["--log", "x", "--upstream", "h:1", "--port", "70000"]),
        (replay_program, []),
        (replay_program, ["--log", "x", "--speed", "0"]),
        (replay_program, ["--log", "x", "--patience", "-1"]),
    ],
)
def test_wrong_arguments_are_explained(
    run: Callable[[list[str]], int], arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        run(arguments)
    assert caught.value.code == 2
    assert "usage: python -m paper_gateway re" in capsys.readouterr().err
