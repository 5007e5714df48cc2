"""Sentences with which an order is refused by more than one field's own rule. A table, no more."""

from __future__ import annotations

from trading import contracts, orders, sizing

# Refused by rules between fields, with the sentence of one case each.
BETWEEN_FIELDS = [
    "Order tif OPG does not go with orderType STP; it can be DAY, GTC, GTD, IOC, FOK",
    "Order goodTillDate is required with tif GTD",
    "Order goodTillDate is only for tif GTD",
    "Order goodTillDate must be after goodAfterTime",
    "Order ocaGroup and ocaType go together; give both or neither",
    "Order conditionsIgnoreRth needs conditions",
    "Order algoParams is required with algoStrategy Twap",
    "Order auxPrice or trailingPercent is required",
    "Order trailingPercent and auxPrice exclude each other; give one",
    "Order cashQty and totalQuantity exclude each other; give one",
    orders.CASH_QTY,
    "Contract exchange of a MIDPRICE order must be SMART or IBKRATS",
]
# What an option, a combo, or a contract without a usual exchange, must say beyond its types.
CONTRACT_RULES = {
    "symbol": [contracts.SYMBOL_REQUIRED],
    "lastTradeDateOrContractMonth": ["Option expiry (YYYYMMDD) or localSymbol is required"],
    "strike": ["Option strike must be positive"],
    "right": ["Option right must be C or P"],
    "exchange": ["Contract exchange is required for secType FUT"],
    "comboLegs": [contracts.LEGS_REQUIRED, contracts.ONLY_BAG],
}
# Of a size, with one case each.
OF_SIZE = [
    sizing.SIZE_SENTENCE,
    "size notional must be positive",
    "size closePercent must be above 0 and at most 100",
    "Order totalQuantity and size exclude each other; leave one out",
    "The order cannot be sized: the position is not known",
    "Order action must be SELL to close a position of 100",
    "The size comes to less than 1, the smallest quantity of this contract; ask for more",
]
