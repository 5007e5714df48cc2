"""Acts on orders that fill: what follows from a fill, and what is not tried without one."""

from __future__ import annotations

import pytest

from checklist import fill_acts
from tests.checklist.conftest import Stage

FILLS = tuple(f"{number}" for number in range(38, 51))


def test_everything_is_bought_sold_and_explained(stage: Stage) -> None:
    wanted = dict.fromkeys((*FILLS, "59", "60"), "ok")
    found = stage.found(*wanted)
    seen = {key: (one.seen, one.detail) for key, one in found.items() if one.verdict != "ok"}
    assert seen == {}
    assert (stage.stand.own_fills(), stage.stand.held()) == (0, stage.stand.held_before)


def test_nothing_is_sold_that_was_not_bought_here(stage: Stage) -> None:
    before = stage.stand.tap.orders()
    assert set(stage.verdicts("39", "41", "47", "48", "49", "50").values()) == {"not run"}
    assert stage.stand.tap.orders() == before


def test_a_part_is_never_closed_of_what_was_held_before(stage: Stage) -> None:
    stage.stand.held_before = 1
    assert stage.verdicts("38", "50") == {"38": "ok", "50": "not run"}


def test_a_trade_of_somebody_else_is_noticed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fill_acts, "LISTED_SECONDS", 0.2)
    assert stage.stand.held_before is not None
    stage.stand.held_before -= 1
    assert stage.found("60")["60"].seen.startswith("Somebody else has traded")


def test_an_order_that_is_left_open_is_named(stage: Stage) -> None:
    assert stage.verdicts("27", "59") == {"27": "ok", "59": "failed"}
