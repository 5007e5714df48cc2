"""Option classes: what is listed, and how conIds stand for it."""

from dataclasses import replace
from datetime import date

import pytest

from paper_gateway.catalogue.instruments import instruments
from paper_gateway.catalogue.option_classes import read_option_classes

CLASSES = {each.trading_class: each for each in read_option_classes(instruments())}
NEAR, FAR, TODAY = date(2026, 1, 16), date(2027, 1, 15), date(2026, 1, 5)
APPLE = CLASSES["AAPL"]


@pytest.mark.parametrize(
    ("expiration", "strike", "is_listed"),
    [
        (NEAR, 230.0, True),
        (NEAR, 232.5, True),
        (NEAR, 231.0, False),
        (NEAR, 5.0, False),
        (NEAR, float("nan"), False),
        (FAR, 230.0, True),
        (FAR, 232.5, False),
    ],
)
def test_not_every_strike_is_listed_at_every_expiration(
    expiration: date, strike: float, is_listed: bool
) -> None:
    assert APPLE.lists(expiration, strike, TODAY) is is_listed


def test_what_is_listed_stays_listed() -> None:
    days = [date(2026, 1, 5), date(2026, 6, 1), date(2026, 7, 1), date(2027, 1, 15)]
    for strike in APPLE.strikes:
        listed = [APPLE.lists(FAR, strike, day) for day in days]
        assert listed == sorted(listed)
        assert listed[-1]


def test_strikes_go_from_the_lowest_to_the_highest() -> None:
    strikes = APPLE.strikes
    assert strikes[:2] == (115.0, 117.5)
    assert {247.5, 250.0, 255.0} < set(strikes)
    assert 252.5 not in strikes


@pytest.mark.parametrize("text", ["5:1:4", "5:1:6 6:1:7", "0:1:3", "1:1:600"])
def test_ranges_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="rising strikes"):
        _ = replace(APPLE, ranges=text).strikes


@pytest.mark.parametrize("name", ["AAPL", "SPXW", "SPX", "SPY", "VIX", "A", "BRKB"])
def test_a_place_leads_back_to_its_option(name: str) -> None:
    found, places = CLASSES[name], set()
    for today in (date(2026, 1, 5), date(2026, 3, 30), date(2026, 11, 23)):
        for day in found.expirations(today):
            for strike in found.strikes[::50]:
                place = found.place(day, strike, "C")
                assert found.expiration_and_strike(place) == (day, strike)
                places.add((place, day, strike))
    assert len({place for place, _, _ in places}) == len(places)


def test_a_place_of_no_option_leads_nowhere() -> None:
    place = APPLE.place(NEAR, 230.0, "C")
    assert APPLE.expiration_and_strike(replace(place, strike=500)) is None
    assert APPLE.expiration_and_strike(replace(place, slot=place.slot + 1)) is None


def test_every_class_is_on_a_contract_and_around_its_price() -> None:
    assert len(CLASSES) > 450
    for each in CLASSES.values():
        assert each.strikes[5] < each.under.reference_price < each.strikes[-5]
