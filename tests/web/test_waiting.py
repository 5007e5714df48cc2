"""Some threads are always left for a cancel."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from tests.web.visitors import World
from trading.refusals import Busy
from web.waiting import MOST_CHAINS, RESERVED_THREADS, Waiting


def waiting(free: int, max_orders: int = 10, open_pages: int = 0) -> Waiting:
    """`free` threads may wait."""
    return Waiting(RESERVED_THREADS + free + open_pages, max_orders, lambda: open_pages)


def test_reads_wait_while_threads_are_free() -> None:
    room = waiting(2)
    with room.read(), room.read(), pytest.raises(Busy), room.read():
        pass
    with room.read(), room.read():
        pass


def test_an_order_over_the_cap_may_not_wait() -> None:
    room = waiting(10, max_orders=1)
    with room.order() as first, room.order() as second:
        assert (first, second) == (True, False)
    with room.order() as third:
        assert third


def test_reads_orders_and_pages_share_the_threads() -> None:
    room = waiting(2, open_pages=3)
    with room.read(), room.order() as first, room.order() as second:
        assert (first, second) == (True, False)
        with pytest.raises(Busy):
            room.read().__enter__()


def test_a_place_is_free_again_after_an_error() -> None:
    room = waiting(1)
    with pytest.raises(ZeroDivisionError), room.read():
        raise ZeroDivisionError
    with room.read():
        pass


def test_few_chains_wait_however_many_threads_there_are() -> None:
    room = waiting(100)
    places = [room.chain() for _ in range(MOST_CHAINS)]
    for place in places:
        place.__enter__()
    with pytest.raises(Busy, match="chains"), room.chain():
        pass
    places.pop().__exit__(None, None, None)
    with room.chain(), room.read():
        pass


@pytest.mark.parametrize("path", ["order-history", "order-history.csv", "profit", "profit.csv"])
def test_what_reads_the_journal_takes_no_thread_that_is_kept_for_cancels(
    world: World, path: str
) -> None:
    program = world.program("read")
    with ExitStack() as others:
        with pytest.raises(Busy):
            while True:
                others.enter_context(world.desk.waiting.read())
        assert program.get(f"/api/v1/{path}").status_code == 429
    assert program.get(f"/api/v1/{path}").status_code == 200
