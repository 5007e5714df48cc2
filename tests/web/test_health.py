"""Alive, ready, and counted."""

from __future__ import annotations

import pytest

from tests.web.visitors import World, data


@pytest.mark.failure("F14")
@pytest.mark.parametrize(("age", "status"), [(0.1, 200), (1.99, 200), (2.0, 503), (60.0, 503)])
def test_the_desk_is_alive_while_its_loops_turn(world: World, age: float, status: int) -> None:
    world.loop.age = age
    answer = world.visitor().get("/healthz")
    assert answer.status_code == status
    assert data(answer)["stuck"] == ({} if status == 200 else {"orders": age})


def test_the_desk_is_ready_when_nothing_blocks_an_order(world: World) -> None:
    answer = world.visitor().get("/readyz")
    assert (answer.status_code, data(answer)) == (200, {"ready": True, "reasons": []})


def test_the_desk_says_why_it_is_not_ready(world: World) -> None:
    world.order_desk.reasons = ["IB not connected: TWS is not there"]
    answer = world.visitor().get("/readyz")
    assert answer.status_code == 503
    assert data(answer)["reasons"] == ["IB not connected: TWS is not there"]


def test_the_desk_is_alive_while_tws_is_away(world: World) -> None:
    world.order_desk.reasons = ["IB not connected"]
    assert world.visitor().get("/healthz").status_code == 200


@pytest.mark.parametrize("known", [[], ["The disk is full"], ["IB not connected"]])
def test_a_journal_that_cannot_be_written_is_a_reason_once(world: World, known: list[str]) -> None:
    world.order_desk.reasons, world.order_desk.journal_trouble = known, "The disk is full"
    answer = world.visitor().get("/readyz")
    assert answer.status_code == 503
    assert data(answer)["reasons"].count("The disk is full") == 1
    assert set(known) <= set(data(answer)["reasons"])
