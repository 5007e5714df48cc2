"""Whole runs as the command line has them: processes, signals, exit codes."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from checklist import files, guard, other_client
from checklist.guard import look_at_tws
from checklist.run import run
from tests.checklist.conftest import NAME, QUICK, plan_of
from tests.conftest import PaperGateway
from tests.processes import Program, program, until
from trading.snapshots import ConnectionStatus

SECONDS = 110


@pytest.fixture
def tws(tmp_path: Path) -> Iterator[PaperGateway]:
    """What IB_PORT names: a TWS of the user's."""
    gateway = PaperGateway(tmp_path / "tws", account="DU4440001")
    gateway.start()
    yield gateway
    gateway.stop()


def settings(folder: Path, **more: object) -> dict[str, str]:
    known = QUICK | {"VAR_DIR": str(folder), "PAPER_LATENCY_MS": "0"}
    return known | {name: str(value) for name, value in more.items()}


def report_in(folder: Path) -> dict[str, Any]:
    [name] = files.names(folder / "checklists")
    report = files.read(folder / "checklists", name)
    assert report is not None
    return report


def exit_code(running: Program) -> int:
    return running.process.wait(SECONDS)


def test_on_the_built_in_gateway_everything_is_green(tmp_path: Path) -> None:
    with program("-m", "checklist", **settings(tmp_path)) as running:
        assert exit_code(running) == 0, running.output
    report = report_in(tmp_path)
    assert report["counts"] == {"ok": 78, "failed": 0, "not provoked": 0, "not run": 0}
    assert report["boxes"]["ok"] == 18
    assert [one["done"] for one in report["columns"][0]["cleaned"]] == [True, True]
    assert running.said("✔ ok           4.6c")
    assert running.said("GREEN: 78 of 78 were seen as expected")
    page = (tmp_path / "checklists" / f"{report['name']}.html").read_text()
    assert report["sentence"] in page


def test_on_a_tws_the_built_in_gateway_stands_beside_it(tmp_path: Path, tws: PaperGateway) -> None:
    tws.drill(tif_notice="", always_2109=False)
    asked = ("-m", "checklist", "--only", "4.2,01")
    with program(*asked, **settings(tmp_path, IB_PORT=tws.port)) as running:
        assert exit_code(running) == 1, running.output  # not a whole checklist is never green
    report = report_in(tmp_path)
    assert report["word"] == "incomplete"
    titles = [column["title"] for column in report["columns"]]
    assert titles == ["your TWS", "the built-in paper gateway"]
    assert [row["key"] for row in report["rows"] if row["differs"]] == ["01"]


def test_ctrl_c_cleans_up_and_reports(tmp_path: Path, tws: PaperGateway) -> None:
    """Bought and resting orders are there when it comes; afterwards nothing is."""
    asked = ("-m", "checklist", "--only", "27,38,39,4.5", "--no-comparison")
    tws.drill(delay_orders_ms=300)
    with program(*asked, **settings(tmp_path, IB_PORT=tws.port)) as running:
        until(lambda: running.said("ok           38"), "it has bought")
        running.process.send_signal(signal.SIGINT)
        running.process.send_signal(signal.SIGINT)
        assert exit_code(running) == 1, running.output
    report = report_in(tmp_path)
    assert (report["state"], report["leftBehind"]) == ("interrupted", [])
    done = [one["what"] for one in report["columns"][0]["cleaned"]]
    assert "SELL 4 AAPL: what was opened is closed" in done
    state = tws.state()
    assert state["holdings"]["DU4440001"]["positions"].get("AAPL", 0) == 0
    assert [one for one in state["orders"] if one["status"] in ("Submitted", "PreSubmitted")] == []


def test_a_live_account_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    gateway = PaperGateway(tmp_path / "tws", account="U1234567")
    gateway.start()
    try:
        report = run(plan_of(tmp_path, gateway.port), lambda report: None)
        assert (report.state, report.word) == ("could not run", "could not run")
        assert "U1234567, which is no paper account" in report.sentence
        assert gateway.received(3) == 0
    finally:
        gateway.stop()
    written = json.loads((tmp_path / "checklists" / f"{NAME}.json").read_text())
    assert written["columns"] == []


def test_a_run_has_a_report_before_it_looks_at_tws(tmp_path: Path) -> None:
    """Else a page that watches it shows one that was broken off before."""
    plan = plan_of(tmp_path, TRADING_MODE="live")
    told: list[Any] = []

    def listen(_report: object) -> None:
        written = files.read(plan.reports, NAME)
        told.append(written and (written["state"], written["sentence"][:24]))

    run(plan, listen)
    assert told == [
        ("running", "It runs on TWS: 0 of 78 "),
        ("could not run", "TRADING_MODE is live, an"),
    ]


def test_live_mode_is_refused_with_exit_code_2(tmp_path: Path) -> None:
    with program("-m", "checklist", **settings(tmp_path, TRADING_MODE="live")) as running:
        assert exit_code(running) == 2
    assert running.said("COULD NOT RUN: TRADING_MODE is live")


def test_a_second_run_waits_for_nobody(tmp_path: Path) -> None:
    with (
        files.only_run(tmp_path / "checklists"),
        program("-m", "checklist", **settings(tmp_path)) as running,
    ):
        assert exit_code(running) == 2
    assert running.said("A checklist runs already")


def test_a_tws_that_takes_no_other_client_is_told_in_one_sentence(
    tmp_path: Path, tws: PaperGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The probe is greeted, and nobody after it."""

    def greeted_once(*arguments: object) -> ConnectionStatus:
        status = look_at_tws(*arguments)  # type: ignore[arg-type]
        tws.drill(login="silent")
        return status

    monkeypatch.setattr(guard, "look_at_tws", greeted_once)
    monkeypatch.setattr(other_client, "READY_SECONDS", 1.0)
    report = run(plan_of(tmp_path, tws.port), lambda report: None)
    assert (report.word, report.columns) == ("could not run", [])
    assert report.sentence.startswith("TWS does not take another client of the checklist")
