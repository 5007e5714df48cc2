"""The price of a pegged order: MIDPRICE, PEG MID and REL.

May not fill anything. MIDPRICE rests at the midpoint; PEG MID at the midpoint, less aggressive by
auxPrice; REL at its own side of the quote, more aggressive by auxPrice or, without one, by
percentOffset (a fraction: 0.01 is one percent). A limit price caps all of them. The price is
computed anew every second; within a second the order fills at it when the last price comes there.
"""

from paper_gateway.market import Quote
from paper_gateway.order_types import Peg
from paper_gateway.orders import Order
from paper_gateway.ticks import round_to_tick

PEG_SECONDS = 1.0


def peg_price(order: Order, quote: Quote) -> float:
    """What the order would pay at most, or take at least, while the quote is in force."""
    ticket = order.ticket
    toward = 1.0 if order.is_buy else -1.0
    if order.order_type.peg is Peg.MIDPOINT:
        price = (quote.bid + quote.ask) / 2 - toward * (ticket.aux_price or 0.0)
        price = round(price, 8)
    else:
        own = quote.bid if order.is_buy else quote.ask
        offset = ticket.aux_price or own * (ticket.instructions.percent_offset or 0.0)
        price = round_to_tick(order.definition, own + toward * offset)
    cap = ticket.limit_price
    if not cap:
        return price
    return min(price, cap) if order.is_buy else max(price, cap)
