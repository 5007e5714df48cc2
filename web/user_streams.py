"""The live streams of all users in this worker, in relay mode.

A user's events are listened to while a page of that user is open here, and no longer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future

from relay.client import engine_status
from relay.link import RELAY_AWAY, Asking, RelayLink
from relay.listening import listen
from trading.refusals import NotConnected
from web.fed_stream import FedStream, Status
from web.stream_page import Hello, LiveStream, Page, Places

PER_USER = 8
BEGIN_SECONDS = 4.0


class UserStreams:
    """Streams by user. Every method is thread-safe. `shown` is what pages get of a status."""

    def __init__(
        self,
        link: RelayLink,
        cap: int,
        shown: Callable[[Status, LiveStream], Status],
        per_user: int = PER_USER,
    ) -> None:
        self.places = Places(cap)
        self.per_user, self.begin_seconds = per_user, BEGIN_SECONDS
        self._link, self._shown = link, shown
        self._lock = threading.Lock()
        self._streams: dict[str, tuple[FedStream, Future[None]]] = {}
        self._is_closed = False

    def of(self, user: str) -> UserStream:
        return UserStream(self, user)

    def found(self, user: str) -> FedStream | None:
        stream, _ = self._streams.get(user, (None, None))
        return stream

    def close(self) -> None:
        """End every page of every user, and let no new one in."""
        with self._lock:
            self._is_closed = True
            entries, self._streams = list(self._streams.values()), {}
        for stream, listening in entries:
            listening.cancel()
            stream.close()

    def enter(self, user: str, last_event_id: str) -> FedStream:
        """The user's stream, listened to from now on; `exit` must follow."""
        with self._lock:
            if self._is_closed:
                raise NotConnected("The desk is ending", code="draining")
            if user not in self._streams:
                self._streams[user] = self._started(Asking(user, "read"), last_event_id)
            stream, _ = self._streams[user]
            stream.guests += 1
            return stream

    def exit(self, user: str, stream: FedStream) -> None:
        with self._lock:
            stream.guests -= 1
        self._end_unused(user, stream)

    def _started(self, asking: Asking, last_event_id: str) -> tuple[FedStream, Future[None]]:
        link, user = self._link, asking.user
        stream = FedStream(
            self.places,
            self.per_user,
            lambda: engine_status(link, asking),
            self._shown,
            lambda stream: self._end_unused(user, stream),
        )
        stream.begin_after(last_event_id)
        return stream, link.submit(listen(link, asking, stream))

    def _end_unused(self, user: str, stream: FedStream) -> None:
        with self._lock:
            found, listening = self._streams.get(user, (None, None))
            if found is not stream or stream.guests or stream.open_pages:
                return
            del self._streams[user]
        if listening:
            listening.cancel()
        stream.close()


class UserStream:
    """One user's stream as the routes see it (`LiveStream`)."""

    def __init__(self, streams: UserStreams, user: str) -> None:
        self._streams, self._user = streams, user
        self.cap, self.places = streams.per_user, streams.places

    @property
    def open_pages(self) -> int:
        stream = self._streams.found(self._user)
        return stream.open_pages if stream else 0

    @property
    def published(self) -> int:
        stream = self._streams.found(self._user)
        return stream.published if stream else 0

    def open(
        self, last_event_id: str, hello: Hello, may_go_on: Callable[[], bool] = lambda: True
    ) -> Page | None:
        """A page, or None when all places are taken; NotConnected when the relay says nothing."""
        stream = self._streams.enter(self._user, last_event_id)
        try:
            if not stream.has_begun.wait(self._streams.begin_seconds):
                raise NotConnected(RELAY_AWAY, code="relay_away")
            return stream.open(last_event_id, hello, may_go_on)
        finally:
            self._streams.exit(self._user, stream)

    def close(self) -> None:
        """The streams are closed together, at the end."""
