"""Progress of a chain: told under each name, not too often, and no cell twice."""

from __future__ import annotations

from time import monotonic
from typing import Any

from ib.market_data.chain_progress import MOST_CELLS, TELL_SECONDS, ChainProgress


class Told(list[dict[str, Any]]):
    def __call__(self, kind: str, payload: dict[str, Any]) -> None:
        assert kind == "chain"
        self.append(payload)


def progress(told: Told, *ids: str) -> ChainProgress:
    made = ChainProgress(told, monotonic())
    made.ids.update(ids)
    return made


def cells(count: int, **values: Any) -> list[Any]:
    return [((float(number), "C"), {"conId": number} | values) for number in range(count)]


def test_each_name_is_told() -> None:
    told = Told()
    progress(told, "one", "two").tell("resolving", "Looking up XYZ")
    assert {event["id"] for event in told} == {"one", "two"}
    assert told[0].keys() == {"id", "stage", "done", "total", "text", "seconds", "cells"}


def test_without_a_name_nobody_is_told() -> None:
    told = Told()
    progress(told).tell("resolving", "Looking up XYZ")
    progress(told).cells("quotes", "", cells(3), 3, 3)
    assert told == []


def test_many_steps_are_told_now_and_then_and_the_last_one_always() -> None:
    told = Told()
    one = progress(told, "one")
    started = monotonic()
    for number in range(1001):
        one.count("definitions", f"{number}", number, 1000)
    allowed = 2 + (monotonic() - started) / TELL_SECONDS
    assert 1 <= len(told) <= allowed
    assert told[-1]["done"] == 1000


def test_cells_come_in_batches_and_once() -> None:
    told = Told()
    one = progress(told, "one")
    one.cells("quotes", "", cells(MOST_CELLS + 5, bid=1.0), 55, 60)
    assert [len(event["cells"]) for event in told] == [MOST_CELLS, 5]
    one.cells("quotes", "", cells(MOST_CELLS + 5, bid=1.0), 56, 60)
    assert told[-1]["cells"] == []
    one.cells("quotes", "", [*cells(3, bid=1.0), *cells(1, bid=2.0)], 57, 60)
    assert [row["cell"]["bid"] for row in told[-1]["cells"]] == [2.0]
    assert told[-1]["cells"][0].keys() == {"strike", "right", "cell"}
