"""Acts on orders that rest, under the faults that each must notice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checklist.conftest import Stage

CHANGES = ("27", "28", "29", "30", "31", "32", "33", "34", "35")


def test_an_order_is_placed_changed_and_cancelled_step_by_step(stage: Stage) -> None:
    assert stage.verdicts(*CHANGES) == dict.fromkeys(CHANGES, "ok")


def test_without_the_first_step_the_next_ones_are_not_run(stage: Stage) -> None:
    assert set(stage.verdicts(*CHANGES[1:8]).values()) == {"not run"}


def test_brackets_twins_and_a_cancel_of_all(stage: Stage) -> None:
    wanted = dict.fromkeys(("23", "24", "25", "26", "58"), "ok")
    assert stage.verdicts(*wanted) == wanted


@pytest.mark.parametrize(
    ("switches", "keys", "red"),
    [
        ({"reject_modifies": 1}, ("27", "28", "29"), {"28"}),
        ({"what_if": "empty_margins"}, ("36", "01"), {"36"}),
        ({"cancel_answers": [161]}, ("27", "32"), {"32"}),
    ],
    ids=["refused change", "preview without numbers", "refused cancel"],
)
def test_a_fault_is_seen_where_it_is(
    stage: Stage, switches: dict[str, Any], keys: tuple[str, ...], red: set[str]
) -> None:
    stage.stand.price()
    stage.drill(**switches)
    found = stage.verdicts(*keys)
    assert {key for key, verdict in found.items() if verdict == "failed"} == red


def test_what_not_every_tws_takes_is_grey_when_it_is_rejected(stage: Stage) -> None:
    stage.stand.price()
    stage.drill(reject_orders=1)
    assert stage.verdicts("21") == {"21": "not provoked"}
