"""L 5, the high-confidence workflow: what a page asks, and when."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from tests.end_to_end.conftest import Market, bad_day
from tests.end_to_end.trader import SECONDS, Trader

# A page asks again 300 ms after news: a timer that is set afterwards and is longer fires later.
LATER = "() => new Promise((done) => setTimeout(done, 400))"


@dataclass
class Asked:
    """What the page has asked the desk since the last `clear`, as "GET /positions"."""

    page: Page
    lines: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)

    def hear(self, request: Request) -> None:
        path = request.url.partition("/api/v1")[2].partition("?")[0]
        if path:
            self.lines.append(f"{request.method} {path}")
        if path == "/orders" and request.method == "POST":
            self.bodies.append(json.loads(request.post_data or "{}"))

    def expect(self, line: str) -> None:
        """It is asked now or soon."""
        if line not in self.lines:
            method, path = line.split()
            self.page.wait_for_event(
                "request",
                lambda one: one.method == method and one.url.partition("?")[0].endswith(path),
                timeout=SECONDS,
            )

    def clear(self) -> None:
        self.lines.clear()
        self.bodies.clear()


@dataclass
class Workflow:
    trader: Trader
    asked: Asked
    market: Market

    @property
    def page(self) -> Page:
        return self.trader.page


@pytest.fixture
def workflow(clean_page: Page, a_market: Market) -> Workflow:
    trader = Trader(clean_page, a_market.desk.url)
    trader.sign_in()
    trader.choose("IBM")
    asked = Asked(clean_page)
    clean_page.on("request", asked.hear)
    return Workflow(trader, asked, a_market)


def test_5_1_positions_are_seen_before_an_order_is_made(workflow: Workflow) -> None:
    """Before showing "Place order": call get_positions and show current positions; use whatIf."""
    page, trader, asked = workflow.page, workflow.trader, workflow.asked
    trader.choose("KO")
    asked.expect("GET /positions")
    held = page.locator("#held")
    expect(held.locator("[data-field=held]")).not_to_have_text("—")
    expect(held.locator(".age")).to_have_text(re.compile(r"^as of \d\d:\d\d:\d\d"))
    trader.fill_ticket("BUY", 21, "MKT")
    trader.preview()
    expect(trader.submit_button).to_contain_text("Send:", timeout=SECONDS)
    assert [body["order"]["whatIf"] for body in asked.bodies] == [True]
    _, answer = workflow.market.desk.call("GET", "/api/v1/orders?status=all")
    assert [one for one in answer["orders"] if one["order"]["totalQuantity"] == 21] == []


def test_5_2_positions_are_asked_again_after_a_fill(workflow: Workflow) -> None:
    """On success, refetch positions so the UI reflects the new or updated position."""
    trader, asked = workflow.trader, workflow.asked
    trader.fill_ticket("BUY", 22, "MKT")
    trader.preview()
    asked.clear()
    row = trader.send()
    trader.expect_status(row, "Filled")
    asked.expect("GET /positions")
    expect(trader.position("IBM")).to_have_text("+22", timeout=SECONDS)


def test_5_2_what_is_missing_is_told_before_anything_is_sent(workflow: Workflow) -> None:
    """Send only after client-side checks (quantity > 0, limit price when required)."""
    page, trader, asked = workflow.page, workflow.trader, workflow.asked
    asked.clear()
    trader.fill_ticket("BUY", 0, "LMT")
    price = page.locator("#ticket [name=lmtPrice]")
    expect(price).not_to_have_value("", timeout=SECONDS)  # the market's, taken once
    price.fill("")
    page.locator("#ticket [name=orderType]").focus()
    trader.submit_button.click()
    expect(page.locator("#error-size")).to_contain_text("above 0")
    expect(page.locator("#error-lmtPrice")).to_contain_text("Enter a number")
    assert asked.bodies == []


def test_5_2_a_refusal_shows_code_and_text_and_asks_nothing(workflow: Workflow) -> None:
    """On error, show the error string and errorCode/errorString and do not refetch until the user
    corrects and resubmits."""
    page, trader, asked = workflow.page, workflow.trader, workflow.asked
    trader.fill_ticket("BUY", 23, "MKT")
    trader.preview()
    expect(trader.submit_button).to_contain_text("Send:", timeout=SECONDS)
    asked.clear()
    reason = "Order rejected - reason:Too large"
    switches = {"reject_text": reason, "reject_code": 201, "reject_orders": 1}
    with bad_day(workflow.market.gateway, **switches):
        row = trader.send()
        trader.expect_status(row, "Rejected")
    notice = page.locator("#ticket-notice")
    expect(notice).to_contain_text("IB code 201", timeout=SECONDS)
    expect(notice).to_contain_text("Too large")
    expect(page.locator("#ticket [name=totalQuantity]")).to_have_value("23")
    page.evaluate(LATER)
    # Only what protects a position is worked out again: a stop that was refused protects nothing.
    assert {line for line in asked.lines if line.startswith("GET ")} <= {"GET /protection"}


def test_5_3_positions_and_orders_are_asked_again_after_a_cancel(workflow: Workflow) -> None:
    """After cancel: refetch positions (and open orders)."""
    trader, asked = workflow.trader, workflow.asked
    row = trader.rest("IBM", 24)
    asked.clear()
    row.locator("[data-cancel]").click()
    trader.expect_status(row, "Cancelled")
    for line in ("GET /positions", "GET /orders"):
        asked.expect(line)
