"""What is told of an auction before it is held."""

import pytest

from paper_gateway.contracts import Catalogue, ContractDefinition
from paper_gateway.market import Market
from paper_gateway.market_data.auctions import auction_figures
from tests.paper_gateway.wire_client import NOON

CONTRACTS = Catalogue.default()
MARKET = Market(CONTRACTS)
OPENING = NOON - 1800
CLOSING = NOON + 6 * 3600


def figures(at: float, con_id: int = 265598) -> dict[int, float]:
    found: ContractDefinition | None = CONTRACTS.by_con_id(con_id)
    assert found is not None
    return dict(auction_figures(1, found, MARKET.quote(con_id, at), at))


@pytest.mark.parametrize(("held", "before"), [(OPENING, 120), (CLOSING, 600)])
def test_an_auction_is_announced_from_its_first_minute_until_it_is_held(
    held: float, before: int
) -> None:
    assert figures(held - before - 1) == {}
    assert set(figures(held - before)) == {34, 35, 36, 61}
    assert set(figures(held - 0.25)) == {34, 35, 36, 61}
    assert figures(held) == {}


def test_volume_is_paired_until_no_imbalance_is_left() -> None:
    early, late = figures(CLOSING - 600), figures(CLOSING - 0.25)
    assert early[34] < late[34] == pytest.approx(0.08 * 55_000_000, rel=0.01)
    assert abs(early[36]) > abs(late[36])
    assert early[36] == early[61]
    assert late[35] == MARKET.quote(265598, CLOSING - 0.25).last


def test_currencies_have_no_auction() -> None:
    assert figures(CLOSING - 60, 12087792) == {}
