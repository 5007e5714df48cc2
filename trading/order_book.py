"""All orders known to one order connection, and which message belongs to which of them.

Orders are matched by orderRef (our clientOrderId), then permId. (clientId, orderId) is used only
within one connection: TWS may hand out the same order ids again after a restart. Orders of earlier
runs, of other clients and of TWS itself are adopted with their origin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, count
from typing import Any

import ib_async

from trading.ib_errors import CodeTable
from trading.ib_objects import commission_row, contract_row, execution_row, number, order_row
from trading.modifications import Modification
from trading.order_index import FindSaved, OrderIndex
from trading.orders import CLIENT_ORDER_ID, OrderRequest
from trading.records import COMBO, Moment, OrderRecord
from trading.statuses import OrderState

SIDES = {"BOT": "BUY", "SLD": "SELL"}
Change = Callable[[OrderRecord], None]
Fill = Callable[[OrderRecord, dict[str, Any]], None]


class OrderBook:
    """The records of all orders. `on_change` hears of each change, `on_fill` of each execution.

    It belongs to one loop; only its owner calls it.
    """

    def __init__(
        self,
        client_id: int,
        codes: CodeTable,
        on_change: Change,
        on_fill: Fill,
        now: Callable[[], Moment] = Moment.now,
        find_saved: FindSaved = lambda perm_id, order_ref: None,
    ) -> None:
        self._client_id = client_id
        self._codes = codes
        self._on_change = on_change
        self._on_fill = on_fill
        self._now = now
        self._index = OrderIndex(find_saved)
        self._find_saved = find_saved
        self._early_commissions: dict[str, ib_async.CommissionReport] = {}

    def __iter__(self) -> Iterator[OrderRecord]:
        return iter(self._index)

    def __len__(self) -> int:
        return len(self._index)

    def get(self, client_order_id: str) -> OrderRecord | None:
        return self._index.get(client_order_id)

    def open_records(self) -> list[OrderRecord]:
        return self._index.open_records()

    def highest_order_id(self) -> int:
        """The highest order id that this client id is known to have used."""
        own = (r.order_id or 0 for r in self._index if r.client_id == self._client_id)
        return max(own, default=0)

    def add(self, request: OrderRequest, account: str) -> OrderRecord:
        """A new order of ours; nothing is saved or sent yet."""
        at = self._now()
        asked = request.order.to_payload() | {"account": account}
        record = OrderRecord(
            request.client_order_id,
            request.contract.to_payload(),
            asked,
            account,
            at,
            asked=asked,
            body=request.to_body(),
            fingerprint=request.fingerprint(),
            source=request.source,
            parent=request.parent,
            legs=tuple(leg.client_order_id for leg in request.legs),
            client_id=self._client_id,
            remaining=None if request.quantity is None else float(request.quantity),
        )
        self._index.add(record)
        record.note("request", at, text=request.describe(), source=request.source)
        return record

    def restore(self, record: OrderRecord) -> None:
        """An order that an earlier process has saved."""
        self._index.restore(record)

    def remove(self, record: OrderRecord) -> None:
        """It was never saved and never left: as if it had not been asked."""
        self._index.remove(record, self._client_id)

    def let_go(self) -> list[str]:
        """Forget the oldest finished orders, which the journal has; returns their names."""
        return self._index.let_go()

    def mark_waiting(self, record: OrderRecord) -> None:
        """The order is saved and waits for its turn: everybody may see it."""
        self._changed(record)

    def mark_sending(self, record: OrderRecord, order_id: int) -> None:
        """The order has its id and is about to be written."""
        record.on_sending(self._client_id, order_id, self._now())
        self._index.index(record, 0, (self._client_id, order_id))
        self._changed(record)

    def mark_sent(self, record: OrderRecord) -> None:
        """Its bytes are written to the socket."""
        record.written = self._now()
        record.note("sent", record.written)

    def mark_not_written(self, record: OrderRecord, reason: str) -> None:
        record.on_not_written(reason, self._now())
        self._changed(record)

    def on_never_written(self, order_id: int, reason: str) -> None:
        """It still stood in the socket's own queue when the connection ended."""
        record = self._index.by_order_id((self._client_id, order_id))
        if record is not None:
            self.mark_not_written(record, reason)

    def mark_silent(self, record: OrderRecord, reason: str) -> None:
        if record.on_silence(reason, self._now()):
            self._changed(record)

    def mark_cancel_requested(self, record: OrderRecord) -> None:
        self._index.index_order_id(record, (self._client_id, record.order_id or 0))
        record.on_cancel_requested(self._now())
        self._changed(record)

    def mark_modify_unsent(self, record: OrderRecord, reason: str) -> None:
        record.on_modify_unsent(reason, self._now())
        self._changed(record)

    def on_disconnected(self, reason: str) -> None:
        """Order ids of this connection mean nothing in the next one."""
        self._index.forget_order_ids()
        for record in self.open_records():
            if record.state is not OrderState.INTENT and record.on_disconnected(
                reason, self._now()
            ):
                self._changed(record)

    def mark_absent(self, seen: set[int], asked: Moment, seconds_apart: float) -> None:
        """After a complete snapshot: orders from before it that TWS does not list at all.

        Only ours whose bytes had left when TWS was asked, for it may know nothing of the others,
        and those that it has shown at work, whoever placed them: the list has everybody's.
        """
        for record in self.open_records():
            is_ours = record.client_id == self._client_id and record.order_id
            is_older = (record.written or record.submitted).seconds < asked.seconds
            is_meant = is_older and (is_ours or record.status) and not record.is_leaving
            if not is_meant or id(record) in seen:
                continue
            if record.on_absent(self._now(), seconds_apart):
                self._changed(record)

    def mark_dismissed(self, record: OrderRecord, who: str) -> None:
        """Somebody has looked for an unknown order in TWS, and it is not there."""
        record.on_dismissed(who, self._now())
        self._changed(record)

    def mark_changes_unheard(self, seen: set[int], asked: Moment, reason: str) -> None:
        """After a complete snapshot: changes that had left when TWS was asked, and that it neither
        shows nor refuses. It may have rounded the new value to the old one."""
        for record in self.open_records():
            left = record.change_written
            if left and left.seconds < asked.seconds and id(record) in seen:
                self.mark_change_unheard(record, reason)

    def mark_change_unheard(self, record: OrderRecord, reason: str) -> None:
        if record.on_modify_unheard(reason, self._now()):
            self._changed(record)

    def mark_change_written(self, record: OrderRecord) -> None:
        record.change_written = self._now()

    def mark_modify_requested(self, record: OrderRecord, modification: Modification) -> None:
        self._index.index_order_id(record, (self._client_id, record.order_id or 0))
        record.on_modify_requested(modification, self._now())
        self._changed(record)

    # Messages from TWS.

    def on_open_order(
        self,
        order_id: int,
        contract: ib_async.Contract,
        order: ib_async.Order,
        order_state: ib_async.OrderState,
    ) -> OrderRecord:
        record = self._find(order.orderRef, order.permId, (order.clientId, order_id))
        if record is None:
            record = self._adopt(contract, order)
        record.client_id, record.order_id = order.clientId, order_id
        record.learn_contract(contract_row(contract))
        self._index.index(record, order.permId, (order.clientId, order_id))
        record.on_open_order(
            order_state.status,
            order_row(order),
            self._now(),
            permId=order.permId,
            clientId=order.clientId,
            orderId=order_id,
            warningText=order_state.warningText,
        )
        self._changed(record)
        return record

    def on_order_status(self, order_id: int, status: str, fields: dict[str, Any]) -> None:
        key = (fields["clientId"], order_id)
        if self._index.is_old_news(fields["permId"], status):
            return
        record = self._find("", fields["permId"], key)
        if record is None:
            return  # the openOrder that names the order comes with every snapshot
        self._index.index(record, fields["permId"], key)
        fields = {name: number(value) for name, value in fields.items()}
        record.on_status(status, self._now(), **fields)
        self._changed(record)

    def on_completed_order(
        self,
        contract: ib_async.Contract,
        order: ib_async.Order,
        order_state: ib_async.OrderState,
    ) -> OrderRecord | None:
        """A finished order of today; the message has no orderId and no clientId.

        None: the journal has it as finished already.
        """
        if self._index.is_old_news(order.permId, order_state.status):
            return None
        record = self._find(order.orderRef, order.permId, None)
        if record is None:
            record = self._adopt(contract, order)
            if record.origin == "tws":  # the message has no clientId: it may be anybody's
                record.origin = "elsewhere"
        self._index.index(record, order.permId, None)
        filled = number(order.filledQuantity) or 0
        is_fill = order_state.status == "Filled" and record.state is not OrderState.FILLED
        if record.is_open or record.status is None or is_fill or filled > record.filled:
            record.learn_contract(contract_row(contract))
            row = order_row(order)
            known = record.order["totalQuantity"]  # the message may come without the size
            row["totalQuantity"] = row["totalQuantity"] or known or filled or None
            record.filled = max(record.filled, filled)
            record.on_completed(
                order_state.status,
                row,
                self._now(),
                permId=order.permId,
                warningText="",
                completedStatus=order_state.completedStatus,
            )
            record.remaining = max((record.order["totalQuantity"] or 0) - record.filled, 0)
            self._changed(record)
        return record

    def on_execution(self, contract: ib_async.Contract, execution: ib_async.Execution) -> None:
        if self._index.is_old_fill(execution.execId):
            return
        key = (execution.clientId, execution.orderId)
        record = self._find(execution.orderRef, execution.permId, key)
        if record is None:
            record = self._adopt_from_execution(contract, execution)
        self._index.index(record, execution.permId, None)
        if not record.client_id:  # a completed order does not say whose it was; its fill does
            record.client_id = execution.clientId
            record.origin = self._origin(execution.clientId, execution.orderRef)
        if record.order_id is None and execution.orderId > 0:
            record.order_id = execution.orderId
        self._index.index_execution(record, execution.execId)
        row = execution_row(contract, execution)
        if contract.secType == COMBO:  # else it may be a leg's
            record.learn_contract(row["contract"])
        if not record.on_execution(row, self._now()):
            return
        early = self._early_commissions.pop(execution.execId, None)
        self._changed(record)
        self._on_fill(record, row)
        if early is not None:
            self.on_commission(early)

    def on_commission(self, report: ib_async.CommissionReport) -> None:
        record = self._index.by_execution(report.execId)
        if record is None and self._index.is_old_fill(report.execId):
            return
        if record is None:
            self._early_commissions[report.execId] = report
            return
        row = record.on_commission(report.execId, commission_row(report), self._now())
        if row is not None:
            self._on_change(record)
            self._on_fill(record, row)

    def on_error(self, order_id: int, code: int, text: str) -> OrderRecord | None:
        """A message that names an order of this connection; None when it names none."""
        record = self._index.by_order_id((self._client_id, order_id))
        if record is not None:
            at = self._now()
            record.on_message(self._codes.message(code, text, at.time), at)
            self._changed(record)
        return record

    def _changed(self, record: OrderRecord) -> None:
        self._index.sort_in(record)
        self._on_change(record)

    def _find(
        self, order_ref: str, perm_id: int, key: tuple[int, int] | None
    ) -> OrderRecord | None:
        record = self._index.find(order_ref, perm_id, key)
        twin = None if record else self._index.twin_of(order_ref, perm_id, key[0] if key else 0)
        if twin:
            twin.on_duplicate(f"perm-{perm_id}", self._now())
            self._changed(twin)
        return record

    def _adopt(self, contract: ib_async.Contract, order: ib_async.Order) -> OrderRecord:
        record = OrderRecord(
            self._free_name(order.orderRef, order.permId),
            contract_row(contract),
            order_row(order),
            order.account,
            self._now(),
            origin=self._origin(order.clientId, order.orderRef),
            client_id=order.clientId,
            state=OrderState.UNKNOWN,
            is_adopted=True,
        )
        self._index.add(record)
        return record

    def _adopt_from_execution(
        self, contract: ib_async.Contract, execution: ib_async.Execution
    ) -> OrderRecord:
        order = ib_async.Order(
            action=SIDES.get(execution.side, execution.side),
            account=execution.acctNumber,
            orderRef=execution.orderRef,
            permId=execution.permId,
            clientId=execution.clientId,
        )
        record = self._adopt(contract, order)
        record.order |= {"totalQuantity": None, "orderType": None, "lmtPrice": None}
        return record

    def _free_name(self, order_ref: str, perm_id: int) -> str:
        """Its own orderRef if nobody has that name, else one made of its permId."""
        own = [order_ref] if CLIENT_ORDER_ID.fullmatch(order_ref) else []
        others = (f"perm-{perm_id}-{number}" for number in count(2))
        names = chain(own, [f"perm-{perm_id}"], others)
        return next(name for name in names if not self._is_used(name))

    def _is_used(self, name: str) -> bool:
        """Also by an order that only the journal has: a row that it saved must not be another's."""
        return name in self._index or self._find_saved(0, name) is not None

    def _origin(self, client_id: int, order_ref: str) -> str:
        if client_id == self._client_id or (not client_id and CLIENT_ORDER_ID.fullmatch(order_ref)):
            return "desk"
        return f"client {client_id}" if client_id else "tws"
