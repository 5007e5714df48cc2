"""Which contract has a line when there are too few: the one that was looked at most recently."""

from __future__ import annotations

import pytest

from ib.market_data.quote_lines import MAX_LENT
from tests.ib.market_data.quotes_for_tests import Desk, begin
from trading.refusals import Busy, RejectedByIB

CAP = 50
STREAMS = 45  # a tenth is for snapshots


@pytest.fixture
def desk() -> Desk:
    return Desk(CAP)


async def test_the_line_that_was_wanted_least_recently_is_given_up(desk: Desk) -> None:
    desk.watch(*range(1, STREAMS + 1))
    desk.watch(1)
    await desk.looked_at(1000)
    assert (desk.fake.cancelled, desk.open_lines) == ([2], STREAMS)


async def test_a_page_takes_no_line_that_another_page_still_watches(desk: Desk) -> None:
    desk.watch(*range(1, STREAMS + 1))
    desk.clock.pass_by(20)
    with pytest.raises(Busy, match="Every line"):
        desk.watch(1000)
    assert desk.fake.cancelled == []
    desk.clock.pass_by(6)  # now they have missed their renewal
    desk.watch(1000)
    assert desk.fake.cancelled == [1]


async def test_a_held_position_keeps_its_line(desk: Desk) -> None:
    desk.hold(1)
    desk.watch(*range(2, STREAMS + 1))
    await desk.looked_at(1000, 1001)
    assert desk.fake.cancelled == [2, 3]


async def test_when_everything_is_held_nobody_else_gets_a_line(desk: Desk) -> None:
    desk.hold(*range(1, STREAMS + 1))
    with pytest.raises(Busy):
        await desk.ask(1000)
    assert (desk.fake.cancelled, 1000 in desk.quotes) == ([], False)


async def test_a_subscription_that_is_made_again_waits_for_its_own_price(desk: Desk) -> None:
    await desk.looked_at(1, *range(2, STREAMS + 2))
    assert desk.fake.cancelled == [1]
    again = desk.ask(1)
    await begin(again)
    assert not again.done()
    desk.tick(1, last=20.0)
    assert (await again)["last"] == 20.0


# Lines that others take


async def test_others_never_take_the_place_of_an_own_line(desk: Desk) -> None:
    desk.watch(*range(1, STREAMS + 1))
    with pytest.raises(Busy):
        await desk.ask(1000, lent=True)
    assert desk.fake.cancelled == []
    desk.tick(1, last=7.0)
    assert (await desk.ask(1, lent=True))["last"] == 7.0


async def test_others_take_so_many_lines_and_then_their_own_oldest(desk: Desk) -> None:
    desk.watch(1)
    await desk.looked_at(*range(100, 100 + MAX_LENT + 1), lent=True)
    assert (desk.fake.cancelled, 1 in desk.quotes) == ([100], True)


async def test_a_lent_line_gives_way_to_an_own_one(desk: Desk) -> None:
    desk.watch(*range(1, STREAMS))
    waiting = desk.ask(1000, lent=True)
    await begin(waiting)
    desk.watch(2000)
    assert desk.fake.cancelled == [1000]
    with pytest.raises(Busy):
        await waiting


async def test_who_waits_for_a_first_price_keeps_a_lent_line(desk: Desk) -> None:
    asked = [desk.ask(con_id, lent=True) for con_id in range(100, 100 + MAX_LENT)]
    await begin(*asked)
    with pytest.raises(Busy):
        await desk.ask(1000, lent=True)
    for con_id in range(100, 100 + MAX_LENT):
        desk.tick(con_id, last=5.0)
    for each in asked:
        await each
    await desk.looked_at(1000, lent=True)
    assert desk.fake.cancelled == [100]


async def test_what_others_ask_for_is_not_told_here_until_it_is_wanted_here(desk: Desk) -> None:
    await desk.looked_at(1, lent=True)
    assert (1 in desk.quotes, desk.told()) == (False, {})
    desk.watch(1)
    desk.tick(1, last=6.0)
    assert (1 in desk.quotes, len(desk.told())) == (True, 1)
    assert desk.fake.requested == [1]


async def test_a_lent_line_that_brings_nothing_is_not_tried_again(desk: Desk) -> None:
    waiting = desk.ask(1, lent=True)
    await begin(waiting)
    desk.error(1, 10197)
    desk.sweep(16)
    assert (desk.fake.requested, desk.fake.cancelled, desk.open_lines) == ([1], [1], 0)
    with pytest.raises(RejectedByIB):
        await waiting
