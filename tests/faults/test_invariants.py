"""The oracle itself: it is silent about a good scene and names every broken one."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from store.journal import Journal
from tests.faults.invariants import Scene, broken, check_finality

ORDER = {
    "clientOrderId": "ui-1",
    "origin": "desk",
    "adopted": False,
    "state": "filled",
    "sent": "yes",
    "permId": 9,
    "filled": 100,
}
BOOKED = {"orderRef": "ui-1", "clientId": 1000, "permId": 9, "status": "Filled", "filled": 100}
FILL = {"execId": "a.01", "permId": 9, "shares": 100, "clientId": 1000}


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """One filled order, on which everybody agrees."""
    with closing(Journal(tmp_path / "journal.db")) as journal:
        path = journal.path
    return Scene([ORDER], [FILL], {"orders": [BOOKED], "executions": [FILL]}, path)


def told(scene: Scene, **order: Any) -> Scene:
    """The same scene in which the desk says something else."""
    return replace(scene, orders=[ORDER | order])


def booked(scene: Scene, *orders: dict[str, Any]) -> Scene:
    return replace(scene, gateway=scene.gateway | {"orders": [BOOKED | each for each in orders]})


def test_a_scene_in_which_all_agree_is_good(scene: Scene) -> None:
    assert broken(scene) == []


def test_a_second_order_under_one_reference_is_seen(scene: Scene) -> None:
    twice = booked(scene, {}, {"permId": 10})
    assert broken(twice) == ["I1: ui-1 is booked 2 times"]
    assert broken(replace(twice, duplicated=frozenset({"ui-1"}))) == []


def test_an_acknowledged_order_that_is_not_booked_is_seen(scene: Scene) -> None:
    assert broken(booked(scene)) == ["I2: ui-1 is filled, but permId 9 is not booked"]


@pytest.mark.parametrize("state", ["cancelled", "rejected"])
def test_a_working_order_that_is_called_over_is_seen(scene: Scene, state: str) -> None:
    working = booked(told(scene, state=state), {"status": "Submitted"})
    assert broken(working) == [f"I2: ui-1 is {state}, but it works at the broker"]


@pytest.mark.parametrize(
    "order", [{"sent": "no", "state": "not_sent"}, {"sent": "unknown", "state": "not_placed"}]
)
def test_an_order_that_was_not_sent_and_is_booked_is_seen(
    scene: Scene, order: dict[str, Any]
) -> None:
    expected = f"I3: ui-1 is {order['state']} (sent {order['sent']}), but it is booked"
    assert expected in broken(told(scene, **order))


def test_fills_that_do_not_add_up_are_seen(scene: Scene) -> None:
    expected = "I5: ui-1 has filled 90, its executions 100, the book 100"
    assert broken(told(scene, filled=90)) == [expected]


def test_a_fill_that_counts_twice_is_seen(scene: Scene) -> None:
    assert "I5: execution a.01 counts 2 times" in broken(replace(scene, executions=[FILL, FILL]))


def test_a_fill_that_is_missing_is_seen(scene: Scene) -> None:
    assert "I5: execution a.01 is missing" in broken(replace(scene, executions=[]))


def test_a_journal_that_is_not_as_it_was_written_is_seen(scene: Scene) -> None:
    scene.journal.write_bytes(b"no journal")
    assert broken(scene)[0].startswith("I9: ")


@pytest.mark.parametrize(
    "states", [["sending", "live", "filled", "filled"], ["unknown", "cancelled", "filled"]]
)
def test_a_later_fill_may_follow_an_end(states: list[str]) -> None:
    check_finality(states)


@pytest.mark.parametrize(
    "states", [["filled", "live"], ["cancelled", "live"], ["not_sent", "unknown"]]
)
def test_an_end_that_is_taken_back_is_seen(states: list[str]) -> None:
    with pytest.raises(AssertionError):
        check_finality(states)
