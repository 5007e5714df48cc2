"""Stories at the option page: a chain that fills, a trade from it, a spread, and bad days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.end_to_end.conftest import REFUSALS, watched
from tests.end_to_end.test_pages import fits, violations
from tests.end_to_end.trader import SECONDS, Trader
from tests.processes import Gateway, RunningDesk, desk, paper_gateway

ANSWERS = 50_000  # a chain may take the desk 40 seconds
NOT_FOUND = (*REFUSALS, "status of 404")
# What the line of the progress says, from the page's first moment on.
NOTE_PROGRESS = """
    window.told = [];
    addEventListener("DOMContentLoaded", () => {
        const note = () => window.told.push(document.querySelector("#run-text").textContent);
        new MutationObserver(note).observe(document.querySelector("#run"), {
            subtree: true, childList: true, characterData: true,
        });
    });
"""


@dataclass
class Options:
    """One person at the option page of a desk whose TWS can be told to have a bad day."""

    trader: Trader
    gateway: Gateway
    url: str

    @property
    def page(self) -> Page:
        return self.trader.page

    @property
    def rows(self) -> Locator:
        return self.page.locator("#chain tbody tr")

    @property
    def told(self) -> Locator:
        return self.page.locator("#run-text")

    def open(self, query: str = "symbol=AAPL") -> None:
        self.page.goto(f"{self.url}/options?{query}")

    def expect_done(self) -> None:
        expect(self.told).to_contain_text("as of", timeout=ANSWERS)
        expect(self.rows).not_to_have_count(0)

    def price(self, name: str, *, above_money: int = 0) -> Locator:
        """The button of a price, such as `C-ask`, so many rows below the line of the money."""
        line = self.page.locator("#chain tr[data-money]")
        row = (
            line if not above_money else line.locator(f"xpath=following-sibling::tr[{above_money}]")
        )
        return row.locator(f"[data-field={name}]")


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Gateway, RunningDesk]]:
    folder = tmp_path_factory.mktemp("options")
    with (
        paper_gateway(folder / "gateway", latency_ms=20) as gateway,
        desk(folder / "desk", IB_PORT=str(gateway.port), PAPER_SLEEP="0.1,0.2,0.1") as running,
    ):
        yield gateway, running


@pytest.fixture
def options(clean_page: Page, market: tuple[Gateway, RunningDesk]) -> Options:
    return at_the_page(clean_page, market)


def at_the_page(page: Page, market: tuple[Gateway, RunningDesk]) -> Options:
    gateway, running = market
    trader = Trader(page, running.url)
    trader.sign_in()
    expect(page.locator("#conn-orders")).to_have_attribute(
        "data-state", "connected", timeout=SECONDS
    )
    return Options(trader, gateway, running.url)


def test_a_chain_fills_while_it_is_read(options: Options) -> None:
    page = options.page
    page.add_init_script(NOTE_PROGRESS)
    options.gateway.drill(slow_ms=60)
    try:
        options.open("symbol=MSFT&strikes=10")
        expect(options.told).to_contain_text("open interest", timeout=ANSWERS)
    finally:
        options.gateway.drill(slow_ms=0)
    options.expect_done()
    told: list[str] = page.evaluate("told")
    for words in ("Which options exist", r"quotes and greeks \d+/20", r"open interest \d+/20"):
        assert any(re.search(words, text) for text in told), told
    expect(options.rows).to_have_count(10)
    expect(page.locator("#expiries [aria-pressed=true]")).to_have_count(1)
    for name in ("C-bid", "C-ask", "C-impliedVolatility", "C-delta", "P-openInterest"):
        expect(page.locator(f"#chain tr[data-money] [data-field={name}]")).not_to_have_text(
            "—", timeout=SECONDS
        )
    for right, count in (("C", "P"), ("P", "C")):
        marks = page.locator(f"#chain tr[data-itm={right}] [data-field={right}-itm]")
        expect(marks.first).to_have_text("ITM")
        expect(
            page.locator(f"#chain tr[data-itm={right}] [data-field={count}-itm]").first
        ).to_be_empty()


def test_another_expiry_and_more_strikes_are_a_click_away(options: Options) -> None:
    options.open("symbol=AAPL&strikes=10")
    options.expect_done()
    expect(options.rows).to_have_count(10)
    later = options.page.locator("#expiries button").nth(2)
    later.click()
    expect(later).to_have_attribute("aria-pressed", "true", timeout=ANSWERS)
    options.expect_done()
    options.page.locator("#strikes").select_option("20")
    expect(options.rows).to_have_count(20, timeout=ANSWERS)
    assert "strikes=20" in options.page.url


def test_a_price_of_the_chain_becomes_a_position(options: Options) -> None:
    page, trader = options.page, options.trader
    options.open()
    options.expect_done()
    ask = options.price("C-ask")
    price = ask.inner_text()
    strike = options.price("strike").inner_text()
    ask.click()
    ticket = page.locator("#ticket")
    expect(ticket.locator("[name=symbol]")).to_have_value(
        re.compile(rf"^AAPL \d+ \w+ \d+ {strike} C$")
    )
    expect(ticket.locator("[name=lmtPrice]")).to_have_value(price)
    expect(ticket.locator("[name=action]:checked")).to_have_value("BUY")
    expect(ticket.locator("[data-field=held]")).to_have_text("none")
    expect(options.price("C-ask")).to_have_attribute("aria-current", "true")
    trader.fill_ticket("BUY", 2, "MKT")
    preview = trader.preview()
    expect(preview.locator("[data-field=commission]")).not_to_have_text("—")
    row = trader.send()
    trader.expect_status(row, "Filled")
    name = ticket.locator("[name=symbol]").input_value()
    held = page.locator("#positions tbody tr", has_text=name)
    expect(held.locator("[data-field=position]")).to_have_text("+2", timeout=SECONDS)
    expect(ticket.locator("[data-field=held]")).to_contain_text("+2 @")


def test_the_arrow_keys_reach_a_price_and_enter_takes_it(options: Options) -> None:
    page = options.page
    options.open()
    options.expect_done()
    options.price("C-bid").focus()
    strike = options.price("strike", above_money=1).inner_text()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    ticket = page.locator("#ticket")
    expect(ticket.locator("[name=symbol]")).to_have_value(re.compile(rf" {strike} P$"))
    expect(ticket.locator("[name=action]:checked")).to_have_value("SELL")


def test_a_running_chain_is_cancelled_and_asked_again(options: Options) -> None:
    page = options.page
    options.gateway.drill(slow_ms=150)
    try:
        options.open("symbol=NVDA&strikes=40")
        expect(options.told).to_contain_text(
            re.compile(r"quotes and greeks [1-9]"), timeout=ANSWERS
        )
        page.locator("#chain-cancel").click()
        expect(page.locator("#chain-say")).to_contain_text("Cancelled", timeout=SECONDS)
        expect(page.locator("#chain-cancel")).to_be_hidden()
        expect(options.rows).not_to_have_count(0)
    finally:
        options.gateway.drill(slow_ms=0)
    page.locator("#chain-again").click()
    expect(page.locator("#chain-say")).to_be_hidden(timeout=ANSWERS)
    options.expect_done()


def test_delayed_data_is_named(options: Options) -> None:
    options.gateway.drill(data_access="delayed")
    try:
        options.open("symbol=KO&strikes=10")
        options.expect_done()
        expect(options.page.locator("#underlying .tag")).to_contain_text("delayed")
        expect(options.price("C-bid")).not_to_have_text("—")
    finally:
        options.gateway.drill(data_access="")


def test_a_symbol_without_options_says_so(page: Page, market: tuple[Gateway, RunningDesk]) -> None:
    with watched(page, NOT_FOUND):
        options = at_the_page(page, market)
        options.open("symbol=INDU")
        expect(page.locator("#chain-say")).to_contain_text("no options", timeout=ANSWERS)
        expect(page.locator("#chain-again")).to_be_visible()


def test_an_unknown_symbol_says_so_beside_the_field(
    page: Page, market: tuple[Gateway, RunningDesk]
) -> None:
    with watched(page, NOT_FOUND):
        options = at_the_page(page, market)
        options.open()
        field = page.locator("#underlying-symbol")
        field.fill("NOSUCHCO")
        field.press("Enter")
        expect(page.locator("#underlying-error")).to_contain_text("NOSUCHCO", timeout=SECONDS)
        expect(field).to_have_attribute("aria-invalid", "true")


def test_an_ambiguous_symbol_is_picked_and_never_guessed(options: Options) -> None:
    page = options.page
    options.open()
    options.expect_done()
    field = page.locator("#underlying-symbol")
    field.fill("SHOP")
    field.press("Enter")
    expect(page.locator("#underlying-error")).to_contain_text("pick one", timeout=SECONDS)
    listed = page.locator("#underlying-list li")
    expect(listed).to_have_count(2)
    for words in ("USD", "CAD"):
        expect(listed.filter(has_text=words)).to_contain_text("SHOPIFY")
    expect(page.locator("#chain-h")).to_have_text("AAPL options")
    assert violations(page) == []
    for key in ("ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#chain-h")).to_have_text("SHOP options")
    expect(page.locator("#underlying-error")).to_be_hidden()
    options.expect_done()


def test_the_page_is_accessible_in_every_look(
    look: Page, market: tuple[Gateway, RunningDesk]
) -> None:
    options = at_the_page(look, market)
    options.open()
    options.expect_done()
    options.price("P-ask").click()
    assert violations(look) == []
    assert fits(look)
