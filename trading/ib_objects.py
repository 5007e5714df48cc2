"""The one border between our snake_case values and IB's camelCase objects.

Values go out as ib_async's Contract and Order and come back as the rows of the API. IB's unset
numbers become None, never zero.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any, cast

import ib_async
from ib_async.util import UNSET_DOUBLE, UNSET_INTEGER

from trading.contracts import Contract
from trading.orders import OrderRequest
from trading.snapshots import iso

CONTRACT_FIELDS = (
    "conId",
    "symbol",
    "secType",
    "lastTradeDateOrContractMonth",
    "strike",
    "right",
    "multiplier",
    "exchange",
    "primaryExchange",
    "currency",
    "localSymbol",
    "tradingClass",
)
ORDER_FIELDS = ("action", "totalQuantity", "orderType", "lmtPrice", "auxPrice", "tif", "outsideRth")
# openOrder reports a price that the type does not have as 0; for these types it is none.
PRICES_USED = {
    "MKT": frozenset[str](),
    "LMT": frozenset({"lmtPrice"}),
    "STP": frozenset({"auxPrice"}),
    "STP LMT": frozenset({"lmtPrice", "auxPrice"}),
}
# openOrder writes a contract without a right as "?", portfolioValue as "0".
NO_RIGHT = frozenset({"?", "0"})
MARGIN_FIELDS = tuple(
    f"{value}{when}"
    for value in ("initMargin", "maintMargin", "equityWithLoan")
    for when in ("Before", "Change", "After")
)
COMMISSION_FIELDS = ("commission", "minCommission", "maxCommission")


def contract_to_ib(contract: Contract) -> ib_async.Contract:
    fields = contract.to_payload()
    fields["strike"] = fields["strike"] or 0.0
    return ib_async.Contract(**fields)


def order_to_ib(request: OrderRequest, account: str) -> ib_async.Order:
    """A fresh ib_async Order for one send; every field that matters is explicit.

    A Decimal of ours always prints plainly (`trading/fields.py`), and ib_async writes str(value).
    """
    order = request.order
    return ib_async.Order(
        action=order.action,
        totalQuantity=cast(float, order.total_quantity),
        orderType=order.order_type,
        lmtPrice=getattr(order, "lmt_price", UNSET_DOUBLE),
        auxPrice=getattr(order, "aux_price", UNSET_DOUBLE),
        tif=order.tif,
        outsideRth=order.outside_rth,
        account=account,
        orderRef=request.client_order_id,
        transmit=True,
        whatIf=order.what_if,
    )


def contract_row(contract: ib_async.Contract) -> dict[str, Any]:
    row = {name: getattr(contract, name) for name in CONTRACT_FIELDS}
    if row["right"] in NO_RIGHT:
        row["right"] = ""
    row["strike"] = number(row["strike"]) or None  # TWS writes 0 for a contract without a strike
    return row


def order_row(order: ib_async.Order) -> dict[str, Any]:
    """The order's own fields as TWS has them."""
    row = {name: number(getattr(order, name)) for name in ORDER_FIELDS}
    row["account"] = order.account
    for price in {"lmtPrice", "auxPrice"} - PRICES_USED.get(order.orderType, {"lmtPrice"}):
        row[price] = None
    return row


def execution_row(contract: ib_async.Contract, execution: ib_async.Execution) -> dict[str, Any]:
    return {
        "execId": execution.execId,
        "time": iso(utc(execution.time)),
        "account": execution.acctNumber,
        "contract": contract_row(contract),
        "side": execution.side,
        "shares": number(execution.shares),
        "price": number(execution.price),
        "exchange": execution.exchange,
        "orderId": execution.orderId,
        "permId": execution.permId,
        "clientId": execution.clientId,
        "orderRef": execution.orderRef,
        "cumQty": number(execution.cumQty),
        "avgPrice": number(execution.avgPrice),
        "commission": None,
        "commissionCurrency": None,
        "realizedPNL": None,
    }


def commission_row(report: ib_async.CommissionReport) -> dict[str, Any]:
    """What a commission report adds to its execution's row."""
    return {
        "commission": number(report.commission),
        "commissionCurrency": report.currency,
        "realizedPNL": number(report.realizedPNL),
    }


def preview_row(order_state: ib_async.OrderState) -> dict[str, Any]:
    """Margins and commission of a what-if answer; None where TWS gave no number."""
    row: dict[str, Any] = {
        name: number(_float(getattr(order_state, name)))
        for name in (*MARGIN_FIELDS, *COMMISSION_FIELDS)
    }
    row["commissionCurrency"] = order_state.commissionCurrency or None
    row["warningText"] = order_state.warningText
    return row


def number(value: Any) -> Any:
    """IB's unset and not-a-number as None; whole floats as they are."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    is_unset = value in (UNSET_DOUBLE, UNSET_INTEGER) or not math.isfinite(value)
    return None if is_unset else value


def utc(moment: datetime | None) -> datetime | None:
    """IB's times as aware UTC; a time without zone is the host's local time."""
    return moment.astimezone(UTC) if isinstance(moment, datetime) else None


def _float(text: Any) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None
