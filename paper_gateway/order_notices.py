"""The notices that come with an order that is accepted: they say something, and it goes on.

May not refuse or change anything.
"""

from paper_gateway.drills import Drills
from paper_gateway.orders import Order
from paper_gateway.rules import Refusal
from paper_gateway.times import local_time

TIF_NOTICE = Refusal(10349, "Order TIF was set to DAY based on order preset.")
OUTSIDE_RTH_NOTICE = Refusal(
    2109,
    "Order Event Warning:Attribute 'Outside Regular Trading Hours' is ignored based on the order "
    "type and destination. PlaceOrder is now being processed.",
)
LOCATE_NOTICE = Refusal(404, "Order held while securities are located.")


def notices_before(order: Order, drills: Drills, opens_at: float | None = None) -> list[Refusal]:
    """Those before the first openOrder. ``opens_at`` is the epoch second at which a closed exchange
    opens for the order."""
    moment = drills.tif_notice or ("" if order.ticket.tif else "before")
    notices = _tif_notices(order) if moment == "before" else []
    is_ignored = order.ticket.outside_rth and order.ticket.order_type == "MKT"
    if is_ignored or drills.always_2109:
        notices.append(OUTSIDE_RTH_NOTICE)
    if opens_at is not None:
        notices.append(_closed_notice(order, opens_at))
    return notices


def notices_after(order: Order, drills: Drills) -> list[Refusal]:
    """Those after the first orderStatus."""
    notices = _tif_notices(order) if drills.tif_notice == "after" else []
    return [*notices, LOCATE_NOTICE] if order.why_held else notices


def _tif_notices(order: Order) -> list[Refusal]:
    """An order that keeps another time in force was not set to DAY."""
    return [TIF_NOTICE] if order.ticket.tif in {"", "DAY"} else []


def _closed_notice(order: Order, opens_at: float) -> Refusal:
    ticket, definition = order.ticket, order.definition
    return Refusal(
        399,
        f"Order Message:\n{ticket.action} {ticket.quantity:g} {definition.local_symbol} "
        f"{definition.primary_exchange}\nWarning: your order will not be placed at the exchange "
        f"until {local_time(opens_at):%Y-%m-%d %H:%M:%S} US/Eastern",
    )
