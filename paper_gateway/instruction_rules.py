"""What makes an order's instructions unacceptable: times, conditions, algorithms, trailing, cash.

May not know the book or the account's money. Orders without instructions pass unseen.
"""

from collections.abc import Callable
from dataclasses import dataclass

from paper_gateway.algos import ALGO_TYPES, AlgoError, parse_algo
from paper_gateway.condition_facts import unknown_contract
from paper_gateway.contracts import Catalogue, ContractDefinition, on_tick
from paper_gateway.groups import OCA_TYPES
from paper_gateway.instructions import PLAIN
from paper_gateway.order_types import AT_ONCE, AT_OPEN, OPENING_TYPES, ORDER_TYPES, Trigger
from paper_gateway.rules import (
    BAD_TICK,
    MAX_PRICE,
    NO_DEFINITION,
    Refusal,
    invalid,
    order_codes,
    rejected,
)
from paper_gateway.session_times import end_instant, start_instant
from paper_gateway.tickets import OrderTicket

_TIME_FORM = (
    "The date, time, or time-zone entered is invalid. The correct format is yyyymmdd hh:mm:ss "
    "xx/xxxx where yyyymmdd and xx/xxxx are optional. E.g.: 20031126 15:59:00 US/Eastern"
)
BAD_START = Refusal(337, f"Start Time: {_TIME_FORM}")
BAD_END = Refusal(391, f"End Time: {_TIME_FORM}")
_ORDINARY_TIFS = frozenset({"", "DAY", "GTC"})


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the rules look at."""

    ticket: OrderTicket
    definition: ContractDefinition
    catalogue: Catalogue
    now: float


def refuse_instructions(
    ticket: OrderTicket, definition: ContractDefinition, catalogue: Catalogue, now: float
) -> Refusal | None:
    """The first rule that the ticket breaks, or None."""
    asked = _Asked(ticket, definition, catalogue, now)
    return next((refusal for rule in _RULES if (refusal := rule(asked)) is not None), None)


def has_none(ticket: OrderTicket) -> bool:
    """Whether no rule of this module can apply."""
    is_trail = ORDER_TYPES[ticket.order_type].trigger is Trigger.TRAIL
    return ticket.instructions is PLAIN and ticket.tif in _ORDINARY_TIFS and not is_trail


def _auction(asked: _Asked) -> Refusal | None:
    ticket = asked.ticket
    if ticket.tif in _ORDINARY_TIFS:
        return None
    at_close = ORDER_TYPES[ticket.order_type].is_at_close
    if ticket.tif in AT_ONCE and at_close:
        return rejected(f"{ticket.order_type} cannot be {ticket.tif}.")
    if ticket.tif != AT_OPEN:
        return None
    codes = order_codes(asked.definition.order_types)
    if AT_OPEN in codes and ticket.order_type in OPENING_TYPES:
        return None
    return rejected(f"{ticket.order_type} cannot wait for the opening of this contract.")


def _end_time(asked: _Asked) -> Refusal | None:
    text, is_dated = asked.ticket.instructions.good_till, asked.ticket.tif == "GTD"
    if not text:
        return BAD_END if is_dated else None
    if not is_dated:
        return rejected("goodTillDate needs the time-in-force GTD.")
    try:
        is_over = end_instant(text, asked.now) <= asked.now
    except ValueError:
        return BAD_END
    return rejected("The good-till-date has passed.") if is_over else None


def _start_time(asked: _Asked) -> Refusal | None:
    text = asked.ticket.instructions.good_after
    try:
        if text:
            start_instant(text, asked.now)
    except ValueError:
        return BAD_START
    return None


def _conditions(asked: _Asked) -> Refusal | None:
    unknown = unknown_contract(asked.ticket.instructions.conditions, asked.catalogue)
    return None if unknown is None else Refusal(200, NO_DEFINITION)


def _group(asked: _Asked) -> Refusal | None:
    instructions = asked.ticket.instructions
    if instructions.oca_group and instructions.oca_type not in OCA_TYPES | {0}:
        return invalid("Invalid OCA type")
    return None


def _algo(asked: _Asked) -> Refusal | None:
    name = asked.ticket.instructions.algo
    if not name:
        return None
    if asked.ticket.order_type not in ALGO_TYPES or asked.ticket.tif not in _ORDINARY_TIFS:
        return Refusal(442, "Specified algorithm is not allowed for this order.")
    try:
        parse_algo(name, asked.ticket.blocks.get("F", []), asked.now)
    except AlgoError as error:
        return Refusal(error.code, str(error))
    return None


def _trail(asked: _Asked) -> Refusal | None:
    ticket, instructions = asked.ticket, asked.ticket.instructions
    if ORDER_TYPES[ticket.order_type].trigger is not Trigger.TRAIL:
        return None
    percent, stop = instructions.trailing_percent, instructions.trail_stop
    if bool(ticket.aux_price) == bool(percent):
        return invalid("Set either the trailing amount or the trailing percent")
    if percent is not None and not 0 < percent < 100:
        return invalid("Invalid trailing percent")
    if stop is not None and not 0 < stop < MAX_PRICE and not asked.definition.legs:
        return invalid("Invalid trailing stop price")
    if stop is not None and not on_tick(asked.definition, stop):
        return BAD_TICK
    if ticket.order_type != "TRAIL LIMIT":
        return None
    if stop is None:
        return invalid("A trailing stop limit order needs a trailing stop price")
    if (instructions.limit_offset is None) == (not ticket.limit_price):
        return invalid("Set either the limit price or the limit price offset")
    return None


def _cash(asked: _Asked) -> Refusal | None:
    cash, codes = asked.ticket.instructions.cash_quantity, order_codes(asked.definition.order_types)
    if cash is None:
        return None
    if "CASHQTY" not in codes or not 0 < cash < 1e12:
        return rejected("A cash quantity cannot be used for this order.")
    if asked.ticket.instructions.algo:
        return Refusal(442, "Specified algorithm is not allowed for this order.")
    return invalid("Set either the size or the cash quantity") if asked.ticket.quantity else None


_RULES: tuple[Callable[[_Asked], Refusal | None], ...] = (
    _auction,
    _end_time,
    _start_time,
    _conditions,
    _group,
    _algo,
    _trail,
    _cash,
)
