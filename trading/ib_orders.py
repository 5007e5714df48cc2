"""Orders at the border to IB: ib_async's Order out, and the order as TWS reports it back.

TWS reports a price that a type does not have as 0 and other unset numbers as its UNSET: both are
None here, never zero. Sources: ib_async.Order, and openOrder messages as recorded from TWS.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import ib_async
from ib_async.util import UNSET_DOUBLE, UNSET_INTEGER

from trading import algos
from trading.conditions import AnyCondition
from trading.fields import plain
from trading.orders import OrderRequest
from trading.times import ib_time, told_time

ORDER_FIELDS = ("action", "totalQuantity", "orderType", "lmtPrice", "auxPrice", "tif", "outsideRth")
# The prices that a type has; of these, 0 means none where the price is the type's to leave out.
PRICES_USED = {
    "MKT": frozenset[str](),
    "LMT": frozenset({"lmtPrice"}),
    "STP": frozenset({"auxPrice"}),
    "STP LMT": frozenset({"lmtPrice", "auxPrice"}),
    "TRAIL": frozenset({"auxPrice", "trailingPercent", "trailStopPrice"}),
    "TRAIL LIMIT": frozenset(
        {"lmtPrice", "auxPrice", "trailingPercent", "trailStopPrice", "lmtPriceOffset"}
    ),
    "MIT": frozenset({"auxPrice"}),
    "LIT": frozenset({"lmtPrice", "auxPrice"}),
    "MOC": frozenset[str](),
    "LOC": frozenset({"lmtPrice"}),
    "MTL": frozenset[str](),
    "MIDPRICE": frozenset({"lmtPrice"}),
    "REL": frozenset({"lmtPrice", "auxPrice"}),
    "PEG MID": frozenset({"lmtPrice", "auxPrice", "midOffsetAtWhole", "midOffsetAtHalf"}),
}
MAY_BE_NONE = {
    "TRAIL": frozenset({"auxPrice"}),
    "TRAIL LIMIT": frozenset({"lmtPrice", "auxPrice"}),
    "MIDPRICE": frozenset({"lmtPrice"}),
    "REL": frozenset({"lmtPrice"}),
    "PEG MID": frozenset({"lmtPrice"}),
}
ALWAYS_PRICES = frozenset({"lmtPrice", "auxPrice"})
MORE_PRICES = (
    *("trailingPercent", "trailStopPrice", "lmtPriceOffset"),
    *("midOffsetAtWhole", "midOffsetAtHalf"),
)
# Shown when they are set; 0, false and empty mean that they are not.
IF_SET = ("cashQty", "displaySize", "minQty", "allOrNone", "goodTillDate", "goodAfterTime")
# The fields of a row that are there only when they are set: of these a missing one is off.
SHOWN_IF_SET = frozenset(
    {*IF_SET, *MORE_PRICES, "ocaGroup", "ocaType", "algoStrategy", "algoParams"}
    | {"conditions", "conditionsIgnoreRth", "conditionsCancelOrder"}
)
CONDITIONS: dict[str, type[ib_async.OrderCondition]] = {
    "price": ib_async.PriceCondition,
    "time": ib_async.TimeCondition,
    "margin": ib_async.MarginCondition,
    "execution": ib_async.ExecutionCondition,
    "volume": ib_async.VolumeCondition,
    "percentChange": ib_async.PercentChangeCondition,
}
CONDITION_WORDS = {kind: word for word, kind in CONDITIONS.items()}


def order_to_ib(
    request: OrderRequest, account: str, *, parent_id: int = 0, transmit: bool = True
) -> ib_async.Order:
    """A fresh ib_async Order for one send; every field that matters is explicit.

    A Decimal of ours always prints plainly (`trading/fields.py`), and ib_async writes str(value).
    An order of an amount of cash has no size: TWS gets an empty one, as from IB's own clients.
    """
    order = request.order
    values = vars(order)  # a type without a price has no such attribute, and asking is slow
    sent = ib_async.Order(
        action=order.action,
        totalQuantity=_or_unset(order.total_quantity),
        orderType=order.order_type,
        lmtPrice=_or_unset(values.get("lmt_price")),
        auxPrice=_or_unset(values.get("aux_price")),
        tif=order.tif,
        outsideRth=order.outside_rth,
        account=account,
        orderRef=request.client_order_id,
        parentId=parent_id,
        transmit=transmit,
        whatIf=order.what_if,
    )
    for name in order.model_fields_set - SENT_ALWAYS:
        set_field = SETTERS.get(name, _set_as_it_is)
        set_field(sent, name, values[name])
    return sent


def order_row(order: ib_async.Order) -> dict[str, Any]:
    """The order as the API shows it: the fields that every order has, and what else is set."""
    row = {name: number(getattr(order, name)) for name in ORDER_FIELDS}
    row["account"] = order.account
    used = PRICES_USED.get(order.orderType, frozenset({"lmtPrice"}))
    optional = MAY_BE_NONE.get(order.orderType, frozenset())
    for price in ALWAYS_PRICES:
        if price not in used or (price in optional and not row[price]):
            row[price] = None
    row |= {name: value for name in MORE_PRICES if name in used and (value := _set(order, name))}
    row |= {name: value for name in IF_SET if (value := _set(order, name))}
    if "cashQty" in row:
        row["totalQuantity"] = row["totalQuantity"] or None
    for name in TIMES & row.keys():
        row[name] = told_time(row[name])
    return row | _parts(order)


def number(value: Any) -> Any:
    """IB's unset and not-a-number as None; whole floats as they are."""
    kind = type(value)  # called a hundred times per order, so by exact type
    if kind is float:  # not so for UNSET_DOUBLE, infinity and NaN
        return value if -UNSET_DOUBLE < value < UNSET_DOUBLE and value != UNSET_INTEGER else None
    if kind is int:
        return None if value == UNSET_INTEGER else value
    if kind is Decimal:  # an order of ours that has not been to TWS
        return plain(value)
    return value


def _parts(order: ib_async.Order) -> dict[str, Any]:
    """OCA group, algorithm and conditions, each only when there is one."""
    parts: dict[str, Any] = {}
    if order.ocaGroup:
        parts |= {"ocaGroup": order.ocaGroup, "ocaType": order.ocaType}
    if order.algoStrategy:
        told = {param.tag: param.value for param in order.algoParams or ()}
        parts |= {"algoStrategy": order.algoStrategy, "algoParams": algos.told_params(told)}
    if order.conditions:
        parts["conditions"] = [_condition_row(condition) for condition in order.conditions]
        parts["conditionsIgnoreRth"] = order.conditionsIgnoreRth
        parts["conditionsCancelOrder"] = order.conditionsCancelOrder
    return parts


def _set(order: ib_async.Order, name: str) -> Any:
    return number(getattr(order, name)) or None


def _or_unset(price: Any) -> Any:
    return UNSET_DOUBLE if price is None else price


def _set_as_it_is(sent: ib_async.Order, name: str, value: Any) -> None:
    setattr(sent, _camel(name), value)


def _set_time(sent: ib_async.Order, name: str, value: str) -> None:
    setattr(sent, _camel(name), ib_time(value))


def _set_params(sent: ib_async.Order, name: str, value: algos.Params) -> None:
    sent.algoParams = [ib_async.TagValue(tag, text) for tag, text in algos.tags(value).items()]


def _set_conditions(sent: ib_async.Order, name: str, value: tuple[AnyCondition, ...]) -> None:
    sent.conditions = [_condition_to_ib(condition) for condition in value]


def _condition_to_ib(condition: AnyCondition) -> ib_async.OrderCondition:
    """ib_async's condType is IB's number of the kind; its class says it."""
    fields = {_camel(name): value for name, value in condition if name != "cond_type"}
    if "time" in fields:
        fields["time"] = ib_time(fields["time"])
    return CONDITIONS[condition.cond_type](**fields)


def _condition_row(condition: ib_async.OrderCondition) -> dict[str, Any]:
    row = {"condType": CONDITION_WORDS[type(condition)]} | {
        name: number(value) for name, value in vars(condition).items() if name != "condType"
    }
    if "time" in row:
        row["time"] = told_time(row["time"])
    return row


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


TIMES = frozenset({"goodTillDate", "goodAfterTime"})
SENT_ALWAYS = frozenset(
    {"action", "total_quantity", "order_type", "lmt_price", "aux_price", "tif"}
    | {"outside_rth", "account", "what_if"}
)
SETTERS: dict[str, Callable[[ib_async.Order, str, Any], None]] = {
    "good_till_date": _set_time,
    "good_after_time": _set_time,
    "algo_params": _set_params,
    "conditions": _set_conditions,
}
