"""The stand: everything that one column of the report is measured on.

    desk ── pass-through ── TWS (the user's, or a fresh built-in paper gateway)
    another client ────────╯

Checks ask the desk over HTTP through it, and what they do is noted for the report.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from checklist.asking import HOST, Answer, Asker, until
from checklist.findings import LOOK_IN_TWS, CannotRun, Failed, NotRun
from checklist.other_client import OtherClient
from checklist.own_programs import Desks, start_gateway
from checklist.pass_through import PassThrough
from checklist.plan import Plan
from checklist.sizes import held_of, signed_fill
from ib_session import Endpoint
from relay.world.programs import Programs, WorldFailed

MARK = "cl-"  # every order of a checklist is named so at IB
READY_SECONDS = 40.0
QUOTE_SECONDS = 10.0
LISTED_SECONDS = 15.0
NO_PRICE = (
    "Choose another symbol (--symbol) or subscribe to its market data: no price is guessed, so "
    "what needs one was not tried."
)


class Stand:
    """`prepare` it, let checks use it, `close` it. `control_port` is 0 for a TWS of the user's."""

    def __init__(self, plan: Plan, folder: Path, address: tuple[str, int], account: str) -> None:
        self.plan, self.folder, self.account = plan, folder, account
        self.address = address
        self.control_port = 0
        self.touched: list[tuple[str, bool]] = []  # orders of the row: (key, of the other client)
        self.held_before: float | None = None  # of the symbol; None: it could not be read
        self.relay_started = False
        self.is_prepared = False  # from then on there may be orders
        self._price: float | None = None
        self._quote_seconds = QUOTE_SECONDS
        self._stack = ExitStack()
        self.programs = Programs(folder, shields=True)
        self._stack.callback(self.programs.close)

    def prepare(self) -> None:
        """Start desk and other client; raises CannotRun with what failed."""
        try:
            self._prepare()
        except WorldFailed as error:
            raise CannotRun(f"A program of the checklist did not start: {error}") from error

    def close(self) -> None:
        self._stack.close()

    def _prepare(self) -> None:
        self.tap = PassThrough(*self.address)
        self._stack.callback(self.tap.stop)
        self.desks = Desks(self.plan, self.folder, self.tap.start(), self.account)
        self.desk = Asker(self.desks.desk_port, self.desks.key)
        self.desks.start_desk(self.programs)
        first = self.plan.client_id + 2
        read, orders = (Endpoint(*self.address, each) for each in (first, first + 1))
        self.other = OtherClient(
            read, orders, self.account, self.folder, self.plan.settings.order_timeout
        )
        self._stack.callback(self.other.stop)
        if not self.other.start():
            raise CannotRun("TWS does not take another client of the checklist. Is its list full?")
        if not self.is_ready() or not self.can_read():
            raise CannotRun(f"The checklist's desk is not ready: {self.why_not_ready()}")
        self.is_prepared = True

    # The desk

    def is_ready(self, seconds: float = READY_SECONDS) -> bool:
        """Whether an order could be placed, in time."""
        return until(lambda: self.desk.is_there("/readyz"), seconds)

    def why_not_ready(self) -> str:
        status = self.desk.get("/api/v1/status").body
        reasons = [
            f"{name}: {one['reason'] or one['state']}"
            for name, one in status.get("connections", {}).items()
            if one["state"] != "connected"
        ]
        return "; ".join([*reasons, *status.get("blockers", [])]) or "no reason is known"

    def restart_desk(self) -> None:
        self.programs.stop("desk")
        self.desks.start_desk(self.programs)

    def place(
        self,
        key: str,
        order: dict[str, Any],
        wait: str = "ack",
        **beside: Any,
    ) -> Answer:
        """POST an order for one of the symbol; `beside` is what stands beside the order."""
        return self.desk.post("/api/v1/orders", self.body(key, order, wait, **beside))

    def body(self, key: str, order: dict[str, Any], wait: str, **beside: Any) -> dict[str, Any]:
        self.touch(key)
        usual = {"action": "BUY", "totalQuantity": 1, "account": self.account}
        body = {"contract": self.plain_contract(), "clientOrderId": self.name(key), "wait": wait}
        return body | {"order": usual | order} | beside

    def plain_contract(self) -> dict[str, Any]:
        return {"symbol": self.plan.symbol}

    def name(self, key: str) -> str:
        """An order's own name at IB: with it a person finds it in TWS."""
        return f"{MARK}{self.plan.name}-{key}"

    def touch(self, key: str, *, by_other: bool = False) -> None:
        """The row has to do with this order: its timeline belongs into the report."""
        if (self.name(key), by_other) not in self.touched:
            self.touched.append((self.name(key), by_other))

    def order(self, key: str) -> dict[str, Any]:
        """Where the order stands; an empty object when the desk knows none."""
        answer = self.desk.get(f"/api/v1/orders/{self.name(key)}")
        return answer.body if answer.status == 200 else {}

    def order_when(
        self,
        key: str,
        condition: Callable[[dict[str, Any]], object],
        seconds: float = LISTED_SECONDS,
    ) -> dict[str, Any]:
        """The order once the condition holds, or as it is when the time is over."""
        found: dict[str, Any] = {}

        def look() -> object:
            found.clear()
            found.update(self.order(key))
            return condition(found)

        until(look, seconds)
        return found

    def positions(self) -> list[dict[str, Any]]:
        """What the desk shows as held; Failed when it cannot."""
        answer = self.desk.get("/api/v1/positions")
        if answer.status != 200:
            raise Failed("The positions cannot be read", LOOK_IN_TWS, str(answer))
        rows: list[dict[str, Any]] = answer.body["positions"]
        return rows

    def held(self) -> float:
        """How much of the stock the account holds; Failed when it cannot be read."""
        return held_of(self.positions(), self.account, self.plan.symbol)

    def holds(self, wanted: float | None) -> bool:
        """Whether it holds so much now; False while it cannot be read, as after a reconnect."""
        try:
            return self.held() == wanted
        except Failed:
            return False

    def can_read(self, seconds: float = READY_SECONDS) -> bool:
        """Whether positions can be read, in time: the read connection has a life of its own."""
        return until(lambda: self.desk.get("/api/v1/positions").status == 200, seconds)

    def open_orders(self) -> list[dict[str, Any]]:
        """Open orders of this and of earlier runs; Failed when the desk cannot tell."""
        answer = self.desk.get("/api/v1/orders?status=open")
        if answer.status != 200:
            raise Failed("The open orders cannot be read", LOOK_IN_TWS, str(answer))
        return [order for order in answer.body["orders"] if self._is_own(order, MARK)]

    def own_fills(self) -> float:
        """What the checklist has bought less what it has sold; Failed when it cannot tell."""
        answer = self.desk.get("/api/v1/orders?status=all")
        if answer.status != 200:
            raise Failed("The orders cannot be read", LOOK_IN_TWS, str(answer))
        own = [one for one in answer.body["orders"] if self._is_own(one, self.name(""))]
        others = [
            one for one in self.other.orders() if one["clientOrderId"].startswith(self.name(""))
        ]
        return sum(map(signed_fill, [*own, *others]))

    def _is_own(self, order: dict[str, Any], mark: str) -> bool:
        """The other client's orders are shown to the desk as well.

        Once they are completed TWS does not say whose they were: the desk takes them for its own.
        """
        others = {one["clientOrderId"] for one in self.other.orders()}
        name = str(order["clientOrderId"])
        return name.startswith(mark) and name not in others

    # The market

    def price(self) -> float:
        """The market's price; NotRun when TWS gives none: a price is never guessed."""
        if self._price is None:
            self._price = until(self._quote, self._quote_seconds)
            self._quote_seconds = 0.0  # who has waited once only looks again
        if self._price is None:
            raise NotRun(f"TWS gives no price of {self.plan.symbol}", NO_PRICE)
        return self._price

    def _quote(self) -> float | None:
        """The middle of bid and ask, else the last price, else the last close."""
        answer = self.desk.get(f"/api/v1/stock-quote?symbol={self.plan.symbol}")
        if answer.status != 200:
            return None
        bid, ask, *others = (answer.body.get(name) or 0 for name in ("bid", "ask", "last", "close"))
        found = [(bid + ask) / 2 if bid > 0 and ask > 0 else 0, *others]
        return next((float(price) for price in found if price > 0), None)

    # The relay, and the built-in gateway

    def relay(self) -> tuple[Asker, Asker, Asker]:
        """A desk in relay mode as its user, as a stranger, and as nobody; with its agent."""
        port = self.desks.relay_desk_port
        own = Asker(port, self.desks.key)
        if not self.relay_started:
            self.desks.start_relay(self.programs)
            self.relay_started = True
            until(lambda: own.get("/api/v1/positions").status == 200, READY_SECONDS)
        return own, Asker(port, self.desks.stranger_key), Asker(port)

    def drill(self, switches: dict[str, Any]) -> bool:
        """Let the built-in gateway play something; False when the TWS is not ours to drill."""
        if not self.control_port:
            return False
        gateway = Asker(self.control_port)
        return gateway.call("POST", "/drills", json.dumps(switches)).status == 200


def built_in(plan: Plan, folder: Path, account: str) -> Stand:
    """A stand over a fresh built-in paper gateway, which its programs hold too."""
    stand = Stand(plan, folder, (HOST, 0), account)
    try:
        port, stand.control_port = start_gateway(stand.programs, folder, plan)
    except WorldFailed as error:
        stand.close()
        raise CannotRun(f"The built-in paper gateway did not start: {error}") from error
    stand.address = HOST, port
    return stand
