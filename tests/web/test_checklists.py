"""The checklist's page, its reports, and who may start a run."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from checklist.column import Column
from checklist.findings import Finding
from checklist.plan import Plan, reports_folder
from checklist.report import Report
from checklist.run import write
from tests.relay.fake_relay import FakeRelay
from tests.web.relay_worlds import RelayWorld
from tests.web.visitors import Browser, Program, World, data
from web.checklists import BESIDE_TWS, NO_SYMBOL, ONE_AT_A_TIME

API = "/api/v1/checklist"
NAME = "20261128-143000"


def written(world: World, state: Any = "done", name: str = NAME) -> Report:
    """A report on disk, of one TWS with one row."""
    report = Report(name, "AAPL", "0.1.0", datetime(2026, 11, 28, 14, 30, tzinfo=UTC), state)
    column = Column("your TWS", "127.0.0.1", 7497, "DU1", 178, {"4.1a": Finding("ok", "Same")})
    column.now = "4.1b" if state == "running" else ""
    report.columns.append(column)
    plan = Plan(world.desk.settings, name)
    plan.reports.mkdir(exist_ok=True)
    write(plan, report)
    return report


def test_an_admin_starts_a_run_and_it_is_audited(world: World) -> None:
    answer = world.program("admin").post(API, {"symbol": "msft"})
    assert (answer.status_code, data(answer)) == (201, {"name": NAME})
    assert world.checklists.started == ["MSFT"]
    assert world.audited("checklist started") == [("alice", "checklist started", NAME, "MSFT")]


@pytest.mark.parametrize("scope", ["read", "trade", "approve"])
def test_nobody_else_starts_one(world: World, scope: str) -> None:
    assert world.program(scope).post(API, {}).status_code == 403
    assert world.checklists.started == []


def test_one_runs_at_a_time(world: World) -> None:
    world.checklists.running = True
    answer = world.program("admin").post(API, {})
    assert (answer.status_code, data(answer)["error"]) == (409, ONE_AT_A_TIME)


@pytest.mark.parametrize("symbol", ["", "two words here", "A!"])
def test_what_is_no_symbol_is_refused(world: World, symbol: str) -> None:
    answer = world.program("admin").post(API, {"symbol": symbol})
    assert (answer.status_code, data(answer)["error"]) == (422, NO_SYMBOL)


def test_a_reader_sees_how_far_a_run_is(world: World, program: Program) -> None:
    written(world, "running")
    world.checklists.running = True
    told = data(program.get(API))
    assert (told["running"], told["reports"]) == (True, [])
    current = told["current"]
    assert (current["title"], current["now"][:6]) == ("your TWS", "4.1b (")
    assert [line["key"] for line in current["lines"]] == ["4.1a"]


def test_a_run_that_ended_without_a_word_is_red(world: World, program: Program) -> None:
    written(world, "running")
    [report] = data(program.get(API))["reports"]
    assert (report["state"], report["word"]) == ("broken off", "red")
    assert f"cl-{NAME}-" in report["sentence"]


def test_a_run_that_goes_on_hides_none_that_was_broken_off(world: World, program: Program) -> None:
    written(world, "running")
    written(world, "running", "20261129-080000")
    world.checklists.running = True
    told = data(program.get(API))
    assert told["current"]["name"] == "20261129-080000"
    assert [(one["name"], one["state"]) for one in told["reports"]] == [(NAME, "broken off")]


def test_reports_come_newest_first_without_broken_files(world: World, program: Program) -> None:
    written(world)
    written(world, name="20261129-080000")
    (reports_folder(world.desk.settings) / "20261130-080000.json").write_text("{")
    names = [report["name"] for report in data(program.get(API))["reports"]]
    assert names == ["20261129-080000", NAME]


def test_a_report_is_shown_with_its_own_style_and_nothing_else(
    world: World, signed_in: Browser
) -> None:
    report = written(world)
    answer = signed_in.get(f"/checklist/{NAME}")
    assert report.sentence in answer.get_data(as_text=True)
    [policy] = answer.headers.getlist("Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["20200101-000000", "running.lock", "..%2f..%2fdesk"])
def test_what_is_no_report_is_not_found(signed_in: Browser, name: str) -> None:
    assert signed_in.get(f"/checklist/{name}").status_code == 404


def test_the_page_offers_a_start_to_admins_only(world: World, signed_in: Browser) -> None:
    assert 'id="start"' in signed_in.get("/checklist").get_data(as_text=True)
    assert "Only an admin" in world.program("read").get("/checklist").get_data(as_text=True)


def test_in_relay_mode_nothing_runs_and_nothing_is_shown(tmp_path: Path) -> None:
    world = RelayWorld(tmp_path, FakeRelay())
    try:
        folder = reports_folder(world.desk.settings)
        folder.mkdir(parents=True)
        (folder / f"{NAME}.html").write_text("somebody's report")
        assert data(world.program().get(API))["refusal"] == BESIDE_TWS
        assert world.program().get(f"/checklist/{NAME}").status_code == 404
        assert BESIDE_TWS in world.program().get("/checklist").get_data(as_text=True)
    finally:
        world.close()


def test_the_report_on_disk_is_whole_json(world: World) -> None:
    report = written(world)
    path = reports_folder(world.desk.settings) / f"{NAME}.json"
    assert json.loads(path.read_text()) == report.to_payload() | {
        "seconds": json.loads(path.read_text())["seconds"]
    }
