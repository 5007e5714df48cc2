"""What a run leaves behind is taken back: its open orders, and the positions that it opened.

What cannot be taken back is said, with what a person does about it. Nothing of anybody else is
touched: only the checklist's own orders are cancelled, and only what they filled is traded back.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from checklist import moves
from checklist.asking import until
from checklist.findings import Failed, Unseen
from checklist.stand import LISTED_SECONDS, Stand
from relay.world.programs import WorldFailed

CANCEL_BY_HAND = "Cancel it in TWS: its order reference is {name}."
UNKNOWN = "Look for the order reference {name} in TWS; if it is there, cancel it."
BY_HAND = "Look in TWS for orders whose reference begins with {mark} and cancel them; then compare "
BY_HAND += "the position of {symbol} with the one before ({before})."


@dataclass(frozen=True, slots=True)
class Cleaned:
    """One thing that was to be taken back, and what to do when it was not."""

    what: str
    is_done: bool
    do: str = ""

    def to_payload(self) -> dict[str, object]:
        return {"what": self.what, "done": self.is_done, "do": self.do}


def clean(stand: Stand) -> list[Cleaned]:
    """Everything, in order; it never raises, and each part has its deadline."""
    done: list[Cleaned] = []
    if not stand.is_prepared:
        return done  # no order could be placed yet
    try:
        _reach_desk(stand)
        for part in (_other_orders, _own_orders, _position):
            done += part(stand)
    except (Unseen, WorldFailed, OSError) as error:
        before = "it could not be read" if stand.held_before is None else f"{stand.held_before:g}"
        do = BY_HAND.format(mark=stand.name(""), symbol=stand.plan.symbol, before=before)
        done.append(Cleaned(f"Not finished: {error}", False, do))
    return done


def _reach_desk(stand: Stand) -> None:
    """The run may have ended anywhere: TWS cut off, the desk stopped."""
    stand.tap.restore()
    if not stand.is_ready(0.5) and not stand.desk.is_there("/healthz"):
        stand.restart_desk()
    if not stand.is_ready() or not stand.can_read():
        raise Failed(f"the checklist's desk is not connected ({stand.why_not_ready()})")


def _other_orders(stand: Stand) -> Iterator[Cleaned]:
    stand.other.cancel_open()
    for order in stand.other.open():
        name = order["clientOrderId"]
        yield Cleaned(f"{name} is {order['state']}", False, CANCEL_BY_HAND.format(name=name))


def _own_orders(stand: Stand) -> Iterator[Cleaned]:
    left = len(stand.open_orders())
    if left:
        stand.desk.call("DELETE", "/api/v1/orders")
        until(lambda: not stand.open_orders(), LISTED_SECONDS)
    still = stand.open_orders()
    yield Cleaned(f"{left - len(still)} open orders were cancelled", True)
    for order in still:
        name, state = order["clientOrderId"], order["state"]
        do = (UNKNOWN if state == "unknown" else CANCEL_BY_HAND).format(name=name)
        yield Cleaned(f"{name} is {state}: {order['order']['action']} of it may fill", False, do)


def _position(stand: Stand) -> Iterator[Cleaned]:
    symbol, net = stand.plan.symbol, _to_close(stand)
    action = "SELL" if net > 0 else "BUY"
    if net:
        order = {"orderType": "MKT", "action": action, "totalQuantity": abs(net)}
        try:
            moves.fills(stand, "clean-up", order)
            yield Cleaned(f"{action} {abs(net):g} {symbol}: what was opened is closed", True)
        except Unseen as unseen:
            do = f"{action} {abs(net):g} {symbol} in TWS: the checklist opened that much."
            yield Cleaned(f"The position is not closed: {unseen}", False, do)
            return
    if stand.held_before is None:
        return
    if until(lambda: stand.holds(stand.held_before), LISTED_SECONDS):
        yield Cleaned(f"The position of {symbol} is as before ({stand.held_before:g})", True)
    else:
        about = f"{symbol} is {stand.held():g} and was {stand.held_before:g}"
        yield Cleaned(about, False, "Somebody else may have traded it: compare with TWS.")


def _to_close(stand: Stand) -> float:
    """What the checklist has opened, and never more than the position differs from before."""
    own, before = stand.own_fills(), stand.held_before
    if not own or before is None:
        return own
    until(lambda: stand.holds(before + own), LISTED_SECONDS)
    grown = stand.held() - before
    return math.copysign(min(abs(own), abs(grown)), own) if own * grown > 0 else 0.0
