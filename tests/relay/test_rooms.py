"""What the relay may not know: Flask, the desk's pages, and everything that speaks to TWS."""

from __future__ import annotations

import subprocess
import sys

from tests.test_architecture import ROOT, offenders

BANNED = {"flask", "werkzeug", "flask_login", "web", "ib", "ib_async", "engine", "agent"}
DOORS = {"app_simple", "order_handler", "ib_connector", "ib_session", "embedded_gateway"}


def test_the_relay_imports_neither_flask_nor_the_desk_nor_ib_async() -> None:
    assert offenders("relay", BANNED | DOORS) == []


def test_nor_does_anything_that_the_running_relay_loads() -> None:
    loaded = f"set({sorted(BANNED | DOORS)}) & set(sys.modules)"
    code = f"import relay.__main__, sys; print(sorted({loaded}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
