"""A good day at a fresh desk, in the order of docs/tutorial.md, with a picture of each step."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from docs.album import Album
from tests.end_to_end.trader import SECONDS, Trader
from tests.processes import ROOT, RunningDesk, until

ANSWERS = 50_000  # a chain may take the desk 40 seconds
MINUTES = 240_000
BRACKET_ROWS = 3
SMALL, LARGE = {"width": 1280, "height": 800}, {"width": 1440, "height": 900}
TALL = 1400  # an order's page with its legs and its timeline
WATCHED = ("AAPL", "MSFT", "KO", "SPY")
MARKET = "MKT"
# symbol, side, shares
TRADES = [
    ("MSFT", "BUY", 40),
    ("MSFT", "SELL", 15),
    ("SPY", "BUY", 25),
    ("NVDA", "BUY", 60),
    ("NVDA", "SELL", 60),
]
TOO_MANY = 9_000_000  # no account has the margin: IB's 201


def good_day(album: Album, page: Page, desk: RunningDesk) -> None:
    """From the first sign-in to a spread and a report."""
    page.goto(desk.url)
    album.everywhere(page, "sign-in")
    trader = Trader(page, desk.url)
    trader.sign_in()
    expect(page.locator("#conn-stream")).to_have_attribute("data-state", "live", timeout=SECONDS)
    trader.choose("AAPL")
    album.take(page, "desk-empty")
    page.get_by_role("button", name="Not now").click()
    trader.choose("AAPL")
    _first_order(album, trader)
    _refused(album, trader)
    _bracket(album, trader)
    for symbol, action, shares in TRADES:
        place(desk, symbol, action=action, totalQuantity=shares, orderType=MARKET)
    place(desk, "KO", action="BUY", totalQuantity=TOO_MANY, orderType="LMT", lmtPrice=21.5)
    _watch(trader)
    trader.choose("AAPL")
    _dismiss_notices(page)
    album.everywhere(page, "desk")
    _readme(album, page)
    _close(album, page)
    _history(album, page, desk)
    _spread(album, trader)
    _freeze(album, page, desk)
    _plain_pages(album, page, desk)
    _checklist(album, page, desk)


def _first_order(album: Album, trader: Trader) -> None:
    page = trader.page
    trader.fill_ticket("BUY", 100, MARKET)
    album.part(page, "section.ticket", "ticket")
    trader.preview()
    expect(trader.submit_button).to_contain_text("Send:", timeout=SECONDS)
    album.part(page, "section.ticket", "ticket-preview")
    trader.expect_status(trader.send(), "Filled")
    expect(trader.position("AAPL")).to_have_text("+100", timeout=SECONDS)
    album.take(page, "first-fill")
    page.locator("#ticket-new").click()


def _refused(album: Album, trader: Trader) -> None:
    """A size of 0: the desk says it beside the field, and nothing is sent."""
    trader.fill_ticket("BUY", 0, "LMT")
    trader.submit_button.click()
    expect(trader.page.locator("#error-size")).to_contain_text("above 0")
    album.part(trader.page, "section.ticket", "ticket-refused")


def _bracket(album: Album, trader: Trader) -> None:
    """A limit order 3 % below the market, with a target and a stop."""
    page = trader.page
    bid = float(page.locator("#ticket [data-field=bid]").inner_text().replace(",", ""))
    trader.fill_ticket("BUY", 50, "LMT")
    trader.set_price("lmtPrice", bid * 0.97)
    page.locator("#ticket-bracket summary").click()
    page.locator("#target-add").click()
    page.locator("#bracket-targets [data-name=lmtPrice]").fill(f"{bid * 1.05:.2f}")
    page.locator("#stop-add").click()
    page.locator("#bracket-stop [data-name=auxPrice]").fill(f"{bid * 0.94:.2f}")
    expect(page.locator("#bracket-bars li")).to_have_count(BRACKET_ROWS - 1)
    trader.preview()
    expect(trader.submit_button).to_contain_text("Send:", timeout=SECONDS)
    album.part(page, "section.ticket", "ticket-bracket")
    row = trader.send(rows=BRACKET_ROWS)
    trader.expect_status(row, "Submitted")
    page.locator("#ticket-new").click()
    album.part(page, "#orders-block", "orders-bracket")
    row.locator("[data-page]").click()
    expect(page.locator("#family li")).to_have_count(BRACKET_ROWS - 1, timeout=SECONDS)
    until(lambda: is_settled(page), "the sleep workaround is over")
    album.take(page, "order-bracket", height=TALL)
    page.goto(trader.url)


def is_settled(page: Page) -> bool:
    """Read anew: the page asks why once."""
    page.reload()
    expect(page.locator("#why .checks li").first).to_be_visible(timeout=SECONDS)
    return "are left" not in page.locator("#why").inner_text()


def _watch(trader: Trader) -> None:
    for symbol in WATCHED:
        trader.choose(symbol)
        add = trader.page.locator("#watch-add")
        expect(add).to_have_text(f"Watch + {symbol}", timeout=SECONDS)
        add.click()
        expect(add).to_have_text(f"Watched: ✓ {symbol}", timeout=SECONDS)


def _dismiss_notices(page: Page) -> None:
    page.evaluate("document.querySelectorAll('#toasts button').forEach((one) => one.click())")
    page.locator("#ticket [name=totalQuantity]").focus()
    expect(page.locator("#positions .guard").last).to_be_visible(timeout=SECONDS)


def _readme(album: Album, page: Page) -> None:
    """The picture at the top of the README."""
    page.set_viewport_size({"width": LARGE["width"], "height": LARGE["height"]})
    (ROOT / "docs/desk.png").write_bytes(album.reduced(page.screenshot()))
    page.set_viewport_size({"width": SMALL["width"], "height": SMALL["height"]})


def _close(album: Album, page: Page) -> None:
    page.locator('#positions tr[data-symbol="AAPL"] [data-close]').click()
    expect(page.locator("#close-dialog[open]")).to_be_visible(timeout=SECONDS)
    album.part(page, "#close-dialog", "close")
    page.keyboard.press("Escape")


def _history(album: Album, page: Page, desk: RunningDesk) -> None:
    """The blotter, one order, fills and profit."""
    page.goto(f"{desk.url}/orders")
    expect(page.locator("#live")).to_contain_text("Live", timeout=SECONDS)
    album.everywhere(page, "orders")
    orders = desk.call("GET", "/api/v1/orders?status=all")[1]["orders"]
    for name, wanted in (("order", "filled"), ("order-rejected", "rejected")):
        key = next(one["clientOrderId"] for one in orders if one["state"] == wanted)
        page.goto(f"{desk.url}/orders/{key}")
        expect(page.locator("#why")).to_be_visible(timeout=SECONDS)
        album.everywhere(page, name)
    page.goto(f"{desk.url}/executions")
    expect(page.locator("main tbody tr").first).to_be_visible(timeout=SECONDS)
    album.everywhere(page, "executions")
    page.goto(f"{desk.url}/account")
    expect(page.locator("#held .guard").first).to_contain_text("top", timeout=SECONDS)
    album.everywhere(page, "account")
    page.goto(f"{desk.url}/profit")
    expect(page.locator("#symbols tbody tr").first).to_contain_text("MSFT", timeout=SECONDS)
    album.everywhere(page, "profit")


def _spread(album: Album, trader: Trader) -> None:
    """A chain, an iron condor and a spread with their payoff, and the spread's preview."""
    page = trader.page
    page.goto(f"{trader.url}/options?symbol=AAPL&strikes=10")
    interest = page.locator("#chain tr[data-money] [data-field=C-openInterest]")
    expect(interest).not_to_have_text("—", timeout=ANSWERS)
    expect(page.locator("#run-text")).to_contain_text("as of", timeout=ANSWERS)
    album.everywhere(page, "options")
    for kind, words, name in (
        ("iron-condor", "Iron condor", "iron-condor"),
        ("vertical", "Bull call spread", "spread"),
    ):
        page.locator(f"[data-kind={kind}]").click()
        expect(page.locator("#plan [data-field=name]")).to_contain_text(words, timeout=ANSWERS)
        album.part(page, "#strategy", name)
    page.locator("#to-ticket").click()
    trader.preview()
    expect(trader.submit_button).to_contain_text("Send:", timeout=SECONDS)
    album.part(page, "section.ticket", "spread-ticket")
    trader.send()
    album.part(page, "#orders-block", "spread-order")


def _freeze(album: Album, page: Page, desk: RunningDesk) -> None:
    desk.call("POST", "/api/v1/freeze")
    page.goto(desk.url)
    expect(page.locator("#frozen")).to_be_visible(timeout=SECONDS)
    expect(page.locator("#ticket [data-field=bid]")).not_to_have_text("—", timeout=SECONDS)
    album.take(page, "frozen")
    desk.call("DELETE", "/api/v1/freeze")


def _plain_pages(album: Album, page: Page, desk: RunningDesk) -> None:
    page.goto(f"{desk.url}/health")
    expect(page.locator("#ready")).to_contain_text("could be placed", timeout=SECONDS)
    album.everywhere(page, "health")
    for name in ("me", "settings", "users", "setup", "audit", "docs"):
        page.goto(f"{desk.url}/{name}")
        album.everywhere(page, name)


def _checklist(album: Album, page: Page, desk: RunningDesk) -> None:
    """A whole run: about a minute."""
    page.goto(f"{desk.url}/checklist")
    page.locator("#start").click()
    expect(page.locator(".check-lines li").nth(8)).to_be_visible(timeout=MINUTES)
    album.everywhere(page, "checklist-running")
    page.locator("#reports a").first.click(timeout=MINUTES)
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=SECONDS)
    album.everywhere(page, "checklist")


def place(desk: RunningDesk, symbol: str, wait: str = "ack", **order: Any) -> str:
    """One order by the API; returns its clientOrderId."""
    body = {"contract": {"symbol": symbol}, "order": order, "wait": wait}
    answer = desk.call("POST", "/api/v1/orders", body)[1]
    key = str(answer["clientOrderId"])
    if wait != "none":
        until(lambda: state(desk, key) not in ("intent", "sending"), f"{symbol}: {answer}")
    return key


def state(desk: RunningDesk, key: str) -> str:
    return str(desk.call("GET", f"/api/v1/orders/{key}")[1]["state"])
