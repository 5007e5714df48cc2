"""How the tests give a command."""

from __future__ import annotations

from click.testing import Result

from tests.web.visitors import World


def run(world: World, *arguments: str, typed: str = "") -> Result:
    return world.app.test_cli_runner().invoke(args=list(arguments), input=typed)


def noted(world: World) -> list[tuple[str, str, str]]:
    """What the audit log has, the oldest first: what, target, outcome."""
    entries = world.people.audit.newest()
    assert {entry.who for entry in entries} <= {"(command line)"}
    return [(entry.what, entry.target, entry.outcome) for entry in reversed(entries)]
