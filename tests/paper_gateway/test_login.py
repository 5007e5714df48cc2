"""startApi, and the drills that spoil it."""

import pytest

from paper_gateway.drills import Login, apply
from tests.paper_gateway.wire_client import HELLO, Desk, messages, names

STARTED = ["15", "9", *["4 2104"] * 4, *["4 2106"] * 3, "4 2158"]


def desk_with(login: Login) -> Desk:
    desk = Desk()
    apply(desk.hub.drills, {"login": login})
    return desk


def test_an_untrusted_address_is_closed_after_its_start() -> None:
    desk = desk_with("close_after_start")
    client = desk.knock()
    assert client.send(71, 2, 7, "") == []
    assert (client.session.is_closing, desk.hub.sessions) == (True, {})


def test_nobody_greets_until_the_drill_ends() -> None:
    desk = desk_with("silent")
    session = desk.hub.connect("test")
    session.receive(HELLO)
    assert session.take_output() == b""
    desk.hub.drills.login = ""
    session.go_on()
    assert [message[0] for message in messages(session.take_output())] == ["178"]


def test_who_gave_up_waiting_for_a_greeting_is_forgotten() -> None:
    desk = desk_with("silent")
    session = desk.hub.connect("test")
    session.receive(HELLO)
    desk.hub.disconnected(session)
    desk.hub.drills.login = ""
    session.go_on()
    assert (session.version, desk.hub.sessions) == (0, {})


def test_a_start_without_an_answer_is_answered_once_when_the_drill_ends() -> None:
    desk = desk_with("no_answer")
    client = desk.knock()
    assert client.send(71, 2, 7, "") == []
    desk.hub.drills.login = ""
    client.session.go_on()
    assert names(client.read()) == STARTED
    client.session.go_on()
    assert client.read() == []


@pytest.mark.parametrize("login", ["silent", "no_answer"])
def test_who_was_greeted_before_the_drill_is_served_on(login: Login) -> None:
    desk = Desk()
    client = desk.connect()
    desk.hub.drills.login = login
    assert names(client.send(49, 1)) == ["49"]


def test_who_comes_while_the_link_is_down_is_told() -> None:
    desk = Desk()
    desk.hub.drills.link_down = True
    client = desk.knock()
    assert names(client.send(71, 2, 7, "")) == [*STARTED, "4 2110"]
