"""Which agent is connected for which user, and the only two ways to one.

`agent_of` is for everything private: the user's own agent or AgentNotConnected. `any_agent` is for
quotes alone. There is no flag between them that somebody could forget.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from relay.messages import Hello
from relay.pending import Pending
from relay.rates import Bucket, Loans
from trading.refusals import START_THE_AGENT, AgentNotConnected, Busy

# What others may have under way at somebody's agent: it leaves its owner plenty.
FOREIGN_QUOTES = 32
NOBODY_SHARES = f"No other user's agent shares its quotes now. {START_THE_AGENT}"
ALL_BUSY = "Every agent that shares its quotes has as many requests as it takes"


class Connection(Protocol):
    """An agent's socket. Neither method blocks or raises, whatever the state of the socket."""

    def send(self, text: str) -> None: ...

    def close(self, code: int, reason: str) -> None: ...


@dataclass(slots=True, eq=False)
class Agent:
    """One connection of a user's agent. `heard` is when it last said something (hub's clock)."""

    user: str
    key: str
    epoch: int
    hello: Hello
    connection: Connection
    heard: float
    since: datetime
    rate: Bucket
    pending: Pending = field(default_factory=Pending)
    loans: Loans = field(default_factory=Loans)
    lent: int = 0  # quotes that it fetches for others now
    ping: tuple[int, float] | None = None  # its `time` and when it left
    latency_ms: float | None = None
    last_order_at: datetime | None = None
    notice: str | None = None  # something its user should know
    is_gone: bool = False


class Registry:
    """The connected agents by user: at most one each."""

    def __init__(self) -> None:
        self._agents: dict[str, Agent] = {}
        # Agents that share, by how many quotes for others each has under way; first come first.
        self._sharing: list[dict[Agent, None]] = [{} for _ in range(FOREIGN_QUOTES + 1)]

    def __len__(self) -> int:
        return len(self._agents)

    def __iter__(self) -> Iterator[Agent]:
        """All of them, for keeping order and for the admin's list; never to choose one to ask."""
        return iter(list(self._agents.values()))

    def agent_of(self, user: str) -> Agent:
        """The user's own agent. Raises AgentNotConnected."""
        agent = self._agents.get(user)
        if agent is None:
            raise AgentNotConnected
        return agent

    def any_agent(self, prefer: str) -> Agent:
        """Quotes only: the own agent of `prefer`, else the sharing one with the least to do.

        Raises AgentNotConnected when nobody shares, Busy when all who share have enough to do.
        """
        agent = self._agents.get(prefer)
        if agent is not None:
            return agent
        for level in self._sharing[:FOREIGN_QUOTES]:
            if level:
                return next(iter(level))
        if self._sharing[FOREIGN_QUOTES]:
            raise Busy(ALL_BUSY)
        raise AgentNotConnected(NOBODY_SHARES)

    def put(self, agent: Agent) -> Agent | None:
        """Make it its user's agent; returns the one whose place it takes."""
        before = self._agents.get(agent.user)
        if before is not None:
            self.remove(before)
        self._agents[agent.user] = agent
        if agent.hello.shares:
            self._sharing[agent.lent][agent] = None
        return before

    def remove(self, agent: Agent) -> bool:
        """Forget it, unless another has taken its place already; then False."""
        if self._agents.get(agent.user) is not agent:
            return False
        del self._agents[agent.user]
        self._sharing[agent.lent].pop(agent, None)
        return True

    def lend(self, agent: Agent) -> None:
        """The agent fetches one more quote for somebody else."""
        self._move(agent, agent.lent + 1)

    def give_back(self, agent: Agent) -> None:
        """It has done so, or will not any more."""
        self._move(agent, agent.lent - 1)

    def _move(self, agent: Agent, lent: int) -> None:
        is_here = self._agents.get(agent.user) is agent
        if is_here:
            del self._sharing[agent.lent][agent]
            self._sharing[lent][agent] = None
        agent.lent = lent
