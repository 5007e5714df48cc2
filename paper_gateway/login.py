"""startApi and what follows it: the client id, the accounts, the next order id, the farms.

May not read other requests.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from paper_gateway import replies
from paper_gateway.definition_faults import farm_code
from paper_gateway.notices import text_of
from paper_gateway.requests import Request

if TYPE_CHECKING:
    from paper_gateway.session import Session

logger = logging.getLogger(__name__)

NO_LINK = 2110
FARM_NOTICES = (
    (2104, "Market data farm connection is OK:usfarm.nj"),
    (2104, "Market data farm connection is OK:usfuture"),
    (2104, "Market data farm connection is OK:cashfarm"),
    (2104, "Market data farm connection is OK:usfarm"),
    (2106, "HMDS data farm connection is OK:euhmds"),
    (2106, "HMDS data farm connection is OK:fundfarm"),
    (2106, "HMDS data farm connection is OK:ushmds"),
)


def start(session: Session, request: Request) -> None:
    """Give the session its client id and greet it, or refuse and close it."""
    client_id = request["client_id"]
    if session.client_id is not None:
        session.refuse(-1, "the API is already started")
        return
    if client_id < 0:
        session.refuse(-1, "Invalid client id")
        session.expel(f"{client_id} is no client id")
        return
    is_untrusted = session.hub.drills.login == "close_after_start"
    if is_untrusted or not session.hub.claim(client_id, session):
        session.close()
        return
    session.client_id = client_id
    logger.info("%s connected, version %s", session, session.version)
    greet(session)


def greet(session: Session) -> None:
    """What TWS says unasked, once, to a client that has started; a drill may hold it back."""
    hub = session.hub
    if session.is_greeted or session.client_id is None or hub.drills.login == "no_answer":
        return
    session.is_greeted = True
    session.send(replies.managed_accounts(",".join(hub.accounts.names)))
    announce_next_id(session)
    for code, text in FARM_NOTICES:
        session.send_error(-1, code, text)
    farm = farm_code(hub.drills)
    session.send_error(-1, farm, text_of(farm))
    if hub.drills.link_down:
        session.send_error(-1, NO_LINK, text_of(NO_LINK))
    hub.on_event("session")


def announce_next_id(session: Session) -> None:
    next_id = session.hub.book.next_order_id(session.client_id or 0)
    session.send(replies.next_valid_id(next_id + session.hub.drills.next_valid_id_offset))
