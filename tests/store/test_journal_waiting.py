"""What waits to be written is known, in order, and forgotten once it is on disk."""

from __future__ import annotations

from typing import Any

import pytest

from store.journal_rows import Batch
from store.journal_waiting import CHUNK, Fact, Waiting, words
from tests.store.journal_for_tests import execution, line, order, shown


@pytest.fixture
def waiting() -> Waiting:
    return Waiting()


def test_only_the_first_batch_is_worth_waking_somebody(waiting: Waiting) -> None:
    assert waiting.add(Batch(), 1.0)
    assert not waiting.add(Batch(), 2.0)
    waiting.remove(2)
    assert waiting.add(Batch(), 3.0)


def test_the_oldest_is_the_one_that_waits_longest(waiting: Waiting) -> None:
    assert waiting.oldest() is None
    waiting.add(Batch(), 1.0)
    waiting.add(Batch(), 2.0)
    assert waiting.oldest() == 1.0
    waiting.remove(1)
    assert waiting.oldest() == 2.0


def test_the_newest_word_counts_until_its_own_batch_is_written(waiting: Waiting) -> None:
    for state in ("live", "filled"):
        waiting.add(Batch(changed=(order(state=state, perm_ids=(5,)),)), 0.0)
    waiting.remove(1)
    found = waiting.order("P1-1")
    assert found and found.state == "filled"
    assert (waiting.key_of_perm_id(5), waiting.key_of_perm_id(6)) == ("P1-1", None)
    waiting.remove(1)
    assert waiting.order("P1-1") is None


def test_one_batch_may_say_the_same_thing_twice(waiting: Waiting) -> None:
    waiting.add(Batch(switches=(("halt", "on"), ("halt", "off"))), 0.0)
    assert waiting.switch("halt") == "off"
    waiting.remove(1)
    assert waiting.switch("halt") is None


def test_executions_lead_to_their_order(waiting: Waiting) -> None:
    waiting.add(Batch(executions=(execution("e1"),)), 0.0)
    assert waiting.key_of_execution("e1") == "P1-1"
    assert waiting.key_of_perm_id(1) is None


def test_events_are_found_by_their_order(waiting: Waiting) -> None:
    waiting.add(Batch(lines=(line(seq=1), line("other"))), 0.0)
    waiting.add(Batch(lines=(line(seq=2),)), 0.0)
    assert waiting.events("P1-1") == shown(line(seq=1), line(seq=2))


def test_a_chunk_has_some_rows_and_at_least_one_batch(waiting: Waiting) -> None:
    heavy = Batch(lines=(line(count=CHUNK + 50),))
    light = Batch(lines=(line(),))
    for batch in (light, heavy, light, light):
        waiting.add(batch, 0.0)
    sizes = []
    while chunk := waiting.chunk():
        sizes.append(len(chunk))
        waiting.remove(len(chunk))
    assert sizes == [1, 1, 2]


def test_it_knows_what_is_said_about_the_same_things(waiting: Waiting) -> None:
    assert not waiting.concerns(facts(Batch(new=(order(),))))
    waiting.add(Batch(changed=(order(),), switches=(("halt", "on"),)), 0.0)
    assert waiting.concerns(facts(Batch(new=(order("P1-2"), order()))))
    assert waiting.concerns(facts(Batch(switches=(("halt", "off"),))))
    assert not waiting.concerns(facts(Batch(new=(order("P1-2"),), lines=(line(),))))


def test_a_batch_that_is_none_leaves_nothing_behind(waiting: Waiting) -> None:
    none: Any = None
    with pytest.raises(AttributeError):
        waiting.add(Batch(changed=(order(), none)), 0.0)
    assert waiting.order("P1-1") is None and not len(waiting)


def facts(batch: Batch) -> list[Fact]:
    return [fact for fact, _ in words(batch)]
