"""The table of operations: what is private, and what may be lost."""

from __future__ import annotations

from relay.operations import OPERATIONS


def test_only_market_data_may_come_from_another_agent() -> None:
    shared = {name for name, operation in OPERATIONS.items() if operation.reach == "quote"}
    assert shared == {
        "stock-quote",
        "fetch-prices",
        "bars",
        "cancel-chain",
        "contract-details",
        "contracts",
        "fetch-chain",
        "test-futures",
        "trading-sessions",
        "watching",
    }


def test_what_may_reach_tws_twice_is_an_order_or_an_exit() -> None:
    orders = {name for name, operation in OPERATIONS.items() if operation.is_order}
    exits = {"cancel-order", "cancel-all", "freeze"}
    assert orders == {"place-order", "modify-order", "dismiss-order", "unfreeze"} | exits
    assert all(OPERATIONS[name].kind == "exit" for name in exits)
