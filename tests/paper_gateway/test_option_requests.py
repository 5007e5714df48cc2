"""The two option calculators."""

import pytest
from ib_async import Contract, Option, Stock

from tests.paper_gateway.wire_client import Desk, WireClient, decoded, encoded, names

CALL = Option("AAPL", "20290119", 230.0, "C", "SMART")


@pytest.fixture
def client() -> WireClient:
    return Desk().connect()


def ask(client: WireClient, method: str, contract: Contract, given: float, under: float) -> bytes:
    """The bytes that answer ib_async's calculateImpliedVolatility or calculateOptionPrice."""
    request = encoded(178, lambda ib: getattr(ib, method)(5, contract, given, under, []))
    client.session.receive(request)
    return client.session.take_output()


def test_the_two_calculators_undo_each_other(client: WireClient) -> None:
    priced = ask(client, "calculateOptionPrice", CALL, 0.3, 200.0)
    ((name, arguments),) = decoded(priced)
    assert (name, arguments[:2]) == ("tickOptionComputation", (5, 53))
    price = arguments[5]
    assert 30 < price < 45
    ((_, arguments),) = decoded(ask(client, "calculateImpliedVolatility", CALL, price, 200.0))
    volatility, delta, again, _, gamma, vega, theta, under = arguments[3:]
    assert volatility == pytest.approx(0.3)
    assert (again, under) == (price, 200.0)
    assert 0 < delta < 1
    assert gamma > 0 > theta
    assert vega > 0


def test_a_price_that_no_volatility_explains_has_none(client: WireClient) -> None:
    ((_, arguments),) = decoded(ask(client, "calculateImpliedVolatility", CALL, 500.0, 200.0))
    assert arguments[3:5] == (-1, -2)  # IB's "not computed"


@pytest.mark.parametrize(
    ("contract", "given", "under", "code"),
    [
        (Stock("AAPL", "SMART", "USD"), 1.0, 2.0, "4 321"),
        (Option("AAPL", "20290119", 231.0, "C", "SMART"), 1.0, 2.0, "4 200"),
        (Option("AAPL", "20290119", 0.0, "C", "SMART"), 1.0, 2.0, "4 200"),
        (CALL, 0.0, 200.0, "4 321"),
        (CALL, -1.0, 200.0, "4 321"),
        (CALL, 1.0, 0.0, "4 321"),
        (CALL, float("inf"), 200.0, "4 321"),
    ],
)
@pytest.mark.parametrize("method", ["calculateOptionPrice", "calculateImpliedVolatility"])
def test_what_cannot_be_calculated_is_refused(
    client: WireClient, method: str, contract: Contract, given: float, under: float, code: str
) -> None:
    request = encoded(178, lambda ib: getattr(ib, method)(5, contract, given, under, []))
    assert names(client.send_bytes(request)) == [code]


@pytest.mark.parametrize("message_id", [56, 57])
def test_there_is_nothing_to_cancel(client: WireClient, message_id: int) -> None:
    assert client.send(message_id, 1, 5) == []
