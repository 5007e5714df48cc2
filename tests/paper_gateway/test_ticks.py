"""Price steps by market rule: what reqMarketRule tells is what orders are held to."""

import pytest

from paper_gateway.contracts import Catalogue, ContractDefinition
from paper_gateway.ticks import (
    market_rule,
    on_tick,
    round_to_tick,
    smallest_tick,
    tick_at,
    tick_decimals,
)

CONTRACTS = Catalogue.default()
AAPL_CALL = 900_000_201
ES = 900_000_101


def contract(con_id: int) -> ContractDefinition:
    found = CONTRACTS.by_con_id(con_id)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("con_id", "price", "tick"),
    [
        (265598, 228.0, 0.01),
        (265598, 1.0, 0.01),
        (265598, 0.99, 0.0001),
        (AAPL_CALL, 2.99, 0.01),
        (AAPL_CALL, 3.0, 0.05),
        (ES, 6000.0, 0.25),
        (12087792, 1.08, 0.00005),
        (15016059, 150.0, 0.005),
    ],
)
def test_the_step_depends_on_the_price(con_id: int, price: float, tick: float) -> None:
    assert tick_at(contract(con_id), price) == tick


# One contract of every market rule.
BY_RULE = {each.market_rule_ids.split(",")[0]: each for each in CONTRACTS.definitions}


@pytest.mark.parametrize("definition", BY_RULE.values(), ids=lambda each: each.local_symbol)
def test_steps_agree_with_the_rule_that_clients_are_told(definition: ContractDefinition) -> None:
    for rule_id in definition.market_rule_ids.split(","):
        bands = market_rule(int(rule_id))
        assert bands is not None
        for low_edge, increment in bands:
            price = low_edge + 7 * increment
            assert tick_at(definition, price) == increment
            assert on_tick(definition, price)
            assert not on_tick(definition, price + increment / 2)


@pytest.mark.parametrize(
    ("con_id", "price", "rounded"),
    [(AAPL_CALL, 2.986, 2.99), (AAPL_CALL, 3.04, 3.05), (ES, 6000.2, 6000.25)],
)
def test_prices_are_rounded_to_the_step_that_holds(
    con_id: int, price: float, rounded: float
) -> None:
    assert round_to_tick(contract(con_id), price) == rounded


def test_a_contract_has_a_smallest_step() -> None:
    assert smallest_tick(contract(AAPL_CALL)) == 0.01
    assert smallest_tick(contract(ES)) == 0.25


def test_a_step_has_its_decimals() -> None:
    assert [tick_decimals(tick) for tick in (1.0, 0.25, 0.05, 0.0001)] == [0, 2, 2, 4]
