"""The doctor's look at TWS: greeted once, asked for nothing."""

from __future__ import annotations

from pathlib import Path

import config
from engine.checks import Finding
from engine.tws_check import tws_greets
from tests.conftest import PaperGateway, Rooms, wait_until
from tests.processes import free_port


def findings(port: int | None, **given: str) -> list[Finding]:
    tws = {} if port is None else {"IB_PORT": str(port)}
    return list(tws_greets(config.load({**tws, **given}, Path("none"))))


def test_a_tws_that_greets_is_shown_with_its_accounts(gateway: PaperGateway) -> None:
    first, second = findings(gateway.port)
    assert (first.word, second.word) == ("ok", "ok")
    assert "accounts: DU" in first.about
    wait_until(lambda: gateway.clients() == [])


def test_a_paper_account_where_a_live_one_is_expected_fails(gateway: PaperGateway) -> None:
    first, second = findings(gateway.port, TRADING_MODE="live")
    assert (first.word, second.word) == ("ok", "FAIL")
    assert "TRADING_MODE is live but TWS is logged in to DU" in second.about


def test_a_desk_that_runs_is_not_disturbed(rooms: Rooms, gateway: PaperGateway) -> None:
    handler = rooms.connected_handler(gateway.port)
    assert [finding.word for finding in findings(gateway.port)] == ["ok", "ok"]
    assert handler.status().is_connected


def test_a_tws_that_is_not_there_comes_with_what_to_do() -> None:
    [found] = findings(free_port())
    assert found.word == "FAIL"
    assert "Start TWS or IB Gateway" in found.about


def test_without_a_tws_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    [found] = findings(None, VAR_DIR=str(tmp_path))
    assert found.word == "ok"
