"""Acts of the order script on orders that rest: place, change, cancel, preview.

Each gets the stand and its step, and returns what was seen, as in `moves.py`. The first line of an
act is what the report shows as expected.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checklist import moves
from checklist.findings import LOOK_IN_TWS, Failed, Unseen
from checklist.stand import Stand
from checklist.steps import Step, as_json, known, path

NEEDED = ("initMarginChange", "maintMarginChange", "equityWithLoanChange")


def rests(stand: Stand, step: Step) -> str:
    """It works (Submitted or PreSubmitted), nothing fills, and a cancel ends it"""
    return moves.rests(stand, step.name, dict(step.order), **step.beside)


def rests_or_refused(stand: Stand, step: Step) -> str:
    """It works until it is cancelled; a TWS that does not take it on paper says so clearly"""
    try:
        return moves.rests(stand, step.name, dict(step.order), **step.beside)
    except Unseen as unseen:
        raise moves.may_be_refused(unseen) from unseen


def works(stand: Stand, step: Step) -> str:
    """It works, and stays for the next steps"""
    return moves.works(stand, step.name, dict(step.order), **step.beside)


def bracket(stand: Stand, step: Step) -> str:
    """The order and every leg of its bracket work; a cancel of the parent ends all of them"""
    moves.works(stand, step.name, dict(step.order), **step.beside)
    legs = [name.removeprefix(stand.name("")) for name in stand.order(step.name)["legs"]]
    for leg in legs:
        found = stand.order_when(leg, lambda order: order.get("status") in moves.WORKING)
        if found.get("state") != "live":
            raise Failed(f"A leg is {found.get('state')}", moves.FIND_IT, moves.heard(found))
    moves.cancel(stand, step.name)
    left = [leg for leg in legs if not moves.is_final(stand.order_when(leg, moves.is_final))]
    if not legs or left:
        raise Failed("Legs are missing, or live on without their parent", moves.FIND_IT, str(left))
    return f"Live with {len(legs)} legs; all of them cancelled with the parent"


def twice_at_once(stand: Stand, step: Step) -> str:
    """Two requests with one key at the same moment make one order at IB"""
    order = moves.priced(stand, dict(step.order))
    answers = moves.at_once(2, lambda: stand.place(step.name, order))
    found = stand.order_when(step.name, lambda one: one.get("status") in moves.WORKING)
    carried = stand.tap.carried(stand.name(step.name))
    moves.cancel(stand, step.name)
    if carried != 1 or found.get("state") != "live":
        raise Failed(f"{carried} orders went to TWS", moves.FIND_IT, "; ".join(map(str, answers)))
    return "One order at IB, both answered"


def changes(stand: Stand, step: Step) -> str:
    """IB shows the new terms; it is still one order with the same id"""
    before = known(stand, step)
    wanted = moves.priced(stand, dict(step.order))
    answer = stand.desk.call("PATCH", path(stand, step), as_json({"order": wanted}))
    found = stand.order_when(step.name, lambda order: _is_answered(order, wanted))
    if answer.status == 422:
        raise moves.rejected(answer.body)
    if not _has_terms(found, wanted):
        raise Failed(f"The change is not shown: {answer}", moves.FIND_IT, moves.heard(found))
    if found["orderId"] != before["orderId"]:
        raise Failed("The order has another id", moves.FIND_IT, f"{before['orderId']} and {found}")
    return f"The new terms stand under the same id | {wanted}"


def change_refused(stand: Stand, step: Step) -> str:
    """422 with that sentence; the order stays, and nothing is sent"""
    before, sent = known(stand, step), stand.tap.orders()
    body = {"order": moves.priced(stand, dict(step.order)) or _same(before)}
    answer = stand.desk.call("PATCH", path(stand, step), as_json(body))
    if answer.status not in (409, 422) or step.sentence not in answer.error:
        raise Failed("Another answer came", LOOK_IN_TWS, str(answer))
    if stand.tap.orders() != sent or stand.order(step.name)["state"] != before["state"]:
        raise Failed("Something was sent, or the order is another one now", moves.FIND_IT)
    return f'{answer.status} "{answer.error}"; nothing was sent'


def cancels(stand: Stand, step: Step) -> str:
    """IB confirms the cancel"""
    known(stand, step)
    return moves.cancel(stand, step.name)


def cancel_changes_nothing(stand: Stand, step: Step) -> str:
    """The order stays what it is, and the answer says what that is"""
    before = known(stand, step)
    answer = stand.desk.call("DELETE", path(stand, step))
    after = stand.order(step.name)
    if answer.status >= 500 or after["state"] != before["state"]:
        raise Failed(f"It is {after['state']} now", LOOK_IN_TWS, str(answer))
    return f"{answer.status}; still {after['state']}"


def unknown_order(stand: Stand, step: Step) -> str:
    """404: there is no such order; nothing is sent"""
    answer = stand.desk.call("DELETE", path(stand, step))
    stand.touched.clear()
    if answer.status != 404:
        raise Failed("Another answer came", LOOK_IN_TWS, str(answer))
    return "404"


def preview(stand: Stand, step: Step) -> str:
    """Margin and commission come as numbers, and no order is made"""
    before = len(stand.open_orders())
    order = {**step.order, "whatIf": True}
    answer = moves.placed(stand, step.name, order)
    stand.touched.clear()  # a preview is no order: it has no timeline
    if answer.status != 200 or any(answer.body.get(name) is None for name in NEEDED):
        raise Failed(f"No numbers came: {answer}", LOOK_IN_TWS, str(answer.body)[:300])
    if stand.order(step.name) or len(stand.open_orders()) != before:
        raise Failed("The preview has become an order", moves.FIND_IT)
    margin = answer.body["initMarginChange"]
    return f"Margins came, nothing was placed | initial margin changes by {margin}"


def cancel_all(stand: Stand, step: Step) -> str:
    """Both orders are cancelled by one request"""
    for number in (1, 2):
        moves.works(stand, f"all-{number}", dict(step.order))
    stand.desk.call("DELETE", "/api/v1/orders")
    states = [stand.order_when(f"all-{n}", moves.is_final).get("state") for n in (1, 2)]
    if states != ["cancelled"] * 2:
        raise Failed(f"They are {' and '.join(map(str, states))}", moves.FIND_IT)
    return "Both are cancelled"


def _has_terms(order: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    shown, change = order.get("order", {}), order.get("modification") or {}
    is_shown = all(float(shown.get(name) or 0) == value for name, value in wanted.items())
    return is_shown and change.get("state") != "pending"


def _is_answered(order: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    refused = (order.get("modification") or {}).get("state") == "refused"
    return refused or _has_terms(order, wanted)


def _same(order: Mapping[str, Any]) -> dict[str, Any]:
    return {"lmtPrice": order["order"]["lmtPrice"]}
