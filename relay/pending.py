"""What is under way: who waits for which answer, until when, and how many may wait at one agent.

Every request that is added ends in exactly one answer: the agent's reply, the end of its agent, or
its deadline.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from relay.answers import Answer, Unknown
from relay.operations import Operation
from trading.refusals import AgentNotConnected, Busy, NoAnswer

# At one agent at once. Exits have places of their own, so that no crowd can hold one up.
IN_FLIGHT = 256
MORE_FOR_EXITS = 32

TOO_MANY = "Your agent has more requests under way than it may have at once"
NO_ANSWER = "The agent did not answer in time. Try again."
WENT_AWAY = "It went away while this was under way. Nothing was changed; ask again."


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """One request under way. `deadline` in seconds of the hub's clock; `told` is called once."""

    id: str
    operation: Operation
    deadline: float
    told: Callable[[Answer], None]
    is_own: bool
    client_order_id: str | None = None

    def when_gone(self) -> Answer:
        """What the caller hears when the agent is gone."""
        if self.operation.is_order:
            return Unknown(self.client_order_id)
        return AgentNotConnected(WENT_AWAY)

    def when_late(self) -> Answer:
        """What the caller hears at the deadline."""
        if self.operation.is_order:
            return Unknown(self.client_order_id)
        return NoAnswer(NO_ANSWER)


class Pending:
    """Who waits at one agent, by the id of the request."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: dict[str, Waiting] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, one: Waiting) -> None:
        """Raises Busy, and adds nothing, when too much is under way."""
        most = IN_FLIGHT + (MORE_FOR_EXITS if one.operation.kind == "exit" else 0)
        if len(self._waiting) >= most:
            raise Busy(TOO_MANY)
        self._waiting[one.id] = one

    def take(self, request_id: str) -> Waiting | None:
        """Whoever waits under that id, who does not wait any more then."""
        return self._waiting.pop(request_id, None)

    def take_all(self) -> list[Waiting]:
        waiting = list(self._waiting.values())
        self._waiting.clear()
        return waiting
