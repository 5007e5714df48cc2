"""Under every fault the right rows are red, and none is ever green without having been seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from checklist.column import all_rows, checks, look
from checklist.findings import Failed, NotProvoked, NotRun
from checklist.l_boxes import BOXES
from tests.checklist.conftest import Stage

# Positions, a refusal, orders in sequence, one that rests, a preview, a buy.
READS, REFUSAL, SEQUENCE, RESTS, PREVIEW, BUY = "4.1a", "4.2b", "4.4a", "01", "36", "38"
LOOKED_AT = (READS, REFUSAL, SEQUENCE, RESTS, PREVIEW, BUY)
GREEN = dict.fromkeys(LOOKED_AT, "ok")


def test_there_are_18_boxes_and_60_steps_each_with_its_check() -> None:
    rows = [row for row, _ in checks()]
    assert sorted(row.key for row in rows) == sorted(row.key for row in all_rows())
    assert (len(BOXES), sum(row.is_step for row in rows), len(rows)) == (18, 60, 78)


def test_without_a_fault_they_are_green(stage: Stage) -> None:
    assert stage.verdicts(*LOOKED_AT) == GREEN


@pytest.mark.parametrize(
    ("switches", "red"),
    [
        ({"reject_orders": 99}, {SEQUENCE, RESTS, BUY}),
        ({"refuse_orders": 99, "refuse_code": 103}, {SEQUENCE, RESTS, BUY}),
        ({"read_only": True}, {SEQUENCE, RESTS, PREVIEW, BUY}),
        ({"what_if": "empty_margins"}, {PREVIEW}),
        ({"cancel_answers": [161] * 20}, {SEQUENCE, RESTS}),
    ],
    ids=["rejected orders", "103", "read-only API", "previews without numbers", "refused cancels"],
)
def test_a_fault_makes_exactly_its_rows_red(
    stage: Stage, switches: dict[str, Any], red: set[str]
) -> None:
    stage.stand.price()
    stage.drill(**switches)
    assert stage.verdicts(*LOOKED_AT) == GREEN | dict.fromkeys(red, "failed")


def test_a_swallowed_order_is_red_and_named(stage: Stage) -> None:
    stage.stand.price()
    stage.drill(swallow_orders=1)
    found = stage.found(RESTS)[RESTS]
    assert found.verdict == "failed"
    assert found.seen in ("It is unknown", "It is not_placed")
    assert "order reference begins with cl-" in found.do
    assert found.messages[0]["order"] == stage.stand.name("step-01")


def test_positions_without_an_end_are_red(stage: Stage) -> None:
    """Only a fresh connection asks for the list; the old list would stay good."""
    stage.stand.tap.cut()
    stage.drill(omit_ends=["positions"])
    stage.stand.tap.restore()
    assert stage.found(READS)[READS].verdict == "failed"


def test_without_a_price_nothing_that_needs_one_is_tried(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand = stage.stand
    before, plan = stand.tap.orders(), stand.plan
    monkeypatch.setattr(stand, "_price", None)
    monkeypatch.setattr(stand, "_quote_seconds", 0.5)
    monkeypatch.setattr(stand, "plan", replace(plan, symbol="IBM"))
    stage.drill(answer_requests_with={"reqMktData": 354})
    found = stage.found(RESTS, SEQUENCE, PREVIEW, REFUSAL)
    assert [one.verdict for one in found.values()] == ["not run"] * 3 + ["ok"]
    assert found[RESTS].seen == "TWS gives no price of IBM"
    assert stand.tap.orders() == before


@pytest.mark.parametrize("raised", [Failed, NotProvoked, NotRun])
def test_what_a_check_raises_is_the_verdict(stage: Stage, raised: Callable[..., Exception]) -> None:
    def check(_: object) -> str:
        raise raised("Something", "Do this", "12")

    found = look(stage.stand, check)
    wanted = {Failed: "failed", NotProvoked: "not provoked", NotRun: "not run"}
    assert (found.verdict, found.seen, found.do) == (wanted[raised], "Something", "Do this")  # type: ignore[index]


def test_an_answer_that_nobody_understands_is_red(stage: Stage) -> None:
    def check(_: object) -> str:
        answer: dict[str, str] = {}
        return answer["orderId"]

    assert look(stage.stand, check).verdict == "failed"


def test_a_row_carries_the_raw_messages_of_its_orders(stage: Stage) -> None:
    found = stage.found(RESTS)[RESTS]
    [order] = found.messages
    kinds = [event["kind"] for event in order["events"]]
    assert {"sending", "openOrder", "orderStatus"} <= set(kinds)
