"""Encoders of the replies about orders: orderStatus, openOrder, execDetails, completedOrder.

May not decide what to send. Server version 176 has one field more than 178 in openOrder and
completedOrder (faProfile) and one less in execDetails (pendingPriceRevision).
"""

from paper_gateway.contracts import ContractDefinition
from paper_gateway.order_fields import (
    ADJUSTED,
    AFTER_NEUTRAL,
    COMPLETED_PLAIN,
    NO_LEGS,
    NO_PEG_TAIL,
    OPEN_PLAIN,
    SCALE,
    UNSET,
    UNSET_LONG,
    Get,
    allocation,
    block,
    contract,
    flagged,
    getter,
    neutral,
    optional,
    second_trail,
    terms,
)
from paper_gateway.orders import NO_ORDER_ID, Execution, Order, Preview
from paper_gateway.replies import contract_fields
from paper_gateway.times import ib_time
from paper_gateway.wire import escape, frame, frame_text, number, optional_number


def order_status(order: Order) -> bytes:
    ticket = order.ticket
    return frame_text(
        f"3\0{ticket.order_id}\0{order.status.value}\0{number(order.filled)}\0"
        f"{number(order.remaining)}\0{number(order.average_price)}\0{order.perm_id}\0"
        f"{ticket.parent_id}\0{number(order.last_price)}\0{order.client_id}\0{order.held_words}\x000\0"
    )


def open_order(order: Order, version: int) -> bytes:
    """An order as it stands. Commission is told once the order is filled."""
    parts = order.encoded.get(version)
    if parts is None:
        parts = order.encoded[version] = _open_order_parts(order, version, order.client_id, "0")
    fee = "\0\0\0\0"
    if order.commission and order.is_done:
        fee = f"{number(order.commission)}\0\0\0{order.definition.currency}\0"
    margins = (UNSET + "\0") * 9
    return frame_text(f"{parts[0]}{order.status.value}\0{margins}{fee}\0{parts[1]}")


def what_if(order: Order, preview: Preview | None, warning: str, version: int) -> bytes:
    """The answer to a what-if order; without a preview all margins stay unset."""
    head, tail = _open_order_parts(order, version, 0, "1")
    margins, fee = (UNSET + "\0") * 9, "\0\0\0\0"
    if preview is not None:
        change = [
            after - before for before, after in zip(preview.before, preview.after, strict=True)
        ]
        numbers = (*preview.before, *change, *preview.after)
        margins = "".join(f"{value:.2f}\0" for value in numbers)
        cost = number(preview.commission)
        fee = f"\0{cost}\0{cost}\0{preview.currency}\0"
    return frame_text(f"{head}PreSubmitted\0{margins}{fee}{escape(warning)}\0{tail}")


def execution_details(
    req_id: int, execution: Execution, definition: ContractDefinition, version: int
) -> bytes:
    """``req_id`` is -1 for a fill that is told as it happens."""
    e = execution
    revision = "0\0" if version >= 178 else ""
    liquidation = int(e.order_id == NO_ORDER_ID)
    return frame_text(
        f"11\0{req_id}\0{e.order_id}\0{contract_fields(definition, e.exchange)}{e.exec_id}\0"
        f"{ib_time(e.time)}\0{e.account}\0{e.exchange}\0{e.side}\0{number(e.shares)}\0"
        f"{number(e.price)}\0{e.perm_id}\0{e.client_id}\0{liquidation}\0{number(e.cumulative)}\0"
        f"{number(e.average_price)}\0{e.order_ref}\0\0\0\x002\0{revision}"
    )


def order_bound(order: Order) -> bytes:
    """An order that was made in TWS itself has got an order id of a client."""
    return frame(100, order.perm_id, order.client_id, order.order_id)


def commission_of(execution: Execution) -> bytes:
    """The commission report; realized P&L is unset for a trade that only opened."""
    e = execution
    return frame_text(
        f"59\x001\0{e.exec_id}\0{number(e.commission)}\0{e.currency}\0"
        f"{optional_number(e.realized_pnl)}\0{UNSET}\0\0"
    )


def open_order_end() -> bytes:
    return frame(53, 1)


def execution_details_end(req_id: int) -> bytes:
    return frame(55, 1, req_id)


def completed_orders_end() -> bytes:
    return frame(102)


def completed_order(order: Order, version: int) -> bytes:
    """A done order of the day; this message has neither orderId nor clientId."""
    get = getter(order)
    done_at = order.created_at if order.completed_at is None else order.completed_at
    fields = [
        "101",
        *contract(order),
        *terms(order, get),
        str(order.perm_id),
        *map(get, ("outsideRth", "hidden", "discretionaryAmt", "goodAfterTime")),
        *allocation(get, version),
        *map(get, COMPLETED_PLAIN),
        *neutral(order, short=True),
        *map(get, AFTER_NEUTRAL),
        "",
        *(order.ticket.blocks.get("A") or NO_LEGS),
        *map(get, SCALE),
        *block(order, "C"),
        *optional(order, get, "hedgeType", "D"),
        *map(get, ("clearingAccount", "clearingIntent", "notHeld")),
        *flagged(order, "E"),
        *optional(order, get, "algoStrategy", "F"),
        get("solicited"),
        order.status.value,
        *map(get, ("randomizeSize", "randomizePrice")),
        *block(order, "G"),
        *optional(order, get, "conditionsCount", "H"),
        get("trailStopPrice") or UNSET,
        *map(get, ("lmtPriceOffset", "cashQty", "dontUseAutoPriceForHedge", "isOmsContainer")),
        "",
        number(order.filled),
        "0",
        get("autoCancelParent"),
        *("", "0", "0", UNSET_LONG),
        ib_time(done_at),
        order.completed_text,
        *(order.ticket.blocks.get("I") or NO_PEG_TAIL),
    ]
    return frame_text("\0".join(fields) + "\0")


def _open_order_parts(
    order: Order, version: int, client_id: int, what_if_flag: str
) -> tuple[str, str]:
    """The fields before the status and behind the warning: they change with the ticket only."""
    get = getter(order)
    head = [
        "5",
        str(order.order_id),
        *contract(order),
        *terms(order, get),
        str(client_id),
        str(order.perm_id),
        *map(get, ("outsideRth", "hidden", "discretionaryAmt", "goodAfterTime")),
        f"{order.perm_id}.0/{order.account}/{number(order.quantity)}",
        *allocation(get, version),
        *map(get, OPEN_PLAIN),
        *neutral(order, short=False),
        *map(get, AFTER_NEUTRAL),
        *("", "", ""),
        *(order.ticket.blocks.get("A") or NO_LEGS),
        *map(get, SCALE),
        *block(order, "C"),
        *optional(order, get, "hedgeType", "D"),
        *map(get, ("optOutSmartRouting", "clearingAccount", "clearingIntent", "notHeld")),
        *flagged(order, "E"),
        *optional(order, get, "algoStrategy", "F"),
        get("solicited"),
        what_if_flag,
    ]
    return "\0".join(head) + "\0", "\0".join(_open_order_tail(order, get)) + "\0"


def _open_order_tail(order: Order, get: Get) -> list[str]:
    return [
        *map(get, ("randomizeSize", "randomizePrice")),
        *block(order, "G"),
        *optional(order, get, "conditionsCount", "H"),
        *map(get, ("adjustedOrderType", "triggerPrice")),
        second_trail(order, get),
        *map(get, ADJUSTED),
        get("adjustableTrailingUnit"),
        *map(get, ("softDollarName", "softDollarValue")),
        "",
        *map(get, ("cashQty", "dontUseAutoPriceForHedge", "isOmsContainer")),
        *map(get, ("discretionaryUpToLimitPrice", "usePriceMgmtAlgo", "duration", "postToAts")),
        get("autoCancelParent"),
        *(order.ticket.blocks.get("I") or NO_PEG_TAIL),
    ]
