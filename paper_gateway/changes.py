"""What may be changed about a working order, and what the change does to it.

May not report anything.
"""

from paper_gateway.contracts import ContractDefinition
from paper_gateway.order_types import Trigger
from paper_gateway.orders import Order, Status
from paper_gateway.rules import Refusal, rejected
from paper_gateway.tickets import OrderTicket

DUPLICATE_ID = Refusal(103, "Duplicate order id")


def refuse_change(
    order: Order, ticket: OrderTicket, definition: ContractDefinition
) -> Refusal | None:
    """Why the new ticket cannot take the place of the order's, or None."""
    if order.status is Status.FILLED:
        return Refusal(104, "Cannot modify a filled order.")
    if order.is_done:
        return DUPLICATE_ID
    if ticket.order_type != order.ticket.order_type:
        return Refusal(329, "Order modify failed. Cannot change to the new order type.")
    if ticket.action != order.ticket.action or definition is not order.definition:
        return Refusal(105, "Order being modified does not match original order.")
    if ticket.account not in {"", order.account}:
        return Refusal(105, "Order being modified does not match original order.")
    if ticket.instructions.algo != order.ticket.instructions.algo:
        return Refusal(440, "Order modify failed. Algorithm cannot be modified.")
    if ticket.quantity <= order.filled and not ticket.instructions.cash_quantity:
        return rejected("The new order size is not above the quantity that is already filled.")
    return None


def apply_change(order: Order, ticket: OrderTicket, now: float) -> None:
    """The order works on with the new ticket. A trailing stop stays where it is, unless its own
    terms are new; a limit that the market has made yields to one that the client sets."""
    old = order.ticket
    order.ticket, order.ticket_at = ticket, now
    order.tif = ticket.tif or order.tif
    if order.waits_for_parent:
        order.family_id = ticket.parent_id
    if order.order_type.trigger is Trigger.TRAIL and _trail_terms(old) != _trail_terms(ticket):
        order.stop_price = order.working_limit = None
    elif ticket.limit_price and ticket.limit_price not in {old.limit_price, order.working_limit}:
        order.working_limit = ticket.limit_price
    order.encoded.clear()


def _trail_terms(ticket: OrderTicket) -> tuple[float | None, ...]:
    instructions = ticket.instructions
    return ticket.aux_price, instructions.trailing_percent, instructions.limit_offset
