"""Encoders of the replies about orders: orderStatus, openOrder, execDetails, completedOrder.

May not decide what to send. The constants are what a real gateway sends for a plain order in
recorded traffic: the text None, unset numbers, ocaType 3, a delta-neutral block that is always
there. Server version 176 has one field more than 178 in openOrder and completedOrder (faProfile)
and one less in execDetails (pendingPriceRevision).
"""

from collections.abc import Callable

from paper_gateway.contracts import ContractDefinition
from paper_gateway.orders import Execution, Order, Preview
from paper_gateway.replies import contract_fields
from paper_gateway.times import ib_time
from paper_gateway.wire import (
    UNSET_FLOAT_TEXT,
    UNSET_INT,
    escape,
    frame,
    frame_text,
    number,
    optional_number,
)


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_UNSET = UNSET_FLOAT_TEXT
_UNSET_LONG = "9223372036854775807"
_NO_LEGS = ["0", "0", "0"]
_NEUTRAL_BLOCK = ["0", "", "", "", "?", "0", "0", ""]
_NO_PEG_TAIL = ["", "", "", "", ""]

_OPEN_PLAIN = _names(
    "modelCode goodTillDate rule80A percentOffset settlingFirm shortSaleSlot designatedLocation "
    "exemptCode auctionStrategy startingPrice stockRefPrice delta stockRangeLower stockRangeUpper "
    "displaySize blockOrder sweepToFill allOrNone minQty ocaType eTradeOnly firmQuoteOnly "
    "nbboPriceCap parentId triggerMethod volatility volatilityType"
)
_COMPLETED_PLAIN = _names(
    "modelCode goodTillDate rule80A percentOffset settlingFirm shortSaleSlot designatedLocation "
    "exemptCode startingPrice stockRefPrice delta stockRangeLower stockRangeUpper displaySize "
    "sweepToFill allOrNone minQty ocaType triggerMethod volatility volatilityType"
)
_AFTER_NEUTRAL = _names("continuousUpdate referencePriceType trailStopPrice trailingPercent")
_SCALE = _names("scaleInitLevelSize scaleSubsLevelSize scalePriceIncrement")
_ADJUSTED = _names("lmtPriceOffset adjustedStopPrice adjustedStopLimitPrice adjustedTrailingAmount")

# What the gateway reports for a field that the client left empty, or at IB's neutral value.
_DEFAULTS = {
    "openClose": "",
    "origin": "0",
    "outsideRth": "0",
    "hidden": "0",
    "discretionaryAmt": "0",
    "shortSaleSlot": "0",
    "exemptCode": "-1",
    "auctionStrategy": "0",
    "displaySize": str(UNSET_INT),
    "blockOrder": "0",
    "sweepToFill": "0",
    "allOrNone": "0",
    "ocaType": "3",
    "eTradeOnly": "0",
    "firmQuoteOnly": "0",
    "parentId": "0",
    "triggerMethod": "0",
    "volatilityType": "0",
    "continuousUpdate": "0",
    "scaleInitLevelSize": str(UNSET_INT),
    "scaleSubsLevelSize": str(UNSET_INT),
    "optOutSmartRouting": "0",
    "clearingIntent": "IB",
    "notHeld": "0",
    "solicited": "0",
    "randomizeSize": "0",
    "randomizePrice": "0",
    "conditionsCount": "0",
    "adjustedOrderType": "None",
    "triggerPrice": _UNSET,
    "lmtPriceOffset": _UNSET,
    "adjustedStopPrice": _UNSET,
    "adjustedStopLimitPrice": _UNSET,
    "adjustedTrailingAmount": _UNSET,
    "adjustableTrailingUnit": "0",
    "cashQty": "0",
    "dontUseAutoPriceForHedge": "1",
    "isOmsContainer": "0",
    "discretionaryUpToLimitPrice": "0",
    "usePriceMgmtAlgo": "0",
    "autoCancelParent": "0",
}
_NEUTRAL_VALUES = {"ocaType": {"0"}, "dontUseAutoPriceForHedge": {"0"}, "displaySize": {"0"}}
_NO_VALUES: frozenset[str] = frozenset()

Get = Callable[[str], str]


def order_status(order: Order) -> bytes:
    ticket = order.ticket
    return frame_text(
        f"3\0{ticket.order_id}\0{order.status.value}\0{number(order.filled)}\0"
        f"{number(order.remaining)}\0{number(order.average_price)}\0{order.perm_id}\0"
        f"{ticket.parent_id}\0{number(order.last_price)}\0{order.client_id}\0{order.why_held}\x000\0"
    )


def open_order(order: Order, version: int) -> bytes:
    """An order as it stands. Commission is told once the order is filled."""
    parts = order.encoded.get(version)
    if parts is None:
        parts = order.encoded[version] = _open_order_parts(order, version, order.client_id, "0")
    fee = "\0\0\0\0"
    if order.commission and order.is_done:
        fee = f"{number(order.commission)}\0\0\0{order.definition.currency}\0"
    margins = (_UNSET + "\0") * 9
    return frame_text(f"{parts[0]}{order.status.value}\0{margins}{fee}\0{parts[1]}")


def what_if(order: Order, preview: Preview | None, warning: str, version: int) -> bytes:
    """The answer to a what-if order; without a preview all margins stay unset."""
    head, tail = _open_order_parts(order, version, 0, "1")
    margins, fee = (_UNSET + "\0") * 9, "\0\0\0\0"
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
    return frame_text(
        f"11\0{req_id}\0{e.order_id}\0{contract_fields(definition, e.exchange)}{e.exec_id}\0"
        f"{ib_time(e.time)}\0{e.account}\0{e.exchange}\0{e.side}\0{number(e.shares)}\0"
        f"{number(e.price)}\0{e.perm_id}\0{e.client_id}\x000\0{number(e.cumulative)}\0"
        f"{number(e.average_price)}\0{e.order_ref}\0\0\0\x002\0{revision}"
    )


def commission_of(execution: Execution) -> bytes:
    """The commission report; realized P&L is unset for a trade that only opened."""
    e = execution
    return frame_text(
        f"59\x001\0{e.exec_id}\0{number(e.commission)}\0{e.currency}\0"
        f"{optional_number(e.realized_pnl)}\0{_UNSET}\0\0"
    )


def open_order_end() -> bytes:
    return frame(53, 1)


def execution_details_end(req_id: int) -> bytes:
    return frame(55, 1, req_id)


def completed_orders_end() -> bytes:
    return frame(102)


def completed_order(order: Order, version: int) -> bytes:
    """A done order of the day; this message has neither orderId nor clientId."""
    get = _getter(order)
    done_at = order.created_at if order.completed_at is None else order.completed_at
    fields = [
        "101",
        *_contract(order),
        *_terms(order, get),
        str(order.perm_id),
        *map(get, ("outsideRth", "hidden", "discretionaryAmt", "goodAfterTime")),
        *_allocation(get, version),
        *map(get, _COMPLETED_PLAIN),
        *_neutral(order, short=True),
        *map(get, _AFTER_NEUTRAL),
        "",
        *(order.ticket.blocks.get("A") or _NO_LEGS),
        *map(get, _SCALE),
        *_block(order, "C"),
        *_optional(order, get, "hedgeType", "D"),
        *map(get, ("clearingAccount", "clearingIntent", "notHeld")),
        *_flagged(order, "E"),
        *_optional(order, get, "algoStrategy", "F"),
        get("solicited"),
        order.status.value,
        *map(get, ("randomizeSize", "randomizePrice")),
        *_block(order, "G"),
        *_optional(order, get, "conditionsCount", "H"),
        _UNSET,
        *map(get, ("lmtPriceOffset", "cashQty", "dontUseAutoPriceForHedge", "isOmsContainer")),
        "",
        number(order.filled),
        "0",
        get("autoCancelParent"),
        *("", "0", "0", _UNSET_LONG),
        ib_time(done_at),
        order.completed_text,
        *(order.ticket.blocks.get("I") or _NO_PEG_TAIL),
    ]
    return frame_text("\0".join(fields) + "\0")


def _open_order_parts(
    order: Order, version: int, client_id: int, what_if_flag: str
) -> tuple[str, str]:
    """The fields before the status and behind the warning: they change with the ticket only."""
    get = _getter(order)
    head = [
        "5",
        str(order.order_id),
        *_contract(order),
        *_terms(order, get),
        str(client_id),
        str(order.perm_id),
        *map(get, ("outsideRth", "hidden", "discretionaryAmt", "goodAfterTime")),
        f"{order.perm_id}.0/{order.account}/{number(order.quantity)}",
        *_allocation(get, version),
        *map(get, _OPEN_PLAIN),
        *_neutral(order, short=False),
        *map(get, _AFTER_NEUTRAL),
        *("", "", ""),
        *(order.ticket.blocks.get("A") or _NO_LEGS),
        *map(get, _SCALE),
        *_block(order, "C"),
        *_optional(order, get, "hedgeType", "D"),
        *map(get, ("optOutSmartRouting", "clearingAccount", "clearingIntent", "notHeld")),
        *_flagged(order, "E"),
        *_optional(order, get, "algoStrategy", "F"),
        get("solicited"),
        what_if_flag,
    ]
    return "\0".join(head) + "\0", "\0".join(_open_order_tail(order, get)) + "\0"


def _open_order_tail(order: Order, get: Get) -> list[str]:
    limit = order.ticket.limit_price
    trail = get("trailStopPrice") or (_UNSET if limit is None else number(limit + 1))
    return [
        *map(get, ("randomizeSize", "randomizePrice")),
        *_block(order, "G"),
        *_optional(order, get, "conditionsCount", "H"),
        *map(get, ("adjustedOrderType", "triggerPrice")),
        trail,
        *map(get, _ADJUSTED),
        get("adjustableTrailingUnit"),
        *map(get, ("softDollarName", "softDollarValue")),
        "",
        *map(get, ("cashQty", "dontUseAutoPriceForHedge", "isOmsContainer")),
        *map(get, ("discretionaryUpToLimitPrice", "usePriceMgmtAlgo", "duration", "postToAts")),
        get("autoCancelParent"),
        *(order.ticket.blocks.get("I") or _NO_PEG_TAIL),
    ]


def _getter(order: Order) -> Get:
    """Reads a field of the ticket as the gateway reports it."""
    fields = order.ticket.fields

    def get(name: str) -> str:
        value = fields.get(name, "")
        if not value or value in _NEUTRAL_VALUES.get(name, _NO_VALUES):
            return _DEFAULTS.get(name, "")
        return value

    return get


def _contract(order: Order) -> list[str]:
    d = order.definition
    return [
        str(d.con_id), d.symbol, d.sec_type, d.last_trade_date, number(d.strike), d.right or "?",
        d.multiplier, order.exchange, d.currency, d.local_symbol, d.trading_class,
    ]  # fmt: skip


def _terms(order: Order, get: Get) -> list[str]:
    ticket = order.ticket
    return [
        ticket.action,
        number(ticket.quantity),
        ticket.order_type,
        _price(ticket.limit_price),
        _price(ticket.aux_price),
        order.tif,
        get("ocaGroup"),
        order.account,
        get("openClose"),
        get("origin"),
        ticket.order_ref,
    ]


def _price(price: float | None) -> str:
    return "0.0" if price is None else number(price)


def _allocation(get: Get, version: int) -> list[str]:
    names = ["faGroup", "faMethod", "faPercentage"]
    return [get(name) for name in (names if version >= 177 else [*names, "faProfile"])]


def _neutral(order: Order, short: bool) -> list[str]:
    """deltaNeutralOrderType and what follows; TWS writes the text None for orders without one."""
    kind = order.ticket.fields.get("deltaNeutralOrderType", "") or "None"
    block = order.ticket.blocks.get("B") or _NEUTRAL_BLOCK
    price = order.ticket.fields.get("deltaNeutralAuxPrice", "")
    return [kind, price, *([block[0], *block[5:8]] if short else block)]


def _block(order: Order, letter: str) -> list[str]:
    return order.ticket.blocks.get(letter) or []


def _optional(order: Order, get: Get, name: str, letter: str) -> list[str]:
    return [get(name), *_block(order, letter)]


def _flagged(order: Order, letter: str) -> list[str]:
    block = _block(order, letter)
    return ["1", *block] if block else ["0"]
