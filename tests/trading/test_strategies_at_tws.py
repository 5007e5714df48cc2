"""A strategy from a chain is an order that TWS previews and fills."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ib_connector import IBConnector
from order_handler import OrderHandler
from tests.conftest import DEADLINE, PaperGateway, Publications, wait_until
from trading.contracts import parse_contract
from trading.options import ChainQuestion
from trading.orders import parse_order_request
from trading.strategies import Strategy, parse_strategy


def leg(chain: dict[str, Any], row: dict[str, Any], action: str, right: str) -> dict[str, Any]:
    cell = row["call" if right == "C" else "put"]
    return {
        "conId": cell["conId"],
        "action": action,
        "right": right,
        "strike": Decimal(str(row["strike"])),
        "expiry": chain["expiry"],
        "multiplier": chain["multiplier"],
        "bid": Decimal(str(cell["bid"])),
        "ask": Decimal(str(cell["ask"])),
        "impliedVolatility": Decimal(str(cell["impliedVolatility"])),
    }


def made(reader: IBConnector, kind: str, *legs: tuple[int, str, str]) -> Strategy:
    """Legs by the row of a chain of five strikes, action and right."""
    question = ChainQuestion(parse_contract({"symbol": "AAPL"}), strikes=5)
    chain = reader.chain(question, "one").result(DEADLINE)
    body = {
        "kind": kind,
        "underlying": {"symbol": "AAPL", "price": Decimal(str(chain["underlying"]["price"]))},
        "legs": [leg(chain, chain["rows"][number], *rest) for number, *rest in legs],
    }
    return parse_strategy(body)


def asked(strategy: Strategy, key: str, **changes: Any) -> Any:
    order = strategy.order() | changes
    return parse_order_request(
        {"contract": strategy.contract(), "order": order, "clientOrderId": key}
    )


def test_a_vertical_is_previewed_and_fills_at_a_generous_limit(
    reader: IBConnector, handler: OrderHandler, gateway: PaperGateway
) -> None:
    spread = made(reader, "vertical", (1, "BUY", "C"), (3, "SELL", "C"))
    limit = spread.limit
    assert limit is not None and limit > 0
    preview = handler.preview(asked(spread, "what-if", whatIf=True)).result(DEADLINE)
    assert preview.payload["initMarginChange"] is not None
    placed = handler.submit(
        asked(spread, "spread", orderType="LMT", lmtPrice=limit + Decimal("0.50"))
    ).result(DEADLINE)
    assert placed.state == "filled"
    assert float(placed.payload["avgFillPrice"]) <= float(limit) + 0.5
    (booked,) = gateway.orders("spread")
    assert booked["status"] == "Filled"


def test_a_part_of_a_spread_is_shown_as_a_part(
    reader: IBConnector,
    handler: OrderHandler,
    gateway: PaperGateway,
    published: Publications,
) -> None:
    """Its legs' executions are executions of the same order, and count for nothing there."""
    gateway.drill(partial_fills=[1], fill_delay_ms=200)
    spread = made(reader, "vertical", (1, "BUY", "C"), (3, "SELL", "C"))
    assert spread.limit is not None
    order = asked(spread, "part", lmtPrice=spread.limit + Decimal("0.50"), totalQuantity=3)
    assert handler.submit(order).result(DEADLINE).state in ("live", "filled")

    def seen() -> list[tuple[str, float]]:
        return [(p["state"], p["filled"]) for p in published.of("order") if p["filled"]]

    wait_until(lambda: ("filled", 3) in seen())
    assert {state for state, filled in seen() if filled < 3} <= {
        "live"
    }  # one picture may have both


def test_an_iron_condor_is_a_credit_that_tws_takes(
    reader: IBConnector, handler: OrderHandler
) -> None:
    condor = made(
        reader,
        "iron-condor",
        (0, "BUY", "P"),
        (1, "SELL", "P"),
        (3, "SELL", "C"),
        (4, "BUY", "C"),
    )
    limit = condor.limit
    assert limit is not None and limit < 0
    preview = handler.preview(asked(condor, "what-if", whatIf=True)).result(DEADLINE)
    assert preview.payload["initMarginChange"] is not None
    placed = handler.submit(asked(condor, "condor", lmtPrice=limit + Decimal("0.50"))).result(
        DEADLINE
    )
    assert placed.state == "filled"
    assert placed.payload["avgFillPrice"] < 0
