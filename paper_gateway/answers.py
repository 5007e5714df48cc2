"""Requests on the way to their handlers, and what drills do to the answers.

May not make answers: it replaces, shortens or reorders what a handler has sent.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from paper_gateway.bad_frames import with_field
from paper_gateway.drills import END_MESSAGES
from paper_gateway.login import announce_next_id
from paper_gateway.notices import text_of
from paper_gateway.requests import Request
from paper_gateway.wire import number

if TYPE_CHECKING:
    from paper_gateway.drills import Drills
    from paper_gateway.session import Session

_CANCELS = frozenset({4, 58})
_REQ_IDS = 8
_REQ_POSITIONS = 61
# Whoever asks one of these hears of the orders that a drill kept silent.
_QUESTIONS_ABOUT_ORDERS = frozenset({5, 7, 16, 99})
_POSITION_SIZE = 14

Frames = list[bytes]


def answer(session: Session, request: Request) -> None:
    """Let the request's handler answer it, unless and as far as a drill does not."""
    drills = session.hub.drills
    code = drills.answer_requests_with.get(request.name)
    if code is not None:
        req_id = request.values.get("req_id", request.values.get("order_id", -1))
        session.send_error(req_id, code, text_of(code, req_id))
        return
    if request.message_id == _REQ_IDS and drills.next_valid_id_offset:
        announce_next_id(session)
        return
    handle = session.hub.handlers[request.message_id]
    if request.message_id in _CANCELS:
        session.hub.order_faults.cancel(session, request, partial(handle, session, request))
        return
    if request.message_id in _QUESTIONS_ABOUT_ORDERS:
        session.silent_orders.clear()
    start = session.unsent
    handle(session, request)
    if drills.omit_ends:
        session.revise(start, partial(_without_ends, drills.omit_ends))
    if request.message_id == _REQ_POSITIONS:
        _change_positions(session, drills, start)


def _change_positions(session: Session, drills: Drills, start: int) -> None:
    if drills.position_update_mid_snapshot:
        session.revise(start, _with_late_change)
    if drills.drop_mid_positions:
        drills.drop_mid_positions -= 1
        session.revise(start, _first_row)
        session.close()


def _without_ends(kinds: list[str], frames: Frames) -> Frames:
    ends = {END_MESSAGES[kind] for kind in kinds}
    return [frame for frame in frames if _message_id(frame) not in ends]


def _first_row(frames: Frames) -> Frames:
    return [frame for frame in frames if _message_id(frame) == _REQ_POSITIONS][:1]


def _with_late_change(frames: Frames) -> Frames:
    """The first row with one share more than there is, and its true self behind the others."""
    rows = [frame for frame in frames if _message_id(frame) == _REQ_POSITIONS]
    if not rows:
        return frames
    size = float(rows[0][4:].split(b"\0")[_POSITION_SIZE])
    old = with_field(rows[0], _POSITION_SIZE, number(size + 1).encode())
    ends = [frame for frame in frames if _message_id(frame) != _REQ_POSITIONS]
    return [old, *rows[1:], rows[0], *ends]


def _message_id(frame: bytes) -> int:
    return int(frame[4 : frame.index(b"\0", 4)])
