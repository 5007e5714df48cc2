"""The blotter and the trade history, as somebody uses them who has many orders."""

from __future__ import annotations

import csv
import json
import re
from itertools import count
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, Request, Route, expect

from tests.end_to_end.held import Held
from tests.end_to_end.test_pages import TWO_FRAMES, fits, violations
from tests.end_to_end.trader import SECONDS, SOME_FRAMES, Trader
from tests.fakes import order_payload
from tests.processes import RunningDesk

SIZES = count(20)
KO = {"symbol": "KO"}
# What the page is, seen from its own modules.
TELL = "([kind, data]) => import('/static/core/book.js').then(({tell}) => tell(kind, data))"
CHANGED_ROWS = """() => {
  const rows = new Set();
  new MutationObserver((changes) => {
    for (const {target} of changes) {
      const node = target.nodeType === 1 ? target : target.parentNode;
      rows.add(node.closest("tr")?.dataset.key);
    }
    document.body.dataset.changed = [...rows].join();
  }).observe(document.querySelector("#blotter tbody"),
             {subtree: true, childList: true, characterData: true, attributes: true});
}"""


def open_orders(page: Page, a_desk: RunningDesk, query: str = "") -> None:
    Trader(page, a_desk.url).sign_in()
    page.goto(f"{a_desk.url}/orders{query}")
    expect(page.locator("#live")).to_contain_text("Live", timeout=SECONDS)


def place(a_desk: RunningDesk, contract: dict[str, str] = KO, **order: Any) -> str:
    """An order of a size of its own; to rest far below the market unless it says otherwise."""
    terms = {"action": "BUY", "totalQuantity": next(SIZES), "orderType": "LMT", "lmtPrice": 1}
    terms |= order
    if terms["orderType"] == "MKT":
        del terms["lmtPrice"]
    _, answer = a_desk.call("POST", "/api/v1/orders", {"contract": contract, "order": terms})
    return str(answer["clientOrderId"])


def row(page: Page, key: str) -> Locator:
    return page.locator(f'#blotter tr[data-key="{key}"]')


def status(page: Page, key: str) -> Locator:
    return row(page, key).locator(".status")


def change(page: Page, key: str) -> Locator:
    """The dialog that changes this order."""
    row(page, key).locator("[data-modify]").click()
    return page.locator("#change-dialog[open]")


def asked_changes(page: Page) -> list[dict[str, Any]]:
    """What the page asks from now on to change."""
    bodies: list[dict[str, Any]] = []

    def hear(request: Request) -> None:
        if request.method == "PATCH":
            bodies.append(json.loads(request.post_data or "{}")["order"])

    page.on("request", hear)
    return bodies


def chip(page: Page, name: str) -> Locator:
    return page.locator(f'#chips [data-list="{name}"]')


def answering(page: Page, orders: list[dict[str, Any]], following: str | None = None) -> None:
    """The desk knows these orders."""
    body = {"asOf": "2026-11-20T14:31:02.118Z", "orders": orders, "next": following}
    page.route("**/api/v1/order-history?*", lambda route: route.fulfill(json=body))
    listing(page, orders)


def listing(page: Page, orders: list[dict[str, Any]]) -> None:
    """These are on the list that every page asks for."""
    body = {"asOf": "2026-11-20T14:31:02.118Z", "orders": orders}
    page.route("**/api/v1/orders?*", lambda route: route.fulfill(json=body))


def many(number: int, state: str = "live") -> list[dict[str, Any]]:
    return [
        order_payload(
            f"o-{n}",
            state,
            status="Submitted",
            orderId=n,
            contract={"symbol": f"S{n % 50:02}", "secType": "STK", "conId": n, "localSymbol": ""},
            submittedAt=f"2026-11-20T{10 + n // 60:02}:{n % 60:02}:00.000Z",
        )
        for n in range(number)
    ]


def test_the_filter_stands_in_the_address_and_outlives_a_reload(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    live, filled = place(a_desk), place(a_desk, {"symbol": "MSFT"}, orderType="MKT")
    open_orders(clean_page, a_desk)
    chip(clean_page, "working").click()
    clean_page.locator("#filters [name=symbol]").fill("ko")
    expect(row(clean_page, live)).to_be_visible()
    expect(row(clean_page, filled)).to_have_count(0)
    assert clean_page.url.endswith("/orders?status=working&symbol=ko")
    clean_page.locator("[data-sort=symbol]").click()
    clean_page.reload()
    expect(row(clean_page, live)).to_be_visible(timeout=SECONDS)
    expect(chip(clean_page, "working")).to_have_attribute("aria-pressed", "true")
    expect(clean_page.locator("th[data-col=symbol]")).to_have_attribute("aria-sort", "descending")
    clean_page.get_by_role("button", name="Clear").click()
    expect(row(clean_page, filled)).to_be_visible()
    assert clean_page.url.endswith("/orders")
    clean_page.locator("#filters [name=to]").fill("2020-01-01")
    expect(clean_page.locator("#note")).to_have_text("No orders match these filters.")
    expect(chip(clean_page, "all").locator("b")).to_have_text("0")
    a_desk.call("DELETE", f"/api/v1/orders/{live}")


def test_several_orders_are_cancelled_at_once_and_each_outcome_is_shown(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    keys = [place(a_desk) for _ in range(3)]
    other = place(a_desk, {"symbol": "MSFT"})
    open_orders(clean_page, a_desk, "?symbol=KO&status=working")
    clean_page.locator("#pick-all").check()
    clean_page.locator("#bulk").click()
    dialog = clean_page.locator("#bulk-dialog")
    expect(dialog).to_be_visible(timeout=SECONDS)
    names = dialog.locator(".outcomes b")
    shown = names.count()
    assert shown >= 3
    expect(dialog.locator("h2")).to_have_text(f"Cancel {shown} orders?")
    expect(names.first).to_contain_text(re.compile(r"#\d+ Buy \d+ KO LMT 1\.00"))
    clean_page.keyboard.press("Escape")
    expect(status(clean_page, keys[0])).to_contain_text("Submitted")
    clean_page.locator("#bulk").click()
    clean_page.locator("#bulk-send").click()
    said = clean_page.locator("#bulk-said")
    expect(said).to_have_text(f"All {shown} are over.", timeout=SECONDS)
    expect(clean_page.locator("#bulk-send")).to_be_hidden()
    expect(dialog.locator("[data-word]", has_text="Cancelled")).to_have_count(shown)
    dialog.get_by_role("button", name="Close").click()
    expect(clean_page.locator("#bulk")).to_be_disabled()
    chip(clean_page, "cancelled").click()
    for key in keys:
        expect(status(clean_page, key)).to_contain_text("Cancelled")
    assert a_desk.call("GET", f"/api/v1/orders/{other}")[1]["state"] == "live"
    a_desk.call("DELETE", f"/api/v1/orders/{other}")


def test_a_cancel_whose_answer_is_lost_reads_unknown(page: Page, a_desk: RunningDesk) -> None:
    key = place(a_desk)
    open_orders(page, a_desk, "?status=working")
    page.route(f"**/api/v1/orders/{key}", lambda route: route.abort())
    row(page, key).locator("input").check()
    page.locator("#bulk").click()
    page.locator("#bulk-send").click()
    outcome = page.locator("#bulk-dialog [data-word]")
    expect(outcome).to_contain_text("Unknown whether the cancel arrived", timeout=SECONDS)
    expect(page.locator("#bulk-said")).to_contain_text("0 of 1 are over", timeout=SECONDS)
    a_desk.call("DELETE", f"/api/v1/orders/{key}")


def test_every_order_of_a_run_is_cancelled_although_another_one_is_asked_about(
    page: Page, a_desk: RunningDesk
) -> None:
    keys = [place(a_desk) for _ in range(7)]
    *first, last = keys
    open_orders(page, a_desk, "?symbol=KO")
    held = Held(page, "**/api/v1/orders/*", "DELETE")
    ask_to_cancel(page, first)
    page.locator("#bulk-send").click()
    routes = list(held.wait_for(4))
    page.keyboard.press("Escape")
    for key in first:
        row(page, key).locator("input").uncheck()
    ask_to_cancel(page, [last])
    held.let_go()
    routes[0].abort()
    for route in routes[1:]:
        route.continue_()
    lost = routes[0].request.url.rsplit("/", 1)[1]
    for key in first:
        if key != lost:
            expect(status(page, key)).to_contain_text("Cancelled", timeout=SECONDS)
    toast = page.locator("#toasts-urgent")
    expect(toast).to_contain_text("Unknown whether the cancel arrived", timeout=SECONDS)
    expect(page.locator("#bulk-h")).to_have_text("Cancel 1 order?")
    expect(page.locator("#bulk-said")).to_be_hidden()
    page.locator("#bulk-send").click()
    expect(page.locator("#bulk-said")).to_have_text("All 1 are over.", timeout=SECONDS)
    a_desk.call("DELETE", f"/api/v1/orders/{lost}")


def ask_to_cancel(page: Page, keys: list[str]) -> None:
    for key in keys:
        row(page, key).locator("input").check()
    page.locator("#bulk").click()
    names = page.locator("#bulk-dialog[open] .outcomes b")
    expect(names).to_have_count(len(keys), timeout=SECONDS)


def test_orders_and_fills_arrive_by_themselves(clean_page: Page, a_desk: RunningDesk) -> None:
    open_orders(clean_page, a_desk, "?status=filled")
    key = place(a_desk, orderType="MKT", totalQuantity=3)
    expect(status(clean_page, key)).to_contain_text("Filled", timeout=SECONDS)
    expect(row(clean_page, key).locator("[data-field=filled]")).to_have_text("3 / 3")
    expect(row(clean_page, key).locator("[data-field=user]")).to_have_text("admin")
    row(clean_page, key).locator("[data-page]").click()
    expect(clean_page.locator("#order-h")).to_contain_text("Buy 3 KO MKT", timeout=SECONDS)


def test_the_file_holds_what_is_filtered_and_no_formula(
    clean_page: Page, a_desk: RunningDesk, tmp_path: Path
) -> None:
    key = place(a_desk, {"symbol": '=1+1,"X'}, orderType="MKT", totalQuantity=2)
    place(a_desk, orderType="MKT", totalQuantity=4)
    open_orders(clean_page, a_desk, "?status=rejected")
    expect(row(clean_page, key)).to_be_visible(timeout=SECONDS)
    with clean_page.expect_download() as download:
        clean_page.locator("#csv").click()
    file = tmp_path / "orders.csv"
    download.value.save_as(file)
    assert download.value.suggested_filename == "orders.csv"
    with file.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert {one["state"] for one in rows} <= {"rejected", "not_sent", "not_placed"}
    assert [one["symbol"] for one in rows if one["clientOrderId"] == key] == ["'=1+1,\"X"]


def test_an_answer_is_never_taken_for_the_next_question(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    open_orders(clean_page, a_desk)
    answers = clean_page.evaluate(
        """async () => {
          const { confirm } = await import("/static/core/notices.js");
          const dialog = document.querySelector("#confirm-dialog");
          const questions = ["no", "yes", "no", "yes"].map((answer) => {
            const asked = confirm("Cancel?", "", "Cancel order");
            dialog.close(answer);
            return asked;
          });
          return Promise.all(questions);
        }"""
    )
    assert answers == [False, True, False, True]


def test_everything_can_be_done_with_keys(clean_page: Page, a_desk: RunningDesk) -> None:
    keys = [place(a_desk, {"symbol": "NVDA"}) for _ in range(2)]
    open_orders(clean_page, a_desk, "?symbol=NVDA&status=working")
    newest, older = row(clean_page, keys[1]), row(clean_page, keys[0])
    newest.focus()
    clean_page.keyboard.press("ArrowDown")
    expect(older).to_be_focused()
    clean_page.keyboard.press("Space")
    expect(older.locator("input")).to_be_checked()
    clean_page.keyboard.press("m")
    expect(clean_page.locator("#change-dialog")).to_be_visible(timeout=SECONDS)
    clean_page.keyboard.press("Escape")
    expect(older).to_be_focused()
    clean_page.keyboard.press("c")
    dialog = clean_page.locator("#confirm-dialog")
    expect(dialog).to_contain_text(re.compile(r"Cancel #\d+ Buy \d+ NVDA LMT 1\.00\?"))
    clean_page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(status(clean_page, keys[0])).to_contain_text("Submitted")
    clean_page.keyboard.press("c")
    dialog.get_by_role("button", name="Cancel order").click()
    expect(older).to_have_count(0, timeout=SECONDS)
    expect(newest).to_be_focused()
    clean_page.keyboard.press("Enter")
    expect(clean_page.locator("#order-h")).to_contain_text("NVDA", timeout=SECONDS)
    assert clean_page.url.endswith(keys[1])
    a_desk.call("DELETE", f"/api/v1/orders/{keys[1]}")


def test_a_change_sends_only_what_was_changed(clean_page: Page, a_desk: RunningDesk) -> None:
    euro = {"symbol": "EUR", "secType": "CASH", "currency": "USD"}
    key = place(a_desk, euro, totalQuantity=20000, lmtPrice=1.00455)
    open_orders(clean_page, a_desk, "?status=working")
    asked = asked_changes(clean_page)
    dialog = change(clean_page, key)
    expect(dialog.locator("[name=lmtPrice]")).to_have_value("1.00455")
    dialog.locator("[name=totalQuantity]").fill("21000")
    dialog.locator("#change-send").click()
    notice = dialog.locator("#change-notice")
    expect(notice).to_contain_text("Done: Quantity 20000 → 21000", timeout=SECONDS)
    dialog.locator("[name=totalQuantity]").fill("22000")
    dialog.locator("[name=tif]").select_option("GTC")
    dialog.locator("#change-send").click()
    expect(notice).to_contain_text("Done: Quantity 21000 → 22000", timeout=SECONDS)
    dialog.locator("[name=lmtPrice]").fill("1.00500")
    dialog.locator("#change-send").click()
    expect(notice).to_contain_text("Done: Limit price", timeout=SECONDS)
    expected = [{"totalQuantity": 21000}, {"totalQuantity": 22000, "tif": "GTC"}]
    assert asked == [*expected, {"lmtPrice": 1.005}]
    a_desk.call("DELETE", f"/api/v1/orders/{key}")


def test_a_change_takes_back_nothing_that_happened_meanwhile(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    key = place(a_desk, lmtPrice=2)
    open_orders(clean_page, a_desk, "?status=working")
    asked = asked_changes(clean_page)
    dialog = change(clean_page, key)
    expect(dialog.locator("[name=lmtPrice]")).to_have_value("2.00")
    code, answer = a_desk.call("PATCH", f"/api/v1/orders/{key}", {"order": {"lmtPrice": 3}})
    assert code == 200, answer
    expect(row(clean_page, key)).to_contain_text("3.00", timeout=SECONDS)
    dialog.locator("[name=totalQuantity]").fill("7")
    dialog.locator("#change-send").click()
    expect(dialog.locator("#change-notice")).to_contain_text("Done", timeout=SECONDS)
    assert asked == [{"totalQuantity": 7}]
    assert a_desk.call("GET", f"/api/v1/orders/{key}")[1]["order"]["lmtPrice"] == 3
    a_desk.call("DELETE", f"/api/v1/orders/{key}")


def test_a_change_to_what_is_no_number_is_refused_beside_its_field(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    key = place(a_desk, lmtPrice=2)
    open_orders(clean_page, a_desk, "?status=working")
    asked = asked_changes(clean_page)
    dialog = change(clean_page, key)
    dialog.locator("[name=lmtPrice]").fill("2,50")
    dialog.locator("#change-send").click()
    expect(dialog.locator("[data-error=lmtPrice]")).to_have_text("Enter a number")
    expect(dialog.locator("[name=lmtPrice]")).to_be_focused()
    assert asked == []
    a_desk.call("DELETE", f"/api/v1/orders/{key}")


def test_a_date_that_is_half_deleted_is_not_taken_for_none(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    key = place(a_desk, tif="GTD", goodTillDate="2030-01-15T20:00:00Z")
    open_orders(clean_page, a_desk, "?status=working")
    asked = asked_changes(clean_page)
    dialog = change(clean_page, key)
    until_when = dialog.locator("[name=goodTillDate]")
    until_when.focus()
    clean_page.keyboard.press("Delete")  # the month alone
    expect(until_when).to_have_value("")
    dialog.locator("#change-send").click()
    expect(dialog.locator("[data-error=goodTillDate]")).to_have_text("Finish it")
    assert asked == []
    a_desk.call("DELETE", f"/api/v1/orders/{key}")


def test_the_dialog_of_one_order_never_says_what_became_of_another_s_change(
    page: Page, a_desk: RunningDesk
) -> None:
    confirmed, refused, other = place(a_desk), place(a_desk), place(a_desk)
    open_orders(page, a_desk, "?status=working")
    with Held(page, "**/api/v1/orders/*", "PATCH") as waiting:
        for number, key in enumerate((confirmed, refused, other), 1):
            dialog = change(page, key)
            dialog.locator("[name=lmtPrice]").fill(f"1.{number}")
            dialog.locator("#change-send").click()
            waiting.wait_for(number)
            if key != other:
                page.keyboard.press("Escape")
        waiting.routes[0].continue_()
        expect(row(page, confirmed)).to_contain_text("1.10", timeout=SECONDS)
        waiting.routes[1].fulfill(status=503, json={"error": "Not connected to TWS.", "sent": "no"})
        expect(page.locator(".toast")).to_contain_text("Not connected", timeout=SECONDS)
        page.evaluate(SOME_FRAMES)
        expect(dialog.locator("#change-notice")).to_contain_text("Asking IB: Limit price 1 → 1.3")
        expect(dialog.locator("#change-send")).to_be_disabled()
        waiting.routes[2].continue_()
        expect(dialog.locator("#change-notice")).to_contain_text("Done", timeout=SECONDS)
    for key in (confirmed, refused, other):
        a_desk.call("DELETE", f"/api/v1/orders/{key}")


def test_a_change_says_what_it_leaves_behind_in_a_bracket(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    """TWS would take a price beyond the order's own stop, and more shares than its stop closes."""
    order = {"action": "BUY", "totalQuantity": 6, "orderType": "LMT", "lmtPrice": 2}
    legs = {"targets": [{"lmtPrice": 3}], "stop": {"orderType": "STP", "auxPrice": 1}}
    body = {"contract": KO, "order": order, "bracket": legs}
    key = a_desk.call("POST", "/api/v1/orders", body)[1]["clientOrderId"]
    open_orders(clean_page, a_desk, "?status=working")
    dialog = change(clean_page, key)
    notice = dialog.locator("#change-notice")
    for price, words in (("0.9", "Sell 6 KO STP 1.00"), ("3.1", "Sell 6 KO LMT 3.00")):
        dialog.locator("[name=lmtPrice]").fill(price)
        expect(notice).to_contain_text(f"Its attached {words} would stand on the wrong side")
    dialog.locator("[name=lmtPrice]").fill("2.1")
    expect(notice).to_be_hidden()
    dialog.locator("[name=totalQuantity]").fill("4")
    expect(notice).to_have_text("Its attached orders keep their sizes: change them as well.")
    a_desk.call("DELETE", f"/api/v1/orders/{key}")


def test_a_change_of_another_program_is_not_called_the_dialogs_own(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    key = place(a_desk, lmtPrice=2)
    open_orders(clean_page, a_desk, "?status=working")
    dialog = change(clean_page, key)
    notice = dialog.locator("#change-notice")
    dialog.locator("[name=lmtPrice]").fill("2.5")
    dialog.locator("#change-send").click()
    expect(notice).to_contain_text("Done: Limit price 2 → 2.5", timeout=SECONDS)
    shown = a_desk.call("GET", f"/api/v1/orders/{key}")[1]
    theirs = shown["modification"] | {"asked": {"totalQuantity": 9}, "state": "refused"}
    told = shown | {"seq": shown["seq"] + 100, "modification": theirs}
    clean_page.evaluate(TELL, ["order", told])
    expect(notice).to_contain_text("Done: Limit price 2 → 2.5")
    a_desk.call("DELETE", f"/api/v1/orders/{key}")


def test_a_paused_page_stands_still_and_says_so(clean_page: Page, a_desk: RunningDesk) -> None:
    open_orders(clean_page, a_desk)
    pause = clean_page.locator("#pause")
    pause.click()
    key = place(a_desk, orderType="MKT", totalQuantity=5)
    live = clean_page.locator("#live")
    expect(live).to_contain_text(re.compile(r"Paused since .*, [1-9]\d* changes wait"))
    expect(row(clean_page, key)).to_have_count(0)
    clean_page.locator("#filters [name=symbol]").fill("k")  # what is asked for is shown
    expect(status(clean_page, key)).to_contain_text("Filled", timeout=SECONDS)
    expect(live).to_contain_text("Paused")
    clean_page.locator("#filters [name=symbol]").fill("")
    pause.click()
    expect(row(clean_page, key)).to_be_visible()
    expect(live).to_have_text("Live")


def test_one_change_among_hundreds_of_rows_touches_one_row(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    orders = many(480)
    answering(clean_page, orders)
    open_orders(clean_page, a_desk)
    expect(clean_page.locator("#blotter tbody tr")).to_have_count(480, timeout=SECONDS)
    clean_page.evaluate(CHANGED_ROWS)
    changed = orders[240] | {"filled": 40, "seq": 4, "updatedAt": "2026-11-20T20:00:00.000Z"}
    clean_page.evaluate(TELL, ["order", changed])
    body = clean_page.locator("body")
    expect(body).to_have_attribute("data-changed", "o-240")
    expect(row(clean_page, "o-240").locator("[data-field=filled]")).to_have_text("40 / 100")
    clean_page.locator("[data-sort=filled]").click()
    expect(clean_page.locator("#blotter tbody tr").first).to_have_attribute("data-key", "o-240")


def test_an_answer_that_says_what_is_shown_touches_no_row(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    orders = many(480)
    answering(clean_page, orders)
    open_orders(clean_page, a_desk)
    expect(clean_page.locator("#blotter tbody tr")).to_have_count(480, timeout=SECONDS)
    clean_page.evaluate(CHANGED_ROWS)
    answering(clean_page, orders[1:] + [orders[0] | {"filled": 10}])
    with clean_page.expect_response("**/api/v1/order-history?*"):
        clean_page.evaluate(TELL, ["hello", {"reset": True}])
    expect(row(clean_page, "o-0").locator("[data-field=filled]")).to_have_text("10 / 100")
    expect(clean_page.locator("body")).to_have_attribute("data-changed", "o-0")


def test_a_slow_answer_does_not_undo_what_an_old_order_has_just_done(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    orders = many(2)
    answering(clean_page, orders)
    open_orders(clean_page, a_desk)
    expect(row(clean_page, "o-1")).to_be_visible()
    filled = orders[1] | {"state": "filled", "status": "Filled", "filled": 100, "seq": 4}
    an_hour_later = {"updatedAt": "2026-11-20T15:31:02.118Z"}
    clean_page.evaluate(TELL, ["order", filled | an_hour_later])
    answering(clean_page, [orders[0] | {"filled": 10}, orders[1]])  # looked up before the fill
    with clean_page.expect_response("**/api/v1/order-history?*"):
        clean_page.evaluate(TELL, ["hello", {"reset": True}])
    expect(row(clean_page, "o-0").locator("[data-field=filled]")).to_have_text("10 / 100")
    expect(status(clean_page, "o-1")).to_contain_text("Filled")


def test_an_order_s_later_word_counts_although_the_clock_was_set_back(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    orders = many(1)
    answering(clean_page, orders)
    open_orders(clean_page, a_desk)
    expect(row(clean_page, "o-0")).to_be_visible()
    filled = orders[0] | {"state": "filled", "status": "Filled", "filled": 100, "seq": 4}
    told = filled | {"updatedAt": "2026-11-20T14:31:01.118Z"}
    known = clean_page.evaluate(
        """(told) => import('/static/core/book.js').then(({book, tell}) => {
          tell('order', told);
          return book.orders.get('o-0').state;
        })""",
        told,
    )
    assert known == "filled"


def test_of_two_words_in_one_millisecond_the_later_one_stays(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    orders = many(1)
    answering(clean_page, orders)
    open_orders(clean_page, a_desk)
    expect(row(clean_page, "o-0")).to_be_visible()
    told = orders[0] | {"state": "filled", "status": "Filled", "filled": 100, "seq": 4}
    clean_page.evaluate(TELL, ["order", told])
    clean_page.evaluate(TELL, ["order", orders[0]])
    expect(status(clean_page, "o-0")).to_contain_text("Filled")


def test_an_open_change_hears_in_a_list_that_its_order_is_over(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    orders = many(1)
    answering(clean_page, orders)
    open_orders(clean_page, a_desk)
    row(clean_page, "o-0").locator("[data-modify]").click()
    send = clean_page.locator("#change-send")
    expect(send).to_be_enabled()
    over = orders[0] | {"state": "filled", "status": "Filled", "filled": 100, "seq": 4}
    clean_page.evaluate(TELL, ["orders", {"asOf": over["updatedAt"], "orders": [over]}])
    expect(clean_page.locator("#change-notice")).to_contain_text("not live any more")
    expect(send).to_be_disabled()


def test_older_orders_are_fetched_on_demand(clean_page: Page, a_desk: RunningDesk) -> None:
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        is_older = "before=o-500" in route.request.url
        orders = many(500) if is_older else many(900)[500:]
        following = None if is_older else "o-500"
        body = {"asOf": "2026-11-20T14:31:02.118Z", "orders": orders, "next": following}
        route.fulfill(content_type="application/json", body=json.dumps(body))

    clean_page.route("**/api/v1/order-history?*", answer)
    listing(clean_page, many(900))
    open_orders(clean_page, a_desk)
    rows = clean_page.locator("#blotter tbody tr")
    expect(rows).to_have_count(400, timeout=SECONDS)
    expect(chip(clean_page, "working").locator("b")).to_have_text("400+")
    clean_page.locator("#more").click()
    expect(rows).to_have_count(900, timeout=SECONDS)
    expect(chip(clean_page, "working").locator("b")).to_have_text("900")
    expect(clean_page.locator("#more")).to_be_hidden()
    assert sum("before=" in url for url in asked) == 1


def test_older_orders_do_not_swallow_the_answer_after_a_gap(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    older, newer = many(1, "rejected"), many(2)[1]
    answering(clean_page, [newer], "o-1")
    open_orders(clean_page, a_desk)
    expect(status(clean_page, "o-1")).to_contain_text("Submitted", timeout=SECONDS)
    told = "2026-11-20T15:31:02.118Z"
    filled = newer | {"state": "filled", "filled": 100, "seq": 4, "updatedAt": told}
    newest = Held(clean_page, "**/api/v1/order-history?limit=*")
    clean_page.evaluate(TELL, ["hello", {"reset": True}])
    answer = newest.first()
    clean_page.route(
        "**/api/v1/order-history?before=*",
        lambda route: route.fulfill(json={"asOf": told, "orders": older, "next": None}),
    )
    clean_page.locator("#more").click()
    expect(row(clean_page, "o-0")).to_be_visible(timeout=SECONDS)
    answer.fulfill(json={"asOf": told, "orders": [filled], "next": "o-1"})
    expect(status(clean_page, "o-1")).to_contain_text("Filled")


def test_columns_are_chosen_once_for_this_browser(clean_page: Page, a_desk: RunningDesk) -> None:
    answering(clean_page, many(3))
    open_orders(clean_page, a_desk)
    cells = clean_page.locator('#blotter [data-col="account"]')
    expect(cells.last).to_be_visible(timeout=SECONDS)
    clean_page.locator("#columns summary").click()
    clean_page.locator("#columns [value=account]").uncheck()
    expect(cells.first).to_be_hidden()
    clean_page.reload()
    expect(clean_page.locator("#blotter tbody tr")).to_have_count(3, timeout=SECONDS)
    expect(cells.last).to_be_hidden()


def test_a_long_name_and_a_large_size_stay_within_their_cells(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    alien, large = many(2)
    alien |= {"clientOrderId": "", "orderId": 0, "permId": 1000000012, "origin": "elsewhere"}
    large |= {"order": large["order"] | {"totalQuantity": 1_000_000}}
    answering(clean_page, [alien, large])
    open_orders(clean_page, a_desk)
    name = row(clean_page, "perm-1000000012").locator('[data-col="id"]')
    expect(name).to_have_text("perm…0012", timeout=SECONDS)
    for width in (1440, 390):
        clean_page.set_viewport_size({"width": width, "height": 844})
        assert name.evaluate("(cell) => getComputedStyle(cell).overflowX") == "hidden"
        size = row(clean_page, "o-1").locator('[data-col="filled"]')
        assert size.evaluate("(cell) => cell.scrollWidth <= cell.clientWidth")


def test_columns_fit_the_window_until_they_are_chosen(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    clean_page.set_viewport_size({"width": 390, "height": 844})
    answering(clean_page, many(3))
    open_orders(clean_page, a_desk)
    cell = clean_page.locator('#blotter [data-col="tif"]').last
    expect(cell).to_be_hidden()
    clean_page.set_viewport_size({"width": 1440, "height": 900})
    expect(cell).to_be_visible()


def test_orders_that_cannot_be_read_are_not_called_none(page: Page, a_desk: RunningDesk) -> None:
    problem = {"error": "IB not connected", "detail": "Start TWS", "status": 503}
    page.route("**/api/v1/order-history?*", lambda route: route.fulfill(status=503, json=problem))
    Trader(page, a_desk.url).sign_in()
    page.goto(f"{a_desk.url}/orders")
    expect(page.locator("#note")).to_have_text("IB not connected", timeout=SECONDS)
    expect(chip(page, "all").locator("b")).to_have_text("—")
    with page.expect_download(timeout=SECONDS):
        page.locator("#csv").click()


def test_fills_are_told_by_day_and_symbol(
    clean_page: Page, a_desk: RunningDesk, tmp_path: Path
) -> None:
    key = place(a_desk, {"symbol": "AMD"}, orderType="MKT", totalQuantity=2)
    Trader(clean_page, a_desk.url).sign_in()
    clean_page.goto(f"{a_desk.url}/executions?symbol=AMD")
    fill = clean_page.locator("#fills tr[data-key]")
    expect(fill).to_have_count(1, timeout=SECONDS)
    expect(fill).to_contain_text(re.compile(r"Bought\s*AMD\s*2"))
    expect(clean_page.locator("#fills .day")).to_contain_text("1 fill")
    place(a_desk, {"symbol": "AMD"}, orderType="MKT", totalQuantity=2, action="SELL")
    expect(fill).to_have_count(2, timeout=SECONDS)
    sums = clean_page.locator("#sums tbody tr")
    expect(sums).to_contain_text("2.00 USD", timeout=SECONDS)
    expect(sums.locator("[data-field=sold]")).to_contain_text("2 at")
    with clean_page.expect_download() as download:
        clean_page.locator("#csv").click()
    download.value.save_as(tmp_path / "fills.csv")
    with (tmp_path / "fills.csv").open(newline="") as lines:
        found = list(csv.DictReader(lines))
    assert [one["clientOrderId"] for one in found][0] == key
    assert [one["symbol"] for one in found] == ["AMD", "AMD"]
    fill.last.locator("a").click()
    expect(clean_page.locator("#order-h")).to_contain_text("Buy 2 AMD MKT", timeout=SECONDS)


def a_fill(exec_id: str, price: float, **contract: object) -> dict[str, Any]:
    return {
        "execId": exec_id,
        "time": "2026-11-20T14:31:02.118Z",
        "account": "DU1",
        "contract": {"symbol": "AAPL", "secType": "STK", "localSymbol": "AAPL"} | contract,
        "side": "BOT",
        "shares": 2,
        "price": price,
        "exchange": "NASDAQ",
        "orderId": 7,
        "permId": 1,
        "orderRef": "ui-1",
        "commission": 1.25,
        "commissionCurrency": "USD",
        "realizedPNL": None,
    }


def test_a_combos_own_line_is_no_fill_beside_those_of_its_legs(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    fills = [
        a_fill("a.1", 1.9, secType="BAG"),
        a_fill("b.1", 4.1, secType="OPT"),
        a_fill("c.1", 2.2, secType="OPT"),
    ]
    body = {"asOf": fills[0]["time"], "stale": False, "executions": fills}
    clean_page.route("**/api/v1/executions?*", lambda route: route.fulfill(json=body))
    Trader(clean_page, a_desk.url).sign_in()
    clean_page.goto(f"{a_desk.url}/executions")
    expect(clean_page.locator("#total")).to_contain_text("2 fills ·", timeout=SECONDS)


def test_two_contracts_of_one_name_have_a_sum_each(clean_page: Page, a_desk: RunningDesk) -> None:
    bank = {"symbol": "RY", "localSymbol": "RY"}
    fills = [
        a_fill("a.1", 100, **bank, conId=1, currency="USD"),
        a_fill("b.1", 140, **bank, conId=2, currency="CAD"),
        a_fill("c.1", 228, conId=3, currency="USD"),
    ]
    body = {"asOf": fills[0]["time"], "stale": False, "executions": fills}
    clean_page.route("**/api/v1/executions?*", lambda route: route.fulfill(json=body))
    Trader(clean_page, a_desk.url).sign_in()
    clean_page.goto(f"{a_desk.url}/executions")
    sums = clean_page.locator("#sums tbody tr")
    expect(sums.locator("[data-field=symbol]")).to_have_text(
        ["AAPL", "RY CAD", "RY USD"], timeout=SECONDS
    )
    expect(sums.locator("[data-field=bought]")).to_have_text(
        ["2 at 228.00", "2 at 140.00", "2 at 100.00"]
    )


def test_days_that_are_still_asked_for_are_not_called_empty(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    open_orders(clean_page, a_desk)
    for path, kind in (("orders", "order-history"), ("executions", "executions")):
        clean_page.goto(f"{a_desk.url}/{path}")
        expect(clean_page.locator("#note")).not_to_contain_text("Loading", timeout=SECONDS)
        days = Held(clean_page, f"**/api/v1/{kind}?*from=*")
        clean_page.locator("#filters [name=to]").fill("2025-01-31")
        clean_page.locator("#filters [name=from]").fill("2025-01-01")
        days.first()
        note = clean_page.locator("#note")
        expect(note).to_contain_text("Loading")
        days.let_go()
        for route in days.routes:  # a slow page asks twice
            route.continue_()
        expect(note).to_contain_text("match these filters", timeout=SECONDS)


def test_a_sum_with_something_unknown_says_at_least(clean_page: Page, a_desk: RunningDesk) -> None:
    known = a_fill("a.1", 228.1)
    unknown = known | {"execId": "b.1", "commission": None, "commissionCurrency": None}
    body = {"asOf": known["time"], "stale": True, "executions": [known, unknown]}
    clean_page.route("**/api/v1/executions?*", lambda route: route.fulfill(json=body))
    Trader(clean_page, a_desk.url).sign_in()
    clean_page.goto(f"{a_desk.url}/executions")
    expect(clean_page.locator("#stale")).to_contain_text("Some may be missing", timeout=SECONDS)
    expect(clean_page.locator("#fills .day")).to_contain_text("at least 1.25 USD")
    expect(clean_page.locator('#fills [data-key="b.1"] [data-field=commission]')).to_have_text("—")
    clean_page.evaluate(
        TELL, ["execution", unknown | {"commission": 1, "commissionCurrency": "USD"}]
    )
    expect(clean_page.locator("#fills .day")).to_contain_text("2.25 USD")
    clean_page.evaluate(TELL, ["execution", unknown])  # an answer begun before, and late
    clean_page.evaluate(TELL, ["execution", known | {"execId": "c.1"}])
    expect(clean_page.locator("#fills .day")).to_contain_text("3.50 USD")
    expect(clean_page.locator("#fills .day")).not_to_contain_text("at least")


def test_both_pages_are_accessible_in_every_look(look: Page, a_desk: RunningDesk) -> None:
    place(a_desk, orderType="MKT", totalQuantity=6)
    place(a_desk, {"symbol": "@X"}, orderType="MKT", totalQuantity=2)
    key = place(a_desk)
    open_orders(look, a_desk)
    expect(row(look, key)).to_be_visible(timeout=SECONDS)
    look.locator("#columns summary").click()
    look.locator("#pause").click()
    row(look, key).locator("input").check()
    assert (violations(look), fits(look)) == ([], True)
    look.locator("#columns summary").click()
    look.locator("#bulk").click()
    assert violations(look) == []
    look.keyboard.press("Escape")
    a_desk.call("DELETE", f"/api/v1/orders/{key}")
    look.goto(f"{a_desk.url}/executions")
    expect(look.locator("#fills tr[data-key]").first).to_be_visible(timeout=SECONDS)
    look.evaluate(TWO_FRAMES)
    assert (violations(look), fits(look)) == ([], True)


def test_a_print_shows_the_orders_and_no_buttons(clean_page: Page, a_desk: RunningDesk) -> None:
    answering(clean_page, many(60))
    open_orders(clean_page, a_desk, "?symbol=S0")
    rows = clean_page.locator("#blotter tbody tr")
    expect(rows).to_have_count(20, timeout=SECONDS)
    clean_page.evaluate("dispatchEvent(new Event('beforeprint'))")
    clean_page.emulate_media(media="print")
    expect(rows.last).to_be_visible()
    expect(clean_page.locator("#printed")).to_contain_text(re.compile("PAPER DU.* symbol S0"))
    for gone in (".top", "#filters", "#bulk", "#blotter [data-cancel] >> nth=0"):
        expect(clean_page.locator(gone)).to_be_hidden()
