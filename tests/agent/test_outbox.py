"""What is told, what is told again, and what gives way when nobody listens."""

from __future__ import annotations

from typing import Any

import pytest

from agent.outbox import MOST_FACTS, MOST_PICTURES, MOST_REPLIES, MOST_SENT, Outbox
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


def quote(con_id: int, price: int = 1) -> dict[str, Any]:
    return {"contract": {"conId": con_id}, "symbol": "X", "last": price}


def live_bar(time: int, close: int) -> dict[str, Any]:
    kind = {"contract": {"conId": 1}, "barSize": "1 min", "what": "TRADES", "rth": "no"}
    return kind | {"bar": {"time": time, "close": close}}


def test_two_bars_are_two_pictures_and_so_is_the_end() -> None:
    outbox = Outbox()
    for data in (live_bar(60, 1), live_bar(120, 1), live_bar(60, 1) | {"bar": None}):
        outbox.add_event("bar", data)
    outbox.add_event("bar", live_bar(60, 2))
    assert len(outbox._pictures) == 3


def test_events_are_numbered_from_one_and_go_out_once_in_their_order() -> None:
    outbox = Outbox()
    for state in ("sending", "live", "filled"):
        outbox.add_event("order", {"state": state})
    assert drained(outbox, 7) == [
        Event(1, 7, "order", {"state": "sending"}),
        Event(2, 7, "order", {"state": "live"}),
        Event(3, 7, "order", {"state": "filled"}),
    ]
    assert drained(outbox) == []


def test_what_happened_goes_before_what_only_looks_different() -> None:
    outbox = Outbox()
    outbox.add_event("quote", quote(1))
    outbox.add_event("order", {})
    assert [frame.kind for frame in drained(outbox) if isinstance(frame, Event)] == [
        "order",
        "quote",
    ]


def test_after_a_reconnect_events_go_on_behind_the_last_one_seen() -> None:
    outbox = Outbox()
    for _ in range(4):
        outbox.add_event("order", {})
    drained(outbox)
    outbox.add_event("execution", {})
    outbox.resume(seen=2)
    assert numbers(outbox, 8) == [3, 4, 5]
    outbox.resume(seen=0)
    assert numbers(outbox, 9) == [1, 2, 3, 4, 5]


def test_a_break_in_the_middle_of_the_repetition_repeats_it() -> None:
    outbox = Outbox()
    for _ in range(3):
        outbox.add_event("order", {})
    drained(outbox)
    outbox.resume(seen=0)
    outbox.next(2)
    outbox.resume(seen=1)
    assert numbers(outbox, 3) == [2, 3]


@pytest.mark.parametrize(
    ("kind", "data", "other"),
    [
        ("status", {}, None),
        ("bar", live_bar(60, 1), live_bar(120, 1)),
        ("quote", quote(1), quote(2)),
        ("account", {"account": "DU1"}, {"account": "DU2"}),
        ("pnl", {"account": "DU1"}, {"account": "DU2"}),
        (
            "position",
            {"account": "DU1", "contract": {"conId": 1}},
            {"account": "DU1", "contract": {"conId": 2}},
        ),
    ],
)
def test_of_pictures_of_the_same_only_the_newest_waits(
    kind: str, data: dict[str, Any], other: dict[str, Any] | None
) -> None:
    outbox = Outbox()
    for number in range(10):
        outbox.add_event(kind, data | {"number": number})
    if other:
        outbox.add_event(kind, other | {"number": 10})
    told = [frame for frame in drained(outbox) if isinstance(frame, Event)]
    assert [(event.seq, event.data["number"]) for event in told] == [(1, 9), (2, 10)][: len(told)]
    assert len(told) == (2 if other else 1)
    assert outbox.lost == 0


def test_pictures_never_push_out_what_happened_to_an_order() -> None:
    outbox = Outbox()
    outbox.add_event("order", {})
    for con_id in range(MOST_PICTURES + 10):
        outbox.add_event("quote", quote(con_id))
    told = numbers(outbox)
    assert len(told) == MOST_PICTURES + 1
    assert told[0] == 11  # the gap tells the relay that something is missing
    assert outbox.lost == 10


def test_facts_are_bounded_too_and_leave_a_gap() -> None:
    outbox = Outbox()
    outbox.add_event("order", {})
    drained(outbox)
    for number in range(MOST_FACTS + 3):
        outbox.add_event("order", {"number": number})
    told = [frame for frame in drained(outbox) if isinstance(frame, Event)]
    assert (told[0].seq, told[0].data) == (5, {"number": 3})
    assert told[-1].seq == MOST_FACTS + 4
    assert outbox.lost == 3


def test_what_was_sent_long_ago_is_not_sent_again_and_leaves_a_gap() -> None:
    outbox = Outbox()
    for _ in range(2):
        for _ in range(MOST_SENT // 2 + 1):
            outbox.add_event("order", {})
        drained(outbox)
    outbox.resume(seen=0)
    assert numbers(outbox)[0] == 3


def test_events_can_be_held_back_while_replies_go_on() -> None:
    outbox = Outbox()
    outbox.add_event("order", {})
    outbox.add_reply(reply("r-1"), keeps=False)
    assert isinstance(outbox.next(1, events=False), Reply)
    assert outbox.next(1, events=False) is None
    assert outbox.has_events


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
    outbox.add_reply(reply("newest"), keeps=True)
    assert not outbox.repeat("r-0")
    assert [frame.id for frame in drained(outbox) if isinstance(frame, Reply)] == [
        "newer",
        "newest",
    ]


def test_a_reply_that_cannot_be_kept_is_sent_all_the_same() -> None:
    outbox = Outbox()
    for number in range(MOST_REPLIES + 1):
        outbox.add_reply(reply(f"r-{number}"), keeps=True)
    assert len(drained(outbox)) == MOST_REPLIES + 1


def test_what_was_missed_before_it_had_a_number_is_a_gap() -> None:
    outbox = Outbox()
    outbox.add_event("order", {})
    drained(outbox)
    outbox.leave_out(5)
    outbox.add_event("order", {})
    assert (numbers(outbox), outbox.lost) == ([7], 5)
