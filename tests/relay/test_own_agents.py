"""What a node tells of its own agents."""

from __future__ import annotations

from relay.directory import News
from relay.own_agents import OwnAgents
from tests.relay.hubs_for_tests import HubWorld


class Case:
    def __init__(self) -> None:
        self.world, self.told, self.gone = HubWorld(), list[News](), list[tuple[str, int]]()
        tell, gone = self.told.append, lambda user, epoch: self.gone.append((user, epoch))
        self.own = OwnAgents(self.world.hub, "boot", tell, gone)
        self.world.hub.watched_by(self.own.changed)


def test_each_change_is_one_numbered_piece_of_news() -> None:
    case = Case()
    agent = case.world.join("alice", epoch=4, shares=True)
    assert case.own.epoch("alice") == 4 and case.gone == []
    case.world.hub.dropped(agent.agent, "gone")
    came, went = case.told
    assert (came.boot, came.name, came.number, went.number) == ("boot", "node-1", 1, 2)
    assert (came.entry.is_connected, came.entry.shares, came.entry.epoch) == (True, True, 4)
    assert (went.entry.is_connected, went.entry.shares, went.entry.epoch) == (False, False, 4)
    assert went.entry.row["epoch"] == 4 and case.gone == [("alice", 4)]


def test_another_machine_that_was_turned_away_is_news_too() -> None:
    case = Case()
    case.world.join("alice", "one")
    case.world.knock("alice", "two", label="evil")
    assert "evil" in case.told[-1].entry.row["reason"]


def test_a_list_says_how_things_are_now() -> None:
    case = Case()
    agent = case.world.join("alice")
    case.world.wait(5)
    case.world.clock.now += 0.02
    agent.pong()
    number, [entry] = case.own.listing()
    assert number == 1 and entry.row["latencyMs"] is not None
    assert case.own.epoch("bob") == 0


def test_a_user_who_never_had_an_agent_here_is_no_news() -> None:
    case = Case()
    case.own.changed("bob")
    assert (case.told, case.gone) == ([], [])
