"""A feed that mirrors another node's: the same name, the same numbers, and its end."""

from __future__ import annotations

from relay.feed import Feed


def pair(count: int) -> tuple[Feed, Feed]:
    """A feed with so many events, and its mirror."""
    far, mirror = Feed("far"), Feed()
    for number in range(count):
        far.publish("order", number)
    mirror.mirror("far", far.last, far.kept())
    return far, mirror


def same(one: Feed, other: Feed) -> bool:
    return (one.boot, one.last, one.kept()) == (other.boot, other.last, other.kept())


def test_a_reader_resumes_at_the_mirror_where_it_was_at_the_other() -> None:
    far, mirror = pair(3)
    assert same(far, mirror)
    assert mirror.cursor_of("far-1") == 1
    assert mirror.after(1) == far.after(1)


def test_what_is_known_already_is_not_added_again() -> None:
    far, mirror = pair(3)
    far.publish("order", 3)
    for newest in (4, 2, 1):
        mirror.mirror("far", far.last, far.kept()[-newest:])
        assert same(far, mirror)


def test_a_gap_forgets_what_is_before_it() -> None:
    far, mirror = pair(3)
    far.publish("order", 3)
    far.publish("order", 4)
    mirror.mirror("far", far.last, far.kept()[-1:])
    assert mirror.kept() == far.kept()[-1:] and mirror.after(3) is None


def test_an_own_event_ends_the_mirror_under_a_new_name() -> None:
    far, mirror = pair(3)
    woken: list[str] = []
    mirror.subscribe(lambda: woken.append(mirror.boot))
    mirror.publish("agent", {})
    assert mirror.boot != "far" and mirror.last == 1 and not mirror.is_mirror
    assert mirror.cursor_of("far-1") is None and set(woken) == {mirror.boot}


def test_an_own_feed_becomes_a_mirror_under_the_others_name() -> None:
    far, own = Feed("far"), Feed("own")
    own.publish("order", 1)
    far.publish("order", 1)
    own.mirror("far", far.last, far.kept())
    assert same(far, own) and own.cursor_of("own-1") is None


def test_numbers_that_are_not_there_yet_are_not_after_anything() -> None:
    assert Feed("far").after(1) is None
