"""Answers to reqHistogramData: how much traded at each price in a period.

May not know more than the price path does: the volume of each piece of it (a minute of a day, five
minutes of a month, an hour of more) counts at the piece's middle price.
"""

from __future__ import annotations

from collections import Counter

from paper_gateway import replies
from paper_gateway.data_requests import find_contract
from paper_gateway.market import step_at
from paper_gateway.market_data.recordings import SPANS
from paper_gateway.market_data.tape import Tape
from paper_gateway.requests import Request
from paper_gateway.session import Session

_SECONDS = {
    "second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800, "month": 2_592_000,
    "year": 31_536_000,
}  # fmt: skip
_LONGEST_SECONDS = 31_536_000
_HOUR, _FIVE_MINUTES, _MINUTE = 1, 2, 3
_FAILED = "Failed to request histogram data:"


def parse_period(text: str) -> int:
    """The seconds of a period such as "3 days" or "1 week", a year at most. Raises ValueError."""
    number, _, unit = text.strip().lower().partition(" ")
    seconds = _SECONDS.get(unit.removesuffix("s"))
    is_number = number.isascii() and number.isdigit() and len(number) < 9
    if seconds is None or not is_number or not 0 < int(number) * seconds <= _LONGEST_SECONDS:
        raise ValueError(f"'{text[:40]}' is not a period such as '3 days', up to one year")
    return int(number) * seconds


def histogram(tape: Tape, end: float, seconds: int) -> list[tuple[float, int]]:
    """Price and volume of every price that traded, the lowest first."""
    level = _MINUTE if seconds <= 86_400 else _FIVE_MINUTES if seconds <= 2_592_000 else _HOUR
    span, path = SPANS[level], tape.path
    volumes: Counter[float] = Counter()
    for first, last in tape.open_steps(end - seconds, end):
        for index in range(first // span, min(last, step_at(end)) // span):
            _, _, high, low, before, after = path.node(level, index)
            volumes[path.last((high + low) // 2)] += after - before
    return sorted((price, volume) for price, volume in volumes.items() if volume)


def req_histogram(session: Session, request: Request) -> None:
    req_id, hub = request["req_id"], session.hub
    definition = find_contract(session, req_id, request.query)
    if definition is None:
        return
    try:
        seconds = parse_period(request["period"])
    except ValueError as error:
        session.send_error(req_id, 10188, f"{_FAILED}{error}")
        return
    rows = histogram(Tape(hub.market, definition.con_id, request["use_rth"]), hub.clock(), seconds)
    if definition.sec_type == "CASH":
        rows = []
    session.send(replies.histogram(req_id, rows))


def cancel_histogram(_session: Session, _request: Request) -> None:
    """The answer has always been given already."""


HANDLERS = {88: req_histogram, 89: cancel_histogram}
