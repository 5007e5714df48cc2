"""The hub: requests of users to their agents, and back. Sans-I/O; clocks are handed in.

A request ends in exactly one answer: an error is raised before anything left, or `answer` is called
once, with the agent's reply, at the agent's end, or at the deadline. Nothing is ever sent again.
What an agent says reaches its own user; only the answer to a quote may go to somebody else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from relay.clock import steady_seconds
from relay.entrance import Entrance, refuse_stranger
from relay.feed import Feed
from relay.feeds import Feeds
from relay.heartbeats import Heartbeats, milliseconds
from relay.messages import (
    NOT_ALLOWED,
    NOT_HEARD,
    STOPPING,
    TAKEN_OVER,
    TOO_MANY,
    BadFrame,
    Event,
    Hello,
    Pong,
    Reply,
    Welcome,
    decode,
    encode,
)
from relay.operations import Operation
from relay.presence import Absence, absent, absent_row, picture, row
from relay.rates import Bucket
from relay.registry import Agent, Connection, Registry
from relay.requests import Requests, Told
from trading.refusals import AgentNotConnected

ANOTHER_ACTIVE = "another_agent_active"
REPLACED = "replaced"
SILENT = "It does not answer any more"
ENDED_KEY = "Its key is not valid any more"
RESTARTING = "The relay is being restarted. Try again in a few seconds."
CAME_BY = "Another machine ({name}) wanted to connect with your agent key and was refused"


class Hub:
    """All of it runs in one thread. `clock` only goes on, `wall` is the time for people."""

    def __init__(
        self,
        clock: Callable[[], float] = steady_seconds,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        heartbeat: float = 5.0,
        node: str = "",
    ) -> None:
        self.counts: Counter[str] = Counter()  # of what was heard, refused and dropped
        self.node = node
        self._clock, self._wall = clock, wall
        self._agents = Registry()
        self._requests = Requests(self._agents, self.counts)
        self._heartbeats = Heartbeats(heartbeat, clock())
        self._entrance = Entrance(self._heartbeats)
        self._feeds = Feeds()
        self._absences: dict[str, Absence] = {}
        self._watcher: Callable[[str], None] | None = None
        self._never = Absence(wall())
        self._is_stopping = False

    @property
    def connected(self) -> int:
        return len(self._agents)

    @property
    def in_flight(self) -> int:
        return len(self._requests)

    # Agents

    def knock(self, user: str, hello: Hello, answer: Callable[[bool], None]) -> None:
        """Answer whether this agent may come in; False after at most a second, or at once."""

        def told(may_enter: bool) -> None:
            if not may_enter:
                self._turned_away(user, hello)
            answer(may_enter)

        self._entrance.knock(self._holder(user), hello.instance, self._clock(), told)

    def join(self, key: tuple[str, str], hello: Hello, epoch: int, connection: Connection) -> Agent:
        """The agent of the user and key digest in `key` comes in and is welcomed.

        Whoever was there with an older epoch is closed. Raises BadFrame with the close code.
        """
        user, now = key[0], self._clock()
        refuse_stranger(user, hello)
        if self._is_stopping:
            raise BadFrame(STOPPING, RESTARTING)
        holder = self._holder(user)
        if holder is not None and (
            epoch <= holder.epoch or not self._entrance.may_enter(holder, hello.instance, now)
        ):
            raise BadFrame(TAKEN_OVER, ANOTHER_ACTIVE)
        agent = Agent(*key, epoch, hello, connection, now, self._wall(), Bucket(now))
        replaced = self._agents.put(agent)
        self._entrance.entered(user, replaced, hello.instance)
        if replaced is not None:
            self._close(replaced, TAKEN_OVER, REPLACED)
        self._heartbeats.add(agent)
        self._absences.pop(user, None)
        seen = self._feeds.seen(user, hello.run)
        heartbeat_ms = milliseconds(self._heartbeats.seconds)
        connection.send(encode(Welcome(user, epoch, milliseconds(now), seen, heartbeat_ms)))
        self._tell(user)
        return agent

    def received(self, agent: Agent, text: str) -> None:
        """A text frame of the agent. A frame that breaks the protocol closes its connection."""
        if not self.noticed(agent, len(text)):
            return
        try:
            frame = decode(text, Reply, Event, Pong)
            if isinstance(frame, Reply):
                self._requests.replied(agent, frame)
            elif isinstance(frame, Event):
                self._on_event(agent, frame)
            elif isinstance(frame, Pong):
                self._heartbeats.pong(agent, frame, agent.heard)
        except BadFrame as error:
            self.refuse(agent, error)

    def noticed(self, agent: Agent, size: int = 0) -> bool:
        """Something came from the agent; False when it is not to be heard (any more)."""
        if agent.is_gone:
            return False
        agent.heard = self._clock()
        self.counts["frames"] += 1
        if not agent.rate.take(size, agent.heard):
            self.refuse(agent, BadFrame(TOO_MANY, "Too many messages"))
        return not agent.is_gone

    def refuse(self, agent: Agent, error: BadFrame) -> None:
        """The agent broke the protocol: it is closed with the code and nobody else notices."""
        self._close(agent, error.code, error.reason)

    def dropped(self, agent: Agent, reason: str) -> None:
        """The agent's socket has ended. May be told more than once."""
        self._end(agent, reason)

    def keys(self) -> set[str]:
        """The digests of the keys that are in use."""
        return {agent.key for agent in self._agents}

    def close_keys(self, ended: Collection[str]) -> None:
        """These keys are not valid any more: their agents are closed."""
        for agent in self._agents:
            if agent.key in ended:
                self._close(agent, NOT_ALLOWED, ENDED_KEY)

    # Callers

    def ask(
        self,
        user: str,
        operation: Operation,
        args: Mapping[str, Any],
        answer: Told,
        ttl: float | None = None,
    ) -> None:
        """Send the request for that user; `answer` is called once, later.

        `ttl`: within how many seconds the agent must begin, where that is not the operation's own.
        Raises AgentNotConnected, Busy or Refused when nothing was sent.
        """
        if self._is_stopping:
            raise AgentNotConnected(RESTARTING)
        begin = operation.delivery_seconds if ttl is None else ttl
        times = self._clock(), self._wall(), begin
        self._requests.send(user, operation, args, answer, times)

    def take_over(self, user: str) -> None:
        """The user lets another instance take the agent's place within the next minute."""
        self._entrance.take_over(user, self._clock())

    def feed(self, user: str) -> Feed:
        """The user's events."""
        return self._feeds.of(user)

    def readers(self, user: str) -> int:
        """How many read the user's events here."""
        return self._feeds.readers(user)

    def agent(self, user: str) -> dict[str, Any]:
        """The user's agent as pages show it, connected or not."""
        holder = self._holder(user)
        return picture(holder) if holder else absent(self._absences.get(user, self._never))

    def agents(self) -> list[dict[str, Any]]:
        """Every agent that was seen since the relay was started, for an admin."""
        away = [absent_row(user, absence) for user, absence in self._absences.items()]
        return [row(agent, self.node) for agent in self._agents] + away

    # Other nodes

    def watched_by(self, watcher: Callable[[str], None]) -> None:
        """Call `watcher` with the user whose agent came, went, or has a new notice."""
        self._watcher = watcher

    def epoch_of(self, user: str) -> int | None:
        """The epoch of the user's agent; None when it is not connected here."""
        holder = self._holder(user)
        return holder.epoch if holder else None

    def row(self, user: str) -> dict[str, Any]:
        """The user's agent in the admin's list, connected or not."""
        holder = self._holder(user)
        if holder is not None:
            return row(holder, self.node)
        return absent_row(user, self._absences.get(user, self._never))

    def shares(self, user: str) -> bool:
        """Whether the user's agent is here and shares its quotes."""
        holder = self._holder(user)
        return holder is not None and holder.hello.shares

    def moved(self, user: str, epoch: int) -> None:
        """Another node has the user's agent under that epoch: an older one here is closed."""
        holder = self._holder(user)
        if holder is not None and holder.epoch < epoch:
            self._close(holder, TAKEN_OVER, REPLACED)

    # Time

    def tick(self) -> None:
        """What is due: pings, deadlines, silent agents. To be called some times a second."""
        now = self._clock()
        for agent in self._heartbeats.look(now):
            self._close(agent, NOT_HEARD, SILENT)
        self._entrance.look(now, lambda holder: self._close(holder, TAKEN_OVER, REPLACED))
        self._requests.look(now)

    def tidy(self) -> None:
        """Forget feeds that nobody needs; to be called once a minute or so."""
        self._feeds.forget_idle({agent.user for agent in self._agents}, self._clock())

    def stop(self) -> None:
        """Close every agent and answer everybody; from now on nothing is taken."""
        self._is_stopping = True
        for agent in self._agents:
            self._close(agent, STOPPING, RESTARTING)

    def _holder(self, user: str) -> Agent | None:
        try:
            return self._agents.agent_of(user)
        except AgentNotConnected:
            return None

    def _turned_away(self, user: str, hello: Hello) -> None:
        """The user hears that somebody else has the key and tried it."""
        self.counts["agents turned away"] += 1
        holder = self._holder(user)
        if holder is not None:
            holder.notice = CAME_BY.format(name=hello.label or "without a name")
            self._tell(user)

    def _on_event(self, agent: Agent, event: Event) -> None:
        if event.epoch != agent.epoch:
            self.counts["events of an old epoch"] += 1
        elif not self._feeds.heard(agent.user, agent.hello.run, event):
            self.counts["events known already"] += 1

    def _close(self, agent: Agent, code: int, reason: str) -> None:
        if not agent.is_gone:
            self.counts[f"closed {code}"] += 1
            agent.connection.close(code, reason)
            self._end(agent, reason)

    def _end(self, agent: Agent, reason: str) -> None:
        if agent.is_gone:
            return
        agent.is_gone = True
        was_holder = self._agents.remove(agent)
        self._requests.agent_ended(agent)
        if was_holder:
            last = agent.hello, agent.last_order_at
            self._absences[agent.user] = Absence(self._wall(), reason, *last)
            self._tell(agent.user)

    def _tell(self, user: str) -> None:
        self._feeds.publish(user, "agent", self.agent(user))
        if self._watcher is not None:
            self._watcher(user)
