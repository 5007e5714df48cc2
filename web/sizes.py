"""An order's size in other words: money, percent of net liquidation, part of a position.

`{"size": {"notional": 10000}, "order": {…}}` becomes the same body with a totalQuantity, so that a
preview shows the number of shares that will be sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from trading.contracts import parse_contract
from trading.orders import CLIENT_ORDER_ID
from trading.refusals import NotConnected, NotFound
from trading.sizing import Size, parse_size, shares
from web.desk import current_desk, wait_for_read


def resolved(body: object, key: str | None) -> object:
    """The body with a totalQuantity instead of its size; a body without a size as it is.

    `key` is the Idempotency-Key. An order that is asked again has the size that it had at first:
    half of a position is another number once the order has filled.
    """
    if not isinstance(body, Mapping) or "size" not in body:
        return body
    size = parse_size(body["size"])
    raw = body.get("order")
    order: dict[str, Any] = dict(raw) if isinstance(raw, Mapping) else {}
    known = _known_quantity(body.get("clientOrderId", key))
    order["totalQuantity"] = _quantity(size, body, order) if known is None else known
    return {name: value for name, value in body.items() if name != "size"} | {"order": order}


def _quantity(size: Size, body: Mapping[str, Any], order: dict[str, Any]) -> Decimal:
    desk = current_desk()
    contract = parse_contract(body.get("contract", {}))
    account = order.get("account") or desk.account
    facts = wait_for_read(
        desk.reader.order_facts(
            contract, account if isinstance(account, str) else None, wants_quote=True
        )
    )
    if contract.sec_type == "STK" and facts.size_increment is not None:
        # IB lists fractions for many stocks and refuses them from the API (10243).
        facts = replace(facts, size_increment=max(facts.size_increment, Decimal(1)))
    return shares(size, order, facts)


def _known_quantity(key: object) -> object:
    """The quantity of the order that has this key; None when nobody knows one."""
    if not isinstance(key, str) or not CLIENT_ORDER_ID.fullmatch(key):
        return None
    try:
        known = current_desk().order_desk.order(key)
    except (NotFound, NotConnected):
        return None
    return known.payload["order"].get("totalQuantity")
