"""Checks about the order itself: does something hold it, or is something open about it?

Each check is pure, and None where it does not concern the order. What cannot be judged is said so
(`ok` is None); nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trading.why_parts import Case, Check, ended, span

READ_ONLY_API = 321  # TWS refuses what it checks; with a Read-Only API it says so in the text
ORDER_MESSAGE = 399
CLOSED_WORDS = "not be placed at the exchange until"
OPENING = "Wait for the opening, or cancel the order."
CLOSED = "Its market is closed: it is outside its trading hours."
ONLY_REGULAR = "It trades outside regular hours now, and the order may not fill there."
HELD = {
    "locate": ("IB looks for shares to lend for the short sale.", "Wait, or cancel the order."),
    "child": (
        "It waits until its parent order is filled.",
        "Look at the parent. It goes with the parent when that is cancelled.",
    ),
    "trigger": ("It waits until its trigger is reached.", "Wait, change its price, or cancel it."),
}
CHANGES = {
    "pending": (
        "A change is asked for ({wanted}); the old terms hold until IB shows the new ones.",
        "Wait for IB's answer.",
    ),
    "unconfirmed": (
        "A change was asked for ({wanted}) and never confirmed.",
        "Compare the order with TWS before you change it again.",
    ),
    "refused": (
        "IB refused the change ({wanted}); the old terms hold.",
        "Correct it and ask anew.",
    ),
}
PROOF = "Two complete lists without it prove that it was not placed"
TRIGGERED = frozenset({"STP", "STP LMT", "TRAIL", "TRAIL LIMIT", "MIT", "LIT", "STP PRT"})


def has_left(case: Case) -> Check | None:
    name = "It has left the queue"
    if case.state != "intent":
        return None
    if case.around.is_frozen:
        return Check(
            name,
            False,
            "It waits, and new orders are frozen: only an exit still leaves.",
            "Nothing of it has left. End the freeze, or cancel it.",
        )
    return Check(
        name,
        False,
        "It is saved and waits for its turn: IB takes 50 messages a second.",
        "Nothing of it has left yet: a cancel stops it for certain.",
        waits=True,
    )


def is_known(case: Case) -> Check | None:
    if case.state != "unknown":
        return None
    said = case.last("silence", "absent")
    reason = f"{ended(said['reason'])} ({said['time']}) " if said else ""
    seconds = f"{case.around.absence_seconds:g}"
    proof = "IB had taken it" if case.order["permId"] else PROOF
    return Check(
        "Where it stands is proven",
        False,
        f"{reason}It may be at IB or not: the desk asks TWS for its open orders, completed orders "
        f"and executions, for a minute every {seconds} s and then every 60 s.",
        f"Do not place it again. {proof}; look into TWS as well. If it is "
        "neither open nor done there, dismiss it on its page.",
    )


def is_single(case: Case) -> Check | None:
    others = case.order["duplicates"]
    if not others:
        return None
    return Check(
        "IB has it once",
        False,
        f"IB has it more than once (also as {', '.join(others)}), and each may fill.",
        "Cancel it here: that means all of them.",
    )


def api_may_write(case: Case) -> Check | None:
    name = "TWS's API may place orders"
    message = case.message(READ_ONLY_API, "read-only")
    if message:
        return Check(
            name,
            False,
            f"TWS refuses orders (code 321): {ended(message['text'])}",
            "Switch off Read-Only API in TWS under API settings, then place it again.",
        )
    if case.order["sent"] == "yes":
        return Check(name, True, "TWS has taken this order.")
    return Check(name, None, "TWS has not said anything about this order.")


def is_transmitted(case: Case) -> Check | None:
    if case.state != "live":
        return None
    name, perm_id = "It is transmitted", case.order["permId"]
    if perm_id:
        return Check(name, True, f"IB's own number of it is {perm_id}.")
    return Check(
        name,
        False,
        "TWS has it, and IB has given it no permId: it is not transmitted.",
        "Transmit or discard it in TWS (its Transmit column).",
    )


def is_not_held(case: Case) -> Check | None:
    """IB's own reason to hold it, or the terms that let it wait."""
    if not case.may_wait:
        return None
    name, held = "Nothing holds it", str(case.order.get("whyHeld") or "")
    if held:
        why = [HELD.get(one, (f"IB holds it: {one}.", "Read what IB said.")) for one in _list(held)]
        return Check(name, False, " ".join(w[0] for w in why), why[0][1], waits=True)
    found = _own_wait(case.order["order"])
    if found:
        return Check(name, False, found, "Wait, change its terms, or cancel it.", waits=True)
    return Check(name, True, "IB names no reason to hold it.")


def parent_is_done(case: Case) -> Check | None:
    if not case.order["parent"]:
        return None
    name, parent = "Its parent is filled", case.around.parent
    if parent is None:
        return Check(name, None, f"Its parent {case.order['parent']} is not known here.")
    stands = f"{parent['clientOrderId']} is {parent['state']}"
    if parent["state"] == "filled":
        return Check(name, True, f"Its parent {stands}.")
    found = f"Its parent {stands}: it waits for the fill."
    is_alive = parent["state"] in ("intent", "sending", "live")
    return Check(name, False, found, "Look at the parent order.", waits=is_alive)


def market_is_open(case: Case) -> Check | None:
    if case.state != "live":
        return None
    name, market = "Its market is open", case.around.market
    message = case.message(ORDER_MESSAGE, CLOSED_WORDS)
    if case.may_wait and message:
        said = ended(" ".join(message["text"].split()))
        return Check(name, False, f"IB says: {said}", OPENING, waits=True)
    if market is None:
        return Check(name, None, "Its hours could not be read now, or IB names none for now.")
    if market.kind == "regular":
        return Check(name, True, "It is open, in regular hours.")
    if market.kind == "extended" and case.order["order"].get("outsideRth"):
        return Check(name, True, "It is open outside regular hours, and the order may fill there.")
    opens = f" They begin in {span(market.opens_in)}." if market.opens_in is not None else ""
    found = CLOSED if market.kind == "closed" else ONLY_REGULAR
    return Check(name, False, found + opens, OPENING, waits=True)


def terms_are_kept(case: Case) -> Check:
    name, changed = "TWS kept its terms", case.order["differences"]
    if not changed:
        return Check(name, True, "No field differs from what was asked.")
    words = ", ".join(f"{d['field']} {d['asked']} became {d['told']}" for d in changed)
    return Check(
        name,
        False,
        f"TWS changed it by its presets: {words}.",
        "Change or cancel it if you do not want that; the presets are in TWS.",
    )


def is_not_being_cancelled(case: Case) -> Check | None:
    name, refused = "No cancel is open", case.order.get("cancelRefused")
    if refused:
        words = ended(refused["meaning"] or refused["text"])
        return Check(name, False, f"IB refused the cancel: {words}", ended(refused["next"]))
    if case.status != "PendingCancel":
        return None
    asked = case.last("cancelOrder", "cancelNotConfirmed")
    since = f" since {asked['time']}" if asked else ""
    return Check(
        name,
        False,
        f"The cancel is asked for{since} and IB has not confirmed it: the order may still fill.",
        "Wait for IB. The desk asks again after each list of TWS's orders.",
    )


def is_not_being_changed(case: Case) -> Check | None:
    change = case.order["modification"]
    if not change or change["state"] == "done":
        return None
    wanted = ", ".join(f"{name} {value}" for name, value in change["asked"].items())
    found, following = CHANGES[change["state"]]
    said = change.get("message") or {}
    reason = ended(said.get("meaning") or said.get("text") or change.get("reason") or "")
    text = f"{found.format(wanted=wanted)} {reason}".strip()
    return Check("No change is open", False, text, following)


def _own_wait(terms: Mapping[str, Any]) -> str:
    """What the order's own terms wait for; empty when nothing."""
    if terms.get("conditions"):
        return "It waits for its conditions."
    if terms.get("goodAfterTime"):
        return f"It waits until {terms['goodAfterTime']}."
    if terms.get("orderType") in TRIGGERED:
        return f"A {terms['orderType']} order waits at IB until its trigger price is reached."
    return ""


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
