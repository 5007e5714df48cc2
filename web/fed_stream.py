"""One user's live stream in relay mode: the ring of this worker, fed by the relay's events.

The events keep the relay's ids, so that a page can go on at any worker. What the relay says about
the agent, and the agent about itself, becomes the whole status that pages show.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson

from relay.away import away_status, utc_now
from relay.client import checked_status
from relay.link import RELAY_AWAY
from relay.server_sent import NotEvents, ServerSent
from relay.value_forms import read
from trading.refusals import NoAnswer
from web.stream import Stream
from web.stream_page import LiveStream, Page, Places

EVENT_ID = re.compile(r"([A-Za-z0-9]{1,40})-(\d{1,15})")

Status = dict[str, Any]


class FedStream(Stream):
    """Fed by `relay/listening.py`. `ask` finds the user's status, `shown` is what pages get of it.

    `left` is called when a page has gone.
    """

    def __init__(
        self,
        places: Places,
        per_user: int,
        ask: Callable[[], Awaitable[Status]],
        shown: Callable[[Status, LiveStream], Status],
        left: Callable[[FedStream], None],
    ) -> None:
        super().__init__(per_user)
        self.places = places
        self.guests = 0  # who waits for the first word of the relay; `web/user_streams.py` counts
        self.has_begun = threading.Event()
        self._ask, self._shown, self._left = ask, shown, left
        self._resumes_after = ""
        self._agent: Mapping[str, Any] | None = None

    def begin_after(self, last_event_id: str) -> None:
        """Ask the relay to go on from there; a page saw that event last, perhaps elsewhere."""
        if EVENT_ID.fullmatch(last_event_id):
            self.restart(last_event_id)
            self._resumes_after = last_event_id

    def leave(self, page: Page) -> None:
        super().leave(page)
        self._left(self)

    def resumes_after(self) -> str:
        return self._resumes_after

    async def heard(self, event: ServerSent) -> None:
        if event.kind == "hello":
            await self._begin(event)
        elif event.kind == "reset":
            self._go_on_after(event.event_id)
        elif event.kind != "bye":
            await self._on_event(event)

    async def lost(self) -> None:
        if self.has_begun.is_set():
            self.tell("status", self._shown(away_status(RELAY_AWAY, None, utc_now()), self))

    async def _begin(self, event: ServerSent) -> None:
        self._agent = _object(event.data).get("agent")
        if event.event_id != self._resumes_after:
            self._go_on_after(event.event_id)
        if self.has_begun.is_set():  # it was lost, and pages show that
            self.tell("status", self._shown(await self._ask(), self))
        self.has_begun.set()

    async def _on_event(self, event: ServerSent) -> None:
        boot, number = _parts(event.event_id)
        if event.event_id != _following(self._resumes_after):
            self._go_on_after(f"{boot}-{number - 1}")
        payload = await self._status_in(event)
        if payload is None:
            self.pass_on(event.kind, event.data)
        else:
            self.publish("status", self._shown(payload, self))
        self._resumes_after = event.event_id

    async def _status_in(self, event: ServerSent) -> Status | None:
        """The whole status after an event that changes it; None for another event."""
        if event.kind == "agent":
            self._agent = _object(event.data)
            return await self._ask()
        if event.kind != "status":
            return None
        try:
            return read(_object(event.data), checked_status) | {"agent": self._agent}
        except NoAnswer:  # only that something has changed
            return await self._ask()

    def _go_on_after(self, event_id: str) -> None:
        _parts(event_id)
        self.restart(event_id)
        self._resumes_after = event_id


def _parts(event_id: str) -> tuple[str, int]:
    found = EVENT_ID.fullmatch(event_id)
    if not found:
        raise NotEvents("an event without an id")
    return found[1], int(found[2])


def _following(event_id: str) -> str:
    boot, _, number = event_id.rpartition("-")
    return f"{boot}-{int(number) + 1}" if boot else ""


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise NotEvents("an event that is no JSON") from None
    return found if isinstance(found, dict) else {}
