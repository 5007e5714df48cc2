"""A hub with a clock that the test moves, agents that only note what they hear, and callers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import orjson

from relay.answers import Answer, Result
from relay.hub import Hub
from relay.messages import (
    Ack,
    Event,
    Frame,
    Hello,
    Ping,
    Pong,
    Reply,
    Request,
    Welcome,
    decode,
    encode,
)
from relay.operations import OPERATIONS
from relay.registry import Agent

F = TypeVar("F", bound=Frame)

START = datetime(2026, 11, 28, 14, tzinfo=UTC)


@dataclass
class Clock:
    """Seconds that pass only when a test says so."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now

    def wall(self) -> datetime:
        return START + timedelta(seconds=self.now)


@dataclass
class FakeConnection:
    """Keeps what the hub sent, and how it closed."""

    sent: list[str] = field(default_factory=list)
    closed: tuple[int, str] | None = None

    def send(self, text: str) -> None:
        self.sent.append(text)

    def close(self, code: int, reason: str) -> None:
        assert self.closed is None, "closed twice"
        self.closed = code, reason

    def frames(self, kind: type[F]) -> list[F]:
        read = (decode(text, Welcome, Request, Ack, Ping) for text in self.sent)
        return [frame for frame in read if isinstance(frame, kind)]


@dataclass
class FakeAgent:
    """An agent as the hub knows it, and its connection."""

    hub: Hub
    agent: Agent
    connection: FakeConnection

    @property
    def closed(self) -> tuple[int, str] | None:
        return self.connection.closed

    @property
    def requests(self) -> list[Request]:
        return self.connection.frames(Request)

    @property
    def acks(self) -> list[str]:
        return [ack.id for ack in self.connection.frames(Ack)]

    def say(self, frame: Frame) -> None:
        self.hub.received(self.agent, encode(frame))

    def reply(self, request: Request, result: Any = None, **changes: Any) -> None:
        values: dict[str, Any] = {"id": request.id, "epoch": self.agent.epoch, "result": result}
        self.say(Reply(**values | changes))

    def event(self, seq: int, kind: str = "order", **data: Any) -> None:
        self.say(Event(seq, self.agent.epoch, kind, data))

    def pong(self) -> None:
        self.say(Pong(self.connection.frames(Ping)[-1].time))


@dataclass
class Caller:
    """Whoever waits for one answer."""

    answers: list[Answer] = field(default_factory=list)

    def __call__(self, answer: Answer) -> None:
        self.answers.append(answer)

    @property
    def answer(self) -> Answer:
        """The answer: exactly one."""
        assert len(self.answers) == 1, self.answers
        return self.answers[0]

    @property
    def result(self) -> Any:
        assert isinstance(self.answer, Result), self.answer
        return orjson.loads(self.answer.json)


class HubWorld:
    """A hub under test."""

    def __init__(self, heartbeat: float = 5.0) -> None:
        self.clock = Clock()
        self.hub = Hub(self.clock, self.clock.wall, heartbeat, "node-1")
        self._epoch = 0

    def join(self, user: str, instance: str = "one", /, **changes: Any) -> FakeAgent:
        """An agent that is let in without knocking; its epoch is the next, unless it is given."""
        self._epoch += 1
        epoch = changes.pop("epoch", self._epoch)
        connection = FakeConnection()
        key = user, changes.pop("key", f"key of {user}")
        agent = self.hub.join(key, hello(instance, **changes), epoch, connection)
        return FakeAgent(self.hub, agent, connection)

    def knock(self, user: str, instance: str, **changes: Any) -> list[bool]:
        """What the hub has answered so far; it may grow as time passes."""
        answers: list[bool] = []
        self.hub.knock(user, hello(instance, **changes), answers.append)
        return answers

    def ask(self, user: str, operation: str, **args: Any) -> Caller:
        caller = Caller()
        self.hub.ask(user, OPERATIONS[operation], args, caller)
        return caller

    def wait(self, seconds: float) -> None:
        """Time passes, with a look of the hub in between as its server does."""
        end = self.clock.now + seconds
        while self.clock.now < end:
            self.clock.now = min(self.clock.now + 0.25, end)
            self.hub.tick()

    def events(self, user: str) -> Iterator[tuple[str, Any]]:
        """Every event in the user's feed: kind and data."""
        feed = self.hub.feed(user)
        kept = feed.after(0)
        assert kept is not None, "the feed has forgotten some"
        return map(parsed, kept)


def hello(instance: str = "one", **changes: Any) -> Hello:
    values: dict[str, Any] = {"instance": instance, "run": f"run of {instance}", "version": "1.2"}
    return Hello(**values | {"mode": "paper", "label": f"box {instance}"} | changes)


def parsed(event: bytes) -> tuple[str, Any]:
    """Kind and data of a server-sent event."""
    lines = dict(line.split(": ", 1) for line in event.decode().strip().splitlines())
    return lines["event"], orjson.loads(lines["data"])
