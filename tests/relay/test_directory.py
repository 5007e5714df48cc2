"""Where agents are, in whatever order the news of it arrive."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from relay.directory import SILENT_SECONDS, Directory, Entry, News


def entry(user: str, epoch: int, connected: bool = True, shares: bool = False) -> Entry:
    row: dict[str, Any] = {"user": user, "connected": connected}
    return Entry(user, epoch, shares, row)


def news(number: int, one: Entry, boot: str = "a") -> News:
    return News(boot, f"node-{boot}", number, one)


class Case:
    """A directory, and the users of whom it said that something is new."""

    def __init__(self) -> None:
        self.changed: list[str] = []
        self.ended: list[str] = []
        self.directory = Directory(self.changed.append, self.ended.append)

    def knows(self, boot: str = "a", *entries: Entry) -> None:
        """The node is known with these agents, up to news 10."""
        assert self.directory.beat(boot, f"node-{boot}", 10, 0.0)
        self.directory.listed(boot, 10, entries)
        self.changed.clear()

    def epoch(self, user: str) -> int | None:
        place = self.directory.place_of(user)
        return place.entry.epoch if place else None


def test_a_new_node_is_asked_for_its_list_once() -> None:
    case = Case()
    assert case.directory.beat("a", "node-a", 0, 0.0)
    assert not case.directory.beat("a", "node-a", 0, 0.0)
    case.directory.listed("a", 0, [entry("alice", 1)])
    assert case.changed == ["alice"] and case.epoch("alice") == 1
    assert not case.directory.beat("a", "node-a", 0, 0.0)


def test_news_in_order_count_at_once_and_again_change_nothing() -> None:
    case = Case()
    case.knows()
    assert not case.directory.news(news(11, entry("alice", 1)), 0.0)
    assert case.changed == ["alice"]
    assert not case.directory.news(news(11, entry("alice", 9)), 0.0)
    assert case.epoch("alice") == 1 and case.changed == ["alice"]


@pytest.mark.parametrize("sign", ["beat", "news"])
def test_missing_news_are_noticed_and_the_list_is_fetched(sign: str) -> None:
    case = Case()
    case.knows()
    if sign == "beat":
        assert case.directory.beat("a", "node-a", 11, 0.0)
    else:
        assert case.directory.news(news(12, entry("bob", 2)), 0.0)
    assert not case.directory.is_in_step
    case.directory.listed("a", 11, [entry("alice", 1)])
    assert case.directory.is_in_step and case.epoch("alice") == 1
    assert case.epoch("bob") == (None if sign == "beat" else 2)


def test_news_that_come_while_the_list_is_fetched_follow_it() -> None:
    case = Case()
    assert case.directory.news(news(5, entry("alice", 5)), 0.0)
    assert not case.directory.news(news(6, entry("alice", 6, connected=False)), 0.0)
    case.directory.listed("a", 5, [entry("alice", 5)])
    place = case.directory.place_of("alice")
    assert place is not None and not place.entry.is_connected and place.entry.epoch == 6


def test_a_list_that_could_not_be_fetched_is_asked_for_again() -> None:
    case = Case()
    assert case.directory.beat("a", "node-a", 3, 0.0)
    case.directory.not_listed("a")
    assert case.directory.beat("a", "node-a", 3, 0.0)


def test_of_two_nodes_the_higher_epoch_counts() -> None:
    case = Case()
    case.knows("a", entry("alice", 1))
    case.knows("b", entry("alice", 2))
    place = case.directory.place_of("alice")
    assert place is not None and (place.boot, place.name) == ("b", "node-b")
    case.directory.forget("b")
    assert case.epoch("alice") == 1


def test_a_silent_node_is_forgotten_with_its_agents_and_what_it_said_is_kept() -> None:
    case = Case()
    case.knows("a", entry("alice", 1))
    case.directory.look(SILENT_SECONDS - 0.1)
    assert case.epoch("alice") == 1
    case.directory.look(SILENT_SECONDS)
    assert case.epoch("alice") is None and case.changed == ["alice"]
    assert case.ended == ["a"]
    assert case.directory.lost["alice"].epoch == 1
    case.knows("b", entry("alice", 2))
    assert case.directory.lost == {}


def test_nodes_that_share_quotes_are_those_with_a_connected_agent_that_does() -> None:
    case = Case()
    case.knows("a", entry("alice", 1, shares=True), entry("bob", 2))
    case.knows("b", entry("charlie", 3, connected=False, shares=True))
    assert case.directory.sharing() == ["a"]
    case.directory.news(news(11, entry("alice", 1, connected=False, shares=True)), 0.0)
    assert case.directory.sharing() == []


@pytest.mark.parametrize("seed", range(20))
def test_whatever_gets_lost_the_directory_is_right_after_a_beat(seed: int) -> None:
    """News are lost and lists come late: a beat and the list that it asks for mend all."""
    random, case = Random(seed), Case()
    truth: dict[str, Entry] = {}
    number = 0
    for _ in range(200):
        user = random.choice("abcdef")
        number += 1
        truth[user] = entry(user, number, connected=random.random() < 0.7)
        behind = False
        if random.random() < 0.8:
            behind = case.directory.news(news(number, truth[user]), 0.0)
        if behind or (random.random() < 0.2 and case.directory.beat("a", "n", number, 0.0)):
            case.directory.listed("a", number, list(truth.values()))
    if case.directory.beat("a", "n", number, 0.0):
        case.directory.listed("a", number, list(truth.values()))
    for user, one in truth.items():
        place = case.directory.place_of(user)
        assert place is not None and place.entry == one
