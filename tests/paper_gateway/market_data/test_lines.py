"""What all subscriptions to live data share."""

from dataclasses import dataclass

from paper_gateway.data_requests import TICKS
from paper_gateway.market_data.lines import count_streams, is_interrupted
from tests.paper_gateway.market_data.market_desk import AAPL, MarketDesk, errors


@dataclass
class FakeLine:
    req_id: int = 9
    is_interrupted: bool = False


def test_the_lines_of_all_clients_count() -> None:
    desk = MarketDesk()
    for client_id in (1, 2):
        client = desk.connect(client_id)
        client.send(1, 11, 5, *AAPL, 0, "", 0, 0, "")
    assert count_streams(desk.hub, TICKS) == 2


def test_an_interruption_is_told_once_and_ends() -> None:
    desk = MarketDesk()
    client, line = desk.connect(), FakeLine()
    assert not is_interrupted(client.session, line)
    desk.hub.drills.competing_session = True
    assert is_interrupted(client.session, line)
    assert is_interrupted(client.session, line)
    told = [("10197", "No market data during competing live session")]
    assert errors(client.read()) == told
    desk.hub.drills.competing_session = False
    assert not is_interrupted(client.session, line)
    assert client.read() == []
