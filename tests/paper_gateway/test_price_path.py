"""One contract's path: whole nodes agree with their steps, points with prices."""

import pytest

from paper_gateway.contracts import Catalogue
from paper_gateway.price_path import PricePath, step_at
from tests.paper_gateway.wire_client import AAPL, NOON

USD_JPY, BTC = 15016059, 479624278
CONTRACTS = Catalogue.default()


def path(con_id: int) -> PricePath:
    definition = CONTRACTS.by_con_id(con_id)
    assert definition is not None
    return PricePath(definition, seed=1)


def test_steps_last_a_quarter_of_a_second() -> None:
    assert step_at(NOON + 0.25) == step_at(NOON) + 1
    assert step_at(NOON + 0.24) == step_at(NOON)


def test_the_parts_of_a_node_reach_exactly_its_high_and_low() -> None:
    apple = path(AAPL)
    minute = int(NOON // 60)
    node = apple.node(3, minute)
    parts = [apple.node(4, minute * 12 + n) for n in range(12)]
    assert (max(each[2] for each in parts), min(each[3] for each in parts)) == (node[2], node[3])
    assert (parts[0][0], parts[-1][1]) == (node[0], node[1])


def test_the_first_step_at_a_price_is_found_without_reading_all() -> None:
    apple, start = path(AAPL), step_at(NOON)
    points = [apple.leaf(step // 20).path[step % 20] for step in range(start, start + 240)]
    level = max(points)
    found = apple.first_reaching(start, start + 240, level, above=True)
    assert found == start + points.index(level)


@pytest.mark.parametrize(("con_id", "tick"), [(AAPL, 0.01), (USD_JPY, 0.005), (BTC, 0.25)])
def test_quotes_are_on_the_step_that_holds_at_the_contracts_price(con_id: int, tick: float) -> None:
    found = path(con_id)
    point = found.point_at_least(found.definition.reference_price)
    assert found.last(point) == found.definition.reference_price
    assert found.bid(point) < found.ask(point)
    assert round(found.bid(point) / tick, 6).is_integer()


def test_a_point_is_a_price_between_the_ticks() -> None:
    assert path(AAPL).price(22_801) == 57.0025
