"""Fills: of TWS and of the journal, filtered, as a list and as CSV."""

from __future__ import annotations

import csv

import pytest

from tests.fakes import ACCOUNT, execution
from tests.web.visitors import Program, World, data
from trading.refusals import NoAnswer, NotConnected

EXECUTIONS = "/api/v1/executions"


def test_executions_of_both_connections_are_one_list(world: World, program: Program) -> None:
    world.order_desk.execution_rows = [execution("b.1", "14:30"), execution("a.1", "14:31", 1.0)]
    rows = data(program.get(EXECUTIONS))["executions"]
    assert [(row["execId"], row["commission"]) for row in rows] == [("b.1", None), ("a.1", 1.0)]


@pytest.mark.parametrize(
    ("error", "status"), [(NotConnected("away"), 503), (NoAnswer("late"), 504)]
)
def test_known_executions_are_shown_as_stale_while_tws_is_away(
    world: World, program: Program, error: Exception, status: int
) -> None:
    world.reader.fails_with = error
    assert program.get(EXECUTIONS).status_code == status
    world.order_desk.execution_rows = [execution("a.1", "14:31")]
    answer = data(program.get(EXECUTIONS))
    assert answer["stale"] is True
    assert len(answer["executions"]) == 1
    file = program.get(f"{EXECUTIONS}.csv").headers["Content-Disposition"]
    assert "executions-incomplete.csv" in file


def test_a_corrected_fill_counts_once(world: World, program: Program) -> None:
    world.order_desk.execution_rows = [
        execution("0e.65.01", "14:31") | {"shares": 100},
        execution("0e.65.02", "14:31") | {"shares": 90},
    ]
    rows = data(program.get(EXECUTIONS))["executions"]
    assert [row["shares"] for row in rows if row["execId"].startswith("0e")] == [90]


def test_executions_can_be_chosen(world: World, program: Program) -> None:
    other = {"account": "DU2", "contract": {"symbol": "MSFT"}}
    world.order_desk.execution_rows = [
        execution("b.1", "2026-11-18T14:30:00.000Z") | other,
        execution("c.1", "2026-11-19T14:30:00.000Z") | other,
        execution("d.1", "2026-11-20T14:30:00.000Z") | other,
        execution("e.1", "2026-11-19T14:30:00.000Z"),
    ]
    query = "from=2026-11-19&to=2026-11-19&symbol=ms&account=DU2"
    rows = data(program.get(f"{EXECUTIONS}?{query}"))["executions"]
    assert [row["execId"] for row in rows] == ["c.1"]


def test_a_hostile_name_is_text_in_the_file(world: World, program: Program) -> None:
    name = '=HYPERLINK("http://x.example","a"),b'
    row = execution("b.1", "2026-11-20T14:30:00.000Z") | {"orderRef": name, "realizedPNL": -2.5}
    world.order_desk.execution_rows = [row]
    answer = program.get(f"{EXECUTIONS}.csv?from=2026-11-20")
    found = list(csv.DictReader(answer.text.splitlines()))[-1]
    assert (found["clientOrderId"], found["account"]) == (f"'{name}", ACCOUNT)
    assert (found["commission"], found["realizedPNL"]) == ("", "-2.5")
