"""Stories at the option page: a chain that fills, a trade from it, a spread, and bad days."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.end_to_end.conftest import REFUSALS, Market, bad_day, watched
from tests.end_to_end.test_pages import fits, violations
from tests.end_to_end.trader import SECONDS, Trader
from tests.processes import Gateway

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
# The fields of the chain that are written when the price of one call moves, of that row alone.
ONE_QUOTE = """async () => {
    const { chain } = await import("/static/market/chain.js");
    const { tell } = await import("/static/core/book.js");
    const { draw } = await import("/static/market/chain_table.js");
    draw();
    const { strike, call } = [...chain.rows.values()].find((row) => row.call);
    const watch = new MutationObserver(() => {});
    watch.observe(document.querySelector("#chain tbody"), {
        subtree: true, childList: true, characterData: true,
    });
    const time = new Date(Date.now() + 1000).toISOString();
    tell("quote", { ...call, contract: { conId: call.conId }, bid: 1234.5, ask: 1234.6, time });
    draw();
    return watch.takeRecords()
        .map(({ target }) => target.parentElement)
        .filter((node) => node.closest("tr").dataset.key === String(strike))
        .map((node) => node.dataset.field).sort();
}"""


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


@pytest.fixture
def options(clean_page: Page, a_market: Market) -> Options:
    return at_the_page(clean_page, a_market)


def at_the_page(page: Page, market: Market) -> Options:
    trader = Trader(page, market.desk.url)
    trader.sign_in()
    expect(page.locator("#conn-orders")).to_have_attribute(
        "data-state", "connected", timeout=SECONDS
    )
    return Options(trader, market.gateway, market.desk.url)


def test_a_chain_fills_while_it_is_read(options: Options) -> None:
    page = options.page
    page.add_init_script(NOTE_PROGRESS)
    with bad_day(options.gateway, slow_ms=60):
        options.open("symbol=ORCL&strikes=10")
        expect(options.told).to_contain_text("open interest", timeout=ANSWERS)
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


# Both before the price can move.
READ_AND_CLICK = "(node) => { const price = node.innerText; node.click(); return price; }"


def test_a_price_of_the_chain_becomes_a_position(options: Options) -> None:
    page, trader = options.page, options.trader
    options.open()
    options.expect_done()
    strike = options.price("strike").inner_text()
    price = options.price("C-ask").evaluate(READ_AND_CLICK)
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


def test_a_price_that_moves_patches_its_own_cell_alone(options: Options) -> None:
    options.open("symbol=AAPL&strikes=20")
    options.expect_done()
    places = options.page.evaluate(ONE_QUOTE)
    assert places == ["C-ask", "C-bid"]


def test_a_running_chain_is_cancelled_and_asked_again(options: Options) -> None:
    page = options.page
    with bad_day(options.gateway, slow_ms=150):
        options.open("symbol=NVDA&strikes=40")
        expect(options.told).to_contain_text(
            re.compile(r"quotes and greeks [1-9]"), timeout=ANSWERS
        )
        page.locator("#chain-cancel").click()
        expect(page.locator("#chain-say")).to_contain_text("Cancelled", timeout=SECONDS)
        expect(page.locator("#chain-cancel")).to_be_hidden()
        expect(options.rows).not_to_have_count(0)
    page.locator("#chain-again").click()
    expect(page.locator("#chain-say")).to_be_hidden(timeout=ANSWERS)
    options.expect_done()


def test_a_spread_shows_its_payoff_and_what_it_would_do(options: Options) -> None:
    page, trader = options.page, options.trader
    options.open()
    options.expect_done()
    page.locator("[data-kind=vertical]").click()
    payoff = page.locator("#payoff")
    words = re.compile(r"gains at most [\d.]+ USD, loses at most [\d.]+ USD, and breaks even at")
    expect(payoff).to_have_attribute("aria-label", words, timeout=SECONDS)
    for mark in (".p-line", ".p-now", ".p-zero", ".p-spot", ".p-mark"):
        expect(payoff.locator(mark)).to_have_count(1)
    expect(payoff).to_contain_text(re.compile(r"even \d+"))
    legs = page.locator("#legs tbody tr")
    expect(legs).to_have_count(2)
    assert violations(page) == []
    page.locator("#to-ticket").click()
    ticket = page.locator("#ticket")
    name = re.compile(r"^Bull call spread AAPL \d+ \w+ \d+ [\d.]+/[\d.]+$")
    expect(ticket.locator("[name=symbol]")).to_have_value(name)
    ticket.locator("[name=lmtPrice]").fill("0.05")
    preview = trader.preview()
    expect(preview.locator("[data-field=initMarginChange]")).to_have_text(re.compile(r"\d"))
    expect(preview.locator("[data-field=commission]")).to_have_text(re.compile(r"\d"))
    expect(preview.locator("[data-field=notional]")).to_have_text("5.00 USD")
    row = trader.send()
    trader.expect_status(row, "Submitted")
    expect(row.locator("[data-field=symbol]")).to_have_text(name)
    row.locator("[data-cancel]").click()
    trader.expect_status(row, "Cancelled")


@pytest.mark.parametrize(
    ("kind", "name", "legs"),
    [
        ("straddle", "Long straddle", 2),
        ("iron-condor", "Iron condor", 4),
        ("calendar", "calendar", 2),
    ],
)
def test_the_usual_strategies_are_a_click(
    options: Options, kind: str, name: str, legs: int
) -> None:
    page = options.page
    options.open("symbol=MSFT")
    options.expect_done()
    page.locator(f"[data-kind={kind}]").click()
    expect(page.locator("#plan [data-field=name]")).to_contain_text(name, timeout=ANSWERS)
    expect(page.locator("#legs tbody tr")).to_have_count(legs)
    expect(page.locator("#plan [data-field=breakEvens]")).to_have_text(re.compile(r"\d, \d"))


def test_a_strategy_is_built_leg_by_leg(options: Options) -> None:
    page = options.page
    options.open()
    options.expect_done()
    page.locator("#leg-mode").click()
    options.price("P-bid").click()
    expect(page.locator("#to-ticket")).to_be_disabled()
    options.price("P-ask", above_money=2).click()
    expect(page.locator("#plan [data-field=name]")).to_have_text("Bear put spread", timeout=SECONDS)
    page.locator("#legs-reverse").click()
    expect(page.locator("#plan [data-field=name]")).to_have_text("Bull put spread", timeout=SECONDS)
    page.locator("#legs-clear").click()
    expect(page.locator("#plan")).to_be_hidden()


def test_a_leg_never_takes_an_option_of_another_expiry_that_is_shown(options: Options) -> None:
    """Its strikes are chosen from its own expiry: the order would be another one than it says."""
    page = options.page
    options.open()
    options.expect_done()
    page.locator("[data-kind=vertical]").click()
    leg = page.locator("#legs tbody tr").first.locator("select")
    expect(leg.locator("option").nth(9)).to_be_attached()
    before, other = leg.input_value(), leg.locator("option").nth(9).get_attribute("value") or ""
    shown = page.locator("#expiries [aria-pressed=true]")
    own = shown.get_attribute("data-expiry") or ""
    shown.locator("xpath=following-sibling::button[1]").click()
    expect(shown).not_to_have_attribute("data-expiry", own)
    options.expect_done()
    leg.select_option(other)
    expect(page.locator("#strategy-say")).to_contain_text("Choose the leg's expiry first")
    expect(leg).to_have_value(before)
    expect(leg.locator("option")).to_have_count(1)
    page.locator(f"#expiries [data-expiry='{own}']").click()
    expect(shown).to_have_attribute("data-expiry", own)
    options.expect_done()
    page.locator("#legs-reverse").click()
    leg.select_option(other)
    expect(leg).to_have_value(other)


def test_half_of_the_strikes_missing_are_holes_with_a_reason(options: Options) -> None:
    with bad_day(options.gateway, missing_definitions=2):
        options.open("symbol=GOOGL&strikes=10")
        options.expect_done()
        expect(options.told).to_contain_text("without a contract")
        hole = options.rows.filter(has=options.page.locator("button[disabled]")).first
        expect(hole.locator("[data-field=C-delta]")).to_have_text("—")
        expect(hole.locator("[data-field=C-delta]")).to_have_attribute(
            "title", re.compile("lists no contract")
        )
        assert options.rows.filter(has=options.page.locator("td button:enabled")).count() >= 10


def test_a_farm_that_is_down_at_the_start_is_waited_for(page: Page, a_market: Market) -> None:
    with watched(page, (*REFUSALS, "status of 504")):
        options = at_the_page(page, a_market)
        with bad_day(options.gateway, secdef_broken=True):
            options.open("symbol=INTC&strikes=10")
            expect(options.told).to_contain_text("farm", timeout=ANSWERS)
            expect(page.locator("#chain-cancel")).to_be_visible()
        options.expect_done()
        expect(options.rows).to_have_count(10)


def test_a_chain_is_asked_for_when_its_progress_can_be_heard(options: Options) -> None:
    asked: list[str] = []
    options.page.on("request", lambda one: asked.append(one.url.split("?")[0].split("/")[-1]))
    options.open("symbol=INTC&strikes=10")
    options.expect_done()
    assert asked.index("stream") < asked.index("fetch-chain")


def test_a_competing_session_is_told_and_ends(options: Options) -> None:
    page = options.page
    with bad_day(options.gateway, competing_session=True):
        options.open("symbol=XOM&strikes=10")
        options.expect_done()
        expect(options.told).to_contain_text("without a quote")
        for place in ("#banner", "#chain-notes"):
            expect(page.locator(place)).to_contain_text("10197", timeout=SECONDS)
        expect(options.price("C-bid").or_(page.locator("[data-field=C-bid]").first)).to_have_text(
            "—"
        )
        assert violations(page) == []
    page.locator("#chain-again").click()
    expect(options.told).not_to_contain_text("without a quote", timeout=ANSWERS)
    expect(page.locator("#banner")).to_be_hidden(timeout=ANSWERS)


def test_delayed_data_is_named(options: Options) -> None:
    with bad_day(options.gateway, data_access="delayed"):
        options.open("symbol=KO&strikes=10")
        options.expect_done()
        expect(options.page.locator("#underlying .tag")).to_contain_text("delayed")
        expect(options.price("C-bid")).not_to_have_text("—")


def test_a_symbol_without_options_says_so(page: Page, a_market: Market) -> None:
    with watched(page, NOT_FOUND):
        options = at_the_page(page, a_market)
        options.open("symbol=INDU")
        expect(page.locator("#chain-say")).to_contain_text("no options", timeout=ANSWERS)
        expect(page.locator("#chain-again")).to_be_visible()


def test_an_unknown_symbol_says_so_beside_the_field(page: Page, a_market: Market) -> None:
    with watched(page, NOT_FOUND):
        options = at_the_page(page, a_market)
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


def test_the_page_is_accessible_in_every_look(look: Page, a_market: Market) -> None:
    options = at_the_page(look, a_market)
    options.open()
    options.expect_done()
    options.price("P-ask").click()
    assert violations(look) == []
    assert fits(look)
