"""Other nodes that follow feeds of this one: each is sent what is new, batched, in order.

A follower is a cursor into the feed, as a browser's stream is one. It says again every few seconds
that it follows; one that does not is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from relay.feed import Feed, Wake

LEASE_SECONDS = 30.0
# Send: node, user, name of the feed, number of the last event, the events.
Send = Callable[[str, str, str, int, list[bytes]], None]


@dataclass(slots=True)
class _Follower:
    feed: Feed
    boot: str
    cursor: int
    until: float
    wake: Wake


class Followers:
    """Of the feeds of one node; `now` in seconds. `soon` asks for a `flush` a moment later."""

    def __init__(self, send: Send, soon: Callable[[], None]) -> None:
        self._send, self._soon = send, soon
        self._followers: dict[tuple[str, str], _Follower] = {}  # by node and user
        self._news: dict[tuple[str, str], None] = {}

    def __len__(self) -> int:
        return len(self._followers)

    def follow(self, node: str, user: str, feed: Feed, now: float) -> None:
        """The node follows from here on."""
        key = node, user
        self._drop(key)
        wake = partial(self._woken, key)
        feed.subscribe(wake)
        until = now + LEASE_SECONDS
        self._followers[key] = _Follower(feed, feed.boot, feed.last, until, wake)

    def flush(self) -> None:
        """Send what is new."""
        keys = list(self._news)
        self._news.clear()
        for key in keys:
            follower = self._followers.get(key)
            if follower is None:
                continue
            feed = follower.feed
            if feed.is_mirror:
                self._drop(key)
                continue
            events = feed.after(follower.cursor) if feed.boot == follower.boot else None
            follower.boot, follower.cursor = feed.boot, feed.last
            sent = feed.kept() if events is None else events
            self._send(*key, feed.boot, feed.last, sent)

    def look(self, now: float, nodes: set[str]) -> None:
        """Forget those whose time is up and those of nodes that are not there any more."""
        for key, follower in list(self._followers.items()):
            if follower.until <= now or key[0] not in nodes:
                self._drop(key)

    def _woken(self, key: tuple[str, str]) -> None:
        if not self._news:
            self._soon()
        self._news[key] = None

    def _drop(self, key: tuple[str, str]) -> None:
        follower = self._followers.pop(key, None)
        if follower is not None:
            follower.feed.unsubscribe(follower.wake)
