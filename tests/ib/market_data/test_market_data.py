"""Market data through one connection, seen from other threads."""

from __future__ import annotations

from ib_connector import IBConnector
from tests.conftest import DEADLINE, PaperGateway, Publications, wait_until
from trading.contracts import parse_contract

AAPL = parse_contract({"symbol": "AAPL"})


def test_changes_of_a_quote_are_published(reader: IBConnector, published: Publications) -> None:
    reader.quote(AAPL).result(DEADLINE)
    quote = wait_until(lambda: next(iter(published.of("quote")), {}))
    assert quote["symbol"] == "AAPL"


def test_delayed_data_is_asked_for(reader: IBConnector, gateway: PaperGateway) -> None:
    assert gateway.received(59) == 1
