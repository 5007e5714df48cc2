"""What an error does to a line stands in one table; each row of it does what it says."""

from __future__ import annotations

import pytest

from tests.ib.market_data.quotes_for_tests import Desk
from trading.data_codes import EFFECTS


@pytest.mark.parametrize("code", EFFECTS)
async def test_a_line_goes_on_or_is_given_back_by_the_table(code: int) -> None:
    desk = Desk()
    desk.watch(1)
    desk.error(1, code)
    goes_on = EFFECTS[code] in ("part", "competing")
    assert desk.open_lines == int(goes_on)
    assert desk.fake.cancelled == []
    desk.tick(1, last=5.0)
    assert (desk.quotes.fresh(1) is not None) is goes_on


@pytest.mark.parametrize(
    ("code", "seconds", "tries"),
    [(10197, 16, 2), (321, 31, 2), (354, 1, 2), (10167, 50, 1)],
)
async def test_what_is_over_is_tried_again_after_its_time(
    code: int, seconds: float, tries: int
) -> None:
    desk = Desk()
    desk.watch(1)
    desk.error(1, code)
    desk.sweep(seconds / 3)
    assert len(desk.fake.requested) == 1
    desk.sweep(seconds)
    assert len(desk.fake.requested) == tries


@pytest.mark.parametrize("code", [code for code, effect in EFFECTS.items() if effect == "over"])
async def test_a_line_that_tws_refuses_again_and_again_is_closed_each_time(code: int) -> None:
    """What nobody closes here stays for as long as the connection: a few kB, every 30 seconds."""
    desk = Desk()
    desk.hold(1)
    for tries in (1, 2, 3):
        desk.error(1, code)
        desk.sweep(31)
        assert desk.fake.closed == list(range(1, tries + 1))
    assert desk.fake.cancelled == []  # TWS has ended them itself


async def test_lines_that_tws_has_forgotten_are_closed_here_as_well() -> None:
    desk = Desk()
    desk.hold(1, 2)
    desk.quotes.resume()
    desk.sweep()
    assert (desk.fake.closed, desk.fake.cancelled, desk.open_lines) == ([1, 2], [], 2)


async def test_a_line_of_an_earlier_connection_is_not_closed_in_a_new_one() -> None:
    """Its number is another line's by then."""
    desk = Desk()
    desk.hold(1)
    desk.error(1, 321)
    desk.quotes.clear("gone")
    desk.quotes.resume()
    desk.sweep()
    assert (desk.fake.closed, desk.open_lines) == ([], 1)


async def test_what_tws_has_no_line_for_is_one_more_than_it_gives() -> None:
    desk = Desk()
    desk.watch(*range(1, 12))
    desk.error(11, 101)
    assert (desk.quotes.lines.cap, desk.open_lines) == (10, 10)
