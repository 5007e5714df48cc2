"""An order record in its two other forms: as the API shows it, and as the journal keeps it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from trading.modifications import Modification
from trading.orders import OrderResult
from trading.records import Moment, OrderRecord
from trading.snapshots import iso
from trading.statuses import OrderState

# What the journal keeps as it is; times, states, the modification and the worth have own forms.
PLAIN = (
    *("client_order_id", "contract", "order", "account", "asked", "body", "fingerprint", "source"),
    *("parent", "origin", "is_adopted", "client_id", "order_id", "perm_id", "status", "sent"),
    *("filled", "remaining", "avg_fill_price", "why_held", "warning_text", "reject", "seq"),
    *("cancel_requested", "cancel_refused", "differences", "is_new_risk"),
)
LISTS = ("legs", "duplicates")
GROWING = ("executions", "messages")


def result_of(record: OrderRecord) -> OrderResult:
    """A frozen picture of the order as the API shows it."""
    return OrderResult(
        record.client_order_id,
        _shown_state(record),
        record.sent,
        record.order_id,
        record.is_final,
        _payload(record),
    )


def saved_form(record: OrderRecord) -> dict[str, Any]:
    """Everything that a later process needs to go on with the order; `restored` reads it."""
    form = {name: getattr(record, name) for name in PLAIN}
    modification = record.modification
    return form | {
        "legs": list(record.legs),
        "duplicates": list(record.duplicates),
        # Copies: these two go on growing while the journal's thread has not written the form yet.
        "executions": {fill: dict(row) for fill, row in record.executions.items()},
        "messages": list(record.messages),
        "state": record.state.value,
        "submitted": iso(record.submitted.time),
        "updated": iso(record.updated),
        "modification": asdict(modification) if modification else None,
        "value": None if record.value is None else str(record.value),
    }


def restored(form: dict[str, Any], now: Moment) -> OrderRecord:
    """The order that an earlier process has saved."""
    submitted = datetime.fromisoformat(form["submitted"])
    ago = max((now.time - submitted).total_seconds(), 0)  # the clock may have been set back
    given = {name: form[name] for name in (*PLAIN, *GROWING)}
    given |= {name: tuple(form[name]) for name in LISTS}
    record = OrderRecord(
        submitted=Moment(submitted, now.seconds - ago),
        state=OrderState(form["state"]),
        updated=datetime.fromisoformat(form["updated"]) if form["updated"] else None,
        modification=Modification(**form["modification"]) if form["modification"] else None,
        value=None if form["value"] is None else Decimal(form["value"]),
        **given,
    )
    if record.state is OrderState.UNKNOWN:
        record.unknown_since = now
    return record


def timeline(record: OrderRecord) -> list[dict[str, Any]]:
    """The events that this process knows, as the API shows them."""
    return [event | {"time": iso(event["time"])} for event in list(record.events)]


def _payload(record: OrderRecord) -> dict[str, Any]:
    commission, currency = record.commission()
    modification = record.modification
    return {
        "clientOrderId": record.client_order_id,
        "account": record.account,
        "contract": record.contract,
        "order": record.order,
        "state": _shown_state(record),
        "status": _shown_status(record),
        "sent": record.sent,
        "orderId": record.order_id,
        "permId": record.perm_id,
        # A completed order does not say which client's it was.
        "clientId": None if record.origin == "elsewhere" else record.client_id,
        "origin": record.origin,
        "adopted": record.is_adopted,
        "source": record.source,
        "parent": record.parent or None,
        "legs": list(record.legs),
        "filled": record.filled,
        "remaining": record.remaining,
        "avgFillPrice": record.avg_fill_price,
        "commission": commission,
        "commissionCurrency": currency,
        "whyHeld": record.why_held,
        "warningText": record.warning_text,
        "cancelRefused": record.cancel_refused,
        "modification": modification.to_payload() if modification else None,
        "differences": record.differences,
        "duplicates": list(record.duplicates),
        "evidence": evidence(record),
        "messages": list(record.messages),
        "submittedAt": None if record.is_adopted else iso(record.submitted.time),
        "updatedAt": iso(record.updated or record.submitted.time),
        "seq": record.seq,
    }


def evidence(record: OrderRecord) -> str:
    """How far the proof goes, in one word of EVIDENCE_STEPS."""
    if record.filled:
        has_commission = any(row["commission"] is not None for row in record.executions.values())
        return "commission" if has_commission else "filled"
    if record.status == "Submitted":
        return "working"
    if record.perm_id:
        return "brokerId"
    return {"yes": "told", "unknown": "written"}.get(record.sent, "saved")


# saved in the journal, written to the socket, TWS has said something about it, it has a permId,
# it works at the exchange, it is filled (in part), and a commission is known
EVIDENCE_STEPS = ("saved", "written", "told", "brokerId", "working", "filled", "commission")


def _shown_state(record: OrderRecord) -> str:
    """An open order that IB has twice is more than live: a cancel means all of them."""
    return "duplicated" if record.duplicates and record.is_open else record.state.value


def _shown_status(record: OrderRecord) -> str | None:
    """A requested cancel reads PendingCancel until IB confirms or refuses it."""
    is_pending = record.cancel_requested and not record.cancel_refused and not record.is_final
    return "PendingCancel" if is_pending else record.status
