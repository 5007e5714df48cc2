"""Which contract has a line when there are too few: the one that was looked at most recently."""

from __future__ import annotations

import asyncio

import pytest

from ib.market_data.quote_lines import MAX_LENT
from tests.ib.market_data.quotes_for_tests import Desk, begin, stock
from trading.refusals import Busy, RejectedByIB

STREAMS = 50
MOST_HELD = 45  # a tenth is never theirs


@pytest.fixture
def desk() -> Desk:
    return Desk(STREAMS)


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
    desk.hold(*range(1, MOST_HELD + 1))
    desk.watch(*range(MOST_HELD + 1, STREAMS + 1))
    desk.hold(*range(MOST_HELD + 1, STREAMS + 1))
    with pytest.raises(Busy):
        await desk.ask(1000)
    assert (desk.fake.cancelled, 1000 in desk.quotes) == ([], False)


async def test_held_positions_leave_a_tenth_to_whoever_looks(desk: Desk) -> None:
    desk.hold(*range(1, STREAMS + 1))
    assert desk.open_lines == MOST_HELD
    await desk.looked_at(1000)
    assert (desk.open_lines, desk.fake.cancelled) == (MOST_HELD + 1, [])


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


# Lines that snapshots take


class Snapshots:
    """Each has its line until `end`."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.end = asyncio.Event()
        self.tasks: set[asyncio.Task[None]] = set()

    async def begin(self, count: int, *, lent: bool = False) -> None:
        self.tasks |= {asyncio.create_task(self._run(lent)) for _ in range(count)}
        await begin(*self.tasks)

    async def over(self) -> None:
        self.end.set()
        await asyncio.wait(self.tasks)

    async def _run(self, lent: bool) -> None:
        async with self.desk.quotes.lines.borrowed(self.desk.wire, lent=lent):
            await self.end.wait()


async def test_the_stream_that_was_wanted_least_recently_gives_way_for_a_while(
    desk: Desk,
) -> None:
    snapshots = Snapshots(desk)
    desk.hold(1)
    await desk.looked_at(*range(2, STREAMS + 1))
    desk.watch(2)
    await snapshots.begin(1)
    assert (desk.fake.cancelled, desk.open_lines) == ([3], STREAMS)
    desk.sweep(1)
    assert desk.fake.requested.count(3) == 1
    await snapshots.over()
    desk.sweep()
    assert (desk.fake.requested.count(3), desk.open_lines) == (2, STREAMS)
    assert desk.fake.cancelled == [3]


async def test_a_stream_that_gave_way_shows_its_last_prices_without_a_trouble(
    desk: Desk,
) -> None:
    snapshots = Snapshots(desk)
    await desk.looked_at(*range(1, STREAMS + 1))
    await snapshots.begin(1)
    row = desk.quotes.watch(desk.wire, stock(1))
    assert row is not None
    assert (row["last"], row["trouble"]) == (5.0, None)
    await snapshots.over()


async def test_few_streams_give_way_however_many_snapshots_wait(desk: Desk) -> None:
    snapshots = Snapshots(desk)
    await desk.looked_at(*range(1, STREAMS + 1))
    await snapshots.begin(200)
    for _ in range(5):
        desk.sweep(0.1)
        await begin(*snapshots.tasks)
    assert desk.fake.cancelled == list(range(1, STREAMS // 5 + 1))
    await snapshots.over()
    desk.sweep()
    assert len(desk.fake.requested) == STREAMS + STREAMS // 5
    assert desk.open_lines == STREAMS


async def test_held_ones_and_first_prices_do_not_give_way(desk: Desk) -> None:
    snapshots = Snapshots(desk)
    desk.hold(*range(1, MOST_HELD + 1))
    asked = [desk.ask(con_id) for con_id in range(MOST_HELD + 1, STREAMS + 1)]
    await begin(*asked)
    await snapshots.begin(1)
    assert (desk.fake.cancelled, desk.open_lines) == ([], STREAMS)
    desk.tick(STREAMS, last=5.0)
    await asked[-1]
    desk.sweep()
    assert desk.fake.cancelled == [STREAMS]
    await snapshots.over()
    for con_id in range(MOST_HELD + 1, STREAMS):
        desk.tick(con_id, last=5.0)
    await asyncio.gather(*asked)


async def test_a_snapshot_for_others_takes_only_what_is_lent(desk: Desk) -> None:
    snapshots = Snapshots(desk)
    await desk.looked_at(*range(1, STREAMS))
    await desk.looked_at(1000, lent=True)
    await snapshots.begin(2, lent=True)
    assert desk.fake.cancelled == [1000]
    await snapshots.begin(1)
    assert desk.fake.cancelled == [1000, 1]
    for task in snapshots.tasks:
        task.cancel()
    await asyncio.wait(snapshots.tasks)


async def test_while_snapshots_have_all_lines_a_look_waits_for_the_next_one(desk: Desk) -> None:
    snapshots = Snapshots(desk)
    await snapshots.begin(STREAMS)
    asked = desk.ask(1)
    await begin(asked)
    desk.sweep()
    assert (desk.fake.requested, desk.open_lines) == ([], STREAMS)
    await snapshots.over()
    desk.sweep()
    desk.tick(1, last=5.0)
    assert (await asked)["last"] == 5.0
