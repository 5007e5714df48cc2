"""Answers to reqTickByTickData: every single tick, after as many past ones as were asked for.

May not make ticks: they are the tape's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from paper_gateway import market_replies
from paper_gateway.contracts import ContractDefinition
from paper_gateway.data_requests import find_contract
from paper_gateway.market import STEPS_PER_SECOND, step_at
from paper_gateway.market_data.access import has_live_data, no_permission
from paper_gateway.market_data.historical_ticks import MAX_TICKS, kind_of, ticks_before
from paper_gateway.market_data.lines import count_streams, is_interrupted
from paper_gateway.market_data.pacing import Asked
from paper_gateway.market_data.tape import Tape
from paper_gateway.market_replies import ALL_LAST, LAST
from paper_gateway.requests import Request
from paper_gateway.rules import Refusal, invalid
from paper_gateway.session import Session

TICK_BY_TICK = "tick by tick"
PUSH_SECONDS = 0.25
# IB's documentation: one for every twenty market-data lines.
LINES_PER_STREAM = 20
# After a pause (a frozen gateway) no more than this is told.
_LONGEST_GAP_STEPS = 60 * STEPS_PER_SECOND
_FAILED = "Failed to request tick-by-tick data:"
_PACING = "Historical data request pacing violation"
# IB has them as history only.
_NOT_STREAMED = frozenset({"OPT", "FOP", "BAG"})


@dataclass(frozen=True, slots=True)
class Kind:
    """How a tickType is read from a tape and told, and the whatToShow of its history."""

    what: str
    read: Callable[[Tape, int, int, bool], Iterable[Any]]
    send: Callable[[int, Any], bytes]


KINDS = {
    "Last": Kind(
        "TRADES",
        lambda tape, first, last, _ignore_size: tape.trades(first, last),
        lambda req_id, tick: market_replies.tick_by_tick_trade(req_id, LAST, tick),
    ),
    "AllLast": Kind(
        "TRADES",
        lambda tape, first, last, _ignore_size: tape.all_trades(first, last),
        lambda req_id, tick: market_replies.tick_by_tick_trade(req_id, ALL_LAST, tick),
    ),
    "BidAsk": Kind("BID_ASK", Tape.quotes, market_replies.tick_by_tick_quote),
    "MidPoint": Kind(
        "MIDPOINT",
        lambda tape, first, last, _ignore_size: tape.midpoints(first, last),
        market_replies.tick_by_tick_midpoint,
    ),
}


@dataclass(slots=True)
class Subscription:
    """One client's stream, and the first step that it was not told of yet."""

    req_id: int
    tape: Tape
    kind: Kind
    ignore_size: bool
    next_step: int
    is_interrupted: bool = False


def req_tick_by_tick(session: Session, request: Request) -> None:
    req_id = request["req_id"]
    if session.has_stream((TICK_BY_TICK, req_id)):
        session.send_error(req_id, 102, "Duplicate ticker ID.")
        return
    definition = find_contract(session, req_id, request["contract"])
    if definition is None:
        return
    refusal = _refuse(session, request, definition)
    if refusal is not None:
        session.send_error(req_id, refusal.code, refusal.text)
        return
    kind, now = KINDS[request["kind"]], session.hub.clock()
    tape = Tape(session.hub.market, definition.con_id)
    history = kind_of(kind.what, request["ignore_size"])
    if request["count"] and history is not None:
        found = ticks_before(tape, history, now, request["count"])
        session.send(history.send(req_id, found))
    next_step = step_at(now) + 1
    subscription = Subscription(req_id, tape, kind, request["ignore_size"], next_step)
    push = partial(_push, session, subscription)
    session.every((TICK_BY_TICK, req_id), PUSH_SECONDS, push)


def _refuse(session: Session, request: Request, definition: ContractDefinition) -> Refusal | None:
    kind, drills = request["kind"], session.hub.drills
    if kind not in KINDS:
        return invalid(f"Invalid tick-by-tick type {kind[:40]}")
    if not 0 <= request["count"] <= MAX_TICKS:
        return invalid(f"The number of ticks must be between 0 and {MAX_TICKS}")
    has_trades = definition.sec_type != "CASH" or KINDS[kind].what != "TRADES"
    if definition.sec_type in _NOT_STREAMED or not has_trades:
        name = definition.local_symbol
        text = f"{_FAILED}{kind} tick-by-tick requests are not supported for {name}"
        return Refusal(10189, text)
    if not has_live_data(drills):
        return Refusal(10189, _FAILED + no_permission(definition))
    if count_streams(session.hub, TICK_BY_TICK) >= drills.data_lines // LINES_PER_STREAM:
        return Refusal(10190, "Max number of tick-by-tick requests has been reached.")
    asked = Asked(session.hub.clock(), (TICK_BY_TICK,), definition.con_id, TICK_BY_TICK)
    if drills.history_pacing and not session.hub.history_pacing.admits(asked):
        return Refusal(10189, _FAILED + _PACING)
    return None


def _push(session: Session, subscription: Subscription) -> None:
    """Tell what has happened since the last time."""
    now = session.hub.clock()
    last = step_at(now) + 1
    first = max(subscription.next_step, last - _LONGEST_GAP_STEPS)
    subscription.next_step = last
    if is_interrupted(session, subscription):
        return
    tape = subscription.tape
    for start, end in tape.open_steps(first / STEPS_PER_SECOND, last / STEPS_PER_SECOND):
        for tick in subscription.kind.read(tape, start, end, subscription.ignore_size):
            session.send(subscription.kind.send(subscription.req_id, tick))


def cancel_tick_by_tick(session: Session, request: Request) -> None:
    session.stop((TICK_BY_TICK, request["req_id"]))


HANDLERS = {97: req_tick_by_tick, 98: cancel_tick_by_tick}
