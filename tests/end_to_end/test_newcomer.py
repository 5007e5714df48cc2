"""The product's main job: one command, sign in, preview, buy, watch it fill."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.end_to_end.trader import SECONDS, Trader
from tests.processes import ROOT, call_or_none, end, free_port, program, until

# The lines of the mission's "What to look for", in their order.
LOG_LINES = [
    "Order handler connected to IB!",
    "Submitting to IB (timeout:",
    "Applying sleep workaround...",
    "Message: Error 10349: Order TIF was set to DAY based on order preset.",
    "Status: None → ",
    "Sleep completed",
    "SUCCESS! Order reached: Filled",
]


def test_a_newcomer_buys_100_aapl_and_watches_them_fill(clean_page: Page, tmp_path: Path) -> None:
    port = free_port()
    settings = {"VAR_DIR": str(tmp_path), "BIND": f"127.0.0.1:{port}"}
    with program("app_simple.py", **settings) as running:
        until(lambda: call_or_none(port, "/readyz") == 200, "the desk is ready")
        printed = re.search(r"user admin, password (\S+)", running.output)
        assert printed

        trader = Trader(clean_page, f"http://127.0.0.1:{port}")
        trader.sign_in(printed[1])
        expect(clean_page.locator("#mode-badge")).to_contain_text("PAPER")
        trader.choose("AAPL")
        trader.fill_ticket("BUY", 100, "MKT")
        preview = trader.preview()
        expect(preview.locator('[data-field="initMarginChange"]')).to_contain_text(
            re.compile(r"\d")
        )
        expect(preview.locator('[data-field="commission"]')).to_contain_text("1.00")
        row = trader.send()
        trader.expect_status(row, "Filled")
        expect(trader.position("AAPL")).to_have_text("+100", timeout=SECONDS)

        until(lambda: running.said(LOG_LINES[-1]), "the outcome is logged")
        _assert_in_order(running.output, LOG_LINES)
        assert _baseline(tmp_path) == 0
        assert end(running) == 0


def _baseline(var_dir: Path) -> int:
    """`python test_order.py` against the gateway of the running desk."""
    return subprocess.run(
        [sys.executable, "test_order.py"],
        cwd=ROOT,
        env={"VAR_DIR": str(var_dir), "PATH": "/usr/bin:/bin", "PYTHONWARNINGS": "error"},
        capture_output=True,
        check=False,
    ).returncode


def _assert_in_order(output: str, lines: list[str]) -> None:
    place = 0
    for line in lines:
        place = output.find(line, place)
        assert place >= 0, f"{line!r} is missing or out of order in\n{output}"
