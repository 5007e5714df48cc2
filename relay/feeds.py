"""The feeds of all users, and which events of each user's agent are known already."""

from __future__ import annotations

from relay.feed import Feed
from relay.messages import BAD_FRAME, BadFrame, Event, json_text

# A feed that nobody reads and no agent fills is kept for readers that come back.
KEEP_SECONDS = 600.0


class Feeds:
    """Feeds by user. A feed exists from the first event or reader on."""

    def __init__(self) -> None:
        self._feeds: dict[str, Feed] = {}
        self._seen: dict[str, tuple[str, int]] = {}  # user -> run of the agent, number in it
        self._idle_since: dict[str, float] = {}

    def of(self, user: str) -> Feed:
        feed = self._feeds.get(user)
        if feed is None:
            feed = self._feeds[user] = Feed()
        return feed

    def readers(self, user: str) -> int:
        feed = self._feeds.get(user)
        return feed.subscribers if feed else 0

    def publish(self, user: str, kind: str, data: object) -> None:
        self.of(user).publish(kind, data)

    def seen(self, user: str, run: str) -> int:
        """The number of the last event of this run that is known; 0 when there is none."""
        known, number = self._seen.get(user, ("", 0))
        return number if known == run else 0

    def heard(self, user: str, run: str, event: Event) -> bool:
        """Hand on an event of the user's agent; False when it is known already.

        Events that were lost on the way (the agent's own ring is bounded) become a reset.
        Raises BadFrame for data that no JSON writer can write again.
        """
        last = self.seen(user, run)
        if event.seq <= last:
            return False
        try:
            data = json_text(event.data)
        except TypeError:
            raise BadFrame(BAD_FRAME, "event: data is nested too deeply") from None
        feed = self.of(user)
        if event.seq != last + 1:
            feed.reset()
        self._seen[user] = run, event.seq
        feed.publish_json(event.kind, data)
        return True

    def forget_idle(self, connected: set[str], now: float) -> None:
        """Drop the feeds without agent and readers for ten minutes."""
        for user, feed in list(self._feeds.items()):
            if user in connected or feed.subscribers:
                self._idle_since.pop(user, None)
            elif now - self._idle_since.setdefault(user, now) >= KEEP_SECONDS:
                del self._feeds[user], self._idle_since[user]
                self._seen.pop(user, None)
