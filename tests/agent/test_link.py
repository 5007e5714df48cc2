"""The link: dial out, be welcomed, answer, break off and come back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from aiohttp import web

from agent import requests as requests_module
from relay.messages import MAX_FRAME, Ack, Event, Welcome, encode
from tests.agent.fake_relay import FakeRelay
from tests.agent.links import KEY, RunningLink
from tests.conftest import wait_until

MakeLink = Callable[..., RunningLink]


def texts(relay: FakeRelay, number: int, kind: str = "message") -> list[Any]:
    return [event.data.get("text") for event in relay.visit(number).events(kind)]


def tell(running: RunningLink, *words: str) -> None:
    for word in words:
        running.link.publish("message", {"text": word})


def test_it_says_hello_and_hears_whose_agent_it_is(relay: FakeRelay, make_link: MakeLink) -> None:
    running = make_link(owner="alice")
    assert running.welcomed == ["alice"]
    visit = relay.visit()
    assert visit.headers["Authorization"] == f"Bearer {KEY}"
    assert "Origin" not in visit.headers
    assert visit.hello is not None
    assert (visit.hello.instance, visit.hello.run) == ("machine-1", "run-1")


def test_a_request_is_answered(relay: FakeRelay, make_link: MakeLink) -> None:
    make_link()
    assert relay.ask("positions").result == {"op": "positions"}


def test_prices_arrive_exact(relay: FakeRelay, make_link: MakeLink) -> None:
    running = make_link()
    relay.say(
        '{"t":"request","id":"r","op":"place-order","user":"alice","epoch":1,"issued":1,"ttl":1,'
        '"args":{"body":{"lmtPrice":228.10}}}'
    )
    wait_until(lambda: running.answers.asked)
    assert str(running.answers.asked[0].args["body"]["lmtPrice"]) == "228.10"


def test_pings_are_answered(relay: FakeRelay, make_link: MakeLink) -> None:
    make_link()
    relay.ping()
    wait_until(lambda: relay.visit().pongs())


def test_events_come_in_their_order_and_without_what_must_stay_here(
    relay: FakeRelay, make_link: MakeLink
) -> None:
    running = make_link()
    tell(running, "a", "b")
    running.link.publish("order", {"secret": True})
    tell(running, "c")
    wait_until(lambda: texts(relay, 1) == ["a", "b", "c"])


def test_of_many_statuses_the_newest_is_told(relay: FakeRelay, make_link: MakeLink) -> None:
    running = make_link()
    for _ in range(500):
        running.link.publish("status", {})
    tell(running, "last")
    wait_until(lambda: texts(relay, 1) == ["last"])
    wait_until(lambda: relay.visit().events("status")[-1].data["number"] == running.statuses)
    assert running.statuses < 50


def test_what_is_published_while_no_link_runs_is_nobodys(relay: FakeRelay) -> None:
    running = RunningLink(relay)
    tell(running, "early")
    running.start()
    running.wait_connected()
    running.link.stop()
    tell(running, "late")
    assert "late" not in texts(relay, 1)


@pytest.mark.failure("F66")
def test_after_a_break_events_go_on_behind_the_last_one_seen(
    relay: FakeRelay, make_link: MakeLink
) -> None:
    running = make_link()
    tell(running, "a")
    wait_until(lambda: texts(relay, 1) == ["a"])
    relay.cut()
    tell(running, "b")
    wait_until(lambda: texts(relay, 2) == ["b"])
    first, second = relay.visit(1).events(), relay.visit(2).events()
    assert [event.seq for event in (*first, *second)] == list(range(1, len(first + second) + 1))
    assert {event.epoch for event in second} == {2}


def test_of_a_quote_that_moved_during_a_break_the_newest_is_told(
    relay: FakeRelay, make_link: MakeLink
) -> None:
    running = make_link()
    relay.refuses = web.Response(status=503)
    relay.cut()
    wait_until(lambda: running.link.reason is not None)
    for price in range(100):
        quote = {"contract": {"conId": 1}, "symbol": "AAPL", "last": price}
        running.link.publish("quote", quote)
    relay.refuses = None
    wait_until(lambda: len(relay.visits) > 1)
    told = wait_until(lambda: relay.visit(2).events("quote"))
    assert [event.data["last"] for event in told] == [99]
    first, second = relay.visit(1).events(), relay.visit(2).events()
    assert [event.seq for event in (*first, *second)] == list(range(1, len(first + second) + 1))


@pytest.mark.failure("F66")
def test_a_relay_that_has_forgotten_everything_is_told_again(
    relay: FakeRelay, make_link: MakeLink
) -> None:
    running = make_link()
    tell(running, "a")
    wait_until(lambda: texts(relay, 1) == ["a"])
    relay.forgets = True
    relay.cut()
    wait_until(lambda: texts(relay, 2) == ["a"])


@pytest.mark.failure("F62")
def test_an_order_answered_during_a_break_is_told_after_it(
    relay: FakeRelay, make_link: MakeLink
) -> None:
    running = make_link()
    running.answers.holds = True
    asked = relay.send(relay.request("place-order", body={}))
    wait_until(lambda: running.answers.asked)
    relay.cut()
    running.answers.release(running.link)
    [reply] = wait_until(lambda: relay.visit(2).replies(asked.id))
    assert (reply.result, reply.epoch) == ({"op": "place-order"}, 2)
    assert len(running.answers.asked) == 1


def test_a_read_that_a_break_has_ended_is_told_to_nobody(
    relay: FakeRelay, make_link: MakeLink
) -> None:
    running = make_link()
    running.answers.holds = True
    asked = relay.send(relay.request("positions"))
    wait_until(lambda: running.answers.asked)
    relay.cut()
    relay.visit(2)
    running.answers.release(running.link)
    relay.ask("pnl")
    assert relay.visit(2).replies(asked.id) == []


@pytest.mark.failure("F62")
def test_an_orders_reply_comes_again_until_it_is_acked(
    relay: FakeRelay, make_link: MakeLink
) -> None:
    running = make_link()
    relay.acks = False
    asked = relay.send(relay.request("cancel-order"))
    relay.answered(asked)
    relay.cut()
    assert wait_until(lambda: relay.visit(2).replies(asked.id))[0].epoch == 2
    relay.say(Ack(asked.id))
    relay.ask("positions")  # behind it: the ack is heard
    relay.cut()
    relay.visit(3)
    running.wait_connected()
    relay.ask("positions")
    assert relay.visit(3).replies(asked.id) == []
    assert [request.op for request in running.answers.asked].count("cancel-order") == 1


@pytest.mark.failure("F60")
def test_the_same_request_twice_is_done_once_and_answered_twice(
    relay: FakeRelay, make_link: MakeLink
) -> None:
    running = make_link()
    running.answers.holds = True
    asked = relay.send(relay.request("modify-order"))
    wait_until(lambda: running.answers.asked)
    relay.send(asked)  # while it is under way
    running.answers.release(running.link)
    relay.answered(asked)
    relay.send(asked)  # after it has been answered and acked
    first, second = wait_until(
        lambda: relay.visit().replies(asked.id)[1:] and relay.visit().replies(asked.id)
    )
    assert first == second
    assert len(running.answers.asked) == 1


@pytest.mark.failure("F71")
def test_a_relay_whose_clock_begins_anew_is_understood(
    relay: FakeRelay, make_link: MakeLink
) -> None:
    running = make_link()
    relay.clock_ms = 3_600_000
    relay.cut()
    relay.visit(2)
    running.wait_connected()
    relay.ask("positions")
    relay.clock_ms = 0
    relay.cut()
    relay.visit(3)
    running.wait_connected()
    assert relay.ask("positions").error is None


@pytest.mark.failure("F69")
@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00binary",
        "{",
        "[]",
        '{"t":"bark"}',
        '{"t":"ping","time":NaN}',
        '{"t":"request","id":"r","op":"positions"}',
        encode(Welcome("alice", 9, 1, 0, 5000)),
        encode(Event(1, 1, "order", {})),
        "x" * (MAX_FRAME + 1),
    ],
    ids=lambda garbage: str(garbage)[:30],
)
def test_a_relay_that_talks_nonsense_is_left_and_called_again(
    relay: FakeRelay, make_link: MakeLink, garbage: str | bytes
) -> None:
    running = make_link()
    with suppress(ConnectionError):  # the agent may be gone before all of it is said
        relay.say(garbage)
    relay.visit(2)
    running.wait_connected()
    wait_until(lambda: relay.visit(1).is_over)
    assert relay.ask("positions").error is None
    assert [request.op for request in running.answers.asked] == ["positions"]


@pytest.mark.parametrize(
    "first",
    [
        b"\x00",
        "{}",
        encode(Event(1, 1, "order", {})),
        encode(Welcome("alice", 1, 1, 0, 1)),  # a heartbeat of a millisecond
    ],
    ids=str,
)
def test_a_relay_that_does_not_welcome_is_left(
    relay: FakeRelay, make_link: MakeLink, first: str | bytes
) -> None:
    relay.first_words = first
    running = make_link(waits=False)
    wait_until(lambda: "broke the protocol" in (running.link.reason or ""))
    relay.first_words = None
    running.wait_connected()
    assert running.welcomed == ["alice"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (4401, "does not accept AGENT_KEY"),
        (4403, "another user"),
        (4409, "Another agent of yours is active"),
        (1012, "stopping"),
        (1008, "code 1008"),
    ],
)
def test_a_close_code_instead_of_a_welcome_says_what_to_do(
    relay: FakeRelay, make_link: MakeLink, code: int, words: str
) -> None:
    relay.refuses_with_code = code
    running = make_link(waits=False)
    wait_until(lambda: words in (running.link.reason or ""))
    assert running.welcomed == []


@pytest.mark.failure("F63")
def test_a_connection_that_was_taken_over_says_so(relay: FakeRelay, make_link: MakeLink) -> None:
    running = make_link()
    relay.close(4409)
    wait_until(lambda: "Another agent of yours is active" in (running.link.reason or ""))


def test_a_key_for_somebody_else_is_not_used(
    relay: FakeRelay, make_link: MakeLink, caplog: pytest.LogCaptureFixture
) -> None:
    relay.user = "bob"
    running = make_link(owner="alice", waits=False)
    wait_until(lambda: "the policy says alice" in (running.link.reason or ""))
    wait_until(lambda: relay.visit(1).is_over)
    assert relay.visit(1).socket.close_code == 4403
    assert running.welcomed == []
    assert "The key is of bob" in caplog.text


def test_a_refused_key_says_what_to_do_and_is_never_logged(
    relay: FakeRelay, make_link: MakeLink, caplog: pytest.LogCaptureFixture
) -> None:
    relay.refuses = web.Response(status=401)
    running = make_link(waits=False)
    wait_until(lambda: "does not accept AGENT_KEY" in (running.link.reason or ""))
    assert KEY not in caplog.text


def test_a_redirect_does_not_get_the_key(relay: FakeRelay, make_link: MakeLink) -> None:
    other = FakeRelay()
    other.start()
    try:
        place = {"Location": f"{other.url}/agent/connect"}
        relay.refuses = web.Response(status=302, headers=place)
        running = make_link(waits=False)
        wait_until(lambda: "redirects" in (running.link.reason or ""))
        assert other.visits == []
    finally:
        other.stop()


def test_a_relay_that_is_not_there_is_named(relay: FakeRelay, make_link: MakeLink) -> None:
    relay.stop()
    running = make_link(waits=False)
    wait_until(lambda: f":{relay.port} (" in (running.link.reason or ""))


@pytest.mark.failure("F65")
def test_a_relay_that_is_silent_is_left(relay: FakeRelay, make_link: MakeLink) -> None:
    relay.heartbeat_ms = 30
    relay.reads = False  # it answers no ping either
    running = make_link()
    wait_until(lambda: len(relay.visits) > 1)
    relay.reads = True
    wait_until(lambda: relay.visits[-1].hello and running.link.reason is None)


def test_a_quiet_relay_that_answers_is_not_left(relay: FakeRelay, make_link: MakeLink) -> None:
    relay.heartbeat_ms = 150
    running = make_link()
    for number in range(8):  # 0.2 s each: ten heartbeats without a frame of the relay
        before = running.statuses
        running.link.publish("status", {})
        wait_until(lambda: running.statuses > before)  # noqa: B023 - it is called here
        assert len(relay.visits) == 1, number


@pytest.mark.failure("F70")
def test_a_relay_that_does_not_read_is_left_and_nobody_waits(
    relay: FakeRelay, make_link: MakeLink
) -> None:
    relay.heartbeat_ms = 50
    relay.reads = False
    running = make_link()
    for number in range(4_000):
        running.link.publish("order", {"number": number, "text": "x" * 5_000})
    wait_until(lambda: len(relay.visits) > 1)


def test_too_many_reads_at_once_are_refused_and_exits_are_not(
    relay: FakeRelay, make_link: MakeLink
) -> None:
    running = make_link()
    running.answers.holds = True
    for _ in range(requests_module.MOST_READS):
        relay.send(relay.request("positions"))
    refused = relay.ask("positions")
    assert refused.error is not None
    assert (refused.error["kind"], refused.error["sent"]) == ("Busy", "no")
    cancel = relay.send(relay.request("cancel-all"))
    running.answers.release(running.link)
    assert relay.answered(cancel).result == {"op": "cancel-all"}


def test_at_the_end_who_waits_is_answered_first(relay: FakeRelay, make_link: MakeLink) -> None:
    running = make_link()
    running.answers.holds = True
    asked = relay.send(relay.request("place-order"))
    wait_until(lambda: running.answers.asked)
    running.answers.release(running.link)
    running.link.settle(5)
    running.link.stop()
    assert relay.answered(asked).result == {"op": "place-order"}
    wait_until(lambda: relay.visit().is_over)
