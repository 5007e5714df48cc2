"""One order with everything heard about it.

A record applies TWS's messages in the order of their arrival. It sends nothing and knows no clock:
every method takes the moment `at` which the message arrived. Its owner is one loop.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any, NamedTuple

from trading.ib_errors import CANCEL_REFUSED
from trading.orders import OrderRequest, OrderResult
from trading.refusals import Sent
from trading.snapshots import iso
from trading.statuses import FINAL, STATUS_EVIDENCE, Evidence, OrderState, next_state


class Moment(NamedTuple):
    """An instant on both clocks: wall time to show, monotonic seconds to measure with."""

    time: datetime
    seconds: float

    @classmethod
    def now(cls) -> Moment:
        return cls(datetime.now(UTC), monotonic())


@dataclass(slots=True)
class OrderRecord:
    """An order of ours, or one found at TWS (`origin` tells which)."""

    client_order_id: str
    contract: dict[str, Any]
    order: dict[str, Any]
    account: str
    submitted: Moment
    origin: str = "desk"  # "desk", "tws", "client 7", or "elsewhere" when TWS does not say
    is_adopted: bool = False  # found at TWS: nobody here saw it being placed
    client_id: int = 0
    order_id: int | None = None  # set when the order gets its id, right before it is sent
    perm_id: int | None = None  # set by the first openOrder or orderStatus
    state: OrderState = OrderState.SENDING
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
    executions: dict[str, dict[str, Any]] = field(default_factory=dict)  # newest correction each
    messages: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    updated: datetime | None = None

    @property
    def is_final(self) -> bool:
        return self.state in FINAL

    @property
    def is_open(self) -> bool:
        return not self.is_final

    def is_like(self, request: OrderRequest) -> bool:
        """Whether a request of an earlier run may be this order: TWS kept its fields only."""
        asked = request.order.to_payload() | {"symbol": request.contract.symbol}
        known = self.order | {"symbol": self.contract["symbol"]}
        names = ("symbol", "action", "totalQuantity", "orderType", "lmtPrice", "auxPrice", "tif")
        return all(not asked[name] or asked[name] == known.get(name) for name in names)

    def note(self, kind: str, at: Moment, **fields: Any) -> None:
        """Add a line to the timeline."""
        elapsed = round((at.seconds - self.submitted.seconds) * 1000, 3)
        self.events.append(
            {
                "seq": len(self.events) + 1,
                "time": at.time,
                "elapsedMs": elapsed,
                "kind": kind,
                **fields,
            }
        )
        self.updated = at.time

    def on_sending(self, client_id: int, order_id: int, at: Moment) -> None:
        """The bytes are about to leave: from here on the order may exist at TWS."""
        self.client_id, self.order_id = client_id, order_id
        self.sent = "unknown"
        self.note("sent", at, clientId=client_id, orderId=order_id)

    def on_not_written(self, reason: str, at: Moment) -> None:
        """The connection refused the bytes before any of them left."""
        self.sent = "no"
        self._prove(Evidence.NOT_WRITTEN)
        self.note("notSent", at, reason=reason)

    def on_silence(self, reason: str, at: Moment) -> bool:
        """Time ran out without any word from IB: the order is unknown. False: that is not new."""
        return self._prove_with_note(Evidence.SILENCE, at, "silence", reason)

    def on_disconnected(self, reason: str, at: Moment) -> bool:
        """As on_silence; a cancel that IB has not confirmed may be lost and can be asked again."""
        was_cancelling = self.cancel_requested and self.is_open
        self.cancel_requested = False
        if was_cancelling:
            self.note("cancelNotConfirmed", at, reason=reason)
        return self.on_silence(reason, at) or was_cancelling

    def on_absent(self, at: Moment) -> bool:
        """Neither the open nor the completed orders of TWS have it; nobody knows what became."""
        reason = "TWS lists it neither as open nor as completed"
        return self._prove_with_note(Evidence.ABSENT, at, "absent", reason)

    def on_status(self, status: str, at: Moment, **fields: Any) -> None:
        """orderStatus, with its numbers: filled, remaining, avgFillPrice, permId, whyHeld."""
        self.note("orderStatus", at, status=status, **fields)
        if fields["filled"] >= self.filled:
            self.filled, self.remaining = fields["filled"], fields["remaining"]
            self.avg_fill_price = fields["avgFillPrice"] or self.avg_fill_price
        self.why_held = fields["whyHeld"]
        self._on_word(status, fields["permId"])

    def on_open_order(self, status: str, order: dict[str, Any], at: Moment, **fields: Any) -> None:
        """openOrder: what TWS has made of the order, and its status."""
        self.note("openOrder", at, status=status, order=order, **fields)
        self.order = self.order | order
        self.account = order["account"] or self.account
        self.warning_text = fields["warningText"] or self.warning_text
        self._on_word(status, fields["permId"])

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
        is_reject = message["kind"] == "reject"
        is_about_cancel = self.cancel_requested and self.state is OrderState.LIVE
        if message["code"] in CANCEL_REFUSED or (is_reject and is_about_cancel):
            self.cancel_refused = message
        if is_reject:
            self.reject = message
            self.sent = "yes"
            self._prove(Evidence.REJECT)
            if self.status == "Inactive":  # it came before its reason
                self._prove(Evidence.INACTIVE)

    def on_cancel_requested(self, at: Moment) -> None:
        """We asked IB to cancel; until IB says so the order may still fill."""
        self.cancel_requested, self.cancel_refused = True, None
        self.note("cancelOrder", at, orderId=self.order_id)

    def timeline(self) -> list[dict[str, Any]]:
        """The events as the API shows them."""
        return [event | {"time": iso(event["time"])} for event in list(self.events)]

    def commission(self) -> tuple[float | None, str | None]:
        """The sum of all commissions heard so far, and its currency."""
        known = [row for row in self.executions.values() if row["commission"] is not None]
        if not known:
            return None, None
        return round(sum(row["commission"] for row in known), 6), known[0]["commissionCurrency"]

    def result(self) -> OrderResult:
        """A frozen picture of the order as the API shows it."""
        return OrderResult(
            self.client_order_id,
            self.state.value,
            self.sent,
            self.order_id,
            self.is_final,
            self._payload(),
        )

    def _payload(self) -> dict[str, Any]:
        commission, currency = self.commission()
        return {
            "clientOrderId": self.client_order_id,
            "account": self.account,
            "contract": self.contract,
            "order": self.order,
            "state": self.state.value,
            "status": self._shown_status(),
            "sent": self.sent,
            "orderId": self.order_id,
            "permId": self.perm_id,
            "clientId": self.client_id,
            "origin": self.origin,
            "filled": self.filled,
            "remaining": self.remaining,
            "avgFillPrice": self.avg_fill_price,
            "commission": commission,
            "commissionCurrency": currency,
            "whyHeld": self.why_held,
            "warningText": self.warning_text,
            "cancelRefused": self.cancel_refused,
            "messages": list(self.messages),
            "submittedAt": None if self.is_adopted else iso(self.submitted.time),
            "updatedAt": iso(self.updated or self.submitted.time),
        }

    def _shown_status(self) -> str | None:
        """A requested cancel reads PendingCancel until IB confirms or refuses it."""
        is_pending = self.cancel_requested and not self.cancel_refused and not self.is_final
        return "PendingCancel" if is_pending else self.status

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

    def _shares(self) -> float:
        # Rounded: 0.7 + 0.2 + 0.1 is the whole of an order of 1.
        shares: float = sum(row["shares"] for row in self.executions.values())
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
            value = sum(row["shares"] * row["price"] for row in self.executions.values())
            self.avg_fill_price = round(value / shares, 8) if shares else None
            self.remaining = max(total - shares, 0) if total else self.remaining
        if total and shares >= total:
            self.status = "Filled"
            self._prove(Evidence.FILLED)
        elif not self.is_adopted:  # a found order's old fill does not tell that it still works
            self._prove(Evidence.WORKING)

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
        is_our_cancel = self.cancel_requested and evidence is Evidence.CANCELLED
        was_rejected = self.reject is not None and not is_our_cancel and not self.filled
        self.state = next_state(self.state, evidence, was_rejected=was_rejected)


def _fill_and_revision(exec_id: str) -> tuple[str, str]:
    """0000e0d5.67fe667b.01.02 is the second revision of 0000e0d5.67fe667b.01."""
    fill, dot, revision = exec_id.rpartition(".")
    return (fill, revision) if dot else (exec_id, "")
