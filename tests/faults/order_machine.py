"""What people, IB and bad luck do to one desk, as rules that Hypothesis strings together."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from order_handler import OrderHandler
from paper_gateway.drills import DrillError
from store.journal_chain import verify
from tests.conftest import ORDERS, wait_until
from tests.faults.invariants import OVER, OVER_AT_IB, hold, rows
from tests.faults.lives import Place
from tests.faults.mishaps import FAULTS, SYMBOLS, any_code, notices, quantities, refusals
from trading.orders import OrderResult, parse_order_request
from trading.refusals import Duplicate, TradingError

QUIET_SECONDS = 10.0
CONNECT_SECONDS = 10.0
UNSURE = ("intent", "sending", "unknown")
Shown = dict[str, dict[str, Any]]


class OrderMachine(RuleBasedStateMachine):
    """One story: a fresh account and journal, then up to forty rules, then peace."""

    keys = Bundle("keys")

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.where = place
        self.gateway = place.gateway
        self.gateway.drill(clear=True)
        # Before anybody listens: the orders of the last story are not told in this one.
        self.gateway.call(lambda server: server.hub.exchange.start_day())
        self.life = place.begin(place.new_journal())
        self.bodies: dict[str, dict[str, Any]] = {}
        self.filled: dict[str, float] = {}
        self.told_over: dict[str, str] = {}  # key -> the final state that an answer has told
        self.may_be_two: set[str] = set()

    @initialize()
    def start(self) -> None:
        self.be_connected()

    @property
    def handler(self) -> OrderHandler:
        return self.life.handler

    @property
    def is_link_down(self) -> bool:
        return bool(self.gateway.state()["drills"]["link_down"])

    def be_connected(self) -> None:
        with suppress(AssertionError):
            wait_until(lambda: self.handler.status().is_connected, CONNECT_SECONDS)
        status = self.handler.status()
        assert status.is_connected, (status, self.gateway.state()["drills"])

    # What people do

    def place(self, **body: Any) -> str:
        if not self.is_link_down:
            self.be_connected()
        key = f"k{next(self.where.numbers)}"
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
        order = {"totalQuantity": quantity, "orderType": "LMT", "lmtPrice": price}
        return self.place(order={"action": "BUY", **order}, wait="ack")

    @rule(target=keys, quantity=quantities, entry=st.sampled_from(("MKT", "LMT")))
    def place_bracket(self, quantity: int, entry: str) -> Any:
        order = {"action": "BUY", "totalQuantity": quantity, "orderType": entry}
        if entry == "LMT":
            order["lmtPrice"] = 2
        stop = {"orderType": "STP", "auxPrice": 1}
        bracket = {"targets": [{"lmtPrice": 9000}], "stop": stop}
        key = self.place(order=order, bracket=bracket, wait="ack")
        return multiple(key, f"{key}-t1", f"{key}-s1")

    @rule(
        target=keys,
        quantity=quantities,
        moment=st.sampled_from(("link", "drop", "freeze", "restart", "kill", "fault")),
        fault=st.sampled_from(FAULTS),
    )
    def place_in_a_bad_moment(self, quantity: int, moment: str, fault: dict[str, Any]) -> str:
        """What happens at once afterwards overtakes the order, or just does not."""
        order = {"action": "BUY", "totalQuantity": quantity, "orderType": "MKT"}
        key = self.place(order=order)
        happens: dict[str, Callable[[], object]] = {
            "link": lambda: self.gateway.drill(link_down=True),
            "drop": self.gateway.drop_connections,
            "freeze": lambda: self.handler.freeze("test"),
            "restart": self.restart,
            "kill": self.kill,
            "fault": lambda: self.gateway.drill(**fault),
        }
        happens[moment]()
        return key

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

    @rule(code=any_code)
    def say(self, code: int) -> None:
        self.do_if_it_can_be(notice={"code": code, "clientId": ORDERS})

    @rule(key=keys, code=notices)
    def say_something_about_an_order(self, key: str, code: int) -> None:
        self.say_about(key, code)

    @rule(key=keys, code=refusals)
    def refuse_something_about_a_working_order(self, key: str, code: int) -> None:
        """Such as a change of it: what works goes on working."""
        if self.shown().get(key, {}).get("state") == "live":
            self.say_about(key, code)

    def say_about(self, key: str, code: int) -> None:
        order_id = self.shown().get(key, {}).get("orderId")
        if order_id:
            self.do_if_it_can_be(notice={"code": code, "id": order_id, "clientId": ORDERS})

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
        self.life.end()
        self.life = self.where.begin(self.life.journal)

    @rule()
    def kill(self) -> None:
        """What is on disk at one moment is all that the next engine gets."""
        left = self.where.new_journal()
        self.life.kill(left)
        self.life = self.where.begin(left)

    # What always holds

    def shown(self) -> Shown:
        """As GET /orders: nothing before TWS has been asked."""
        if not self.handler.has_read_orders():
            return {}
        return {result.client_order_id: result.payload for result in self.handler.orders()}

    @invariant()
    def nothing_is_shown_that_the_book_contradicts(self) -> None:
        """The desk is asked first: what it calls over cannot work at IB a moment later.

        An intent can, so that one is compared with the book of a moment before.
        """
        booked_before = {order["orderRef"] for order in self.gateway.state()["orders"]}
        shown = self.shown()
        self.hear_answers()
        book = self.gateway.state()["orders"]
        working = {order["permId"] for order in book if order["status"] not in OVER_AT_IB}
        booked = [order["orderRef"] for order in book]
        for key, order in shown.items():
            is_nowhere = order["state"] in ("not_sent", "not_placed") or order["sent"] == "no"
            assert not (order["state"] in OVER and order["permId"] in working), order
            seen = booked_before if order["state"] == "intent" else booked
            assert not (is_nowhere and key in seen), order
            assert order["filled"] >= self.filled.get(key, 0), order
            assert key in self.may_be_two or booked.count(key) <= 1, book
            self.filled[key] = order["filled"]

    def hear_answers(self) -> None:
        """A final state that was answered stays; only a cancelled order may become a fill."""
        for key, answer in self.life.answers:
            if answer.done() and not self.raises(answer):
                state = answer.result().state
                if state in OVER:
                    before = self.told_over.setdefault(key, state)
                    assert before == state or (before, state) == ("cancelled", "filled"), key
        self.life.answers = [each for each in self.life.answers if not each[1].done()]

    # The end

    def teardown(self) -> None:
        try:
            self.calm_down()
        finally:
            self.handler.stop()

    def calm_down(self) -> None:
        self.gateway.drill(clear=True)
        self.be_connected()
        self.gateway.tell(1102)
        wait_until(self.is_quiet, QUIET_SECONDS)
        hold(self.handler, self.gateway, self.life.journal, *self.may_be_two)
        self.hear_answers()
        self.life.end()
        shown = self.shown()
        for key, state in self.told_over.items():
            now = shown[key]["state"]
            # A crash may lose the line that said `not sent`; IB then has no such order either.
            is_nowhere = {state, now} <= NOWHERE
            is_late_fill = (state, now) == ("cancelled", "filled")
            assert now == state or is_nowhere or is_late_fill, (state, shown[key])
        assert verify(self.life.journal) is None
        seen = {key: row["state"].replace("duplicated", "live") for key, row in shown.items()}
        saved = {row.key: row.state for row in rows(self.life.journal)}
        different = saved.items() ^ seen.items()
        assert not different, different

    def is_quiet(self) -> bool:
        """Everybody is answered and every order is where it stays."""
        is_answered = all(answer.done() for _, answer in self.life.answers)
        is_unsure_of_any = any(is_unsure(row) for row in self.shown().values())
        return is_answered and self.handler.has_read_orders() and not is_unsure_of_any


NOWHERE = {"not_sent", "not_placed"}


def is_unsure(row: dict[str, Any]) -> bool:
    """A fill of another day tells nothing about where its order stands."""
    return row["origin"] == "desk" and not row["adopted"] and row["state"] in UNSURE
