"""What a user keeps and looks back at: the watchlist on the desk, and profit and loss."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, Request, expect

from tests.end_to_end.test_pages import fits, violations
from tests.end_to_end.trader import SECONDS, Trader
from tests.processes import RunningDesk, until

PICTURES = os.environ.get("PICTURES_DIR", "")
SYMBOL, SIZE = "MSFT", 3
TWO_TURNS_MS = 41_000  # a page asks every 20 seconds


def picture(page: Page, name: str) -> None:
    """For a person to look at: PICTURES_DIR=/tmp/pictures."""
    if PICTURES:
        size = page.viewport_size or {"width": 0}
        scheme = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        file = f"{name}-{'dark' if scheme else 'light'}-{size['width']}.png"
        page.screenshot(path=Path(PICTURES) / file, full_page=True)


def rows(page: Page) -> Locator:
    return page.locator("#watchlist li")


def symbols(page: Page) -> list[str]:
    return [text.strip() for text in page.locator("#watchlist b").all_inner_texts()]


def watch(trader: Trader, symbol: str) -> None:
    trader.choose(symbol)
    add = trader.page.locator("#watch-add")
    expect(add).to_have_text(f"Watch + {symbol}", timeout=SECONDS)
    expect(add).to_be_enabled(timeout=SECONDS)
    add.click()
    expect(add).to_have_text(f"Watched: ✓ {symbol}")


def listed(desk: RunningDesk) -> list[dict[str, Any]]:
    contracts: list[dict[str, Any]] = desk.call("GET", "/api/v1/watchlist")[1]["contracts"]
    return contracts


def kept(desk: RunningDesk) -> list[str]:
    return [one["symbol"] for one in listed(desk)]


def test_a_watchlist_is_made_changed_and_found_again(clean_page: Page, a_desk: RunningDesk) -> None:
    trader = Trader(clean_page, a_desk.url)
    trader.sign_in()
    expect(clean_page.locator("#watch-block .note")).to_contain_text(
        "Nothing is watched yet", timeout=SECONDS
    )
    for symbol in ("AAPL", "MSFT", "TSLA"):
        watch(trader, symbol)
    assert symbols(clean_page) == ["AAPL", "MSFT", "TSLA"]
    for row in rows(clean_page).all():
        expect(row.locator("[data-field=last]")).not_to_have_text("—", timeout=SECONDS)
    clean_page.locator("#watch-edit").click()
    clean_page.get_by_role("button", name="Move up TSLA").click()
    clean_page.get_by_role("button", name="Remove AAPL").click()
    assert symbols(clean_page) == ["TSLA", "MSFT"]
    assert violations(clean_page) == []
    until(lambda: kept(a_desk) == ["TSLA", "MSFT"], "the desk has kept the list")
    clean_page.reload()
    expect(rows(clean_page)).to_have_count(2, timeout=SECONDS)
    rows(clean_page).nth(1).locator(".watch-row").click()
    expect(clean_page.locator("#chart-h")).to_have_text("MSFT")
    expect(rows(clean_page).nth(1)).to_have_attribute("aria-current", "true")


def test_one_question_names_all_that_the_desk_shows(clean_page: Page, a_desk: RunningDesk) -> None:
    watchlist(a_desk, "KO", "TSLA")
    clean_page.clock.install()
    trader = Trader(clean_page, a_desk.url)
    trader.sign_in()
    expect(rows(clean_page)).to_have_count(2, timeout=SECONDS)
    trader.choose("MSFT")
    questions: list[set[str]] = []
    clean_page.on("request", lambda request: note_question(request, questions))
    clean_page.clock.run_for(TWO_TURNS_MS)
    until(lambda: clean_page.evaluate("1") and len(questions) >= 2, "the page has asked twice")
    assert all(one == {"MSFT", "KO", "TSLA"} for one in questions)


def watchlist(desk: RunningDesk, *symbols: str) -> None:
    names = ("conId", "symbol", "secType", "exchange", "currency")
    entries = []
    for symbol in symbols:
        path = f"/api/v1/contracts/resolve?symbol={symbol}"
        found = desk.call("GET", path)[1]["contract"]
        entries.append({name: found[name] for name in names} | {"description": ""})
    assert desk.call("PUT", "/api/v1/watchlist", {"contracts": entries})[0] == 200


def note_question(request: Request, questions: list[set[str]]) -> None:
    if request.url.endswith("/watching"):
        asked: dict[str, Any] = request.post_data_json or {}
        questions.append({one["symbol"] for one in asked["contracts"]})


def test_profit_is_shown_by_day_and_by_symbol_in_every_look(
    look: Page, a_desk: RunningDesk
) -> None:
    trade(a_desk)
    Trader(look, a_desk.url).sign_in()
    look.goto(f"{a_desk.url}/profit")
    # Others have traded on this desk too.
    traded = look.locator("#symbols tbody tr").filter(has_text=f"{SYMBOL} STK")
    expect(traded).to_have_count(1, timeout=SECONDS)
    expect(look.locator("#days tbody tr").first).to_be_visible()
    expect(look.locator("#sums [data-field=realized]")).to_contain_text("USD")
    expect(look.locator("#sums [data-field=commission]")).to_contain_text("USD")
    expect(look.locator("#days-plot svg")).to_be_visible()
    expect(look.locator("#incomplete")).to_be_hidden()
    picture(look, "profit")
    assert violations(look) == []
    assert fits(look)
    look.get_by_role("button", name="Week").click()
    expect(look.get_by_role("button", name="Week")).to_have_attribute("aria-pressed", "true")
    with look.expect_download() as download:
        look.locator("[data-csv=symbols]").click()
    assert download.value.suggested_filename == "profit-symbols.csv"
    assert f"{SYMBOL},STK," in Path(download.value.path()).read_text()


def test_a_bar_ends_where_its_axis_says(trader: Trader, a_desk: RunningDesk) -> None:
    page = trader.page
    page.goto(f"{a_desk.url}/settings")
    texts = page.evaluate("""() => import('/static/core/plot.js').then(({ bars }) => {
      const root = document.querySelector('main').appendChild(document.createElement('div'));
      root.style.height = '140px';
      bars(root)([{ value: -10.41, label: 'today' }], 0);
      return [...root.querySelectorAll('text')].map(({ textContent }) => textContent);
    })""")
    assert "−10.41" in texts


def trade(desk: RunningDesk) -> None:
    """Buy and sell once, so that something is realised."""
    if is_realised(desk):
        return
    for action in ("BUY", "SELL"):
        body = {
            "contract": {"symbol": SYMBOL},
            "order": {"action": action, "totalQuantity": SIZE, "orderType": "MKT"},
        }
        assert desk.call("POST", "/api/v1/orders", body)[1]["state"] == "filled"
    until(lambda: is_realised(desk), "IB has reported the profit")


def is_realised(desk: RunningDesk) -> bool:
    answer: dict[str, Any] = desk.call("GET", "/api/v1/profit")[1]
    return any(
        one["symbol"] == SYMBOL and one["realizedPNL"] is not None for one in answer["symbols"]
    )
