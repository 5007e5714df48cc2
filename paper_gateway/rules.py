"""What makes an order unacceptable at the door, with IB's error codes and texts.

May not know the book or the account's money: margin is checked by the exchange.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from paper_gateway.contracts import Ambiguous, ContractDefinition, on_tick
from paper_gateway.tickets import OrderTicket

NO_DEFINITION = "No security definition has been found for the request"
LIMIT_TYPES = frozenset({"LMT", "STP LMT"})
STOP_TYPES = frozenset({"STP", "STP LMT"})
ORDER_TYPES = frozenset({"MKT"}) | LIMIT_TYPES | STOP_TYPES
TIFS = frozenset({"", "DAY", "GTC", "IOC"})
ACTIONS = frozenset({"BUY", "SELL", "SSHORT"})
# Sizes are written with at most this fraction of a step as binary noise.
_NOISE = 1e-6


@dataclass(frozen=True, slots=True)
class Refusal:
    """IB's error code and sentence."""

    code: int
    text: str


def invalid(cause: str) -> Refusal:
    """321 with a cause; the two letters vary with the build of a real gateway."""
    return Refusal(321, f"Error validating request.-'bN' : cause - {cause}")


def rejected(reason: str) -> Refusal:
    return Refusal(201, f"Order rejected - reason:{reason}")


READ_ONLY = invalid("The API interface is currently in Read-Only mode.")


def refuse_contract(
    ticket: OrderTicket, found: ContractDefinition | Ambiguous | None
) -> Refusal | None:
    """200 when the ticket's contract is unknown or ambiguous, 321 when it names no exchange."""
    if not ticket.contract.exchange:
        return invalid("Missing order exchange")
    if found is None:
        return Refusal(200, NO_DEFINITION)
    if isinstance(found, Ambiguous):
        name = ticket.contract.symbol or ticket.contract.local_symbol
        return Refusal(200, f"The contract description specified for {name} is ambiguous.")
    return None


def refuse_terms(
    ticket: OrderTicket, definition: ContractDefinition, account: str
) -> Refusal | None:
    """The first rule that the ticket breaks, or None."""
    for rule in _RULES:
        refusal = rule(ticket, definition)
        if refusal is not None:
            return refusal
    if ticket.account not in {"", account}:
        return invalid("Invalid account code")
    return None


def reject_unmodelled(ticket: OrderTicket) -> Refusal | None:
    """201 for instructions that would change how the order works: they are never ignored."""
    fields = ticket.fields
    asked = [
        name
        for name, is_asked in (
            (f"the time-in-force {ticket.tif}", ticket.tif not in TIFS),
            ("an adjusted order type", fields.get("adjustedOrderType", "") not in {"", "None"}),
            ("a parent order", ticket.parent_id != 0),
            ("a one-cancels-all group", bool(fields.get("ocaGroup"))),
            ("conditions", bool(ticket.blocks.get("H"))),
            ("an algorithm", bool(fields.get("algoStrategy"))),
            ("a hedge", bool(fields.get("hedgeType"))),
            ("a cash quantity", fields.get("cashQty", "") not in {"", "0", "0.0"}),
            ("a start time", bool(fields.get("goodAfterTime"))),
            ("an end time", bool(fields.get("goodTillDate"))),
        )
        if is_asked
    ]
    if not asked:
        return None
    return rejected(f"The paper gateway does not model {' and '.join(asked)}.")


def _order_id(ticket: OrderTicket, _definition: ContractDefinition) -> Refusal | None:
    if ticket.order_id <= 0:
        return Refusal(10149, f"Invalid order id: {ticket.order_id}")
    return None


def _action(ticket: OrderTicket, _definition: ContractDefinition) -> Refusal | None:
    return None if ticket.action in ACTIONS else invalid("Invalid order side")


def _size(ticket: OrderTicket, definition: ContractDefinition) -> Refusal | None:
    if not ticket.quantity > 0:
        return Refusal(434, "The order size cannot be zero.")
    if not math.isfinite(ticket.quantity) or ticket.quantity > 1e12:
        return invalid("Invalid order size")
    steps = ticket.quantity / float(definition.size_increment)
    if abs(steps - round(steps)) > _NOISE * max(1.0, steps):
        return Refusal(10318, "This order doesn't support fractional quantity trading.")
    return None


def _whole_shares(ticket: OrderTicket, definition: ContractDefinition) -> Refusal | None:
    if definition.sec_type == "STK" and ticket.quantity != int(ticket.quantity):
        return Refusal(10243, "Fractional-sized order cannot be placed via API.")
    return None


def _order_type(ticket: OrderTicket, _definition: ContractDefinition) -> Refusal | None:
    if ticket.order_type in ORDER_TYPES:
        return None
    return Refusal(
        387,
        f"Unsupported order type for this exchange and security type: {ticket.order_type}. "
        "The paper gateway fills MKT, LMT, STP and STP LMT.",
    )


def _limit_price(ticket: OrderTicket, definition: ContractDefinition) -> Refusal | None:
    if ticket.order_type not in LIMIT_TYPES:
        return None
    return _refuse_price(ticket.limit_price, definition, "limit")


def _stop_price(ticket: OrderTicket, definition: ContractDefinition) -> Refusal | None:
    if ticket.order_type not in STOP_TYPES:
        return None
    return _refuse_price(ticket.aux_price, definition, "stop")


def _refuse_price(price: float | None, definition: ContractDefinition, name: str) -> Refusal | None:
    if price is None or not 0 < price < 1e9:
        return invalid(f"Invalid {name} price")
    if not on_tick(definition, price):
        return Refusal(
            110, "The price does not conform to the minimum price variation for this contract."
        )
    return None


Rule = Callable[[OrderTicket, ContractDefinition], Refusal | None]
_RULES: tuple[Rule, ...] = (
    _order_id,
    _action,
    _size,
    _whole_shares,
    _order_type,
    _limit_price,
    _stop_price,
)
