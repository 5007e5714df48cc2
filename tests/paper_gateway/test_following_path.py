"""Paths of futures: they follow another path, exactly on every level, until they expire."""

import math

import pytest

from paper_gateway.contracts import Catalogue, ContractDefinition, ContractQuery
from paper_gateway.following_path import FollowingPath
from paper_gateway.market import Market
from paper_gateway.price_path import step_at
from tests.paper_gateway.wire_client import EUR_USD, NOON

CONTRACTS = Catalogue.default()
MARKET = Market(CONTRACTS)
SPX, USD_JPY = 416904, 15016059


def future(symbol: str) -> ContractDefinition:
    """The front month."""
    return next(CONTRACTS.find(ContractQuery(symbol=symbol, sec_type="FUT")))


def path(definition: ContractDefinition) -> FollowingPath:
    found = MARKET.path(definition.con_id)
    assert isinstance(found, FollowingPath)
    return found


@pytest.mark.parametrize(
    ("symbol", "base", "carry"), [("ES", SPX, 0.027), ("MES", SPX, 0.027), ("EUR", EUR_USD, 0.018)]
)
def test_a_future_is_its_underlying_carried_forward(symbol: str, base: int, carry: float) -> None:
    front = future(symbol)
    for at in (NOON, NOON + 5_000, NOON + 500_000):
        years = (front.expires_at - at) / (365 * 86_400)
        fair = MARKET.mark(base, at) * math.exp(carry * years)
        assert MARKET.mark(front.con_id, at) == pytest.approx(fair, abs=2 * front.min_tick)


def test_a_later_month_has_more_carry() -> None:
    found = CONTRACTS.find(ContractQuery(symbol="ES", sec_type="FUT"))
    prices = [MARKET.mark(each.con_id, NOON) for each in found]
    assert prices == sorted(prices)


def test_an_inverse_future_falls_when_its_pair_rises() -> None:
    yen = future("JPY")
    one, other = NOON, NOON + 40_000
    assert MARKET.mark(USD_JPY, one) != MARKET.mark(USD_JPY, other)
    rises = MARKET.mark(USD_JPY, other) > MARKET.mark(USD_JPY, one)
    assert (MARKET.mark(yen.con_id, other) < MARKET.mark(yen.con_id, one)) is rises
    assert MARKET.mark(yen.con_id, one) == pytest.approx(1 / MARKET.mark(USD_JPY, one), rel=0.01)


def test_the_underlying_of_a_future_has_the_price_of_its_index() -> None:
    for at in (NOON, NOON + 77_777):
        assert MARKET.mark(11004968, at) == pytest.approx(MARKET.mark(SPX, at), abs=0.13)


@pytest.mark.parametrize("symbol", ["ES", "JPY"])
def test_nodes_have_exactly_the_highs_and_lows_of_their_steps(symbol: str) -> None:
    found, minute = path(future(symbol)), int(NOON // 60)
    leaves = [found.leaf(minute * 12 + n) for n in range(12)]
    points = [point for leaf in leaves for point in leaf.path]
    node = found.node(3, minute)
    assert (node[2], node[3]) == (max(points), min(points))
    hours = [found.node(1, int(NOON // 86_400) * 24 + n) for n in range(24)]
    day = found.node(0, int(NOON // 86_400))
    assert day[:2] == (hours[0][0], hours[-1][1])
    assert day[2:4] == (max(each[2] for each in hours), min(each[3] for each in hours))
    assert day[4:] == (0, hours[-1][5])


def test_the_volumes_of_steps_add_up_to_those_of_nodes() -> None:
    found, minute = path(future("ES")), int(NOON // 60)
    first, last = found.leaf(minute * 12), found.leaf(minute * 12 + 11)
    node = found.node(3, minute)
    assert (first.volume_before, last.volumes[-1]) == node[4:]
    assert first.volumes == sorted(first.volumes)
    assert node[5] > node[4]


def test_a_crossing_is_found_where_the_quotes_show_it() -> None:
    front = future("ES")
    prices = [MARKET.mark(front.con_id, NOON + step / 4) for step in range(1, 2_400)]
    level = max(prices)
    found = MARKET.first_touch(front.con_id, NOON, NOON + 600, level, above=True)
    assert found == NOON + (1 + prices.index(level)) / 4


def test_after_the_last_trading_instant_the_price_stands_still() -> None:
    front = future("ES")
    found, end = path(front), front.expires_at
    settled = MARKET.mark(front.con_id, end + 3_600)
    assert settled == pytest.approx(MARKET.mark(SPX, end), abs=front.min_tick)
    later = [MARKET.quote(front.con_id, end + hours * 3_600) for hours in (2, 50, 900)]
    assert {quote.last for quote in later} == {settled}
    assert later[-1].volume == 0
    assert found.node(0, step_at(end + 900_000) // 345_600)[:4] == (
        *[found.leaf(step_at(end + 900_000) // 20).path[0]] * 4,
    )


def test_far_months_trade_less_than_near_ones() -> None:
    found = list(CONTRACTS.find(ContractQuery(symbol="ES", sec_type="FUT")))
    volumes = [MARKET.quote(each.con_id, NOON).volume for each in (found[0], found[3], found[-1])]
    assert volumes[0] > 2 * volumes[1] > 4 * volumes[2] > 0
