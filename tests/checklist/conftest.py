"""One stand for all of these tests: the checklist's desk over a paper gateway that tests can drill.

The gateway stands for the user's TWS. After each test it works as usual again and nothing is open.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

import config
from checklist.asking import until
from checklist.column import checks, look
from checklist.findings import Finding
from checklist.plan import Plan
from checklist.stand import Stand
from tests.conftest import PaperGateway

ACCOUNT = "DU5550001"
NAME = "20261128-143000"
QUICK = {"PAPER_SLEEP": "0", "ORDER_TIMEOUT": "2", "ABSENCE_SECONDS": "0.5"}
CHECKS = {row.key: check for row, check in checks()}
NUMBERS = count()


def plan_of(folder: Path, port: int | str = "", **settings: str) -> Plan:
    """A plan over that folder; without a port it is for the built-in paper gateway."""
    environment = QUICK | {"VAR_DIR": str(folder), "IB_PORT": str(port)} | settings
    return Plan(config.load(environment, folder / "no.env"), NAME)


@dataclass
class Stage:
    """The stand with its gateway. `found` does what a row asks and returns the finding."""

    stand: Stand
    gateway: PaperGateway

    def found(self, *keys: str) -> dict[str, Finding]:
        return {key: look(self.stand, CHECKS[key]) for key in keys}

    def verdicts(self, *keys: str) -> dict[str, str]:
        return {key: finding.verdict for key, finding in self.found(*keys).items()}

    def drill(self, **switches: Any) -> None:
        self.gateway.drill(**switches)

    def is_flat(self) -> bool:
        """Nothing is open or held; asked again, since a close of a moment ago is still counted."""
        if not self.orders() and not self.stand.held():
            return True
        self.stand.desk.post("/api/v1/positions/flatten", {"confirm": True})
        return False

    def orders(self) -> list[dict[str, Any]]:
        return [order for order in self.stand.open_orders() if order["state"] != "unknown"]


@pytest.fixture(scope="session")
def whole_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("checklist")
    gateway = PaperGateway(folder / "gateway", account=ACCOUNT)
    gateway.start()
    plan = plan_of(folder, gateway.port)
    plan.work.mkdir(parents=True)
    stand = Stand(plan, plan.work, ("127.0.0.1", gateway.port), ACCOUNT)
    try:
        with closing(stand):
            stand.prepare()
            stand.held_before = stand.held()
            yield Stage(stand, gateway)
    finally:
        gateway.stop()


@pytest.fixture
def stage(whole_stage: Stage) -> Iterator[Stage]:
    """Each test has names of its own for its orders, as a run of its own would have."""
    stand = whole_stage.stand
    stand.plan = replace(stand.plan, name=f"20261128-{next(NUMBERS):06d}")
    stand.held_before = stand.held()
    yield whole_stage
    whole_stage.drill(clear=True)
    stand.tap.restore()
    assert stand.is_ready(), stand.why_not_ready()
    assert stand.can_read()
    assert until(whole_stage.is_flat, 20)
