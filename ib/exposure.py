"""What the desk's own orders already use: open ones, those of the last minute, fills just heard.

Limits are measured against it. It judges nothing: that is `trading/risk.py`.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from ib.late_fills import FRESH_SECONDS, LateFills
from trading.order_book import OrderBook
from trading.orders import OrderRequest
from trading.records import Moment, OrderRecord
from trading.risk import Activity
from trading.sizing import OrderFacts

MINUTE = 60.0


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
        self._late: defaultdict[tuple[str, int], LateFills] = defaultdict(LateFills)

    def count(self, records: Sequence[OrderRecord], seconds: float) -> None:
        """These orders are taken at that monotonic second."""
        self._sent_at.extend(seconds for _ in records)

    def remember(self, records: Iterable[OrderRecord]) -> None:
        """Orders that an earlier process has sent count for this minute too."""
        oldest = self._now().seconds - MINUTE
        times = [record.submitted.seconds for record in records if record.order_id]
        self._sent_at = deque(sorted(time for time in times if time >= oldest))

    def note_fill(self, row: dict[str, Any]) -> None:
        """An execution was heard just now (its row as the API shows it), not a repeated one."""
        size = Decimal(str(row["shares"]))
        late = self._late[row["account"], row["contract"]["conId"]]
        late.add(self._now().seconds, size if row["side"] == "BOT" else -size)

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
            reducing=self._reducing(contract, account, facts.position or Decimal(), without)
            + self._missing(account, facts),
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
        out now must not be held in by the order that would have got him out later.
        """
        fresh = self._now().seconds - FRESH_SECONDS
        closing = Decimal()
        for record in self._book.open_records():
            acts_now = record.order["orderType"] == "MKT" or record.submitted.seconds >= fresh
            if record is without or record.parent or not acts_now or record.account != account:
                continue
            is_against = (record.order["action"] == "BUY") is (position < 0)
            if is_against and is_same_contract(record.contract, contract):
                closing += Decimal(str(record.remaining or 0))
        return closing

    def _missing(self, account: str, facts: OrderFacts) -> Decimal:
        """What fills have taken of the position that it does not show yet."""
        if facts.position is None or facts.con_id is None:
            return Decimal()
        late = self._late[account, facts.con_id]
        return late.missing(facts.position, self._now().seconds)

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


def _signed(record: OrderRecord) -> Decimal:
    remaining = Decimal(str(record.remaining or 0))
    return remaining if record.order["action"] == "BUY" else -remaining
