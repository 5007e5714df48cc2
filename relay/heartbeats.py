"""Heartbeats: ask each agent in turn whether it is there, and find those that do not answer.

Sans-I/O, two queues in the order of time: a look costs what is due, however many are connected.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from relay.messages import Ping, Pong, encode
from relay.registry import Agent

# An answer may take a heartbeat and this.
GRACE_SECONDS = 1.0
# Looks are a hundred a second: what is longer than this was a pause of the relay itself.
LONGEST_STEP_SECONDS = 1.0
# Pings of one look, a hundred of which are in a second: a burst for ten thousand agents that came
# together would hold up a request. More than 12,000 agents are pinged less often.
AT_ONCE = 25


class Heartbeats:
    """Every agent is pinged once per heartbeat; `now` is the hub's clock, in seconds.

    A relay that stood still itself (its machine slept, or had no time for it) has not read what its
    agents said meanwhile: of such a pause only a second counts against them.
    """

    def __init__(self, seconds: float, now: float) -> None:
        self.seconds = seconds
        self._looked = now  # the last look
        self._awake = 0.0  # the time that counts, as of that look
        self._due: deque[tuple[float, Agent]] = deque()  # by the time that counts
        self._asked: deque[tuple[float, float, Agent]] = deque()  # the same, and by the clock

    def add(self, agent: Agent) -> None:
        self._due.append((self._awake + self.seconds, agent))

    def is_silent(self, agent: Agent, now: float) -> bool:
        """Whether it has missed two heartbeats."""
        return now - agent.heard >= 2 * self.seconds

    def ping(self, agent: Agent, now: float) -> None:
        time = milliseconds(now)
        agent.ping = time, now
        agent.connection.send(encode(Ping(time)))

    def pong(self, agent: Agent, pong: Pong, now: float) -> None:
        """Learn how long the way there and back takes; another ping's answer tells nothing."""
        if agent.ping is not None and agent.ping[0] == pong.time:
            agent.latency_ms = round((now - agent.ping[1]) * 1000, 2)
            agent.ping = None

    def look(self, now: float) -> Iterator[Agent]:
        """Ping whose turn it is; yields those that have not said anything since they were asked."""
        self._awake += min(now - self._looked, LONGEST_STEP_SECONDS)
        self._looked = now
        for _ in range(min(AT_ONCE, len(self._due))):
            if self._due[0][0] > self._awake:
                break
            _, agent = self._due.popleft()
            if not agent.is_gone:
                self.ping(agent, now)
                self._asked.append((self._awake, now, agent))
                self._due.append((self._awake + self.seconds, agent))
        patience = self._awake - self.seconds - GRACE_SECONDS
        while self._asked and self._asked[0][0] <= patience:
            _, asked, agent = self._asked.popleft()
            if not agent.is_gone and agent.heard < asked:
                yield agent


def milliseconds(now: float) -> int:
    """The relay's clock as frames carry it."""
    return int(now * 1000)
