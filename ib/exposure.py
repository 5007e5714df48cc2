"""What the desk's own orders already use: open ones, those of the last minute, fills just heard.

Limits are measured against it. It judges nothing: that is `trading/risk.py`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from trading.order_book import OrderBook
from trading.orders import OrderRequest
from trading.records import Moment, OrderRecord
from trading.risk import Activity
from trading.sizing import OrderFacts

MINUTE = 60.0
FRESH_SECONDS = 3.0  # a fill that is younger may be missing in the positions that TWS has told


class Share:
    """What an order that is being changed takes of MAX_EQUITY_PERCENT, before and after."""

    def __init__(self, record: OrderRecord, value: Decimal | None) -> None:
        self._record, self._value = record, value
        self._before = record.is_new_risk, record.value

    def reserve(self, *, is_risk: bool) -> None:
        record, value = self._record, self._value
        if record.is_new_risk:
            values = [each for each in (record.value, value) if each is not None]
            record.value = max(values) if len(values) == 2 else None
        elif is_risk:
            record.is_new_risk, record.value = True, value

    def take_back(self) -> None:
        """The old terms hold."""
        self._record.is_new_risk, self._record.value = self._before

    def settle(self) -> None:
        """The new terms hold."""
        if self._record.is_new_risk:
            self._record.value = self._value


class Exposure:
    """It belongs to the order connection's loop."""

    def __init__(self, book: OrderBook, now: Callable[[], Moment]) -> None:
        self._book = book
        self._now = now
        self._sent_at: deque[float] = deque()  # of the last minute
        self._filled: dict[int, OrderRecord] = {}  # in the last seconds, also in part

    def count(self, records: Sequence[OrderRecord], seconds: float) -> None:
        """These orders are taken at that monotonic second."""
        self._sent_at.extend(seconds for _ in records)

    def remember(self, records: Iterable[OrderRecord]) -> None:
        """Orders that an earlier process has sent count for this minute too."""
        oldest = self._now().seconds - MINUTE
        times = [record.submitted.seconds for record in records if record.order_id]
        self._sent_at = deque(sorted(time for time in times if time >= oldest))

    def note_fill(self, record: OrderRecord) -> None:
        """An order has filled just now, also in part."""
        if record.filled_at:
            self._forget_fills(record.filled_at.seconds - FRESH_SECONDS)
        self._filled.setdefault(id(record), record)

    def activity(
        self,
        request: OrderRequest,
        account: str,
        facts: OrderFacts,
        without: OrderRecord | None = None,
    ) -> Activity:
        """What the desk's own open orders already use."""
        contract = request.contract.to_payload() | {
            "conId": facts.con_id or request.contract.con_id
        }
        own = [
            record
            for record in self._book.open_records()
            if record.account == account and record.origin == "desk" and record is not without
        ]
        same = [record for record in own if is_same_contract(record.contract, contract)]
        values = [record.value for record in own if record.is_new_risk]
        return Activity(
            open_orders=sum(not record.parent for record in own),
            orders_last_minute=self._count_last_minute(),
            working=sum((_signed(record) for record in same), Decimal()),
            reducing=self._reducing(contract, account, facts.position or Decimal(), without),
            open_notional=None if None in values else sum(filter(None, values), Decimal()),
        )

    def _reducing(
        self,
        contract: dict[str, Any],
        account: str,
        position: Decimal,
        without: OrderRecord | None,
    ) -> Decimal:
        """How much of the position own orders are closing right now, as the page may not show yet.

        An order that rests (a bracket's target, a stop) does not count: somebody who wants to be
        out now must not be held in by the order that would have got him out later. What has filled
        a moment ago counts: the position that TWS has told may be the one before it.
        """
        fresh = self._now().seconds - FRESH_SECONDS
        self._forget_fills(fresh)
        records = self._filled | {id(record): record for record in self._book.open_records()}
        closing = Decimal()
        for record in records.values():
            if record is without:
                continue
            is_same = record.account == account and is_same_contract(record.contract, contract)
            if is_same and (record.order["action"] == "BUY") is (position < 0):
                closing += _at_once(record, fresh)
        return closing

    def _forget_fills(self, before: float) -> None:
        while self._filled:
            oldest = next(iter(self._filled))
            if _has_filled_since(self._filled[oldest], before):
                return
            del self._filled[oldest]

    def _count_last_minute(self) -> int:
        oldest = self._now().seconds - MINUTE
        while self._sent_at and self._sent_at[0] < oldest:
            self._sent_at.popleft()
        return len(self._sent_at)


CONTRACT_IDENTITY = (
    *("symbol", "secType", "lastTradeDateOrContractMonth", "strike", "right", "currency"),
    "localSymbol",
)


def is_same_contract(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """By conId where both have one, else by the fields that both have."""
    if one.get("conId") and other.get("conId"):
        return bool(one["conId"] == other["conId"])
    return all(
        one[name] == other[name] for name in CONTRACT_IDENTITY if one.get(name) and other.get(name)
    )


def _at_once(record: OrderRecord, fresh: float) -> Decimal:
    """How much of an order fills at once, or has filled since `fresh` (monotonic seconds)."""
    is_young = record.submitted.seconds >= fresh
    acts_now = (record.order["orderType"] == "MKT" or is_young) and not record.parent
    sizes = [record.remaining] if record.is_open and acts_now else []
    if _has_filled_since(record, fresh):
        sizes.append(record.filled)
    return sum((Decimal(str(size or 0)) for size in sizes), Decimal())


def _has_filled_since(record: OrderRecord, seconds: float) -> bool:
    return record.filled_at is not None and record.filled_at.seconds >= seconds


def _signed(record: OrderRecord) -> Decimal:
    remaining = Decimal(str(record.remaining or 0))
    return remaining if record.order["action"] == "BUY" else -remaining
