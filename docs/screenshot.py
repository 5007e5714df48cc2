"""Make the README's picture from the running page: `make screenshot`.

A fresh desk with its own paper gateway gets a few orders, then the page is photographed.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.end_to_end.conftest import CHROMIUM, FLAGS
from tests.end_to_end.trader import SECONDS, Trader
from tests.processes import ROOT, RunningDesk, desk

PICTURE = ROOT / "docs/desk.png"
ORDERS = [
    ("MSFT", {"action": "BUY", "totalQuantity": 40, "orderType": "MKT"}),
    ("SPY", {"action": "BUY", "totalQuantity": 25, "orderType": "MKT"}),
    ("KO", {"action": "BUY", "totalQuantity": 200, "orderType": "LMT", "lmtPrice": 21.5}),
    ("NVDA", {"action": "BUY", "totalQuantity": 60, "orderType": "MKT"}),
]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, desk(Path(folder), PAPER_SLEEP="0") as running:
        for symbol, order in ORDERS:
            place(running, symbol, order)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            page = browser.new_page(
                viewport={"width": 1440, "height": 900},
                color_scheme="dark",
                reduced_motion="reduce",
            )
            trader = Trader(page, running.url)
            trader.sign_in()
            trader.choose("AAPL")
            trader.fill_ticket("BUY", 100, "MKT")
            trader.preview()
            trader.expect_status(trader.send(), "Filled")
            expect(trader.position("AAPL")).to_have_text("+100", timeout=SECONDS)
            page.get_by_role("button", name="New order").click()
            trader.fill_ticket("SELL", 50, "MKT")
            trader.preview()
            page.screenshot(path=PICTURE)
            browser.close()
    print(f"{PICTURE.relative_to(ROOT)} made")


def place(running: RunningDesk, symbol: str, order: dict[str, object]) -> None:
    body = {"contract": {"symbol": symbol}, "order": order}
    status, answer = running.call("POST", "/api/v1/orders", body)
    if status != 201:
        raise SystemExit(f"{symbol}: {status} {answer}")


if __name__ == "__main__":
    main()
