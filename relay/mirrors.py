"""Feeds of other nodes, as the streams of this one read them: same names, same numbers.

A mirror is the feed of the node that has (or last had) the user's agent. It is fetched when
somebody reads, kept up by what that node sends, and asked for again every few seconds: an event
that was lost on the way is missing no longer than that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

from relay.directory import Place
from relay.feed import Feed
from relay.hub import Hub
from relay.post import Head, Post

AGAIN_SECONDS = 10.0
# Between two events of one batch, as in a server-sent stream.
END = b"\n\n"


class Mirrors:
    """`home_of` tells which other node has a user; None: this one, or nobody."""

    def __init__(self, post: Post, hub: Hub, home_of: Callable[[str], Place | None]) -> None:
        self._post, self._hub, self._home_of = post, hub, home_of
        self._homes: dict[str, str] = {}  # user -> the node whose feed is mirrored
        self._fetching: dict[str, asyncio.Task[None]] = {}
        self._gaps: set[str] = set()  # users of whom more was missing than a fetch may bring

    def __len__(self) -> int:
        return len(self._homes)

    async def feed(self, user: str) -> Feed:
        """The user's feed, in step with its home as far as that answers."""
        home = self._home_of(user)
        if home is not None and self._homes.get(user) != home.boot:
            self._fetch(user)
        task = self._fetching.get(user)
        if task is not None:
            await asyncio.wait([task])
        return self._hub.feed(user)

    def changed(self, user: str) -> bool:
        """Another node said something new of the user. True: the feed's home is lost."""
        before, home = self._homes.get(user), self._home_of(user)
        if before is None and not self._hub.readers(user):
            return False
        if home is not None and home.boot != before:
            self._fetch(user)
        elif home is None and before is not None:
            del self._homes[user]
            return self._hub.feed(user).is_mirror
        return False

    def heard(self, head: Head, body: bytes) -> None:
        """Events that the home has sent."""
        user, home = head["user"], self._home_of(head["user"])
        if home is None or not home.boot == head["from"] == self._homes.get(user):
            return
        feed, events = self._hub.feed(user), split(body)
        if feed.boot != head["boot"] or head["last"] - len(events) <= feed.last:
            feed.mirror(head["boot"], head["last"], events)
        else:
            self._gaps.add(user)
            self._fetch(user)

    def renew(self) -> None:
        """Follow again what somebody reads, and forget the rest."""
        for user in list(self._homes):
            if self._hub.readers(user):
                self._fetch(user)
            else:
                del self._homes[user]

    async def stop(self) -> None:
        for task in list(self._fetching.values()):
            task.cancel()
        await asyncio.gather(*self._fetching.values(), return_exceptions=True)

    def _fetch(self, user: str) -> None:
        if user not in self._fetching:
            self._fetching[user] = asyncio.create_task(self._fetched(user))

    async def _fetched(self, user: str) -> None:
        try:
            is_behind = True
            while is_behind:
                self._gaps.discard(user)
                await self._follow(user)
                is_behind = user in self._gaps
        finally:  # not in a callback of the task: what is heard before that would fetch nothing
            del self._fetching[user]

    async def _follow(self, user: str) -> None:
        while (home := self._home_of(user)) is not None:
            self._homes[user] = home.boot
            feed = self._hub.feed(user)
            place = {"boot": feed.boot, "last": feed.last}
            answer = await self._post.ask(home.boot, {"do": "follow", "user": user, **place})
            now = self._home_of(user)
            if now is not None and now.boot == home.boot:
                if answer is not None and answer[0]["boot"]:
                    head, body = answer
                    self._hub.feed(user).mirror(head["boot"], head["last"], split(body))
                return
        self._homes.pop(user, None)


def split(body: bytes) -> list[bytes]:
    """The events in a batch."""
    return [event + END for event in _parts(body)]


def _parts(body: bytes) -> Iterator[bytes]:
    return (part for part in body.split(END) if part)
