"""What a run leaves behind is taken back, and what cannot be is said."""

from __future__ import annotations

import pytest

from checklist import cleaning, stand
from checklist.cleaning import clean
from tests.checklist.conftest import ACCOUNT, Stage


def test_orders_and_positions_are_taken_back(stage: Stage) -> None:
    assert stage.verdicts("4.1d", "27", "38") == dict.fromkeys(("4.1d", "27", "38"), "ok")
    stage.stand.tap.cut()  # wherever the run ended
    done = clean(stage.stand)
    assert [one.is_done for one in done] == [True] * 3, done
    assert [one.what for one in done][:2] == [
        "1 open orders were cancelled",
        "SELL 5 AAPL: what was opened is closed",
    ]
    assert stage.stand.open_orders() == []
    assert stage.stand.held() == stage.stand.held_before


def test_what_was_held_before_is_never_sold(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "LISTED_SECONDS", 0.3)
    stage.found("38")
    stage.stand.held_before = 3.0  # as if somebody had sold 3 meanwhile
    done = clean(stage.stand)
    assert "SELL 1 AAPL: what was opened is closed" in [one.what for one in done]


def test_an_order_that_cannot_be_cancelled_is_red(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cleaning, "LISTED_SECONDS", 0.3)
    stage.found("27")
    stage.drill(cancel_answers=[161] * 9)
    [left] = [one for one in clean(stage.stand) if not one.is_done]
    assert stage.stand.name("terms") in left.what
    assert "Cancel it in TWS" in left.do


def test_a_position_that_cannot_be_closed_is_red(stage: Stage) -> None:
    stage.found("38")
    stage.drill(reject_orders=1)
    [left] = [one for one in clean(stage.stand) if not one.is_done]
    assert left.do == "SELL 4 AAPL in TWS: the checklist opened that much."


def test_a_tws_that_is_gone_is_red_with_everything_to_look_for(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stand, "READY_SECONDS", 1.0)
    monkeypatch.setattr(stage.stand.tap, "restore", lambda: None)
    monkeypatch.setattr(stage.stand, "is_ready", lambda seconds=1.0: False)
    [left] = clean(stage.stand)
    assert not left.is_done
    assert f"cl-{stage.stand.plan.name}-" in left.do
    assert "AAPL" in left.do


def test_nothing_is_cleaned_where_nothing_was_prepared(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage.stand, "is_prepared", False)
    assert clean(stage.stand) == []
    assert stage.stand.account == ACCOUNT
