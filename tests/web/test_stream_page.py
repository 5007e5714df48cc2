"""The places that pages take; pages themselves are in `test_stream.py`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from web.stream_page import Places


def test_there_are_so_many_places_and_no_more() -> None:
    places = Places(2)
    assert [places.take() for _ in range(3)] == [True, True, False]
    places.give_back()
    assert places.take()


def test_places_are_counted_right_from_many_threads() -> None:
    places = Places(50)
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda _: places.take(), range(200)))
    assert (sum(taken), places.taken) == (50, 50)
