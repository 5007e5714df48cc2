"""The look at TWS in words: each step, and what to do when one fails."""

from __future__ import annotations

from pathlib import Path

import pytest

import config
from engine.checks import Finding
from engine.tws_check import ADVICE, ConnectionTester, findings, tws_greets
from ib.tws_greeting import Greeting
from ib_session import Endpoint
from tests.conftest import DEADLINE, HOST, PaperGateway, Rooms, wait_until
from tests.processes import free_port
from trading.refusals import Busy

THERE = Endpoint("10.0.0.7", 4002, 1001)


def doctors(port: int | None, **given: str) -> list[Finding]:
    tws = {} if port is None else {"IB_PORT": str(port)}
    return list(tws_greets(config.load({**tws, **given}, Path("none"))))


def words(found: list[Finding]) -> list[str]:
    return [finding.word for finding in found]


def told(greeting: Greeting, mode: str = "paper") -> list[Finding]:
    return list(findings(THERE, greeting, mode))


def test_a_tws_that_greets_is_shown_step_by_step(gateway: PaperGateway) -> None:
    found = doctors(gateway.port)
    assert words(found) == ["ok"] * 5
    assert found[0].about == f"Something listens at 127.0.0.1:{gateway.port}"
    assert "server version" in found[1].about
    assert found[2].about.startswith("Accounts: DU")
    assert found[2].about.endswith("(paper)")
    wait_until(lambda: gateway.clients() == [])


def test_a_paper_account_where_a_live_one_is_expected_fails(gateway: PaperGateway) -> None:
    found = doctors(gateway.port, TRADING_MODE="live")
    assert words(found) == ["ok", "ok", "ok", "FAIL", "ok"]
    assert "TRADING_MODE is live but TWS is logged in to DU" in found[3].about


def test_a_desk_that_runs_is_not_disturbed(rooms: Rooms, gateway: PaperGateway) -> None:
    handler = rooms.connected_handler(gateway.port)
    assert words(doctors(gateway.port)) == ["ok"] * 5
    assert handler.status().is_connected


def test_a_tws_that_is_not_there_comes_with_what_to_do() -> None:
    [found] = doctors(free_port())
    assert found.word == "FAIL"
    assert "Start TWS or IB Gateway" in found.about
    assert "Enable ActiveX and Socket Clients" in found.about


def test_without_a_tws_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    assert words(doctors(None, VAR_DIR=str(tmp_path))) == ["ok"]


def test_a_live_account_is_told_by_its_form() -> None:
    greeting = Greeting("greets", 176, ("U1234567", "DU1"), is_read_only=False)
    assert told(greeting, "live")[2].about == "Accounts: U1234567 (live), DU1 (paper)"
    assert words(told(greeting, "paper")) == ["ok", "ok", "ok", "FAIL", "ok"]


@pytest.mark.parametrize(
    ("answer", "part"),
    [(True, "switch off Read-Only API"), (None, "could not be told")],
)
def test_an_api_that_may_be_read_only_is_a_warning(answer: bool | None, part: str) -> None:
    last = told(Greeting("greets", 176, ("DU1",), is_read_only=answer))[-1]
    assert last.word == "warn"
    assert part in last.about


@pytest.mark.parametrize("outcome", ADVICE)
def test_each_way_to_fail_says_what_to_do_and_ends_the_look(outcome: str) -> None:
    found = told(Greeting(outcome, reason="no route to host"))  # type: ignore[arg-type]
    assert [one.word for one in found if one.word != "ok"] == ["FAIL"]
    assert found[-1].word == "FAIL"
    assert "{" not in found[-1].about


def test_the_tester_looks_from_a_thread_of_its_own(gateway: PaperGateway) -> None:
    tester = ConnectionTester(999)
    for _ in range(2):  # and may be asked again
        assert words(tester.test(HOST, gateway.port, "paper").result(DEADLINE)) == ["ok"] * 5
    tester.stop()


def test_the_tester_looks_at_one_tws_at_a_time(gateway: PaperGateway) -> None:
    gateway.drill(login="silent")
    tester = ConnectionTester(999)
    first = tester.test(HOST, gateway.port, "paper")
    with pytest.raises(Busy, match="being tested already"):
        tester.test(HOST, gateway.port, "paper")
    gateway.drill(login="")
    first.cancel()
    wait_until(first.done)
    assert words(tester.test(HOST, gateway.port, "paper").result(DEADLINE)) == ["ok"] * 5
    tester.stop()


def test_a_tester_that_nobody_asked_ends_too() -> None:
    ConnectionTester(999).stop()
