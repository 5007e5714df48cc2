"""What is known at once about an engine."""

from __future__ import annotations

from pathlib import Path

import config
from engine.status import limits_payload, open_orders
from tests.web.visitors import World


def limits(folder: Path, **given: str) -> dict[str, object]:
    return limits_payload(config.load({"VAR_DIR": str(folder), **given}, folder / "no.env"))


def test_only_orders_that_may_still_change_are_open(tmp_path: Path) -> None:
    world = World(tmp_path)
    for name, state in (("a", "live"), ("b", "filled"), ("c", "unknown")):
        world.order_desk.knows(name, state)
    assert open_orders(world.desk) == 2
    world.close()


def test_without_limits_each_is_null(tmp_path: Path) -> None:
    shown = limits(tmp_path)
    assert shown.pop("readOnly") is False
    assert set(shown.values()) == {None}
    assert {"maxOrderQuantity", "priceCollarPercent", "allowedSymbols"} < shown.keys()


def test_limits_are_shown_as_they_are_set(tmp_path: Path) -> None:
    shown = limits(
        tmp_path,
        MAX_ORDER_NOTIONAL="50000.5",
        MAX_OPEN_ORDERS="7",
        DENIED_SYMBOLS="MSFT,GME",
        READ_ONLY="1",
        RESTART_WINDOW="23:45-00:10 America/New_York",
    )
    assert (shown["maxOrderNotional"], shown["maxOpenOrders"]) == (50000.5, 7)
    assert (shown["deniedSymbols"], shown["readOnly"]) == (["GME", "MSFT"], True)
    assert shown["restartWindow"] == "23:45-00:10 America/New_York"
