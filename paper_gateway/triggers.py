"""When an order that waits for a price begins to work, and how a trailing stop follows the market.

May not start or report anything. All triggers look at the last price, whatever triggerMethod says.
A trailing stop keeps its distance (auxPrice, or trailingPercent of the best price so far) from the
best price since it was accepted, and never gives way; each new best price moves it. While the
gateway is not running nothing triggers and no stop follows: the market goes on from where it is.
"""

from paper_gateway.order_types import Trigger
from paper_gateway.orders import Order
from paper_gateway.ticks import round_to_tick, tick_at


def trigger_price(order: Order) -> float:
    """The price that triggers the order as it stands."""
    return (order.ticket.aux_price if order.stop_price is None else order.stop_price) or 0.0


def triggers_above(order: Order) -> bool:
    """Whether the trigger is a price at or above the level: a buy's stop, a sale's touch."""
    return order.is_buy is not (order.order_type.trigger is Trigger.TOUCH)


def is_reached(order: Order, mark: float) -> bool:
    level = trigger_price(order)
    return mark >= level if triggers_above(order) else mark <= level


def follow(order: Order, mark: float) -> bool:
    """Move a trailing stop, and the limit that goes with it; whether it has moved."""
    ticket = order.ticket
    asked = ticket.instructions.trail_stop
    if order.stop_price is None and asked is not None:
        _move(order, asked)
        return True
    best = round_to_tick(order.definition, _behind(order, mark))
    stop = order.stop_price
    if stop is not None and (best >= stop if order.is_buy else best <= stop):
        return False
    _move(order, best)
    return True


def next_best(order: Order) -> float:
    """The market price at which the stop moves next."""
    stop = order.stop_price or 0.0
    tick = tick_at(order.definition, stop)
    return _ahead(order, stop - tick if order.is_buy else stop + tick)


def _move(order: Order, stop: float) -> None:
    order.stop_price = stop
    if order.ticket.order_type == "TRAIL LIMIT":
        offset = _limit_offset(order)
        limit = stop + offset if order.is_buy else stop - offset
        order.working_limit = round_to_tick(order.definition, limit)
    order.encoded.clear()


def _limit_offset(order: Order) -> float:
    """How far the limit lies beyond the stop: lmtPriceOffset, or as lmtPrice was first set."""
    ticket = order.ticket
    if ticket.instructions.limit_offset is not None:
        return ticket.instructions.limit_offset
    stop, limit = ticket.instructions.trail_stop or 0.0, ticket.limit_price or 0.0
    return limit - stop if order.is_buy else stop - limit


def _behind(order: Order, mark: float) -> float:
    """The stop that belongs to a best price of ``mark``."""
    sign = 1.0 if order.is_buy else -1.0
    percent = order.ticket.instructions.trailing_percent
    if percent is not None:
        return mark * (1 + sign * percent / 100)
    return mark + sign * (order.ticket.aux_price or 0.0)


def _ahead(order: Order, stop: float) -> float:
    """The best price that belongs to a stop: the other way round."""
    sign = 1.0 if order.is_buy else -1.0
    percent = order.ticket.instructions.trailing_percent
    if percent is not None:
        return stop / (1 + sign * percent / 100)
    return stop - sign * (order.ticket.aux_price or 0.0)
