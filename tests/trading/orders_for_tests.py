"""Ready-made requests, records and messages from TWS, for the tests of `trading/`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import ib_async
from hypothesis import HealthCheck, settings

from trading.ib_errors import CodeTable
from trading.ib_objects import commission_row, execution_row, order_row
from trading.modifications import Modification
from trading.order_book import OrderBook
from trading.orders import OrderRequest, parse_order_request
from trading.records import Moment, OrderRecord

ACCOUNT = "DU1000001"
CLIENT_ID = 1000
KEY = "ui-1"
START = datetime(2026, 11, 20, 14, 31, 2, 118000, UTC)
AAPL = {"symbol": "AAPL"}
CODES = CodeTable()
# A busy machine is no failure.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
EXEC_ID = "0000e0d5.67fe667b.01.01"
CORRECTED_EXEC_ID = "0000e0d5.67fe667b.01.02"


def a_body(contract: object = None, **order: object) -> dict[str, Any]:
    """The body of a request: a market order for 100 AAPL unless `order` says otherwise."""
    fields = {"action": "BUY", "totalQuantity": 100, "orderType": "MKT"} | order
    return {"contract": AAPL if contract is None else contract, "order": fields}


def a_request(key: str = KEY, contract: object = None, **order: object) -> OrderRequest:
    return parse_order_request(a_body(contract, **order), key)


class FakeMoments:
    """`Moment.now` whose time passes by 0.1 s with each look at it."""

    def __init__(self) -> None:
        self.looks = 0

    def __call__(self) -> Moment:
        self.looks += 1
        return a_moment(self.looks / 10)


def a_moment(seconds: float = 0.0) -> Moment:
    return Moment(START + timedelta(seconds=seconds), 500.0 + seconds)


def a_contract(**fields: Any) -> ib_async.Contract:
    """AAPL as openOrder shows it: no strike is 0, no right is "?"."""
    shown: dict[str, Any] = {"conId": 265598, "symbol": "AAPL", "secType": "STK", "right": "?"}
    return ib_async.Contract(**(shown | {"exchange": "SMART", "currency": "USD"} | fields))


def an_order(key: str = KEY, perm_id: int = 500, **fields: Any) -> ib_async.Order:
    """A market order as openOrder shows it: prices it does not have are 0."""
    shown: dict[str, Any] = {
        "action": "BUY",
        "totalQuantity": 100.0,
        "orderType": "MKT",
        "lmtPrice": 0.0,
        "auxPrice": 0.0,
        "tif": "DAY",
        "account": ACCOUNT,
        "clientId": CLIENT_ID,
    }
    return ib_async.Order(**(shown | {"orderRef": key, "permId": perm_id} | fields))


def an_execution(
    shares: float = 100.0,
    price: float = 228.08,
    exec_id: str = EXEC_ID,
    key: str = KEY,
    **fields: Any,
) -> ib_async.Execution:
    shown: dict[str, Any] = {
        "time": START,
        "acctNumber": ACCOUNT,
        "exchange": "ISLAND",
        "side": "BOT",
        "permId": 500,
        "clientId": CLIENT_ID,
        "orderId": 7,
        "cumQty": shares,
        "avgPrice": price,
    }
    own = {"execId": exec_id, "shares": shares, "price": price, "orderRef": key}
    return ib_async.Execution(**(shown | own | fields))


def a_commission(exec_id: str = EXEC_ID, commission: float = 1.0) -> ib_async.CommissionReport:
    """The report of an opening trade: realizedPNL is not set."""
    unset = ib_async.util.UNSET_DOUBLE
    return ib_async.CommissionReport(exec_id, commission, "USD", realizedPNL=unset)


def status_fields(filled: float = 0.0, total: float = 100.0, **fields: object) -> dict[str, Any]:
    """The numbers of an orderStatus message."""
    shown = {
        "filled": filled,
        "remaining": total - filled,
        "avgFillPrice": 228.08 if filled else 0.0,
        "permId": 500,
        "clientId": CLIENT_ID,
        "whyHeld": "",
        "mktCapPrice": 0.0,
    }
    return shown | fields


# One record alone, and the messages that a test lets it hear.


def a_record(total: float = 100.0, key: str = KEY) -> OrderRecord:
    """An order of ours whose bytes have left, with no word from IB yet."""
    request = a_request(key, totalQuantity=total)
    record = OrderRecord(
        key, request.contract.to_payload(), request.order.to_payload(), ACCOUNT, a_moment()
    )
    record.on_sending(CLIENT_ID, 7, a_moment())
    return record


def a_change(record: OrderRecord, **asked: Any) -> Modification:
    """A change of these fields, asked of the order as it stands."""
    terms = record.order | asked
    before = {name: record.order.get(name) for name in asked}
    return Modification(asked, terms, before, {"contract": record.contract, "order": terms})


def hear_status(record: OrderRecord, status: str, filled: float = 0.0) -> None:
    record.on_status(status, a_moment(1), **status_fields(filled))


def hear_open_order(record: OrderRecord, status: str, **order: Any) -> None:
    row = order_row(an_order(**order))
    record.on_open_order(status, row, a_moment(1), permId=500, warningText="")


def hear_code(record: OrderRecord, code: int, text: str = "IB's words") -> None:
    record.on_message(CODES.message(code, text, START), a_moment(1))


def hear_fill(
    record: OrderRecord, shares: float = 100.0, price: float = 228.08, exec_id: str = EXEC_ID
) -> bool:
    row = execution_row(a_contract(), an_execution(shares, price, exec_id))
    return record.on_execution(row, a_moment(1))


def hear_commission(record: OrderRecord, exec_id: str = EXEC_ID, commission: float = 1.0) -> bool:
    row = commission_row(a_commission(exec_id, commission))
    return record.on_commission(exec_id, row, a_moment(1)) is not None


def hear(record: OrderRecord, words: Iterable[str | int]) -> OrderRecord:
    """A run of messages: a status by its name (Filled is for the whole), an error by its code."""
    for word in words:
        if isinstance(word, int):
            hear_code(record, word)
        else:
            hear_status(record, word, filled=100.0 if word == "Filled" else 0.0)
    return record


# A whole book.


@dataclass
class World:
    """An order book, everything it has told, and the messages that a test sends into it."""

    changes: list[str] = field(default_factory=list)
    fills: list[dict[str, Any]] = field(default_factory=list)
    moments: FakeMoments = field(default_factory=FakeMoments)

    def __post_init__(self) -> None:
        self.book = OrderBook(
            CLIENT_ID,
            CODES,
            lambda record: self.changes.append(record.client_order_id),
            lambda _, row: self.fills.append(dict(row)),
            self.moments,
        )

    def place(self, key: str = KEY, order_id: int = 7, **order: object) -> OrderRecord:
        """An order of ours on its way to TWS."""
        record = self.book.add(a_request(key, **order), ACCOUNT)
        self.book.mark_sending(record, order_id)
        record.written = record.submitted
        return record

    def open_order(
        self, order: ib_async.Order, order_id: int = 7, status: str = "Submitted"
    ) -> OrderRecord:
        state = ib_async.OrderState(status=status)
        return self.book.on_open_order(order_id, a_contract(), order, state)

    def status(self, status: str, order_id: int = 7, **fields: Any) -> None:
        self.book.on_order_status(order_id, status, status_fields(**fields))

    def completed(self, order: ib_async.Order, status: str = "Filled") -> OrderRecord:
        state = ib_async.OrderState(status=status, completedStatus=f"{status} here")
        record = self.book.on_completed_order(a_contract(), order, state)
        assert record is not None
        return record

    def fill(self, execution: ib_async.Execution) -> None:
        self.book.on_execution(a_contract(right="", strike=0.0), execution)

    def names(self) -> list[str]:
        return [record.client_order_id for record in self.book]
