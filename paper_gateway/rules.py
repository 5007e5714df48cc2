"""What makes an order unacceptable at the door, with IB's error codes and texts.

May not know the book or the account's money: margin is checked by the exchange.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from paper_gateway.algos import ALGOS
from paper_gateway.contracts import Ambiguous, ContractDefinition, on_tick
from paper_gateway.order_types import ORDER_TYPES, TIFS, Need, Trigger
from paper_gateway.tickets import OrderTicket

NO_DEFINITION = "No security definition has been found for the request"
ACTIONS = frozenset({"BUY", "SELL", "SSHORT"})
MAX_PRICE = 1e9
# What is not modelled: in words, the field that asks for it, and that field's neutral values.
_ZERO = frozenset({"", "0", "0.0"})
_NONE = frozenset({"", "None"})
_EMPTY = frozenset({""})
_UNMODELLED = (
    ("an adjusted order type", "adjustedOrderType", _NONE),
    ("a hedge", "hedgeType", _EMPTY),
    ("a delta-neutral order", "deltaNeutralOrderType", _NONE),
    ("a delta-neutral contract", "dncFlag", _ZERO),
    ("a scale order", "scalePriceIncrement", _ZERO),
    ("a discretionary amount", "discretionaryAmt", _ZERO),
    ("a minimum quantity", "minQty", _ZERO),
    ("an allocation group", "faGroup", _EMPTY),
    ("a cancel of the parent with its child", "autoCancelParent", _ZERO),
)
_AUX_NAMES = {
    Trigger.NONE: "offset",
    Trigger.STOP: "stop",
    Trigger.TOUCH: "trigger",
    Trigger.TRAIL: "trailing",
}
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


BAD_TICK = Refusal(
    110, "The price does not conform to the minimum price variation for this contract."
)
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
    ticket: OrderTicket, definition: ContractDefinition, accounts: Sequence[str]
) -> Refusal | None:
    """The first rule that the ticket breaks, or None. ``accounts`` are those that can trade."""
    for rule in _RULES:
        refusal = rule(ticket, definition)
        if refusal is not None:
            return refusal
    return _refuse_account(ticket, accounts)


def _refuse_account(ticket: OrderTicket, accounts: Sequence[str]) -> Refusal | None:
    """One account is meant without being named; of several, the order names one (or a group).

    The sentences are those of real logs; IB's list of codes has 435 for a missing account.
    """
    if ticket.account in accounts:
        return None
    if ticket.account:
        return invalid("Invalid account code")
    names_group = bool(ticket.fields.get("faGroup"))
    return None if len(accounts) == 1 or names_group else invalid("You must specify an account.")


def reject_unmodelled(ticket: OrderTicket) -> Refusal | None:
    """201 for instructions that would change how the order works: they are never ignored."""
    fields = ticket.fields
    asked = [words for words, name, neutral in _UNMODELLED if fields.get(name, "") not in neutral]
    if ticket.tif not in TIFS:
        asked.append(f"the time-in-force {ticket.tif}")
    if ticket.instructions.algo and ticket.instructions.algo not in ALGOS:
        asked.append(f"the algorithm {ticket.instructions.algo}")
    if any(ticket.blocks.get("I", ())[3:]):
        asked.append("offsets from the midpoint")
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
    if ticket.instructions.cash_quantity and not ticket.quantity:
        return None
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


def _order_type(ticket: OrderTicket, definition: ContractDefinition) -> Refusal | None:
    kind = ORDER_TYPES.get(ticket.order_type)
    if kind is not None and kind.code in order_codes(definition.order_types):
        return None
    return Refusal(
        387,
        f"Unsupported order type for this exchange and security type: {ticket.order_type}. "
        f"The paper gateway fills {', '.join(ORDER_TYPES)}, where the contract has them.",
    )


def _limit_price(ticket: OrderTicket, definition: ContractDefinition) -> Refusal | None:
    need = ORDER_TYPES[ticket.order_type].limit
    return _refuse_price(ticket.limit_price, need, definition, "limit")


def _aux_price(ticket: OrderTicket, definition: ContractDefinition) -> Refusal | None:
    kind = ORDER_TYPES[ticket.order_type]
    return _refuse_price(ticket.aux_price, kind.aux, definition, _AUX_NAMES[kind.trigger])


def _refuse_price(
    price: float | None, need: Need, definition: ContractDefinition, name: str
) -> Refusal | None:
    """Clients write 0 for a price that they do not set."""
    if need is Need.NEVER or (need is Need.MAY and not price):
        return None
    if price is None or abs(price) >= MAX_PRICE or not (price > 0 or definition.legs):
        return invalid(f"Invalid {name} price")
    return None if on_tick(definition, price) else BAD_TICK


@lru_cache(maxsize=64)
def order_codes(order_types: str) -> frozenset[str]:
    """The words of contractDetails' list of order types."""
    return frozenset(order_types.split(","))


Rule = Callable[[OrderTicket, ContractDefinition], Refusal | None]
_RULES: tuple[Rule, ...] = (
    _order_id,
    _action,
    _size,
    _whole_shares,
    _order_type,
    _limit_price,
    _aux_price,
)
