"""This node's agents as the other nodes know them: each change is one numbered piece of news."""

from __future__ import annotations

from collections.abc import Callable

from relay.directory import Entry, News
from relay.hub import Hub


class OwnAgents:
    """Of the node `boot`. `tell` hears the news, `gone` each agent whose connection has ended."""

    def __init__(
        self,
        hub: Hub,
        boot: str,
        tell: Callable[[News], None],
        gone: Callable[[str, int], None],
    ) -> None:
        self._hub, self._boot, self._tell, self._gone = hub, boot, tell, gone
        self._entries: dict[str, Entry] = {}
        self.number = 0  # of the last news

    def changed(self, user: str) -> None:
        """The hub says that the user's agent came, went, or has a notice."""
        epoch = self._hub.epoch_of(user)
        if epoch is None:
            before = self._entries.get(user)
            if before is None:
                return
            epoch = before.epoch
            self._gone(user, epoch)
        self._entries[user] = self._entry(user, epoch)
        self.number += 1
        self._tell(News(self._boot, self._hub.node, self.number, self._entries[user]))

    def epoch(self, user: str) -> int:
        """The epoch of the last agent that the user had here; 0 when there was none."""
        entry = self._entries.get(user)
        return entry.epoch if entry else 0

    def listing(self) -> tuple[int, list[Entry]]:
        """The number of the last news, and all agents as they are now: latencies and last orders
        make no news."""
        fresh = [self._entry(user, entry.epoch) for user, entry in self._entries.items()]
        return self.number, fresh

    def _entry(self, user: str, epoch: int) -> Entry:
        return Entry(user, epoch, self._hub.shares(user), {**self._hub.row(user), "epoch": epoch})
