"""The desk's HTTP layer over a real order handler, a real reader and a paper gateway."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ib_connector import IBConnector
from order_handler import OrderHandler
from tests.conftest import PaperGateway, Rooms, wait_until
from tests.web.visitors import Browser, Program, World

JOURNAL = "one"


@dataclass
class Desk:
    """One running desk without its process."""

    world: World
    handler: OrderHandler
    reader: IBConnector
    gateway: PaperGateway

    def browser(self) -> Browser:
        """A session of alice's, as in one more browser or tab."""
        return self.world.browser()

    def program(self, scope: str = "trade") -> Program:
        return self.world.program(scope)

    def holds(self, local_symbol: str, size: float) -> None:
        """Wait until both sides agree on a position; 0 for none."""
        wanted = {local_symbol: size} if size else {}
        wait_until(lambda: self.gateway.state()["positions"] == wanted)
        wait_until(lambda: self._shown() == wanted)

    def close(self) -> None:
        """End it, as the process would."""
        self.world.close()
        self.handler.stop()
        self.reader.stop()

    def _shown(self) -> dict[str, float]:
        rows = self.reader.positions().result(10).rows
        return {r["contract"]["localSymbol"]: r["position"] for r in rows if r["position"]}


def open_desk(
    rooms: Rooms,
    gateway: PaperGateway,
    folder: Path,
    settings: dict[str, str] | None = None,
    **given: Any,
) -> Desk:
    """A connected desk; `given` changes the policy. Close it at the end of the test."""
    reader = rooms.reader(gateway.port)
    given = {"journal": JOURNAL, "facts": reader, **given}
    handler = rooms.connected_handler(gateway.port, **given)
    world = World(
        folder / "desk", settings or {}, reader=cast(Any, reader), order_desk=cast(Any, handler)
    )
    wait_until(lambda: handler.blockers() == [])
    return Desk(world, handler, reader, gateway)
