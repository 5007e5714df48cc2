"""Ways out of risk: change, cancel, close, flatten, freeze and kill, as HTTP shows them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import ACCOUNT, FakeOrderDesk, FakeReader
from tests.trading.facts_for_tests import facts
from tests.web.visitors import Browser, Program, World, data
from trading.orders import OrderResult
from trading.refusals import (
    Busy,
    Halted,
    JournalDown,
    LimitExceeded,
    NoAnswer,
    NotConnected,
    Refused,
    TradingError,
)
from trading.snapshots import Rows
from web.exits import EXCHANGE_SECONDS, closing_body, may_have_closed

API = "/api/v1"
CON_ID = 265598
AAPL = {"conId": CON_ID, "symbol": "AAPL", "secType": "STK", "currency": "USD"}
MSFT = AAPL | {"conId": 272093, "symbol": "MSFT"}
ES = {"conId": 495512563, "symbol": "ES", "secType": "FUT", "currency": "USD", "exchange": ""}
CLOSE, FLATTEN = f"{API}/positions/close", f"{API}/positions/flatten"
FUND = AAPL | {
    "secType": "FUND",
    "exchange": "FUNDSERV",
}  # TWS may hold what the desk does not trade
RESTING_SELL = {
    "status": "Submitted",
    "contract": AAPL,
    "order": {"action": "SELL", "totalQuantity": 100, "orderType": "LMT", "lmtPrice": 400},
}


def row(size: float, contract: dict[str, Any] | None = None, account: str = ACCOUNT) -> Any:
    return {"account": account, "contract": contract or AAPL, "position": size, "avgCost": 228.17}


@dataclass
class BusyDesk(FakeOrderDesk):
    """A desk at which something happens when an order is cancelled, or whose journal fails."""

    on_cancel: Callable[[], object] = field(default=lambda: None)
    freeze_error: TradingError | None = None
    cancel_error: TradingError | None = None

    def cancel(self, client_order_id: str) -> Future[OrderResult]:
        self.on_cancel()
        if self.cancel_error:
            raise self.cancel_error
        return super().cancel(client_order_id)

    def cancel_all(self) -> Future[list[OrderResult]]:
        self.on_cancel()
        future = super().cancel_all()
        if self.cancel_error:
            future = Future()
            future.set_exception(self.cancel_error)
        return future

    def freeze(self, reason: str) -> Future[None]:
        future = super().freeze(reason)
        if self.freeze_error:
            future = Future()
            future.set_exception(self.freeze_error)
        return future


@dataclass
class WatchedReader(FakeReader):
    """A reader at which something happens when positions are read."""

    on_read: Callable[[], object] = field(default=lambda: None)

    def positions(self, account: str | None = None) -> Future[Rows]:
        self.on_read()
        return super().positions(account)


@dataclass
class TellingReader(FakeReader):
    """A reader that is asked where a contract trades, and answers so."""

    told: dict[str, Any] = field(default_factory=lambda: {"contract": ES | {"exchange": "CME"}})
    details: Future[dict[str, Any]] | None = None

    def contract_details(self, typed: str, currency: str = "") -> Future[dict[str, Any]]:
        return self.details or self.answer(lambda: self.told, "contract_details", typed)


class SlowAnswer(Future[dict[str, Any]]):
    """An answer that does not come in time; it remembers how long it was waited for."""

    waited: float | None = 0.0

    def result(self, timeout: float | None = None) -> dict[str, Any]:
        self.waited = timeout
        raise TimeoutError


@pytest.fixture
def desk() -> BusyDesk:
    return BusyDesk()


@pytest.fixture
def world(tmp_path: Path, desk: BusyDesk) -> Any:
    world = World(tmp_path, order_desk=desk)
    world.reader.position_rows = (row(100),)
    world.reader.facts = facts(position=100)
    yield world
    world.close()


def close(program: Program, percent: int = 100, key: str | None = None, **body: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return program.post(CLOSE, {"conId": CON_ID, "percent": percent} | body, **headers)


# Changes


@pytest.mark.parametrize(
    ("state", "status"), [("done", 200), ("pending", 202), ("unconfirmed", 202), ("refused", 422)]
)
def test_a_change_is_done_under_way_or_refused(
    world: World, program: Program, desk: BusyDesk, state: str, status: int
) -> None:
    desk.knows("ui-1", "live")
    desk.modify_state = state
    answer = program.call("PATCH", f"{API}/orders/ui-1", json={"order": {"lmtPrice": 101}})
    assert answer.status_code == status
    assert [(name, str(value["lmtPrice"])) for name, value in desk.modified] == [("ui-1", "101")]
    assert data(answer)["modification"]["state"] == state


@pytest.mark.parametrize("body", [{}, {"order": {}}, {"order": [1]}, {"lmtPrice": 1}, [1]])
def test_a_change_that_names_nothing_is_refused(
    world: World, program: Program, desk: BusyDesk, body: Any
) -> None:
    desk.knows("ui-1", "live")
    answer = program.call("PATCH", f"{API}/orders/ui-1", json=body)
    assert (answer.status_code, desk.modified) == (422, [])


def test_a_change_without_an_answer_may_still_come(
    world: World, program: Program, desk: BusyDesk
) -> None:
    desk.knows("ui-1", "live")
    desk.never_answers = True
    answer = program.call("PATCH", f"{API}/orders/ui-1", json={"order": {"lmtPrice": 101}})
    assert (answer.status_code, data(answer)["state"]) == (202, "live")
    assert "old terms may still hold" in data(answer)["error"]


def test_a_reader_changes_cancels_and_closes_nothing(world: World, desk: BusyDesk) -> None:
    desk.knows("ui-1", "live")
    program = world.program("read")
    calls: list[tuple[str, str, Any]] = [
        ("PATCH", f"{API}/orders/ui-1", {"order": {"lmtPrice": 1}}),
        ("DELETE", f"{API}/orders/ui-1", None),
        ("DELETE", f"{API}/orders", None),
        ("POST", CLOSE, {"conId": CON_ID}),
        ("POST", FLATTEN, {"confirm": True}),
        ("POST", f"{API}/kill", {}),
    ]
    for method, path, body in calls:
        assert program.call(method, path, json=body).status_code == 403
    assert (desk.submitted, desk.cancelled, desk.modified, desk.frozen) == ([], [], [], "")


# Closing


@pytest.mark.parametrize(
    ("size", "action"), [(100, "SELL"), (-100, "BUY"), (0.5, "SELL"), (-7, "BUY")]
)
def test_a_whole_position_is_closed_as_it_is(
    world: World, program: Program, desk: BusyDesk, size: float, action: str
) -> None:
    world.reader.position_rows = (row(size),)
    answer = close(program, key="c-1")
    assert (answer.status_code, data(answer)["clientOrderId"]) == (201, "c-1")
    (asked,) = desk.submitted
    assert (asked.order.action, asked.order.order_type) == (action, "MKT")
    assert (asked.quantity, asked.order.account) == (abs(Decimal(str(size))), ACCOUNT)
    assert (asked.contract.con_id, asked.contract.exchange) == (CON_ID, "SMART")


def test_a_close_may_do_no_more_than_that(world: World, program: Program, desk: BusyDesk) -> None:
    close(program)
    close(program, 50)
    assert [asked.is_closing for asked in desk.submitted] == [True, True]


@pytest.mark.parametrize(("percent", "quantity"), [(25, 25), (50, 50), (75, 75)])
def test_a_part_of_a_position_is_closed(
    world: World, program: Program, desk: BusyDesk, percent: int, quantity: int
) -> None:
    close(program, percent)
    assert desk.submitted[0].quantity == quantity


@pytest.mark.parametrize("percent", [0, 10, 101, -25, "100", True, 50.5, None])
def test_another_part_is_refused(
    world: World, program: Program, desk: BusyDesk, percent: Any
) -> None:
    answer = close(program, percent)
    assert (answer.status_code, desk.submitted) == (422, [])


def test_a_position_that_is_not_there_is_not_found(
    world: World, program: Program, desk: BusyDesk
) -> None:
    world.reader.position_rows = (row(0), row(100, MSFT))
    assert close(program).status_code == 404
    assert (desk.submitted, desk.cancelled) == ([], [])


def test_of_several_accounts_one_must_be_named(
    world: World, program: Program, desk: BusyDesk
) -> None:
    world.reader.position_rows = (row(100), row(50, account="DU2"))
    assert (close(program).status_code, desk.submitted) == (422, [])


def test_orders_that_would_close_it_later_are_cancelled_first(
    world: World, program: Program, desk: BusyDesk
) -> None:
    desk.knows("target", "live", **RESTING_SELL)
    desk.knows("entry", "live", **RESTING_SELL | {"order": {"action": "BUY"}})
    desk.knows("msft", "live", **RESTING_SELL | {"contract": MSFT})
    desk.knows("theirs", "live", **RESTING_SELL | {"origin": "client 7"})
    desk.knows("other", "live", **RESTING_SELL | {"account": "DU2"})
    close(program, 50)
    assert desk.cancelled == []
    close(program)
    assert (desk.cancelled, len(desk.submitted)) == (["target"], 2)


def test_what_waits_for_its_parent_is_left_to_protect_what_that_opens(
    world: World, program: Program, desk: BusyDesk
) -> None:
    more = {"action": "BUY", "totalQuantity": 50, "orderType": "LMT", "lmtPrice": 100}
    desk.knows("entry", "live", **RESTING_SELL | {"order": more})
    desk.knows("child", "live", **RESTING_SELL | {"parent": "entry", "status": "PreSubmitted"})
    close(program)
    assert (desk.cancelled, len(desk.submitted)) == ([], 1)


@pytest.mark.parametrize("percent", [25, 100])
@pytest.mark.parametrize("shown", [4, -100, 0, 99.5])
def test_a_position_that_is_not_as_it_was_shown_is_not_closed(
    world: World, program: Program, desk: BusyDesk, percent: int, shown: float
) -> None:
    desk.knows("stop", "live", **RESTING_SELL)
    answer = close(program, percent, held=shown)
    assert (answer.status_code, data(answer)["errorCode"]) == (409, "position_changed")
    assert (data(answer)["sent"], desk.submitted, desk.cancelled) == ("no", [], [])


@pytest.mark.parametrize("size", [100, -7, 0.000125])
def test_a_position_that_is_as_it_was_shown_is_closed(
    world: World, program: Program, desk: BusyDesk, size: float
) -> None:
    world.reader.position_rows = (row(size),)
    close(program, held=size)
    assert [asked.quantity for asked in desk.submitted] == [abs(Decimal(str(size)))]


@pytest.mark.parametrize("held", ["100", True, [100]])
def test_what_was_shown_is_a_number(
    world: World, program: Program, desk: BusyDesk, held: Any
) -> None:
    assert (close(program, held=held).status_code, desk.submitted) == (422, [])


def test_what_closed_it_while_it_was_cancelled_is_not_closed_again(
    world: World, program: Program, desk: BusyDesk
) -> None:
    """Its target filled at the last moment: a market order now would open the other side."""
    desk.knows("target", "live", **RESTING_SELL)
    desk.on_cancel = lambda: setattr(world.reader, "position_rows", ())
    assert (close(program).status_code, desk.submitted) == (404, [])
    world.reader.position_rows = (row(100),)
    desk.knows("target", "live", **RESTING_SELL)
    desk.on_cancel = lambda: setattr(world.reader, "position_rows", (row(40),))
    close(program)
    assert [asked.quantity for asked in desk.submitted] == [40]


@pytest.mark.parametrize("error", [NoAnswer("too late"), NotConnected("gone"), Refused("no")])
def test_a_cancel_that_fails_does_not_hold_up_the_way_out(
    world: World, program: Program, desk: BusyDesk, error: TradingError
) -> None:
    desk.knows("target", "live", **RESTING_SELL)
    desk.cancel_error = error
    assert (close(program).status_code, len(desk.submitted)) == (201, 1)


@pytest.mark.failure("F54", "F55")
def test_a_close_that_is_asked_again_is_a_replay_and_cancels_nothing(
    world: World, program: Program, desk: BusyDesk
) -> None:
    """Its own order may rest until the market opens, or the position may be gone."""
    market_sell = {"action": "SELL", "totalQuantity": 100, "orderType": "MKT"}
    desk.knows("c-1", "live", **RESTING_SELL | {"order": market_sell, "status": "PreSubmitted"})
    again = close(program, key="c-1")
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    world.reader.position_rows = ()
    desk.knows("c-1", "filled", **RESTING_SELL | {"order": market_sell})
    assert data(close(program, key="c-1"))["state"] == "filled"
    assert (desk.cancelled, desk.submitted) == ([], [])


def test_a_close_does_not_cancel_the_same_close_of_a_moment_ago(
    world: World, program: Program, desk: BusyDesk
) -> None:
    """Two requests of one key at the same moment: the other one's order is seen too late."""
    market_sell = {"action": "SELL", "totalQuantity": 100, "orderType": "MKT"}
    reader = WatchedReader(position_rows=(row(100),))
    reader.on_read = lambda: desk.knows("c-1", "live", **RESTING_SELL | {"order": market_sell})
    world.desk.reader = reader
    assert close(program, key="c-1").status_code == 201
    assert (desk.cancelled, len(desk.submitted)) == ([], 1)


def test_a_close_that_another_request_of_its_key_has_done_is_a_replay(
    world: World, program: Program, desk: BusyDesk
) -> None:
    market_sell = {"action": "SELL", "totalQuantity": 100, "orderType": "MKT"}

    def fill_the_other() -> None:
        reader.position_rows = ()
        desk.knows("c-1", "filled", **RESTING_SELL | {"order": market_sell})

    reader = WatchedReader(position_rows=(row(100),))
    reader.on_read = fill_the_other
    world.desk.reader = reader
    answer = close(program, key="c-1")
    assert (answer.status_code, answer.headers["Idempotent-Replayed"]) == (200, "true")
    assert desk.submitted == []


@pytest.mark.failure("F57")
@pytest.mark.parametrize("change", [{"contract": MSFT}, {"order": RESTING_SELL["order"]}])
def test_the_key_of_another_order_closes_nothing(
    world: World, program: Program, desk: BusyDesk, change: dict[str, Any]
) -> None:
    market_sell = {"action": "SELL", "totalQuantity": 100, "orderType": "MKT"}
    desk.knows("c-1", "live", **RESTING_SELL | {"order": market_sell} | change)
    answer = close(program, key="c-1")
    assert (answer.status_code, data(answer)["errorCode"]) == (422, "idempotency_key_reused")
    assert (desk.cancelled, desk.submitted) == ([], [])


@pytest.mark.failure("F57")
@pytest.mark.parametrize(
    ("percent", "held", "status"),
    [(50, 8, 200), (100, 8, 422), (25, 8, 422), (75, 8, 422), (50, -8, 422), (100, 4, 200)],
)
def test_a_key_closes_again_only_what_it_was_used_for(
    world: World, program: Program, desk: BusyDesk, percent: int, held: int, status: int
) -> None:
    """It has sold 4 of 8, which nobody heard; what is asked now says what it was shown."""
    world.reader.position_rows = (row(4),)
    sale = {"action": "SELL", "totalQuantity": 4.0, "orderType": "MKT"}
    desk.knows("c-1", "filled", **RESTING_SELL | {"order": sale})
    answer = close(program, percent, key="c-1", held=held)
    assert (answer.status_code, desk.submitted) == (status, [])
    if status == 422:
        assert data(answer)["errorCode"] == "idempotency_key_reused"


@pytest.mark.parametrize(
    ("size", "percent", "held", "is_one"),
    [
        ("1", 75, "2", True),  # whole pieces: half of it is as much
        ("1", 50, "2", True),
        ("2000", 50, "5000", True),  # pieces of a thousand
        ("1250", 50, "5000", False),
        ("0.12", 50, "0.25", True),
        ("0.25", 100, "0.25", True),
        ("0.24", 100, "0.25", False),
    ],
)
def test_a_part_is_known_by_its_size(size: str, percent: int, held: str, is_one: bool) -> None:
    sale = {"action": "SELL", "totalQuantity": Decimal(size)}
    assert may_have_closed(sale, percent, Decimal(held)) is is_one


def test_a_future_is_closed_where_it_is_traded() -> None:
    future = {"conId": 1, "symbol": "ES", "secType": "FUT", "currency": "USD", "exchange": "CME"}
    body = closing_body(row(-2, future), 100)
    assert (body["contract"]["exchange"], body["order"]["action"]) == ("CME", "BUY")
    assert body["order"]["totalQuantity"] == 2


@pytest.fixture
def telling(world: World, desk: BusyDesk) -> TellingReader:
    """A future is held, with a stop; TWS sends its position without an exchange."""
    stop = {"action": "BUY", "totalQuantity": 2, "orderType": "STP", "auxPrice": 9000}
    desk.knows("stop", "live", status="Submitted", contract=ES, order=stop)
    world.reader = world.desk.reader = TellingReader(position_rows=(row(-2, ES),))
    return world.reader


@pytest.mark.parametrize("percent", [100, 50])
def test_a_future_is_closed_where_its_details_say_that_it_trades(
    telling: TellingReader, program: Program, desk: BusyDesk, percent: int
) -> None:
    telling.facts = facts(position=-2)
    assert close(program, percent, conId=ES["conId"]).status_code == 201
    (asked,) = desk.submitted
    assert (asked.contract.con_id, asked.contract.exchange) == (ES["conId"], "CME")
    assert ("contract_details", f"conId {ES['conId']}") in telling.asked
    assert desk.cancelled == (["stop"] if percent == 100 else [])


@pytest.mark.parametrize(
    "told",
    [
        {"contract": AAPL | {"exchange": "SMART"}},
        {"contract": ES},
        {"contract": ES | {"exchange": None}},
        {"contract": None},
        {},
    ],
)
def test_a_future_that_nobody_knows_the_exchange_of_keeps_its_stop(
    telling: TellingReader, program: Program, desk: BusyDesk, told: dict[str, Any]
) -> None:
    telling.told = told
    answer = close(program, conId=ES["conId"])
    assert (answer.status_code, desk.submitted, desk.cancelled) == (504, [], [])
    assert "Where ES trades is not known" in data(answer)["error"]
    assert data(answer)["sent"] == "no"


def test_no_exit_waits_long_for_an_exchange(
    telling: TellingReader, program: Program, desk: BusyDesk
) -> None:
    telling.details = SlowAnswer()
    assert close(program, conId=ES["conId"]).status_code == 504
    assert telling.details.waited == pytest.approx(EXCHANGE_SECONDS, abs=1)
    assert (desk.submitted, desk.cancelled) == ([], [])


@pytest.mark.parametrize(
    ("held", "key", "body"),
    [(AAPL, "not a key", {}), (AAPL, "c-1", {"wait": "long"}), (FUND, "c-1", {})],
)
def test_what_the_desk_refuses_itself_has_cancelled_nothing(
    world: World,
    program: Program,
    desk: BusyDesk,
    held: dict[str, Any],
    key: str,
    body: dict[str, Any],
) -> None:
    world.reader.position_rows = (row(100, held),)
    desk.knows("stop", "live", **RESTING_SELL)
    answer = close(program, key=key, **body)
    assert (answer.status_code, desk.submitted, desk.cancelled) == (422, [], [])


@pytest.mark.parametrize("error", [NoAnswer("TWS does not answer"), NotConnected()])
@pytest.mark.parametrize(
    ("path", "body"), [(CLOSE, {"conId": CON_ID}), (FLATTEN, {"confirm": True})]
)
def test_a_close_that_ends_after_its_cancels_says_that_the_stops_are_gone(
    world: World,
    program: Program,
    desk: BusyDesk,
    path: str,
    body: dict[str, Any],
    error: TradingError,
) -> None:
    def refuse() -> None:
        if desk.cancelled:
            raise error

    world.desk.reader = WatchedReader(position_rows=(row(100),), on_read=refuse)
    desk.knows("stop", "live", **RESTING_SELL)
    answer = program.post(path, body)
    assert (answer.status_code, data(answer)["sent"], desk.submitted) == (504, "no", [])
    words = data(answer)["error"]
    assert "a cancel of stop was: what is held may be without a stop" in words
    assert error.sentence in words


def test_a_close_that_has_cancelled_nothing_says_only_what_is_wrong(
    world: World, program: Program, desk: BusyDesk
) -> None:
    reads = iter([None, NotConnected()])

    def refuse() -> None:
        if error := next(reads):
            raise error

    world.desk.reader = WatchedReader(position_rows=(row(100),), on_read=refuse)
    answer = close(program)
    assert (answer.status_code, answer.json["error"]) == (503, NotConnected().sentence)


@pytest.mark.parametrize(
    ("path", "body"), [(CLOSE, {"conId": CON_ID}), (FLATTEN, {"confirm": True})]
)
def test_once_stops_are_cancelled_a_busy_desk_refuses_nothing(
    world: World, program: Program, desk: BusyDesk, path: str, body: dict[str, Any]
) -> None:
    def refuse() -> None:
        if desk.cancelled:
            raise Busy("Too many requests wait")

    world.desk.reader = WatchedReader(position_rows=(row(100),), on_read=refuse)
    desk.knows("stop", "live", **RESTING_SELL)
    assert program.post(path, body).status_code in (200, 201)
    assert [asked.quantity for asked in desk.submitted] == [100]
    assert desk.cancelled == ["stop"]


# Flatten


def test_flatten_cancels_everything_then_closes_every_position(
    world: World, program: Program, desk: BusyDesk
) -> None:
    world.reader.position_rows = (row(100), row(-50, MSFT), row(0))
    desk.knows("resting", "live", **RESTING_SELL)
    answer = program.post(FLATTEN, {"confirm": True})
    assert [each["clientOrderId"] for each in data(answer)["cancels"]] == ["resting"]
    orders = [f"{a.order.action} {a.quantity} {a.contract.con_id}" for a in desk.submitted]
    assert orders == [f"SELL 100 {CON_ID}", "BUY 50 272093"]
    assert len(data(answer)["closes"]) == 2
    assert all(asked.is_closing for asked in desk.submitted)


@pytest.mark.parametrize("body", [{}, {"confirm": False}, {"confirm": 1}, {"confirm": "true"}])
def test_flatten_must_be_meant(
    world: World, program: Program, desk: BusyDesk, body: dict[str, Any]
) -> None:
    answer = program.post(FLATTEN, body)
    assert (answer.status_code, desk.submitted, desk.cancelled) == (422, [], [])


def test_flatten_closes_what_is_left_after_the_cancels(
    world: World, program: Program, desk: BusyDesk
) -> None:
    desk.on_cancel = lambda: setattr(world.reader, "position_rows", (row(40),))
    program.post(FLATTEN, {"confirm": True})
    assert [asked.quantity for asked in desk.submitted] == [40]


def test_flatten_does_not_wait_for_cancels_that_nobody_confirms(
    world: World, program: Program, desk: BusyDesk
) -> None:
    desk.cancel_error = NoAnswer("too late")
    answer = program.post(FLATTEN, {"confirm": True})
    assert (answer.status_code, len(desk.submitted)) == (200, 1)


def test_flatten_closes_a_future_too(
    telling: TellingReader, program: Program, desk: BusyDesk
) -> None:
    telling.position_rows = (row(-2, ES), row(100))
    program.post(FLATTEN, {"confirm": True})
    assert [asked.contract.exchange for asked in desk.submitted] == ["CME", "SMART"]
    assert desk.cancelled == ["stop"]


@pytest.mark.parametrize("account", [{}, {"account": ACCOUNT}])
def test_flatten_names_what_it_cannot_close_and_leaves_its_stop(
    telling: TellingReader, program: Program, desk: BusyDesk, account: dict[str, str]
) -> None:
    telling.position_rows = (row(-2, ES), row(100), row(5, FUND | {"conId": 7}))
    telling.told = {}
    desk.knows("target", "live", **RESTING_SELL)
    answer = data(program.post(FLATTEN, {"confirm": True} | account))
    assert [each["clientOrderId"] for each in answer["cancels"]] == ["target"]
    assert [asked.contract.con_id for asked in desk.submitted] == [CON_ID]
    assert ["error" in each for each in answer["closes"]] == [True, False, True]
    assert answer["closes"][0]["error"].startswith("Where ES trades is not known")
    assert desk.cancelled == ["target"]


def test_a_cancel_that_is_refused_does_not_hold_up_flatten(
    world: World, program: Program, desk: BusyDesk
) -> None:
    desk.knows("mine", "live", **RESTING_SELL)
    desk.cancel_error = Refused("It has ended")
    answer = program.post(FLATTEN, {"confirm": True, "account": ACCOUNT})
    assert (answer.status_code, len(desk.submitted)) == (200, 1)


def test_flatten_of_an_account_leaves_the_others_alone(
    world: World, program: Program, desk: BusyDesk
) -> None:
    desk.knows("mine", "live", **RESTING_SELL)
    desk.knows("other", "live", **RESTING_SELL | {"account": "DU2"})
    program.post(FLATTEN, {"confirm": True, "account": ACCOUNT})
    assert desk.cancelled == ["mine"]


def test_flatten_without_positions_to_read_does_nothing(
    world: World, program: Program, desk: BusyDesk
) -> None:
    world.reader.fails_with = NotConnected("no TWS")
    desk.knows("resting", "live", **RESTING_SELL)
    assert program.post(FLATTEN, {"confirm": True}).status_code == 503
    assert (desk.cancelled, desk.submitted) == ([], [])


def test_a_position_that_cannot_be_closed_does_not_hold_up_the_others(
    world: World, program: Program, desk: BusyDesk
) -> None:
    world.reader.position_rows = (row(100), row(-50, MSFT))
    desk.fails_with = LimitExceeded("too much")
    desk.cancel_error = NoAnswer("too late")
    closes = data(program.post(FLATTEN, {"confirm": True}))["closes"]
    assert [(each["error"], each["sent"]) for each in closes] == [("too much", "no")] * 2


# Freeze and kill


@pytest.mark.attack("A56")
def test_only_an_admin_freezes_and_kills(world: World, desk: BusyDesk) -> None:
    desk.knows("resting", "live", **RESTING_SELL)
    trader = world.program("trade")
    for method, path in (("POST", "freeze"), ("DELETE", "freeze"), ("POST", "kill")):
        assert trader.call(method, f"{API}/{path}").status_code == 403
    assert (desk.frozen, desk.cancelled) == ("", [])
    assert data(trader.get(f"{API}/freeze")) == {"frozen": False}


def test_an_admin_freezes_and_ends_the_freeze(world: World, desk: BusyDesk) -> None:
    admin = world.program("admin")
    assert data(admin.post(f"{API}/freeze", {})) == {"frozen": True}
    assert desk.frozen == "alice"
    assert data(admin.delete(f"{API}/freeze")) == {"frozen": False}


def test_kill_freezes_and_cancels_every_order(world: World, desk: BusyDesk) -> None:
    desk.knows("one", "live", **RESTING_SELL)
    desk.knows("done", "filled")
    answer = world.program("admin").post(f"{API}/kill", {})
    assert data(answer)["frozen"] is True
    assert [each["clientOrderId"] for each in data(answer)["cancels"]] == ["one"]
    assert desk.frozen == "alice"


@pytest.mark.failure("F73")
def test_kill_cancels_though_the_freeze_cannot_be_saved(world: World, desk: BusyDesk) -> None:
    desk.knows("one", "live", **RESTING_SELL)
    desk.freeze_error = JournalDown("The disk is full", code="journal_unavailable")
    answer = world.program("admin").post(f"{API}/kill", {})
    assert (answer.status_code, data(answer)["errorCode"]) == (503, "journal_unavailable")
    assert (desk.cancelled, desk.is_frozen()) == (["one"], True)


def test_a_page_kills_with_its_cookie_and_token(world: World, signed_in: Browser) -> None:
    answer = signed_in.call("POST", f"{API}/kill", json={})
    assert (answer.status_code, data(answer)["cancels"]) == (200, [])


def test_a_refused_order_says_what_holds_it_back(
    world: World, program: Program, desk: BusyDesk
) -> None:
    desk.fails_with = Halted("New orders are frozen", code="trading_halted")
    answer = program.post(CLOSE, {"conId": CON_ID})
    assert (answer.status_code, data(answer)["errorCode"]) == (403, "trading_halted")
