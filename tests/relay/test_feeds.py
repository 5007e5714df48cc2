"""All feeds: each user's own, events known already, gaps, and feeds that nobody needs."""

from __future__ import annotations

from relay.feeds import KEEP_SECONDS, Feeds
from relay.messages import Event
from tests.relay.hubs_for_tests import parsed


def event(seq: int, kind: str = "order") -> Event:
    return Event(seq, 1, kind, {"n": seq})


def kinds(feeds: Feeds, user: str = "alice") -> list[str]:
    return [parsed(one)[0] for one in feeds.of(user).after(0) or []]


def test_each_user_has_a_feed_of_their_own() -> None:
    feeds = Feeds()
    assert feeds.of("alice") is feeds.of("alice") is not feeds.of("bob")


def test_an_event_counts_once_in_a_run() -> None:
    feeds = Feeds()
    assert feeds.heard("alice", "run", event(1))
    assert not feeds.heard("alice", "run", event(1))
    assert feeds.seen("alice", "run") == 1
    assert feeds.seen("alice", "next run") == feeds.seen("bob", "run") == 0
    assert feeds.heard("alice", "next run", event(1))


def test_events_that_were_lost_on_the_way_become_a_reset() -> None:
    feeds = Feeds()
    feeds.heard("alice", "run", event(1))
    feeds.heard("alice", "run", event(4))
    feed = feeds.of("alice")
    assert [parsed(one) for one in feed.after(1) or []] == [("reset", {}), ("order", {"n": 4})]
    assert feed.after(0) is None


def test_a_new_run_that_begins_at_its_first_event_needs_no_reset() -> None:
    feeds = Feeds()
    feeds.heard("alice", "run", event(1))
    feeds.heard("alice", "next run", event(1))
    assert kinds(feeds) == ["order", "order"]


def test_a_feed_that_nobody_needs_is_forgotten_after_a_while() -> None:
    feeds = Feeds()
    first = feeds.of("alice")
    feeds.heard("alice", "run", event(1))
    feeds.forget_idle(set(), 0.0)
    feeds.forget_idle(set(), KEEP_SECONDS - 1)
    assert feeds.of("alice") is first
    feeds.forget_idle(set(), KEEP_SECONDS)
    assert feeds.of("alice") is not first
    assert feeds.seen("alice", "run") == 0


def test_a_feed_with_an_agent_or_a_reader_stays() -> None:
    feeds = Feeds()
    alice, bob = feeds.of("alice"), feeds.of("bob")
    bob.subscribe(lambda: None)
    feeds.forget_idle(set(), 0.0)
    feeds.forget_idle({"alice"}, KEEP_SECONDS)
    feeds.forget_idle(set(), KEEP_SECONDS + 1)
    assert feeds.of("alice") is alice and feeds.of("bob") is bob
