"""Programs that trade through a desk that is killed under them.

Each order has a key of its own. When an answer is lost or does not say what became of the order,
the trader asks again with the same key: that is the whole promise which the desk must keep.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

SYMBOLS = ("AAPL", "MSFT", "TSLA", "SPY")
FAR_BELOW, FAR_ABOVE = 1, 9000  # a buy rests at the one; no sale ever reaches the other
WAITS = ("outcome", "outcome", "ack", "none")
AGAIN_SECONDS = 0.03
MOST_RESTING = 4
LOST = "lost"
UNSURE = frozenset({"intent", "sending", "unknown"})
# What an answer says that was no answer about an order: nothing was taken, ask again.
NOT_NOW = frozenset({429, 503})

Call = Callable[[str, str, Any], tuple[int, Any]]


@dataclass
class Asked:
    """An order as its client knows it."""

    key: str
    body: dict[str, Any]
    state: str = ""  # as last answered; empty: never answered
    was_acknowledged: bool = False  # an answer said live, filled or cancelled
    posts: int = 0
    lost: int = 0  # posts that left and were never answered
    changes: int = 0

    @property
    def keys(self) -> list[str]:
        """Its own and those of the orders attached to it."""
        legs = [f"{self.key}-t1", f"{self.key}-s1"] if "bracket" in self.body else []
        return [self.key, *legs]


@dataclass
class Surprise:
    """An answer that no order may get here."""

    key: str
    status: int
    answer: Any


@dataclass
class Trader:
    """One client; `run` is its thread's main, until `over` is set and its last order is answered.

    `abandoned`: nobody will answer any more. `pace`: the longest pause between two orders, in
    seconds.
    """

    name: str
    random: Random
    call: Call
    over: threading.Event
    abandoned: threading.Event
    pace: float
    asked: list[Asked] = field(default_factory=list)
    surprises: list[Surprise] = field(default_factory=list)
    last: str = ""  # what was asked last, and the answer
    _resting: list[Asked] = field(default_factory=list)

    def run(self) -> None:
        while not self.over.is_set():
            order = Asked(f"{self.name}-{len(self.asked)}", self._body())
            self.asked.append(order)
            self._place(order)
            if order.state == "live":
                self._resting.append(order)
            if self._resting and (len(self._resting) > MOST_RESTING or self.random.random() < 0.3):
                self._touch(self.random.choice(self._resting))
            threading.Event().wait(self.random.uniform(0, self.pace))

    # One order

    def _body(self) -> dict[str, Any]:
        """A market order, one that rests, one that fills at its limit, or a bracket."""
        order: dict[str, Any] = {
            "action": self.random.choice(("BUY", "SELL")),
            "totalQuantity": self.random.randint(1, 9),
            "orderType": "MKT",
        }
        contract = {"symbol": self.random.choice(SYMBOLS)}
        body = {"contract": contract, "order": order, "wait": self.random.choice(WAITS)}
        kind = self.random.random()
        if kind < 0.25:
            order |= {"action": "BUY", "orderType": "LMT", "lmtPrice": FAR_BELOW}
        elif kind < 0.35:
            order |= {"action": "BUY", "orderType": "LMT", "lmtPrice": FAR_ABOVE}
        elif kind < 0.5:
            order |= {"action": "BUY"}
            if kind < 0.42:
                order |= {"orderType": "LMT", "lmtPrice": FAR_BELOW + 1}
            stop = {"orderType": "STP", "auxPrice": FAR_BELOW}
            body["bracket"] = {"targets": [{"lmtPrice": FAR_ABOVE}], "stop": stop}
        return body

    def _place(self, order: Asked) -> None:
        """Ask until an answer says where the order stands, always with the same key.

        An order that stays unknown is left to the end: by then the desk must know.
        """
        unsure = 0
        body = order.body | {"clientOrderId": order.key}
        while unsure < 2 and not self.abandoned.is_set():
            order.posts += 1
            status, answer = self._ask("POST", "/orders", body)
            if not status:
                order.lost += answer == LOST
            elif not self._is_about(order, status, answer):
                if status not in NOT_NOW:
                    self.surprises.append(Surprise(order.key, status, answer))
                    return
            elif order.state not in UNSURE:
                return
            else:
                unsure += 1
            threading.Event().wait(AGAIN_SECONDS)

    def _touch(self, order: Asked) -> None:
        """Change or cancel a resting order. A lost answer is not asked for again."""
        path = f"/orders/{order.key}"
        if self.random.random() < 0.4:
            order.changes += 1
            change = {"order": {"totalQuantity": self.random.randint(10, 99)}}
            status, answer = self._ask("PATCH", path, change)
        else:
            status, answer = self._ask("DELETE", path)
        if status and not self._is_about(order, status, answer) and status not in (*NOT_NOW, 422):
            self.surprises.append(Surprise(order.key, status, answer))
        if order.state not in ("live", ""):
            self._resting.remove(order)

    def _ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """The answer; status 0 when none came: LOST, or nobody was there to ask."""
        answer: tuple[int, Any]
        try:
            answer = self.call(method, path, body)
        except ConnectionRefusedError:
            answer = 0, None
        except (OSError, http.client.HTTPException):
            answer = 0, LOST
        self.last = f"{method} {path} {body}: {answer}"
        return answer

    def _is_about(self, order: Asked, status: int, answer: Any) -> bool:
        """Remember what the answer says of the order; False when it says nothing."""
        state = answer.get("state") if isinstance(answer, dict) else None
        if state is None:
            return False
        order.state = state
        order.was_acknowledged |= status < 300 and state in ("live", "filled", "cancelled")
        return True
