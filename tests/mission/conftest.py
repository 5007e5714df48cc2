"""Live testing as the mission asks for it: every row of its document has a test named after it.

The tests are named `test_<section>_<row>` and each begins with the row's own words. They run
against the real thing: relay, desk and agents as processes, paper gateways behind the agents. One
world serves all of them; accidents happen to Dora, so that nobody else's tests notice.

Rows without a test here, and why:

- 2.1 "positionEnd before all position() callbacks": no TWS does that and the paper gateway cannot;
  a position that comes later is added to the list when it comes (`tests/ib/test_portfolio.py`).
- 3.1, option chains, has its tests in `test_3_1_chain.py`, on the wire of one gateway.
- 4, "confirm list matches TWS Account window": the gateway's own book stands for the window here;
  with a real TWS a person looks.
- 5 is how the pages work: `tests/end_to_end/test_workflow.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.mission.world import MissionWorld
from tests.processes import Program


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MissionWorld]:
    """Alice's agent is connected and shares its quotes; Bob's is away; Charlie has none."""
    world = MissionWorld(tmp_path_factory.mktemp("mission"))
    with world.running(), world.agent("alice"):
        yield world


@pytest.fixture(scope="session")
def doras_agent(world: MissionWorld) -> Iterator[Program]:
    with world.agent("dora") as running:
        yield running


@pytest.fixture
def dora(world: MissionWorld, doras_agent: Program) -> Iterator[MissionWorld]:
    """The world with Dora's agent; whatever a test does to her TWS is undone after it."""
    yield world
    world.undo("dora")
