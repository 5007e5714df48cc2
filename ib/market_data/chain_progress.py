"""How far a chain has come, told to whoever watches it while it runs."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic
from typing import Any

from trading.ports import Publish

# A stage with many steps is told so often at most: every page draws it each time.
TELL_SECONDS = 0.1
MOST_CELLS = 50  # of one event: a batch is some 15 kB then

CellKey = tuple[float, str]
Cell = dict[str, Any]


class ChainProgress:
    """Publishes `chain` events, one for each id that this chain is known by; none without ids."""

    def __init__(self, publish: Publish, started: float) -> None:
        self.ids: set[str] = set()
        self._publish = publish
        self._started = started
        self._told_at = 0.0
        self._told: dict[CellKey, Cell] = {}

    @property
    def seconds(self) -> float:
        return round(monotonic() - self._started, 3)

    def tell(self, stage: str, text: str, done: int = 0, total: int = 0) -> None:
        self._event(stage, text, done, total, [])

    def count(self, stage: str, text: str, done: int, total: int) -> None:
        """One of many steps: told now and then, and when it is the last."""
        if done == total or monotonic() - self._told_at >= TELL_SECONDS:
            self.tell(stage, text, done, total)

    def cells(
        self, stage: str, text: str, cells: Iterable[tuple[CellKey, Cell]], done: int, total: int
    ) -> None:
        """Cells that are not what was told of them before, in batches; the count in any case."""
        if not self.ids:
            return
        news = [(key, cell) for key, cell in cells if self._told.get(key) != cell]
        self._told |= dict(news)
        rows = [{"strike": key[0], "right": key[1], "cell": cell} for key, cell in news]
        for first in range(0, max(len(rows), 1), MOST_CELLS):
            self._event(stage, text, done, total, rows[first : first + MOST_CELLS])

    def _event(
        self, stage: str, text: str, done: int, total: int, cells: list[dict[str, Any]]
    ) -> None:
        self._told_at = monotonic()
        payload = {
            "stage": stage,
            "done": done,
            "total": total,
            "text": text,
            "seconds": self.seconds,
            "cells": cells,
        }
        for each in list(self.ids):
            self._publish("chain", {"id": each} | payload)
