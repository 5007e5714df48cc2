"""What a user chooses for one browser, and what every page says of news; the command line."""

from __future__ import annotations

import re
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.end_to_end.test_own_pages import picture
from tests.end_to_end.test_pages import fits, violations
from tests.end_to_end.trader import SECONDS, Trader
from tests.fakes import order_payload
from tests.processes import RunningDesk

SIZES = count(300)
PARSE_AT = (
    "([text, price]) => import('/static/ticket/command_line.js')"
    ".then(({parseCommand}) => parseCommand(text, price))"
)
PARSE = (
    "(text) => import('/static/ticket/command_line.js')"
    ".then(({parseCommand}) => parseCommand(text))"
)
TELL = "([kind, data]) => import('/static/core/book.js').then(({tell}) => tell(kind, data))"
COLOUR = "(name) => { const node = document.createElement('i'); document.body.append(node);"
COLOUR += " node.style.color = `var(--${name})`; return getComputedStyle(node).color; }"
HIDE = "Object.defineProperty(document, 'hidden', {value: %s, configurable: true});"
HIDE += " document.dispatchEvent(new Event('visibilitychange'));"
TONES = """() => { window.tones = 0; const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (at) { window.tones += 1; start.call(this, at); }; }"""
NOTES = """() => { window.notes = [];
  window.Notification = class { static permission = "granted";
    constructor(title, {body, tag}) { window.notes.push([title, body, tag]); } }; }"""


def place(a_desk: RunningDesk, **order: Any) -> dict[str, Any]:
    """An order from elsewhere, of a size of its own."""
    terms = {"action": "BUY", "totalQuantity": next(SIZES), "orderType": "MKT"} | order
    body = {"contract": {"symbol": "KO"}, "order": terms}
    answer: dict[str, Any] = a_desk.call("POST", "/api/v1/orders", body)[1]
    return answer


def toast(page: Page, order: dict[str, Any]) -> Locator:
    size = int(order["filled"])
    return page.locator(".toast", has_text=f"bought {size} of {size}")


def live(page: Page) -> None:
    """Until the stream is up: what happens from now on is heard of."""
    expect(page.locator("#conn-stream")).to_have_attribute("data-state", "live", timeout=SECONDS)


def colour(page: Page, name: str) -> str:
    found: str = page.evaluate(COLOUR, name)
    return found


def choose(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name).check()


def test_the_settings_are_accessible_in_every_look_and_palette(
    look: Page, a_desk: RunningDesk
) -> None:
    Trader(look, a_desk.url).sign_in()
    look.locator("#user-menu summary").click()
    look.locator("#user-menu").get_by_role("link", name="Settings").click()
    expect(look.get_by_role("heading", name="Settings")).to_be_visible()
    for name in ("Red up", "Blue up", "Green up"):
        choose(look, name)
        assert violations(look) == []
        picture(look, f"settings-{name[:3].lower()}")
    assert fits(look)


def test_the_colours_are_kept_and_hold_on_every_page(clean_page: Page, a_desk: RunningDesk) -> None:
    trader = Trader(clean_page, a_desk.url)
    trader.sign_in()
    up, down = colour(clean_page, "up"), colour(clean_page, "down")
    clean_page.goto(f"{a_desk.url}/settings")
    choose(clean_page, "Red up")
    choose(clean_page, "Compact")
    expect(clean_page.locator("#kept")).to_have_text("Kept in this browser.")
    clean_page.goto(a_desk.url)
    assert (colour(clean_page, "up"), colour(clean_page, "down")) == (down, up)
    assert colour(clean_page, "bad") == down  # an error stays red
    live(clean_page)
    assert violations(clean_page) == []
    picture(clean_page, "desk-compact")
    clean_page.goto(f"{a_desk.url}/settings")
    choose(clean_page, "Blue up")
    clean_page.goto(a_desk.url)
    assert len({up, down, colour(clean_page, "up"), colour(clean_page, "down")}) == 4
    live(clean_page)
    assert violations(clean_page) == []
    picture(clean_page, "desk-blue")
    clean_page.goto(f"{a_desk.url}/settings")
    clean_page.get_by_role("button", name="As in the beginning").click()
    assert (colour(clean_page, "up"), colour(clean_page, "down")) == (up, down)
    expect(clean_page.get_by_role("radio", name="Normal")).to_be_checked()


@pytest.mark.parametrize("path", ["/orders", "/executions", "/options"])
def test_a_fill_makes_a_toast_on_every_page_that_is_live(
    clean_page: Page, a_desk: RunningDesk, path: str
) -> None:
    earlier = place(a_desk)
    Trader(clean_page, a_desk.url).sign_in()
    clean_page.goto(f"{a_desk.url}{path}")
    live(clean_page)
    order = place(a_desk)
    expect(toast(clean_page, order)).to_be_visible(timeout=SECONDS)
    expect(toast(clean_page, earlier)).to_have_count(0)
    picture(clean_page, f"toast{path.replace('/', '-')}")


def test_an_orders_own_page_says_a_fill_of_another_order_and_a_reject(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    order = place(a_desk)
    Trader(clean_page, a_desk.url).sign_in()
    clean_page.goto(f"{a_desk.url}/orders/{order['clientOrderId']}")
    live(clean_page)
    expect(clean_page).to_have_title(re.compile(r"^Filled · #\d+ Buy .* · PAPER DU\w+ · IB Desk$"))
    other = place(a_desk)
    expect(toast(clean_page, other)).to_be_visible(timeout=SECONDS)
    refused = order | {"clientOrderId": "refused", "state": "rejected", "filled": 0}
    refused |= {"updatedAt": "2099-01-01T00:00:00.000Z"}
    clean_page.evaluate(TELL, ["order", refused])
    expect(clean_page.locator("#toasts-urgent .toast")).to_contain_text("Rejected.")


def test_a_fill_of_another_program_is_not_taken_for_ones_own(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    """TWS tells neither its price nor whose it was."""
    Trader(clean_page, a_desk.url).sign_in()
    live(clean_page)
    named: dict[str, Any] = {"orderId": None, "permId": 1000000001, "origin": "elsewhere"}
    found = order_payload("perm-1000000001", filled=100, **named)
    clean_page.evaluate(TELL, ["order", found | {"updatedAt": "2099-01-01T00:00:00.000Z"}])
    words = "perm…0001 AAPL: another program bought 100 of 100"
    expect(clean_page.locator(".toast [data-word]")).to_have_text(words)


def test_what_a_cancelled_order_has_bought_is_said_with_its_end(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    """IB tells the fill and the end of an IOC order at once: one toast has both."""
    order = place(a_desk)
    Trader(clean_page, a_desk.url).sign_in()
    clean_page.goto(f"{a_desk.url}/orders")
    live(clean_page)
    partly = order | {"clientOrderId": "partly", "state": "cancelled", "filled": 3}
    partly |= {"order": order["order"] | {"totalQuantity": 9}, "avgFillPrice": 10}
    clean_page.evaluate(TELL, ["order", partly | {"updatedAt": "2099-01-01T00:00:00.000Z"}])
    said = clean_page.locator(".toast", has_text="Cancelled")
    expect(said).to_contain_text("KO: Cancelled; bought 3 of 9 at 10.00")


def test_toasts_sounds_and_notifications_obey_their_switches(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    clean_page.add_init_script(f"({NOTES})()")
    Trader(clean_page, a_desk.url).sign_in()
    clean_page.goto(f"{a_desk.url}/settings")
    clean_page.get_by_label("Show a note").uncheck()
    clean_page.get_by_label("Sound").check()
    clean_page.get_by_label("Notify me").check()
    clean_page.goto(f"{a_desk.url}/orders")
    live(clean_page)
    clean_page.evaluate(TONES)
    clean_page.locator("h1").click()  # a browser lets a page sound after that
    clean_page.evaluate(HIDE % "true")
    order = place(a_desk)
    expect(clean_page).to_have_title(re.compile(r"^\(1\) Orders · "), timeout=SECONDS)
    notes = clean_page.evaluate("notes")
    assert [tag for _, _, tag in notes] == [order["clientOrderId"]]
    assert notes[0][0] == "IB Desk · PAPER"
    assert "KO: bought" in notes[0][1]
    assert clean_page.evaluate("tones") == 1
    expect(clean_page.locator(".toast")).to_have_count(0)
    # An order nobody knows the fate of is said whatever is switched off.
    doubt = order | {"clientOrderId": "doubt", "state": "unknown", "filled": 0}
    clean_page.evaluate(TELL, ["order", doubt | {"updatedAt": "2099-01-01T00:00:00.000Z"}])
    expect(clean_page.locator(".toast")).to_contain_text("do not place it again")
    clean_page.evaluate(HIDE % "false")
    expect(clean_page).to_have_title(re.compile(r"^Orders · "))


def test_the_title_and_the_icon_carry_the_state(clean_page: Page, a_desk: RunningDesk) -> None:
    order = place(a_desk, orderType="LMT", lmtPrice=1)
    Trader(clean_page, a_desk.url).sign_in()
    for path in ("/", "/orders", "/executions"):
        clean_page.goto(f"{a_desk.url}{path}")
        title = re.compile(r"^\w+ · [1-9]\d* working · PAPER DU\w+ · IB Desk$")
        expect(clean_page).to_have_title(title, timeout=SECONDS)
    icon = clean_page.locator('link[rel="icon"]')
    well = icon.get_attribute("href")
    assert well is not None
    assert well.startswith("data:image/svg+xml,")
    lost = {"state": "reconnecting", "tries": 2, "lastAt": 0, "retryAt": 0}
    clean_page.evaluate(TELL, ["stream", lost])
    expect(clean_page).to_have_title(re.compile(r"^Not connected · Executions · "))
    assert icon.get_attribute("href") != well
    clean_page.evaluate(TELL, ["stream", lost | {"state": "live", "tries": 0}])
    expect(clean_page).to_have_title(re.compile(r"^Executions · "))
    a_desk.call("DELETE", f"/api/v1/orders/{order['clientOrderId']}")


READ = [
    (
        "buy AAPL 100 @ 228.10 day bracket +2 -1",
        {"action": "BUY", "orderType": "LMT", "lmtPrice": 228.1, "tif": "DAY"},
        {"target": 230.1, "stop": 227.1},
    ),
    ("sell MSFT 50 mkt", {"action": "SELL", "orderType": "MKT", "totalQuantity": 50}, None),
    ("sell aapl 100 stp 220", {"orderType": "STP", "auxPrice": 220}, None),
    ("sell AAPL 10 stp 220 @219.5 gtc", {"orderType": "STP LMT", "lmtPrice": 219.5}, None),
    ("sell 10 AAPL trail 2.5%", {"orderType": "TRAIL", "trailingPercent": 2.5}, None),
    ("SELL AAPL 10 TRAIL 3 GTC", {"orderType": "TRAIL", "auxPrice": 3, "tif": "GTC"}, None),
    ("buy aapl 10", {"orderType": "LMT", "tif": "DAY"}, None),
    (
        "sell AAPL 10 @ 100 bracket +1% -2%",
        {"orderType": "LMT"},
        {"target": 99, "stop": 102},
    ),
]
WRONG = [
    ("", "Type an order"),
    ("hold AAPL 100", "not “hold”"),
    ("buy AAPL", "How many AAPL"),
    ("buy AAPL 1,000 mkt", "without commas"),
    ("buy AAPL 0 mkt", "is no size"),
    ("buy AAPL 100 @ 228,10", "with a point"),
    ("buy AAPL 100 @", "needs a price"),
    ("buy AAPL 100 @ 5 @ 6", "says again"),
    ("buy AAPL 100 mkt @ 5", "more than one order type"),
    ("buy AAPL 100 @ 228.10 tomorrow", "“tomorrow” is not understood"),
    ("buy AAPL 100 mkt bracket +2", "give one with @"),
    ("buy AAPL 100 @ 5 bracket", "such as bracket +2 -1"),
    ("buy AAPL 100 @ 5 bracket +2 -6", "0 or below"),
    ("buy AAPL 100 @ 5 -1", "“-1” is not understood"),
    ("buy AAPL 100 stp bid", "“bid” is no price"),
    ("buy AAPL 100 @ mid soon", "“soon” is not understood"),
]


def test_a_command_is_read_whole_or_not_at_all(clean_page: Page, a_desk: RunningDesk) -> None:
    clean_page.goto(a_desk.url)
    for text, order, bracket in READ:
        found = clean_page.evaluate(PARSE, text)
        assert found["symbol"] in {"AAPL", "MSFT"}, text
        assert found["order"] | order == found["order"], text
        assert found.get("bracket") == bracket, text
    for side in ("bid", "mid", "ASK"):
        text = f"buy aapl 100 @ {side} bracket +2 -1"
        assert clean_page.evaluate(PARSE, text) == {"symbol": "AAPL", "wants": side.lower()}
        found = clean_page.evaluate(PARSE_AT, [text, "228.10"])
        assert (found["order"]["lmtPrice"], found["bracket"]["target"]) == (228.1, 230.1)
    assert "says again" in clean_page.evaluate(PARSE_AT, ["buy X 1 @ mid @ 5", "3"])["wrong"]
    for text, why in WRONG:
        found = clean_page.evaluate(PARSE, text)
        assert why in found["wrong"], text
        assert "order" not in found, text


def test_the_command_line_fills_the_ticket_and_sends_nothing(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    trader = Trader(clean_page, a_desk.url)
    trader.sign_in()
    trader.choose("MSFT")
    clean_page.locator("h1").evaluate("() => document.activeElement.blur()")
    posts: list[str] = []
    clean_page.on("request", lambda one: posts.append(one.url) if one.method == "POST" else None)
    line = clean_page.locator("#command-line")
    clean_page.keyboard.press("/")
    expect(line).to_be_focused()
    line.fill("buy AAPL 70 @ 101.10 gtc bracket +2 -1.5")
    line.press("Enter")
    said = clean_page.locator("#command-said")
    expect(said).to_contain_text("Nothing is sent", timeout=SECONDS)
    field = clean_page.locator("#ticket").locator
    for name, value in {"symbol": "AAPL", "totalQuantity": "70", "lmtPrice": "101.10"}.items():
        expect(field(f"[name={name}]")).to_have_value(value)
    expect(field("[name=tif]")).to_have_value("GTC")
    expect(field("#bracket-targets [data-name=lmtPrice]")).to_have_value("103.10")
    expect(field("#bracket-stop [data-name=auxPrice]")).to_have_value("99.60")
    expect(trader.submit_button).to_contain_text(
        "Preview: Buy 70 AAPL LMT 101.10 with target 103.10, stop 99.60"
    )
    expect(trader.submit_button).to_be_focused()
    assert violations(clean_page) == []
    picture(clean_page, "desk-command")
    line.fill("sell AAPL 5 trail 2%")
    line.press("Enter")
    expect(trader.submit_button).to_have_text(re.compile(r"^Preview: Sell 5 AAPL TRAIL by 2 %$"))
    line.fill("buy KO 7 @ bid bracket +1 -1")
    line.press("Enter")
    expect(field("[name=symbol]")).to_have_value("KO")
    bid = float(field("[name=lmtPrice]").input_value())
    target = field("#bracket-targets [data-name=lmtPrice]")
    expect(target).to_have_value(f"{bid + 1:.2f}")
    line.fill("sell AAPL 6 soon")
    line.press("Enter")
    expect(said).to_contain_text("“soon” is not understood")
    expect(field("[name=totalQuantity]")).to_have_value("7")
    assert violations(clean_page) == []
    assert not [url for url in posts if "/orders" in url]


def test_single_keys_do_nothing_when_they_are_switched_off(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    order = place(a_desk, orderType="LMT", lmtPrice=1)
    Trader(clean_page, a_desk.url).sign_in()
    clean_page.goto(f"{a_desk.url}/settings")
    clean_page.get_by_label("Single keys do things").uncheck()
    clean_page.goto(a_desk.url)
    expect(clean_page.locator("#symbol")).to_be_enabled()
    clean_page.keyboard.press("/")
    expect(clean_page.locator("#command-line")).not_to_be_focused()
    clean_page.goto(f"{a_desk.url}/orders")
    row = clean_page.locator(f'#blotter tr[data-key="{order["clientOrderId"]}"]')
    row.focus()
    clean_page.keyboard.press("c")
    expect(clean_page.locator("#confirm-dialog")).to_be_hidden()
    clean_page.evaluate("localStorage.setItem('keys', 'on')")
    clean_page.keyboard.press("c")
    expect(clean_page.locator("#confirm-dialog")).to_be_visible()
    a_desk.call("DELETE", f"/api/v1/orders/{order['clientOrderId']}")


def test_the_desk_can_be_installed(clean_page: Page, a_desk: RunningDesk) -> None:
    Trader(clean_page, a_desk.url).sign_in()
    link = clean_page.locator('link[rel="manifest"]').get_attribute("href")
    answer = clean_page.request.get(f"{a_desk.url}{link}")
    assert answer.headers["content-type"].startswith("application/manifest+json")
    manifest = answer.json()
    for icon in manifest["icons"]:
        assert clean_page.request.get(f"{a_desk.url}{icon['src']}").ok
    session = clean_page.context.new_cdp_session(clean_page)
    found = session.send("Page.getAppManifest")
    assert found["url"].endswith(str(link))
    assert found["errors"] == []


def test_account_positions_and_orders_print_black_on_white(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    place(a_desk)
    clean_page.emulate_media(color_scheme="dark")
    Trader(clean_page, a_desk.url).sign_in()
    expect(clean_page.locator("#positions tbody tr").first).to_be_visible(timeout=SECONDS)
    clean_page.emulate_media(media="print")
    clean_page.set_viewport_size({"width": 720, "height": 1000})
    for shown in ("#account", "#positions", "#orders", "#mode-badge"):
        expect(clean_page.locator(shown)).to_be_visible()
    expect(clean_page.locator("#positions")).to_contain_text("KO", use_inner_text=True)
    controls = clean_page.locator("button:not(.link):visible, input:visible")
    expect(controls).to_have_text([re.compile(r"All \d+")])  # which orders these are
    look_of = "(node) => [getComputedStyle(node).color, getComputedStyle(node).backgroundColor]"
    black, white = clean_page.locator("#positions td").first.evaluate(look_of)
    assert (black, white) == ("rgb(0, 0, 0)", "rgb(255, 255, 255)")
    assert fits(clean_page)
    picture(clean_page, "print")
