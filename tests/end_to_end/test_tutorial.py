"""docs/tutorial.md, walked by its own words: each label in it is a label on the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.end_to_end.trader import SECONDS, Trader
from tests.processes import ROOT, RunningDesk, desk

TEXT = (ROOT / "docs/tutorial.md").read_text()
ANSWERS = 50_000  # a chain may take the desk 40 seconds


class Reader:
    """Somebody with the tutorial in hand: presses only what it names."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, label: str, button: str = "") -> None:
        """`label` as the tutorial writes it; `button` when the page has more around it."""
        said(label)
        name = button or label
        self.page.get_by_role("button", name=name, exact=not button).first.click()

    def preview_and_send(self) -> None:
        for word in ("Preview", "Send"):
            said(word)
            button = self.page.get_by_role("button", name=re.compile(f"^{word}: "))
            expect(button).to_be_enabled(timeout=SECONDS)
            button.click()


def said(label: str) -> None:
    assert label in TEXT, f"the tutorial does not say {label!r}"


@pytest.fixture
def new_desk(tmp_path: Path) -> Iterator[RunningDesk]:
    """As somebody finds it who starts it for the first time."""
    with desk(tmp_path / "var", PAPER_SLEEP="0") as running:
        yield running


def test_the_tutorial_leads_to_a_fill_a_bracket_and_a_spread(
    clean_page: Page, new_desk: RunningDesk
) -> None:
    page, reader = clean_page, Reader(clean_page)
    trader = Trader(page, new_desk.url)
    trader.sign_in()
    orders = page.locator('#orders tr[data-client-order-id^="ui-"]')
    reader.press("Not now")
    _first_order(reader)
    trader.expect_status(orders.first, "Filled")
    _bracket(reader)
    expect(orders).to_have_count(4, timeout=SECONDS)
    trader.expect_status(orders.first, "Submitted")
    expect(orders.nth(1)).to_contain_text("waits for its parent", timeout=SECONDS)
    orders.first.get_by_role("button", name="Cancel").click()
    trader.expect_status(orders.nth(2), "Cancelled")
    _spread(reader)
    row = page.locator("#orders tr", has_text="Bull call spread")
    expect(row.locator("[data-field=status]")).to_contain_text(
        re.compile("Submitted|Filled"), timeout=SECONDS
    )
    _out_again(reader)


def _first_order(reader: Reader) -> None:
    page = reader.page
    expect(page.get_by_label("Symbol", exact=True)).to_have_value("AAPL", timeout=SECONDS)
    expect(page.locator("[name=totalQuantity]")).to_have_value("100")
    page.get_by_label("Type", exact=True).select_option(label="Market (MKT)")
    said("Market (MKT)")
    said("Preview: Buy 100 AAPL MKT")
    reader.preview_and_send()


def _bracket(reader: Reader) -> None:
    page = reader.page
    reader.press("New order")
    page.get_by_label("Type", exact=True).select_option(label="Limit (LMT)")
    said("Limit (LMT)")
    page.locator("[name=totalQuantity]").fill("50")
    page.locator("[name=lmtPrice]").fill("100")
    page.locator("summary", has_text="Bracket").click()
    reader.press("Add a target")
    page.locator("#bracket-targets input").first.fill("200")
    reader.press("Add a stop")
    page.get_by_label("Stop price of the bracket").fill("90")
    reader.preview_and_send()


def _spread(reader: Reader) -> None:
    page = reader.page
    said("Options")
    page.get_by_role("link", name="Options").first.click()
    expect(page.locator("#run-text")).to_contain_text("as of", timeout=ANSWERS)
    for label, name in (("Iron condor", "Iron condor"), ("Vertical", "Bull call spread")):
        reader.press(label)
        expect(page.locator("#plan [data-field=name]")).to_contain_text(name, timeout=ANSWERS)
    reader.press("To the ticket")
    reader.preview_and_send()


OUT = (
    ("header .exits", "Cancel all"),
    ("header .exits", "Freeze new orders"),
    ("header .exits", "Kill"),
    ("#positions-block", "Flatten all"),
)


def _out_again(reader: Reader) -> None:
    page = reader.page
    page.get_by_role("link", name="Desk", exact=True).click()
    for place, label in OUT:
        said(label)
        expect(page.locator(place, has_text=label)).to_be_visible(timeout=SECONDS)
    said("Close…")
    page.locator('#positions tr[data-symbol="AAPL"]').locator("[data-close]").click()
    expect(page.locator("#close-dialog[open]")).to_contain_text("Close AAPL", timeout=SECONDS)
    page.keyboard.press("Escape")
