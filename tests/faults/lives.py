"""Engines that live one after the other on one journal, each ended cleanly or killed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from ib_session import Endpoint
from order_handler import OrderHandler
from tests.conftest import HOST, NO_SLEEP, ORDERS, PaperGateway, Publications
from tests.faults.invariants import check_finality
from trading.ib_errors import CodeTable
from trading.orders import OrderResult
from trading.policy import OrderPolicy

CODES = CodeTable()
POLICY = OrderPolicy(paper_sleep=NO_SLEEP, order_timeout=0.3, absence_seconds=0.1)


@dataclass
class Life:
    """One engine, what it has published, and the answers that are still to come."""

    handler: OrderHandler
    journal: Path
    published: Publications
    answers: list[tuple[str, Future[OrderResult]]] = field(default_factory=list)

    def end(self) -> None:
        """As gunicorn ends it; then no order may have left a final state but for a fill."""
        self.handler.drain()
        self.handler.stop()
        for name in {payload["clientOrderId"] for payload in self.published.of("order")}:
            check_finality(self.published.states(name))

    def kill(self, left: Path) -> None:
        """End it between two turns of its loop, as SIGKILL would.

        `left` gets what is on disk at that moment; the socket ends before another byte can leave.
        """
        engine = self.handler._engine

        def die() -> None:
            copy(self.journal, left)
            if engine.session.is_open:
                engine.session.wire.cut("killed")
            self.handler.thread._begin_stop()

        self.handler.thread.hand_over(die)
        self.handler.stop()


@dataclass
class Place:
    """Where they live: one gateway for all of them, and numbers that nobody had before."""

    gateway: PaperGateway
    folder: Path
    numbers: Iterator[int] = field(default_factory=count)

    def new_journal(self) -> Path:
        return self.folder / f"journal-{next(self.numbers)}.db"

    def begin(self, journal: Path) -> Life:
        published = Publications()
        endpoint = Endpoint(HOST, self.gateway.port, ORDERS, first_retry=0.01, longest_retry=0.05)
        handler = OrderHandler(endpoint, POLICY, CODES, published, journal)
        handler.start()
        return Life(handler, journal, published)


def copy(journal: Path, target: Path) -> None:
    """What is committed in the journal now, whoever writes in it."""
    address = f"{journal.absolute().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True)) as source,
        closing(sqlite3.connect(target)) as to,
    ):
        source.backup(to)
