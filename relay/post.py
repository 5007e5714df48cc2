"""The nodes' post: sealed messages, each a head (a small JSON object) and perhaps a body.

Three places: everybody (`all`), one node's door (`calls`, which are answered) and one node's
letter box for the events that it follows (`events`). Subjects never carry a user's name.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from itertools import count
from typing import Any

import orjson

from relay.bus import Bus, NotSent, NoWord
from relay.messages import json_text
from relay.seals import Seals

Head = dict[str, Any]
Letter = Callable[[Head, bytes], None]
Answer = Callable[[Head, bytes], None]
Call = Callable[[Head, bytes, Answer], None]
# Answers that are kept while the link is down.
MOST_UNSENT = 1_000
SPOILED = "messages of nodes that nobody of us sealed"


class Post:
    """Of the node `boot`, which is a new name each time a node starts."""

    def __init__(self, bus: Bus, token: str, boot: str, counts: Counter[str]) -> None:
        self.boot = boot
        self._bus, self._seals, self._counts = bus, Seals(token), counts
        self._numbers = count(1)
        self._unsent: deque[tuple[str, bytes]] = deque(maxlen=MOST_UNSENT)
        bus.when_up(self._send_answers)
        self._all = f"ibrelay.{self._seals.name}.all"

    @property
    def is_up(self) -> bool:
        return self._bus.is_up

    def when_up(self, told: Callable[[], None]) -> None:
        self._bus.when_up(told)

    def open(self, on_all: Letter, on_event: Letter, on_call: Call) -> None:
        """Say who reads what comes in."""
        self._listen(self._all, on_all)
        self._listen(self._events_of(self.boot), on_event)
        door = self._door_of(self.boot)

        def called(data: bytes, reply: str) -> None:
            read = self._read(door, data)
            if read is None or not reply:
                return
            context = str(read[0].get("call"))
            on_call(*read, lambda head, body: self._answer(reply, head, body, context))

        self._bus.listen(door, called)

    def tell_all(self, head: Head) -> None:
        self._send(self._all, head, b"", self._all)

    def tell_events(self, boot: str, head: Head, body: bytes) -> None:
        subject = self._events_of(boot)
        self._send(subject, head, body, subject)

    async def call(
        self, boot: str, head: Head, body: bytes = b"", seconds: float = 2.0
    ) -> tuple[Head, bytes]:
        """Ask that node. Raises NotSent or NoWord."""
        door, name = self._door_of(boot), f"{self.boot}-{next(self._numbers)}"
        sealed = self._seals.seal(door, _written({**head, "call": name, "from": self.boot}, body))
        answer = self._read(name, await self._bus.request(door, sealed, seconds))
        if answer is None:
            raise NoWord(is_late=False)
        return answer

    async def ask(
        self, boot: str, head: Head, body: bytes = b"", seconds: float = 2.0
    ) -> tuple[Head, bytes] | None:
        """As `call`, for a question that changes nothing: None when there is no answer."""
        try:
            return await self.call(boot, head, body, seconds)
        except (NotSent, NoWord):
            return None

    def give_up(self, boot: str = "") -> None:
        """Whoever waits for an answer (of that node) hears NoWord now."""
        self._bus.give_up(self._door_of(boot) if boot else "")

    def _listen(self, subject: str, letter: Letter) -> None:
        def heard(data: bytes, _reply: str) -> None:
            read = self._read(subject, data)
            if read is not None:
                letter(*read)

        self._bus.listen(subject, heard)

    def _send(self, subject: str, head: Head, body: bytes, context: str) -> None:
        self._bus.tell(subject, self._seals.seal(context, _written(head, body)))

    def _answer(self, reply: str, head: Head, body: bytes, context: str) -> None:
        """Answers alone may leave later: whoever waited does so still, or does not hear it."""
        sealed = self._seals.seal(context, _written(head, body))
        if not self._bus.tell(reply, sealed):
            self._unsent.append((reply, sealed))

    def _send_answers(self) -> None:
        unsent = list(self._unsent)
        self._unsent.clear()
        for reply, sealed in unsent:
            self._bus.tell(reply, sealed)

    def _read(self, context: str, sealed: bytes) -> tuple[Head, bytes] | None:
        data = self._seals.open(context, sealed)
        if data is None:
            self._counts[SPOILED] += 1
            return None
        head, _, body = data.partition(b"\n")
        return orjson.loads(head), body

    def _door_of(self, boot: str) -> str:
        return f"ibrelay.{self._seals.name}.node.{boot}"

    def _events_of(self, boot: str) -> str:
        return f"ibrelay.{self._seals.name}.events.{boot}"


def _written(head: Head, body: bytes) -> bytes:
    """JSON has no line break of its own, so the first one ends the head."""
    return json_text(head).encode() + b"\n" + body
