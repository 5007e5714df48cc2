"""What is around every command."""

from __future__ import annotations

import click
import pytest

from store.database import StoreError
from tests.web.commands.runs import run
from tests.web.visitors import World
from web.commands import COMMANDS
from web.commands.running import day, one_line_errors


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_every_command_explains_itself(world: World, command: str) -> None:
    assert "Usage:" in run(world, command, "--help").output


def test_what_cannot_be_done_is_one_line() -> None:
    with pytest.raises(click.ClickException, match="The disk is full"), one_line_errors():
        raise StoreError("The disk is full")


def test_a_moment_is_shown_in_utc() -> None:
    assert day(1795185000.0) == "2026-11-20 14:30Z"
