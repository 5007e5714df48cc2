"""Option classes: what is listed, and how conIds stand for it."""

from datetime import date

import pytest

from paper_gateway.catalogue.instruments import instruments
from paper_gateway.catalogue.option_classes import read_option_classes

CLASSES = {each.trading_class: each for each in read_option_classes(instruments())}
MONTHLY, WEEKLY = date(2026, 1, 16), date(2026, 1, 9)
APPLE = CLASSES["AAPL"]


@pytest.mark.parametrize(
    ("expiration", "strike", "is_listed"),
    [
        (MONTHLY, 230.0, True),
        (MONTHLY, 232.5, True),
        (MONTHLY, 231.0, False),
        (MONTHLY, 300.0, True),
        (MONTHLY, 302.5, False),
        (MONTHLY, 500.0, False),
        (WEEKLY, 232.5, True),
        (WEEKLY, 300.0, False),
    ],
)
def test_not_every_strike_is_listed_at_every_expiration(
    expiration: date, strike: float, is_listed: bool
) -> None:
    assert APPLE.lists(expiration, strike) is is_listed


def test_strikes_go_from_the_lowest_to_the_highest() -> None:
    strikes = APPLE.strikes()
    assert (strikes[0], strikes[1], strikes[-1], len(strikes)) == (92.5, 95.0, 362.5, 109)


@pytest.mark.parametrize("name", ["AAPL", "SPXW", "SPX", "SPY", "VIX", "A", "BRKB"])
def test_a_place_leads_back_to_its_option(name: str) -> None:
    found, places = CLASSES[name], set()
    for today in (date(2026, 1, 5), date(2026, 3, 30), date(2026, 11, 23)):
        for day in found.expirations(today):
            for strike in (found.center, found.lowest, found.highest):
                place = found.place(day, strike, "C")
                expected = (day, strike) if found.lists(day, strike) else None
                assert found.expiration_and_strike(place) == expected
                places.add((place, day, strike))
    assert len({place for place, _, _ in places}) == len(places)


def test_every_class_is_on_a_contract_and_around_its_price() -> None:
    assert len(CLASSES) > 450
    for each in CLASSES.values():
        assert each.lowest < each.under.reference_price < each.highest
        assert each.strikes()[-1] == pytest.approx(each.highest)
