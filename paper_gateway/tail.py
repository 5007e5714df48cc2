"""The last messages of all clients, for whoever looks at the gateway.

May not keep more than a fixed number of them, nor more than the beginning of each.
"""

from collections import deque
from dataclasses import dataclass
from typing import Literal

from paper_gateway.reply_names import REPLY_NAMES
from paper_gateway.requests import LAYOUTS, PLACE_ORDER

KEPT_MESSAGES = 100
KEPT_BYTES = 200

Direction = Literal["in", "out"]


@dataclass(frozen=True, slots=True)
class Line:
    """One message; ``client_id`` is None before startApi, ``time`` epoch seconds."""

    time: float
    client_id: int | None
    direction: Direction
    name: str
    fields: list[str]
    """The first fields behind the message id."""


class Tail:
    """Keeps raw beginnings of messages, and names them only when somebody looks."""

    def __init__(self) -> None:
        self._kept: deque[tuple[float, int | None, Direction, bytes]] = deque(maxlen=KEPT_MESSAGES)

    def note(self, at: float, client_id: int | None, direction: Direction, body: bytes) -> None:
        """``body`` is the frame without its length; several frames at once show the first."""
        self._kept.append((at, client_id, direction, body[:KEPT_BYTES]))

    def lines(self) -> list[Line]:
        """Newest last."""
        return [_line(*each) for each in self._kept]


def _line(at: float, client_id: int | None, direction: Direction, body: bytes) -> Line:
    first, *fields = body.decode("utf-8", "replace").split("\0")
    fields = fields[:-1] if body.endswith(b"\0") else fields
    return Line(at, client_id, direction, _name(first, direction), fields[:12])


def _name(text: str, direction: Direction) -> str:
    if not (text.isascii() and text.isdigit()):
        return "?"
    number = int(text)
    if direction == "out":
        return REPLY_NAMES.get(number, text)
    if number == PLACE_ORDER:
        return "placeOrder"
    layout = LAYOUTS.get(number)
    return text if layout is None else layout.name
