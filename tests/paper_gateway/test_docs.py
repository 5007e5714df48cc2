"""What docs/paper_gateway.md shows works as it stands there."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

from paper_gateway.__main__ import SUBCOMMANDS, parse_arguments
from paper_gateway.drilling.scripts import parse_script
from paper_gateway.drilling.table import DRILLS, expand
from tests.processes import ROOT, paper_gateway

PAGE = (ROOT / "docs" / "paper_gateway.md").read_text()
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", PAGE, re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for found, text in BLOCKS if found == language]


def test_the_five_lines_for_ib_async_buy_and_show_the_position(tmp_path: Path) -> None:
    (lines,) = blocks("python")
    with paper_gateway(tmp_path) as gateway:
        script = lines.replace("7497", str(gateway.port))
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
        )
    assert re.match(r"Filled \d+\.\d+ \[Position\(account='DU1234567'.*position=10\.0", done.stdout)


def test_the_script_of_drills_can_be_played() -> None:
    (text,) = blocks("")
    assert len(parse_script(text, "docs", expand).steps) == 4


def test_every_command_is_one_of_the_gateways() -> None:
    commands = re.findall(r"python -m paper_gateway (.*?)(?: *&| *#|$)", PAGE, re.MULTILINE)
    shown = [shlex.split(command) for command in commands if not command.startswith("`")]
    assert len(shown) >= 8
    for words in shown:
        if words[0] in SUBCOMMANDS:
            is_drill = words[0] == "drill"
            assert not is_drill or words[1] in {"list", "run", "verdict", *DRILLS}, words
        else:
            assert parse_arguments(words).port == 7497
