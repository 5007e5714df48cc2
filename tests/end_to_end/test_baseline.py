"""`python test_order.py` against a gateway that behaves as real ones have been seen to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.processes import paper_gateway, program


@pytest.mark.parametrize(
    ("drill", "options", "code", "words"),
    [
        ({}, [], 0, "SUCCESS! Order reached: Filled"),
        # ib_async calls the order Cancelled after this notice; it lives and fills.
        ({"tif_notice": "after"}, [], 0, "SUCCESS! Order reached: Filled"),
        ({"tif_notice": "after"}, ["--type", "LMT", "--limit", "1"], 0, "reached: Submitted"),
        ({"hold_for_locate": True}, [], 1, "MAY STILL FILL"),
        ({"swallow_orders": 1}, [], 1, "does not list the order"),
        ({"reject_orders": 1}, [], 1, "Order rejected - reason:Drill"),
    ],
)
def test_the_baseline_judges_by_what_tws_lists(
    drill: dict[str, Any], options: list[str], code: int, words: str, tmp_path: Path
) -> None:
    with paper_gateway(tmp_path) as gateway:
        gateway.drill(**drill)
        arguments = ["test_order.py", "--port", str(gateway.port), "--timeout", "5", *options]
        with program(*arguments) as running:
            assert running.process.wait(40) == code
        assert running.said(words)


def test_the_baseline_refuses_a_live_account(tmp_path: Path) -> None:
    with paper_gateway(tmp_path, account="U1234567") as gateway:
        with program("test_order.py", "--port", str(gateway.port)) as running:
            assert running.process.wait(40) == 1
        assert running.said("U1234567 is a live account; add --live if you mean it")
        assert gateway.state()["received"].get("3") is None
