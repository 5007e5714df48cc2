"""Order requests, results and previews: the body of a POST becomes a request, or is refused.

The order's own fields are parsed by `trading/order_rules.py`, a bracket's legs by
`trading/brackets.py`; what only contract and order together can tell is checked here.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from trading import brackets, conditions
from trading.contracts import Contract, parse_contract, validate_contract_for_order
from trading.fields import refused
from trading.order_rules import PLAIN, given_fields
from trading.order_rules import change_order as change_order
from trading.order_rules import validate_order_params as validate_order_params
from trading.order_types import Order as Order

Wait = Literal["outcome", "ack", "none"]

# Not "." or "..": in an address they mean another place.
CLIENT_ORDER_ID = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,40}")
BODY_FIELDS = frozenset(
    {"contract", "order", "clientOrderId", "wait", "confirmDuplicate", "bracket"}
)
AT_ONCE = frozenset({"IOC", "FOK"})
# Where a MIDPRICE order may go: https://www.interactivebrokers.com/campus/ibkr-api-page/order-types/
MIDPRICE_EXCHANGES = ("SMART", "IBKRATS")
# Prices as a person says them, in this order.
PRICES = {
    "aux_price": "%s",
    "trailing_percent": "%s%%",
    "lmt_price": "%s",
    "lmt_price_offset": "offset %s",
    "trail_stop_price": "from %s",
}
CASH_QTY = "Order cashQty is for orders of CASH, and for market orders that buy CRYPTO"


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What the user asks, parsed: a request that exists is a request that may be sent."""

    contract: Contract
    order: Order
    client_order_id: str
    wait: Wait = "outcome"
    legs: tuple[OrderRequest, ...] = ()  # a bracket's attached orders, in sending order
    parent: str = ""  # the client_order_id of a leg's parent
    confirm_duplicate: bool = False  # an order just like this one a moment ago is no mistake
    is_named: bool = False  # the body itself held clientOrderId: a program named it
    is_closing: bool = False  # it must not do more than close a position
    source: str = ""  # who asked; no part of what was asked

    @property
    def what_if(self) -> bool:
        return self.order.what_if

    @property
    def may_rest(self) -> bool:
        """An order that may work for days: acknowledged is then the outcome.

        A market order is done by itself at once, and so is what must not rest.
        """
        order = self.order
        if order.conditions or order.good_after_time:
            return True
        if order.tif in AT_ONCE:
            return False
        return order.order_type != "MKT" or order.tif != "DAY" or order.algo_strategy is not None

    @property
    def quantity(self) -> Decimal | None:
        """None for an order of an amount of cash."""
        return self.order.total_quantity

    @property
    def is_buy(self) -> bool:
        return self.order.action == "BUY"

    def fingerprint(self) -> str:
        """Equal for equal requests: the same key with another fingerprint is refused."""
        contract = self.contract.model_dump_json(exclude_defaults=True)
        own = f"{contract}{self.order.model_dump_json(exclude_defaults=True)}"
        return own + "".join(leg.fingerprint() for leg in self.legs)

    def describe(self) -> str:
        """`BUY 100 AAPL LMT 228.1 DAY`, as a person says it."""
        own = f"{self.order.action} {_size(self)} {_name(self.contract)} {_terms(self.order)}"
        return ", ".join(
            [own, *(f"{leg.order.action} {_size(leg)} {_terms(leg.order)}" for leg in self.legs)]
        )

    def to_body(self) -> dict[str, Any]:
        """Contract and order as plain JSON values; parsing them gives an equal request."""
        return {
            "contract": self.contract.model_dump(mode="json", by_alias=True, exclude_unset=True),
            "order": given_fields(self.order),
        }


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


def mint_client_order_id() -> str:
    return f"s-{uuid.uuid4().hex}"


def parse_order_request(body: object, key: str | None = None) -> OrderRequest:
    """The request in a POST body, or Refused; `key` is the Idempotency-Key header if there is one.

    Nothing is guessed: side, type, size and price must be there.
    """
    if not isinstance(body, Mapping):
        raise refused("", "The body must be a JSON object")
    for name in sorted(set(body) - BODY_FIELDS):
        raise refused(f"/{name}", f"{name} is not a field of an order request")
    contract = parse_contract(body.get("contract", {}))
    validate_contract_for_order(contract)
    order = validate_order_params(body.get("order", {}), is_combo=contract.is_combo)
    _check_together(contract, order)
    client_order_id = _parse_client_order_id(body, key)
    return OrderRequest(
        contract,
        order,
        client_order_id,
        _parse_wait(body.get("wait", "outcome")),
        legs=_parse_legs(body, contract, order, client_order_id) if "bracket" in body else (),
        confirm_duplicate=_parse_flag(body, "confirmDuplicate"),
        is_named=body.get("clientOrderId") is not None,
    )


def _check_together(contract: Contract, order: Order) -> None:
    """Rules between contract and order that IB's pages tell; TWS knows more of them."""
    if order.total_quantity is None and not _may_be_cash(contract, order):
        raise refused("/order/cashQty", CASH_QTY)
    if order.order_type == "MIDPRICE" and contract.exchange not in MIDPRICE_EXCHANGES:
        sentence = (
            f"Contract exchange of a MIDPRICE order must be {' or '.join(MIDPRICE_EXCHANGES)}"
        )
        raise refused("/contract/exchange", sentence)


def _may_be_cash(contract: Contract, order: Order) -> bool:
    """IB's APIs take an amount of cash for Forex, and to buy Crypto at the market; no stocks."""
    if contract.sec_type == "CRYPTO":
        return order.order_type == "MKT" and order.action == "BUY"
    return contract.sec_type == "CASH"


def _parse_legs(
    body: Mapping[str, Any], contract: Contract, order: Order, key: str
) -> tuple[OrderRequest, ...]:
    legs = brackets.parse_legs(body["bracket"], order, key, is_combo=contract.is_combo)
    return tuple(OrderRequest(contract, leg, name, parent=key) for name, leg in legs)


def _parse_client_order_id(body: Mapping[str, object], key: str | None) -> str:
    given = body.get("clientOrderId")
    if given is None:
        given = key
    if given is None:
        return mint_client_order_id()
    if key is not None and given != key:
        sentence = "clientOrderId and the Idempotency-Key header differ"
        raise refused("/clientOrderId", sentence)
    if not isinstance(given, str) or not CLIENT_ORDER_ID.fullmatch(given):
        sentence = "clientOrderId must be 1 to 40 characters of A-Z a-z 0-9 . _ -"
        raise refused("/clientOrderId", sentence)
    return given


def _parse_wait(raw: object) -> Wait:
    if raw not in ("outcome", "ack", "none"):
        sentence = "wait must be outcome, ack or none"
        raise refused("/wait", sentence)
    return raw


def _parse_flag(body: Mapping[str, object], name: str) -> bool:
    given = body.get(name, False)
    if not isinstance(given, bool):
        sentence = f"{name} must be true or false"
        raise refused(f"/{name}", sentence)
    return given


def _name(contract: Contract) -> str:
    return contract.symbol or contract.local_symbol or f"conId {contract.con_id}"


def _size(request: OrderRequest) -> str:
    if request.quantity is not None:
        return str(request.quantity)
    return f"{request.contract.currency} {vars(request.order).get('cash_qty')}"


def _terms(order: Order) -> str:
    """Type, prices, tif and what else makes the order work otherwise."""
    words: list[str] = [order.order_type]
    values = vars(order)  # a type without the price has no such attribute, and asking is slow
    for name, form in PRICES.items():
        if values.get(name) is not None:
            words.append(form % values[name])
    words.append(order.tif)
    if not order.model_fields_set <= PLAIN:
        words += _more_terms(order)
    return " ".join(words)


def _more_terms(order: Order) -> list[str]:
    words = []
    if order.good_till_date:
        words.append(f"till {order.good_till_date}")
    if order.good_after_time:
        words.append(f"after {order.good_after_time}")
    if strategy := vars(order).get("algo_strategy"):
        words.append(strategy)
    if order.conditions:
        words.append(conditions.describe(order.conditions))
    return words
