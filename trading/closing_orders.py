"""What each open order means for a position that it would close: a stop, a target, something else.

`works` is only what IB works now. What may be at IB (`unknown`, a cancel under way) is `maybe`;
what waits for its parent or was never sent is `waiting`; what waits for a condition or a time is
`conditional`. The words come from IB's order types and whyHeld
(https://interactivebrokers.github.io/tws-api/order_submission.html). Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from trading.statuses import FINAL

Row = Mapping[str, Any]  # a position or an order, as the API shows it
ZERO = Decimal()
COMBO = "BAG"  # IB has one conId for all of them, and nobody holds one
STOPS = frozenset({"STP", "STP LMT", "STP PRT", "TRAIL", "TRAIL LIMIT"})
TARGETS = frozenset({"LMT", "MIT", "LIT"})
TRAILING = frozenset({"TRAIL", "TRAIL LIMIT"})
OPEN_WORDS = frozenset({"PreSubmitted", "Submitted"})
ON_ITS_WAY = frozenset({"unknown", "sending"})
IDENTITY = ("symbol", "secType", "currency", "lastTradeDateOrContractMonth", "strike", "right")


@dataclass(frozen=True, slots=True)
class ClosingOrder:
    """One open order on the closing side. `least` works for certain, `most` at the utmost; None
    when its size is not known. `price`: where a stop triggers, or a target's limit."""

    shown: Row
    kind: str  # stop, target, other
    how: str  # works, maybe, conditional, waiting
    why: str
    least: Decimal
    most: Decimal | None
    price: Decimal | None
    is_marked: bool  # made to close something: a bracket's child, or paired in an OCA group

    @property
    def group(self) -> tuple[str, str]:
        """Orders of one group close the same shares once: IB cancels or reduces the others."""
        oca, parent = self.shown["order"].get("ocaGroup"), self.shown.get("parent")
        if oca:
            return "oca", str(oca)
        return ("parent", str(parent)) if parent else ("own", str(self.shown["clientOrderId"]))

    def size(self, held: Decimal) -> Decimal:
        """The most that it may close; an unknown size may be all that is held."""
        return held if self.most is None else self.most

    def to_payload(self) -> dict[str, Any]:
        order = self.shown["order"]
        named = {name: self.shown[name] for name in ("clientOrderId", "orderId", "origin")}
        return named | {
            "kind": self.kind,
            "how": self.how,
            "why": self.why,
            "action": order["action"],
            "orderType": order["orderType"],
            "quantity": plain(self.most),
            "price": plain(self.price),
            "ocaGroup": order.get("ocaGroup"),
            "parent": self.shown.get("parent"),
        }


class OpenOrders:
    """The open ones among orders, sorted for questions about one position."""

    def __init__(self, orders: Iterable[Row], now: datetime) -> None:
        self._now = now
        everything = [row for row in orders if row["contract"].get("secType") != COMBO]
        self._by_name = {row["clientOrderId"]: row for row in everything}
        self._pairs = _pairs(everything)
        self._open = [row for row in everything if not _is_final(row)]

    def closing(self, account: str, contract: Row, action: str) -> list[ClosingOrder]:
        """The open orders of that side in this contract and account."""
        return [
            self._judged(row)
            for row in self._open
            if row["order"]["action"] == action
            and _account(row) in ("", account)
            and _is_same(row["contract"], contract)
        ]

    def marked(self) -> Iterable[tuple[str, Row, str]]:
        """(account, contract, action) of what may still fill and was made to close something."""
        found = {}
        for row in self._open:
            if self._is_marked(row) and row["contract"].get("conId") and _account(row):
                action = row["order"]["action"]
                key = (_account(row), row["contract"]["conId"], action)
                found[key] = (_account(row), row["contract"], action)
        return found.values()

    def _judged(self, row: Row) -> ClosingOrder:
        how, why = self._how(row)
        least, most = _sizes(row)
        if not _account(row):
            how, why = _doubt(how, why, "It names no account.")
        if most is None:
            how, why = _doubt(how, why, "Its size is not known.")
        return ClosingOrder(
            row,
            _kind(row),
            how,
            why,
            least if how == "works" else ZERO,
            most,
            _price(row),
            self._is_marked(row),
        )

    def _how(self, row: Row) -> tuple[str, str]:
        """Whether it works, and if not, why."""
        if row["state"] == "intent":
            return "waiting", "It has not left yet."
        if "child" in (row["whyHeld"] or ""):
            return "waiting", "It waits for its parent to fill."
        parent = self._by_name.get(row.get("parent") or "")
        if parent is not None and not _is_final(parent):
            if parent["filled"] or parent["state"] in ON_ITS_WAY:
                return "maybe", "Its parent is not filled for certain."
            return "waiting", "It waits for its parent to fill."
        if row["state"] in ON_ITS_WAY:
            return "maybe", "It may be at IB or not."
        return self._at_ib(row)

    def _at_ib(self, row: Row) -> tuple[str, str]:
        order, status = row["order"], row["status"]
        if status == "Inactive":
            return "waiting", "IB has it but does not work it."
        if status == "PendingCancel":
            return "maybe", "A cancel is asked for; it may still fill."
        if status not in OPEN_WORDS:
            return "maybe", "IB has not said yet that it works."
        if status == "PreSubmitted" and "locate" in (row["whyHeld"] or ""):
            return "maybe", "It waits for shares to lend."
        is_held_back = status == "PreSubmitted" and order.get("conditions")
        if is_held_back and not order.get("conditionsCancelOrder"):
            return "conditional", "It waits for its condition."
        if self._is_later(order.get("goodAfterTime")):
            return "conditional", f"Not before {order['goodAfterTime']}."
        return "works", ""

    def _is_later(self, time: str | None) -> bool:
        """A time without a zone, as other programs may write it, counts as later."""
        if not time:
            return False
        try:
            return datetime.fromisoformat(time) > self._now
        except (ValueError, TypeError):
            return True

    def _is_marked(self, row: Row) -> bool:
        parent = self._by_name.get(row.get("parent") or "")
        is_child = bool(row.get("parent")) and (parent is None or _is_final(parent))
        return is_child or _pair_key(row) in self._pairs


def plain(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _doubt(how: str, why: str, reason: str) -> tuple[str, str]:
    return ("maybe", reason) if how == "works" else (how, why)


def _is_final(row: Row) -> bool:
    return row["state"] in FINAL


def _account(row: Row) -> str:
    return str(row["account"] or row["order"].get("account") or "")


def _kind(row: Row) -> str:
    kind = row["order"]["orderType"]
    return "stop" if kind in STOPS else "target" if kind in TARGETS else "other"


def _is_same(one: Row, other: Row) -> bool:
    """By conId; an order that IB has not answered yet may not have one."""
    if one.get("conId") and other.get("conId"):
        return bool(one["conId"] == other["conId"])
    return all((one.get(name) or "") == (other.get(name) or "") for name in IDENTITY)


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _sizes(row: Row) -> tuple[Decimal, Decimal | None]:
    """What is left of it: at least and at most, while a change of its size is under way."""
    filled = _decimal(row["filled"]) or ZERO
    total = _decimal(row["order"].get("totalQuantity"))
    left = _decimal(row["remaining"])
    if left is None and total is not None:
        left = max(ZERO, total - filled)
    if left is None:
        return ZERO, None
    change = row.get("modification") or {}
    asked = _decimal((change.get("asked") or {}).get("totalQuantity"))
    if asked is None or change.get("state") not in ("pending", "unconfirmed"):
        return left, left
    return min(left, max(ZERO, asked - filled)), max(left, asked - filled)


def _price(row: Row) -> Decimal | None:
    """A trailing stop's auxPrice is the distance, so only its first stop price tells where."""
    order = row["order"]
    if order["orderType"] in TRAILING:
        return _decimal(order.get("trailStopPrice"))
    name = "lmtPrice" if order["orderType"] in ("LMT", "LIT") else "auxPrice"
    return _decimal(order.get(name))


def _pair_key(row: Row) -> tuple[Any, ...]:
    order, contract = row["order"], row["contract"]
    return _account(row), order.get("ocaGroup"), contract.get("conId"), order["action"]


def _pairs(orders: Iterable[Row]) -> set[tuple[Any, ...]]:
    """OCA groups with a stop and a target on one side, finished ones included: made to close."""
    kinds: dict[tuple[Any, ...], set[str]] = {}
    for row in orders:
        if row["order"].get("ocaGroup"):
            kinds.setdefault(_pair_key(row), set()).add(_kind(row))
    return {key for key, found in kinds.items() if {"stop", "target"} <= found}
