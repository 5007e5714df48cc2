"""The fields of an order that openOrder and completedOrder share, as the gateway reports them.

May not encode whole messages. The constants are what a real gateway sends for a plain order in
recorded traffic: the text None, unset numbers, ocaType 3, a delta-neutral block that is always
there.
"""

from collections.abc import Callable

from paper_gateway.order_types import Trigger
from paper_gateway.orders import Order
from paper_gateway.wire import UNSET_FLOAT_TEXT, UNSET_INT, number


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


UNSET = UNSET_FLOAT_TEXT
UNSET_LONG = "9223372036854775807"
NO_LEGS = ["0", "0", "0"]
_NEUTRAL_BLOCK = ["0", "", "", "", "?", "0", "0", ""]
NO_PEG_TAIL = ["", "", "", "", ""]

OPEN_PLAIN = _names(
    "modelCode goodTillDate rule80A percentOffset settlingFirm shortSaleSlot designatedLocation "
    "exemptCode auctionStrategy startingPrice stockRefPrice delta stockRangeLower stockRangeUpper "
    "displaySize blockOrder sweepToFill allOrNone minQty ocaType eTradeOnly firmQuoteOnly "
    "nbboPriceCap parentId triggerMethod volatility volatilityType"
)
COMPLETED_PLAIN = _names(
    "modelCode goodTillDate rule80A percentOffset settlingFirm shortSaleSlot designatedLocation "
    "exemptCode startingPrice stockRefPrice delta stockRangeLower stockRangeUpper displaySize "
    "sweepToFill allOrNone minQty ocaType triggerMethod volatility volatilityType"
)
AFTER_NEUTRAL = _names("continuousUpdate referencePriceType trailStopPrice trailingPercent")
SCALE = _names("scaleInitLevelSize scaleSubsLevelSize scalePriceIncrement")
ADJUSTED = _names("lmtPriceOffset adjustedStopPrice adjustedStopLimitPrice adjustedTrailingAmount")

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
    "triggerPrice": UNSET,
    "lmtPriceOffset": UNSET,
    "adjustedStopPrice": UNSET,
    "adjustedStopLimitPrice": UNSET,
    "adjustedTrailingAmount": UNSET,
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


def second_trail(order: Order, get: Get) -> str:
    """trailStopPrice's second place, which clients keep. Recorded traffic has the stop price of a
    stop order there, and for a limit order one more than the limit."""
    ticket = order.ticket
    if get("trailStopPrice"):
        return get("trailStopPrice")
    if order.order_type.trigger is Trigger.STOP:
        return _price(ticket.aux_price)
    return UNSET if ticket.limit_price is None else number(ticket.limit_price + 1)


def getter(order: Order) -> Get:
    """Reads a field of the ticket as the gateway reports it."""
    fields = order.ticket.fields
    if order.stop_price is not None:
        fields = {**fields, "trailStopPrice": number(order.stop_price)}

    def get(name: str) -> str:
        value = fields.get(name, "")
        if not value or value in _NEUTRAL_VALUES.get(name, _NO_VALUES):
            return _DEFAULTS.get(name, "")
        return value

    return get


def contract(order: Order) -> list[str]:
    d = order.definition
    return [
        str(d.con_id), d.symbol, d.sec_type, d.last_trade_date, number(d.strike), d.right or "?",
        d.multiplier, order.exchange, d.currency, d.local_symbol, d.trading_class,
    ]  # fmt: skip


def terms(order: Order, get: Get) -> list[str]:
    ticket = order.ticket
    return [
        ticket.action,
        number(ticket.quantity),
        ticket.order_type,
        _price(order.shown_limit),
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


def allocation(get: Get, version: int) -> list[str]:
    names = ["faGroup", "faMethod", "faPercentage"]
    return [get(name) for name in (names if version >= 177 else [*names, "faProfile"])]


def neutral(order: Order, short: bool) -> list[str]:
    """deltaNeutralOrderType and what follows; TWS writes the text None for orders without one."""
    kind = order.ticket.fields.get("deltaNeutralOrderType", "") or "None"
    block = order.ticket.blocks.get("B") or _NEUTRAL_BLOCK
    price = order.ticket.fields.get("deltaNeutralAuxPrice", "")
    return [kind, price, *([block[0], *block[5:8]] if short else block)]


def block(order: Order, letter: str) -> list[str]:
    return order.ticket.blocks.get(letter) or []


def optional(order: Order, get: Get, name: str, letter: str) -> list[str]:
    return [get(name), *block(order, letter)]


def flagged(order: Order, letter: str) -> list[str]:
    found = block(order, letter)
    return ["1", *found] if found else ["0"]
