"""Acts of the order script on orders that fill, and on what must follow from a fill."""

from __future__ import annotations

from checklist import acts, moves
from checklist.asking import until
from checklist.findings import LOOK_IN_TWS, Failed, NotRun
from checklist.stand import LISTED_SECONDS, Stand
from checklist.steps import Step, as_json, known


def fills(stand: Stand, step: Step) -> str:
    """All of it fills, and the position changes by as much"""
    before = stand.held()
    seen = moves.fills(stand, step.name, dict(step.order), **step.beside)
    size = float(step.order.get("totalQuantity", 1))
    wanted = before + (size if step.order.get("action", "BUY") == "BUY" else -size)
    if not until(lambda: stand.holds(wanted), LISTED_SECONDS):
        raise Failed("Filled, but the position is another one", LOOK_IN_TWS, f"{stand.held():g}")
    return seen


def sells(stand: Stand, step: Step) -> str:
    """What was bought here is sold: all of it fills, and the position changes by as much"""
    _needs_own(stand, float(step.order.get("totalQuantity", 1)))
    return fills(stand, step)


def protects(stand: Stand, step: Step) -> str:
    """It works beside the position without selling it, and a cancel ends it"""
    _needs_own(stand, 1)
    return acts.rests(stand, step)


def ends_unfilled(stand: Stand, step: Step) -> str:
    """It is cancelled by itself at once, without a fill"""
    answer = moves.placed(stand, step.name, dict(step.order))
    found = stand.order_when(step.name, moves.is_final)
    if found.get("state") != "cancelled" or found["filled"]:
        state = found.get("state") or answer
        raise Failed(f"It is {state}", moves.FIND_IT, moves.heard(found))
    return "Cancelled without a fill"


def one_cancels_other(stand: Stand, step: Step) -> str:
    """The first rests; the second fills, and IB cancels the first"""
    group = {"ocaGroup": stand.name("oca"), "ocaType": 1}
    moves.works(stand, "oca-rests", {"orderType": "LMT", "lmtPrice": "-20%"} | group)
    seen = moves.fills(stand, step.name, dict(step.order) | group)
    first = stand.order_when("oca-rests", moves.is_final)
    if first.get("state") != "cancelled":
        moves.cancel(stand, "oca-rests")
        raise Failed("The other one of the group lives on", moves.FIND_IT, moves.heard(first))
    return f"{seen.partition(' | ')[0]}; the other one cancelled by IB"


def same_again(stand: Stand, step: Step) -> str:
    """The same order is answered; TWS is sent nothing a second time"""
    known(stand, step)
    sent = stand.tap.orders()
    answer = moves.placed(stand, step.name, dict(step.order))
    if answer.status != 200 or stand.tap.orders() != sent:
        raise Failed("It was not answered as the same order", moves.FIND_IT, str(answer))
    return "200 with the order of before; nothing was sent"


def same_key_other_order(stand: Stand, step: Step) -> str:
    """422: the key belongs to another order; nothing is sent"""
    known(stand, step)
    sent = stand.tap.orders()
    answer = moves.placed(stand, step.name, dict(step.order))
    if answer.status != 422 or stand.tap.orders() != sent:
        raise Failed("The key was taken for another order", moves.FIND_IT, str(answer))
    return "422; nothing was sent"


def closes_part(stand: Stand, step: Step) -> str:
    """That part of the position is sold at the market"""
    _needs_own(stand, float(step.order["of"]))
    if stand.held_before:
        raise NotRun(
            f"The account held {stand.held_before:g} {stand.plan.symbol} before",
            "Closing a part would sell what is yours: choose a symbol that you do not hold.",
        )
    before, percent = stand.held(), step.order["percent"]
    rows = [r for r in stand.positions() if r["contract"]["symbol"] == stand.plan.symbol]
    own = [row for row in rows if row["account"] == stand.account and row["position"]]
    body = {"conId": own[0]["contract"]["conId"], "percent": percent, "account": stand.account}
    key = {"Idempotency-Key": stand.name(step.name)}
    stand.touch(step.name)
    answer = stand.desk.call("POST", "/api/v1/positions/close", as_json(body), key)
    found = stand.order_when(step.name, moves.is_final)
    if found.get("state") != "filled":
        raise moves.stopped(stand, step.name, found or answer.body)
    left = before - found["filled"]
    if not 0 <= before * percent / 100 - found["filled"] < 1:
        raise Failed("Another part was closed", LOOK_IN_TWS, f"{found['filled']:g} of {before:g}")
    if not until(lambda: stand.holds(left), LISTED_SECONDS):
        raise Failed("Filled, but the position is another one", LOOK_IN_TWS, f"{stand.held():g}")
    return f"Filled; {percent} % of the position are closed | {left:g} are left"


def nothing_is_open(stand: Stand, step: Step) -> str:
    """No order of the checklist is open, at the desk and for the other client"""
    left = [order["clientOrderId"] for order in (*stand.open_orders(), *stand.other.open())]
    if left:
        raise Failed(f"{len(left)} orders are still open", moves.FIND_IT, ", ".join(left))
    return "No order is open"


def fills_explain_position(stand: Stand, step: Step) -> str:
    """The position has changed by exactly what the checklist's own orders filled"""
    if stand.held_before is None:
        raise NotRun("The position at the start could not be read")
    wanted = stand.held_before + stand.own_fills()
    if not until(lambda: stand.holds(wanted), LISTED_SECONDS):
        raise Failed(
            "Somebody else has traded the symbol, or a fill is missing",
            "Compare the position with the executions in TWS.",
            f"held {stand.held():g}, explained {wanted:g}",
        )
    return f"Fills and position agree | {stand.own_fills():+g}, {wanted:g} held"


def _needs_own(stand: Stand, size: float) -> None:
    if stand.own_fills() < size:
        raise NotRun("The checklist has not bought as many before")
