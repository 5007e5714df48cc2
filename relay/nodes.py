"""Several relay nodes as one: every agent is reached from every node.

A request goes to the node that has the user's agent, named by that agent's epoch, once. Nodes that
cannot be reached are as agents that are not connected: 503 at once, and nothing was sent. What left
and was not answered is unknown if it was an order; it is never asked again.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from relay.answers import Answer
from relay.bus import Bus
from relay.clock import steady_seconds
from relay.directory import Directory, Entry, News, Place, Row
from relay.feed import Feed
from relay.followers import Followers
from relay.gate import Pass
from relay.hub import Hub
from relay.messages import Hello
from relay.mirrors import AGAIN_SECONDS, Mirrors
from relay.node_asking import NodeAsking
from relay.node_forms import entry_of, news_form, news_of, picture_of
from relay.node_service import NodeService
from relay.operations import Operation
from relay.own_agents import OwnAgents
from relay.owners import Owners
from relay.post import Head, Post

logger = logging.getLogger(__name__)

BEAT_SECONDS = 1.0
ASK_SECONDS = 2.0
SAME_NAME = "Another relay node is called %s too. Give each its own NODE_NAME and restart it."
NODE_GONE = (
    "The relay node that it was connected to cannot be reached. It will come back by itself."
)


class Nodes:
    """`relay.alone.Routes` over this node's hub and the other nodes."""

    def __init__(
        self,
        hub: Hub,
        bus: Bus,
        owners: Owners,
        token: str,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._hub, self._owners, self._boot = hub, owners, secrets.token_hex(8)
        self._post = Post(bus, token, self._boot, hub.counts)
        self._directory = Directory(self._changed, self._post.give_up)
        self._own = OwnAgents(hub, self._boot, self._tell, owners.gone)
        self._followers = Followers(self._send_events, self._soon)
        self._mirrors = Mirrors(self._post, hub, self._home_of)
        self._service = NodeService(hub, self._followers, self._own.listing, wall)
        self._asking = NodeAsking(hub, self._post, self._directory, wall)
        self._fetching: dict[str, asyncio.Task[None]] = {}
        self._post.open(self._heard, self._mirrors.heard, self._service.called)
        self._post.when_up(self._came_up)
        hub.watched_by(self._own.changed)

    # Routes

    async def ask(self, user: str, operation: Operation, args: Mapping[str, Any]) -> Answer:
        return await self._asking.ask(user, operation, args)

    async def agent(self, user: str) -> dict[str, Any]:
        place = self._home_of(user)
        answer = place and await self._post.ask(place.boot, {"do": "agent", "user": user})
        if not answer or self._lost(user):
            return self.picture(user)
        agent: dict[str, Any] = answer[0]["agent"]
        return agent

    def picture(self, user: str) -> dict[str, Any]:
        place, lost = self._home_of(user), self._lost(user)
        if lost is not None:
            return picture_of(lost_row(lost))
        return picture_of(place.entry.row) if place else self._hub.agent(user)

    async def agents(self) -> list[dict[str, Any]]:
        """Of each user the newest, as its node says it now."""
        lists = await asyncio.gather(*map(self._list_of, self._directory.boots))
        there = [entry for listed in lists if listed for entry in listed[1]]
        lost = [replace(one, row=lost_row(one)) for one in self._directory.lost.values()]
        newest: dict[str, Entry] = {}
        for entry in [*lost, *there, *self._own.listing()[1]]:
            if entry.user not in newest or newest[entry.user].epoch < entry.epoch:
                newest[entry.user] = entry
        return [newest[user].row for user in sorted(newest)]

    async def take_over(self, user: str) -> None:
        self._hub.take_over(user)
        place = self._home_of(user)
        if place is not None:
            await self._post.ask(place.boot, {"do": "take-over", "user": user})

    async def may_enter(self, passed: Pass, hello: Hello) -> bool:
        if self._hub.epoch_of(passed.user) is not None:
            return True
        alive, place = self._directory.names, self._directory.place_of(passed.user)
        if place is not None and place.entry.is_connected:
            who = {"user": passed.user, "instance": hello.instance, "label": hello.label}
            answer = await self._post.ask(place.boot, {"do": "knock", **who}, seconds=ASK_SECONDS)
            if answer is not None:
                return answer[0]["may"] is True
            alive.discard(place.name)
        return await self._owners.may_enter(passed.owner.user_id, hello, alive)

    async def feed(self, user: str) -> Feed:
        return await self._mirrors.feed(user)

    def stop(self) -> None:
        self._asking.stop()

    # What this node tells

    def _tell(self, news: News) -> None:
        self._post.tell_all(news_form(news))

    def _send_events(self, node: str, user: str, boot: str, last: int, events: list[bytes]) -> None:
        head = {"from": self._boot, "user": user, "boot": boot, "last": last}
        self._post.tell_events(node, head, b"".join(events))

    def _soon(self) -> None:
        asyncio.get_running_loop().call_soon(self._followers.flush)

    def _beat(self) -> None:
        name = {"boot": self._boot, "name": self._hub.node}
        self._post.tell_all({"t": "beat", **name, "number": self._own.number})

    # What the others tell

    def _heard(self, head: Head, _body: bytes) -> None:
        boot, now = head["boot"], steady_seconds()
        if boot == self._boot:
            return
        if head["t"] == "bye":
            self._directory.forget(boot)
        elif head["t"] == "beat":
            if boot not in self._directory.boots:
                self._met(head["name"])
            if self._directory.beat(boot, head["name"], head["number"], now):
                self._fetch(boot)
        elif self._directory.news(news_of(head), now):
            self._fetch(boot)

    def _met(self, name: str) -> None:
        """A node that was not known: it hears of this one at once, not with the next beat."""
        self._beat()
        if name == self._hub.node:
            logger.error(SAME_NAME, name)

    def _changed(self, user: str) -> None:
        """The directory knows something new of the user."""
        place = self._directory.place_of(user)
        if place is not None:
            self._hub.moved(user, place.entry.epoch)
        if self._mirrors.changed(user):
            self._hub.feed(user).publish("agent", self.picture(user))

    def _home_of(self, user: str) -> Place | None:
        """The other node that has the user's agent or had it last; None: this one, or nobody."""
        place = self._directory.place_of(user)
        return place if place and place.entry.epoch > self._own.epoch(user) else None

    def _lost(self, user: str) -> Entry | None:
        """What a node that cannot be reached said of the user's agent, unless it came elsewhere
        since."""
        lost, place = self._directory.lost.get(user), self._directory.place_of(user)
        since = max(self._own.epoch(user), place.entry.epoch if place else 0)
        return lost if lost and lost.epoch > since else None

    def _came_up(self) -> None:
        self._beat()
        self._mirrors.renew()

    def _fetch(self, boot: str) -> None:
        if boot not in self._fetching:
            self._fetching[boot] = asyncio.create_task(self._fetch_list(boot))

    async def _fetch_list(self, boot: str) -> None:
        try:
            listed = await self._list_of(boot)
        finally:  # not in a callback of the task: a beat before that would fetch nothing, ever
            del self._fetching[boot]
        if listed is None:
            self._directory.not_listed(boot)
        else:
            self._directory.listed(boot, *listed)

    async def _list_of(self, boot: str) -> tuple[int, list[Entry]] | None:
        """All agents of that node, and the number of the news up to which that is complete."""
        entries: list[Entry] = []
        number: int | None = None
        while True:
            after = entries[-1].user if entries else ""
            answer = await self._post.ask(boot, {"do": "list", "after": after})
            if answer is None:
                return None
            head = answer[0]
            number = head["number"] if number is None else number
            entries += map(entry_of, head["entries"])
            if not head["more"]:
                return number, entries

    # Time

    async def run(self) -> None:
        """Beats, and what is due; until it is cancelled."""
        beats = 0
        while True:
            self._beat()
            now = steady_seconds()
            self._directory.look(now)
            self._followers.look(now, set(self._directory.boots))
            beats += 1
            if beats % round(AGAIN_SECONDS / BEAT_SECONDS) == 0:
                self._mirrors.renew()
            await asyncio.sleep(BEAT_SECONDS)

    async def leave(self) -> None:
        """Tell the others that this node ends."""
        self._post.tell_all({"t": "bye", "boot": self._boot})
        await self._mirrors.stop()
        for task in list(self._fetching.values()):
            task.cancel()
        await asyncio.gather(*self._fetching.values(), return_exceptions=True)


def lost_row(entry: Entry) -> Row:
    """The row of an agent whose node cannot be reached: where it was, and that nobody knows. One
    that was away already is away for its own reason."""
    if not entry.is_connected:
        return entry.row
    return {**entry.row, "connected": False, "latencyMs": None, "reason": NODE_GONE}


@asynccontextmanager
async def together(nodes: Nodes, hub: Hub, bus: Bus, owners: Owners) -> AsyncIterator[None]:
    """This node is among the others until the block is left."""
    async with bus.running():
        tasks = [asyncio.create_task(nodes.run()), asyncio.create_task(owners.watch(hub))]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await nodes.leave()
            await owners.end()
