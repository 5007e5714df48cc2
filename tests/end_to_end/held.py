"""Requests that wait in the browser until a test lets them go: it decides what comes first."""

from __future__ import annotations

from time import monotonic
from typing import Self

from playwright.sync_api import Page, Route

SECONDS = 15.0
NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(done))"


class Held:
    """Those to an address, of one method or of all, in the order in which they were made."""

    def __init__(self, page: Page, url: str, method: str = "") -> None:
        self._page, self._method, self._is_holding = page, method, True
        self.routes: list[Route] = []
        page.route(url, self._hold)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.let_go()

    def wait_for(self, number: int = 1) -> list[Route]:
        """All of them, as soon as there are so many."""
        ends = monotonic() + SECONDS
        while len(self.routes) < number:
            assert monotonic() < ends, f"only {len(self.routes)} requests were made"
            self._page.evaluate(NEXT_FRAME)
        return self.routes

    def first(self) -> Route:
        return self.wait_for()[0]

    def bodies(self) -> list[object]:
        return [route.request.post_data_json for route in self.routes]

    def let_go(self) -> None:
        """Those that are made from now on pass."""
        self._is_holding = False

    def _hold(self, route: Route) -> None:
        if self._is_holding and self._method in ("", route.request.method):
            self.routes.append(route)
        else:
            route.fallback()
