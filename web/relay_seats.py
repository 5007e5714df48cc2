"""Relay mode: what each signed-in user has of this desk, and nobody else.

The user is the one whom the guard found by session or key; nothing in a request names another.
"""

from __future__ import annotations

from contextlib import nullcontext
from copy import copy
from typing import Any

from flask import has_request_context, request

from config import Settings
from engine.status import Gateway
from engine.watch import Watch
from relay.client import RelayClient
from relay.link import CONNECT_SECONDS, GRACE_SECONDS, RELAY_AWAY, Asking, RelayLink
from relay.operations import OPERATIONS
from relay.order_desk import RelayOrderDesk
from relay.reader import RelayReader
from store.people import People
from trading.refusals import TradingError
from web.desk import Desk, shown_status, wait
from web.policies import EXIT, POLICIES
from web.rate_limits import SignInLimits
from web.user_streams import UserStreams

NOBODY = "(doctor)"  # no name that a user can have


class RelaySeats:
    """`Seats` of `web/desk.py` over one link to the relay."""

    def __init__(self, link: RelayLink, streams: UserStreams) -> None:
        self._link, self._streams = link, streams

    def of(self, desk: Desk, user: str, scope: str) -> Desk:
        """A copy of the desk whose reader, order desk, stream and status are this user's.

        It lives for one request: the status is asked of the relay once.
        """
        # A way out of risk may look at orders although the other threads are taken.
        reading = nullcontext if _is_exit() else desk.waiting.read
        client = RelayClient(self._link, Asking(user, scope), reading)
        mine = copy(desk)
        mine.reader, mine.order_desk = RelayReader(client), RelayOrderDesk(client)
        mine.stream = self._streams.of(user)
        mine.status = client.status
        mine.order_seconds = OPERATIONS["place-order"].seconds + GRACE_SECONDS
        return mine

    def blockers(self) -> list[str]:
        try:
            return self._link.submit(self._link.ready()).result(CONNECT_SECONDS + GRACE_SECONDS)
        except TimeoutError:
            return [RELAY_AWAY]

    def agents(self, admin: str) -> list[dict[str, Any]]:
        asked = self._link.ask_agents(Asking(admin, "admin"), CONNECT_SECONDS)
        return wait(self._link.submit(asked), CONNECT_SECONDS + GRACE_SECONDS)

    def take_over(self, user: str, scope: str) -> None:
        asked = self._link.take_over(Asking(user, scope), CONNECT_SECONDS)
        wait(self._link.submit(asked), CONNECT_SECONDS + GRACE_SECONDS)

    def trouble(self) -> str | None:
        """The relay is asked for the agent of a user whom nobody is: that needs the token alone."""
        is_started = self._link.thread.is_alive
        if not is_started:
            self._link.start()
        try:
            asked = self._link.ask_agent(Asking(NOBODY, "read"), CONNECT_SECONDS)
            self._link.submit(asked).result(CONNECT_SECONDS + GRACE_SECONDS)
        except TradingError as error:
            return error.text or error.sentence
        finally:
            if not is_started:
                self._link.stop()
        return None


def _is_exit() -> bool:
    return has_request_context() and POLICIES.get(request.endpoint or "") is EXIT


def relay_desk(
    settings: Settings, secret_key: str, people: People, link: RelayLink, version: str
) -> tuple[Desk, UserStreams]:
    """The desk that is nobody's yet, and the streams of all its users. Nothing is started."""
    streams = UserStreams(
        link,
        settings.max_streams,
        lambda status, stream: shown_status(status, stream, version),
    )
    nobody = RelayClient(link, Asking("", "read"))
    reader, order_desk = RelayReader(nobody), RelayOrderDesk(nobody)
    desk = Desk(
        settings=settings,
        secret_key=secret_key,
        reader=reader,
        order_desk=order_desk,
        stream=streams.of(""),
        people=people,
        gateway=Gateway("", 0, embedded=False),
        loops=[link.thread],
        watch=Watch(reader, order_desk),  # never started: every agent has its own
        version=version,
        sign_in_limits=SignInLimits(people.engine),
        seats=RelaySeats(link, streams),
    )
    desk.status = nobody.status
    return desk, streams
