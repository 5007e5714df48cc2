"""`flask checklist` hands its options to the program."""

from __future__ import annotations

from tests.web.commands.runs import run
from tests.web.visitors import World


def test_wrong_options_are_said_by_the_program_and_nothing_runs(world: World) -> None:
    result = run(world, "checklist", "--symbol", "not a symbol", "--no-comparison")
    assert result.exit_code == 2
    assert "is not a symbol" in result.output
