"""An engine made of hand-written fakes, and requests to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import config
from agent.admission import Session
from agent.clock import RelayClock
from engine.status import Gateway, Loop
from engine.watch import Watch
from relay.messages import Request
from tests.fakes import FakeOrderDesk, FakeReader

USER, EPOCH, NOW = "alice", 7, 50_000


@dataclass
class FakeParts:
    settings: config.Settings = field(
        default_factory=lambda: config.load({"ORDER_TIMEOUT": "0.01"}, Path("none"))
    )
    reader: FakeReader = field(default_factory=FakeReader)
    order_desk: FakeOrderDesk = field(default_factory=FakeOrderDesk)
    gateway: Gateway = Gateway("127.0.0.1", 7497, embedded=False)
    loops: Sequence[Loop] = ()

    @property
    def watch(self) -> Watch:
        return Watch(self.reader, self.order_desk)


class Clock(RelayClock):
    """A relay's clock that a test moves."""

    def __init__(self) -> None:
        self.ms = float(NOW)

    def now(self) -> float:
        return self.ms


def session() -> Session:
    return Session(USER, EPOCH, Clock())


def request(op: str, /, **arguments: Any) -> Request:
    return Request("r-1", op, USER, EPOCH, NOW, 10_000, arguments)
