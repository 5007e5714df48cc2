"""Orders, faults and restarts in any sequence: whatever happens, both sides agree in the end.

Hypothesis writes the stories. After each step nothing may be shown that the book already
contradicts; at the end, when all is quiet, every invariant holds. EXAMPLES and SEED (`make chaos
EXAMPLES=2000 SEED=7`) ask for more and for other stories.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from ib_session import Endpoint
from order_handler import OrderHandler
from paper_gateway.drills import DrillError
from store.journal_chain import verify
from tests.conftest import HOST, NO_SLEEP, ORDERS, PaperGateway, Publications, Rooms, wait_until
from tests.faults.invariants import OVER, OVER_AT_IB, check_finality, hold, rows
from trading.ib_errors import CodeTable
from trading.orders import OrderResult, parse_order_request
from trading.policy import OrderPolicy
from trading.refusals import Duplicate, TradingError

EXAMPLES = int(os.environ.get("EXAMPLES", "100"))
SEED = os.environ.get("SEED")
STEPS = 40
QUIET_SECONDS = 10.0
CONNECT_SECONDS = 5.0
SYMBOLS = ("AAPL", "MSFT", "SPY")
UNSURE = ("intent", "sending", "unknown")
CODES = CodeTable()
POLICY = OrderPolicy(paper_sleep=NO_SLEEP, order_timeout=0.3, absence_seconds=0.1)

quantities = st.integers(1, 9).map(lambda number: 10 * number)
known_codes = [code for code in range(100, 20_000) if code in CODES]
codes = st.sampled_from(known_codes) | st.integers(20_000, 99_999)
# What the gateway does to the orders that come next.
FAULTS: tuple[dict[str, Any], ...] = (
    {"silent_orders": 1},
    {"swallow_orders": 1},
    {"reject_orders": 1},
    {"reject_orders": 1, "reject_code": 110},
    {"reject_modifies": 1},
    {"drop_before_order": 1},
    {"drop_after_order": 1},
    {"drop_after_cancel": 1},
    {"duplicate_incarnation": 1},
    {"cancel_answers": [10147]},
    {"delay_orders_ms": 15},
    {"hold_client_id_seconds": 0.05},
    {"partial_fills": [10], "fill_delay_ms": 5},
    {"hold_for_locate": True},
    {"tif_notice": "before"},
    {"notices_before": [399], "notices_after": [10349, 2109], "warning_after_fill": [10167]},
    {"clear": True},
)


@dataclass
class Life:
    """One engine from its start to its end, and what it has published."""

    handler: OrderHandler
    published: Publications
    answers: list[tuple[str, Future[OrderResult]]] = field(default_factory=list)


@dataclass
class Place:
    """Where the stories happen: one gateway for all of them, and names that nobody had before."""

    gateway: PaperGateway
    folder: Path
    numbers: count[int] = field(default_factory=count)

    def begin(self, journal: Path) -> Life:
        published = Publications()
        handler = OrderHandler(endpoint_of(self.gateway.port), POLICY, CODES, published, journal)
        handler.start()
        return Life(handler, published)


class OrderMachine(RuleBasedStateMachine):
    """Its rules are what people, IB and bad luck do to one desk."""

    keys = Bundle("keys")

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.gateway = place.gateway
        self.begin, self.numbers = place.begin, place.numbers
        self.folder = place.folder
        self.bodies: dict[str, dict[str, Any]] = {}
        self.filled: dict[str, float] = {}
        self.told_over: dict[str, str] = {}  # key -> the final state that an answer has told
        self.may_be_two: set[str] = set()

    @initialize()
    def start(self) -> None:
        self.gateway.drill(clear=True)
        self.gateway.call(lambda server: server.hub.exchange.start_day())
        self.journal = self.folder / f"journal-{next(self.numbers)}.db"
        self.life = self.begin(self.journal)
        self.be_connected()

    def be_connected(self) -> None:
        wait_until(lambda: self.handler.status().is_connected, CONNECT_SECONDS)

    @property
    def handler(self) -> OrderHandler:
        return self.life.handler

    @property
    def is_link_down(self) -> bool:
        return bool(self.gateway.state()["drills"]["link_down"])

    # What people do

    def place(self, **body: Any) -> str:
        if not self.is_link_down:
            self.be_connected()
        key = f"k{next(self.numbers)}"
        self.bodies[key] = {"contract": {"symbol": "AAPL"}, "clientOrderId": key} | body
        self.ask(key)
        return key

    def ask(self, key: str, **order: Any) -> Future[OrderResult] | None:
        """Submit it; None when the desk refuses it at once."""
        body = self.bodies[key]
        request = parse_order_request(body | {"order": body["order"] | order})
        try:
            answer = self.handler.submit(request)
        except TradingError as refusal:
            assert refusal.sent == "no"
            return None
        self.life.answers.append((key, answer))
        return answer

    @rule(
        target=keys,
        symbol=st.sampled_from(SYMBOLS),
        action=st.sampled_from(("BUY", "SELL")),
        quantity=quantities,
        wait=st.sampled_from(("outcome", "none")),
    )
    def place_market(self, symbol: str, action: str, quantity: int, wait: str) -> str:
        order = {"action": action, "totalQuantity": quantity, "orderType": "MKT"}
        return self.place(contract={"symbol": symbol}, order=order, wait=wait)

    @rule(target=keys, quantity=quantities, price=st.sampled_from((1, 1, 500)))
    def place_limit(self, quantity: int, price: int) -> str:
        order = {
            "action": "BUY",
            "totalQuantity": quantity,
            "orderType": "LMT",
            "lmtPrice": price,
        }
        return self.place(order=order, wait="ack")

    @rule(target=keys, quantity=quantities, entry=st.sampled_from(("MKT", "LMT")))
    def place_bracket(self, quantity: int, entry: str) -> Any:
        order = {"action": "BUY", "totalQuantity": quantity, "orderType": entry}
        if entry == "LMT":
            order["lmtPrice"] = 2
        stop = {"orderType": "STP", "auxPrice": 1}
        bracket = {"targets": [{"lmtPrice": 9000}], "stop": stop}
        key = self.place(order=order, bracket=bracket, wait="ack")
        return multiple(key, f"{key}-t1", f"{key}-s1")

    @rule(key=keys)
    def ask_again(self, key: str) -> None:
        if key in self.bodies:
            known = self.shown().get(key)
            answer = self.ask(key)
            if known and answer and not self.raises(answer):
                again = answer.result(QUIET_SECONDS)
                assert again.payload["replayed"]
                assert known["orderId"] in (None, again.order_id)

    @rule(key=keys)
    def ask_for_another_order_with_the_same_key(self, key: str) -> None:
        if key in self.bodies and key in self.shown():
            answer = self.ask(key, totalQuantity=7)
            assert answer is not None
            assert isinstance(answer.exception(QUIET_SECONDS), Duplicate)
            self.life.answers.pop()

    @rule(key=keys, quantity=quantities)
    def modify(self, key: str, quantity: int) -> None:
        if self.gateway.state()["drills"]["duplicate_incarnation"]:
            self.may_be_two.add(key)
        self.wish(lambda: self.handler.modify(key, {"totalQuantity": quantity}))

    @rule(key=keys)
    def cancel(self, key: str) -> None:
        self.wish(lambda: self.handler.cancel(key))

    @rule()
    def cancel_all(self) -> None:
        self.wish(self.handler.cancel_all)

    @rule()
    def freeze(self) -> None:
        self.handler.freeze("test").result(QUIET_SECONDS)

    @rule()
    def unfreeze(self) -> None:
        self.handler.unfreeze().result(QUIET_SECONDS)

    def wish(self, send: Callable[[], Future[Any]]) -> None:
        """A change or a cancel; IB may answer much later, or never."""
        try:
            send()
        except TradingError as refusal:
            assert refusal.sent == "no"

    def raises(self, answer: Future[OrderResult]) -> bool:
        """Whether the order was refused with nothing sent."""
        error = answer.exception(QUIET_SECONDS)
        assert error is None or (isinstance(error, TradingError) and error.sent == "no"), error
        return error is not None

    # What IB does

    def do_if_it_can_be(self, **command: Any) -> None:
        """Nothing, when the desk is not connected or the order is over by now."""
        with suppress(DrillError):
            self.gateway.drill(**command)

    @rule(fault=st.sampled_from(FAULTS))
    def break_something(self, fault: dict[str, Any]) -> None:
        self.gateway.drill(**fault)

    @rule(code=codes, key=st.none() | keys)
    def say(self, code: int, key: str | None) -> None:
        """Any code, about nothing or about an order; a refusal only of one that works."""
        order = self.shown().get(key or "", {})
        is_fair = CODES.explain(code).kind != "reject" or order.get("state") == "live"
        about = order.get("orderId") if is_fair else None
        self.do_if_it_can_be(notice={"code": code, "id": about or -1, "clientId": ORDERS})

    @rule(notice=st.sampled_from((1101, 1102)))
    def lose_the_link_or_find_it(self, notice: int) -> None:
        self.gateway.drill(link_notice=notice, link_down=not self.is_link_down)

    @rule(key=keys)
    def tell_a_fill_again(self, key: str) -> None:
        for order in self.gateway.orders(key):
            self.do_if_it_can_be(stale_fill={"permId": order["permId"]})

    @rule(key=keys)
    def tell_a_fill_of_another_day(self, key: str) -> None:
        """An order id that is used now may have been another order's yesterday."""
        order_id = self.shown().get(key, {}).get("orderId") or 0
        late = {"clientId": ORDERS, "orderId": order_id, "shares": 500}
        self.do_if_it_can_be(stale_fill=late)

    @rule(key=keys)
    def cancel_at_ib(self, key: str) -> None:
        for order in self.gateway.orders(key):
            self.do_if_it_can_be(cancel_by_ib=order["permId"])

    @rule()
    def forget_order_ids(self) -> None:
        self.gateway.drill(roll_back_ids=1)

    @rule()
    def drop_the_connection(self) -> None:
        self.gateway.drop_connections()

    # What happens to the desk

    @rule()
    def restart(self) -> None:
        self.end_life()
        self.life = self.begin(self.journal)

    @rule()
    def kill(self) -> None:
        """What is on disk at one moment is all that the next engine gets; nothing is sent later."""
        left = self.folder / f"journal-{next(self.numbers)}.db"
        self.life.answers.clear()
        kill(self.handler, self.journal, left)
        self.journal = left
        self.life = self.begin(self.journal)

    def end_life(self) -> None:
        self.handler.drain()
        self.handler.stop()
        for key in self.bodies:
            check_finality(self.life.published.states(key))

    # What always holds

    def shown(self) -> dict[str, dict[str, Any]]:
        """As GET /orders: nothing before TWS has been asked."""
        if not self.handler.has_read_orders():
            return {}
        return {result.client_order_id: result.payload for result in self.handler.orders()}

    @invariant()
    def nothing_is_shown_that_the_book_contradicts(self) -> None:
        """The desk is asked first: what it calls over cannot work at IB a moment later."""
        shown = self.shown()
        self.hear_answers()
        book = self.gateway.state()["orders"]
        working = {order["permId"] for order in book if order["status"] not in OVER_AT_IB}
        booked = [order["orderRef"] for order in book]
        for key, order in shown.items():
            is_nowhere = order["state"] in ("not_sent", "not_placed") or order["sent"] == "no"
            assert not (order["state"] in OVER and order["permId"] in working), order
            assert not (is_nowhere and key in booked), order
            assert order["filled"] >= self.filled.get(key, 0), order
            assert key in self.may_be_two or booked.count(key) <= 1, book
            self.filled[key] = order["filled"]

    def hear_answers(self) -> None:
        """A final state that was answered stays, whatever happens; only a cancel may become a
        fill."""
        for key, answer in self.life.answers:
            if answer.done() and not self.raises(answer):
                state = answer.result().state
                if state in OVER:
                    before = self.told_over.setdefault(key, state)
                    assert before == state or (before, state) == ("cancelled", "filled"), key
        self.life.answers = [each for each in self.life.answers if not each[1].done()]

    def teardown(self) -> None:
        try:
            if hasattr(self, "life"):
                self.calm_down()
        finally:
            self.handler.stop()

    def calm_down(self) -> None:
        self.gateway.drill(clear=True)
        self.be_connected()
        self.gateway.tell(1102)
        wait_until(self.is_quiet, QUIET_SECONDS)
        hold(self.handler, self.gateway, self.journal, *self.may_be_two)
        self.hear_answers()
        self.end_life()
        shown = self.shown()
        for key, state in self.told_over.items():
            assert shown[key]["state"] in (state, "filled"), (state, shown[key])
        assert verify(self.journal) is None
        saved = {row.key: row.state for row in rows(self.journal)}
        assert saved == {
            key: row["state"].replace("duplicated", "live") for key, row in shown.items()
        }

    def is_quiet(self) -> bool:
        """Everybody is answered and every order is where it stays."""
        is_answered = all(answer.done() for _, answer in self.life.answers)
        is_sure = all(row["state"] not in UNSURE for row in self.shown().values() if own(row))
        return is_answered and is_sure


def own(row: dict[str, Any]) -> bool:
    return bool(row["origin"] == "desk" and not row["adopted"])


def kill(handler: OrderHandler, journal: Path, left: Path) -> None:
    """End an engine between two turns of its loop, as SIGKILL would.

    `left` gets what is on disk at that moment; the socket ends before another byte can leave.
    """
    engine = handler._engine

    def die() -> None:
        address = f"{journal.absolute().as_uri()}?mode=ro"
        with (
            closing(sqlite3.connect(address, uri=True)) as source,
            closing(sqlite3.connect(left)) as target,
        ):
            source.backup(target)
        if engine.session.is_open:
            engine.session.wire.cut("killed")
        handler.thread._begin_stop()

    handler.thread.hand_over(die)
    handler.stop()


def endpoint_of(port: int) -> Endpoint:
    return Endpoint(HOST, port, ORDERS, first_retry=0.01, longest_retry=0.05)


@pytest.mark.failure("F06")
@pytest.mark.timeout(3600)
def test_every_story_ends_well(
    rooms: Rooms, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    place = Place(rooms.gateway(tmp_path / "gateway"), tmp_path)

    def machine() -> OrderMachine:
        return OrderMachine(place)

    if SEED:
        seed(int(SEED))(machine)
    options = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        derandomize=not SEED,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    started = monotonic()
    run_state_machine_as_test(cast(Any, machine), settings=options)
    logging.getLogger(__name__).info("%s stories in %.0f s", EXAMPLES, monotonic() - started)
