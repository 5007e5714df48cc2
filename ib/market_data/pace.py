"""IB's pace of messages, for whoever sends many: one leaves only when it could leave at once.

ib_async itself queues what comes too fast. A chain that put its 200 requests into that queue would
make everybody else wait behind it; so it waits here, outside, and a quote goes in between.

IB counts a message when TWS reads it, not when it leaves here. Forty-five that leave at once are
read over some time, and the next forty-five a second later perhaps faster: then more than
forty-five are read in one second. So a message counts from the moment that it is known to have been
read: an answer to it or to a later one, or a moment after it left. And only a few that nobody has
answered are on their way at once, so that no heap of them builds up. What others send without a
turn (a cancel, one quote) is counted as well.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque

from ib.wire import Wire

# Of IB's 50 a second for one client (https://interactivebrokers.github.io/tws-api/introduction.html);
# ib_async keeps to 45, and one place stays for the connection's own question whether TWS is there.
MOST_A_SECOND = 44
OWN_QUESTION = 1
MOST_ON_THE_WAY = 3
ON_THE_WAY_SECONDS = 0.06  # then a message that nobody has answered holds up no other one
READ_SECONDS = 0.5  # after so long TWS has read a message, answered or not
WINDOW_SECONDS = 1.0
SHORTEST_WAIT = 0.0005


class Turn:
    """One message that has left."""

    def __init__(self, pace: Pace, now: float, number: int) -> None:
        self._pace = pace
        self.number = number
        self.arrives_by = now + ON_THE_WAY_SECONDS
        self.read_by = now + READ_SECONDS  # the loop's time at which TWS has read it at the latest
        self.is_answered = False

    def answered(self) -> None:
        """TWS has said something about it: it has read it, and all that left before."""
        if not self.is_answered:
            self._pace.on_answer(self)

    def unused(self) -> None:
        """Nothing was sent after all."""
        self._pace.take_back(self)


class Pace:
    """Turns: the urgent ones first, else first come, first served. It is of the reader's loop."""

    def __init__(self) -> None:
        self._queues: defaultdict[tuple[bool, int], asyncio.Lock] = defaultdict(asyncio.Lock)
        self._urgent = 0  # who waits
        self._turns: deque[Turn] = deque()
        self._count = 0
        self._given = 0  # turns whose message has not been seen yet
        self._sent = 0  # messages of the wire that are counted
        self._news = asyncio.Event()

    async def turn(self, wire: Wire, *, urgent: bool = False, most: int = MOST_A_SECOND) -> Turn:
        """Come back when a message may leave; send it before anything is awaited.

        `urgent`: somebody waits for one answer, not for a list. `most` in a second, all together:
        whoever asks for fewer leaves room for others.
        """
        self._urgent += urgent
        try:
            async with self._queues[urgent, most]:
                await self._until_room(wire, urgent, most)
                self._given += 1
                return self._next(asyncio.get_running_loop().time())
        finally:
            self._urgent -= urgent
            if urgent:
                self._news.set()

    def has_room(self, wire: Wire) -> bool:
        """Whether a message could leave at once."""
        return not self._seconds(asyncio.get_running_loop().time(), wire, True, MOST_A_SECOND)

    def on_answer(self, turn: Turn) -> None:
        """TWS reads messages in the order in which they left."""
        now = asyncio.get_running_loop().time()
        turn.is_answered = True
        for each in self._turns:
            if each.number > turn.number:
                break
            if each is turn or not each.is_answered:
                each.is_answered, each.read_by = True, min(each.read_by, now)
        self._news.set()

    def take_back(self, turn: Turn) -> None:
        if turn in self._turns:
            self._turns.remove(turn)
            self._given = max(0, self._given - 1)
            self._news.set()

    def _count_others(self, wire: Wire, now: float) -> None:
        """Messages that left without a turn have one now.

        A message may leave a moment after its turn was given: so long it is expected still.
        """
        sent = wire.messages_sent()
        new, self._sent = max(0, sent - self._sent), sent
        expected = min(self._given, sum(turn.arrives_by > now for turn in self._turns))
        self._given = max(0, expected - new)
        for _ in range(min(new - expected, MOST_A_SECOND)):
            self._next(now)

    def _next(self, now: float) -> Turn:
        self._count += 1
        turn = Turn(self, now, self._count)
        self._turns.append(turn)
        return turn

    async def _until_room(self, wire: Wire, urgent: bool, most: int) -> None:
        loop = asyncio.get_running_loop()
        while seconds := self._seconds(loop.time(), wire, urgent, most):
            self._news.clear()
            timer = loop.call_later(seconds, self._news.set)
            try:
                await self._news.wait()
            finally:
                timer.cancel()

    def _seconds(self, now: float, wire: Wire, urgent: bool, most: int) -> float:
        """How long to wait at least before looking again; 0 = send."""
        while self._turns and self._turns[0].read_by <= now - WINDOW_SECONDS:
            self._turns.popleft()
        self._count_others(wire, now)
        allowed = wire.client.MaxRequests
        if not allowed:  # no limit at all
            return wire.seconds_until_room(0)
        if self._urgent and not urgent:
            return WINDOW_SECONDS  # it is told when that one has left
        most = max(1, min(most, allowed - OWN_QUESTION))
        waits = [wire.seconds_until_room(most)]
        times = sorted(turn.read_by for turn in self._turns)
        if len(times) >= most:
            waits.append(times[-most] + WINDOW_SECONDS - now)
        unanswered = [turn.arrives_by for turn in self._turns if not turn.is_answered]
        on_the_way = sorted(time for time in unanswered if time > now)
        if len(on_the_way) >= MOST_ON_THE_WAY:
            waits.append(on_the_way[-MOST_ON_THE_WAY] - now)
        longest = max(waits)
        return max(longest, SHORTEST_WAIT) if longest > 0 else 0.0
