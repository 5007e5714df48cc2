"""The live stream: what the desk tells every open page, as server-sent events.

`publish` is called from the threads that own the connections to TWS, so it never waits for a page:
it encodes the event once, puts it into a ring and sets a flag. Each page is only a cursor into that
ring. One thread of the stream gathers what is new and wakes the pages: at once for an order, an
execution, a message or a status, after `batch_seconds` for everything else, so that a busy market
does not wake every page for each quote. With 64 pages and 400 events a second `publish` takes about
10 microseconds so; waking the pages from it takes 270, and five times the processor time.

A page that falls behind by a whole ring is told so (hello with reset true) and fetches everything
again: an order event is never lost silently.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from typing import Any

import orjson

from web.stream_page import Hello, Page, Places

URGENT = frozenset({"order", "execution", "message", "status"})
RING_SIZE = 2000
KEEP_ALIVE_SECONDS = 10.0
CHECK_SECONDS = 1.0
# Two quotes 50 ms apart look simultaneous to a person, and 64 pages wake 20 times a second at most.
BATCH_SECONDS = 0.05


class Stream:
    """The ring of the last events and the pages that read it. Every method is thread-safe.

    The events are numbered here, unless `restart` says that somebody else does it.
    """

    def __init__(
        self,
        max_pages: int = 64,
        *,
        ring_size: int = RING_SIZE,
        keep_alive_seconds: float = KEEP_ALIVE_SECONDS,
        check_seconds: float = CHECK_SECONDS,
        batch_seconds: float = BATCH_SECONDS,
        boot: str | None = None,
    ) -> None:
        self.cap = max_pages
        self.places = Places(max_pages)  # may be shared with other streams
        self.keep_alive_seconds, self.check_seconds = keep_alive_seconds, check_seconds
        # An id of an earlier process must never look like one of this process.
        self._boot = boot or secrets.token_hex(4)
        self._batch_seconds = batch_seconds
        self._size = ring_size
        self._ring: list[bytes] = [b""] * ring_size
        self._last = 0  # number of the newest event in the ring
        self._start = 0  # what came before this one is not in the ring
        self._offset = 0  # the ring's number of an event minus the one in its id
        self._writing = threading.Lock()  # only between publishers
        self._looking = threading.Lock()  # only between those who look before they publish
        self._something, self._urgent = threading.Event(), threading.Event()
        self._news = threading.Condition()  # only between the gathering thread and the pages
        self._told = 0  # id of the newest event that the pages were woken for
        self._pages: set[Page] = set()
        self._gathering: threading.Thread | None = None  # set when the first page opens
        self._closed = False

    @property
    def open_pages(self) -> int:
        return len(self._pages)

    @property
    def published(self) -> int:
        """How many events this process has published."""
        return self._last

    @property
    def last_event_id(self) -> str:
        with self._writing:
            return self._id(self._last)

    def restart(self, last_event_id: str) -> None:
        """Go on after that event of somebody else's numbering.

        Every open page has missed something then, and is told to fetch everything again.
        """
        boot, _, number = last_event_id.rpartition("-")
        with self._writing:
            self._last += self._size
            self._boot, self._start = boot, self._last
            self._offset = self._last - int(number)
        self._something.set()

    def tell(self, kind: str, payload: dict[str, Any]) -> None:
        """As `publish`, for an event that has no place in somebody else's numbering.

        It has no id, and what came before it cannot be continued here any more.
        """
        frame = b"event: %b\ndata: %b\n\n" % (kind.encode(), orjson.dumps(payload))
        with self._writing:
            self._offset += 1
            self._start = number = self._last + 1
            self._ring[number % self._size] = frame
            self._last = number
        self._urgent.set()
        self._something.set()

    def publish(self, kind: str, payload: dict[str, Any]) -> None:
        """Tell every page. Never waits for one."""
        self.pass_on(kind, orjson.dumps(payload))

    def pass_on(self, kind: str, data: bytes) -> None:
        """As `publish`, for data that is JSON already."""
        with self._writing:
            number = self._last + 1
            self._ring[number % self._size] = self._frame(number, kind, data)
            self._last = number
        if not self._pages:  # the first one begins with what is newest then
            return
        if kind in URGENT and not self._urgent.is_set():
            self._urgent.set()
        if not self._something.is_set():
            self._something.set()

    def publish_newest(self, kind: str, look: Callable[[], dict[str, Any]]) -> None:
        """Tell what `look` finds. Two threads at once: the later event is the later look."""
        with self._looking:
            self.publish(kind, look())

    def open(
        self, last_event_id: str, hello: Hello, may_go_on: Callable[[], bool] = lambda: True
    ) -> Page | None:
        """A page's own iterator over the events, or None when all places are taken.

        `hello(reset)` makes the first event's payload. `may_go_on` is asked every second at least
        whether the page is still there and its user signed in. Close the page to free its place.
        """
        with self._news:
            if self._closed or len(self._pages) >= self.cap or not self.places.take():
                return None
            page = Page(self, self._cursor_of(last_event_id), hello, may_go_on)
            self._pages.add(page)
            if self._gathering is None:
                self._gathering = threading.Thread(target=self._gather, name="stream", daemon=True)
                self._gathering.start()
        return page

    def close(self) -> None:
        """End every page with a bye, and let no new one in."""
        with self._news:
            self._closed = True
            self._news.notify_all()
            gathering = self._gathering
        self._urgent.set()
        self._something.set()
        if gathering is not None:
            gathering.join(timeout=5)

    def leave(self, page: Page) -> None:
        """Free the page's place. May be called twice."""
        with self._news:
            if page in self._pages:
                self._pages.discard(page)
                self.places.give_back()

    def hello_frame(self, payload: dict[str, Any], cursor: int) -> bytes:
        return self._frame(cursor, "hello", orjson.dumps(payload))

    def newest(self) -> int:
        return self._last

    def after(self, cursor: int) -> list[bytes] | None:
        """The events after `cursor`; None when some of them are no longer in the ring.

        It takes no lock, so that no page can hold up a publisher: events that were overwritten
        while they were read show in the second look at `_last`.
        """
        last = self._last
        frames = [self._ring[number % self._size] for number in range(cursor + 1, last + 1)]
        return frames if self._last - cursor < self._size else None

    def wait(self, cursor: int) -> str:
        """Wait for an event after `cursor`: news, quiet (nothing within a second) or closed."""
        with self._news:
            is_awake = self._news.wait_for(
                lambda: self._closed or self._told > cursor, timeout=self.check_seconds
            )
            if self._closed:
                return "closed"
        return "news" if is_awake else "quiet"

    def _frame(self, number: int, kind: str, data: bytes) -> bytes:
        return b"id: %b\nevent: %b\ndata: %b\n\n" % (self._id(number).encode(), kind.encode(), data)

    def _id(self, number: int) -> str:
        return f"{self._boot}-{number - self._offset}"

    def _cursor_of(self, last_event_id: str) -> int | None:
        """The event that the page saw last, or None when it cannot be continued from there."""
        boot, _, number = last_event_id.rpartition("-")
        is_ours = boot == self._boot and number.isascii() and number.isdigit() and len(number) < 16
        if not is_ours:
            return None
        cursor = int(number) + self._offset
        is_kept = self._start <= cursor and 0 <= self._last - cursor < self._size
        return cursor if is_kept else None

    def _gather(self) -> None:
        while not self._closed:
            self._something.wait()
            self._something.clear()
            self._urgent.wait(self._batch_seconds)
            self._urgent.clear()
            with self._news:
                if self._last > self._told:
                    self._told = self._last
                    self._news.notify_all()
