"""What a person does at the desk, so that a browser test reads as a story."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Locator, Page, Request, expect

from tests.processes import PASSWORD

# Paper orders show their final status at once; only the POST waits for the sleep workaround.
SECONDS = 15_000


# Whatever the page was about to do after an answer is done when these have passed.
SOME_FRAMES = """() => new Promise((done) => {
    let left = 5;
    const next = () => (left-- ? requestAnimationFrame(next) : done());
    next();
})"""


def sent_orders(page: Page) -> list[dict[str, Any]]:
    """The bodies of the orders that the page sends from now on, each with its key; no previews."""
    bodies: list[dict[str, Any]] = []

    def hear(request: Request) -> None:
        if request.method != "POST" or not request.url.endswith("/api/v1/orders"):
            return
        body = json.loads(request.post_data or "{}")
        if not body["order"]["whatIf"]:
            bodies.append(body | {"key": request.headers["idempotency-key"]})

    page.on("request", hear)
    return bodies


class Trader:
    """One person at one page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def sign_in(self, password: str = PASSWORD, name: str = "admin") -> None:
        self.page.goto(self.url)
        self.page.get_by_label("User name").fill(name)
        self.page.get_by_label("Password").fill(password)
        # A first page.route() in the middle of a navigation misses the requests of the new page.
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="Sign in").click()

    def choose(self, symbol: str) -> None:
        box = self.page.locator("#ticket [name=symbol]")
        box.fill(symbol)
        box.press("Enter")
        expect(self.page.locator("#ticket [data-field=bid]")).not_to_have_text("—", timeout=SECONDS)

    def fill_ticket(self, action: str, quantity: int, order_type: str) -> None:
        ticket = self.page.locator("#ticket")
        ticket.locator(f".side:has([value={action}])").click()
        ticket.locator("[name=totalQuantity]").fill(str(quantity))
        ticket.locator("[name=orderType]").select_option(order_type)

    def preview(self) -> Locator:
        preview = self.page.locator("#preview")
        self.submit_button.click()
        expect(preview).to_be_visible(timeout=SECONDS)
        return preview

    def set_price(self, name: str, price: float) -> None:
        self.page.locator(f"#ticket [name={name}]").fill(f"{price:.2f}")

    def send(self, rows: int = 1) -> Locator:
        """Send the previewed order, which makes so many rows; returns the first of them."""
        expect(self.submit_button).to_contain_text("Send:", timeout=SECONDS)
        before = self.page_rows.count()
        self.submit_button.click()
        expect(self.page_rows).to_have_count(before + rows, timeout=SECONDS)
        # By its name: an order of another program may come to stand above it.
        name = self.page_rows.first.get_attribute("data-client-order-id")
        return self.page.locator(f'#orders tr[data-client-order-id="{name}"]')

    def rest(self, symbol: str, quantity: int, price: float = 1.0) -> Locator:
        """A limit order to buy far below the market; returns its row once it works."""
        self.choose(symbol)
        self.fill_ticket("BUY", quantity, "LMT")
        self.set_price("lmtPrice", price)
        self.preview()
        row = self.send()
        self.expect_status(row, "Submitted")
        return row

    def close(self, symbol: str, percent: int) -> None:
        """Close a part of a position by its row and the dialog."""
        self.page.locator(f'#positions tr[data-symbol="{symbol}"] [data-close]').click()
        dialog = self.page.locator("#close-dialog[open]")
        dialog.locator(f".side:has([value='{percent}'])").click()
        dialog.locator("#close-send").click()
        expect(dialog).to_be_hidden(timeout=SECONDS)

    @property
    def submit_button(self) -> Locator:
        return self.page.locator("#ticket-submit")

    @property
    def page_rows(self) -> Locator:
        """Orders that a page has sent."""
        return self.page.locator('#orders tbody tr[data-client-order-id^="ui-"]')

    @property
    def order_rows(self) -> Locator:
        return self.page.locator("#orders tbody tr[data-client-order-id]")

    def position(self, symbol: str) -> Locator:
        return self.page.locator(f'#positions tr[data-symbol="{symbol}"] [data-field="position"]')

    def expect_status(self, row: Locator, status: str) -> None:
        expect(row.locator('[data-field="status"]')).to_contain_text(status, timeout=SECONDS)
