"""Answers to reqHistoricalTicks: up to a thousand single ticks in one message.

May not make ticks: they are the tape's. As documented, the last second is told whole, so there may
be a few more ticks than were asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from paper_gateway import market_replies
from paper_gateway.data_requests import find_contract
from paper_gateway.market import STEPS_PER_SECOND
from paper_gateway.market_data.access import has_live_data, no_permission
from paper_gateway.market_data.pacing import Asked
from paper_gateway.market_data.tape import Steps, Tape
from paper_gateway.requests import Request
from paper_gateway.session import Session
from paper_gateway.times import parse_instant

MAX_TICKS = 1000
_FAILED = "Failed to request historical ticks:"
_PACING = "Historical data request pacing violation"
# The tape is read five minutes at a time, over at most so many days.
_PIECE_STEPS = 300 * STEPS_PER_SECOND
_LONGEST_SEARCH_SECONDS = 7 * 86_400.0


@dataclass(frozen=True, slots=True)
class Kind:
    """How ticks of one whatToShow are read from a tape, and how they are told."""

    read: Callable[[Tape, int, int], Iterable[Any]]
    send: Callable[[int, list[Any]], bytes]


def kind_of(what: str, ignore_size: bool) -> Kind | None:
    """TRADES, BID_ASK or MIDPOINT; None for anything else."""
    if what == "BID_ASK":
        return Kind(
            lambda tape, first, last: tape.quotes(first, last, ignore_size),
            market_replies.historical_quotes,
        )
    return _KINDS.get(what)


_KINDS = {
    "TRADES": Kind(Tape.trades, market_replies.historical_trades),
    "MIDPOINT": Kind(Tape.midpoints, market_replies.historical_midpoints),
}


def ticks_before(tape: Tape, kind: Kind, end: float, count: int) -> list[Any]:
    """The last ticks before an instant, oldest first; all of the second that the first is in."""
    start = max(end - _LONGEST_SEARCH_SECONDS, tape.market.history_start(tape.con_id))
    found: list[Any] = []
    for first, last in reversed(_pieces(tape.open_steps(start, end))):
        found = [*kind.read(tape, first, last), *found]
        # The oldest second of what was read so far may go on before it.
        if len(found) > count and found[-count].time > first // STEPS_PER_SECOND:
            return [tick for tick in found if tick.time >= found[-count].time]
    return found[-count:]


def ticks_after(tape: Tape, kind: Kind, start: float, end: float, count: int) -> list[Any]:
    """The first ticks from an instant on, up to ``end``; all of the second that the last is in."""
    start = max(start, tape.market.history_start(tape.con_id))
    found: list[Any] = []
    for first, last in _pieces(tape.open_steps(start, min(end, start + _LONGEST_SEARCH_SECONDS))):
        found += kind.read(tape, first, last)
        if len(found) > count and found[-1].time > found[count - 1].time:
            return [tick for tick in found if tick.time <= found[count - 1].time]
    return found


def _pieces(spans: list[Steps]) -> list[Steps]:
    return [
        (first, min(first + _PIECE_STEPS, end))
        for start, end in spans
        for first in range(start, end, _PIECE_STEPS)
    ]


def req_historical_ticks(session: Session, request: Request) -> None:
    req_id, market, now = request["req_id"], session.hub.market, session.hub.clock()
    definition = find_contract(session, req_id, request.query)
    if definition is None:
        return
    kind = kind_of(request["what"], request["ignore_size"])
    cause = _cause(request, kind)
    if kind is None or cause:
        session.refuse(req_id, cause)
        return
    try:
        start, end = parse_instant(request["start"]), parse_instant(request["end"])
    except ValueError as error:
        session.refuse(req_id, f"Invalid date: {error}")
        return
    drills = session.hub.drills
    asked = Asked(now, tuple(request[each] for each in _TERMS), definition.con_id, request["what"])
    if not has_live_data(drills):
        session.send_error(req_id, 10187, _FAILED + no_permission(definition))
    elif drills.history_pacing and not session.hub.history_pacing.admits(asked):
        session.send_error(req_id, 10187, _FAILED + _PACING)
    else:
        tape = Tape(market, definition.con_id, request["use_rth"])
        if start is None:
            found = ticks_before(tape, kind, min(end or now, now), request["count"])
        else:
            found = ticks_after(tape, kind, start, now, request["count"])
        session.send(kind.send(req_id, found))


_TERMS = ("start", "end", "count", "what", "use_rth", "ignore_size")


def _cause(request: Request, kind: Kind | None) -> str:
    """Why the request makes no sense; empty when it does. The sentences are guesses."""
    if kind is None:
        return "Invalid what-to-show for historical ticks"
    if not 1 <= request["count"] <= MAX_TICKS:
        return f"The number of historical ticks must be between 1 and {MAX_TICKS}"
    if bool(request["start"]) == bool(request["end"]):
        return "Either the start or the end of historical ticks must be given"
    return ""


HANDLERS = {96: req_historical_ticks}
