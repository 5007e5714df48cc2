"""The inbox: messages in their order, however long each takes."""

import pytest

from paper_gateway.inbox import WAIT, Inbox
from paper_gateway.timers import Timers
from tests.paper_gateway.wire_client import FakeClock


class FakeSession:
    """Handles messages and notes when; ``seconds`` says how long each takes."""

    def __init__(self, **seconds: float) -> None:
        self.clock = FakeClock(0.0)
        self.timers = Timers(self.clock)
        self.seconds = {name.encode(): value for name, value in seconds.items()}
        self.handled: list[tuple[bytes, float]] = []
        self.drained = 0
        self.inbox = Inbox(self.timers, lambda each: self.seconds[each], self.take, self.end)

    def take(self, message: bytes) -> None:
        self.handled.append((message, self.clock.now))
        if message == b"broken":
            raise RuntimeError("a fault of ours")

    def end(self) -> None:
        self.drained += 1

    def wait(self, seconds: float) -> None:
        end = self.clock.now + seconds
        while (due := self.timers.next_due()) is not None and due <= end:
            self.clock.now = due
            self.timers.run_due()
        self.clock.now = end


def test_the_size_is_that_of_what_waits() -> None:
    session = FakeSession(slow=2, quick=0)
    session.inbox.put([b"slow", b"quick"])
    waiting = session.inbox.size
    assert waiting > len(b"slow" + b"quick")
    session.inbox.put([b"quick"])
    assert session.inbox.size > waiting
    session.wait(3)
    assert session.inbox.size == 0
    session.inbox.put([b"slow"])
    session.inbox.clear()
    assert session.inbox.size == 0


def test_what_takes_no_time_is_handled_at_once() -> None:
    session = FakeSession(a=0, b=0)
    session.inbox.put([b"a", b"b"])
    assert session.handled == [(b"a", 0.0), (b"b", 0.0)]
    assert (len(session.inbox), session.drained) == (0, 1)


def test_a_slow_message_holds_up_those_behind_it() -> None:
    session = FakeSession(slow=2, quick=0)
    session.inbox.put([b"quick", b"slow", b"quick", b"slow"])
    session.inbox.put([b"quick"])
    session.wait(1.0)
    assert (session.handled, session.drained) == ([(b"quick", 0.0)], 0)
    session.wait(10.0)
    assert [at for _, at in session.handled] == [0.0, 2.0, 2.0, 4.0, 4.0]
    assert session.drained == 1


def test_a_message_that_waits_is_handled_when_the_inbox_is_run_again() -> None:
    session = FakeSession(a=WAIT)
    session.inbox.put([b"a"])
    session.wait(1000.0)
    assert session.handled == []
    session.seconds[b"a"] = 0
    session.inbox.run()
    assert session.handled == [(b"a", 1000.0)]


def test_a_message_that_breaks_its_handler_does_not_stop_the_next() -> None:
    session = FakeSession(broken=1, a=1)
    session.inbox.put([b"broken", b"a"])
    with pytest.raises(RuntimeError, match="a fault of ours"):
        session.wait(5.0)
    session.wait(5.0)
    assert [message for message, _ in session.handled] == [b"broken", b"a"]


def test_a_cleared_inbox_handles_nothing_any_more() -> None:
    session = FakeSession(slow=1)
    session.inbox.put([b"slow", b"slow"])
    session.inbox.clear()
    session.wait(5.0)
    assert (session.handled, len(session.inbox)) == ([], 0)
