"""Stories at the ticket: presets, keys, sizes in other words, and what is asked before it sends."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.end_to_end.conftest import watched
from tests.end_to_end.held import Held
from tests.end_to_end.test_blotter import TELL
from tests.end_to_end.test_pages import fits, violations
from tests.end_to_end.test_trading import buy
from tests.end_to_end.trader import SECONDS, SOME_FRAMES, Trader, sent_orders
from tests.processes import PASSWORD, RunningDesk, desk, paper_gateway, persons

LIVE_ACCOUNT = "U1234567"
ORDERS = "**/api/v1/orders"
SEVENS = {
    "name": "Sevens",
    "secType": "STK",
    "isDefault": True,
    "size": 7,
    "sizeUnit": "shares",
    "orderType": "LMT",
    "algoStrategy": None,
    "tif": "DAY",
    "outsideRth": False,
    "targetBy": None,
    "stopBy": None,
    "distanceUnit": "price",
}
PARSE = "(text) => import('/static/core/format.js').then(({parse}) => parse(text))"
STATUS = """(changes) => import('/static/core/book.js').then(({ book, tell }) => {
    const time = new Date(Date.parse(book.status.time) + 30000).toISOString();
    tell("status", { ...book.status, ...changes, time });
})"""
# Stays so until the stream tells the next quote, some way ahead.
WITHOUT = """(side) => import('/static/core/book.js').then(({ book, quoteOf, tell }) => {
    const quote = quoteOf(book.contract);
    const time = new Date(Date.parse(quote.time) + 30000).toISOString();
    const all = { bid: 10, ask: 11, last: 10.5 };
    tell("quote", { ...quote, ...all, [side]: null, time });
    document.querySelector("[data-price=mid]").click(); // in the same turn: quotes go on
})"""
TWIN = {"error": "The same order was sent.", "errorCode": "possible_duplicate", "sent": "no"}


@pytest.fixture
def own_desk(tmp_path: Path) -> Iterator[RunningDesk]:
    """A desk with a second trader, whose presets are nobody's yet."""
    persons(tmp_path / "var", {"admin": "admin", "bob": "trader"})
    with desk(tmp_path / "var", PAPER_SLEEP="0") as running:
        yield running


def keep_preset(page: Page, name: str, *, default: bool = False) -> None:
    page.locator("#preset-edit").click()
    page.locator("#presetName").fill(name)
    page.locator("[name=presetDefault]").set_checked(default)
    page.locator("#preset-save").click()
    expect(page.locator("#preset-notice")).to_contain_text(f"{name} is kept", timeout=SECONDS)
    page.keyboard.press("Escape")
    expect(page.locator("#preset-dialog")).to_be_hidden()


def test_presets_are_kept_for_their_user_and_over_a_reload(
    clean_page: Page, own_desk: RunningDesk, browser: Browser
) -> None:
    page, trader = clean_page, Trader(clean_page, own_desk.url)
    trader.sign_in()
    trader.choose("KO")
    trader.fill_ticket("BUY", 7, "LMT")
    page.locator("#ticket [name=tif]").select_option("GTC")
    trader.set_price("lmtPrice", 10)
    page.locator("#ticket-bracket summary").click()
    page.locator("#target-add").click()
    page.locator("#bracket-targets [data-name=lmtPrice]").fill("12")
    page.locator("#stop-add").click()
    page.locator("#bracket-stop [data-name=auxPrice]").fill("9")
    keep_preset(page, "Sevens", default=True)
    page.reload()
    expect(page.locator("#preset")).to_have_value("Sevens", timeout=SECONDS)
    expect(page.locator("#ticket [name=totalQuantity]")).to_have_value("7")
    expect(page.locator("#ticket [name=tif]")).to_have_value("GTC")
    # The bracket keeps its distances, on the right side of a sale too.
    trader.set_price("lmtPrice", 20)
    expect(page.locator("#bracket-targets [data-name=lmtPrice]")).to_have_value("22.00")
    page.locator("#ticket .side:has([value=SELL])").click()
    trader.set_price("lmtPrice", 20)
    expect(page.locator("#bracket-targets [data-name=lmtPrice]")).to_have_value("18.00")
    expect(page.locator("#bracket-stop [data-name=auxPrice]")).to_have_value("21.00")
    expect(trader.submit_button).to_have_text(
        "Preview: Sell 7 KO LMT 20.00 with target 18.00, stop 21.00"
    )
    with watched(browser.new_context().new_page()) as other:
        Trader(other, own_desk.url).sign_in(name="bob")
        expect(other.locator("#ticket [name=symbol]")).to_be_enabled(timeout=SECONDS)
        expect(other.locator("#preset option")).to_have_count(1)
        other.context.close()


def test_a_typed_price_stays_on_either_side_until_it_has_left(trader: Trader) -> None:
    page, price = trader.page, trader.page.locator("#ticket [name=lmtPrice]")
    buy_side, sell_side = (page.locator(f".side:has([value={side}])") for side in ("BUY", "SELL"))
    trader.choose("KO")
    trader.fill_ticket("BUY", 3, "LMT")
    expect(price).not_to_have_value("", timeout=SECONDS)
    trader.set_price("lmtPrice", 1)
    sell_side.click()
    buy_side.click()
    expect(trader.submit_button).to_have_text("Preview: Buy 3 KO LMT 1.00")
    trader.preview()
    trader.send()
    expect(trader.submit_button).to_contain_text("Sent", timeout=SECONDS)
    sell_side.click()
    expect(price).not_to_have_value("1.00", timeout=SECONDS)
    price.clear()
    buy_side.click()
    expect(price).not_to_have_value("", timeout=SECONDS)


def test_a_new_order_begins_anew_with_the_same_symbol_and_side(trader: Trader) -> None:
    page, price = trader.page, trader.page.locator("#ticket [name=lmtPrice]")
    trader.choose("KO")
    trader.fill_ticket("SELL", 1_000_000, "STP LMT")
    page.locator("#ticket [name=tif]").select_option("GTC")
    for name in ("lmtPrice", "auxPrice"):
        trader.set_price(name, 1)
    page.locator("#ticket-new").click()
    expect(price).not_to_have_value("", timeout=SECONDS)
    expect(price).not_to_have_value("1.00")
    expect(trader.submit_button).to_contain_text("Preview: Sell 100 KO LMT")
    expect(page.locator("#ticket [name=tif]")).to_have_value("DAY")


def test_a_preset_never_changes_what_was_typed_after_it(
    clean_page: Page, own_desk: RunningDesk
) -> None:
    page, trader = clean_page, Trader(clean_page, own_desk.url)
    trader.sign_in()
    trader.choose("KO")
    trader.fill_ticket("BUY", 7, "MKT")
    keep_preset(page, "Sevens", default=True)
    size = page.locator("#ticket [name=totalQuantity]")
    size.fill("9")
    trader.choose("AAPL")
    expect(size).to_have_value("9")
    page.locator("#ticket-new").click()
    expect(size).to_have_value("7")
    page.locator("#preset-edit").click()
    page.get_by_role("button", name="Delete Sevens").click()
    expect(page.locator("#preset-list li")).to_have_count(0, timeout=SECONDS)
    page.keyboard.press("Escape")
    page.reload()
    expect(size).to_have_value("100", timeout=SECONDS)


def test_a_new_order_keeps_no_choice_of_the_last_one(trader: Trader) -> None:
    page = trader.page
    trader.choose("KO")
    for fold in ("#ticket-more", "#ticket-bracket"):
        page.locator(f"{fold} summary").click()
    places = {
        "#legTif": ("GTC", ""),
        "#bracket-stop [data-name=orderType]": ("TRAIL", "STP"),
        "#bracket-stop [data-name=trailUnit]": ("trailingPercent", "auxPrice"),
        "#ocaType": ("2", "1"),
        "#condJoin": ("o", "a"),
        "#conditionsCancelOrder": ("cancel", "send"),
        "[name=condMore]": ("less", "more"),
    }
    page.locator("#stop-add").click()
    page.locator("[name=condValue]").fill("90")
    page.locator("#condition-add").click()
    for place, (chosen, _) in places.items():
        page.locator(place).select_option(chosen)
    page.locator("#ticket-new").click()
    for place, (_, first) in places.items():
        expect(page.locator(place)).to_have_value(first)
    page.locator("#stop-add").click()
    page.locator("#bracket-stop [data-name=auxPrice]").fill("9")
    expect(trader.submit_button).to_have_text(re.compile("with stop 9.00$"))


def begin_by_typing(trader: Trader) -> str:
    trader.fill_ticket("BUY", 71, "LMT")
    trader.set_price("lmtPrice", 20.5)
    return "Buy 71 AAPL LMT 20.50"


def begin_by_a_command(trader: Trader) -> str:
    line = trader.page.locator("#command-line")
    line.fill("sell AAPL 70 stp 20.50 gtc")
    line.press("Enter")
    return "Sell 70 AAPL STP 20.50"


def begin_by_choosing(trader: Trader) -> str:
    trader.choose("KO")
    return "Buy 100 KO LMT"


@pytest.mark.parametrize("begin", [begin_by_typing, begin_by_a_command, begin_by_choosing])
def test_presets_that_come_late_change_nothing_that_is_begun(
    clean_page: Page, a_desk: RunningDesk, begin: Callable[[Trader], str]
) -> None:
    page, trader = clean_page, Trader(clean_page, a_desk.url)
    with Held(page, "**/api/v1/presets", "GET") as waiting:
        trader.sign_in()
        expect(page.locator("#ticket [data-field=bid]")).not_to_have_text("—", timeout=SECONDS)
        words = begin(trader)
        expect(trader.submit_button).to_contain_text(words, timeout=SECONDS)
        waiting.routes[0].fulfill(json={"presets": [SEVENS]})
        expect(page.locator("#preset option")).to_have_count(2, timeout=SECONDS)
    page.evaluate(SOME_FRAMES)
    expect(page.locator("#preset")).to_have_value("")
    expect(trader.submit_button).to_contain_text(words)


def test_presets_that_come_late_fill_a_ticket_that_nobody_has_touched(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    with Held(clean_page, "**/api/v1/presets", "GET") as waiting:
        Trader(clean_page, a_desk.url).sign_in()
        expect(clean_page.locator("#ticket [name=symbol]")).to_have_value("AAPL", timeout=SECONDS)
        waiting.routes[0].fulfill(json={"presets": [SEVENS]})
        size = clean_page.locator("#ticket [name=totalQuantity]")
        expect(size).to_have_value("7", timeout=SECONDS)


def test_keys_choose_the_side_and_preview_but_never_send(
    trader: Trader, a_desk: RunningDesk
) -> None:
    page = trader.page
    trader.choose("KO")
    trader.fill_ticket("BUY", 3, "MKT")
    symbol = page.locator("#ticket [name=symbol]")
    symbol.focus()
    page.keyboard.press("s")  # typed into the field
    expect(page.locator("[name=action]:checked")).to_have_value("BUY")
    symbol.fill("KO")
    page.locator("#ticket-h").click()
    page.keyboard.press("s")
    size = page.locator("#ticket [name=totalQuantity]")
    expect(size).to_be_focused()
    expect(page.locator("[name=action]:checked")).to_have_value("SELL")
    page.locator("#ticket-h").click()
    page.keyboard.press("b")
    expect(page.locator("[name=action]:checked")).to_have_value("BUY")
    before = len(a_desk.call("GET", "/api/v1/orders?status=all")[1]["orders"])
    page.keyboard.press("Alt+Enter")
    expect(trader.submit_button).to_contain_text("Send:", timeout=SECONDS)
    expect(trader.submit_button).to_be_focused()
    expect(trader.submit_button).to_be_in_viewport()
    page.keyboard.press("Alt+Enter")
    expect(trader.submit_button).to_contain_text("Send:")
    after = len(a_desk.call("GET", "/api/v1/orders?status=all")[1]["orders"])
    assert after == before
    page.keyboard.press("Enter")
    expect(trader.submit_button).to_contain_text("Sent", timeout=SECONDS)


def test_single_keys_can_be_switched_off(trader: Trader) -> None:
    page = trader.page
    trader.choose("KO")
    page.evaluate("localStorage.setItem('keys', 'off')")
    page.locator("#ticket-h").click()
    page.keyboard.press("s")
    expect(page.locator("[name=action]:checked")).to_have_value("BUY")


def test_a_size_in_money_says_its_shares_before_the_preview(trader: Trader) -> None:
    page = trader.page
    trader.choose("KO")
    trader.fill_ticket("BUY", 1, "LMT")
    trader.set_price("lmtPrice", 10)
    page.locator("[name=sizeUnit]").select_option("notional")
    page.locator("#ticket [name=totalQuantity]").fill("1009")
    expect(page.locator("#sized")).to_have_text("Comes to 100 shares at 10.00.", timeout=SECONDS)
    expect(page.locator("#preview")).to_be_hidden()
    trader.preview()
    expect(trader.submit_button).to_contain_text("Send: Buy 100 KO LMT 10.00 DAY — PAPER DU")


def test_a_position_that_turns_round_is_said_in_words(trader: Trader, a_desk: RunningDesk) -> None:
    buy(a_desk, "WMT", 6)
    page = trader.page
    trader.choose("WMT")
    page.locator("[data-part='50']").click()
    expect(trader.submit_button).to_contain_text("Sell 3 WMT", timeout=SECONDS)
    page.locator("[data-part='100']").click()
    expect(trader.submit_button).to_contain_text("Sell 6 WMT")
    expect(page.locator("#sized")).to_be_hidden()
    page.locator("#ticket [name=totalQuantity]").fill("8")
    expect(page.locator("#sized")).to_contain_text("+6 → short 2 WMT: long becomes short")
    preview = trader.preview()
    expect(preview.locator("[data-field=resultingPosition]")).to_contain_text("becomes short")


def test_an_unusual_size_is_warned_about(trader: Trader) -> None:
    trader.choose("AAPL")
    trader.fill_ticket("BUY", 900, "MKT")
    warning = trader.preview().locator("[data-field=warningText]")
    expect(warning).to_contain_text("more than 5 times your usual size of 100")
    expect(warning).to_contain_text("more than 100,000 USD")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_ticket_with_its_presets_is_accessible(
    clean_page: Page, a_desk: RunningDesk, width: int
) -> None:
    clean_page.set_viewport_size({"width": width, "height": 800})
    trader = Trader(clean_page, a_desk.url)
    trader.sign_in()
    trader.choose("KO")
    clean_page.locator("#preset-edit").click()
    expect(clean_page.locator("#preset-dialog")).to_be_visible(timeout=SECONDS)
    assert violations(clean_page) == []
    assert fits(clean_page)


def test_a_market_order_while_the_market_is_closed_is_asked_about(trader: Trader) -> None:
    page = trader.page
    opens = datetime.now(UTC) + timedelta(hours=7)
    session = {"start": opens, "end": opens + timedelta(hours=6), "kind": "regular"}
    told = {"sessions": [session | {"projected": False}], "conId": 1, "asOf": opens}
    page.route(
        "**/api/v1/trading-sessions*",
        lambda route: route.fulfill(json=json.loads(json.dumps(told, default=datetime.isoformat))),
    )
    trader.choose("PEP")
    trader.fill_ticket("BUY", 2, "MKT")
    warning = trader.preview().locator("[data-field=warningText]")
    expect(warning).to_contain_text("The market is closed. Regular hours begin")
    before = trader.page_rows.count()
    trader.submit_button.click()
    asked = page.locator("#confirm-dialog[open]")
    expect(asked).to_contain_text("Send a market order now?")
    asked.locator("[value=no]").click()
    expect(trader.submit_button).to_contain_text("Send:")
    assert trader.page_rows.count() == before
    trader.submit_button.click()
    asked.locator("[value=yes]").click()
    expect(trader.page_rows).to_have_count(before + 1, timeout=SECONDS)


@pytest.mark.parametrize(
    ("action", "order_type", "price", "is_warned"),
    [
        ("SELL", "STP", 9000, True),
        ("SELL", "STP", 1, False),
        ("BUY", "STP", 1, True),
        ("BUY", "MIT", 9000, True),
        ("SELL", "MIT", 9000, False),
    ],
)
def test_a_trigger_on_the_wrong_side_of_the_market_is_warned_about(
    trader: Trader, action: str, order_type: str, price: float, *, is_warned: bool
) -> None:
    trader.choose("KO")
    trader.fill_ticket(action, 1, order_type)
    trader.set_price("auxPrice", price)
    warning = trader.preview().locator("[data-field=warningText]")
    words = re.compile("It triggers at once: the market is at")
    (expect(warning).to_contain_text if is_warned else expect(warning).not_to_contain_text)(words)


def test_an_order_that_the_account_cannot_carry_is_warned_about(trader: Trader) -> None:
    trader.choose("KO")
    trader.fill_ticket("BUY", 1_000_000, "MKT")
    warning = trader.preview().locator("[data-field=warningText]")
    expect(warning).to_contain_text("There is not enough for it")


def test_a_refusal_beside_its_field_does_not_name_it_again(trader: Trader) -> None:
    trader.choose("KO")
    trader.fill_ticket("BUY", 1, "LMT")
    trader.page.locator("#ticket [name=lmtPrice]").fill("-5")
    trader.submit_button.click()
    slot = trader.page.locator('#ticket [data-error="/order/lmtPrice"]')
    expect(slot).to_have_text("Must be a positive price for a limit order", timeout=SECONDS)


def test_what_is_added_to_a_bracket_is_typed_at_once(trader: Trader) -> None:
    page = trader.page
    page.locator("#ticket-bracket summary").click()
    for button, name in (("#target-add", "lmtPrice"), ("#stop-add", "auxPrice")):
        page.locator(button).click()
        page.keyboard.type("9.5")
        expect(page.locator(f"#ticket-bracket [data-name={name}]").first).to_have_value("9.5")


def test_real_money_has_a_frame_and_a_question_that_names_the_account(
    clean_page: Page, tmp_path: Path
) -> None:
    page = clean_page
    with (
        paper_gateway(tmp_path / "gateway", account=LIVE_ACCOUNT) as gateway,
        desk(tmp_path / "desk", IB_PORT=str(gateway.port), TRADING_MODE="live") as running,
    ):
        trader = Trader(page, running.url)
        trader.sign_in(PASSWORD)
        trader.choose("KO")
        trader.fill_ticket("BUY", 2, "MKT")
        frame = page.locator(".ticket").evaluate("node => getComputedStyle(node).borderTopWidth")
        assert frame == "2px"
        trader.preview()
        expect(trader.submit_button).to_contain_text(f"DAY — LIVE {LIVE_ACCOUNT}")
        trader.submit_button.click()
        asked = page.locator("#confirm-dialog[open]")
        expect(asked).to_contain_text(f"Send a LIVE order to account {LIVE_ACCOUNT}?")
        expect(asked).to_contain_text("This is real money.")
        expect(asked.locator("[value=no]")).to_be_focused()
        page.keyboard.press("Escape")
        expect(trader.page_rows).to_have_count(0)
        trader.submit_button.click()
        asked.get_by_role("button", name=f"Send the LIVE order to {LIVE_ACCOUNT}").click()
        trader.expect_status(trader.page_rows.first, "Filled")


def test_a_comma_only_parts_thousands(trader: Trader) -> None:
    for text, value in {"1,000": 1000, "1,234.5": 1234.5, "-12,345,678": -12345678}.items():
        assert trader.page.evaluate(PARSE, text) == value
    for text, value in {".5": 0.5, "2.": 2, " \u22121.50 ": -1.5}.items():
        assert trader.page.evaluate(PARSE, text) == value
    for text in ("2,50", "0,500", "1,0000", "1000,000", ",5", "1,", "1.000,5", "", ".", "1e5"):
        assert math.isnan(trader.page.evaluate(PARSE, text)), text


def test_what_is_no_number_is_said_beside_each_field_and_nothing_is_previewed(
    trader: Trader,
) -> None:
    page = trader.page
    trader.choose("KO")
    trader.fill_ticket("BUY", 10, "LMT")
    for fold in ("#ticket-more", "#ticket-bracket"):
        page.locator(f"{fold} summary").click()
    for price in ("12", "13"):
        page.locator("#target-add").click()
        page.locator("#bracket-targets [data-name=lmtPrice]").last.fill(price)
    quantity = page.locator("#bracket-targets li").first.locator("[data-name=totalQuantity]")
    quantity.fill("2,5")
    for name in ("lmtPrice", "displaySize", "minQty"):
        page.locator(f"#ticket [name={name}]").fill("2,50")
    trader.submit_button.click()
    for name in ("lmtPrice", "displaySize", "minQty"):
        expect(page.locator(f"#error-{name}")).to_contain_text("Enter a number")
    expect(quantity).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#bracket-targets li").first).to_contain_text("Enter the target's quantity")
    expect(page.locator("#ticket [name=lmtPrice]")).to_be_focused()
    expect(trader.submit_button).to_contain_text("Preview")


def test_the_middle_needs_both_a_bid_and_an_ask(trader: Trader) -> None:
    page = trader.page
    trader.choose("KO")
    trader.fill_ticket("BUY", 3, "LMT")
    price = page.locator("#ticket [name=lmtPrice]")
    price.fill("")
    for missing in ("bid", "ask"):
        page.evaluate(WITHOUT, missing)
        expect(price).to_have_value("")
    page.evaluate(WITHOUT, "last")
    expect(price).not_to_have_value("")


def test_the_middle_of_a_combo_may_be_zero(trader: Trader) -> None:
    page = trader.page
    trader.choose("KO")
    leg = {"ratio": 1, "exchange": "SMART"}
    legs = [leg | {"conId": 1, "action": "BUY"}, leg | {"conId": 2, "action": "SELL"}]
    combo = {"symbol": "KO", "secType": "BAG", "currency": "USD", "comboLegs": legs}
    page.evaluate(TELL, ["choose", combo | {"name": "a spread"}])
    quote = {"contract": combo, "bid": -0.5, "ask": 0.5, "minTick": 0.05, "last": None}
    page.evaluate(TELL, ["quote", quote | {"time": "2026-11-20T14:31:02Z"}])
    page.locator("[data-price=mid]").click()
    expect(page.locator("#ticket [name=lmtPrice]")).to_have_value("0.00")


def ready(page: Page, a_desk: RunningDesk, quantity: int) -> Trader:
    """Somebody whose order to buy KO is previewed."""
    trader = Trader(page, a_desk.url)
    trader.sign_in()
    trader.choose("KO")
    trader.fill_ticket("BUY", quantity, "MKT")
    trader.preview()
    expect(trader.submit_button).to_contain_text("Send:", timeout=SECONDS)
    return trader


@contextmanager
def leaving(trader: Trader) -> Iterator[Route]:
    """The previewed order while it is being sent: its answer is given by hand."""
    with Held(trader.page, ORDERS, "POST") as waiting:
        trader.submit_button.click()
        waiting.wait_for()
        expect(trader.submit_button).to_have_text("Sending…")
        yield waiting.routes[0]


def test_an_order_that_is_being_sent_stays_as_it_left(page: Page, a_desk: RunningDesk) -> None:
    trader = ready(page, a_desk, 43)
    sent = sent_orders(page)
    size = page.locator("#ticket [name=totalQuantity]")
    with leaving(trader) as order:
        assert violations(page) == []
        size.click(force=True)
        page.keyboard.type("500")
        page.locator("#ticket-h").click()
        page.keyboard.press("s")
        page.locator("#ticket-new").click()
        expect(page.locator("#ticket-notice")).to_contain_text("An order is being sent")
        expect(size).to_have_value("43")
        expect(page.locator("[name=action]:checked")).to_have_value("BUY")
        order.fulfill(status=409, json=TWIN)
    anyway = page.locator("#ticket-anyway")
    expect(anyway).to_be_focused(timeout=SECONDS)
    with Held(page, ORDERS, "POST") as waiting:
        page.keyboard.press("Enter")
        expect(page.locator("#ticket")).to_be_focused()  # for the next key
        waiting.wait_for()
        waiting.routes[0].continue_()
        expect(trader.submit_button).to_contain_text("Sent", timeout=SECONDS)
    assert [body.pop("confirmDuplicate", False) for body in sent] == [False, True]
    assert sent[0] == sent[1]
    size.fill("44")
    trader.preview()
    trader.send()
    assert sent[2]["order"]["totalQuantity"] == 44
    assert sent[2]["key"] != sent[1]["key"]


def test_an_order_whose_answer_was_lost_is_sent_again_as_it_was(
    page: Page, a_desk: RunningDesk
) -> None:
    trader = ready(page, a_desk, 45)
    sent = sent_orders(page)
    with leaving(trader) as order:
        page.locator("#ticket [name=totalQuantity]").click(force=True)
        page.keyboard.type("500")
        order.abort()
        expect(page.locator("#ticket-notice")).to_contain_text("again is safe", timeout=SECONDS)
    expect(trader.submit_button).to_contain_text("Send: Buy 45 KO")
    trader.send()
    assert sent[0] == sent[1]


def test_an_edit_while_the_desk_is_asked_for_an_order_needs_a_preview(
    page: Page, a_desk: RunningDesk
) -> None:
    trader = ready(page, a_desk, 46)
    with Held(page, f"{ORDERS}/ui-*") as checks:
        with leaving(trader) as order:
            order.abort()
        checks.wait_for()
        page.locator("#ticket [name=totalQuantity]").fill("47")
        expect(trader.submit_button).to_contain_text("Preview: Buy 47 KO")
        with page.expect_event("requestfinished", lambda one: "/orders/ui-" in one.url):
            checks.routes[0].continue_()
        page.evaluate(SOME_FRAMES)
    expect(trader.submit_button).to_contain_text("Preview: Buy 47 KO")


def test_what_is_offered_while_an_order_is_being_sent_is_not_taken_and_that_is_said(
    page: Page, a_desk: RunningDesk
) -> None:
    trader = ready(page, a_desk, 48)
    line = page.locator("#command-line")
    said = page.locator("#command-said")
    with leaving(trader) as order:
        line.fill("sell MSFT 5 mkt")
        line.press("Enter")
        expect(said).to_contain_text("Not in the ticket: an order is being sent", timeout=SECONDS)
        expect(page.locator("#ticket [name=symbol]")).to_have_value("KO")
        page.evaluate(TELL, ["offer", {"contract": {"symbol": "MSFT"}, "order": {}}])
        expect(page.locator("#ticket-notice")).to_contain_text("An order is being sent")
        order.continue_()
        expect(trader.submit_button).to_contain_text("Sent", timeout=SECONDS)
    line.press("Enter")
    expect(said).to_contain_text("In the ticket", timeout=SECONDS)
    expect(trader.submit_button).to_have_text("Preview: Sell 5 MSFT MKT")


@pytest.mark.parametrize(
    ("change", "now"),
    [({"account": "DU9999999"}, "PAPER DU9999999"), ({"mode": "live"}, "LIVE DU")],
)
def test_another_account_or_mode_after_the_preview_asks_for_a_new_one(
    page: Page, a_desk: RunningDesk, change: dict[str, str], now: str
) -> None:
    trader = ready(page, a_desk, 49)
    sent = sent_orders(page)
    page.evaluate(STATUS, {"frozen": False})
    page.evaluate(SOME_FRAMES)
    expect(trader.submit_button).to_contain_text("Send:")
    page.evaluate(STATUS, change)
    expect(trader.submit_button).to_have_text("Preview: Buy 49 KO MKT")
    expect(page.locator("#ticket-notice")).to_contain_text("The preview was made for PAPER DU")
    expect(page.locator("#ticket-notice")).to_contain_text(f"it is {now}")
    assert sent == []


def test_an_order_that_never_arrived_is_not_offered_to_another_account(
    page: Page, a_desk: RunningDesk
) -> None:
    trader = ready(page, a_desk, 51)
    with leaving(trader) as order:
        order.abort()
        expect(page.locator("#ticket-notice")).to_contain_text("Unknown", timeout=SECONDS)
    page.evaluate(STATUS, {"account": "DU9999999"})
    expect(page.locator("#ticket-notice")).to_contain_text("it is PAPER DU9999999", timeout=SECONDS)
    expect(trader.submit_button).to_contain_text("Preview: Buy 51 KO")


def type_half(page: Page, field: Locator, keys: str) -> None:
    """A part of a date or time, which has no value yet."""
    field.focus()
    page.keyboard.type(keys)
    expect(field).to_have_value("")


def test_a_time_that_is_typed_half_is_said_beside_its_field(trader: Trader) -> None:
    page = trader.page
    trader.choose("KO")
    trader.fill_ticket("BUY", 3, "MKT Twap")
    page.locator("#ticket-more summary").click()
    after = page.locator("#ticket [name=goodAfterTime]")
    type_half(page, after, "12152030")
    for name in ("startTime", "endTime"):
        type_half(page, page.locator(f"#ticket [name={name}]"), "09")
    trader.submit_button.click()
    for name in ("startTime", "endTime", "goodAfterTime"):
        expect(page.locator(f"#error-{name}")).to_have_text("Finish it or clear it")
    expect(page.locator("#ticket [name=startTime]")).to_be_focused()
    expect(trader.submit_button).to_contain_text("Preview")
    page.locator("#ticket-new").click()
    trader.fill_ticket("BUY", 3, "MKT")
    trader.preview()
    expect(trader.submit_button).to_contain_text("Send:", timeout=SECONDS)


def test_a_time_that_is_typed_half_after_the_preview_is_not_left_out(
    page: Page, a_desk: RunningDesk
) -> None:
    trader = ready(page, a_desk, 52)
    sent = sent_orders(page)
    page.locator("#ticket-more summary").click()
    type_half(page, page.locator("#ticket [name=goodAfterTime]"), "12152030")
    trader.submit_button.click()
    expect(page.locator("#error-goodAfterTime")).to_have_text("Finish it or clear it")
    expect(trader.submit_button).to_have_text("Preview")
    assert sent == []
