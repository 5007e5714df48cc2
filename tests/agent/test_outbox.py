"""What is told, what is told again, and what gives way when nobody listens."""

from __future__ import annotations

from agent.outbox import MOST_FACTS, MOST_REPEATED, MOST_REPLIES, Outbox
from relay.messages import Event, Pong, Reply


def drained(outbox: Outbox, epoch: int = 1) -> list[object]:
    frames: list[object] = []
    while frame := outbox.next(epoch):
        frames.append(frame)
    return frames


def numbers(outbox: Outbox, epoch: int = 1) -> list[int]:
    return [frame.seq for frame in drained(outbox, epoch) if isinstance(frame, Event)]


def reply(name: str) -> Reply:
    return Reply(name, 1, {"state": "live"})


def test_events_are_numbered_from_one_and_go_out_once_in_their_order() -> None:
    outbox = Outbox()
    for kind in ("order", "quote", "order"):
        outbox.add_event(kind, {})
    assert drained(outbox, 7) == [
        Event(1, 7, "order", {}),
        Event(2, 7, "quote", {}),
        Event(3, 7, "order", {}),
    ]
    assert drained(outbox) == []


def test_after_a_reconnect_events_go_on_behind_the_last_one_seen() -> None:
    outbox = Outbox()
    for _ in range(4):
        outbox.add_event("order", {})
    drained(outbox)
    outbox.add_event("execution", {})
    outbox.resume(seen=2)
    assert numbers(outbox, 8) == [3, 4, 5]
    outbox.resume(seen=0)
    assert numbers(outbox, 9) == [3, 4, 5]  # what a relay has seen is not kept


def test_quotes_never_push_out_what_happened_to_an_order() -> None:
    outbox = Outbox()
    outbox.add_event("order", {})
    for _ in range(MOST_REPEATED + 10):
        outbox.add_event("quote", {})
    told = numbers(outbox)
    assert told[0] == 1
    assert told[1] == 12  # the gap tells the relay that something is missing
    assert len(told) == MOST_REPEATED + 1
    assert outbox.lost == 10


def test_orders_are_bounded_too_and_leave_a_gap() -> None:
    outbox = Outbox()
    for _ in range(MOST_FACTS + 3):
        outbox.add_event("order", {})
    assert numbers(outbox)[0] == 4
    assert outbox.lost == 3


def test_what_was_sent_gives_way_before_what_was_not() -> None:
    outbox = Outbox()
    for _ in range(MOST_REPEATED):
        outbox.add_event("quote", {})
    drained(outbox)
    outbox.add_event("quote", {})
    assert outbox.lost == 0
    assert numbers(outbox) == [MOST_REPEATED + 1]


def test_replies_go_before_events_and_pongs_before_replies() -> None:
    outbox = Outbox()
    outbox.add_event("order", {})
    outbox.add_reply(reply("r-1"), keeps=False)
    outbox.add_pong(4)
    outbox.add_pong(5)
    assert [type(frame) for frame in drained(outbox)] == [Pong, Reply, Event]


def test_an_orders_reply_is_sent_again_until_it_is_acked_under_the_new_epoch() -> None:
    outbox = Outbox()
    outbox.add_reply(reply("order"), keeps=True)
    outbox.add_reply(reply("read"), keeps=False)
    drained(outbox)
    outbox.resume(seen=0)
    assert drained(outbox, 9) == [Reply("order", 9, {"state": "live"})]
    outbox.ack("order")
    outbox.resume(seen=0)
    assert drained(outbox) == []


def test_a_reply_to_a_read_of_an_old_connection_is_not_sent() -> None:
    outbox = Outbox()
    outbox.add_reply(reply("read"), keeps=False)
    outbox.resume(seen=0)
    assert drained(outbox) == []


def test_a_request_that_comes_twice_gets_the_same_reply_twice_also_after_the_ack() -> None:
    outbox = Outbox()
    assert not outbox.repeat("order")
    outbox.add_reply(reply("order"), keeps=True)
    drained(outbox)
    outbox.ack("order")
    assert outbox.repeat("order")
    assert drained(outbox) == [reply("order")]


def test_kept_replies_are_bounded_and_acked_ones_go_first() -> None:
    outbox = Outbox()
    for number in range(MOST_REPLIES):
        outbox.add_reply(reply(f"r-{number}"), keeps=True)
    drained(outbox)
    outbox.ack("r-5")
    outbox.ack("unknown")
    outbox.add_reply(reply("newer"), keeps=True)
    assert not outbox.repeat("r-5")
    assert outbox.repeat("r-0")
    outbox.add_reply(reply("newest"), keeps=True)
    assert not outbox.repeat("r-0")
    assert outbox.waiting_replies == 2


def test_what_was_missed_before_it_had_a_number_is_a_gap() -> None:
    outbox = Outbox()
    outbox.add_event("order", {})
    outbox.skip(5)
    outbox.add_event("order", {})
    assert (numbers(outbox), outbox.lost) == ([1, 7], 5)
