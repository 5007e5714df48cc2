"""The messages of scenarios by name: how a client's are written, and how a server's are read.

A server's message is compared whole: a field that a scenario does not name must have the value that
it has in plain cases (of openOrder and completedOrder the named fields and the number of fields).
"""

from collections.abc import Callable, Mapping
from typing import Any

from ib_async import Contract, ExecutionFilter, Order, TagValue

from paper_gateway.reply_names import REPLY_NAMES
from tests.paper_gateway.wire_client import AAPL, Message, encoded

Fields = Mapping[str, str]
VERSION = 178
UNSET = "1.7976931348623157E308"
OPEN_ORDER_FIELDS = 135
COMPLETED_ORDER_FIELDS = 100

_K11 = (
    "conId symbol secType expiry strike right multiplier exchange currency localSymbol tradingClass"
)
_APPLE = (
    f"conId={AAPL} symbol=AAPL secType=STK expiry= strike=0.0 right= multiplier= exchange=NASDAQ "
    "currency=USD localSymbol=AAPL tradingClass=NMS"
)
# Fields behind the message id, with the value that an unnamed one must have.
_LAYOUTS = {
    "orderStatus": "orderId status filled=0 remaining=0 avgFillPrice=0 permId=1000000001 "
    "parentId=0 lastFillPrice=0 clientId=7 whyHeld= mktCapPrice=0",
    "error": "version=2 reqId code text= advanced=",
    "execDetails": f"reqId=-1 orderId {_APPLE} execId time= account=DU1234567 venue=NASDAQ side "
    "shares price permId=1000000001 clientId=7 liquidation=0 cumQty avgPrice orderRef= evRule= "
    "evMultiplier= modelCode= lastLiquidity=2 revision=0",
    "commissionReport": f"version=1 execId commission currency=USD realizedPNL={UNSET} "
    f"yield={UNSET} yieldRedemptionDate=",
    "178": "time=",
    "managedAccounts": "version=1 accounts=DU1234567",
    "nextValidId": "version=1 orderId",
    "position": f"version=3 account=DU1234567 {_APPLE} position avgCost",
    "positionEnd": "version=1",
    "openOrderEnd": "version=1",
    "execDetailsEnd": "version=1 reqId",
    "completedOrdersEnd": "",
    "currentTime": "version=1 time",
    "contractDetailsEnd": "version=1 reqId",
    "marketDataType": "version=1 reqId type",
    "tickReqParams": "reqId minTick=0.01 bboExchange=9c0001 snapshotPermissions=3",
    "tickPrice": "version=6 reqId tickType price size=0 attrib=0",
    "tickSize": "version=6 reqId tickType size",
    "tickString": "version=6 reqId tickType value",
    "tickGeneric": "version=6 reqId tickType value",
    "historicalData": "reqId start end bars=1 time open high low close volume wap trades",
    "marketDepthL2": "version=1 reqId position marketMaker operation side price size "
    "isSmartDepth=1",
}
# The moment of a fill is the scenario's clock: it is named where it matters.
_NOT_COMPARED = frozenset({"time"})
_ORDER_HEAD = (
    f"{_K11} action totalQuantity orderType lmtPrice auxPrice tif ocaGroup account openClose "
    "origin orderRef"
)
_PARTLY = {
    "openOrder": (f"orderId {_ORDER_HEAD} clientId permId", OPEN_ORDER_FIELDS),
    "completedOrder": (f"{_ORDER_HEAD} permId", COMPLETED_ORDER_FIELDS),
}
_STATUSES = frozenset(
    {"PreSubmitted", "Submitted", "PendingCancel", "Filled", "Cancelled", "Inactive"}
)
_BEHIND_STATUS = (
    "status initMarginBefore maintMarginBefore equityBefore initMarginChange maintMarginChange "
    "equityChange initMarginAfter maintMarginAfter equityAfter commission minCommission "
    "maxCommission commissionCurrency warningText"
)


def mismatch(message: Message, name: str, expected: Fields) -> str:
    """How a message differs from what is expected; empty when it does not."""
    actual_name = name_of(message)
    if actual_name != name:
        return f"{actual_name} came in place of {name}"
    actual, wanted = read(message)
    wanted.update(expected)
    unknown = expected.keys() - actual.keys()
    if unknown:
        return f"{name} has no field {', '.join(sorted(unknown))}"
    wrong = [
        f"{field} is {actual[field]!r}, not {value!r}"
        for field, value in wanted.items()
        if actual[field] != value and (field in expected or field not in _NOT_COMPARED)
    ]
    return f"{name}: {', '.join(wrong)}" if wrong else ""


def name_of(message: Message) -> str:
    """IB's name; bytes that are no message keep their first field."""
    first = message[0] if message else ""
    return REPLY_NAMES.get(int(first), first) if first.isdigit() else first


def read(message: Message) -> tuple[dict[str, str], dict[str, str]]:
    """The fields by name, and the values that unnamed ones must have."""
    name = name_of(message)
    # A scenario has one message a line: what is not printable stands escaped.
    message = [text.encode("unicode_escape").decode() for text in message]
    if name in _PARTLY:
        return _read_order(message, *_PARTLY[name])
    pairs = [word.partition("=") for word in _LAYOUTS.get(name, "").split()]
    if len(pairs) != len(message) - 1:
        # No layout, or broken by a drill.
        return {f"field{number}": text for number, text in enumerate(message[1:], 1)}, {}
    usual = {field: value for field, mark, value in pairs if mark}
    return dict(zip((field for field, _, _ in pairs), message[1:], strict=True)), usual


def _read_order(message: Message, head: str, count: int) -> tuple[dict[str, str], dict[str, str]]:
    assert len(message) >= count, f"{name_of(message)} has {len(message)} fields, not {count}"
    fields = dict(zip(head.split(), message[1:], strict=False))
    (place,) = [index for index, text in enumerate(message) if text in _STATUSES]
    behind = _BEHIND_STATUS if name_of(message) == "openOrder" else "status"
    fields |= dict(zip(behind.split(), message[place:], strict=False))
    return fields, {}


# What a client says


def request(name: str, given: Fields) -> bytes:
    """The bytes that ib_async sends for a request."""
    if name == "placeOrder":
        return _place_order(given)
    values = dict(given)
    number = int(values.pop("orderId", "") or values.pop("reqId", "-1"))
    sends: dict[str, Callable[[Any], object]] = {
        "cancelOrder": lambda client: client.cancelOrder(number, ""),
        "reqOpenOrders": lambda client: client.reqOpenOrders(),
        "reqAllOpenOrders": lambda client: client.reqAllOpenOrders(),
        "reqCompletedOrders": lambda client: client.reqCompletedOrders(False),
        "reqExecutions": lambda client: client.reqExecutions(number, ExecutionFilter()),
        "reqPositions": lambda client: client.reqPositions(),
        "reqIds": lambda client: client.reqIds(1),
        "reqCurrentTime": lambda client: client.reqCurrentTime(),
        "reqGlobalCancel": lambda client: client.reqGlobalCancel(),
        "reqContractDetails": lambda client: client.reqContractDetails(number, _contract(values)),
        "reqMktData": lambda client: client.reqMktData(
            number, _contract(values), "", False, False, []
        ),
        "reqMarketDataType": lambda client: client.reqMarketDataType(int(values["type"])),
        "reqMktDepth": lambda client: client.reqMktDepth(number, _contract(values), 1, True, []),
        "reqHistoricalData": lambda client: client.reqHistoricalData(
            number, _contract(values), "", "60 S", "1 min", "TRADES", 1, 1, False, []
        ),
    }
    return encoded(VERSION, sends[name])


_CONTRACT = {"symbol": "AAPL", "secType": "STK", "exchange": "SMART", "currency": "USD"}
_OPTION_FIELDS = frozenset({"lastTradeDateOrContractMonth", "strike", "right", "tradingClass"})


def _contract(given: dict[str, str]) -> Contract:
    named = {
        field: given.pop(field) for field in (_CONTRACT.keys() | _OPTION_FIELDS) & given.keys()
    }
    strike = float(named.pop("strike", 0))
    return Contract(strike=strike, **_CONTRACT | named)  # type: ignore[arg-type]


def _place_order(given: Fields) -> bytes:
    values: dict[str, str] = {"action": "BUY", "totalQuantity": "10", "tif": "DAY", **given}
    order_id, contract, order = int(values.pop("orderId")), _contract(values), Order()
    if "algoStrategy" in values:
        order.algoParams = [TagValue("adaptivePriority", "Normal")]
    for field, text in values.items():
        kind = type(getattr(order, field))
        value = text in {"1", "true"} if kind is bool else kind(text)
        setattr(order, field, value)
    return encoded(VERSION, lambda client: client.placeOrder(order_id, contract, order))
