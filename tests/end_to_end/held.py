"""Requests that wait in the browser until a test lets them go: it decides what comes first."""

from __future__ import annotations

from time import monotonic

from playwright.sync_api import Page, Route

from tests.end_to_end.trader import SECONDS

NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(done))"


class HeldRequests:
    """Those of one method to a path, in the order in which they were made."""

    def __init__(self, page: Page, path: str, method: str) -> None:
        self._page, self._method, self._is_holding = page, method, True
        self.routes: list[Route] = []
        page.route(path, self._hold)

    def wait_for(self, number: int) -> list[Route]:
        """All of them, as soon as there are so many."""
        ends = monotonic() + SECONDS / 1000
        while len(self.routes) < number:
            assert monotonic() < ends, f"only {len(self.routes)} requests were made"
            self._page.evaluate(NEXT_FRAME)
        return self.routes

    def bodies(self) -> list[object]:
        return [route.request.post_data_json for route in self.routes]

    def let_go(self) -> None:
        """Those that are made from now on pass."""
        self._is_holding = False

    def _hold(self, route: Route) -> None:
        if self._is_holding and route.request.method == self._method:
            self.routes.append(route)
        else:
            route.fallback()
