"""The log lines of an order's way, in the words of the mission ("What to look for").

A person who debugs an order knows these lines from the architecture document; they are the only
ones in the product with pictures in them.
"""

from __future__ import annotations

import logging
from time import monotonic

from trading.records import OrderRecord
from trading.statuses import OrderState

log = logging.getLogger("order_handler")

PICTURES = {"info": "💬 Message:", "hold": "⚠️", "warning": "⚠️", "reject": "❌"}


class OrderLog:
    """Writes each line once: a status only when it has changed since the last line."""

    def __init__(self) -> None:
        self._shown: dict[str, str | None] = {}  # clientOrderId -> status of the last line

    def connected(self, client_id: int) -> None:
        log.info("✅ Order handler connected to IB! (clientId %s)", client_id)

    def submitting(self, record: OrderRecord, what: str, timeout_seconds: float) -> None:
        self._shown[record.client_order_id] = None
        log.info(
            "🚀 Submitting to IB (timeout: %gs)... #%s %s", timeout_seconds, record.order_id, what
        )

    def sleep_begins(self, record: OrderRecord) -> None:
        log.info("⏱️ Applying sleep workaround... #%s", record.order_id)

    def sleep_ends(self, record: OrderRecord) -> None:
        log.info("✅ Sleep completed #%s", record.order_id)

    def status(self, record: OrderRecord) -> None:
        before = self._shown.get(record.client_order_id, record.status)
        if before != record.status:
            self._shown[record.client_order_id] = record.status
            elapsed = int(monotonic() - record.submitted.seconds)
            log.info(
                "[%2ds] 📊 Status: %s → %s #%s", elapsed, before, record.status, record.order_id
            )

    def message(self, kind: str, code: int, text: str, order_id: int) -> None:
        log.info("%s Error %s: %s #%s", PICTURES.get(kind, "💬 Message:"), code, text, order_id)

    def outcome(self, record: OrderRecord, *, is_at_rest: bool) -> None:
        """`is_at_rest`: a limit or stop order that works is where it should be."""
        if record.is_final:  # an order at rest still has changes to show
            self._shown.pop(record.client_order_id, None)
        if record.state is OrderState.FILLED or (record.state is OrderState.LIVE and is_at_rest):
            log.info("🎉 SUCCESS! Order reached: %s #%s", record.status, record.order_id)
        elif record.state is OrderState.LIVE:
            log.warning("⚠️ Order is still working: %s #%s", record.status, record.order_id)
        elif record.state is OrderState.UNKNOWN:
            log.warning("❓ No word from IB about order #%s: state unknown", record.order_id)
        else:
            log.info("❌ Order ended with status: %s #%s", record.status, record.order_id)
