"""Sizes of positions and of fills."""

from __future__ import annotations

from checklist.sizes import held_of, signed_fill
from tests.checklist.conftest import ACCOUNT


def test_only_the_stock_of_the_account_counts() -> None:
    def row(account: str, kind: str, size: float) -> dict[str, object]:
        contract = {"symbol": "AAPL", "secType": kind}
        return {"account": account, "contract": contract, "position": size}

    rows = [row(ACCOUNT, "STK", 3), row(ACCOUNT, "OPT", 5), row("DU2", "STK", 7)]
    assert held_of(rows, ACCOUNT, "AAPL") == 3


def test_a_sale_counts_negative() -> None:
    assert signed_fill({"filled": 2.0, "order": {"action": "SELL"}}) == -2
    assert signed_fill({"filled": None, "order": {"action": "BUY"}}) == 0
