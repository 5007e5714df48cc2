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
from trading.sizing import parse_size, shares
from web.desk import current_desk, wait_for_read


def resolved(body: object) -> object:
    """The body with a totalQuantity instead of its size; a body without a size as it is."""
    if not isinstance(body, Mapping) or "size" not in body:
        return body
    size = parse_size(body["size"])
    desk = current_desk()
    raw = body.get("order")
    order: dict[str, Any] = dict(raw) if isinstance(raw, Mapping) else {}
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
    order["totalQuantity"] = shares(size, order, facts)
    return {name: value for name, value in body.items() if name != "size"} | {"order": order}
