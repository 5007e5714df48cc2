"""The stand: what its desk is asked, and what is noted for the report."""

from __future__ import annotations

import pytest

from checklist.findings import Failed
from tests.checklist.conftest import Stage


def test_orders_have_names_that_a_person_finds_in_tws(stage: Stage) -> None:
    assert stage.stand.name("buy") == f"cl-{stage.stand.plan.name}-buy"


def test_a_touched_order_is_noted_once(stage: Stage) -> None:
    stage.stand.touched.clear()
    stage.stand.touch("a")
    stage.stand.touch("a")
    stage.stand.touch("a", by_other=True)
    name = stage.stand.name("a")
    assert stage.stand.touched == [(name, False), (name, True)]


def test_an_unknown_order_is_empty(stage: Stage) -> None:
    assert stage.stand.order("nobodys") == {}


def test_the_price_is_the_markets(stage: Stage) -> None:
    quote = stage.stand.desk.get("/api/v1/stock-quote?symbol=AAPL").body
    assert stage.stand.price() == pytest.approx(quote["bid"], rel=0.05)


def test_a_tws_of_the_users_is_never_drilled(stage: Stage) -> None:
    assert not stage.stand.drill({"reject_orders": 1})
    assert stage.verdicts("01") == {"01": "ok"}


def test_what_cannot_be_read_is_a_failure_and_no_empty_list(stage: Stage) -> None:
    stage.stand.tap.cut()
    stage.found("4.5a")
    with pytest.raises(Failed, match="positions cannot be read"):
        stage.stand.held()
    assert "IB" in stage.stand.why_not_ready() or "TWS" in stage.stand.why_not_ready()


def test_what_cannot_be_read_is_not_what_is_wanted(stage: Stage) -> None:
    assert stage.stand.holds(stage.stand.held())
    stage.stand.tap.cut()
    stage.found("4.5a")
    assert not stage.stand.holds(0)
    assert not stage.stand.can_read(0)
