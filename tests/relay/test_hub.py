"""The hub: who is asked, who hears what, and how each trouble ends."""

from __future__ import annotations

import pytest

from relay.answers import Result, Unknown
from relay.messages import (
    BAD_FRAME,
    MAX_FRAME,
    NOT_ALLOWED,
    NOT_HEARD,
    NOT_JSON,
    STOPPING,
    TAKEN_OVER,
    TOO_BIG,
    TOO_MANY,
    WRONG_USER,
    BadFrame,
    Pong,
    Reply,
    Request,
    Welcome,
    encode,
)
from relay.operations import OPERATIONS
from relay.rates import BURST, LOANS
from tests.relay.hubs_for_tests import FakeConnection, HubWorld, hello
from trading.refusals import AgentNotConnected, Busy, NoAnswer, Refused, RejectedByIB

ORDER = {"body": {"clientOrderId": "ui-1"}}


@pytest.fixture
def world() -> HubWorld:
    return HubWorld()


# Welcome


def test_an_agent_is_welcomed_with_user_epoch_time_and_heartbeat(world: HubWorld) -> None:
    agent = world.join("alice", epoch=7)
    assert agent.connection.frames(Welcome) == [Welcome("alice", 7, 100_000, 0, 5000)]


def test_another_protocol_is_refused(world: HubWorld) -> None:
    with pytest.raises(BadFrame) as caught:
        world.join("alice", protocol=2)
    assert caught.value.code == BAD_FRAME
    assert world.hub.connected == 0


@pytest.mark.attack("A40")
def test_A40_the_key_decides_who_it_is_and_another_user_in_hello_closes_4403(
    world: HubWorld,
) -> None:
    with pytest.raises(BadFrame) as caught:
        world.join("alice", user="bob")
    assert caught.value.code == WRONG_USER
    assert world.join("alice", user="alice").agent.user == "alice"


# Private operations and quotes


@pytest.mark.failure("F61")
@pytest.mark.parametrize("name", [n for n, op in OPERATIONS.items() if op.reach == "private"])
def test_every_private_operation_needs_the_users_own_agent(world: HubWorld, name: str) -> None:
    other = world.join("bob", shares=True, feed="shared")
    with pytest.raises(AgentNotConnected) as caught:
        world.ask("alice", name)
    assert (caught.value.sentence, caught.value.sent) == ("Your agent is not connected", "no")
    assert "python -m agent" in (caught.value.text or "")
    assert other.requests == []


@pytest.mark.parametrize("name", [n for n, op in OPERATIONS.items() if op.reach == "quote"])
def test_a_quote_may_come_from_another_agent_that_shares_and_says_so(
    world: HubWorld, name: str
) -> None:
    other = world.join("bob", shares=True, feed="IB paper, delayed")
    caller = world.ask("alice", name)
    [request] = other.requests
    assert request.user == "" and "alice" not in encode(request)
    other.reply(request, {"bid": 1})
    assert caller.answer == Result('{"bid":1}', is_own=False, feed="IB paper, delayed")


def test_a_quote_prefers_the_own_agent(world: HubWorld) -> None:
    own, other = world.join("alice"), world.join("bob", shares=True)
    world.ask("alice", "stock-quote")
    assert [request.user for request in own.requests] == ["alice"]
    assert other.requests == []


def test_an_agent_that_does_not_share_is_never_asked_for_others(world: HubWorld) -> None:
    other = world.join("bob", shares=False)
    with pytest.raises(AgentNotConnected) as caught:
        world.ask("alice", "stock-quote")
    assert "shares" in (caught.value.text or "")
    assert other.requests == []


def test_quotes_go_to_the_sharing_agent_with_the_fewest_under_way(world: HubWorld) -> None:
    one, two = world.join("bob", shares=True), world.join("carl", shares=True)
    for _ in range(4):
        world.ask("alice", "stock-quote")
    assert (len(one.requests), len(two.requests)) == (2, 2)
    two.reply(two.requests[0])
    world.ask("alice", "stock-quote")
    assert len(two.requests) == 3


def test_an_error_of_another_users_agent_is_told_in_our_words(world: HubWorld) -> None:
    other = world.join("bob", shares=True)
    caller = world.ask("alice", "stock-quote")
    form = {"kind": "RejectedByIB", "sentence": "not for DU-of-bob", "sent": "no"}
    other.reply(other.requests[0], error=form | {"code": 354, "text": "DU-of-bob", "orderId": 1})
    assert isinstance(caller.answer, NoAnswer)
    assert "bob" not in repr(vars(caller.answer))


def test_an_error_of_the_own_agent_is_told_as_it_is(world: HubWorld) -> None:
    agent = world.join("alice")
    caller = world.ask("alice", "preview")
    form = {"kind": "RejectedByIB", "sentence": "Too big", "sent": "no", "orderId": 7}
    agent.reply(agent.requests[0], error=form | {"code": 201, "text": "size"})
    assert isinstance(caller.answer, RejectedByIB)
    assert (caller.answer.sentence, caller.answer.code, caller.answer.order_id) == (
        "Too big",
        201,
        7,
    )


def test_a_request_says_until_when_it_may_begin(world: HubWorld) -> None:
    agent = world.join("alice", epoch=3)
    world.ask("alice", "place-order", **ORDER)
    [request] = agent.requests
    assert (request.epoch, request.issued, request.ttl) == (3, 100_000, 10_000)


def test_what_no_frame_can_carry_is_refused_and_nothing_is_sent(world: HubWorld) -> None:
    agent = world.join("alice")
    with pytest.raises(Refused):
        world.ask("alice", "place-order", body={"size": 10**30})
    assert agent.requests == [] and world.hub.in_flight == 0


# An agent that goes, is silent, or comes again


@pytest.mark.failure("F62")
def test_when_an_agent_drops_orders_are_unknown_and_reads_fail_at_once(world: HubWorld) -> None:
    agent, other = world.join("alice"), world.join("bob")
    order, exit_, read = (
        world.ask("alice", "place-order", **ORDER),
        world.ask("alice", "cancel-order", clientOrderId="ui-2"),
        world.ask("alice", "positions"),
    )
    of_bob = world.ask("bob", "positions")
    world.hub.dropped(agent.agent, "gone")
    assert (order.answer, exit_.answer) == (Unknown("ui-1"), Unknown("ui-2"))
    assert isinstance(read.answer, AgentNotConnected) and read.answer.sent == "no"
    assert of_bob.answers == []
    other.reply(other.requests[0], 1)
    assert of_bob.result == 1
    assert world.hub.in_flight == 0


@pytest.mark.failure("F62", "F60")
def test_a_result_that_comes_after_the_reconnect_is_acknowledged_once_per_telling(
    world: HubWorld,
) -> None:
    agent = world.join("alice")
    caller = world.ask("alice", "place-order", **ORDER)
    request = agent.requests[0]
    world.hub.dropped(agent.agent, "gone")
    again = world.join("alice")
    again.reply(request, {"state": "filled"})
    again.reply(request, {"state": "filled"})
    assert again.acks == [request.id, request.id]
    assert caller.answer == Unknown("ui-1")
    assert world.hub.counts["replies nobody waits for"] == 2
    assert again.requests == []  # nothing is ever sent again


@pytest.mark.failure("F60")
def test_a_reply_that_is_told_twice_answers_once(world: HubWorld) -> None:
    agent = world.join("alice")
    caller = world.ask("alice", "place-order", **ORDER)
    agent.reply(agent.requests[0], 1)
    agent.reply(agent.requests[0], 2)
    assert caller.result == 1
    assert agent.acks == [agent.requests[0].id] * 2


def test_an_order_without_an_answer_in_time_is_unknown_and_a_read_has_no_answer(
    world: HubWorld,
) -> None:
    agent = world.join("alice")
    order, read = world.ask("alice", "place-order", **ORDER), world.ask("alice", "positions")
    world.clock.now += 15
    world.hub.tick()
    assert isinstance(read.answer, NoAnswer) and order.answers == []
    world.clock.now += 25
    agent.agent.heard = world.clock.now  # it lives, it only does not answer this
    world.hub.tick()
    assert order.answer == Unknown("ui-1")
    agent.reply(agent.requests[0], {"state": "filled"})
    assert agent.acks == [agent.requests[0].id]


@pytest.mark.failure("F63")
def test_the_same_instance_wins_over_its_half_open_socket(world: HubWorld) -> None:
    old = world.join("alice", "one", epoch=1)
    order = world.ask("alice", "place-order", **ORDER)
    assert world.knock("alice", "one") == [True]
    new = world.join("alice", "one", epoch=2)
    assert old.closed == (TAKEN_OVER, "replaced")
    assert order.answer == Unknown("ui-1")
    world.ask("alice", "positions")
    assert len(new.requests) == 1 and len(old.requests) == 1
    new.reply(new.requests[0], "old", epoch=1)
    assert world.hub.counts["replies of an old epoch"] == 1


def test_the_old_socket_cannot_say_anything_any_more(world: HubWorld) -> None:
    old = world.join("alice", "one")
    world.join("alice", "one")
    before = list(world.events("alice"))
    old.event(1, text="late")
    world.hub.dropped(old.agent, "gone")
    assert list(world.events("alice")) == before
    assert world.hub.agent("alice")["connected"]


def test_an_older_epoch_never_replaces_a_newer_one(world: HubWorld) -> None:
    world.join("alice", "one", epoch=9)
    with pytest.raises(BadFrame) as caught:
        world.join("alice", "one", epoch=8)
    assert caught.value.code == TAKEN_OVER


@pytest.mark.attack("A41")
@pytest.mark.failure("F64")
def test_another_machine_with_the_key_stays_outside_and_the_user_hears_of_it(
    world: HubWorld,
) -> None:
    first = world.join("alice", "one")
    assert world.knock("alice", "two", label="thief's box") == [False]
    assert first.closed is None
    kind, data = list(world.events("alice"))[-1]
    assert kind == "agent" and data["connected"] and "thief's box" in data["reason"]
    with pytest.raises(BadFrame) as caught:
        world.join("alice", "two")
    assert (caught.value.code, caught.value.reason) == (TAKEN_OVER, "another_agent_active")


@pytest.mark.failure("F64")
def test_the_user_may_ask_that_the_other_machine_takes_over(world: HubWorld) -> None:
    first = world.join("alice", "one")
    world.hub.take_over("alice")
    assert first.closed is None
    assert world.knock("alice", "two") == [True]
    second = world.join("alice", "two")
    assert first.closed == (TAKEN_OVER, "replaced") and second.closed is None
    assert world.knock("alice", "one") == [False]  # the permission is used up


def test_a_take_over_ends_after_a_minute(world: HubWorld) -> None:
    holder = world.join("alice", "one")
    world.hub.take_over("alice")
    world.clock.now += 60
    holder.agent.heard = world.clock.now
    assert world.knock("alice", "two") == [False]


@pytest.mark.failure("F65")
def test_a_frozen_agent_is_closed_after_eleven_seconds(world: HubWorld) -> None:
    frozen, lively = world.join("alice"), world.join("bob")
    order = world.ask("alice", "place-order", **ORDER)
    world.wait(5)
    lively.pong()
    world.wait(5.75)
    lively.pong()
    assert frozen.closed is None and order.answers == []
    world.wait(0.25)
    assert frozen.closed == (NOT_HEARD, "It does not answer any more")
    assert order.answer == Unknown("ui-1")
    assert lively.closed is None
    assert world.hub.agent("alice")["reason"] == "It does not answer any more"


def test_a_pong_tells_how_far_away_the_agent_is(world: HubWorld) -> None:
    agent = world.join("alice")
    world.wait(5)
    world.clock.now += 0.012
    agent.pong()
    assert world.hub.agent("alice")["latencyMs"] == 12.0
    agent.say(Pong(5))  # of no ping of ours
    assert world.hub.agent("alice")["latencyMs"] == 12.0


# What an agent may not say


GARBAGE = {
    "not JSON": ("{", NOT_JSON),
    "NaN": ('{"t":"reply","id":"a","epoch":1,"result":{"bid":NaN}}', NOT_JSON),
    "infinity": ('{"t":"event","seq":1,"epoch":1,"kind":"quote","data":{"b":Infinity}}', NOT_JSON),
    "a list": ("[]", BAD_FRAME),
    "an unknown frame": ('{"t":"welcome!"}', BAD_FRAME),
    "the relay's own frame": (encode(Welcome("alice", 1, 1, 1, 1)), BAD_FRAME),
    "a request to the relay": (encode(Request("1", "status", "bob", 1, 1, 1)), BAD_FRAME),
    "hello again": (encode(hello()), BAD_FRAME),
    "a stranger's field": ('{"t":"pong","time":1,"user":"bob"}', BAD_FRAME),
    "too big": (encode(Reply("x", 1, "x" * MAX_FRAME)), TOO_BIG),
    "too deep to write": (
        '{"t":"reply","id":"x","epoch":1,"result":' + "[" * 500 + "]" * 500 + "}",
        BAD_FRAME,
    ),
    "an event too deep to write": (
        '{"t":"event","seq":1,"epoch":1,"kind":"order","data":{"a":' + "[" * 500 + "]" * 500 + "}}",
        BAD_FRAME,
    ),
}


@pytest.mark.failure("F69")
@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_closes_that_agent_and_nobody_else_notices(world: HubWorld, name: str) -> None:
    text, code = GARBAGE[name]
    bad, good = world.join("alice"), world.join("bob")
    order, of_bob = world.ask("alice", "place-order", **ORDER), world.ask("bob", "positions")
    world.hub.received(bad.agent, text)
    assert bad.closed is not None and bad.closed[0] == code
    assert order.answer == Unknown("ui-1")
    good.reply(good.requests[0], 1)
    assert of_bob.result == 1 and good.closed is None


@pytest.mark.attack("A47")
@pytest.mark.failure("F69")
def test_a_flood_of_messages_closes_4429(world: HubWorld) -> None:
    agent = world.join("alice")
    for number in range(int(BURST)):
        agent.say(Pong(number))
    assert agent.closed is None
    agent.say(Pong(0))
    assert agent.closed == (TOO_MANY, "Too many messages")


@pytest.mark.attack("A39")
@pytest.mark.failure("F69")
def test_A39_only_the_asked_agent_can_answer_and_only_under_its_epoch(world: HubWorld) -> None:
    own, evil = world.join("alice", epoch=5), world.join("bob", epoch=6)
    caller = world.ask("alice", "positions")
    [request] = own.requests
    evil.reply(request, "forged", epoch=6)
    evil.reply(request, "forged", epoch=5)
    own.reply(request, "stale", epoch=4)
    assert caller.answers == []
    assert world.hub.counts["replies nobody waits for"] == 1
    assert world.hub.counts["replies of an old epoch"] == 2
    own.reply(request, "true")
    assert caller.result == "true"


# Caps


def test_exits_have_places_of_their_own(world: HubWorld) -> None:
    world.join("alice")
    for _ in range(256):
        world.ask("alice", "positions")
    with pytest.raises(Busy):
        world.ask("alice", "place-order", **ORDER)
    for _ in range(32):
        world.ask("alice", "cancel-order", clientOrderId="ui-1")
    with pytest.raises(Busy):
        world.ask("alice", "cancel-order", clientOrderId="ui-1")


def test_others_may_have_32_quotes_under_way_at_an_agent(world: HubWorld) -> None:
    other = world.join("bob", shares=True)
    for _ in range(32):
        world.ask("alice", "stock-quote")
    with pytest.raises(Busy):
        world.ask("alice", "stock-quote")
    world.ask("bob", "stock-quote")
    other.reply(other.requests[0])
    world.ask("alice", "stock-quote")


# Events


def test_events_reach_their_users_feed_only(world: HubWorld) -> None:
    alice = world.join("alice")
    world.join("bob")
    alice.event(1, "order", text="canary")
    assert list(world.events("alice"))[-1] == ("order", {"text": "canary"})
    assert [kind for kind, _ in world.events("bob")] == ["agent"]


def test_an_event_that_is_told_again_is_heard_once(world: HubWorld) -> None:
    alice = world.join("alice")
    alice.event(1, n=1)
    alice.event(2, n=2)
    world.hub.dropped(alice.agent, "gone")
    again = world.join("alice")
    assert again.connection.frames(Welcome)[0].seen == 2
    again.event(2, n=2)
    again.event(3, n=3)
    orders = [data["n"] for kind, data in world.events("alice") if kind == "order"]
    assert orders == [1, 2, 3]
    assert world.hub.counts["events known already"] == 1


def test_an_event_of_an_old_epoch_is_dropped(world: HubWorld) -> None:
    alice = world.join("alice", epoch=4)
    alice.agent.epoch = 5
    world.hub.received(alice.agent, '{"t":"event","seq":1,"epoch":4,"kind":"order","data":{}}')
    assert world.hub.counts["events of an old epoch"] == 1
    assert [kind for kind, _ in world.events("alice")] == ["agent"]


def test_pages_hear_when_the_agent_comes_and_goes(world: HubWorld) -> None:
    assert world.hub.agent("alice")["connected"] is False
    agent = world.join("alice")
    world.hub.dropped(agent.agent, "Its connection has ended")
    [(_, came), (_, went)] = world.events("alice")
    assert (came["connected"], came["label"], came["mode"]) == (True, "box one", "paper")
    assert (went["connected"], went["reason"]) == (False, "Its connection has ended")
    assert went["label"] == "box one"


# Keys, stop, the admin's list


@pytest.mark.attack("A42")
def test_a_key_that_has_ended_closes_its_agent(world: HubWorld) -> None:
    one, two = world.join("alice"), world.join("bob")
    assert world.hub.keys() == {"key of alice", "key of bob"}
    world.hub.close_keys({"key of alice"})
    assert one.closed == (NOT_ALLOWED, "Its key is not valid any more")
    assert two.closed is None
    with pytest.raises(AgentNotConnected):
        world.ask("alice", "positions")


@pytest.mark.failure("F66")
def test_a_stop_answers_everybody_and_lets_nobody_in(world: HubWorld) -> None:
    agent = world.join("alice")
    order, read = world.ask("alice", "place-order", **ORDER), world.ask("alice", "positions")
    world.hub.stop()
    assert agent.closed is not None and agent.closed[0] == STOPPING
    assert order.answer == Unknown("ui-1") and isinstance(read.answer, AgentNotConnected)
    with pytest.raises(AgentNotConnected) as caught:
        world.ask("alice", "place-order", **ORDER)
    assert caught.value.sent == "no" and "restarted" in (caught.value.text or "")
    with pytest.raises(BadFrame) as refused:
        world.join("alice")
    assert refused.value.code == STOPPING


def test_an_admin_sees_every_agent_with_its_last_order(world: HubWorld) -> None:
    world.join("alice", epoch=3)
    gone = world.join("bob")
    world.ask("alice", "place-order", **ORDER)
    world.hub.dropped(gone.agent, "gone")
    alice, bob = world.hub.agents()
    assert (alice["user"], alice["epoch"], alice["node"]) == ("alice", 3, "node-1")
    assert alice["lastOrderAt"] == "2026-11-28T14:01:40.000Z"
    assert (bob["user"], bob["connected"], bob["lastOrderAt"]) == ("bob", False, None)


def test_a_message_of_nobody_changes_nothing(world: HubWorld) -> None:
    """An agent that is gone: what was still on its way is not even read."""
    agent = world.join("alice")
    world.hub.dropped(agent.agent, "gone")
    world.hub.received(agent.agent, "{")
    assert agent.connection == FakeConnection(agent.connection.sent, None)


def test_others_cannot_use_up_an_agents_pace_for_bars(world: HubWorld) -> None:
    other = world.join("bob", shares=True)
    most, _ = LOANS["bars"]
    for _ in range(most):
        world.ask("alice", "bars")
        other.reply(other.requests[-1], {})
    with pytest.raises(Busy) as caught:
        world.ask("alice", "bars")
    assert caught.value.retry_after_seconds > 0
    assert len(other.requests) == most
    world.ask("bob", "bars")  # its own user is never held up by that
    assert len(other.requests) == most + 1
