"""One order with everything heard about it.

A record applies TWS's messages in the order of their arrival. It sends nothing and knows no clock:
every method takes the moment `at` which the message arrived. Its owner is one loop.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from time import monotonic
from typing import Any, NamedTuple

from trading.ib_errors import MODIFY_REFUSED, refuses_cancel
from trading.ib_objects import differences
from trading.modifications import Modification
from trading.orders import OrderRequest
from trading.refusals import Sent
from trading.statuses import FINAL, STATUS_EVIDENCE, Evidence, OrderState, next_state

COMBO = "BAG"
WORDS = frozenset({"openOrder", "orderStatus"})  # what TWS says of an order whenever it lists it


class Moment(NamedTuple):
    """An instant on both clocks: wall time to show, monotonic seconds to measure with."""

    time: datetime
    seconds: float

    @classmethod
    def now(cls) -> Moment:
        return cls(datetime.now(UTC), monotonic())


@dataclass(slots=True, eq=False)  # the same order is the same object
class OrderRecord:
    """An order of ours, or one found at TWS (`origin` tells which)."""

    client_order_id: str
    contract: dict[str, Any]
    order: dict[str, Any]
    account: str
    submitted: Moment
    asked: dict[str, Any] = field(default_factory=dict)  # the order's terms as we asked them last
    body: dict[str, Any] = field(default_factory=dict)  # the request as it was asked, to change it
    fingerprint: str = ""  # of the request; "" when nobody here saw it
    source: str = ""  # who asked: "admin via browser"
    parent: str = ""  # clientOrderId of the order that this one is attached to
    legs: tuple[str, ...] = ()  # clientOrderIds of the orders attached to this one
    origin: str = "desk"  # "desk", "tws", "client 7", or "elsewhere" when TWS does not say
    is_adopted: bool = False  # found at TWS: nobody here saw it being placed
    client_id: int = 0
    order_id: int | None = None  # set when the order gets its id, right before it is sent
    perm_id: int | None = None  # set by the first openOrder or orderStatus
    state: OrderState = OrderState.INTENT
    status: str | None = None  # IB's word, as last heard
    sent: Sent = "no"
    filled: float = 0
    remaining: float | None = None
    avg_fill_price: float | None = None
    why_held: str = ""
    warning_text: str = ""
    reject: dict[str, Any] | None = None  # the message that refused the order
    cancel_requested: bool = False
    cancel_refused: dict[str, Any] | None = None
    modification: Modification | None = None  # the last one that was asked for
    differences: list[dict[str, Any]] = field(default_factory=list)  # what TWS made of the request
    duplicates: tuple[str, ...] = ()  # other orders at IB under the same reference
    is_new_risk: bool = False  # it counts for MAX_EQUITY_PERCENT, with its worth when taken
    value: Decimal | None = None  # None: not known
    written: Moment | None = None  # when its bytes left, if this process has sent it
    change_written: Moment | None = None  # when the last change's bytes left
    unknown_since: Moment | None = None
    absent_since: Moment | None = None  # when the first complete snapshot did not have it
    executions: dict[str, dict[str, Any]] = field(default_factory=dict)  # newest correction each
    messages: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)  # since this process knows it
    seq: int = 0  # of the last event, also of those before this process
    is_counted_finished: bool = False  # the book has it among its finished ones
    journaled: int = 0  # the seq up to which the journal has the events
    updated: datetime | None = None

    @property
    def is_final(self) -> bool:
        return self.state in FINAL

    @property
    def is_open(self) -> bool:
        return not self.is_final

    @property
    def is_leaving(self) -> bool:
        """It waits or is being saved: nothing of it has been written yet."""
        is_before = self.state in (OrderState.INTENT, OrderState.SENDING)
        return is_before and self.written is None

    def is_like(self, request: OrderRequest) -> bool:
        """Whether a request of an earlier run may be this order: TWS kept its fields only."""
        asked = request.order.to_payload() | {"symbol": request.contract.symbol}
        known = self.order | {"symbol": self.contract["symbol"]}
        names = ("symbol", "action", "totalQuantity", "orderType", "lmtPrice", "auxPrice", "tif")
        return all(not asked[name] or asked[name] == known.get(name) for name in names)

    def note(self, kind: str, at: Moment, **fields: Any) -> None:
        """Add a line to the timeline."""
        self.seq += 1
        elapsed = round((at.seconds - self.submitted.seconds) * 1000, 3)
        head = {"seq": self.seq, "time": at.time, "elapsedMs": elapsed, "kind": kind}
        self.events.append(head | fields)
        self.updated = at.time

    def on_sending(self, client_id: int, order_id: int, at: Moment) -> None:
        """It gets its order id and is about to leave: from here on it may exist at TWS."""
        self.client_id, self.order_id = client_id, order_id
        self.sent = "unknown"
        self._prove(Evidence.LEAVING)
        self.note("sending", at, clientId=client_id, orderId=order_id)

    def on_not_written(self, reason: str, at: Moment) -> None:
        """The connection refused the bytes before any of them left."""
        if self.sent == "yes":  # IB has the order, so the bytes were those of a change
            self.on_modify_unsent(reason, at)
            return
        self.sent = "no"
        self._prove(Evidence.NOT_WRITTEN)
        self.note("notSent", at, reason=reason)

    def on_silence(self, reason: str, at: Moment) -> bool:
        """Time ran out without any word from IB: the order is unknown. False: that is not new."""
        is_new = self._prove_with_note(Evidence.SILENCE, at, "silence", reason)
        if self.state is OrderState.UNKNOWN:
            self.unknown_since = self.unknown_since or at
        return is_new

    def on_disconnected(self, reason: str, at: Moment) -> bool:
        """As on_silence; what was asked of a live order may be lost with the connection."""
        was_cancelling = self.cancel_requested and self.is_open and not self.cancel_refused
        if was_cancelling:
            self.note("cancelNotConfirmed", at, reason=reason)
        self.on_modify_unheard(reason, at)
        return self.on_silence(reason, at) or was_cancelling

    def on_absent(self, at: Moment, seconds_apart: float) -> bool:
        """A complete snapshot of TWS does not have it.

        Two of them, `seconds_apart`, prove more. Of an order that IB never acknowledged, on the day
        it was sent: it was not placed. Of one that was good for a day which is over: it works no
        more, whatever of it has filled. Everything else stays unknown.
        """
        reason = "TWS lists it neither as open nor as completed"
        is_new = self._prove_with_note(Evidence.ABSENT, at, "absent", reason)
        self.unknown_since = self.unknown_since or at
        self.absent_since = first = self.absent_since or at
        days = zip(_day(self.submitted.time), _day(at.time), strict=True)
        is_same = [then == now for then, now in days]
        if at.seconds - first.seconds < seconds_apart:
            return is_new
        if all(is_same) and not self.perm_id:
            return self._prove_with_note(
                Evidence.NOT_AT_IB, at, "notPlaced", "Two complete lists from TWS do not have it"
            )
        if not any(is_same) and self.perm_id and self.order.get("tif") in DAY_TIFS:
            return self._prove_with_note(
                Evidence.LAPSED, at, "expired", "Its day is over and TWS lists it no more"
            )
        return is_new

    def on_dismissed(self, who: str, at: Moment) -> None:
        """A person says that TWS does not have it either. Should TWS show it again, it lives."""
        reason = f"{who} has looked into TWS: it is not there"
        self._prove_with_note(Evidence.DISMISSAL, at, "dismissed", reason)

    def on_status(self, status: str, at: Moment, **fields: Any) -> None:
        """orderStatus, with its numbers: filled, remaining, avgFillPrice, permId, whyHeld."""
        self._note_word("orderStatus", at, status=status, **fields)
        if fields["filled"] is not None and fields["filled"] >= self.filled:
            self.filled, self.remaining = fields["filled"], fields["remaining"]
            self.avg_fill_price = fields["avgFillPrice"] or self.avg_fill_price
        self.why_held = fields["whyHeld"]
        self._on_word(status, fields["permId"])

    def on_open_order(self, status: str, order: dict[str, Any], at: Moment, **fields: Any) -> None:
        """openOrder: what TWS has made of the order, and its status."""
        self._note_word("openOrder", at, status=status, order=order, **fields)
        # It has all terms of the order: what it does not have is off, or was taken away.
        self._take_terms(
            {name: self.order[name] for name in UNTOLD & self.order.keys()} | order, at
        )
        self.warning_text = fields["warningText"] or self.warning_text
        self._on_word(status, fields["permId"])

    def on_completed(self, status: str, order: dict[str, Any], at: Moment, **fields: Any) -> None:
        """completedOrder: IB works it no more. Its reject code may have been lost with a crash."""
        self._note_word("openOrder", at, status=status, order=order, **fields)
        self._take_terms(self.order | order, at)  # it may come without some
        self._on_word(status, fields["permId"])
        if STATUS_EVIDENCE.get(status) is Evidence.INACTIVE:
            self._prove(Evidence.CANCELLED if self.filled else Evidence.REFUSED)

    def on_execution(self, row: dict[str, Any], at: Moment) -> bool:
        """A fill. False when it is already known (executions are repeated on request)."""
        # 0000e0d5.67fe667b.01.02 corrects 0000e0d5.67fe667b.01.01 and takes its place.
        fill, revision = _fill_and_revision(row["execId"])
        known = self.executions.get(fill)
        if known is not None and _fill_and_revision(known["execId"])[1] >= revision:
            return False
        was_complete = self._shares() >= self.filled
        self.executions[fill] = row
        raw = {name: value for name, value in row.items() if name not in ("contract", "time")}
        self.note("execDetails", at, executionTime=row["time"], **raw)
        self.sent = "yes"
        self.perm_id = self.perm_id or row["permId"]
        self._count_executions(was_complete)
        return True

    def on_commission(self, exec_id: str, row: dict[str, Any], at: Moment) -> dict[str, Any] | None:
        """The commission of a known fill; returns the fill's whole row."""
        execution = self.executions.get(_fill_and_revision(exec_id)[0])
        if execution is None or execution["execId"] != exec_id:
            return None
        if execution["commission"] is not None:
            return None
        execution |= row
        self.note("commissionReport", at, execId=exec_id, **row)
        return execution

    def on_message(self, message: dict[str, Any], at: Moment) -> None:
        """An `error` message that names this order; most of them are notices."""
        self.messages.append(message)
        raw = {name: message[name] for name in ("code", "text", "meaning")}
        self.note("error", at, **raw)
        code, is_reject = message["code"], message["kind"] == "reject"
        is_working = self.state is OrderState.LIVE
        modification = self.modification
        is_refusal = refuses_cancel(code, message["text"]) or (is_reject and is_working)
        if self.cancel_requested and is_refusal:
            self.cancel_refused = message
        if modification and modification.is_pending and (is_reject or code in MODIFY_REFUSED):
            self._end_modification(modification.refused(message), at)
        elif is_reject:
            self._reject(message)

    def on_cancel_requested(self, at: Moment) -> None:
        """We asked IB to cancel; until IB says so the order may still fill."""
        self.cancel_requested, self.cancel_refused = True, None
        self.note("cancelOrder", at, orderId=self.order_id)

    def on_modify_requested(self, modification: Modification, at: Moment) -> None:
        """We asked IB to change the order; until its openOrder says so the old terms hold."""
        self.modification, self.change_written = modification, None
        self.note("modify", at, asked=modification.asked, orderId=self.order_id)

    def on_modify_unsent(self, reason: str, at: Moment) -> None:
        """The change never left."""
        self.modification = None
        self.note("modifyNotSent", at, reason=reason)

    def on_modify_unheard(self, reason: str, at: Moment) -> bool:
        """Nobody knows whether IB has taken the change. False: none is under way."""
        if not self.modification or not self.modification.is_pending:
            return False
        self.modification = self.modification.unconfirmed(reason)
        self.note("modifyNotConfirmed", at, reason=reason)
        return True

    def learn_contract(self, told: dict[str, Any]) -> None:
        """openOrder has no primaryExchange and may lack more: what is known stays known."""
        if told["secType"] == COMBO != self.contract["secType"]:
            self.filled = 0  # it was found by a leg's execution: the legs' fills are not its own
        # A new dict: pictures that other threads hold stay as they were.
        self.contract = self.contract | {name: value for name, value in told.items() if value}

    def on_duplicate(self, other: str, at: Moment) -> None:
        """IB has another order under the same reference."""
        if other not in self.duplicates:
            self.duplicates += (other,)
            self.note("duplicate", at, clientOrderId=other)

    def commission(self) -> tuple[float | None, str | None]:
        """The sum of all commissions heard so far, and its currency."""
        known = [row for row in self.executions.values() if row["commission"] is not None]
        if not known:
            return None, None
        return round(sum(row["commission"] for row in known), 6), known[0]["commissionCurrency"]

    def _take_terms(self, told: dict[str, Any], at: Moment) -> None:
        self.order = told
        self.account = told["account"] or self.account
        self._compare(told, at)

    def _is_whole(self, shares: float) -> bool:
        """Whether so many fill it, also when a larger size that was asked for holds already."""
        change = self.modification
        asked = change.asked.get("totalQuantity") if change and change.is_unanswered else None
        size = max(self.order["totalQuantity"] or 0, asked or 0)
        return bool(self.order["totalQuantity"]) and shares >= size

    def _compare(self, told: dict[str, Any], at: Moment) -> None:
        """Set what TWS has beside what was asked; an answered change is done."""
        modification = self.modification
        if modification and modification.is_unanswered:
            if not modification.is_answered_by(told):
                return
            self.asked, self.body = modification.terms, modification.body
            self._end_modification(modification.done(), at)
        if self.asked:
            self.differences = differences(self.asked, told)

    def _end_modification(self, modification: Modification, at: Moment) -> None:
        self.modification = modification
        self.note("modifyAnswered", at, state=modification.state)

    def _reject(self, message: dict[str, Any]) -> None:
        self.reject = message
        self.sent = "yes"
        self._prove(Evidence.REJECT)
        if self.status == "Inactive":  # it came before its reason
            self._prove(Evidence.INACTIVE)

    def _on_word(self, status: str, perm_id: int) -> None:
        self.sent = "yes"
        self.perm_id = perm_id or self.perm_id
        if self.state is OrderState.FILLED:
            return  # late or repeated messages never reopen a fill
        evidence = STATUS_EVIDENCE.get(status)
        if evidence is None:
            return
        self._prove(evidence)
        if self.is_open or evidence is not Evidence.WORKING:
            self.status = status

    def _own_executions(self) -> list[dict[str, Any]]:
        """Those of the order itself: TWS tells a combo's legs as executions of the order, too."""
        rows = self.executions.values()
        if self.contract.get("secType") != COMBO:
            return list(rows)
        return [row for row in rows if row["contract"].get("secType") == COMBO]

    def _shares(self) -> float:
        # Rounded: 0.7 + 0.2 + 0.1 is the whole of an order of 1.
        shares: float = sum(row["shares"] for row in self._own_executions())
        return round(shares, 8)

    def _count_executions(self, was_complete: bool) -> None:
        """`was_complete`: the executions before this one explain all that IB called filled.

        Then they are the truth, also when one is corrected; else IB's own sum and average stay
        until the executions catch up (those of earlier days may never come).
        """
        shares, total = self._shares(), self.order["totalQuantity"]
        is_price_missing = self.avg_fill_price is None and shares == self.filled
        if was_complete or shares > self.filled or is_price_missing:
            self.filled = shares
            value = sum(row["shares"] * row["price"] for row in self._own_executions())
            self.avg_fill_price = round(value / shares, 8) if shares else None
            self.remaining = max(total - shares, 0) if total else self.remaining
        if self._is_whole(shares):
            self.status = "Filled"
            self._prove(Evidence.FILLED)
        elif not self.is_adopted:  # a found order's old fill does not tell that it still works
            self._prove(Evidence.WORKING)

    def _note_word(self, kind: str, at: Moment, **fields: Any) -> None:
        """As `note`, but once for a word that TWS repeats: every list of open orders, at least one
        a minute, tells all of it again. After anything else that happened it is told again."""
        for event in reversed(self.events):
            if event["kind"] == kind:
                if all(event.get(name) == value for name, value in fields.items()):
                    return
                break
            if event["kind"] not in WORDS or event["status"] != fields["status"]:
                break  # both kinds say the status: what lies between has changed it
        self.note(kind, at, **fields)

    def _prove_with_note(self, evidence: Evidence, at: Moment, kind: str, reason: str) -> bool:
        """False when it was said already: an outage of a day is one line, not thousands."""
        before = self.state
        self._prove(evidence)
        is_said = bool(self.events) and self.events[-1]["kind"] == kind
        if self.state is before and is_said:
            return False
        self.note(kind, at, reason=reason)
        return True

    def _prove(self, evidence: Evidence) -> None:
        before = self.state
        was_rejected = self.reject is not None and not self.filled
        self.state = next_state(before, evidence, was_rejected=was_rejected)
        if before is OrderState.UNKNOWN and self.state is not before:
            self.unknown_since = self.absent_since = None


UNTOLD = frozenset({"whatIf"})  # the one field of a request that is no term of an order
DAY_TIFS = frozenset({"DAY", "IOC", "FOK", "OPG"})


def _day(time: datetime) -> tuple[date, date]:
    """TWS forgets finished orders at its midnight, and its zone is ours or UTC."""
    return time.astimezone(UTC).date(), time.astimezone().date()


def _fill_and_revision(exec_id: str) -> tuple[str, str]:
    """0000e0d5.67fe667b.01.02 is the second revision of 0000e0d5.67fe667b.01."""
    fill, dot, revision = exec_id.rpartition(".")
    return (fill, revision) if dot else (exec_id, "")
