"""The agent stands without the desk: no Flask, no web layer, no user database."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.test_architecture import ROOT, offenders

NOT_THERE = """
import sys
for name in ("flask", "flask_login", "flask_wtf", "werkzeug", "sqlalchemy", "web"):
    sys.modules[name] = None
sys.argv = ["agent", {argument!r}]
import runpy
runpy.run_module("agent", run_name="__main__", alter_sys=True)
"""


def test_it_names_nothing_of_the_desk() -> None:
    banned = {"flask", "flask_login", "flask_wtf", "werkzeug", "sqlalchemy", "web", "app_simple"}
    assert offenders("agent", banned) == []
    assert offenders("engine", banned) == []
    stores = [
        line
        for path in (ROOT / "agent").glob("*.py")
        for line in path.read_text().splitlines()
        if line.startswith(("from store", "import store")) and "journal" not in line
    ]
    assert stores == []


def run(argument: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", NOT_THERE.format(argument=argument)],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_it_runs_where_flask_cannot_be_imported() -> None:
    shown = run("--help")
    assert shown.returncode == 0, shown.stderr
    assert "RELAY_URL" in shown.stdout


def test_the_sample_is_printed_where_flask_cannot_be_imported(tmp_path: Path) -> None:
    shown = run("policy")
    assert shown.returncode == 0, shown.stderr
    assert "paper_only" in shown.stdout
