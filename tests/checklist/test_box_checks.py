"""The boxes about positions, validation, rejections and order ids."""

from __future__ import annotations

from checklist.box_checks import CHECKS
from checklist.connection_checks import CHECKS as CONNECTION
from checklist.l_boxes import BOXES
from tests.checklist.conftest import Stage


def test_every_box_has_one_check() -> None:
    assert sorted([*CHECKS, *CONNECTION]) == [row.key for row in BOXES]


def test_all_of_them_are_ok_but_what_this_tws_does_not_do(stage: Stage) -> None:
    """202 can be provoked on the built-in gateway only."""
    wanted = dict.fromkeys(CHECKS, "ok") | {"4.3b": "not provoked"}
    found = stage.found(*wanted)
    assert {key: one.verdict for key, one in found.items()} == wanted
    assert "IB rejected the order: Order rejected - reason:" in found["4.3a"].detail
    assert found["4.4b"].seen.endswith("no 103")


def test_a_rejection_with_another_code_is_grey(stage: Stage) -> None:
    """What cannot be provoked is neither green nor red."""
    stage.stand.price()
    stage.drill(refuse_orders=1, refuse_code=460)
    assert stage.verdicts("4.3a") == {"4.3a": "not provoked"}


def test_a_103_after_the_restart_is_red_with_what_to_do(stage: Stage) -> None:
    stage.stand.price()
    stage.drill(refuse_orders=2, refuse_code=103)
    found = stage.found("4.4b")["4.4b"]
    assert (found.verdict, found.seen) == ("failed", "Rejected by IB with code 103")
    assert found.do


def test_a_closed_market_is_no_failure_and_no_success(stage: Stage) -> None:
    stage.drill(always_399=True, fill_delay_ms=60_000)
    found = stage.found("4.1d", "38")
    stage.drill(clear=True)
    stage.stand.other.cancel_open()
    assert [one.verdict for one in found.values()] == ["not run", "not run"]
    assert "The market is closed" in found["38"].do
    assert stage.stand.open_orders() == []
