"""Requests under way: out to an agent, back to whoever asked, exactly once.

Only a reply with the id of a request, the epoch of the connection and from the very agent that was
asked counts. Everything else that looks like a reply is dropped and counted.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import count
from typing import Any

from relay.answers import Answer, Result, foreign_error
from relay.deadlines import Deadlines
from relay.heartbeats import milliseconds
from relay.messages import BAD_FRAME, Ack, BadFrame, Reply, Request, encode, json_text
from relay.operations import Operation
from relay.pending import Waiting
from relay.registry import Agent, Registry
from trading.refusal_forms import from_form
from trading.refusals import Busy, Refused

CANNOT_BE_SAID = "The request is nested too deeply, or has a number that is too long"
CANNOT_BE_READ = "reply: the result is nested too deeply"
LENT_ENOUGH = "The agent that shares its quotes has answered others enough of this for now"
NAME_LENGTH = 40

Told = Callable[[Answer], None]


class Requests:
    """Of all agents. `now` is the hub's clock, in seconds; `wall` the time for people."""

    def __init__(self, agents: Registry, counts: Counter[str]) -> None:
        self._agents, self._counts = agents, counts
        self._deadlines = Deadlines()
        # Ids are never used again, not even by the next relay: an agent may answer after days.
        self._boot, self._numbers = secrets.token_hex(4), count(1)

    def __len__(self) -> int:
        return len(self._deadlines)

    def send(
        self,
        user: str,
        operation: Operation,
        args: Mapping[str, Any],
        told: Told,
        times: tuple[float, datetime, float],
    ) -> None:
        """To the user's own agent, or for a quote to any; raises a TradingError when none takes it.

        `times`: the clock and the wall clock, now, and within how many seconds it may begin.
        """
        is_quote = operation.reach == "quote"
        agent = self._agents.any_agent(user) if is_quote else self._agents.agent_of(user)
        is_own = agent.user == user
        (now, wall, ttl), name = times, f"{self._boot}-{next(self._numbers)}"
        text = _request(name, operation, user if is_own else "", agent.epoch, (now, ttl), args)
        if not is_own and (seconds := agent.loans.take(operation.name, now)):
            raise Busy(LENT_ENOUGH, seconds)
        order = client_order_id(args) if operation.is_order else None
        one = Waiting(name, operation, now + operation.seconds, told, is_own, order)
        agent.pending.add(one)
        self._deadlines.add(one, agent)
        if not is_own:
            self._agents.lend(agent)
        if operation.is_order:
            agent.last_order_at = wall
        agent.connection.send(text)

    def replied(self, agent: Agent, reply: Reply) -> None:
        """A reply came from that agent. Raises BadFrame for a result that cannot be written again.

        The last reply to an order is acknowledged, so that the agent need not keep it; also one
        that nobody waits for any more, because its order's events bring the pages up to date.
        """
        if reply.epoch != agent.epoch:
            self._counts["replies of an old epoch"] += 1
            return
        try:
            result = json_text(reply.result)
        except TypeError:
            raise BadFrame(BAD_FRAME, CANNOT_BE_READ) from None
        one = agent.pending.take(reply.id)
        if one is None:
            self._counts["replies nobody waits for"] += 1
        else:
            self._ended(agent, one)
            one.told(_answer(agent, one, reply, result))
        if one is None or one.operation.is_order:
            agent.connection.send(encode(Ack(reply.id)))

    def agent_ended(self, agent: Agent) -> None:
        """Everybody who waits for it is answered: orders are unknown, reads may be asked again."""
        for one in agent.pending.take_all():
            self._ended(agent, one)
            one.told(one.when_gone())

    def look(self, now: float) -> None:
        """Answer those whose deadline has come."""
        for one, agent in self._deadlines.due(now):
            agent.pending.take(one.id)
            self._ended(agent, one)
            self._counts["requests without an answer in time"] += 1
            one.told(one.when_late())

    def _ended(self, agent: Agent, one: Waiting) -> None:
        self._deadlines.remove(one)
        if not one.is_own:
            self._agents.give_back(agent)


def _request(
    name: str,
    operation: Operation,
    user: str,
    epoch: int,
    times: tuple[float, float],
    args: Mapping[str, Any],
) -> str:
    issued, ttl = map(milliseconds, times)
    try:
        return encode(Request(name, operation.name, user, epoch, issued, ttl, args))
    except TypeError:
        raise Refused(CANNOT_BE_SAID, malformed=True) from None


def _answer(agent: Agent, one: Waiting, reply: Reply, result: str) -> Answer:
    if reply.error is None:
        return Result(result, one.is_own, agent.hello.feed)
    error = from_form(reply.error)
    return error if one.is_own else foreign_error(error)


def client_order_id(args: Mapping[str, Any]) -> str | None:
    """The caller's own name for the order, where it gave one; the agent judges it."""
    body = args.get("body")
    holder = body if isinstance(body, Mapping) else args
    name = holder.get("clientOrderId")
    return name if isinstance(name, str) and len(name) <= NAME_LENGTH else None
