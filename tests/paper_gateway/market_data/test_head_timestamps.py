"""Where history begins."""

import pytest

from tests.paper_gateway.market_data.market_desk import AAPL, EUR, MarketDesk, contract, errors
from tests.paper_gateway.wire_client import names


@pytest.mark.parametrize(("form", "text"), [(1, "20040102-14:30:00"), (2, "1073053800")])
def test_synthetic_history_begins_on_one_day(form: int, text: str) -> None:
    client = MarketDesk().connect()
    assert client.send(87, 4, *AAPL, 0, 1, "TRADES", form) == [["88", "4", text]]


def test_a_pair_never_traded() -> None:
    client = MarketDesk().connect()
    text = "Historical Market Data Service error message:No head time stamp"
    assert errors(client.send(87, 4, *EUR, 0, 1, "TRADES", 1)) == [("162", text)]
    assert names(client.send(87, 4, *EUR, 0, 1, "MIDPOINT", 1)) == ["88"]


def test_an_unknown_contract_has_none() -> None:
    client = MarketDesk().connect()
    assert names(client.send(87, 4, *contract("NOSUCH"), 0, 1, "TRADES", 1)) == ["4 200"]
    assert client.send(90, 4) == []
