"""What a page costs in Chromium: bytes, first paint, until it can be used, and one change of a row.

"Can be used" is the instant at which the page shows a first number of its own: what is worth
waiting for, later than any event of the browser. Everything is on loopback, so the network is free.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page, sync_playwright

from paper_gateway.contracts import Catalogue
from tests.end_to_end.conftest import CHROMIUM, FLAGS
from tests.end_to_end.trader import Trader
from tests.processes import RunningDesk, desk, paper_gateway, until

TIMES = 7
# A page, and what is there once it can be used.
PAGES = {
    "/": "document.querySelector('#account [data-field=NetLiquidation]').textContent !== '—'"
    " && !document.querySelector('#symbol').disabled",
    "/orders": "document.querySelector('#blotter tbody tr')",
    "/executions": "document.querySelector('#fills tbody tr[data-key]')",
    "/options": "!document.querySelector('#symbol').disabled",
    "/profit": "document.querySelector('#symbols tbody tr')",
    "/health": "document.querySelector('#card-data [data-tone=ok]')",
}
ROWS, PER_CONTRACT, CHANGES, A_SECOND = 500, 14, 200, 10
# Notes the instant at which the page can be used, in the page's own time.
WAIT = """
addEventListener("DOMContentLoaded", () => {
  const look = () => {
    if (%s) window.usable = performance.now();
    else requestAnimationFrame(look);
  };
  look();
});"""
# Both instants, once there are both.
INSTANTS = """() => {
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  return paint && window.usable && [paint.startTime, window.usable];
}"""
COSTS = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")


def run() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        paper_gateway(Path(folder, "gateway"), latency_ms=0) as gateway,
        desk(Path(folder, "desk"), IB_PORT=str(gateway.port), PAPER_SLEEP="0") as running,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        Trader(context.new_page(), running.url).sign_in()
        _order(running, "AAPL", quantity=1)
        for path, is_usable in PAGES.items():
            _print_page(context, running.url, path, is_usable)
        _print_changes(context, running)
        browser.close()


def _print_page(context: BrowserContext, url: str, path: str, is_usable: str) -> None:
    loads = [_load(context, url + path, is_usable) for _ in range(TIMES)]
    painted = statistics.median(load[0] for load in loads)
    usable = statistics.median(load[1] for load in loads)
    sizes = loads[0][2]
    print(
        f"{path:<12} first paint {painted:4.0f} ms (goal 700), usable {usable:4.0f} ms (goal 1000);"
        f" own script {sizes['script'] / 1000:5.1f} kB in {sizes['scripts']:.0f} files,"
        f" style {sizes['style'] / 1000:4.1f} kB; medians of {TIMES}"
    )


def _load(
    context: BrowserContext, address: str, is_usable: str
) -> tuple[float, float, dict[str, float]]:
    """First paint and "can be used" in milliseconds after the navigation began, and the bytes."""
    page = context.new_page()
    sizes = {"script": 0.0, "scripts": 0.0, "style": 0.0}
    answers: list[Any] = []
    page.on("response", lambda answer: answers.append(answer))
    page.add_init_script(WAIT % is_usable)
    page.goto(address)
    painted, usable = until(lambda: page.evaluate(INSTANTS), f"{address} can be used")
    for answer in answers:
        if "/static/" in answer.url and "/vendor/" not in answer.url:
            kind = {".js": "script", "css": "style"}.get(answer.url[-3:])
            if kind:
                sizes[kind] += len(answer.body())
                sizes["scripts"] += kind == "script"
    page.close()
    return painted, usable, sizes


def _order(running: RunningDesk, symbol: str, quantity: int, price: float = 0) -> str:
    """A market order, or with a price one that rests; returns its clientOrderId."""
    kind = {"orderType": "LMT", "lmtPrice": price} if price else {"orderType": "MKT"}
    order = {"action": "BUY", "totalQuantity": quantity, **kind}
    body = {"contract": {"symbol": symbol}, "order": order, "wait": "ack"}
    status, answer = running.call("POST", "/api/v1/orders", body)
    if status not in (200, 201):
        raise SystemExit(f"no order: {status} {answer}")
    return str(answer["clientOrderId"])


def _print_changes(context: BrowserContext, running: RunningDesk) -> None:
    """Many working rows, some of which change: what the page spends on a change."""
    known = [each for each in Catalogue.default().definitions if each.sec_type == "STK"]
    symbols = [each.symbol for each in known if each.currency == "USD"]
    names = [
        _order(running, symbols[n // PER_CONTRACT], quantity=1 + n % PER_CONTRACT, price=1)
        for n in range(ROWS)
    ]
    page = context.new_page()
    page.goto(f"{running.url}/orders")
    shown = "document.querySelectorAll('#blotter tbody tr').length"
    until(lambda: page.evaluate(shown) >= ROWS, f"{ROWS} rows are shown")
    session = context.new_cdp_session(page)
    session.send("Performance.enable")
    _count_changes(page)
    time.sleep(1)  # what the load itself costs is over
    before = _costs(session)
    for n in range(CHANGES):
        started = time.perf_counter()
        change = {"order": {"lmtPrice": round(1.01 + n / 100, 2)}}
        status, answer = running.call("PATCH", f"/api/v1/orders/{names[n * 7 % ROWS]}", change)
        if status not in (200, 202):
            raise SystemExit(f"not changed: {status} {answer}")
        time.sleep(max(0, 1 / A_SECOND - (time.perf_counter() - started)))
    time.sleep(1)
    after, changes = _costs(session), page.evaluate("window.changes")
    spent = {name: (after[name] - before[name]) * 1000 / changes for name in COSTS}
    print(
        f"{ROWS} rows, {changes} updates, {A_SECOND} changes a second:"
        f" {sum(spent.values()):.2f} ms an update (goal 5;"
        f" script {spent['ScriptDuration']:.2f}, layout {spent['LayoutDuration']:.2f},"
        f" style {spent['RecalcStyleDuration']:.2f}); load {os.getloadavg()[0]:.1f}\n"
    )
    page.close()


def _count_changes(page: Page) -> None:
    page.evaluate(
        """() => import("/static/core/book.js").then(({ on }) => {
            window.changes = 0;
            on("order", () => window.changes += 1);
        })"""
    )


def _costs(session: CDPSession) -> dict[str, float]:
    """Seconds that the page has spent so far, by kind."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return {one["name"]: one["value"] for one in metrics if one["name"] in COSTS}
