"""What is done for the boxes about positions, validation, rejections and order ids."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from checklist import moves
from checklist.asking import Asker, until
from checklist.findings import Failed, NotProvoked
from checklist.stand import LISTED_SECONDS, Stand
from trading.policy import is_paper
from trading.refusals import TradingError

Check = Callable[[Stand], str]
CALLS = 10
SEVERAL = 5
HUGE = 9_000_000
TOO_LARGE, BY_IB = 201, 202
DUPLICATE_ID = 103


def positions_match(stand: Stand) -> str:
    own = sorted(map(_position, stand.positions()))
    try:
        other = sorted(map(_position, stand.other.positions()))
    except (TradingError, TimeoutError) as error:
        raise Failed("Another client cannot read the positions", detail=str(error)) from error
    listed = "; ".join(f"{account} {symbol} {size:g}" for account, symbol, _, size in own)
    if own != other:
        told = "; ".join(f"{account} {symbol} {size:g}" for account, symbol, _, size in other)
        raise Failed(
            "The desk and another client are told different positions",
            "Compare both lists with the account window of TWS.",
            f"desk: {listed or 'none'} | other client: {told or 'none'}",
        )
    return f"Both lists are the same | {listed or 'an empty account'}"


def accounts_listed(stand: Stand) -> str:
    own = stand.desk.get("/api/v1/accounts").body.get("accounts")
    try:
        other = stand.other.accounts()
    except (TradingError, TimeoutError) as error:
        raise Failed("Another client cannot read the accounts", detail=str(error)) from error
    if own != other or not own or not all(map(is_paper, own)):
        raise Failed("The accounts differ, or one is not paper", detail=f"{own} and {other}")
    return f"The same accounts, all paper | {', '.join(own)}"


def two_clients_at_once(stand: Stand) -> str:
    askers = [Asker(stand.desk.port, stand.desks.key) for _ in range(2)] * (CALLS // 2)
    with ThreadPoolExecutor(CALLS) as pool:
        answers = list(pool.map(lambda asker: asker.get("/api/v1/positions"), askers))
    if any(answer.status != 200 for answer in answers):
        raise Failed("A call failed", detail="; ".join(sorted(set(map(str, answers)))))
    lists = [sorted(map(_position, answer.body["positions"])) for answer in answers]
    names = [(account, con_id) for account, _, con_id, _ in lists[0]]
    if any(one != lists[0] for one in lists) or len(set(names)) != len(names):
        raise Failed("The lists differ, or hold a row twice", detail=str(lists))
    return f"All calls succeed with one and the same list | {CALLS} calls, {len(names)} rows"


def order_of_another_client(stand: Stand) -> str:
    before = stand.held()
    stand.touch("other", by_other=True)
    order = {"action": "BUY", "totalQuantity": 1, "orderType": "MKT", "account": stand.account}
    try:
        placed = stand.other.place(stand.name("other"), stand.plain_contract(), order)
    except (TradingError, TimeoutError) as error:
        raise Failed("The other client could not place its order", detail=str(error)) from error
    if placed["state"] != "filled":
        raise moves.not_filled(placed, "The other client's order")
    if not until(lambda: stand.holds(before + 1), LISTED_SECONDS):
        raise Failed(
            "The new position does not show",
            "Compare the desk's positions with TWS; a position of a filled order is missing.",
            f"held {stand.held():g} of {stand.plan.symbol}, expected {before + 1:g}",
        )
    return f"The position grows by one | from {before:g} to {before + 1:g} {stand.plan.symbol}"


def missing_symbol(stand: Stand) -> str:
    body = {"contract": {"secType": "STK"}}
    return moves.refused(stand, "Contract symbol is required", {"orderType": "MKT"}, **body)


def zero_quantity(stand: Stand) -> str:
    order = {"orderType": "MKT", "totalQuantity": 0}
    return moves.refused(stand, "Order totalQuantity must be positive", order)


def negative_quantity(stand: Stand) -> str:
    order = {"orderType": "MKT", "totalQuantity": -5}
    return moves.refused(stand, "Order totalQuantity must be positive", order)


def limit_without_price(stand: Stand) -> str:
    sentence = "Order lmtPrice must be a positive price for a limit order"
    return moves.refused(stand, sentence, {"orderType": "LMT"})


def size_too_large(stand: Stand) -> str:
    """Far below the market: should TWS take it, it rests until it is cancelled a moment later."""
    order = {"orderType": "LMT", "lmtPrice": "-20%", "totalQuantity": HUGE}
    answer = moves.placed(stand, "large", order)
    body = answer.body
    if answer.status in (201, 202):
        moves.cancel(stand, "large")
        raise NotProvoked("TWS took the large order; it was cancelled at once", detail=str(answer))
    code, text = body.get("errorCode"), body.get("errorString")
    if code != TOO_LARGE:
        raise NotProvoked("TWS said no in another way", detail=f"{answer}, code {code}: {text}")
    if answer.status != 422 or not text or text not in answer.error:
        raise Failed("The answer lacks IB's words", detail=f"{answer}: {text}")
    return f"422 with code 201, its meaning and IB's words | {answer.error}"


def price_too_far(stand: Stand) -> str:
    """One per mille of the price: where TWS lets it rest, there is nothing to see."""
    moves.placed(stand, "far", {"orderType": "LMT", "lmtPrice": "-99.9%"})
    if stand.order("far").get("state") == "live":
        reason = "Price is too far from the market"
        stand.drill({"cancel_by_ib": {"permId": "last", "reason": reason}})
    wait = LISTED_SECONDS if stand.control_port else 1.0
    order = stand.order_when("far", moves.is_final, wait)
    if not moves.is_final(order):
        moves.cancel(stand, "far")
        raise NotProvoked("TWS let the order rest; it was cancelled at once")
    told = [one for one in order["messages"] if one["code"] == BY_IB]
    if order["state"] != "cancelled" or not told:
        raise NotProvoked("TWS said no in another way", detail=moves.heard(order))
    if not told[0]["meaning"] or not told[0]["text"]:
        raise Failed("Code 202 has no meaning or no words of IB", detail=str(told))
    return f"Cancelled by IB with code 202, its meaning and IB's words | {moves.heard(order)}"


def orders_in_sequence(stand: Stand) -> str:
    ids, statuses = [], []
    for number in range(1, SEVERAL + 1):
        order = moves.priced(stand, {"orderType": "LMT", "lmtPrice": f"-{19 + number}%"})
        answer = stand.place(f"seq-{number}", order, wait="outcome")
        moves.expect_live(stand, f"seq-{number}", answer)
        ids.append(answer.body["orderId"])
        statuses.append(str(answer.body["status"]))
    for number in range(1, SEVERAL + 1):
        moves.cancel(stand, f"seq-{number}")
    if len(set(ids)) != SEVERAL or not set(statuses) <= {"Submitted", "PreSubmitted"}:
        raise Failed("An id came twice, or an order did not work", detail=f"{ids} {statuses}")
    return f"Distinct ids, all {' or '.join(sorted(set(statuses)))} | ids {ids}"


def restart(stand: Stand) -> str:
    moves.rests(stand, "before-restart", {"orderType": "LMT", "lmtPrice": "-20%"})
    before = stand.order("before-restart")["orderId"]
    stand.restart_desk()
    if not stand.is_ready() or not stand.can_read():
        raise Failed("After the restart the desk is not ready", detail=stand.why_not_ready())
    seen = moves.rests(stand, "after-restart", {"orderType": "LMT", "lmtPrice": "-20%"})
    after = stand.order("after-restart")
    if DUPLICATE_ID in moves.codes(after):
        raise Failed("103: the id was used before", moves.CODES.explain(DUPLICATE_ID).next_step)
    if after["orderId"] <= before:
        raise Failed("The order id went back", detail=f"{before}, then {after['orderId']}")
    return f"{seen.partition(' | ')[0]}; no 103 | ids {before}, then {after['orderId']}"


def _position(row: dict[str, Any]) -> tuple[str, str, int, float]:
    contract = row["contract"]
    return row["account"], contract["symbol"], contract["conId"], float(row["position"])


CHECKS: dict[str, Check] = {
    "4.1a": positions_match,
    "4.1b": accounts_listed,
    "4.1c": two_clients_at_once,
    "4.1d": order_of_another_client,
    "4.2a": missing_symbol,
    "4.2b": zero_quantity,
    "4.2c": negative_quantity,
    "4.2d": limit_without_price,
    "4.3a": size_too_large,
    "4.3b": price_too_far,
    "4.4a": orders_in_sequence,
    "4.4b": restart,
}
