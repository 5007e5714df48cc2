"""A loop whose time passes at once when everybody waits for it: half a minute costs nothing."""

from __future__ import annotations

import asyncio


class TimelessLoop(asyncio.SelectorEventLoop):
    """`now` is its time; it jumps to the next timer when nothing is ready."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def time(self) -> float:
        return self.now

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self.now = max(self.now, self._scheduled[0].when())  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]
