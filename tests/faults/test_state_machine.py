"""Orders, faults and restarts in any sequence: whatever happens, both sides agree in the end.

Hypothesis writes the stories. After each step nothing may be shown that the book already
contradicts; at the end, when all is quiet, every invariant holds. EXAMPLES and SEED (`make chaos
EXAMPLES=2000 SEED=7`) ask for more and for other stories.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.conftest import Rooms
from tests.faults.lives import Place
from tests.faults.order_machine import OrderMachine

EXAMPLES = int(os.environ.get("EXAMPLES") or 100)
SEED = os.environ.get("SEED")
SECONDS_EACH = 10  # far above what one takes
OPTIONS = settings(
    max_examples=EXAMPLES,
    stateful_step_count=40,
    derandomize=not SEED,
    database=None,
    deadline=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.timeout(SECONDS_EACH * EXAMPLES)
def test_every_story_ends_well(
    rooms: Rooms, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    place = Place(rooms.gateway(tmp_path / "gateway"), tmp_path)

    def machine() -> OrderMachine:
        return OrderMachine(place)

    if SEED:
        seed(int(SEED))(machine)
    run_state_machine_as_test(cast(Any, machine), settings=OPTIONS)
