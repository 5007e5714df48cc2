"""Order requests, results and previews.

One class per order type; a field that a type does not use is refused, not ignored: a limit order
without its price must never become a market order.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from trading.contracts import Contract, parse_contract, validate_contract_for_order
from trading.fields import FieldSet, Number, Text, refuse
from trading.refusals import FieldError, Refused

Action = Literal["BUY", "SELL", "SSHORT"]
Tif = Literal["DAY", "GTC"]
Wait = Literal["outcome", "ack", "none"]

QUANTITY_POSITIVE = "Order totalQuantity must be positive"
ORDER_TYPES = ("MKT", "LMT", "STP", "STP LMT")
SENTENCES = {
    "action": "Order action must be BUY, SELL or SSHORT",
    "totalQuantity": QUANTITY_POSITIVE,
    "orderType": f"Order orderType must be one of {', '.join(ORDER_TYPES)}",
    "lmtPrice": "Order lmtPrice must be a positive price for a limit order",
    "auxPrice": "Order auxPrice (the stop price) must be a positive price for a stop order",
    "tif": "Order tif must be DAY or GTC",
    "outsideRth": "Order outsideRth must be true or false",
    "whatIf": "Order whatIf must be true or false",
}
# Not "." or "..": in an address they mean another place.
CLIENT_ORDER_ID = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,40}")
BODY_FIELDS = frozenset({"contract", "order", "clientOrderId", "wait"})

Positive = Annotated[Number, Field(gt=0)]


class _OrderFields(FieldSet):
    action: Action
    total_quantity: Positive
    tif: Tif = "DAY"
    outside_rth: bool = False
    account: Text = ""
    what_if: bool = False

    def to_payload(self) -> dict[str, Any]:
        """IB's field names; sizes and prices as numbers, a price the type does not use as null."""
        payload: dict[str, Any] = {"lmtPrice": None, "auxPrice": None}
        for name, value in self.model_dump(by_alias=True).items():
            payload[name] = plain(value) if name in NUMBERS else value
        return payload


class MarketOrder(_OrderFields):
    order_type: Literal["MKT"]


class LimitOrder(_OrderFields):
    order_type: Literal["LMT"]
    lmt_price: Positive


class StopOrder(_OrderFields):
    order_type: Literal["STP"]
    aux_price: Positive


class StopLimitOrder(_OrderFields):
    order_type: Literal["STP LMT"]
    lmt_price: Positive
    aux_price: Positive


Order = Annotated[
    MarketOrder | LimitOrder | StopOrder | StopLimitOrder, Field(discriminator="order_type")
]
ORDER: TypeAdapter[MarketOrder | LimitOrder | StopOrder | StopLimitOrder] = TypeAdapter(Order)
NUMBERS = frozenset({"totalQuantity", "lmtPrice", "auxPrice"})


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What the user asks, parsed: a request that exists is a request that may be sent."""

    contract: Contract
    order: MarketOrder | LimitOrder | StopOrder | StopLimitOrder
    client_order_id: str
    wait: Wait = "outcome"

    @property
    def what_if(self) -> bool:
        return self.order.what_if

    @property
    def may_rest(self) -> bool:
        """A limit or stop order may work for days: acknowledged is then the outcome."""
        return self.order.order_type != "MKT"

    def fingerprint(self) -> str:
        """Equal for equal requests: the same key with another fingerprint is refused."""
        return f"{self.contract.model_dump_json()}{self.order.model_dump_json()}"

    def describe(self) -> str:
        """`BUY 100 AAPL LMT 228.1 DAY`, as a person says it."""
        order = self.order
        prices = [getattr(order, name, None) for name in ("aux_price", "lmt_price")]
        name = self.contract.symbol or self.contract.local_symbol or f"conId {self.contract.con_id}"
        terms = "".join(f" {price}" for price in prices if price is not None)
        return f"{order.action} {order.total_quantity} {name} {order.order_type}{terms} {order.tif}"


@dataclass(frozen=True, slots=True)
class OrderResult:
    """Where an order stands. `payload` is the order as the API shows it (see the API reference)."""

    client_order_id: str
    state: str
    sent: str
    order_id: int | None
    is_final: bool
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OrderPreview:
    """TWS's answer to a what-if: margins and commission; nothing was placed. null = not given."""

    payload: dict[str, Any]


def plain(value: Any) -> int | float:
    """A number as JSON shows it: whole numbers without a decimal point."""
    return int(value) if value == int(value) else float(value)


def mint_client_order_id() -> str:
    return f"s-{uuid.uuid4().hex}"


def parse_order_request(body: object, key: str | None = None) -> OrderRequest:
    """The request in a POST body, or Refused; `key` is the Idempotency-Key header if there is one.

    Nothing is guessed: side, type, size and price must be there.
    """
    if not isinstance(body, Mapping):
        raise Refused("The body must be a JSON object", FieldError("", "not an object"))
    for name in sorted(set(body) - BODY_FIELDS):
        sentence = f"{name} is not a field of an order request"
        raise Refused(sentence, FieldError(f"/{name}", sentence))
    contract = parse_contract(body.get("contract", {}))
    validate_contract_for_order(contract)
    return OrderRequest(
        contract,
        validate_order_params(body.get("order", {})),
        _parse_client_order_id(body, key),
        _parse_wait(body.get("wait", "outcome")),
    )


def validate_order_params(raw: object) -> MarketOrder | LimitOrder | StopOrder | StopLimitOrder:
    """The mission's check of an order's fields, by parsing them: what returns is valid."""
    if not isinstance(raw, Mapping):
        raise Refused("Order must be an object", FieldError("/order", "Order must be an object"))
    try:
        return ORDER.validate_python(dict(raw), strict=True)
    except ValidationError as error:
        if error.errors()[0]["type"].startswith("union_tag"):
            sentence = SENTENCES["orderType"]
            raise Refused(sentence, FieldError("/order/orderType", sentence)) from error
        refuse(error, "/order", SENTENCES)


def _parse_client_order_id(body: Mapping[str, object], key: str | None) -> str:
    given = body.get("clientOrderId")
    if given is None:
        given = key
    if given is None:
        return mint_client_order_id()
    if key is not None and given != key:
        sentence = "clientOrderId and the Idempotency-Key header differ"
        raise Refused(sentence, FieldError("/clientOrderId", sentence))
    if not isinstance(given, str) or not CLIENT_ORDER_ID.fullmatch(given):
        sentence = "clientOrderId must be 1 to 40 characters of A-Z a-z 0-9 . _ -"
        raise Refused(sentence, FieldError("/clientOrderId", sentence))
    return given


def _parse_wait(raw: object) -> Wait:
    if raw not in ("outcome", "ack", "none"):
        sentence = "wait must be outcome, ack or none"
        raise Refused(sentence, FieldError("/wait", sentence))
    return raw
