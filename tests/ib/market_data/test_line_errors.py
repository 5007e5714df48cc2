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


async def test_what_tws_has_no_line_for_is_one_more_than_it_gives() -> None:
    desk = Desk()
    desk.watch(*range(1, 12))
    desk.error(11, 101)
    assert (desk.quotes.lines.cap, desk.open_lines) == (10, 10)
