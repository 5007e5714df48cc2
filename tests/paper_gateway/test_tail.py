"""The last messages: named when somebody looks, and bounded."""

from ib_async import LimitOrder

from paper_gateway.tail import KEPT_BYTES, KEPT_MESSAGES, Tail
from tests.paper_gateway.wire_client import NOON, Desk


def test_both_directions_are_kept_and_named() -> None:
    desk = Desk()
    client = desk.connect(7)
    client.place(1, LimitOrder("BUY", 10, 50.0, tif="DAY"))
    client.send(16, 1)
    placed, opened, status, asked, *_ = [
        line for line in desk.hub.tail.lines() if line.client_id == 7
    ][10:]
    assert (placed.name, placed.direction, placed.fields[:3]) == (
        "placeOrder",
        "in",
        ["1", "0", "AAPL"],
    )
    assert (opened.name, opened.direction) == ("openOrder", "out")
    assert (status.name, status.fields[:2]) == ("orderStatus", ["1", "Submitted"])
    assert (asked.name, asked.fields, asked.time) == ("reqAllOpenOrders", ["1"], NOON)


def test_what_cannot_be_named_is_shown_as_it_is() -> None:
    tail = Tail()
    tail.note(1.0, None, "in", b"9999\x001\0")
    tail.note(1.0, 7, "out", b"9999\0")
    tail.note(1.0, None, "in", b"\xff\xfe")
    assert [line.name for line in tail.lines()] == ["9999", "9999", "?"]


def test_no_more_than_the_last_ones_and_the_beginning_of_each_is_kept() -> None:
    tail = Tail()
    for number in range(KEPT_MESSAGES + 5):
        tail.note(number, 7, "in", b"49\0" + b"x" * 10_000)
    lines = tail.lines()
    assert (len(lines), lines[0].time) == (KEPT_MESSAGES, 5)
    assert max(len("".join(line.fields)) for line in lines) < KEPT_BYTES
