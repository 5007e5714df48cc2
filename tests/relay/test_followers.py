"""Nodes that follow a feed get what is new, in order, as long as they say so."""

from __future__ import annotations

from relay.feed import Feed
from relay.followers import LEASE_SECONDS, Followers


class Case:
    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str, int, list[bytes]]] = []
        self.asked = 0
        self.followers = Followers(lambda *sent: self.sent.append(sent), self._soon)
        self.feed = Feed("boot")

    def _soon(self) -> None:
        self.asked += 1


def test_news_of_a_moment_go_in_one_batch_to_each_follower() -> None:
    case = Case()
    for node in ("a", "b"):
        case.followers.follow(node, "alice", case.feed, 0.0)
    case.feed.publish("order", 1)
    case.feed.publish("order", 2)
    assert (case.sent, case.asked) == ([], 1)
    case.followers.flush()
    kept = case.feed.kept()
    assert sorted(case.sent) == [(node, "alice", "boot", 2, kept) for node in ("a", "b")]
    case.followers.flush()
    assert len(case.sent) == 2


def test_following_again_sends_nothing_twice() -> None:
    case = Case()
    for _ in range(3):
        case.followers.follow("a", "alice", case.feed, 0.0)
    case.feed.publish("order", 1)
    case.followers.flush()
    assert len(case.sent) == 1 and case.feed.subscribers == len(case.followers) == 1


def test_who_does_not_say_again_that_it_follows_is_forgotten() -> None:
    case = Case()
    case.followers.follow("a", "alice", case.feed, 0.0)
    case.followers.look(LEASE_SECONDS - 1, {"a"})
    assert len(case.followers) == 1
    case.followers.look(LEASE_SECONDS, {"a"})
    assert len(case.followers) == case.feed.subscribers == 0


def test_a_node_that_is_gone_is_forgotten_with_what_waits_for_it() -> None:
    case = Case()
    case.followers.follow("a", "alice", case.feed, 0.0)
    case.feed.publish("order", 1)
    case.followers.look(1.0, {"b"})
    case.followers.flush()
    assert case.sent == []


def test_a_feed_that_has_become_a_mirror_is_not_passed_on() -> None:
    case = Case()
    case.followers.follow("a", "alice", case.feed, 0.0)
    case.feed.mirror("elsewhere", 1, [b"id: elsewhere-1\n\n"])
    case.followers.flush()
    assert case.sent == [] and len(case.followers) == 0


def test_a_feed_that_began_again_is_sent_whole() -> None:
    case = Case()
    case.feed.publish("order", 1)
    case.followers.follow("a", "alice", case.feed, 0.0)
    case.feed.begin_again()
    case.feed.publish("order", 2)
    case.followers.flush()
    assert case.sent == [("a", "alice", case.feed.boot, 1, case.feed.kept())]
