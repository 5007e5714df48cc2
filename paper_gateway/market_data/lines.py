"""What all subscriptions to live data share: how many there are, and who else wants the data.

May not know what a subscription tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from paper_gateway.market_data.access import COMPETING_SESSION

if TYPE_CHECKING:
    from paper_gateway.hub import Hub
    from paper_gateway.session import Session


class Line(Protocol):
    """One subscription; it is interrupted while somebody else uses the same user's data."""

    req_id: int
    is_interrupted: bool


def count_streams(hub: Hub, kind: str) -> int:
    """The streams of one kind of all clients: they share the user's market-data lines."""
    return sum(len(session.streams(kind)) for session in hub.sessions.values())


def is_interrupted(session: Session, line: Line) -> bool:
    """Whether a competing session has the data now; the client is told once that it does."""
    is_competing = session.hub.drills.competing_session
    if is_competing and not line.is_interrupted:
        session.send_error(line.req_id, COMPETING_SESSION.code, COMPETING_SESSION.text)
    line.is_interrupted = is_competing
    return is_competing
