"""What is within reach on every page: connections, stops, news, keys, the clock, one stream."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from relay.away import away_status, utc_now
from tests.end_to_end.conftest import watched
from tests.end_to_end.test_own_pages import picture
from tests.end_to_end.test_pages import fits, violations
from tests.end_to_end.test_settings import live, place, toast
from tests.end_to_end.trader import SECONDS, Trader
from tests.processes import RunningDesk, until

# Pages that are no lists of orders, of every kind.
PATHS = ["/profit", "/health", "/me", "/users", "/agents", "/audit", "/checklist", "/settings"]
TABS = 8  # a browser opens six connections to a desk
ASLEEP_MS = 60_000
ORDERS = "**/api/v1/orders?status=*"


def rest(desk: RunningDesk) -> dict[str, Any]:
    """An order that works until somebody cancels it."""
    return place(desk, orderType="LMT", lmtPrice=1)


def state(desk: RunningDesk, order: dict[str, Any]) -> str:
    return str(desk.call("GET", f"/api/v1/orders/{order['clientOrderId']}")[1]["state"])


def open_page(page: Page, desk: RunningDesk, path: str) -> None:
    page.goto(f"{desk.url}{path}")
    live(page)


@pytest.mark.parametrize("path", [*PATHS, "/docs", "/account", "/setup"])
def test_a_fill_makes_a_toast_and_the_connections_are_shown(
    trader: Trader, a_desk: RunningDesk, path: str
) -> None:
    page = trader.page
    open_page(page, a_desk, path)
    for name in ("data", "orders"):
        expect(page.locator(f"#conn-{name}")).to_have_attribute("data-state", "connected")
    expect(toast(page, place(a_desk))).to_be_visible(timeout=SECONDS)


def test_notices_cover_neither_numbers_to_trade_by_nor_buttons(trader: Trader) -> None:
    page = trader.page
    live(page)
    page.evaluate(THREE_NOTICES)
    expect(page.locator(".toast")).to_have_count(3)
    under = ("body > header", "#account", ".quote", "#ticket", "#positions-block", "#orders-block")
    assert [name for name in under if lies_under_a_notice(page, name)] == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert not lies_under_a_notice(page, ".exits")


THREE_NOTICES = """() => import('/static/core/notices.js').then(({ toast }) => {
  for (const key of ['one', 'two', 'three']) toast(key, ['warn', 'error'], 'No margin. '.repeat(9));
})"""


def lies_under_a_notice(page: Page, name: str) -> bool:
    found: bool = page.locator(name).evaluate("""(node) => {
      const one = node.getBoundingClientRect();
      const other = document.querySelector('#toasts').getBoundingClientRect();
      const apart = one.right <= other.left || other.right <= one.left
        || one.bottom <= other.top || other.bottom <= one.top;
      return !apart;
    }""")
    return found


def test_what_grows_old_moves_nothing(trader: Trader) -> None:
    page = trader.page
    live(page)
    trader.choose("AAPL")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        fresh, *older = page.evaluate(PLACES_BY_AGE)
        assert older == [fresh] * len(older)


PLACES_BY_AGE = """() => import('/static/core/dom.js').then(({ setAge }) =>
  [0, 13, 5000, 90000].map((seconds) => {
    for (const one of document.querySelectorAll('#flatten, [data-part]')) one.hidden = false;
    for (const block of document.querySelectorAll('#positions-block, #held, #account, .quote'))
      setAge(block, new Date(Date.now() - seconds * 1000).toISOString(), Date.now());
    return [...document.querySelectorAll('main :is(button, .tile, .sides)')].map((part) => {
      const { x, y } = part.getBoundingClientRect();
      return `${part.textContent.trim()} ${Math.round(x)} ${Math.round(y)}`;
    });
  }))"""


def test_new_orders_are_frozen_from_the_profit_page(trader: Trader, a_desk: RunningDesk) -> None:
    page = trader.page
    open_page(page, a_desk, "/profit")
    switch = page.get_by_role("switch", name="Freeze new orders")
    switch.click()
    expect(page.locator("#frozen")).to_be_visible(timeout=SECONDS)
    assert a_desk.call("GET", "/api/v1/freeze")[1]["frozen"] is True
    picture(page, "frozen-profit")
    open_page(page, a_desk, "/users")
    expect(page.locator("#frozen")).to_be_visible(timeout=SECONDS)
    expect(switch).to_have_attribute("aria-checked", "true")
    switch.click()
    page.get_by_role("button", name="Allow new orders").click()
    expect(page.locator("#frozen")).to_be_hidden(timeout=SECONDS)
    assert a_desk.call("GET", "/api/v1/freeze")[1]["frozen"] is False


def test_all_is_cancelled_by_a_key_from_ones_own_page(trader: Trader, a_desk: RunningDesk) -> None:
    page = trader.page
    orders = [rest(a_desk), rest(a_desk)]
    open_page(page, a_desk, "/me")
    expect(page.locator("#cancel-all")).to_have_text(re.compile(r"^Cancel all \([1-9]\d*\)$"))
    page.keyboard.press("Shift+X")
    dialog = page.locator("#confirm-dialog")
    expect(dialog).to_contain_text("orders of other programs stay")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert {state(a_desk, order) for order in orders} == {"live"}
    page.keyboard.press("Shift+X")
    dialog.get_by_role("button", name="Cancel all orders").click()
    expect(page.locator(".toast", has_text="Cancels asked for")).to_be_visible(timeout=SECONDS)
    for order in orders:
        until(lambda one=order: state(a_desk, one) == "cancelled", "it is cancelled")
    expect(page.locator("#cancel-all")).to_have_text("Cancel all (0)", timeout=SECONDS)


def test_all_can_be_cancelled_while_nobody_knows_how_many(page: Page, a_desk: RunningDesk) -> None:
    def fail(route: Route) -> None:
        route.fulfill(status=503, json={"error": "TWS did not answer in time"})

    with watched(page, ("status of 503",)):
        order = rest(a_desk)
        Trader(page, a_desk.url).sign_in()
        live(page)
        page.route(ORDERS, fail)
        open_page(page, a_desk, "/audit")
        expect(page.locator("#cancel-all")).to_have_text("Cancel all")
        page.locator("#cancel-all").click()
        page.get_by_role("button", name="Cancel all orders").click()
        until(lambda: state(a_desk, order) == "cancelled", "it is cancelled")


def test_on_a_phone_the_stops_are_one_tap_away(page: Page, a_desk: RunningDesk) -> None:
    with watched(page):
        Trader(page, a_desk.url).sign_in()
        live(page)
        page.set_viewport_size({"width": 390, "height": 844})
        for path in PATHS:
            open_page(page, a_desk, path)
            for name in ("Cancel all", "Kill…"):
                expect(page.get_by_role("button", name=name)).to_be_in_viewport()
            expect(page.get_by_role("switch")).to_be_in_viewport()
            assert fits(page)
        page.locator("#user-menu summary").click()
        picture(page, "menu")
        page.get_by_role("button", name="Keys").click()
        assert fits(page)
        picture(page, "keys")


def test_the_list_of_keys_names_them_all_and_none_acts_beneath_it(
    trader: Trader, a_desk: RunningDesk
) -> None:
    page = trader.page
    open_page(page, a_desk, "/health")
    page.keyboard.press("?")
    keys = page.locator("#key-list")
    expect(keys).to_be_visible()
    for words in ("cancel all orders", "to the command line", "Audit log", "change it"):
        expect(keys).to_contain_text(words)
    letters = page.locator("[data-go]").evaluate_all("(all) => all.map((one) => one.dataset.go)")
    assert len(set(letters)) == len(letters)
    shown = keys.locator("dl").last.locator("kbd").all_inner_texts()
    assert [letter.upper() for letter in letters] == shown
    assert violations(page) == []
    picture(page, "keys-health")
    for key in ("Shift+X", "g", "o"):
        page.keyboard.press(key)
    expect(page.locator("#confirm-dialog")).to_be_hidden()
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    # The focus goes back to what opened it, and a menu closes by Esc as well.
    page.locator("#user-menu summary").click()
    page.locator("#show-keys").click()
    page.keyboard.press("Escape")
    expect(page.locator("#show-keys")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#show-keys")).to_be_hidden()
    expect(page.locator("#user-menu summary")).to_be_focused()
    page.locator("#user-menu summary").click()
    page.locator("h1").click()
    expect(page.locator("#show-keys")).to_be_hidden()


def test_g_and_a_letter_go_to_a_page(trader: Trader, a_desk: RunningDesk) -> None:
    page = trader.page
    for letter, path in {"o": "/orders", "u": "/users", "p": "/profit", "d": "/"}.items():
        live(page)
        page.keyboard.press("g")
        page.keyboard.press(letter)
        page.wait_for_url(f"{a_desk.url}{path}")
    open_page(page, a_desk, "/orders")
    page.keyboard.press("/")
    symbol = page.locator("#filters [name=symbol]")
    expect(symbol).to_be_focused()
    page.keyboard.type("go?X")  # what is typed is typed
    expect(symbol).to_have_value("go?X")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_the_letter_after_g_is_no_key_of_a_row(trader: Trader, a_desk: RunningDesk) -> None:
    page, order = trader.page, rest(a_desk)
    open_page(page, a_desk, "/orders")
    page.locator(f'#blotter tr[data-key="{order["clientOrderId"]}"]').focus()
    page.keyboard.press("g")
    page.keyboard.press("m")
    page.wait_for_url(f"{a_desk.url}/me")
    a_desk.call("DELETE", f"/api/v1/orders/{order['clientOrderId']}")


def test_no_key_acts_when_they_are_switched_off(trader: Trader, a_desk: RunningDesk) -> None:
    page = trader.page
    page.evaluate("localStorage.setItem('keys', 'off')")
    open_page(page, a_desk, "/health")
    for key in ("?", "Shift+X", "g", "o"):
        page.keyboard.press(key)
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert page.url == f"{a_desk.url}/health"
    page.evaluate("localStorage.setItem('keys', 'on')")
    page.evaluate("""dispatchEvent(new KeyboardEvent('keydown', {key: '?', repeat: true}))""")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("?")
    expect(page.locator("#key-list")).to_be_visible()


def test_the_clock_tells_new_yorks_time_and_the_session_where_it_is_known(
    trader: Trader, a_desk: RunningDesk
) -> None:
    page = trader.page
    clock = page.locator("#clock")
    trader.choose("AAPL")
    expect(clock).to_have_text(
        re.compile(r"^\d\d:\d\d:\d\d ET · AAPL (regular hours, until|closed|extended hours)"),
        timeout=SECONDS,
    )
    title = str(clock.locator("time").get_attribute("title"))
    assert re.search(r"^Here \d\d:\d\d:\d\d · \d{4}-.*Z · exchange: US/Eastern$", title)
    open_page(page, a_desk, "/me")
    expect(clock).to_have_text(re.compile(r"^\d\d:\d\d:\d\d ET\s*$"))


def test_a_written_page_says_how_old_it_is(trader: Trader, a_desk: RunningDesk) -> None:
    page = trader.page
    page.clock.install()
    for path in ("/agents", "/audit"):
        page.goto(f"{a_desk.url}{path}")
        page.clock.run_for(90_000)
        expect(page.locator("main .age")).to_contain_text("old", timeout=SECONDS)


def test_many_tabs_share_one_stream(trader: Trader, a_desk: RunningDesk) -> None:
    first = trader.page
    live(first)
    others = [first.context.new_page() for _ in range(TABS)]
    for tab in others:
        open_page(tab, a_desk, "/settings")
        expect(tab.locator("#cancel-all")).to_contain_text("(", timeout=SECONDS)
    assert opened(a_desk) == 1
    order = place(a_desk)
    for tab in (first, others[-1]):
        expect(toast(tab, order)).to_be_visible(timeout=SECONDS)
    # The tab that leads goes: another one takes its place and misses nothing.
    first.close()
    order = place(a_desk)
    for tab in others:
        expect(toast(tab, order)).to_be_visible(timeout=SECONDS)
        live(tab)
    until(lambda: opened(a_desk) == 1, "one of the others leads")


def test_tabs_of_two_people_share_no_stream(trader: Trader, a_desk: RunningDesk) -> None:
    """As right after somebody else has signed in: the first one's stream has not ended yet."""
    live(trader.page)
    tab = trader.page.context.new_page()

    def of_bob(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=re.sub(r"\badmin\b", "bob", answer.text()))

    for path in ("/settings", "/api/v1/status"):
        tab.route(f"**{path}", of_bob)
    with tab.expect_request("**/api/v1/stream", timeout=SECONDS):
        tab.goto(f"{a_desk.url}/settings")


def test_a_status_told_again_makes_nothing_look_younger(
    trader: Trader, a_desk: RunningDesk
) -> None:
    page = trader.page
    open_page(page, a_desk, "/me")
    minutes = page.evaluate(
        """() => import('/static/core/book.js').then(({ book, now, tell }) => {
          const ago = (minutes) => new Date(Date.now() - minutes * 60000).toISOString();
          const ahead = () => Math.round((now() - Date.now()) / 60000);
          const status = book.status;
          book.status = { ...status, time: ago(10) }; // known before a sleep
          tell("status", { ...status, time: ago(9) }, true);
          const found = [ahead()];
          tell("status", { ...status, time: ago(-2) }, true);
          found.push(ahead());
          tell("status", { ...status, time: ago(5) }); // it is asked: its clock was set
          found.push(ahead());
          return found;
        })"""
    )
    assert minutes == [0, 2, -5]


@pytest.mark.parametrize("ahead", [30, -30])
def test_an_agent_that_goes_and_comes_is_shown_so_whatever_its_clock_says(
    trader: Trader, a_desk: RunningDesk, ahead: int
) -> None:
    page = trader.page
    open_page(page, a_desk, "/me")
    away = away_status("It went", {"connected": False, "since": None}, utc_now())
    shown = page.evaluate(
        """([ahead, away]) => import('/static/core/book.js').then(({ book, now, tell }) => {
          const known = book.status;
          const at = (seconds) => new Date(Date.now() + seconds * 1000).toISOString();
          const there = (seconds, since, frozen) =>
            ({ ...known, time: at(seconds + ahead), agent: { connected: true, since }, frozen });
          const gone = { ...away, time: at(3), streams: known.streams };
          const back = at(4);
          const told = [there(1, at(0), false), gone, there(5, back, true), there(4, back, false)];
          book.status = null;
          return told.map((status) => {
            tell("status", status, true);
            const clock = Math.round((now() - Date.now()) / 1000);
            return [book.status.agent.connected, book.status.frozen, clock];
          });
        })""",
        [ahead, away],
    )
    # Of two words by one clock the newer one stays.
    back = [True, True, 5 + ahead]
    assert shown == [[True, False, 1 + ahead], [False, None, 3], back, back]


def opened(desk: RunningDesk) -> int:
    return int(desk.call("GET", "/api/v1/status")[1]["streams"]["open"])


def test_after_a_sleep_the_stream_goes_on_where_it_was(trader: Trader, a_desk: RunningDesk) -> None:
    page = trader.page
    page.clock.install()
    open_page(page, a_desk, "/me")
    place(a_desk)
    expect(page.locator(".toast").first).to_be_visible(timeout=SECONDS)
    lists: list[str] = []
    page.on("request", lambda one: lists.append(one.url) if "status=all" in one.url else None)
    with page.expect_request(re.compile(r"/stream\?lastEventId=\w+-\d+")):
        page.clock.fast_forward(ASLEEP_MS)
    order = place(a_desk)
    expect(toast(page, order)).to_be_visible(timeout=SECONDS)
    live(page)
    assert lists == []  # nothing was missed, so nothing is asked for again
