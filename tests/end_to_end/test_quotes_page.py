"""Quotes on the pages: followed while somebody looks, and every page says when they stand still."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.end_to_end.test_blotter import TELL
from tests.end_to_end.test_pages import fits, violations
from tests.end_to_end.trader import SECONDS, Trader
from tests.processes import RunningDesk, desk, paper_gateway, until
from trading.ib_errors import CodeTable

BUSY = """() => import('/static/core/book.js').then(({tell}) =>
    void setInterval(() => tell("orders", {orders: [], asOf: "2026-01-01T00:00:00Z"}), 100))"""
# A chart that notes its lines and draws nothing.
NOTING_CHART = """export const createEngine = () => ({
    restyle() {}, setMarks() {},
    setBars: (bars, places, isDaily) => void (window.days = isDaily ? [...bars] : []),
    update: ({ close }) => void (window.closes ??= []).push(close),
    setLines: (lines) => void (window.lines = lines),
});"""
# What the chart draws of bars of two prices, told for the chosen contract.
BARS_OF_TWO_PRICES = """async () => {
    const { book, tell } = await import("/static/core/book.js");
    const time = Math.ceil(Date.now() / 60000) * 60;
    const about = { contract: book.contract, barSize: "1 min", rth: "no", trouble: null };
    window.closes = [];
    for (let frames = 600; frames && !window.closes.length; frames -= 1) {
        await new Promise(requestAnimationFrame); // until the bars are there that these go on
        for (const [what, close] of [["BID", 1], ["TRADES", 2]])
            tell("bar", { ...about, what, bar: { time, open: 2, high: 2, low: 2, close } });
    }
    return window.closes;
}"""
# The average line's price, and whether the table of positions has it, after a position of the
# chosen contract was told, as that of an option.
AVERAGE_LINE = """async () => {
    const { book, tell } = await import("/static/core/book.js");
    const contract = { ...book.contract, multiplier: "100" };
    const { account } = document.body.dataset;
    const asOf = new Date(Date.now() + 60000).toISOString();
    tell("position", { account, contract, position: 2, avgCost: 524, asOf });
    for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
    const cells = [...document.querySelectorAll('#positions [data-field="avgCost"]')];
    const shown = cells.map((cell) => cell.textContent).includes("5.24");
    return [window.lines.find(({ text }) => text === "+2 avg").price, shown];
}"""
# What the chart of days draws of prices of today's bar and of the hour after midnight UTC, while
# its bars do not come live.
PRICES_AFTER_MIDNIGHT = """async () => {
    const { book, tell } = await import("/static/core/book.js");
    while (!window.days?.length) await new Promise(requestAnimationFrame);
    const about = { contract: book.contract, barSize: "1 day", what: "TRADES", rth: "no" };
    tell("bar", { ...about, bar: null, trouble: { code: 162 } });
    window.closes = [];
    for (const [hours, last] of [[23, 5], [24.5, 6]]) {
        const time = new Date((window.days.at(-1).time + hours * 3600) * 1000).toISOString();
        tell("quote", { contract: book.contract, last, time }, true);
    }
    return window.closes;
}"""
MORE_THAN_A_MINUTE_MS = 61_000


def test_the_health_page_is_accessible_in_every_look(look: Page, a_desk: RunningDesk) -> None:
    trader = Trader(look, a_desk.url)
    trader.sign_in()
    trader.choose("AAPL")
    look.goto(f"{a_desk.url}/health")
    card = look.locator("#card-market")
    expect(card).to_contain_text("live", timeout=SECONDS)
    expect(card.locator(".budgets")).to_contain_text("of 100")
    assert violations(look) == []
    assert fits(look)


def test_the_health_page_tells_a_message_about_an_order_once(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    trader = Trader(clean_page, a_desk.url)
    trader.sign_in()
    terms = {"action": "BUY", "totalQuantity": 1, "orderType": "MKT"}
    body = {"contract": {"symbol": "KO"}, "order": terms}
    _, order = a_desk.call("POST", "/api/v1/orders", body)
    clean_page.goto(f"{a_desk.url}/health")
    _, answer = a_desk.call("GET", "/api/v1/messages")
    about = [m for m in answer["messages"] if m["clientOrderId"] == order["clientOrderId"]]
    assert [m["time"] for m in about] == [m["time"] for m in order["messages"]] != []
    for message in about:
        said = clean_page.locator(f"#said li[data-time='{message['time']}']")
        expect(said.and_(clean_page.locator(f"[data-code='{message['code']}']"))).to_have_count(
            1, timeout=SECONDS
        )


def test_what_leaves_nothing_to_do_is_shown_as_information(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    trader = Trader(clean_page, a_desk.url)
    trader.sign_in()
    terms = {"action": "BUY", "totalQuantity": 1, "orderType": "MKT"}
    body = {"contract": {"symbol": "KO"}, "order": terms}
    _, order = a_desk.call("POST", "/api/v1/orders", body)
    clean_page.goto(f"{a_desk.url}/health")
    expect(clean_page.locator("#said li[data-code='2109']").first).to_be_visible(timeout=SECONDS)
    farms = (2104, 2106, 2158)  # told at the start, which a busy desk shows no more
    for code in farms:
        message = CodeTable().message(code, "A farm connection is OK", datetime.now(UTC))
        clean_page.evaluate(TELL, ["message", message | {"connection": "data"}])
    for code in (*farms, 2109, 10349):
        line = clean_page.locator(f"#said li[data-code='{code}']").first
        expect(line).to_have_attribute("data-tone", "info")
    assert {message["code"] for message in order["messages"]} == {2109, 10349}


def test_a_competing_session_is_told_on_every_page_until_it_is_over(
    clean_page: Page, tmp_path: Path
) -> None:
    with (
        paper_gateway(tmp_path / "gateway") as gateway,
        desk(tmp_path / "var", IB_PORT=str(gateway.port), PAPER_SLEEP="0") as running,
    ):
        trader = Trader(clean_page, running.url)
        trader.sign_in()
        trader.choose("AAPL")
        watched = clean_page.locator("#watchlist li").first.locator("[data-field=about]")
        clean_page.locator("#watch-add").click()
        tag = clean_page.locator("#quote .tag")
        expect(tag).to_have_text("live", timeout=SECONDS)
        gateway.drill(competing_session=True)
        banner, said = clean_page.locator("#banner"), "Another login of the same user"
        expect(banner).to_contain_text(said, timeout=SECONDS)
        expect(tag).to_have_text("not live: the last known")
        expect(watched).to_contain_text(said)
        clean_page.goto(f"{running.url}/health")
        expect(banner).to_contain_text(said, timeout=SECONDS)
        # The farms were named when TWS was connected, long before this page was opened.
        named = clean_page.locator('#said li[data-code="2104"]')
        expect(named.first).to_be_visible(timeout=SECONDS)
        card = clean_page.locator("#card-market")
        expect(card).to_contain_text("Log out of the other session", timeout=SECONDS)
        expect(card).to_contain_text("10197")
        gateway.drill(competing_session=False)
        expect(banner).to_be_hidden(timeout=2 * SECONDS)  # asked again every 15 seconds
        expect(card).to_contain_text("Quotes come")


def test_nothing_held_does_not_get_old_while_tws_would_tell(
    clean_page: Page, tmp_path: Path
) -> None:
    nothing = {"asOf": "2026-11-20T14:31:02.118Z", "stale": False, "positions": []}
    clean_page.route("**/api/v1/positions*", lambda route: route.fulfill(json=nothing))
    with (
        paper_gateway(tmp_path / "gateway") as gateway,
        desk(tmp_path / "var", IB_PORT=str(gateway.port), PAPER_SLEEP="0") as running,
    ):
        Trader(clean_page, running.url).sign_in()
        block = clean_page.locator("#positions-block")
        expect(block).to_contain_text("No positions", timeout=SECONDS)
        expect(block.locator(".age")).to_have_text(re.compile(r"^as of [\d:]+$"))
        expect(block).to_have_attribute("data-old", "no")
        gateway.drill(link_down=True)  # TWS is there and has lost IB
        expect(block).to_have_attribute("data-old", "yes", timeout=SECONDS)
        gateway.drill(link_down=False)
        expect(block).to_have_attribute("data-old", "no", timeout=SECONDS)
        lost = {"state": "reconnecting", "tries": 2, "lastAt": 0, "retryAt": 0}
        clean_page.evaluate(TELL, ["stream", lost])
        expect(block).to_have_attribute("data-old", "yes")


def test_protection_is_told_on_a_desk_where_something_always_happens(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    trader = Trader(clean_page, a_desk.url)
    trader.sign_in()
    clean_page.evaluate(BUSY)
    terms = {"action": "BUY", "totalQuantity": 3, "orderType": "MKT"}
    a_desk.call("POST", "/api/v1/orders", {"contract": {"symbol": "ORCL"}, "order": terms})
    guard = clean_page.locator('#positions tr[data-symbol="ORCL"] .guard')
    expect(guard).to_contain_text("No stop", timeout=SECONDS)


def test_a_slow_answer_does_not_undo_the_first_tick_after_a_pause(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    Trader(clean_page, a_desk.url).sign_in()
    before, after = "2026-11-20T14:31:02.118Z", "2026-11-20T14:36:02.118Z"
    assert bids_after(clean_page, (1, before, False), (3, after, True), (1, before, False)) == [
        1,
        3,
        3,
    ]


def test_a_quote_from_before_the_clock_was_set_back_holds_up_no_later_one(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    Trader(clean_page, a_desk.url).sign_in()
    told, ahead = "2026-11-20T14:31:02.118Z", "2099-11-20T14:31:02.118Z"
    assert bids_after(clean_page, (1, ahead, False), (2, told, False)) == [1, 2]
    yesterday = "2026-11-19T14:31:02.118Z"
    assert bids_after(clean_page, (1, told, True), (2, yesterday, True)) == [1, 2]


def bids_after(page: Page, *quotes: tuple[float, str, bool]) -> list[float]:
    """What the page knows after each quote: its bid, its time, and whether the stream told it."""
    bids: list[float] = page.evaluate(
        """(quotes) => import('/static/core/book.js').then(({ quoteOf, tell }) => {
          const contract = { conId: 4711, symbol: 'XYZ', secType: 'STK', currency: 'USD' };
          return quotes.map(([bid, time, isStreamed]) => {
            tell('quote', { contract, bid, time }, isStreamed);
            return quoteOf(contract).bid;
          });
        })""",
        [list(one) for one in quotes],
    )
    return bids


def test_the_average_of_an_option_is_shown_as_the_price_that_was_paid(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    """IB's average cost is that of a whole contract, its multiplier included."""
    note_the_chart(clean_page, a_desk)
    assert clean_page.evaluate(AVERAGE_LINE) == [5.24, True]


def test_bars_of_another_price_that_somebody_follows_do_not_get_into_the_chart(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    """A program may follow the bids of the contract that a page shows the trades of."""
    note_the_chart(clean_page, a_desk)
    assert clean_page.evaluate(BARS_OF_TWO_PRICES) == [2]


def test_a_price_of_the_evening_in_new_york_begins_no_bar_of_tomorrow(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    """There it is after midnight UTC before the market's day is over."""
    note_the_chart(clean_page, a_desk)
    clean_page.locator('#timeframes [data-bar="1 day"]').click()
    assert clean_page.evaluate(PRICES_AFTER_MIDNIGHT) == [5]


def note_the_chart(page: Page, a_desk: RunningDesk) -> None:
    """At the desk with AAPL chosen and its bars there."""
    page.route(
        re.compile(r"/market/chart_(library|svg)\.js"),
        lambda route: route.fulfill(body=NOTING_CHART, content_type="text/javascript"),
    )
    trader = Trader(page, a_desk.url)
    trader.sign_in()
    trader.choose("AAPL")
    expect(page.locator("#chart")).to_have_attribute("aria-label", re.compile(r"^AAPL, \d\d+ bars"))


def test_a_page_that_stays_open_renews_its_look(clean_page: Page, a_desk: RunningDesk) -> None:
    """Time passes quickly in this browser: the page asks again and again."""
    clean_page.clock.install()
    trader = Trader(clean_page, a_desk.url)
    trader.sign_in()
    trader.choose("MSFT")
    asked: list[str] = []
    clean_page.on("request", lambda request: asked.append(request.url))
    clean_page.clock.run_for(MORE_THAN_A_MINUTE_MS)
    until(
        lambda: clean_page.evaluate("1") and sum(url.endswith("/watching") for url in asked) >= 3,
        "the page has renewed its look three times",
    )
