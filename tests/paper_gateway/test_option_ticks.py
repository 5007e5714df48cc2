"""tickOptionComputation beside the quotes of an option."""

import math

import pytest
from ib_async import Option

from paper_gateway.black_scholes import Terms
from paper_gateway.contracts import Catalogue
from paper_gateway.market import Market
from paper_gateway.option_path import Model
from paper_gateway.option_ticks import computation, of_model, of_price, option_ticks
from tests.paper_gateway.wire_client import AAPL, NOON, Desk, decoded, encoded

CALL = 900_000_203  # AAPL 2029-01-19 230 C
CONTRACTS = Catalogue.default()
MARKET = Market(CONTRACTS)
TERMS = Terms(strike=100.0, is_call=True, years=0.5)


def computations(con_id: int, is_delayed: bool = False) -> dict[int, tuple[float, ...]]:
    """What ib_async reads, by tick type."""
    definition = CONTRACTS.by_con_id(con_id)
    assert definition is not None
    quote = MARKET.quote(con_id, NOON)
    frames = b"".join(option_ticks(MARKET, definition, 5, quote, is_delayed))
    return {call[1][1]: call[1][3:] for call in decoded(frames)}


def test_bid_ask_last_and_the_model_each_have_one() -> None:
    found = computations(CALL)
    quote = MARKET.quote(CALL, NOON)
    assert list(found) == [10, 11, 12, 13]
    assert [found[kind][2] for kind in (10, 11, 12)] == [quote.bid, quote.ask, quote.last]
    assert found[10][0] < found[13][0] < found[11][0]


def test_delayed_ones_have_types_of_their_own() -> None:
    assert list(computations(CALL, is_delayed=True)) == [80, 81, 82, 83]


def test_a_stock_has_none() -> None:
    assert computations(AAPL) == {}


def test_the_greeks_of_the_model_are_in_their_places() -> None:
    volatility, delta, price, dividends, gamma, vega, theta, under = computations(CALL)[13]
    assert 0.2 < volatility < 0.35
    assert 0 < delta < 1
    assert price == pytest.approx(MARKET.mark(CALL, NOON), abs=0.05)
    assert dividends == 0
    assert 0 < gamma < 0.1
    assert 0 < vega < 2
    assert -0.1 < theta < 0
    assert under == pytest.approx(MARKET.mark(AAPL, NOON), abs=0.01)


def test_a_price_below_the_exercise_has_no_volatility() -> None:
    found = of_price(TERMS, 150.0, 45.0)
    assert (found.implied_volatility, found.delta, found.price) == (None, None, 45.0)


def test_the_models_own_price_implies_its_own_volatility() -> None:
    model = of_model(Model(TERMS, 0.25, 103.0))
    assert model.price is not None
    again = of_price(TERMS, 103.0, model.price)
    assert again.implied_volatility == pytest.approx(0.25)
    assert again.delta == pytest.approx(model.delta)
    assert computation(TERMS, 103.0, model.price, 0.25) == model
    assert not math.isnan(model.price)


def test_a_subscription_to_an_option_tells_them() -> None:
    client = Desk().connect()
    option = Option("AAPL", "20290119", 230.0, "C", "SMART")
    client.session.receive(encoded(178, lambda ib: ib.reqMktData(5, option, "", False, False, [])))
    calls = decoded(client.session.take_output())
    kinds = [call[1][1] for call in calls if call[0] == "tickOptionComputation"]
    assert kinds == [10, 11, 12, 13]


def test_delayed_data_of_an_option_has_the_delayed_computations() -> None:
    desk = Desk()
    desk.hub.drills.data_access = "delayed"
    client = desk.connect()
    client.send(59, 1, 3)
    option = Option("AAPL", "20290119", 230.0, "C", "SMART")
    client.session.receive(encoded(178, lambda ib: ib.reqMktData(5, option, "", False, False, [])))
    calls = decoded(client.session.take_output())
    kinds = [call[1][1] for call in calls if call[0] == "tickOptionComputation"]
    assert kinds == [80, 81, 82, 83]
