"""The command line, against a gateway that runs."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from ib_async import LimitOrder, MarketOrder

from paper_gateway.drilling.cli import CANNOT, CLEAN, UNCLEAN, main
from paper_gateway.drilling.scripts import parse_script
from paper_gateway.drilling.table import DRILLS
from paper_gateway.server import Server, serve
from paper_gateway.settings import Settings
from tests.paper_gateway.raw_client import RawClient
from tests.paper_gateway.wire_client import names


@pytest.fixture
async def gateway() -> AsyncIterator[Server]:
    async with serve(Settings(latency_seconds=0.0, control_port=0)) as server:
        yield server


@pytest.fixture
async def client(gateway: Server) -> AsyncIterator[RawClient]:
    client = await RawClient.started(gateway, 7)
    yield client
    await client.close()


async def drill(gateway: Server, *arguments: str) -> tuple[int, list[str]]:
    """The exit status and what was said."""
    said: list[str] = []
    given = [*arguments, "--control-port", str(gateway.control_port)]
    return await asyncio.to_thread(main, given, said.append), said


async def test_a_drill_is_pressed_and_the_verdict_follows(
    gateway: Server, client: RawClient
) -> None:
    status, said = await drill(gateway, "swallowed-order", "count=2")
    assert (status, said[-1]) == (CLEAN, "0 orders, 0 lost, 0 duplicated")
    assert said[0] == DRILLS["swallowed-order"].what
    client.place(1, LimitOrder("BUY", 10, 1.0, tif="DAY", orderRef="key"))
    assert await client.heard() == []
    assert gateway.drills.swallow_orders == 1


async def test_it_does_not_wait_for_what_others_have_started(gateway: Server) -> None:
    gateway.play(parse_script("on order 1 clear", "other"))
    assert (await drill(gateway, "read-only"))[0] == CLEAN
    assert [each["name"] for each in gateway.player.status()] == ["other"]


async def test_it_waits_until_a_drill_is_over(gateway: Server, client: RawClient) -> None:
    status, _ = await drill(gateway, "link-lost", "seconds=0.05")
    assert (status, gateway.drills.link_down, gateway.player.status()) == (CLEAN, False, [])
    assert names(await client.heard()) == ["4 1100", "4 1102"]


async def test_it_need_not_wait(gateway: Server) -> None:
    status, said = await drill(gateway, "link-lost", "seconds=60", "--no-wait")
    assert (status, len(said), gateway.drills.link_down) == (CLEAN, 2, True)
    assert await drill(gateway, "stop") == (
        CLEAN, ["nothing is running; switches stay as they are (see the drill clear)"],
    )  # fmt: skip
    assert gateway.player.status() == []


async def test_a_script_is_run_from_a_file(
    gateway: Server, client: RawClient, tmp_path: Path
) -> None:
    script = tmp_path / "night.txt"
    script.write_text("at 0s notice 1100\nafter 10ms notice 1102\n")
    status, said = await drill(gateway, "run", str(script))
    assert (status, said) == (CLEAN, ["0 orders, 0 lost, 0 duplicated"])
    assert names(await client.heard()) == ["4 1100", "4 1102"]


async def test_the_verdict_on_a_journal_is_the_exit_status(
    gateway: Server, client: RawClient, tmp_path: Path
) -> None:
    client.place(1, MarketOrder("BUY", 10, tif="DAY", orderRef="a"))
    await client.heard()
    journal = tmp_path / "journal.csv"
    journal.write_text("orderRef,state,filled\na,filled,10\n")
    given = ("verdict", "--journal", str(journal))
    assert await drill(gateway, *given) == (
        CLEAN, ["1 order, 0 lost, 0 duplicated, 0 disagreeing, 0 unknown"],
    )  # fmt: skip
    journal.write_text("orderRef,state,filled\na,cancelled,0\n")
    status, said = await drill(gateway, *given)
    assert (status, said[1].strip().split(":")[0]) == (UNCLEAN, "disagreeing")
    status, said = await drill(gateway, *given, "--json")
    assert (status, json.loads(said[0])["isClean"]) == (UNCLEAN, False)


async def test_what_is_not_over_in_time_is_told(
    gateway: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "wait.txt"
    script.write_text("on order 1 clear\n")
    assert (await drill(gateway, "run", str(script), "--timeout", "0"))[0] == CANNOT
    assert capsys.readouterr().err == "paper gateway: not over within 0 s: wait.txt\n"


async def test_a_step_that_could_not_be_done_is_exit_status_2(
    gateway: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "script.txt"
    script.write_text("at 1ms fill\n")
    status, said = await drill(gateway, "run", str(script))
    assert (status, said) == (CANNOT, ["0 orders, 0 lost, 0 duplicated"])
    error = capsys.readouterr().err
    assert error.startswith("paper gateway: a step could not be done: script.txt, line 1: fill: no")


def test_all_drills_are_listed_without_a_gateway() -> None:
    said: list[str] = []
    assert main(["list"], said.append) == CLEAN
    assert [line.split()[0] for line in said if line.startswith("  ") and line[2] != " "] == list(
        DRILLS
    )


def test_the_list_can_be_a_table_for_documents() -> None:
    said: list[str] = []
    assert main(["list", "--markdown"], said.append) == CLEAN
    assert said[0].startswith("### Orders on the way in")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["no-such-drill"], "there is no drill named no-such-drill; see drill list"),
        (["slow", "fast"], "parameters are given as name=value"),
        (["slow", "seconds=soon"], "slow: seconds cannot be 'soon'"),
        (["slow"], "say which gateway is meant with --control-port"),
        (["slow", "--control-port", "1"], "no control port answers at 127.0.0.1:1"),
        (["run"], "drill run needs one FILE"),
        (["run", "/no/such/file"], "cannot read /no/such/file"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_status_2(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == CANNOT
    error = capsys.readouterr().err
    assert error.startswith(f"paper gateway: {reason}")
    assert error.count("\n") == 1


async def test_what_the_gateway_refuses_is_told(
    gateway: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (await drill(gateway, "fill-now"))[0] == CANNOT
    assert capsys.readouterr().err == "paper gateway: fill: no order works\n"
