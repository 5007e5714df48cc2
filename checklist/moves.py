"""What boxes and steps do with orders: place, see it rest, change, cancel, see it filled.

Each returns what it saw in words that are the same for every good run; what differs from run to
run stands behind a bar (` | `). What is not as expected is raised.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from checklist.asking import Answer
from checklist.findings import LOOK_IN_TWS, Failed, NotProvoked, NotRun, Unseen
from checklist.prices import with_prices
from checklist.stand import Stand
from trading.ib_errors import CodeTable

WAITS_FOR_OPENING = 399  # "… will not be placed at the exchange until …"
OPENING = ("will not be placed", "opening", "market is closed")
FIND_IT = "Find the order in TWS (its order reference begins with cl-) and cancel it there."
CLOSED = "The market is closed. Run the checklist again in trading hours."
WORKING = ("Submitted", "PreSubmitted")

CODES = CodeTable()

Order = dict[str, Any]


def priced(stand: Stand, order: Order) -> Order:
    """The order with its prices in place of percentages; NotRun when TWS gives no price."""
    wanted: Order = with_prices(order, stand.price)
    return wanted


def placed(stand: Stand, key: str, order: Order, **beside: Any) -> Answer:
    return stand.place(key, priced(stand, order), **priced(stand, beside))


def rests(stand: Stand, key: str, order: Order, **beside: Any) -> str:
    """Place it, see it work, cancel it, see it cancelled."""
    seen, _, detail = works(stand, key, order, **beside).partition(" | ")
    cancel(stand, key)
    return f"{seen}; then cancelled | {detail}"


def works(stand: Stand, key: str, order: Order, **beside: Any) -> str:
    """Place it and see it work; it stays."""
    return expect_live(stand, key, placed(stand, key, order, **beside))


def expect_live(stand: Stand, key: str, answer: Answer) -> str:
    body = answer.body
    if body.get("state") == "rejected":
        raise rejected(body)
    found = stand.order_when(key, lambda order: order.get("status") in WORKING or is_final(order))
    if found.get("state") == "live" and found["status"] in WORKING:
        return f"Live, {_said(found)} | order id {found['orderId']}"
    raise Failed(_stands(answer, found), FIND_IT if found else "", heard(found) or str(answer))


def cancel(stand: Stand, key: str) -> str:
    answer = stand.desk.call("DELETE", f"/api/v1/orders/{stand.name(key)}")
    found = stand.order_when(key, lambda order: is_final(order) or order.get("cancelRefused"))
    if found.get("state") != "cancelled":
        raise Failed(f"Not cancelled: {_stands(answer, found)}", FIND_IT, str(answer))
    return f"Cancelled, {_said(found)}"


def fills(stand: Stand, key: str, order: Order, **beside: Any) -> str:
    """Place it and see all of it filled; what does not fill is cancelled."""
    answer = placed(stand, key, order, **beside)
    if answer.body.get("state") == "rejected":
        raise rejected(answer.body)
    found = stand.order_when(key, lambda order: is_final(order) or is_waiting(order))
    if found.get("state") != "filled":
        raise stopped(stand, key, found or answer.body)
    return f"Filled, {_said(found)} | {found['filled']:g} at {found['avgFillPrice']:g}"


def stopped(stand: Stand, key: str, order: Order) -> Unseen:
    """Why it did not fill; it is cancelled first, so that it does not fill later."""
    why = not_filled(order, "The order")
    if not is_final(order):
        stand.desk.call("DELETE", f"/api/v1/orders/{stand.name(key)}")
        stand.order_when(key, is_final)
    return why


def not_filled(order: Order, who: str) -> Unseen:
    """NotRun when IB said that the market is closed, else Failed."""
    if is_waiting(order):
        return NotRun(f"{who} waits for the market's opening", CLOSED, heard(order))
    return Failed(f"{who} was not filled: {order.get('state', 'unknown')}", FIND_IT, heard(order))


def is_waiting(order: Order) -> bool:
    """IB has said that it is not placed at the exchange before its next opening."""
    told = [one for one in order.get("messages", ()) if one["code"] == WAITS_FOR_OPENING]
    said = any(word in str(one["text"]).lower() for one in told for word in OPENING)
    return said and not is_final(order)


def rejected(body: Order) -> Failed:
    """IB's no, with what the table of codes says to do about it."""
    code = body.get("errorCode")
    do = CODES.explain(code).next_step if isinstance(code, int) else ""
    return Failed(f"Rejected by IB with code {code}", do or LOOK_IN_TWS, str(body.get("error")))


def refused(stand: Stand, sentence: str, order: Order, **beside: Any) -> str:
    """The desk must say no with exactly this sentence, and nothing may reach TWS."""
    before = stand.tap.orders()
    body = stand.body("refused", with_prices(order, stand.price), "outcome")
    answer = stand.desk.post("/api/v1/orders", body | beside)
    stand.touched.clear()  # no order was made: there is no timeline
    if answer.status != 422 or answer.error != sentence:
        raise Failed("Another answer came", LOOK_IN_TWS, str(answer))
    if answer.body.get("sent") != "no" or stand.tap.orders() != before:
        raise Failed("Something was sent to TWS", LOOK_IN_TWS, str(answer.body))
    return f'422 "{sentence}"; nothing was sent'


def at_once(count: int, call: Callable[[], Answer]) -> list[Answer]:
    """The same call so many times at the same moment."""
    with ThreadPoolExecutor(count) as pool:
        return [one.result() for one in [pool.submit(call) for _ in range(count)]]


def is_final(order: Order) -> bool:
    return order.get("state") in ("filled", "cancelled", "rejected", "not_sent", "not_placed")


def codes(order: Order) -> list[int]:
    return [one["code"] for one in order.get("messages", ())]


def heard(order: Order) -> str:
    """IB's own words about it, in a line."""
    return "; ".join(f"{one['code']} {one['text']}" for one in order.get("messages", ()))


def may_be_refused(check: Unseen) -> Unseen:
    """What not every TWS takes: its clear rejection is no failure of the desk."""
    if check.seen.startswith("Rejected by IB"):
        return NotProvoked(check.seen, detail=check.detail)
    return check


def _said(order: Order) -> str:
    """Its status and the codes that came with it, once each."""
    told = sorted(set(codes(order)))
    return f"{order['status']}" + (f" with {', '.join(map(str, told))}" if told else "")


def _stands(answer: Answer, order: Order) -> str:
    state = order.get("state") or answer.body.get("state")
    return f"It is {state}" if state else f"The desk answered {answer.status}"
