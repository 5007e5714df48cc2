"""The README is true: every command in it is run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import LISTENING, ROOT, RunningDesk, end, free_port, program, until

README = (ROOT / "README.md").read_text()
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
]
MAKE = [command for command in COMMANDS if "make " in command]
GATEWAY = [command for command in COMMANDS if "-m paper_gateway" in command]
AT_THE_DESK = [command for command in COMMANDS if command not in (*MAKE, *GATEWAY)]


def test_the_readme_is_short_and_shows_the_page() -> None:
    assert len(README.splitlines()) <= 150
    assert (ROOT / "docs/desk.png").stat().st_size > 20_000


@pytest.mark.parametrize("command", MAKE)
def test_a_make_command_has_its_recipe(command: str) -> None:
    dry = subprocess.run(
        f"{command} --dry-run", shell=True, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert dry.returncode == 0, dry.stderr


@pytest.mark.parametrize("command", AT_THE_DESK)
def test_a_command_works_at_a_running_desk(command: str, a_desk: RunningDesk) -> None:
    shell = command.replace("http://127.0.0.1:5000", a_desk.url)
    done = subprocess.run(
        shell.replace("curl ", "curl --fail-with-body --silent --show-error "),
        shell=True,
        cwd=ROOT,
        env={
            "PATH": "/usr/bin:/bin",
            "VAR_DIR": str(a_desk.var_dir),
            "BIND": f"127.0.0.1:{a_desk.port}",
            "KEY": a_desk.key,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("command", GATEWAY)
def test_the_paper_gateway_runs_alone(command: str, tmp_path: Path) -> None:
    arguments = command.split()[1:]
    for option in {"--port", "--control-port"} & set(arguments):
        arguments[arguments.index(option) + 1] = str(free_port())
    arguments[arguments.index("--state") + 1] = str(tmp_path)
    with program(*arguments) as running:
        until(lambda: LISTENING.search(running.output), "it listens")
        assert end(running) == 0


def test_the_readme_names_the_python_of_the_tests() -> None:
    assert Path(sys.executable) == ROOT / ".venv/bin/python"
