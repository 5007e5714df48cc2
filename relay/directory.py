"""Where every user's agent is: what the other nodes tell, kept in step. Sans-I/O.

Each node numbers its news. A beat says the number of the last one, so that a node which missed some
notices within a second and fetches the whole list. News that come meanwhile are held back and
follow the list. A node that is silent is forgotten with its agents. Of two nodes that both claim a
user, the higher epoch counts: SQL gives each epoch once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]

SILENT_SECONDS = 3.5
# Held back at most while a list is on its way; what is beyond that the next beat shows missing.
MOST_HELD = 20_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A user's agent at one node, connected or gone. `row` as in the admin's list."""

    user: str
    epoch: int
    shares: bool
    row: Row

    @property
    def is_connected(self) -> bool:
        return self.row["connected"] is True


@dataclass(frozen=True, slots=True)
class News:
    """One change at the node `boot`, whose `number`th it is."""

    boot: str
    name: str
    number: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Place:
    """The node that has a user's agent, or had it last."""

    boot: str
    name: str
    entry: Entry


@dataclass(slots=True)
class _Node:
    name: str
    heard: float
    number: int = -1
    agents: dict[str, Entry] = field(default_factory=dict)
    sharing: set[str] = field(default_factory=set)
    held: list[News] | None = None  # None: in step

    def put(self, entry: Entry) -> None:
        self.agents[entry.user] = entry
        if entry.shares and entry.is_connected:
            self.sharing.add(entry.user)
        else:
            self.sharing.discard(entry.user)


class Directory:
    """The other nodes. `changed` hears each user of whom something is new, `ended` each node that
    is forgotten; `now` in seconds."""

    def __init__(self, changed: Callable[[str], None], ended: Callable[[str], None]) -> None:
        self._changed, self._ended = changed, ended
        self._nodes: dict[str, _Node] = {}
        # What was last heard of agents whose node cannot be reached any more.
        self.lost: dict[str, Entry] = {}

    def __len__(self) -> int:
        return len(self._nodes)

    @property
    def names(self) -> set[str]:
        return {node.name for node in self._nodes.values()}

    @property
    def boots(self) -> list[str]:
        return list(self._nodes)

    @property
    def is_in_step(self) -> bool:
        return all(node.held is None for node in self._nodes.values())

    def beat(self, boot: str, name: str, number: int, now: float) -> bool:
        """The node lives and its last news is that one. True: its list must be fetched."""
        node = self._node(boot, name, now)
        if node.held is not None or number <= node.number:
            return False
        node.held = []
        return True

    def news(self, news: News, now: float) -> bool:
        """True: some news before this one are missing, and the node's list must be fetched."""
        node = self._node(news.boot, news.name, now)
        if node.held is not None:
            if len(node.held) < MOST_HELD:
                node.held.append(news)
            return False
        if news.number <= node.number:
            return False
        if news.number != node.number + 1:
            node.held = [news]
            return True
        self._apply(node, news)
        return False

    def listed(self, boot: str, number: int, entries: Iterable[Entry]) -> None:
        """The node's whole list, complete up to that number; the next beat shows what is not."""
        node = self._nodes.get(boot)
        if node is None:
            return
        held, node.held = node.held or [], None
        before, node.agents, node.number = node.agents, {}, number
        node.sharing.clear()
        for entry in entries:
            node.put(entry)
            self.lost.pop(entry.user, None)
        for news in held:
            if news.number == node.number + 1:
                node.number = news.number
                node.put(news.entry)
        for user in {**before, **node.agents}:
            self._changed(user)

    def not_listed(self, boot: str) -> None:
        """The list could not be fetched: the next beat asks again."""
        node = self._nodes.get(boot)
        if node is not None:
            node.held = None

    def forget(self, boot: str) -> None:
        """The node has ended, or nobody hears of it any more."""
        node = self._nodes.pop(boot, None)
        if node is None:
            return
        self._ended(boot)
        self.lost.update(node.agents)
        for user in node.agents:
            self._changed(user)

    def look(self, now: float) -> None:
        """Forget the nodes that are silent."""
        for boot, node in list(self._nodes.items()):
            if now - node.heard >= SILENT_SECONDS:
                self.forget(boot)

    def place_of(self, user: str) -> Place | None:
        """Where the user's agent is, or was last; None when no other node knows of one."""
        found = [
            Place(boot, node.name, node.agents[user])
            for boot, node in self._nodes.items()
            if user in node.agents
        ]
        return max(found, key=lambda place: place.entry.epoch, default=None)

    def sharing(self) -> list[str]:
        """The nodes that have an agent which shares its quotes."""
        return [boot for boot, node in self._nodes.items() if node.sharing]

    def _node(self, boot: str, name: str, now: float) -> _Node:
        node = self._nodes.get(boot)
        if node is None:
            node = self._nodes[boot] = _Node(name, now)
        node.heard = now
        return node

    def _apply(self, node: _Node, news: News) -> None:
        node.number = news.number
        node.put(news.entry)
        self.lost.pop(news.entry.user, None)
        self._changed(news.entry.user)
