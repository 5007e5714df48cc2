"""Who waits how long, over all agents: what is due is found without looking at the rest."""

from __future__ import annotations

from collections.abc import Iterator

from relay.pending import Waiting
from relay.registry import Agent


class Deadlines:
    """One queue for each length of time: those who wait equally long run out as they came."""

    def __init__(self) -> None:
        self._queues: dict[float, dict[str, tuple[Waiting, Agent]]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._queues.values()))

    def add(self, one: Waiting, agent: Agent) -> None:
        self._queues.setdefault(one.operation.seconds, {})[one.id] = one, agent

    def remove(self, one: Waiting) -> None:
        """May be called for one that was removed already."""
        self._queues[one.operation.seconds].pop(one.id, None)

    def due(self, now: float) -> Iterator[tuple[Waiting, Agent]]:
        """Those whose deadline has come; they are removed."""
        for queue in list(self._queues.values()):
            while queue:
                one, agent = next(iter(queue.values()))
                if one.deadline > now:
                    break
                del queue[one.id]
                yield one, agent
