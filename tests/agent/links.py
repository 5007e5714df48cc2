"""A link without an engine: requests are answered by a hand-written stand-in."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from yarl import URL

from agent.admission import Session
from agent.link import Link, Peer
from relay.messages import Hello, Reply, Request
from tests.agent.fake_relay import FakeRelay
from tests.conftest import wait_until

KEY = "iba_canary-of-the-links-key"


class Answers:
    """Answers every request with its operation; `hold` keeps answers back until `release`."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self._gate: asyncio.Event | None = None
        self.holds = False

    async def __call__(self, request: Request, session: Session) -> Reply:
        self.asked.append(request)
        if self.holds:
            self._gate = self._gate or asyncio.Event()
            await self._gate.wait()
        return Reply(request.id, session.epoch, {"op": request.op})

    def release(self, link: Link) -> None:
        self.holds = False
        assert self._gate is not None
        link.thread.hand_over(self._gate.set)


class RunningLink:
    """A started link and what it was told."""

    def __init__(self, relay: FakeRelay, owner: str = "", run: str = "run-1") -> None:
        self.answers = Answers()
        self.welcomed: list[str] = []
        self.statuses = 0
        hello = Hello("machine-1", run, "0.4.0", "paper", user=owner)
        self.link = Link(
            Peer(URL(relay.url) / "agent" / "connect", KEY, hello),
            self.answers,
            self._status,
            self._may_tell,
            self.welcomed.append,
        )

    def start(self) -> None:
        self.link.start()

    def wait_connected(self) -> None:
        wait_until(lambda: self.link.reason is None)

    def _status(self) -> dict[str, Any]:
        self.statuses += 1
        return {"number": self.statuses}

    def _may_tell(self, kind: str, payload: Mapping[str, Any]) -> bool:
        return not payload.get("secret")
