"""Server-sent events, read: bytes in, events out (the WHATWG HTML standard, section 9.2).

Only what the relay writes is understood: one `data:` line an event, `\\n` as the end of a line.
"""

from __future__ import annotations

from dataclasses import dataclass

# An event holds a frame of an agent, and a little around it.
MAX_EVENT = 2 * 1024 * 1024


class NotEvents(Exception):
    """What arrives is no stream of events."""


@dataclass(frozen=True, slots=True)
class ServerSent:
    """`event_id` is empty for an event without one."""

    event_id: str
    kind: str
    data: bytes


class Events:
    """Cuts the bytes of one connection into events; a comment is none."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[ServerSent]:
        """The events that end in this chunk. Raises NotEvents."""
        *blocks, self._rest = (self._rest + chunk).split(b"\n\n")
        if len(self._rest) > MAX_EVENT:
            raise NotEvents("an event without an end")
        found = [_parsed(block) for block in blocks]
        return [event for event in found if event is not None]


def _parsed(block: bytes) -> ServerSent | None:
    fields: dict[bytes, bytes] = {}
    for line in block.split(b"\n"):
        name, _, value = line.partition(b":")
        fields[name] = value.removeprefix(b" ")
    try:
        kind, event_id = fields.get(b"event", b"").decode(), fields.get(b"id", b"").decode()
    except UnicodeDecodeError:
        raise NotEvents("an event whose name is no text") from None
    return ServerSent(event_id, kind, fields.get(b"data", b"")) if kind else None
