"""The notices that come with an order that is accepted: they say something, and it goes on.

May not refuse or change anything.
"""

from paper_gateway.drills import Drills
from paper_gateway.orders import Order
from paper_gateway.rules import Refusal

TIF_NOTICE = Refusal(10349, "Order TIF was set to DAY based on order preset.")
OUTSIDE_RTH_NOTICE = Refusal(
    2109,
    "Order Event Warning:Attribute 'Outside Regular Trading Hours' is ignored based on the order "
    "type and destination. PlaceOrder is now being processed.",
)
LOCATE_NOTICE = Refusal(404, "Order held while securities are located.")


def notices_before(order: Order, drills: Drills, is_closed: bool = False) -> list[Refusal]:
    """Those before the first openOrder; ``is_closed`` says that the exchange is, for this order."""
    notices = []
    if drills.tif_notice == "before" or (not order.ticket.tif and not drills.tif_notice):
        notices.append(TIF_NOTICE)
    is_ignored = order.ticket.outside_rth and order.ticket.order_type == "MKT"
    if is_ignored or drills.always_2109:
        notices.append(OUTSIDE_RTH_NOTICE)
    if drills.always_399 or is_closed:
        notices.append(_closed_notice(order))
    return notices


def notices_after(order: Order, drills: Drills) -> list[Refusal]:
    """Those after the first orderStatus."""
    notices = [TIF_NOTICE] if drills.tif_notice == "after" else []
    return [*notices, LOCATE_NOTICE] if order.why_held else notices


def _closed_notice(order: Order) -> Refusal:
    ticket, definition = order.ticket, order.definition
    return Refusal(
        399,
        f"Order Message:\n{ticket.action} {ticket.quantity:g} {definition.local_symbol} "
        f"{definition.primary_exchange}\nWarning: your order will not be placed at the exchange "
        "until the next opening.",
    )
