"""The schemas of answers hold exactly the fields that the desk's own values have."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import ib_async
import pytest

from ib.market_data.quote_rows import quote_row
from ib.portfolio import Portfolio
from tests.fakes import ACCOUNT, NOW, away
from tests.web.schema_checks import faults
from tests.web.visitors import BODY, World
from trading.contracts import parse_contract
from trading.differences import differences
from trading.ib_errors import CodeTable
from trading.ib_objects import contract_row, execution_row, order_row, preview_row
from trading.modifications import Modification
from trading.order_book import OrderBook
from trading.orders import parse_order_request
from trading.record_forms import result_of, timeline
from trading.snapshots import AccountSummary, Farm, Rows
from web.desk import status_payload
from web.openapi.answers import ANSWERS, EVENT_SCHEMAS

RAW = {"text", "source"}  # the request's own fields beside those of every event
STOCK = ib_async.Stock("AAPL", "SMART", "USD", conId=265598)
MESSAGE = CodeTable().message(10349, "Order TIF was set to DAY", NOW)


def nobody(*_: object) -> None:
    """Hears of changes and does nothing."""


def sent_order() -> OrderBook:
    book = OrderBook(1000, CodeTable(), nobody, nobody)
    order = book.add(parse_order_request(BODY | {"clientOrderId": "mine-1"}), ACCOUNT)
    book.mark_sending(order, 7)
    return book


def the_order() -> Any:
    (order,) = sent_order()
    return order


def a_position() -> dict[str, Any]:
    portfolio = Portfolio()
    portfolio.on_position(ib_async.Position(ACCOUNT, STOCK, 100, 228.17))
    return portfolio.positions(None, NOW).rows[0]


def a_preview() -> dict[str, Any]:
    about = {"account": ACCOUNT, "contract": contract_row(STOCK)}
    order = order_row(ib_async.MarketOrder("BUY", 100, tif="DAY"))
    return {**about, "order": order, **preview_row(ib_async.OrderState())}


def an_execution() -> dict[str, Any]:
    fill = ib_async.Execution(execId="a.1", time=datetime.now(UTC), side="BOT", shares=100)
    return execution_row(STOCK, fill)


def some_pnl() -> dict[str, Any]:
    portfolio = Portfolio()
    portfolio.on_pnl(ib_async.PnL(ACCOUNT))
    return portfolio.pnl(NOW).rows[0]


VALUES: dict[str, Callable[[], dict[str, Any]]] = {
    "ContractRow": lambda: contract_row(STOCK),
    "OrderRow": lambda: order_row(ib_async.LimitOrder("BUY", 100, 228.1, tif="DAY")),
    "Message": lambda: MESSAGE,
    "Order": lambda: result_of(the_order()).payload,
    "Event": lambda: {k: v for k, v in timeline(the_order())[0].items() if k not in RAW},
    "Position": a_position,
    "Modification": lambda: Modification({"lmtPrice": 227.5}, {}, {}, {}).to_payload(),
    "Difference": lambda: differences({"tif": "GTC"}, {"tif": "DAY"})[0],
    "Preview": a_preview,
    "Execution": an_execution,
    "PnlRow": some_pnl,
    "Quote": lambda: quote_row(ib_async.Ticker(contract=STOCK)),
    "Account": lambda: AccountSummary(NOW, ACCOUNT, ()).to_payload(),
    "Positions": lambda: Rows(NOW, ()).to_payload("positions"),
    "Farm": lambda: Farm("usfarm", "market data", "ok", NOW).to_payload(),
    "MessageEvent": lambda: {**MESSAGE, "connection": "data", "clientOrderId": None},
    "PositionEvent": lambda: {"asOf": "2026-11-20T14:31:02.118Z", **a_position()},
}


@pytest.mark.parametrize("name", VALUES)
def test_an_answer_has_exactly_the_documented_fields(name: str) -> None:
    value, schema = VALUES[name](), ANSWERS[name]
    sometimes = schema["properties"].keys() - set(schema["required"])
    assert value.keys() - sometimes == set(schema["required"])
    assert faults(value, schema, ANSWERS) == []


def test_a_contract_of_a_request_is_shown_with_the_same_fields() -> None:
    payload = parse_contract({"symbol": "AAPL"}).to_payload()
    assert faults(payload, ANSWERS["ContractRow"], ANSWERS) == []


def test_the_order_of_a_request_may_say_whatif_too() -> None:
    payload = parse_order_request(BODY).order.to_payload()
    assert faults(payload, ANSWERS["OrderRow"], ANSWERS) == []
    assert payload.keys() - set(ANSWERS["OrderRow"]["required"]) == {"whatIf"}


def test_every_message_about_an_order_keeps_it_documented() -> None:
    book = sent_order()
    book.on_error(7, 201, "Order rejected - reason:no")
    (order,) = book
    payload = result_of(order).payload
    assert payload["state"] == "rejected"
    assert faults(payload, ANSWERS["Order"], ANSWERS) == []


def test_the_status_is_documented_with_and_without_tws(world: World) -> None:
    for _ in range(2):
        payload = status_payload(world.desk)
        assert payload.keys() == set(EVENT_SCHEMAS["StatusEvent"]["required"])
        assert faults(payload, EVENT_SCHEMAS["StatusEvent"], ANSWERS) == []
        world.reader.connection = away(world.reader.connection, "Cannot reach TWS")
