"""The one border between our snake_case values and IB's camelCase objects.

Values go out as ib_async's Contract and Order and come back as the rows of the API. IB's unset
numbers become None, never zero. Orders have a module of their own, `trading/ib_orders.py`; whoever
uses this border finds them here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import ib_async

from trading.contracts import Contract
from trading.differences import differences as differences
from trading.ib_orders import number as number
from trading.ib_orders import order_row as order_row
from trading.ib_orders import order_to_ib as order_to_ib
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
LEG_FIELDS = ("conId", "ratio", "action", "exchange")
# What `ib/decoder.py` puts for a time that cannot be read: a fill counts all the same.
UNREADABLE_TIME = datetime.fromtimestamp(0, UTC)
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
    if contract.is_combo:
        fields["comboLegs"] = [ib_async.ComboLeg(**leg) for leg in fields["comboLegs"]]
    return ib_async.Contract(**fields)


def contract_row(contract: ib_async.Contract) -> dict[str, Any]:
    row = {name: getattr(contract, name) for name in CONTRACT_FIELDS}
    if row["right"] in NO_RIGHT:
        row["right"] = ""
    row["strike"] = number(row["strike"]) or None  # TWS writes 0 for a contract without a strike
    if contract.comboLegs:
        row["comboLegs"] = [
            {name: getattr(leg, name) for name in LEG_FIELDS} for leg in contract.comboLegs
        ]
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


def utc(moment: datetime | None) -> datetime | None:
    """IB's times as aware UTC; a time without zone is the host's local time."""
    if not isinstance(moment, datetime) or moment == UNREADABLE_TIME:
        return None
    return moment.astimezone(UTC)


def _float(text: Any) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None
