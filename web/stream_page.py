"""One open page of the live stream, and the places that pages take."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from web.stream import Stream

# An event, not a comment: a page must see that the connection is not dead.
KEEP_ALIVE = b"event: alive\ndata: {}\n\n"
BYE = b"event: bye\ndata: {}\n\n"

Hello = Callable[[bool], dict[str, Any]]


class Places:
    """How many pages may be open at once, of all the streams that share them."""

    def __init__(self, cap: int) -> None:
        self.cap = cap
        self.taken = 0
        self._lock = threading.Lock()

    def take(self) -> bool:
        with self._lock:
            is_free = self.taken < self.cap
            self.taken += is_free
            return is_free

    def give_back(self) -> None:
        with self._lock:
            self.taken -= 1


class LiveStream(Protocol):
    """The stream as routes see it: everybody's, or one user's in relay mode."""

    @property
    def cap(self) -> int:
        """How many pages of this stream may be open at once."""
        ...

    @property
    def places(self) -> Places:
        """Of this stream and those that share them with it."""
        ...

    @property
    def open_pages(self) -> int: ...

    @property
    def published(self) -> int: ...

    def open(
        self, last_event_id: str, hello: Hello, may_go_on: Callable[[], bool]
    ) -> Page | None: ...

    def close(self) -> None: ...


class Page:
    """One open page: an iterator of bytes for the web server, with a close that frees its place.

    An iterator rather than a generator: a generator that was never started is not told of the end.
    """

    def __init__(
        self, stream: Stream, cursor: int | None, hello: Hello, may_go_on: Callable[[], bool]
    ) -> None:
        self._stream, self._hello, self._may_go_on = stream, hello, may_go_on
        self._cursor = cursor  # None: nothing to continue from, greet with a reset
        self._is_greeted = False
        self._is_over = False

    def __iter__(self) -> Page:
        return self

    def __next__(self) -> bytes:
        if self._is_over:
            raise StopIteration
        if not self._is_greeted or self._cursor is None:
            return self._greet()
        return self._next_events(self._cursor)

    def close(self) -> None:
        self._is_over = True
        self._stream.leave(self)

    def _greet(self) -> bytes:
        reset = self._cursor is None
        if self._cursor is None:
            self._cursor = self._stream.newest()
        self._is_greeted = True
        return self._stream.hello_frame(self._hello(reset), self._cursor)

    def _next_events(self, cursor: int) -> bytes:
        frames = self._stream.after(cursor)
        if frames is None:
            self._cursor = None
            return self._greet()
        if frames:
            self._cursor = cursor + len(frames)
            return b"".join(frames)
        return self._wait_for_events(cursor)

    def _wait_for_events(self, cursor: int) -> bytes:
        quiet_seconds = 0.0
        while quiet_seconds < self._stream.keep_alive_seconds:
            outcome = self._stream.wait(cursor)
            if outcome == "closed":
                self.close()
                return b"".join([*(self._stream.after(cursor) or ()), BYE])
            if not self._may_go_on():
                self.close()
                raise StopIteration
            if outcome == "news":
                return self._next_events(cursor)
            quiet_seconds += self._stream.check_seconds
        return KEEP_ALIVE
