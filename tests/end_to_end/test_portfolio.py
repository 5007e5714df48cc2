"""What protects a position, from the first fill to the orphan, and the account's page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.end_to_end.furnished import order
from tests.end_to_end.test_blotter import TELL
from tests.end_to_end.test_pages import TWO_FRAMES, fits, violations
from tests.end_to_end.trader import SECONDS, Trader
from tests.processes import RunningDesk, desk, paper_gateway

FIRST, SECOND = "DU1234567", "DU1234568"
# What the page's book says is held of a symbol while an account is shown.
# In one turn: TWS goes on telling.
HELD_OF = """([account, symbol, forgotten]) =>
  import('/static/core/book.js').then(({book, positionOf}) => {
  document.body.dataset.account = account;
  for (const [key, one] of book.positions)
    if (one.account === forgotten) book.positions.delete(key);
  const row = [...book.positions.values()].find(({contract}) => contract.symbol === symbol);
  return positionOf(row.contract)?.position;
})"""
BRACKET = {"targets": [{"lmtPrice": 900}], "stop": {"orderType": "STP", "auxPrice": 20.5}}

NO_POSITIONS: dict[str, Any] = {"known": True, "positions": []}
AN_ORPHAN = {
    "clientOrderId": "o-9",
    "orderId": 9,
    "origin": "desk",
    "kind": "stop",
    "how": "works",
    "why": "",
    "action": "SELL",
    "orderType": "STP",
    "quantity": 100,
    "price": 50,
    "ocaGroup": None,
    "parent": "p",
    "account": FIRST,
    "contract": {"symbol": "KO", "secType": "STK"},
    "held": 0,
    "excess": 100,
}
ASKED_AGAIN_MS = 12_000


@pytest.fixture(scope="module")
def a_family(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """A desk whose TWS has two accounts, with shares in both."""
    folder: Path = tmp_path_factory.mktemp("family")
    with (
        paper_gateway(folder / "gateway", accounts=2) as gateway,
        desk(folder / "desk", IB_PORT=str(gateway.port), PAPER_SLEEP="0") as running,
    ):
        buy(running, "MSFT", 30)
        buy(running, "SPY", 5, account=SECOND)
        yield running


def buy(running: RunningDesk, symbol: str, shares: int, **more: Any) -> str:
    account = more.pop("account", FIRST)
    fields = {"totalQuantity": shares, "orderType": "MKT", "account": account}
    return order(running, "filled", symbol, fields, more.get("bracket"))


def sign_in(page: Page, running: RunningDesk) -> Trader:
    trader = Trader(page, running.url)
    trader.sign_in()
    return trader


def guard(page: Page, symbol: str) -> Locator:
    return page.locator(f'#positions tr[data-symbol="{symbol}"] .guard')


def test_a_position_from_its_bracket_to_its_orphan(clean_page: Page, a_family: RunningDesk) -> None:
    page, marker = clean_page, guard(clean_page, "KO")
    entry = buy(a_family, "KO", 100, bracket=BRACKET)
    sign_in(page, a_family)
    expect(marker).to_contain_text("Stop 100 of 100 @ 20.50 · target 100 @ 900.00", timeout=SECONDS)
    expect(marker.get_by_role("button")).to_be_hidden()
    # Its stop is cancelled: the target alone protects nothing.
    stop = page.locator(f'#orders tr[data-client-order-id="{entry}-s1"]')
    stop.locator("[data-cancel]").click()
    expect(marker).to_contain_text("No stop", timeout=SECONDS)
    # The ticket is filled and nothing is sent: the price is the trader's to say.
    orders = page.locator("#orders tbody tr").count()
    marker.get_by_role("button", name="Add a stop for KO").click()
    ticket = page.locator("#ticket")
    expect(ticket.locator("[name=orderType]")).to_have_value("STP")
    expect(ticket.locator("[name=totalQuantity]")).to_have_value("100")
    expect(ticket.locator("[name=auxPrice]")).to_be_focused()
    expect(ticket.locator("[name=auxPrice]")).to_have_value("")
    expect(ticket.locator("[value=SELL]")).to_be_checked()
    expect(page.locator("#orders tbody tr")).to_have_count(orders)
    # It is sold by hand: the target has nothing to close any more.
    fields = {"action": "SELL", "totalQuantity": 100, "orderType": "MKT", "account": FIRST}
    order(a_family, "filled", "KO", fields)
    orphan = page.locator("#orphans li")
    expect(orphan).to_contain_text("has no position to close any more", timeout=SECONDS)
    expect(orphan.get_by_role("link")).to_have_attribute("href", f"/orders/{entry}-t1")
    assert violations(page) == []
    orphan.get_by_role("button").click()
    question = page.locator("#confirm-dialog")
    expect(question).to_contain_text("Cancel this order?")
    question.get_by_role("button", name="Cancel the order").click()
    expect(orphan).to_have_count(0, timeout=SECONDS)


def test_an_orphan_stays_named_while_nobody_answers(page: Page, a_family: RunningDesk) -> None:
    path = "**/api/v1/protection*"
    page.route(path, lambda route: route.fulfill(json=NO_POSITIONS | {"orphans": [AN_ORPHAN]}))
    page.clock.install()
    sign_in(page, a_family)
    orphans = page.locator("#orphans li")
    expect(orphans).to_contain_text("has no position to close any more", timeout=SECONDS)
    page.route(path, lambda route: route.fulfill(status=503, json={"error": "TWS is away"}))
    with page.expect_response(path):
        page.evaluate(TELL, ["hello", {"reset": True}])
    page.evaluate(TWO_FRAMES)
    expect(orphans).to_have_count(1)
    page.route(path, lambda route: route.fulfill(json=NO_POSITIONS | {"orphans": []}))
    page.clock.run_for(ASKED_AGAIN_MS)
    expect(orphans).to_have_count(0, timeout=SECONDS)


def test_closing_names_the_orders_that_go_and_those_that_stay(
    clean_page: Page, a_family: RunningDesk
) -> None:
    fields = {"action": "SELL", "totalQuantity": 20, "orderType": "STP", "auxPrice": 10.5}
    name = order(a_family, "live", "MSFT", fields | {"account": FIRST})
    sign_in(clean_page, a_family)
    expect(guard(clean_page, "MSFT")).to_contain_text("Stop 20 of 30 @ 10.50", timeout=SECONDS)
    clean_page.locator('#positions tr[data-symbol="MSFT"] [data-close]').click()
    dialog = clean_page.locator("#close-dialog")
    expect(dialog).to_contain_text("Cancelled first: Sell 20 STP @ 10.50")
    dialog.locator(".side:has([value='50'])").click()
    expect(dialog).to_contain_text("Left as they are: Sell 20 STP @ 10.50")
    expect(dialog).to_contain_text("15 are held then: check their sizes")
    assert a_family.call("DELETE", f"/api/v1/orders/{name}")[0] in (200, 202)


def test_the_ticket_shows_and_closes_what_its_own_account_holds(
    clean_page: Page, a_family: RunningDesk
) -> None:
    page = clean_page
    trader = sign_in(page, a_family)
    expect(page.locator("body")).to_have_attribute("data-account", FIRST, timeout=SECONDS)
    expect(trader.position("SPY")).to_have_text("+5", timeout=SECONDS)  # in the second account
    trader.choose("SPY")
    held = page.locator("#ticket [data-field=held]")
    expect(held).to_contain_text("none")
    expect(page.get_by_role("button", name="Close position")).to_be_hidden()
    trader.choose("MSFT")
    expect(held).to_contain_text("+30")


def test_while_no_account_is_known_what_several_hold_is_nobodys(
    clean_page: Page, a_family: RunningDesk
) -> None:
    page = clean_page
    trader = sign_in(page, a_family)
    expect(trader.position("SPY")).to_have_text("+5", timeout=SECONDS)
    assert page.evaluate(HELD_OF, ["", "SPY", ""]) is None
    assert page.evaluate(HELD_OF, [SECOND, "SPY", ""]) == 5
    assert page.evaluate(HELD_OF, ["", "SPY", FIRST]) == 5


def test_the_account_has_a_tab_for_each_account_and_one_for_all(
    clean_page: Page, a_family: RunningDesk
) -> None:
    page = clean_page
    sign_in(page, a_family)
    page.locator("#account a").first.click()
    rows, tabs = page.locator("#held tbody tr"), page.locator("#accounts button")
    expect(tabs).to_have_text([FIRST, SECOND, "All"], timeout=SECONDS)
    expect(rows.filter(has_text="MSFT")).to_have_count(1)
    expect(rows.filter(has_text="SPY")).to_have_count(0)
    expect(page.locator("#tiles [data-field=DayTradesRemaining]")).to_have_text("no limit")
    tabs.filter(has_text=SECOND).click()
    expect(rows).to_have_count(1, timeout=SECONDS)
    expect(rows).to_contain_text("SPY")
    tabs.filter(has_text="All").click()
    expect(rows.filter(has_text="MSFT")).to_have_count(1, timeout=SECONDS)
    expect(rows.filter(has_text="SPY")).to_have_count(1)
    expect(page.locator("#tiles [data-field=NetLiquidation]")).to_contain_text("1,999,99")
    expect(page.locator("#tiles [data-field=Cushion]")).to_have_text("—")
    expect(page).to_have_url(f"{a_family.url}/account?account=All")


def test_values_are_searched_and_explained(clean_page: Page, a_family: RunningDesk) -> None:
    page = clean_page
    sign_in(page, a_family)
    page.goto(f"{a_family.url}/account?account={FIRST}")
    values = page.locator("#values tbody tr")
    expect(values.nth(100)).to_be_attached(timeout=SECONDS)
    page.get_by_label("Search").fill("cushion")
    expect(values).to_have_count(1)
    expect(values).to_contain_text("Excess liquidity as a share of net liquidation")
    page.get_by_label("Search").fill("nothing like that")
    expect(page.locator("#values .note")).to_have_text("No value with these words.")


def test_the_account_prints_without_controls_but_says_what_was_searched_for(
    clean_page: Page, a_family: RunningDesk
) -> None:
    page = clean_page
    sign_in(page, a_family)
    page.goto(f"{a_family.url}/account?account={FIRST}")
    expect(page.locator("#held .guard").first).to_be_visible(timeout=SECONDS)
    page.emulate_media(media="print")
    chosen = page.locator('main :is(button, input, a):visible:not([aria-pressed="true"])')
    expect(chosen).to_have_count(0)
    expect(page.locator("#held")).to_contain_text("No stop", use_inner_text=True)
    page.emulate_media(media="screen")
    page.get_by_label("Search").fill("cushion")
    page.emulate_media(media="print")
    expect(page.get_by_label("Search")).to_be_visible()


def test_the_account_page_leads_to_the_ticket(clean_page: Page, a_family: RunningDesk) -> None:
    page = clean_page
    sign_in(page, a_family)
    page.goto(f"{a_family.url}/account")
    row = page.locator("#held tbody tr", has_text="MSFT")
    row.get_by_role("button", name="Add a stop for MSFT").click(timeout=SECONDS)
    expect(page.locator("#ticket [name=totalQuantity]")).to_have_value("30", timeout=SECONDS)
    expect(page.locator("#ticket [name=orderType]")).to_have_value("STP")
    expect(page).to_have_url(f"{a_family.url}/")


def test_what_matters_of_a_position_is_seen_without_scrolling(
    clean_page: Page, a_family: RunningDesk
) -> None:
    page = clean_page
    sign_in(page, a_family)
    page.goto(f"{a_family.url}/account?account={FIRST}")
    row = page.locator("#held tbody tr", has_text="MSFT")
    table = page.locator("#held .scroll")
    expect(row.locator("[data-word]")).to_contain_text("top", timeout=SECONDS)  # stop or no stop
    assert table.evaluate("(node) => node.scrollWidth <= node.clientWidth")
    page.set_viewport_size({"width": 390, "height": 844})
    for part in ("position", "unrealizedPNL"):
        assert seen(row.locator(f"[data-field={part}]")), part
    assert seen(row.get_by_role("button", name="Close… MSFT"))


def seen(cell: Locator) -> bool:
    """Nothing lies over it, at its right end either."""
    cell.scroll_into_view_if_needed()
    found: bool = cell.evaluate("""(node) => {
      const { right, top, height } = node.getBoundingClientRect();
      const there = document.elementFromPoint(right - 4, top + height / 3);
      return node === there || node.contains(there);
    }""")
    return found


def test_the_account_page_fits_in_every_look(look: Page, a_family: RunningDesk) -> None:
    sign_in(look, a_family)
    look.goto(f"{a_family.url}/account?account=All")
    expect(look.locator("#held .guard").first).to_be_visible(timeout=SECONDS)
    assert fits(look)
    assert violations(look) == []
