"""What people see of an agent."""

from __future__ import annotations

from relay.presence import Absence, absent, absent_row, picture, row
from tests.relay.hubs_for_tests import START, HubWorld, hello


def test_a_connected_agent() -> None:
    agent = HubWorld().join("alice", epoch=4).agent
    shown = picture(agent)
    assert shown == {
        "connected": True,
        "since": "2026-11-28T14:01:40.000Z",
        "label": "box one",
        "version": "1.2",
        "mode": "paper",
        "latencyMs": None,
        "reason": None,
    }
    assert row(agent, "n")["user"] == "alice" and row(agent, "n")["epoch"] == 4


def test_an_agent_that_never_came_has_the_same_fields() -> None:
    shown = absent(Absence(START))
    assert shown.keys() == picture(HubWorld().join("alice").agent).keys()
    assert (shown["connected"], shown["mode"], shown["label"]) == (False, None, "")


def test_one_that_went_keeps_its_name_in_the_list() -> None:
    gone = absent_row("alice", Absence(START, "went", hello("one"), START))
    assert gone.keys() == row(HubWorld().join("alice").agent, "n").keys()
    assert (gone["label"], gone["reason"], gone["instance"]) == ("box one", "went", "one")
    assert absent_row("alice", Absence(START))["instance"] is None
